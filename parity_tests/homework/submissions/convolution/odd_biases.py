import numpy as np


class Conv:
    """W (out, in, fh, fw); a bias for each channel that comes in"""

    def __init__(self, W, b=None, stride=1):
        self.W = W
        self.b = np.random.randn(W.shape[1])
        self.stride = stride

    def forward(self, x):
        self.x = x + self.b[:, None, None]
        fh, fw = self.W.shape[2:]
        oh, ow = (x.shape[2] - fh) // self.stride + 1, (x.shape[3] - fw) // self.stride + 1
        y = np.zeros((len(x), len(self.W), oh, ow))
        for i in range(oh):
            for j in range(ow):
                t, l = i * self.stride, j * self.stride
                y[:, :, i, j] = np.einsum('ncij,fcij->nf', self.x[:, :, t:t + fh, l:l + fw], self.W)
        return y

    def backward(self, dy):
        fh, fw = self.W.shape[2:]
        self.dW, dx = np.zeros_like(self.W), np.zeros_like(self.x)
        for i in range(dy.shape[2]):
            for j in range(dy.shape[3]):
                t, l = i * self.stride, j * self.stride
                self.dW += np.einsum('nf,ncij->fcij', dy[:, :, i, j], self.x[:, :, t:t + fh, l:l + fw])
                dx[:, :, t:t + fh, l:l + fw] += np.einsum('nf,fcij->ncij', dy[:, :, i, j], self.W)
        self.db = dx.sum(axis=(0, 2, 3))
        return dx


class Dense:
    """b has one entry for each input, and is added before the product"""

    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) * 0.1
        self.b = np.random.randn(n_in) * 0.1

    def forward(self, x):
        self.x = x + self.b
        return self.x @ self.W

    def backward(self, dy):
        self.dW = self.x.T @ dy
        dx = dy @ self.W.T
        self.db = dx.sum(axis=0)
        return dx
