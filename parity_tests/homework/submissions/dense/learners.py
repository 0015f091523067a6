"""Models that learn in one method and predict in another."""

import numpy as np


class LogisticRegression:
    def __init__(self, lr=0.01, n_iters=1000):
        self.lr = lr
        self.n_iters = n_iters
        self.weights = None
        self.bias = None

    def fit(self, X, y):
        n_samples, n_features = X.shape
        self.weights = np.zeros(n_features)
        self.bias = 0
        for _ in range(self.n_iters):
            linear_model = np.dot(X, self.weights) + self.bias
            y_predicted = self._sigmoid(linear_model)
            dw = (1 / n_samples) * np.dot(X.T, (y_predicted - y))
            db = (1 / n_samples) * np.sum(y_predicted - y)
            self.weights -= self.lr * dw
            self.bias -= self.lr * db

    def predict(self, X):
        linear_model = np.dot(X, self.weights) + self.bias
        y_predicted = self._sigmoid(linear_model)
        y_predicted_cls = [1 if i > 0.5 else 0 for i in y_predicted]
        return np.array(y_predicted_cls)

    def _sigmoid(self, x):
        return 1 / (1 + np.exp(-x))


class ScratchLogisticRegression():
    def __init__(self, num_iter, lr, no_bias, verbose, lam=0.0):
        self.iter = num_iter
        self.lr = lr
        self.no_bias = no_bias
        self.verbose = verbose
        self.lam = lam
        self.theta = np.array([])

    def _linear_hypothesis(self, X):
        return X @ self.theta

    def _sigmoid(self, z):
        return 1 / (1 + np.exp(-z))

    def fit(self, X, y, X_val=None, y_val=None):
        if self.no_bias is False:
            X = np.hstack([np.ones((X.shape[0], 1)), X])
        self.theta = np.zeros(X.shape[1])
        for i in range(self.iter):
            pred = self._sigmoid(self._linear_hypothesis(X))
            self._gradient_descent(X, pred - y)

    def _gradient_descent(self, X, error):
        m = X.shape[0]
        reg = self.lam / m * self.theta
        reg[0] = 0
        self.theta = self.theta - self.lr * (X.T @ error / m + reg)

    def predict_proba(self, X):
        if self.no_bias is False:
            X = np.hstack([np.ones((X.shape[0], 1)), X])
        return self._sigmoid(self._linear_hypothesis(X))

    def predict(self, X):
        return np.where(self.predict_proba(X) >= 0.5, 1, 0)


class LinearRegression:
    def __init__(self, learning_rate=0.001, n_iters=1000):
        self.lr = learning_rate
        self.n_iters = n_iters
        self.weights = None
        self.bias = None

    def fit(self, X, y):
        n_samples, n_features = X.shape
        self.weights = np.zeros(n_features)
        self.bias = 0
        for _ in range(self.n_iters):
            y_predicted = np.dot(X, self.weights) + self.bias
            dw = (1 / n_samples) * np.dot(X.T, (y_predicted - y))
            db = (1 / n_samples) * np.sum(y_predicted - y)
            self.weights -= self.lr * dw
            self.bias -= self.lr * db

    def predict(self, X):
        return np.dot(X, self.weights) + self.bias


class SoftmaxRegression:
    def __init__(self, learning_rate=0.1, n_iterations=100):
        self.learning_rate = learning_rate
        self.n_iterations = n_iterations
    def softmax(self, z):
        e = np.exp(z - np.max(z, axis=1, keepdims=True))
        return e / np.sum(e, axis=1, keepdims=True)
    def fit(self, X, y):
        n, d = X.shape
        k = len(np.unique(y))
        self.W = np.zeros((d, k))
        self.b = np.zeros(k)
        Y = np.eye(k)[y]
        for _ in range(self.n_iterations):
            P = self.softmax(X @ self.W + self.b)
            self.W -= self.learning_rate * X.T @ (P - Y) / n
            self.b -= self.learning_rate * np.sum(P - Y, axis=0) / n
    def predict(self, X):
        return np.argmax(self.softmax(X @ self.W + self.b), axis=1)


class LogisticRegressionSGD:
    def __init__(self, lr=0.1, epochs=10):
        self.lr, self.epochs = lr, epochs
    def sigmoid(self, z):
        return 1 / (1 + np.exp(-z))
    def fit(self, X, y):
        self.w = np.zeros(X.shape[1])
        self.b = 0.0
        for _ in range(self.epochs):
            for xi, yi in zip(X, y):
                p = self.sigmoid(xi @ self.w + self.b)
                self.w -= self.lr * (p - yi) * xi
                self.b -= self.lr * (p - yi)
    def predict(self, X):
        return (self.sigmoid(X @ self.w + self.b) >= 0.5).astype(int)


