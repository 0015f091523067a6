import numpy as np


class ConvolutionLayer:
    def __init__(self, in_channels, out_channels, kernel, stride=1, padding=0):
        self.kernel, self.stride, self.padding = kernel, stride, padding
        self.weights = np.random.randn(out_channels, in_channels, kernel, kernel) * 0.05
        self.bias = np.zeros(out_channels)
        self.grad_weights = None
        self.grad_bias = None

    def forward(self, x):
        p = self.padding
        self.x = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
        h = (self.x.shape[2] - self.kernel) // self.stride + 1
        w = (self.x.shape[3] - self.kernel) // self.stride + 1
        out = np.zeros((x.shape[0], self.weights.shape[0], h, w))
        for i in range(h):
            for j in range(w):
                out[:, :, i, j] = np.tensordot(self.patch(i, j), self.weights, ([1, 2, 3], [1, 2, 3])) + self.bias
        return out

    def patch(self, i, j):
        a, b = i * self.stride, j * self.stride
        return self.x[:, :, a:a + self.kernel, b:b + self.kernel]

    def backward(self, dout):
        self.grad_weights = np.zeros_like(self.weigths)
        self.grad_bias = dout.sum(axis=(0, 2, 3))
        dx = np.zeros_like(self.x)
        for i in range(dout.shape[2]):
            for j in range(dout.shape[3]):
                a, b = i * self.stride, j * self.stride
                self.grad_weights += np.tensordot(dout[:, :, i, j], self.patch(i, j), (0, 0))
                dx[:, :, a:a + self.kernel, b:b + self.kernel] += np.tensordot(dout[:, :, i, j], self.weights, 1)
        p = self.padding
        return dx[:, :, p:dx.shape[2] - p, p:dx.shape[3] - p]
