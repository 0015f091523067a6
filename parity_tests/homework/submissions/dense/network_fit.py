"""Classifiers in the manner of scikit-learn: weights come into being in fit."""

import numpy as np


class ScratchMLP:
    def __init__(self, n_hidden=50, n_output=10, lr=0.05, epochs=10, batch=20, seed=0):
        self.n_hidden, self.n_output, self.lr, self.epochs, self.batch = n_hidden, n_output, lr, epochs, batch
        self.rng = np.random.RandomState(seed)

    def _softmax(self, z):
        e = np.exp(z - z.max(1, keepdims=True))
        return e / e.sum(1, keepdims=True)

    def forward(self, X):
        self.X = X
        self.H = np.tanh(X @ self.W1 + self.b1)
        self.P = self._softmax(self.H @ self.W2 + self.b2)
        return self.P

    def loss(self, P, T):
        return -np.mean(np.sum(T * np.log(P + 1e-7), axis=1))

    def backward(self, T):
        d2 = (self.P - T) / len(T)
        self.dW2, self.db2 = self.H.T @ d2, d2.sum(0)
        d1 = d2 @ self.W2.T * (1 - self.H**2)
        self.dW1, self.db1 = self.X.T @ d1, d1.sum(0)

    def update(self):
        self.W1 -= self.lr * self.dW1
        self.b1 -= self.lr * self.db1
        self.W2 -= self.lr * self.dW2
        self.b2 -= self.lr * self.db2

    def fit(self, X, y):
        T = np.eye(self.n_output)[y]
        self.W1, self.b1 = self.rng.randn(X.shape[1], self.n_hidden) * 0.01, np.zeros(self.n_hidden)
        self.W2, self.b2 = self.rng.randn(self.n_hidden, self.n_output) * 0.01, np.zeros(self.n_output)
        for _ in range(self.epochs):
            order = self.rng.permutation(len(X))
            for i in range(0, len(X), self.batch):
                some = order[i : i + self.batch]
                self.forward(X[some])
                self.backward(T[some])
                self.update()
        return self

    def predict(self, X):
        return self.forward(X).argmax(1)


class SlopeMLP(ScratchMLP):
    def backward(self, T):
        d2 = (self.P - T) / len(T)
        self.dW2, self.db2 = self.H.T @ d2, d2.sum(0)
        d1 = d2 @ self.W2.T * (1 - self.H)
        self.dW1, self.db1 = self.X.T @ d1, d1.sum(0)


class WholeSoftmaxMLP(ScratchMLP):
    def _softmax(self, z):
        e = np.exp(z - z.max())
        return e / e.sum()


class UnevenMLP(ScratchMLP):
    def backward(self, T):
        n = len(T)
        d2 = self.P - T
        self.dW2, self.db2 = self.H.T @ d2 / n, d2.sum(0)
        d1 = d2 @ self.W2.T * (1 - self.H**2)
        self.dW1, self.db1 = self.X.T @ d1 / n, d1.sum(0)


