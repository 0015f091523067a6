import numpy as np
import matplotlib
matplotlib.use('TkAgg')


class ConvLayer:
    """ (batch, depth, h, w), weights updated as we go """

    def __init__(self, input_depth, num_kernels, kernel_size):
        self.input_depth = input_depth
        self.num_kernels = num_kernels
        self.kernel_size = kernel_size
        self.kernels = np.random.randn(num_kernels, input_depth, kernel_size, kernel_size)
        self.biases = np.random.randn(num_kernels)

    def patches(self, image):
        ks = self.kernel_size
        for i in range(image.shape[2] - ks + 1):
            for j in range(image.shape[3] - ks + 1):
                yield i, j, image[:, :, i:i + ks, j:j + ks]

    def forward(self, input):
        self.input = input
        n, _, h, w = input.shape
        out = np.zeros((n, self.num_kernels, h - self.kernel_size + 1, w - self.kernel_size + 1))
        for i, j, p in self.patches(input):
            out[:, :, i, j] = np.tensordot(p, self.kernels, axes=([1, 2, 3], [1, 2, 3])) + self.biases
        return out

    def backward(self, output_gradient, learning_rate):
        kernels_gradient = np.zeros_like(self.kernels)
        for i, j, p in self.patches(self.input):
            kernels_gradient += np.tensordot(output_gradient[:, :, i, j], p, axes=(0, 0))
        # step
        self.kernels = self.kernels - learning_rate * kernels_gradient
        self.biases = self.biases - learning_rate * np.sum(output_gradient, axis=(0, 2, 3))
        # gradient for the layer before
        ks = self.kernel_size
        input_gradient = np.zeros_like(self.input)
        for i in range(output_gradient.shape[2]):
            for j in range(output_gradient.shape[3]):
                input_gradient[:, :, i:i + ks, j:j + ks] += np.tensordot(output_gradient[:, :, i, j], self.kernels, axes=1)
        return input_gradient
