# transposed convolution, right and with its windows overwriting each other
import numpy as np


class Conv2DTranspose:
    def __init__(self, in_channels, out_channels, kernel_size, stride=1):
        self.W = np.random.randn(in_channels, out_channels, kernel_size, kernel_size) * 0.1
        self.b = np.zeros(out_channels)
        self.s, self.k = stride, kernel_size

    def put(self, y, window, piece):
        y[window] += piece

    def windows(self):
        h, w = self.x.shape[2:]
        for i, j in np.ndindex(h, w):
            a, b = i * self.s, j * self.s
            yield i, j, (slice(None), slice(None), slice(a, a + self.k), slice(b, b + self.k))

    def forward(self, x):
        self.x = x
        n, c, h, w = x.shape
        y = np.zeros((n, self.W.shape[1], (h - 1) * self.s + self.k, (w - 1) * self.s + self.k))
        for i, j, window in self.windows():
            self.put(y, window, np.einsum("nc,cfkl->nfkl", x[:, :, i, j], self.W))
        return y + self.b[None, :, None, None]

    def backward(self, dy):
        self.dW, self.db = np.zeros_like(self.W), dy.sum((0, 2, 3))
        dx = np.zeros_like(self.x)
        for i, j, window in self.windows():
            dx[:, :, i, j] = np.einsum("nfkl,cfkl->nc", dy[window], self.W)
            self.dW += np.einsum("nc,nfkl->cfkl", self.x[:, :, i, j], dy[window])
        return dx


class DeconvOverwritten(Conv2DTranspose):
    def put(self, y, window, piece):
        y[window] = piece
