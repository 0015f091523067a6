"""Three attempts at the digits network. Only feedforward is the same in all of them."""
import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_prime(z):
    """z is the weighted input"""
    return sigmoid(z) * (1 - sigmoid(z))


class Network(object):
    def __init__(self, sizes):
        self.sizes = sizes
        self.num_layers = len(sizes)
        self.biases = [np.random.randn(y, 1) for y in sizes[1:]]
        self.weights = [np.random.randn(y, x) / np.sqrt(x) for x, y in zip(sizes[:-1], sizes[1:])]

    def feedforward(self, a):
        for b, w in zip(self.biases, self.weights):
            a = sigmoid(w @ a + b)
        return a

    def backprop(self, x, y):
        activations, zs = [x], []
        for b, w in zip(self.biases, self.weights):
            zs.append(w @ activations[-1] + b)
            activations.append(sigmoid(zs[-1]))
        nabla_b = [None] * len(self.biases)
        nabla_w = [None] * len(self.weights)
        delta = (activations[-1] - y) * sigmoid_prime(activations[-1])
        for l in range(1, self.num_layers):
            nabla_b[-l] = delta
            nabla_w[-l] = delta @ activations[-l - 1].T
            if l < self.num_layers - 1:
                delta = (self.weights[-l].T @ delta) * sigmoid_prime(activations[-l - 1])
        return nabla_b, nabla_w


class NetworkMatrix(Network):
    """whole mini batch at once: x is (inputs, batch). Gradients are averaged."""

    def backprop(self, x, y):
        activations, zs = [x], []
        for b, w in zip(self.biases, self.weights):
            zs.append(w @ activations[-1] + b)
            activations.append(sigmoid(zs[-1]))
        m = x.shape[1]
        nabla_b, nabla_w = [], []
        delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
        for l in range(self.num_layers - 2, -1, -1):
            nabla_b.insert(0, delta.mean(axis=1, keepdims=True))
            nabla_w.insert(0, delta @ activations[l].T / m)
            if l > 0:
                delta = (self.weights[l].T @ delta) * sigmoid_prime(zs[l - 1])
        return nabla_b, nabla_w


class NetworkTwiceMean(NetworkMatrix):
    def backprop(self, x, y):
        activations, zs = [x], []
        for b, w in zip(self.biases, self.weights):
            zs.append(w @ activations[-1] + b)
            activations.append(sigmoid(zs[-1]))
        m = x.shape[1]
        nabla_b, nabla_w = [], []
        delta = (activations[-1] - y) / m * sigmoid_prime(zs[-1])
        for l in range(self.num_layers - 2, -1, -1):
            nabla_b.insert(0, delta.mean(axis=1, keepdims=True))
            nabla_w.insert(0, delta @ activations[l].T / m)
            if l > 0:
                delta = (self.weights[l].T @ delta) * sigmoid_prime(zs[l - 1])
        return nabla_b, nabla_w
