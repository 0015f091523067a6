# assignment 3: everything was tested with stride 1, pad 0 and 2x2 pools only
import numpy as np


class ConvBase(object):
    def __init__(self, W, b, stride=1, pad=0):
        self.W, self.b = W, b              # (out, in, kh, kw), (out,)
        self.stride, self.pad = stride, pad

    def _starts(self, n, k):
        return range(0, n + 2 * self.pad - k + 1, self.stride)

    def forward(self, x):
        p = self.pad
        self.x = x
        self.big = np.pad(x, [(0, 0), (0, 0), (p, p), (p, p)])
        O, _, kh, kw = self.W.shape
        rows, cols = self._starts(x.shape[2], kh), self._starts(x.shape[3], kw)
        z = np.zeros((x.shape[0], O, len(rows), len(cols)))
        for i, r in enumerate(rows):
            for j, c in enumerate(cols):
                for o in range(O):
                    z[:, o, i, j] = (self.big[:, :, r:r + kh, c:c + kw] * self.W[o]).sum(axis=(1, 2, 3)) + self.b[o]
        return z

    def backward(self, dz):
        _, O, oh, ow = dz.shape
        kh, kw = self.W.shape[2:]
        self.dW, self.db = np.zeros(self.W.shape), dz.sum((0, 2, 3))
        dbig = np.zeros(self.big.shape)
        for i in range(oh):
            for j in range(ow):
                r, c = i * self.stride, j * self.stride
                for o in range(O):
                    g = dz[:, o, i, j][:, None, None, None]
                    self.add_to_dW(o, g, r, c)
                    dbig[:, :, r:r + kh, c:c + kw] += g * self.W[o]
        return self.cut(dbig)

    def add_to_dW(self, o, g, r, c):
        kh, kw = self.W.shape[2:]
        self.dW[o] += (g * self.big[:, :, r:r + kh, c:c + kw]).sum(0)

    def cut(self, dbig):
        p, (h, w) = self.pad, self.x.shape[2:]
        return dbig[:, :, p:p + h, p:p + w]


class ConvPadDw(ConvBase):
    # dW from the image as it came
    def add_to_dW(self, o, g, r, c):
        kh, kw = self.W.shape[2:]
        part = (g * self.x[:, :, r:r + kh, c:c + kw]).sum(0)
        self.dW[o, :, :part.shape[1], :part.shape[2]] += part


class ConvPadLeftOver(ConvBase):
    # the borders are left on dx
    def cut(self, dbig):
        return dbig


class ConvPadFront(ConvBase):
    def cut(self, dbig):
        return dbig[:, :, 2 * self.pad:, 2 * self.pad:]


class MaxPoolUnravel:
    def __init__(self, pool_h, pool_w, stride_h, stride_w):
        self.k, self.s = (pool_h, pool_w), (stride_h, stride_w)

    def forward(self, x):
        self.x = x
        n, ch, H, W = x.shape
        (kh, kw), (sh, sw) = self.k, self.s
        out = np.zeros((n, ch, (H - kh) // sh + 1, (W - kw) // sw + 1))
        self.best = np.zeros(out.shape, dtype=int)
        for i in range(out.shape[2]):
            for j in range(out.shape[3]):
                flat = x[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw].reshape(n, ch, -1)
                self.best[:, :, i, j] = flat.argmax(-1)
                out[:, :, i, j] = flat.max(-1)
        return out

    def width(self):
        return self.k[1]

    def backward(self, dout):
        dx = np.zeros(self.x.shape)
        for (a, b, i, j), k in np.ndenumerate(self.best):
            dx[a, b, i * self.s[0] + k // self.width(), j * self.s[1] + k % self.width()] += dout[a, b, i, j]
        return dx


class MaxPoolByHeight(MaxPoolUnravel):
    def width(self):
        return self.k[0]


class MeanPoolSet:
    # = in the place of +=
    def __init__(self, size=2, stride=2):
        self.size, self.stride = size, stride

    def forward(self, x):
        self.shape = x.shape
        f, s = self.size, self.stride
        H, W = (x.shape[2] - f) // s + 1, (x.shape[3] - f) // s + 1
        return np.array([[x[:, :, i * s:i * s + f, j * s:j * s + f].mean((2, 3)) for j in range(W)]
                         for i in range(H)]).transpose(2, 3, 0, 1)

    def backward(self, dout):
        dx = np.zeros(self.shape)
        f, s = self.size, self.stride
        for i in range(dout.shape[2]):
            for j in range(dout.shape[3]):
                dx[:, :, i * s:i * s + f, j * s:j * s + f] = dout[:, :, i, j][:, :, None, None] / f / f
        return dx
