"""Layers whose own update is wrong: their backward pass is right."""

import numpy as np


class LinearRateForgotten:
    """Columns; the step is handed over."""

    def __init__(self, m, n):
        self.W0 = np.zeros((n, 1))
        self.W = np.random.normal(0, m**-0.5, (m, n))

    def forward(self, A):
        self.A = A
        return self.W.T @ A + self.W0

    def backward(self, dLdZ):
        self.dLdW = self.A @ dLdZ.T
        self.dLdW0 = dLdZ.sum(axis=1, keepdims=True)
        return self.W @ dLdZ

    def sgd_step(self, lrate):
        self.W = self.W - lrate * self.dLdW
        self.W0 = self.W0 - self.dLdW0


class LinearClimbs:
    """Columns; the step is handed over."""

    def __init__(self, m, n):
        self.W0 = np.zeros((n, 1))
        self.W = np.random.normal(0, m**-0.5, (m, n))

    def forward(self, A):
        self.A = A
        return self.W.T @ A + self.W0

    def backward(self, dLdZ):
        self.dLdW = self.A @ dLdZ.T
        self.dLdW0 = dLdZ.sum(axis=1, keepdims=True)
        return self.W @ dLdZ

    def sgd_step(self, lrate):
        self.W = self.W + lrate * self.dLdW
        self.W0 = self.W0 - lrate * self.dLdW0


class LinearBiasStays:
    """Columns; the step is handed over."""

    def __init__(self, m, n):
        self.W0 = np.zeros((n, 1))
        self.W = np.random.normal(0, m**-0.5, (m, n))

    def forward(self, A):
        self.A = A
        return self.W.T @ A + self.W0

    def backward(self, dLdZ):
        self.dLdW = self.A @ dLdZ.T
        self.dLdW0 = dLdZ.sum(axis=1, keepdims=True)
        return self.W @ dLdZ

    def sgd_step(self, lrate):
        self.W = self.W - lrate * self.dLdW


class LinearLocal:
    """Columns; the step is handed over."""

    def __init__(self, m, n):
        self.W0 = np.zeros((n, 1))
        self.W = np.random.normal(0, m**-0.5, (m, n))

    def forward(self, A):
        self.A = A
        return self.W.T @ A + self.W0

    def backward(self, dLdZ):
        self.dLdW = self.A @ dLdZ.T
        self.dLdW0 = dLdZ.sum(axis=1, keepdims=True)
        return self.W @ dLdZ

    def sgd_step(self, lrate):
        W = self.W - lrate * self.dLdW
        W0 = self.W0 - lrate * self.dLdW0


class DenseTwice:
    """The step is its own, and the mean over the samples is taken there."""

    def __init__(self, n_in, n_out, lr=0.05):
        self.w = np.random.randn(n_in, n_out) * 0.1
        self.b = np.zeros(n_out)
        self.lr = lr

    def forward(self, x):
        self.x = x
        return x @ self.w + self.b

    def backward(self, dy):
        self.dw = self.x.T @ dy
        self.db = dy.sum(axis=0)
        return dy @ self.w.T

    def update(self):
        n = len(self.x)
        self.w -= self.lr * self.dw / n
        self.b -= 2 * self.lr * self.db / n


class DenseNoRate:
    """The step is its own, and the mean over the samples is taken there."""

    def __init__(self, n_in, n_out, lr=0.05):
        self.w = np.random.randn(n_in, n_out) * 0.1
        self.b = np.zeros(n_out)
        self.lr = lr

    def forward(self, x):
        self.x = x
        return x @ self.w + self.b

    def backward(self, dy):
        self.dw = self.x.T @ dy
        self.db = dy.sum(axis=0)
        return dy @ self.w.T

    def update(self):
        n = len(self.x)
        self.w -= self.dw / n
        self.b -= self.db / n


class BatchNormClimbs:
    def __init__(self, n, eps=1e-5):
        self.gamma, self.beta, self.eps = np.ones(n), np.zeros(n), eps

    def forward(self, x):
        self.std = np.sqrt(x.var(axis=0) + self.eps)
        self.xhat = (x - x.mean(axis=0)) / self.std
        return self.gamma * self.xhat + self.beta

    def backward(self, dy):
        self.dgamma, self.dbeta = (dy * self.xhat).sum(axis=0), dy.sum(axis=0)
        d = dy * self.gamma
        return (d - d.mean(axis=0) - self.xhat * (d * self.xhat).mean(axis=0)) / self.std

    def update_params(self, learning_rate):
        self.gamma -= learning_rate * self.dgamma
        self.beta += learning_rate * self.dbeta
