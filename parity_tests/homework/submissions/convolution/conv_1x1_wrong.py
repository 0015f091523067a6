import numpy as np


def corr2d_multi_in_out_1x1(X, K):
    c_i, h, w = X.shape
    c_o = K.shape[0]
    X = X.reshape((h * w, c_i)).T
    K = K.reshape((c_o, c_i))
    return np.matmul(K, X).reshape((c_o, h, w))


def conv1x1(x, w, b):
    return np.einsum("nchw,oc->nohw", x, w) + b.sum()


def pointwise_conv(x, w):
    n, c, h, wd = x.shape
    return (w.reshape(w.shape[0], c) @ x.reshape(n, c, -1)).transpose(0, 2, 1).reshape(n, -1, h, wd)


class PointwiseConv2d:
    """The bias gradient is averaged over the pixels."""

    def __init__(self, in_channels, out_channels):
        self.W = np.random.randn(in_channels, out_channels)
        self.b = np.zeros(out_channels)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.dW = np.tensordot(self.x, dout, axes=([0, 1, 2], [0, 1, 2]))
        self.db = dout.mean(axis=(1, 2)).sum(axis=0)
        return dout @ self.W.T
