import numpy as np


def sigmoid(x):
    return 1.0 / (1 + np.exp(-x))


def sigmoid_derivative(x):
    return x * (1.0 - x)


class NeuralNetwork:
    def __init__(self, x, y):
        self.input = x
        self.weights1 = np.random.rand(self.input.shape[1], 4)
        self.weights2 = np.random.rand(4, 1)
        self.y = y
        self.output = np.zeros(self.y.shape)

    def feedforward(self):
        self.layer1 = sigmoid(np.dot(self.input, self.weights1))
        self.output = sigmoid(np.dot(self.layer1, self.weights2))

    def backprop(self):
        delta = 2 * (self.y - self.output) * sigmoid_derivative(self.output)
        d_weights2 = np.dot(self.layer1.T, delta)
        d_weights1 = np.dot(self.input.T, np.dot(delta, self.weights2.T) * sigmoid_derivative(self.layer1))
        self.weights1 += d_weights1
        self.weights2 += d_weights2


class ToyNet:
    def __init__(self, X_train, y_train, hidden=6, lr=0.5):
        rng = np.random.RandomState(1)
        self.X, self.t, self.lr = X_train, y_train, lr
        self.params = {
            "W1": rng.randn(X_train.shape[1], hidden),
            "b1": np.zeros((1, hidden)),
            "W2": rng.randn(hidden, 1),
            "b2": np.zeros((1, 1)),
        }

    def forward(self):
        p = self.params
        self.h = np.tanh(self.X @ p["W1"] + p["b1"])
        self.out = 1 / (1 + np.exp(-(self.h @ p["W2"] + p["b2"])))
        return self.out

    def backward(self):
        m = len(self.X)
        d2 = (self.out - self.t) / m
        d1 = d2 @ self.params["W2"].T * (1 - self.h**2)
        grads = {"W1": self.X.T @ d1, "b1": d1.sum(0, keepdims=True), "W2": self.h.T @ d2, "b2": d2.sum(0, keepdims=True)}
        for k in self.params:
            self.params[k] = self.params[k] - self.lr * grads[k]


class Brain:
    def __init__(self, inputs, outputs):
        self.inputs = inputs
        self.outputs = outputs
        self.w1 = np.random.normal(size=(inputs.shape[1], 5))
        self.w2 = np.random.normal(size=(5, outputs.shape[1]))

    def nonlin(self, z, deriv=False):
        if deriv:
            return z * (1 - z)
        return 1 / (1 + np.exp(-z))

    def feed_forward(self):
        self.l1 = self.nonlin(self.inputs @ self.w1)
        self.l2 = self.nonlin(self.l1 @ self.w2)

    def back_propagation(self):
        l2_delta = (self.outputs - self.l2) * self.nonlin(self.l2, deriv=True)
        l1_delta = l2_delta.dot(self.w2.T) * self.nonlin(self.l1, deriv=True)
        self.w2 += self.l1.T.dot(l2_delta)
        self.w1 += self.inputs.T.dot(l1_delta)
