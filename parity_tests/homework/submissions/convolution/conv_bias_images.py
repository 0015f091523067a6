"""convolutional layer with a bias image for each kernel, one sample at a time"""
import numpy as np
from scipy import signal


class Layer:
    def __init__(self):
        self.input = None
        self.output = None


class Convolutional(Layer):
    def __init__(self, input_shape, kernel_size, depth):
        input_depth, input_height, input_width = input_shape
        self.depth = depth
        self.input_shape = input_shape
        self.input_depth = input_depth
        self.output_shape = (depth, input_height - kernel_size + 1, input_width - kernel_size + 1)
        self.kernels_shape = (depth, input_depth, kernel_size, kernel_size)
        self.kernels = np.random.randn(*self.kernels_shape)
        self.biases = np.random.randn(*self.output_shape)

    def forward(self, input):
        self.input = input
        self.output = np.copy(self.biases)
        for i in range(self.depth):
            for j in range(self.input_depth):
                self.output[i] += signal.correlate2d(self.input[j], self.kernels[i, j], "valid")
        return self.output

    def gradients(self, output_gradient, mode):
        kernels_gradient = np.zeros(self.kernels_shape)
        input_gradient = np.zeros(self.input_shape)
        for i in range(self.depth):
            for j in range(self.input_depth):
                kernels_gradient[i, j] = signal.correlate2d(self.input[j], output_gradient[i], "valid")
                input_gradient[j] += mode(output_gradient[i], self.kernels[i, j], "full")
        return kernels_gradient, input_gradient

    def backward(self, output_gradient, learning_rate):
        kernels_gradient, input_gradient = self.gradients(output_gradient, signal.convolve2d)
        self.kernels -= learning_rate * kernels_gradient
        self.biases -= learning_rate * output_gradient
        return input_gradient


class ConvolutionalV1(Convolutional):
    def backward(self, output_gradient, learning_rate):
        # correlate goes both ways... no
        kernels_gradient, input_gradient = self.gradients(output_gradient, signal.correlate2d)
        self.kernels -= learning_rate * kernels_gradient
        self.biases -= learning_rate * output_gradient
        return input_gradient


class ConvolutionalV2(Convolutional):
    def backward(self, output_gradient, learning_rate):
        # the same step for every pixel of a bias image
        kernels_gradient, input_gradient = self.gradients(output_gradient, signal.convolve2d)
        self.kernels -= learning_rate * kernels_gradient
        self.biases -= learning_rate * output_gradient.sum(axis=(1, 2), keepdims=True)
        return input_gradient


class ConvolutionalV3(Convolutional):
    def forward(self, input):
        # convolve2d turns the kernel: forward and backward no longer belong together
        self.input = input
        self.output = np.copy(self.biases)
        for i in range(self.depth):
            for j in range(self.input_depth):
                self.output[i] += signal.convolve2d(self.input[j], self.kernels[i, j], "valid")
        return self.output
