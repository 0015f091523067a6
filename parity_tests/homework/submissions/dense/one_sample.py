"""Dense layers for one sample at a time: nothing is summed where there is nothing to sum."""

import numpy as np


class Dense:
    def __init__(self, input_size, output_size):
        self.weights = np.random.randn(output_size, input_size)
        self.bias = np.random.randn(output_size, 1)

    def forward(self, input):
        self.input = input
        return np.dot(self.weights, self.input) + self.bias

    def backward(self, output_gradient, learning_rate):
        weights_gradient = np.dot(output_gradient, self.input.T)
        input_gradient = np.dot(self.weights.T, output_gradient)
        self.weights -= learning_rate * weights_gradient
        self.bias -= learning_rate * output_gradient
        return input_gradient


class FCLayer:
    def __init__(self, input_size, output_size):
        self.weights = np.random.rand(input_size, output_size) - 0.5
        self.bias = np.random.rand(1, output_size) - 0.5

    def forward_propagation(self, input_data):
        self.input = input_data
        return np.dot(self.input, self.weights) + self.bias

    def backward_propagation(self, output_error, learning_rate):
        input_error = np.dot(output_error, self.weights.T)
        self.weights -= learning_rate * np.dot(self.input.T, output_error)
        self.bias -= learning_rate * output_error
        return input_error


class LinearOuter:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)
        self.b = np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.dW = np.outer(self.x, dout)
        self.db = dout
        return self.W @ dout


def dense_forward(x, W, b):
    return np.dot(W, x) + b


def dense_backward(dy, x, W):
    return np.dot(W.T, dy), np.outer(dy, x), dy


class DenseTwice(Dense):
    def backward(self, output_gradient, learning_rate):
        input_gradient = np.dot(self.weights.T, output_gradient)
        self.weights -= learning_rate * np.dot(output_gradient, self.input.T)
        self.bias -= 2 * learning_rate * output_gradient
        return input_gradient


class FCLayerUp(FCLayer):
    def backward_propagation(self, output_error, learning_rate):
        input_error = np.dot(output_error, self.weights.T)
        self.weights -= learning_rate * np.dot(self.input.T, output_error)
        self.bias += learning_rate * output_error
        return input_error


class FCLayerMoved(FCLayer):
    def backward_propagation(self, output_error, learning_rate):
        self.weights -= learning_rate * np.dot(self.input.T, output_error)
        self.bias -= learning_rate * output_error
        return np.dot(output_error, self.weights.T)


class LinearOuterTurned(LinearOuter):
    def backward(self, dout):
        self.dW = np.outer(self.x, dout)
        self.db = -dout
        return self.W @ dout


class AffineUnsummed:
    """for any number of samples, and the bias gradient is not summed over them"""

    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)
        self.b = np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.dW = self.x.T @ dout
        self.db = dout
        return dout @ self.W.T
