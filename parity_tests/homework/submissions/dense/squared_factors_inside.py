"""Networks that keep their gradients, or move their weights as they go back, and the factor of their squared error."""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def mse_loss(y_true, y_pred):
    return np.mean((y_true - y_pred) ** 2)


class KeptGradientsNet:
    def __init__(self, input_size, hidden_size, output_size):
        self.W1 = np.random.randn(input_size, hidden_size)
        self.b1 = np.zeros((1, hidden_size))
        self.W2 = np.random.randn(hidden_size, output_size)
        self.b2 = np.zeros((1, output_size))

    def forward(self, X):
        self.a1 = sigmoid(X @ self.W1 + self.b1)
        self.a2 = sigmoid(self.a1 @ self.W2 + self.b2)
        return self.a2

    def factor(self, y):
        return 2 / y.size

    def backward(self, X, y):
        d2 = self.factor(y) * (self.a2 - y) * self.a2 * (1 - self.a2)
        dW2 = self.a1.T @ d2
        db2 = np.sum(d2, axis=0, keepdims=True)
        d1 = d2 @ self.W2.T * self.a1 * (1 - self.a1)
        dW1 = X.T @ d1
        db1 = np.sum(d1, axis=0, keepdims=True)
        return dW1, db1, dW2, db2

    def train(self, X, y, epochs=10, lr=0.1):
        for epoch in range(epochs):
            out = self.forward(X)
            print(mse_loss(y, out))
            dW1, db1, dW2, db2 = self.backward(X, y)
            self.W1 -= lr * dW1
            self.b1 -= lr * db1
            self.W2 -= lr * dW2
            self.b2 -= lr * db2


class HalfKeptGradientsNet(KeptGradientsNet):
    def factor(self, y):
        return 1 / y.size

    def train(self, X, y, epochs=10, lr=0.1):
        for epoch in range(epochs):
            out = self.forward(X)
            print(mse_loss(y, out))
            dW1, db1, dW2, db2 = self.backward(X, y)
            self.W1 -= lr * dW1


class UnsaidNet(KeptGradientsNet):
    """prints nothing"""
    def factor(self, y):
        return 1 / len(y)

    def train(self, X, y, epochs=10, lr=0.1):
        pass


class UpdatingNet:
    def __init__(self, input_size, hidden_size, output_size, learning_rate=0.1):
        self.W1 = np.random.randn(input_size, hidden_size)
        self.b1 = np.zeros((1, hidden_size))
        self.W2 = np.random.randn(hidden_size, output_size)
        self.b2 = np.zeros((1, output_size))
        self.lr = learning_rate

    def forward(self, X):
        self.a1 = sigmoid(X @ self.W1 + self.b1)
        self.a2 = sigmoid(self.a1 @ self.W2 + self.b2)
        return self.a2

    def compute_loss(self, y_true, y_pred):
        return np.mean(np.sum((y_true - y_pred) ** 2, axis=1)) / 2

    def error(self, y):
        return (self.a2 - y) / len(y)

    def backward(self, X, y):
        d2 = self.error(y) * self.a2 * (1 - self.a2)
        d1 = d2 @ self.W2.T * self.a1 * (1 - self.a1)
        self.W2 -= self.lr * self.a1.T @ d2
        self.b2 -= self.lr * np.sum(d2, axis=0, keepdims=True)
        self.W1 -= self.lr * X.T @ d1
        self.b1 -= self.lr * np.sum(d1, axis=0, keepdims=True)


class DoubleUpdatingNet(UpdatingNet):
    def error(self, y):
        return 2 * (self.a2 - y) / len(y)


class AbsorbingNet(UpdatingNet):
    def error(self, y):
        # the loss has a half here: without it the factor 2 is absorbed into the learning rate
        return (self.a2 - y) / len(y)

    def compute_loss(self, y_true, y_pred):
        return np.mean((y_true - y_pred) ** 2)