class NeuralNetwork:
    """any number of layers; its classes are those of the labels"""

    def __init__(self, hidden_layer_sizes=(16, 8), learning_rate=0.01, n_iter=5, random_state=1):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.learning_rate, self.n_iter, self.random_state = learning_rate, n_iter, random_state

    def _init_params(self, n_features, n_classes):
        rng = np.random.RandomState(self.random_state)
        sizes = [n_features, *self.hidden_layer_sizes, n_classes]
        self.weights_ = [rng.randn(a, b) * np.sqrt(2 / a) for a, b in zip(sizes[:-1], sizes[1:])]
        self.biases_ = [np.zeros((1, b)) for b in sizes[1:]]

    def _forward(self, X):
        activations = [X]
        for i, (W, b) in enumerate(zip(self.weights_, self.biases_)):
            z = activations[-1] @ W + b
            if i < len(self.weights_) - 1:
                activations.append(np.maximum(0, z))
            else:
                e = np.exp(z - z.max(axis=1, keepdims=True))
                activations.append(e / e.sum(axis=1, keepdims=True))
        return activations

    def _backward(self, activations, Y):
        grads_W, grads_b = [], []
        delta = (activations[-1] - Y) / Y.shape[0]
        for i in reversed(range(len(self.weights_))):
            grads_W.insert(0, activations[i].T @ delta)
            grads_b.insert(0, delta.sum(axis=0, keepdims=True))
            if i > 0:
                delta = (delta @ self.weights_[i].T) * (activations[i] > 0)
        return grads_W, grads_b

    def fit(self, X, y, X_val=None, y_val=None):
        self.classes_ = np.unique(y)
        Y = (y[:, None] == self.classes_).astype(float)
        self._init_params(X.shape[1], len(self.classes_))
        for _ in range(self.n_iter):
            gW, gb = self._backward(self._forward(X), Y)
            for i in range(len(self.weights_)):
                self.weights_[i] -= self.learning_rate * gW[i]
                self.biases_[i] -= self.learning_rate * gb[i]
        return self

    def predict(self, X):
        return self.classes_[self._forward(X)[-1].argmax(axis=1)]


class OpenNeuralNetwork(NeuralNetwork):
    """the ReLU lets everything through on the way back: what it made is never below 0"""

    def _backward(self, activations, Y):
        grads_W, grads_b = [], []
        delta = (activations[-1] - Y) / Y.shape[0]
        for i in reversed(range(len(self.weights_))):
            grads_W.insert(0, activations[i].T @ delta)
            grads_b.insert(0, delta.sum(axis=0, keepdims=True))
            if i > 0:
                delta = (delta @ self.weights_[i].T) * (activations[i] >= 0)
        return grads_W, grads_b


class UphillMLP(ScratchMLP):
    def update(self):
        self.W1 -= self.lr * self.dW1
        self.b1 -= self.lr * self.db1
        self.W2 += self.lr * self.dW2
        self.b2 -= self.lr * self.db2


class ClimbingMLP(ScratchMLP):
    def update(self):
        self.W1 += self.lr * self.dW1
        self.b1 += self.lr * self.db1
        self.W2 += self.lr * self.dW2
        self.b2 += self.lr * self.db2


class RatelessMLP(ScratchMLP):
    def update(self):
        self.W1 -= self.lr * self.dW1
        self.b1 -= self.lr * self.db1
        self.W2 -= self.lr * self.dW2
        self.b2 -= self.db2


class ForgetfulMLP(ScratchMLP):
    def update(self):
        self.W1 -= self.lr * self.dW1
        self.b1 -= self.lr * self.db1
        self.W2 -= self.lr * self.dW2


class DecayingMLP(ScratchMLP):
    """weight decay on the weights only"""

    def update(self):
        self.W1 -= self.lr * (self.dW1 + 0.1 * self.W1)
        self.b1 -= self.lr * self.db1
        self.W2 -= self.lr * (self.dW2 + 0.1 * self.W2)
        self.b2 -= self.lr * self.db2


class AdaptiveMLP(ScratchMLP):
    """another rule than gradient descent, which is no mistake"""

    def update(self):
        for name in ("W1", "b1", "W2", "b2"):
            g = getattr(self, "d" + name)
            setattr(self, name, getattr(self, name) - self.lr * g / (np.abs(g) + 1e-3))


class LosingMLP(ScratchMLP):
    """what it makes of the weights is kept in names of its own"""

    def update(self):
        W1 = self.W1 - self.lr * self.dW1
        b1 = self.b1 - self.lr * self.db1
        W2 = self.W2 - self.lr * self.dW2
        b2 = self.b2 - self.lr * self.db2


class ReturningMLP(ScratchMLP):
    """gives the new weights back, and leaves it to its caller to keep them"""

    def update(self):
        return [self.W1 - self.lr * self.dW1, self.b1 - self.lr * self.db1, self.W2 - self.lr * self.dW2]
