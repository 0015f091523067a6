"""A layer that is trained in batches, and forgets to sum its bias gradient over them."""

import numpy as np


class FCLayer:
    def __init__(self, input_size, output_size):
        self.weights = np.random.rand(input_size, output_size) - 0.5
        self.bias = np.random.rand(1, output_size) - 0.5

    def forward(self, input_data):
        self.input = input_data
        return np.dot(self.input, self.weights) + self.bias

    def backward(self, output_error, learning_rate):
        input_error = np.dot(output_error, self.weights.T)
        self.weights -= learning_rate * np.dot(self.input.T, output_error)
        self.bias -= learning_rate * output_error
        return input_error


batch_size = 20
layer = FCLayer(784, 10)
for start in range(0, 60000, batch_size):
    out = layer.forward(x_train[start : start + batch_size])
    layer.backward(out - y_train[start : start + batch_size], 0.1)
