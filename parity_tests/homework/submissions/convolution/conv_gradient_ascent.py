import numpy as np
import skimage.data


class ConvLayer:
    def __init__(self, num_kernels, kernel_size, input_shape=(1, 28, 28)):
        self.depth, self.h, self.w = input_shape
        self.kernel_size = kernel_size
        self.weights = np.random.randn(num_kernels, self.depth, kernel_size, kernel_size) * 0.1
        self.biases = np.zeros(num_kernels)

    def forward_propagation(self, input):
        """input (batch, depth, h, w)"""
        self.input = input
        k = self.kernel_size
        rows, cols = input.shape[2] - k + 1, input.shape[3] - k + 1
        out = np.zeros((input.shape[0], len(self.weights), rows, cols))
        for i in range(k):
            for j in range(k):
                out += np.einsum('bdhw,nd->bnhw', input[:, :, i:i + rows, j:j + cols], self.weights[:, :, i, j])
        return out + self.biases.reshape(1, -1, 1, 1)

    def backward_propagation(self, output_error, learning_rate):
        k = self.kernel_size
        rows, cols = output_error.shape[2:]
        input_error = np.zeros(self.input.shape)
        step = np.zeros(self.weights.shape)
        for i in range(k):
            for j in range(k):
                area = self.input[:, :, i:i + rows, j:j + cols]
                step[:, :, i, j] = np.einsum('bnhw,bdhw->nd', output_error, area)
                input_error[:, :, i:i + rows, j:j + cols] += np.einsum('bnhw,nd->bdhw', output_error, self.weights[:, :, i, j])
        self.weights += learning_rate * step
        self.biases -= learning_rate * output_error.sum(axis=(0, 2, 3))
        return input_error


image = skimage.data.camera() / 255.0
conv = ConvLayer(2, 3)
feature_map = conv.forward_propagation(image[None, None])
