import numpy as np


class Convolution2D:
    '''
    x : (batch, channel, height, width)
    k : (filters, channel, height, width)
    '''

    def __init__(self, k, b, stride=1):
        self.k = k
        self.b = b
        self.stride = stride

    def size(self, n, f):
        return (n - f) // self.stride

    def __call__(self, x):
        self.x = x
        kh, kw = self.k.shape[2:]
        self.out_h = self.size(x.shape[2], kh)
        self.out_w = self.size(x.shape[3], kw)
        y = np.zeros((len(x), len(self.k), self.out_h, self.out_w))
        for i in range(self.out_h):
            for j in range(self.out_w):
                top, left = i * self.stride, j * self.stride
                y[:, :, i, j] = np.einsum('nchw,fchw->nf', x[:, :, top:top + kh, left:left + kw], self.k)
        return y + self.b[None, :, None, None]

    def backward(self, gy):
        kh, kw = self.k.shape[2:]
        self.gk = np.zeros(self.k.shape)
        self.gb = gy.sum(axis=(0, 2, 3))
        gx = np.zeros(self.x.shape)
        for i in range(self.out_h):
            for j in range(self.out_w):
                top, left = i * self.stride, j * self.stride
                self.gk += np.einsum('nf,nchw->fchw', gy[:, :, i, j], self.x[:, :, top:top + kh, left:left + kw])
                gx[:, :, top:top + kh, left:left + kw] += np.einsum('nf,fchw->nchw', gy[:, :, i, j], self.k)
        return gx
