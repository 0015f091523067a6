"""Adaline and linear regression, and by which factor their gradients are those of the loss they record."""

import numpy as np


class AdalineGD:
    def __init__(self, eta=0.01, n_iter=50, random_state=1):
        self.eta, self.n_iter, self.random_state = eta, n_iter, random_state

    def fit(self, X, y):
        rgen = np.random.RandomState(self.random_state)
        self.w_ = rgen.normal(0.0, 0.01, size=X.shape[1])
        self.b_ = np.float64(0.)
        self.losses_ = []
        for i in range(self.n_iter):
            output = self.activation(self.net_input(X))
            errors = y - output
            self.w_ += self.eta * 2.0 * X.T.dot(errors) / X.shape[0]
            self.b_ += self.eta * 2.0 * errors.mean()
            loss = (errors**2).mean()
            self.losses_.append(loss)
        return self

    def net_input(self, X):
        return np.dot(X, self.w_) + self.b_

    def activation(self, X):
        return X

    def predict(self, X):
        return np.where(self.activation(self.net_input(X)) >= 0.5, 1, 0)


class OldAdalineGD:
    def __init__(self, eta=0.01, n_iter=50, random_state=1):
        self.eta, self.n_iter, self.random_state = eta, n_iter, random_state

    def fit(self, X, y):
        rgen = np.random.RandomState(self.random_state)
        self.w_ = rgen.normal(0.0, 0.01, size=1 + X.shape[1])
        self.cost_ = []
        for i in range(self.n_iter):
            errors = y - self.net_input(X)
            self.w_[1:] += self.eta * X.T.dot(errors)
            self.w_[0] += self.eta * errors.sum()
            self.cost_.append((errors**2).sum() / 2.0)
        return self

    def net_input(self, X):
        return np.dot(X, self.w_[1:]) + self.w_[0]

    def predict(self, X):
        return np.where(self.net_input(X) >= 0.0, 1, -1)


class LinearRegressionGD:
    def __init__(self, lr=0.01, n_iters=1000):
        self.lr = lr
        self.n_iters = n_iters

    def fit(self, X, y):
        n_samples, n_features = X.shape
        self.weights = np.zeros(n_features)
        self.bias = 0
        self.history = []
        for _ in range(self.n_iters):
            y_predicted = np.dot(X, self.weights) + self.bias
            self.history.append(np.mean((y_predicted - y) ** 2))
            dw = (2 / n_samples) * np.dot(X.T, (y_predicted - y))
            db = (2 / n_samples) * np.sum(y_predicted - y)
            self.weights -= self.lr * dw
            self.bias -= self.lr * db

    def predict(self, X):
        return np.dot(X, self.weights) + self.bias


class HalvedLinearRegressionGD:
    def __init__(self, lr=0.01, n_iters=1000):
        self.lr = lr
        self.n_iters = n_iters

    def fit(self, X, y):
        n_samples, n_features = X.shape
        self.weights = np.zeros(n_features)
        self.bias = 0
        self.losses = []
        for _ in range(self.n_iters):
            y_predicted = np.dot(X, self.weights) + self.bias
            self.losses.append(np.mean((y_predicted - y) ** 2))
            dw = (1 / n_samples) * np.dot(X.T, (y_predicted - y))
            db = (1 / n_samples) * np.sum(y_predicted - y)
            self.weights -= self.lr * dw
            self.bias -= self.lr * db

    def predict(self, X):
        return np.dot(X, self.weights) + self.bias


class EvenAdalineGD(OldAdalineGD):
    def predict(self, X):
        return np.where(self.net_input(X) >= 0.5, 1, -1)


class ClimbingAdalineGD(OldAdalineGD):
    def fit(self, X, y):
        rgen = np.random.RandomState(self.random_state)
        self.w_ = rgen.normal(0.0, 0.01, size=1 + X.shape[1])
        for i in range(self.n_iter):
            errors = self.net_input(X) - y
            self.w_[1:] += self.eta * X.T.dot(errors)
            self.w_[0] += self.eta * errors.sum()
        return self


class DoubleAdalineGD(OldAdalineGD):
    def fit(self, X, y):
        rgen = np.random.RandomState(self.random_state)
        self.w_ = rgen.normal(0.0, 0.01, size=1 + X.shape[1])
        self.cost_ = []
        for i in range(self.n_iter):
            errors = y - self.net_input(X)
            self.w_[1:] += self.eta * 2 * X.T.dot(errors)
            self.w_[0] += self.eta * 2 * errors.sum()
            self.cost_.append((errors**2).sum() / 2.0)
        return self


class AbsorbedLinearRegression(HalvedLinearRegressionGD):
    """The 2 of the derivative is absorbed by the learning rate."""

    def score(self, X, y):
        return 1 - ((self.predict(X) - y) ** 2).sum() / ((y - y.mean()) ** 2).sum()
