"""Networks that move their weights as they go back, by a learning rate that nobody hands them."""

import numpy as np

LR = 0.2


class OwnRateNet:
    def __init__(self, n_in, n_hidden, n_out):
        self.W1 = np.random.randn(n_in, n_hidden) * 0.1
        self.b1 = np.zeros(n_hidden)
        self.W2 = np.random.randn(n_hidden, n_out) * 0.1
        self.b2 = np.zeros(n_out)
        self.lr = 0.3

    def forward(self, X):
        self.X = X
        self.h = 1 / (1 + np.exp(-(X @ self.W1 + self.b1)))
        self.y = 1 / (1 + np.exp(-(self.h @ self.W2 + self.b2)))
        return self.y

    def backward(self, t):
        d2 = (self.y - t) * self.y * (1 - self.y)
        d1 = d2 @ self.W2.T * self.h * (1 - self.h)
        self.W2 -= self.lr * self.h.T @ d2
        self.b2 -= self.lr * d2.sum(axis=0)
        self.W1 -= self.lr * self.X.T @ d1
        self.b1 -= self.lr * d1.sum(axis=0)


class FileRateNet(OwnRateNet):
    def backward(self, t):
        d2 = (self.y - t) * self.y * (1 - self.y)
        d1 = d2 @ self.W2.T * self.h * (1 - self.h)
        self.W2 -= LR * self.h.T @ d2
        self.b2 -= LR * d2.sum(axis=0)
        self.W1 -= LR * self.X.T @ d1
        self.b1 -= LR * d1.sum(axis=0)


class WrittenRateNet(OwnRateNet):
    def backward(self, t):
        d2 = (self.y - t) * self.y * (1 - self.y)
        d1 = d2 @ self.W2.T * self.h * (1 - self.h)
        self.W2 -= 0.05 * self.h.T @ d2
        self.b2 -= 0.05 * d2.sum(axis=0)
        self.W1 -= 0.05 * self.X.T @ d1
        self.b1 -= 0.05 * d1.sum(axis=0)


class UnevenRateNet(OwnRateNet):
    def backward(self, t):
        d2 = (self.y - t) * self.y * (1 - self.y)
        d1 = d2 @ self.W2.T * self.h * (1 - self.h)
        self.W2 -= 0.3 * self.lr * self.h.T @ d2
        self.b2 -= self.lr * d2.sum(axis=0)
        self.W1 -= self.lr * self.X.T @ d1
        self.b1 -= self.lr * d1.sum(axis=0)


class ThriceRateNet(OwnRateNet):
    def backward(self, t):
        d2 = (self.y - t) * self.y * (1 - self.y)
        d1 = d2 @ self.W2.T * self.h * (1 - self.h)
        self.W2 -= 3 * LR * self.h.T @ d2
        self.b2 -= 3 * LR * d2.sum(axis=0)
        self.W1 -= 3 * LR * self.X.T @ d1
        self.b1 -= 3 * LR * d1.sum(axis=0)


class GivenRateNet(OwnRateNet):
    def __init__(self, n_in, n_hidden, n_out, lr=0.1):
        super().__init__(n_in, n_hidden, n_out)
        self.lr = lr

    def backward(self, t):
        d2 = (self.y - t) * self.y * (1 - self.y)
        d1 = d2 @ self.W2.T * self.h * (1 - self.h)
        self.W2 -= self.lr * self.h.T @ d2
        self.b2 -= self.lr * d2.sum(axis=0)
        self.W1 -= self.lr * self.X.T @ d1
        self.b1 -= self.lr * d1.sum(axis=0)


class NoRateNet(OwnRateNet):
    def __init__(self, n_in, n_hidden, n_out, lr=0.1):
        super().__init__(n_in, n_hidden, n_out)
        self.lr = lr

    def backward(self, t):
        d2 = (self.y - t) * self.y * (1 - self.y)
        d1 = d2 @ self.W2.T * self.h * (1 - self.h)
        self.W2 -= self.h.T @ d2
        self.b2 -= d2.sum(axis=0)
        self.W1 -= self.X.T @ d1
        self.b1 -= d1.sum(axis=0)
