"""Linear models with their weights made at once, and with the bias among the weights."""

import numpy as np


class SoftmaxClassifier:
    def __init__(self, n_features, n_classes, lr=0.1, epochs=10):
        self.W = np.random.randn(n_features, n_classes) * 0.01
        self.b = np.zeros(n_classes)
        self.lr = lr
        self.epochs = epochs
    def softmax(self, z):
        z = z - z.max(axis=1, keepdims=True)
        return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    def train(self, X, Y):
        for epoch in range(self.epochs):
            P = self.softmax(X @ self.W + self.b)
            G = (P - Y) / X.shape[0]
            self.W -= self.lr * (X.T @ G)
            self.b -= self.lr * G.sum(axis=0)
    def predict(self, X):
        return np.argmax(X @ self.W + self.b, axis=1)


class ClimbingSoftmaxClassifier:
    def __init__(self, n_features, n_classes, lr=0.1, epochs=10):
        self.W = np.random.randn(n_features, n_classes) * 0.01
        self.b = np.zeros(n_classes)
        self.lr = lr
        self.epochs = epochs
    def softmax(self, z):
        z = z - z.max(axis=1, keepdims=True)
        return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    def train(self, X, Y):
        for epoch in range(self.epochs):
            P = self.softmax(X @ self.W + self.b)
            G = (Y - P) / X.shape[0]
            self.W -= self.lr * (X.T @ G)
            self.b -= self.lr * G.sum(axis=0)
    def predict(self, X):
        return np.argmax(X @ self.W + self.b, axis=1)


class SummedSoftmaxClassifier:
    def __init__(self, n_features, n_classes, lr=0.1, epochs=10):
        self.W = np.random.randn(n_features, n_classes) * 0.01
        self.b = np.zeros(n_classes)
        self.lr = lr
        self.epochs = epochs
    def softmax(self, z):
        z = z - z.max(axis=1, keepdims=True)
        return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    def train(self, X, Y):
        for epoch in range(self.epochs):
            P = self.softmax(X @ self.W + self.b)
            G = (P - Y) / X.shape[0]
            self.W -= self.lr * (X.T @ G)
            self.b -= self.lr * G.sum()
    def predict(self, X):
        return np.argmax(X @ self.W + self.b, axis=1)


class LeastSoftmaxClassifier:
    def __init__(self, n_features, n_classes, lr=0.1, epochs=10):
        self.W = np.random.randn(n_features, n_classes) * 0.01
        self.b = np.zeros(n_classes)
        self.lr = lr
        self.epochs = epochs
    def softmax(self, z):
        z = z - z.max(axis=1, keepdims=True)
        return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    def train(self, X, Y):
        for epoch in range(self.epochs):
            P = self.softmax(X @ self.W + self.b)
            G = (P - Y) / X.shape[0]
            self.W -= self.lr * (X.T @ G)
            self.b -= self.lr * G.sum(axis=0)
    def predict(self, X):
        return np.argmin(X @ self.W + self.b, axis=1)


class LinearRegressionGD:
    def __init__(self, eta=0.001, n_iter=20):
        self.eta = eta
        self.n_iter = n_iter
    def fit(self, X, y):
        self.w_ = np.zeros(1 + X.shape[1])
        self.cost_ = []
        for i in range(self.n_iter):
            output = self.net_input(X)
            errors = (y - output)
            self.w_[1:] += self.eta * X.T.dot(errors)
            self.w_[0] += self.eta * errors.sum()
            cost = (errors**2).sum() / 2.0
            self.cost_.append(cost)
        return self
    def net_input(self, X):
        return np.dot(X, self.w_[1:]) + self.w_[0]
    def predict(self, X):
        return self.net_input(X)


class TornLinearRegressionGD:
    def __init__(self, eta=0.001, n_iter=20):
        self.eta = eta
        self.n_iter = n_iter
    def fit(self, X, y):
        self.w_ = np.zeros(1 + X.shape[1])
        self.cost_ = []
        for i in range(self.n_iter):
            output = self.net_input(X)
            errors = (y - output)
            self.w_[1:] += self.eta * X.T.dot(errors)
            self.w_[0] -= self.eta * errors.sum()
            cost = (errors**2).sum() / 2.0
            self.cost_.append(cost)
        return self
    def net_input(self, X):
        return np.dot(X, self.w_[1:]) + self.w_[0]
    def predict(self, X):
        return self.net_input(X)


class ClimbingLinearRegressionGD:
    def __init__(self, eta=0.001, n_iter=20):
        self.eta = eta
        self.n_iter = n_iter
    def fit(self, X, y):
        self.w_ = np.zeros(1 + X.shape[1])
        self.cost_ = []
        for i in range(self.n_iter):
            output = self.net_input(X)
            errors = (output - y)
            self.w_[1:] += self.eta * X.T.dot(errors)
            self.w_[0] += self.eta * errors.sum()
            cost = (errors**2).sum() / 2.0
            self.cost_.append(cost)
        return self
    def net_input(self, X):
        return np.dot(X, self.w_[1:]) + self.w_[0]
    def predict(self, X):
        return self.net_input(X)


class UnevenLinearRegressionGD:
    def __init__(self, eta=0.001, n_iter=20):
        self.eta = eta
        self.n_iter = n_iter
    def fit(self, X, y):
        self.w_ = np.zeros(1 + X.shape[1])
        self.cost_ = []
        for i in range(self.n_iter):
            output = self.net_input(X)
            errors = (y - output)
            self.w_[1:] += self.eta * X.T.dot(errors)
            self.w_[0] += self.eta * errors.mean()
            cost = (errors**2).sum() / 2.0
            self.cost_.append(cost)
        return self
    def net_input(self, X):
        return np.dot(X, self.w_[1:]) + self.w_[0]
    def predict(self, X):
        return self.net_input(X)


class BiaslessLinearRegressionGD:
    def __init__(self, eta=0.001, n_iter=20):
        self.eta = eta
        self.n_iter = n_iter
    def fit(self, X, y):
        self.w_ = np.zeros(1 + X.shape[1])
        self.cost_ = []
        for i in range(self.n_iter):
            output = self.net_input(X)
            errors = (y - output)
            self.w_[1:] += self.eta * X.T.dot(errors)
            self.w_[0] += self.eta * errors.sum()
            cost = (errors**2).sum() / 2.0
            self.cost_.append(cost)
        return self
    def net_input(self, X):
        return np.dot(X, self.w_[1:]) 
    def predict(self, X):
        return self.net_input(X)
