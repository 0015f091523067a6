"""Networks on a squared error, and by which factor their gradients are its own."""
import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class SquaredNet:
    """Minimises half the squared error, averaged over the batch."""

    def __init__(self, n_in, n_hidden, n_out, lr=0.1):
        self.W1 = np.random.randn(n_in, n_hidden) * 0.5
        self.b1 = np.zeros(n_hidden)
        self.W2 = np.random.randn(n_hidden, n_out) * 0.5
        self.b2 = np.zeros(n_out)
        self.lr = lr

    def forward(self, X):
        self.X = X
        self.A1 = sigmoid(X @ self.W1 + self.b1)
        self.A2 = self.A1 @ self.W2 + self.b2
        return self.A2

    def loss(self, y):
        return 0.5 * np.sum((self.A2 - y) ** 2) / len(y)

    def slope(self, y):
        return (self.A2 - y) / len(y)

    def backward(self, y):
        d2 = self.slope(y)
        self.dW2 = self.A1.T @ d2
        self.db2 = d2.sum(axis=0)
        d1 = d2 @ self.W2.T * self.A1 * (1 - self.A1)
        self.dW1 = self.X.T @ d1
        self.db1 = d1.sum(axis=0)

    def update(self):
        self.W1 -= self.lr * self.dW1
        self.b1 -= self.lr * self.db1
        self.W2 -= self.lr * self.dW2
        self.b2 -= self.lr * self.db2


class DoubleSquaredNet(SquaredNet):
    def slope(self, y):
        return 2 * (self.A2 - y) / len(y)


class MeanSquaredNet(SquaredNet):
    def loss(self, y):
        return np.mean((self.A2 - y) ** 2)

    def slope(self, y):
        return 2 * (self.A2 - y) / y.size


class WidthNet(MeanSquaredNet):
    def slope(self, y):
        return 2 * (self.A2 - y) / len(y)


class HalvedMeanSquaredNet(MeanSquaredNet):
    def slope(self, y):
        return (self.A2 - y) / y.size


class SummedSquaredNet(SquaredNet):
    def loss(self, y):
        return np.sum((self.A2 - y) ** 2)

    def slope(self, y):
        return 2 * (self.A2 - y)


class HalvedSummedSquaredNet(SummedSquaredNet):
    def slope(self, y):
        return self.A2 - y


class UpdateTwiceNet(HalvedSummedSquaredNet):
    def update(self):
        self.W1 -= 2 * self.lr * self.dW1
        self.b1 -= 2 * self.lr * self.db1
        self.W2 -= 2 * self.lr * self.dW2
        self.b2 -= 2 * self.lr * self.db2


class UndividedSquaredNet(SquaredNet):
    def slope(self, y):
        return self.A2 - y


class LossBesideNet(SquaredNet):
    def backward(self, y):
        super().backward(y)
        return self.loss(y)


class DoubleLossBesideNet(LossBesideNet):
    def slope(self, y):
        return 2 * (self.A2 - y) / len(y)