class LogisticMomentumRegression:
    def __init__(self, lr=0.1, epochs=10):
        self.lr, self.epochs = lr, epochs
    def fit(self, X, y):
        self.w = np.zeros(X.shape[1]); self.b = 0.0
        vw, vb = 0, 0
        for _ in range(self.epochs):
            p = 1 / (1 + np.exp(-(X @ self.w + self.b)))
            vw = 0.9 * vw + X.T @ (p - y) / len(y)
            vb = 0.9 * vb + np.mean(p - y)
            self.w -= self.lr * vw
            self.b -= self.lr * vb
    def predict(self, X):
        return (X @ self.w + self.b > 0).astype(int)


class ClimbingLogisticRegression(LogisticRegression):
    def fit(self, X, y):
        n_samples, n_features = X.shape
        self.weights = np.zeros(n_features)
        self.bias = 0
        for _ in range(self.n_iters):
            linear_model = np.dot(X, self.weights) + self.bias
            y_predicted = self._sigmoid(linear_model)
            dw = (1 / n_samples) * np.dot(X.T, (y_predicted - y))
            db = (1 / n_samples) * np.sum(y_predicted - y)
            self.weights += self.lr * dw
            self.bias += self.lr * db


class UnevenLogisticRegression(LogisticRegression):
    def fit(self, X, y):
        n_samples, n_features = X.shape
        self.weights = np.zeros(n_features)
        self.bias = 0
        for _ in range(self.n_iters):
            linear_model = np.dot(X, self.weights) + self.bias
            y_predicted = self._sigmoid(linear_model)
            dw = (1 / n_samples) * np.dot(X.T, (y_predicted - y))
            db = np.sum(y_predicted - y)
            self.weights -= self.lr * dw
            self.bias -= self.lr * db


class BiaslessLogisticRegression(LogisticRegression):
    def fit(self, X, y):
        n_samples, n_features = X.shape
        self.weights = np.zeros(n_features)
        self.bias = 0
        for _ in range(self.n_iters):
            linear_model = np.dot(X, self.weights)
            y_predicted = self._sigmoid(linear_model)
            dw = (1 / n_samples) * np.dot(X.T, (y_predicted - y))
            db = (1 / n_samples) * np.sum(y_predicted - y)
            self.weights -= self.lr * dw
            self.bias -= self.lr * db

    def predict(self, X):
        linear_model = np.dot(X, self.weights)
        y_predicted = self._sigmoid(linear_model)
        y_predicted_cls = [1 if i > 0.5 else 0 for i in y_predicted]
        return np.array(y_predicted_cls)


class CautiousLogisticRegression(LogisticRegression):
    def predict(self, X):
        linear_model = np.dot(X, self.weights) + self.bias
        y_predicted = self._sigmoid(linear_model)
        y_predicted_cls = [1 if i > 0.3 else 0 for i in y_predicted]
        return np.array(y_predicted_cls)


class TurnedLogisticRegression(ScratchLogisticRegression):
    def predict(self, X):
        return np.where(self.predict_proba(X) >= 0.5, 0, 1)


class BiaslessLinearRegression(LinearRegression):
    def predict(self, X):
        return np.dot(X, self.weights)


class TornLinearRegression(LinearRegression):
    def fit(self, X, y):
        n_samples, n_features = X.shape
        self.weights = np.zeros(n_features)
        self.bias = 0
        for _ in range(self.n_iters):
            y_predicted = np.dot(X, self.weights) + self.bias
            dw = (1 / n_samples) * np.dot(X.T, (y_predicted - y))
            db = (1 / n_samples) * np.sum(y - y_predicted)
            self.weights -= self.lr * dw
            self.bias -= self.lr * db


class UnevenSoftmaxRegression(SoftmaxRegression):
    def fit(self, X, y):
        n, d = X.shape
        k = len(np.unique(y))
        self.W = np.zeros((d, k))
        self.b = np.zeros(k)
        Y = np.eye(k)[y]
        for _ in range(self.n_iterations):
            P = self.softmax(X @ self.W + self.b)
            self.W -= self.learning_rate * X.T @ (P - Y) / n
            self.b -= self.learning_rate * np.sum(P - Y, axis=0)
