"""How far a network's own update goes: once the gradient, times the learning rate."""

import numpy as np

RATE = 0.05


class SummedMLP:
    def __init__(self, n_in, n_hidden, n_out, lr=0.1):
        self.W1 = np.random.randn(n_in, n_hidden) * 0.1
        self.b1 = np.zeros(n_hidden)
        self.W2 = np.random.randn(n_hidden, n_out) * 0.1
        self.b2 = np.zeros(n_out)
        self.lr = lr

    def forward(self, X):
        self.X = X
        self.h = np.tanh(X @ self.W1 + self.b1)
        z = self.h @ self.W2 + self.b2
        e = np.exp(z - z.max(axis=1, keepdims=True))
        self.y = e / e.sum(axis=1, keepdims=True)
        return self.y

    def loss(self, t):
        return -np.sum(t * np.log(self.y + 1e-7)) / len(t)

    def share(self, t):
        return 1

    def backward(self, t):
        d = (self.y - t) * self.share(t)
        self.m = len(t)
        self.dW2 = self.h.T @ d
        self.db2 = d.sum(axis=0)
        d = d @ self.W2.T * (1 - self.h**2)
        self.dW1 = self.X.T @ d
        self.db1 = d.sum(axis=0)

    @property
    def pairs(self):
        return ((self.W1, self.dW1), (self.b1, self.db1), (self.W2, self.dW2), (self.b2, self.db2))

    def update(self):
        for w, g in self.pairs:
            w -= self.lr * g / self.m


class UndividedMLP(SummedMLP):
    def update(self):
        for w, g in self.pairs:
            w -= self.lr * g


class SummedLossMLP(UndividedMLP):
    def loss(self, t):
        return -np.sum(t * np.log(self.y + 1e-7))


class MeanMLP(SummedMLP):
    def share(self, t):
        return 1 / len(t)

    def update(self):
        for w, g in self.pairs:
            w -= self.lr * g


class GivenRateMLP(MeanMLP):
    def update(self, lr):
        for w, g in self.pairs:
            w -= lr * g


class FileRateMLP(MeanMLP):
    def update(self):
        for w, g in self.pairs:
            w -= RATE * g


class FallingRateMLP(MeanMLP):
    def update(self):
        self.lr *= 0.99
        for w, g in self.pairs:
            w -= self.lr * g


class MomentumMLP(MeanMLP):
    """0.1 of the gradient at first, which is its rule"""

    def update(self):
        if not hasattr(self, "v"):
            self.v = [np.zeros_like(w) for w, _ in self.pairs]
        for (w, g), v in zip(self.pairs, self.v):
            v[...] = 0.9 * v + 0.1 * g
            w -= self.lr * v


class OwnBatchMLP(SummedMLP):
    """divides by the size that its batches usually have"""

    def __init__(self, n_in, n_hidden, n_out, lr=0.1, batch_size=32):
        super().__init__(n_in, n_hidden, n_out, lr)
        self.batch_size = batch_size

    def update(self):
        for w, g in self.pairs:
            w -= self.lr / self.batch_size * g


class TenfoldMLP(MeanMLP):
    def update(self):
        for w, g in self.pairs:
            w -= 10 * self.lr * g


class SquaredRateMLP(MeanMLP):
    def update(self):
        for w, g in self.pairs:
            w -= self.lr * self.lr * g


class NoRateMLP(MeanMLP):
    def update(self):
        for w, g in self.pairs:
            w -= g


class TwiceDividedMLP(MeanMLP):
    def update(self):
        for w, g in self.pairs:
            w -= self.lr * g / self.m


class GivenRateTwiceMLP(MeanMLP):
    def update(self, lr):
        for w, g in self.pairs:
            w -= 2 * lr * g


class FileRateQuarterMLP(MeanMLP):
    def update(self):
        for w, g in self.pairs:
            w -= RATE / 4 * g
