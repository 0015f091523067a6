"""Conv1d with padding and stride, mini batch version."""
import numpy as np


def output_size(n_in, padding, filter_size, stride):
    return (n_in + 2 * padding - filter_size) // stride + 1


class AdaGrad:
    def __init__(self, lr):
        self.lr = lr
        self.hW = 0
        self.hB = 0

    def update(self, layer):
        self.hW += layer.dW ** 2
        self.hB += layer.dB ** 2
        layer.W -= self.lr * layer.dW / (np.sqrt(self.hW) + 1e-7)
        layer.B -= self.lr * layer.dB / (np.sqrt(self.hB) + 1e-7)


class Conv1d:
    def __init__(self, n_in_channels, n_out_channels, filter_size, initializer=None, optimizer=None,
                 padding=0, stride=1):
        self.optimizer = optimizer
        self.padding = padding
        self.stride = stride
        self.filter_size = filter_size
        std = np.sqrt(2 / (n_in_channels * filter_size))
        if initializer is None:
            self.W = np.random.randn(n_out_channels, n_in_channels, filter_size) * std
            self.B = np.zeros(n_out_channels)
        else:
            self.W = initializer.W(n_out_channels, n_in_channels, filter_size)
            self.B = initializer.B(n_out_channels)

    def forward(self, X):
        """X: (batch, channels, length)"""
        self.in_shape = X.shape
        p, s, f = self.padding, self.stride, self.filter_size
        self.X_pad = np.pad(X, ((0, 0), (0, 0), (p, p)))
        n_out = output_size(X.shape[2], p, f, s)
        # index table (n_out, f): which inputs every output looks at
        self.idx = np.arange(n_out)[:, None] * s + np.arange(f)[None, :]
        self.cols = self.X_pad[:, :, self.idx]                 # (batch, C, n_out, f)
        return np.einsum("bcnf,ocf->bon", self.cols, self.W) + self.B[None, :, None]

    def backward(self, dA):
        batch = len(dA)
        # average over the mini batch
        self.dW = np.einsum("bon,bcnf->ocf", dA, self.cols) / batch
        self.dB = dA.sum(axis=(0, 2)) / batch
        dcols = np.einsum("bon,ocf->bcnf", dA, self.W)
        dX = np.zeros_like(self.X_pad)
        np.add.at(dX, (slice(None), slice(None), self.idx), dcols)
        if self.optimizer is not None:
            self.optimizer.update(self)
        length = self.in_shape[2]
        return dX[:, :, self.padding:self.padding + length]


if __name__ == '__main__':
    layer = Conv1d(2, 3, 3, optimizer=AdaGrad(0.01), padding=1, stride=2)
    print(layer.forward(np.random.rand(5, 2, 9)).shape)
