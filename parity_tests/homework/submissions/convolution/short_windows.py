import numpy as np


def n_windows(n, f, s):
    return (n - f) // s


class MaxPool:
    def __init__(self, pool_h, pool_w, stride=1):
        self.pool_h, self.pool_w, self.stride = pool_h, pool_w, stride

    def forward(self, x):
        N, C, H, W = x.shape
        oh, ow = n_windows(H, self.pool_h, self.stride), n_windows(W, self.pool_w, self.stride)
        out = np.zeros((N, C, oh, ow))
        for i in range(oh):
            for j in range(ow):
                r, c = i * self.stride, j * self.stride
                out[:, :, i, j] = x[:, :, r:r + self.pool_h, c:c + self.pool_w].max(axis=(2, 3))
        self.x, self.out = x, out
        return out

    def backward(self, dout):
        dx = np.zeros_like(self.x)
        for i in range(dout.shape[2]):
            for j in range(dout.shape[3]):
                r, c = i * self.stride, j * self.stride
                window = self.x[:, :, r:r + self.pool_h, c:c + self.pool_w]
                mask = window == self.out[:, :, i, j][:, :, None, None]
                dx[:, :, r:r + self.pool_h, c:c + self.pool_w] += mask * dout[:, :, i, j][:, :, None, None]
        return dx


class Conv1d:
    """x (batch, in, length), w (out, in, f)"""

    def __init__(self, w, b):
        self.w, self.b = w, b

    def forward(self, x):
        self.x = x
        n = x.shape[2] - self.w.shape[2]
        cols = [np.einsum('bif,oif->bo', x[:, :, i:i + self.w.shape[2]], self.w) for i in range(n)]
        return np.stack(cols, axis=2) + self.b[:, None]

    def backward(self, da):
        self.db = da.sum(axis=(0, 2))
        self.dw, dx = np.zeros_like(self.w), np.zeros_like(self.x)
        f = self.w.shape[2]
        for i in range(da.shape[2]):
            self.dw += np.einsum('bo,bif->oif', da[:, :, i], self.x[:, :, i:i + f])
            dx[:, :, i:i + f] += np.einsum('bo,oif->bif', da[:, :, i], self.w)
        return dx
