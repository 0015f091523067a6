"""
LeNet in NumPy: subsampling and fully connected layers
"""
import numpy as np


class Fc():
    def __init__(self, row, col):
        # row neurons, col inputs
        self.W = {'val': np.random.randn(row, col) * np.sqrt(1. / col), 'grad': 0}
        self.b = {'val': np.random.randn(1, row) * np.sqrt(1. / row), 'grad': 0}

    def forward(self, fc):
        self.cache = fc
        return fc @ self.W['val'].T + self.b['val']

    def backward(self, deltaL):
        fc = self.cache
        m = fc.shape[0]
        self.W['grad'] = (1 / m) * deltaL.T @ fc
        self.b['grad'] = (1 / m) * np.sum(deltaL, axis=0, keepdims=True)
        new_deltaL = deltaL @ self.W['val']
        return new_deltaL, self.W['grad'], self.b['grad']


class AvgPool():
    def __init__(self, filter_size, stride):
        self.f = filter_size
        self.s = stride
        self.cache = None

    def forward(self, X):
        self.cache = X
        m, n_C, n_H_prev, n_W_prev = X.shape
        n_H = int((n_H_prev - self.f) / self.s) + 1
        n_W = int((n_W_prev - self.f) / self.s) + 1
        A = np.zeros((m, n_C, n_H, n_W))
        for i in range(m):
            for c in range(n_C):
                for h in range(n_H):
                    for w in range(n_W):
                        y, x = h * self.s, w * self.s
                        A[i, c, h, w] = np.mean(X[i, c, y:y + self.f, x:x + self.f])
        return A

    def backward(self, dout):
        m, n_C, n_H, n_W = dout.shape
        dX = np.zeros(self.cache.shape)
        for h in range(n_H):
            for w in range(n_W):
                y, x = h * self.s, w * self.s
                share = dout[:, :, h, w] / (self.f * self.f)
                dX[:, :, y:y + self.f, x:x + self.f] += share[:, :, None, None]
        return dX


class TanH():
    def __init__(self, alpha=1.0):
        self.alpha = alpha

    def forward(self, X):
        self.cache = X
        return self.alpha * np.tanh(X)
