# Layers for sequences (batch, time, channel) as in keras
import numpy as np


def glorot(*shape):
    lim = np.sqrt(6.0 / (np.prod(shape[:-1]) + shape[0] * shape[-1]))
    return np.random.uniform(-lim, lim, shape)


class Conv1D:
    """ kernel (k, in, out), padding 'valid' or 'same' """

    def __init__(self, filters, kernel_size, strides=1, padding='valid'):
        self.filters = filters
        self.kernel_size = kernel_size
        self.strides = strides
        self.padding = padding
        self.kernel = None

    def build(self, input_shape):
        self.kernel = glorot(self.kernel_size, input_shape[-1], self.filters)
        self.bias = np.zeros(self.filters)

    def _pads(self, t):
        if self.padding == 'valid':
            return 0, 0
        out = -(-t // self.strides)
        total = max((out - 1) * self.strides + self.kernel_size - t, 0)
        return total // 2, total - total // 2

    def forward(self, x):
        if self.kernel is None:
            self.build(x.shape)
        self.t = x.shape[1]
        self.lo, hi = self._pads(self.t)
        self.x = np.pad(x, ((0, 0), (self.lo, hi), (0, 0)))
        steps = (self.x.shape[1] - self.kernel_size) // self.strides + 1
        out = np.zeros((len(x), steps, self.filters))
        for k in range(self.kernel_size):
            out += self.x[:, k:k + steps * self.strides:self.strides][:, :steps] @ self.kernel[k]
        return out + self.bias

    def backward(self, grad):
        steps = grad.shape[1]
        self.grad_kernel = np.zeros_like(self.kernel)
        self.grad_bias = grad.sum(axis=(0, 1))
        dx = np.zeros_like(self.x)
        for k in range(self.kernel_size):
            where = slice(k, k + (steps - 1) * self.strides + 1, self.strides)
            self.grad_kernel[k] = np.einsum('nti,nto->io', self.x[:, where], grad)
            dx[:, where] += grad @ self.kernel[k].T
        return dx[:, self.lo:self.lo + self.t]


class GlobalMaxPool:
    def forward(self, x):
        self.arg = x.argmax(axis=1)
        return x.max(axis=1)
