import numpy as np


class Layer(object):
    def forward(self, input):
        raise NotImplementedError

    def backward(self, output_error, learning_rate):
        raise NotImplementedError


class ConvLayer(Layer):
    """
    Valid convolution of a batch of one-channel images.
    input  (batch, height, width)
    output (batch, num_kernels, height - k + 1, width - k + 1)
    Parameters are updated in the backward pass.
    """

    def __init__(self, num_kernels, kernel_size):
        self.k = kernel_size
        self.weights = np.random.rand(num_kernels, kernel_size, kernel_size) - 0.5
        self.bias = np.random.rand(num_kernels) - 0.5

    def forward(self, input):
        self.input = input
        n, h, w = input.shape
        rows, cols = h - self.k + 1, w - self.k + 1
        self.output = np.zeros((n, len(self.weights), rows, cols))
        for r in range(rows):
            for c in range(cols):
                region = input[:, r:r + self.k, c:c + self.k]
                self.output[:, :, r, c] = np.tensordot(region, self.weights, axes=([1, 2], [1, 2])) + self.bias
        return self.output

    def backward(self, output_error, learning_rate):
        input_error = np.zeros(self.input.shape)
        weights_error = np.zeros(self.weights.shape)
        for r in range(output_error.shape[2]):
            for c in range(output_error.shape[3]):
                err = output_error[:, :, r, c]
                region = self.input[:, r:r + self.k, c:c + self.k]
                weights_error += np.tensordot(err, region, axes=(0, 0))
                input_error[:, r:r + self.k, c:c + self.k] += np.tensordot(err, self.weights, axes=(1, 0))
        self.weights -= learning_rate * weights_error
        self.bias -= learning_rate * output_error.sum(axis=(0, 2, 3))
        return input_error
