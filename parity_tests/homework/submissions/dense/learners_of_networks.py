"""Networks that learn in one method and predict in another."""

import numpy as np


class NeuralNetwork:
    def __init__(self, hidden=16, lr=0.1, epochs=100):
        self.hidden, self.lr, self.epochs = hidden, lr, epochs

    def fit(self, X, y):
        n, d = X.shape
        k = y.shape[1]
        self.W1 = np.random.randn(d, self.hidden) * 0.1
        self.b1 = np.zeros(self.hidden)
        self.W2 = np.random.randn(self.hidden, k) * 0.1
        self.b2 = np.zeros(k)
        for _ in range(self.epochs):
            z1 = X @ self.W1 + self.b1
            a1 = np.maximum(0, z1)
            z2 = a1 @ self.W2 + self.b2
            e = np.exp(z2 - z2.max(axis=1, keepdims=True))
            p = e / e.sum(axis=1, keepdims=True)
            d2 = (p - y) / n
            d1 = d2 @ self.W2.T * (z1 > 0)
            self.W2 -= self.lr * a1.T @ d2
            self.b2 -= self.lr * d2.sum(axis=0)
            self.W1 -= self.lr * X.T @ d1
            self.b1 -= self.lr * d1.sum(axis=0)
        return self

    def predict(self, X):
        a1 = np.maximum(0, X @ self.W1 + self.b1)
        z2 = a1 @ self.W2 + self.b2
        return np.argmax(z2, axis=1)


class SingleNeuronNetwork():
    def __init__(self):
        np.random.seed(1)
        self.synaptic_weights = 2 * np.random.random((3, 1)) - 1

    def __sigmoid(self, x):
        return 1 / (1 + np.exp(-x))

    def __sigmoid_derivative(self, x):
        return x * (1 - x)

    def train(self, training_set_inputs, training_set_outputs, number_of_training_iterations):
        for iteration in range(number_of_training_iterations):
            output = self.think(training_set_inputs)
            error = training_set_outputs - output
            adjustment = np.dot(training_set_inputs.T, error * self.__sigmoid_derivative(output))
            self.synaptic_weights += adjustment

    def think(self, inputs):
        return self.__sigmoid(np.dot(inputs, self.synaptic_weights))


class OpenNeuralNetwork(NeuralNetwork):
    def fit(self, X, y):
        n, d = X.shape
        k = y.shape[1]
        self.W1 = np.random.randn(d, self.hidden) * 0.1
        self.b1 = np.zeros(self.hidden)
        self.W2 = np.random.randn(self.hidden, k) * 0.1
        self.b2 = np.zeros(k)
        for _ in range(self.epochs):
            z1 = X @ self.W1 + self.b1
            a1 = np.maximum(0, z1)
            z2 = a1 @ self.W2 + self.b2
            e = np.exp(z2 - z2.max(axis=1, keepdims=True))
            p = e / e.sum(axis=1, keepdims=True)
            d2 = (p - y) / n
            d1 = d2 @ self.W2.T
            self.W2 -= self.lr * a1.T @ d2
            self.b2 -= self.lr * d2.sum(axis=0)
            self.W1 -= self.lr * X.T @ d1
            self.b1 -= self.lr * d1.sum(axis=0)
        return self


class UphillNeuralNetwork(NeuralNetwork):
    def fit(self, X, y):
        n, d = X.shape
        k = y.shape[1]
        self.W1 = np.random.randn(d, self.hidden) * 0.1
        self.b1 = np.zeros(self.hidden)
        self.W2 = np.random.randn(self.hidden, k) * 0.1
        self.b2 = np.zeros(k)
        for _ in range(self.epochs):
            z1 = X @ self.W1 + self.b1
            a1 = np.maximum(0, z1)
            z2 = a1 @ self.W2 + self.b2
            e = np.exp(z2 - z2.max(axis=1, keepdims=True))
            p = e / e.sum(axis=1, keepdims=True)
            d2 = (p - y) / n
            d1 = d2 @ self.W2.T * (z1 > 0)
            self.W2 -= self.lr * a1.T @ d2
            self.b2 -= self.lr * d2.sum(axis=0)
            self.W1 -= self.lr * X.T @ d1
            self.b1 += self.lr * d1.sum(axis=0)
        return self


class MovedNeuralNetwork(NeuralNetwork):
    def fit(self, X, y):
        n, d = X.shape
        k = y.shape[1]
        self.W1 = np.random.randn(d, self.hidden) * 0.1
        self.b1 = np.zeros(self.hidden)
        self.W2 = np.random.randn(self.hidden, k) * 0.1
        self.b2 = np.zeros(k)
        for _ in range(self.epochs):
            z1 = X @ self.W1 + self.b1
            a1 = np.maximum(0, z1)
            z2 = a1 @ self.W2 + self.b2
            e = np.exp(z2 - z2.max(axis=1, keepdims=True))
            p = e / e.sum(axis=1, keepdims=True)
            d2 = (p - y) / n
            self.W2 -= self.lr * a1.T @ d2
            self.b2 -= self.lr * d2.sum(axis=0)
            d1 = d2 @ self.W2.T * (z1 > 0)
            self.W1 -= self.lr * X.T @ d1
            self.b1 -= self.lr * d1.sum(axis=0)
        return self


class OtherNeuralNetwork(NeuralNetwork):
    def predict(self, X):
        a1 = np.tanh(X @ self.W1 + self.b1)
        z2 = a1 @ self.W2 + self.b2
        return np.argmax(z2, axis=1)


class ClimbingNeuronNetwork(SingleNeuronNetwork):
    def train(self, training_set_inputs, training_set_outputs, number_of_training_iterations):
        for iteration in range(number_of_training_iterations):
            output = self.think(training_set_inputs)
            error = training_set_outputs - output
            adjustment = np.dot(training_set_inputs.T, error * output * (1 - output))
            self.synaptic_weights -= adjustment
