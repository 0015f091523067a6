"""Layers on channels-last images (N, H, W, C); kernels are (kh, kw, in, out)."""
import numpy as np

from .base import Layer
from .tensor import Tensor


class Linear(Layer):
    def __init__(self, in_features, out_features):
        super().__init__()
        bound = np.sqrt(6 / (in_features + out_features))
        self.params["w"] = Tensor(np.random.uniform(-bound, bound, (in_features, out_features)))
        self.params["b"] = Tensor(np.zeros(out_features))

    def forward(self, x):
        self.cache = x
        return x @ self.params["w"].data + self.params["b"].data

    def backward(self, dout):
        x = self.cache
        self.params["w"].grad = x.T @ dout
        self.params["b"].grad = dout.sum(axis=0)
        return dout @ self.params["w"].data.T


class Conv2d(Layer):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1):
        super().__init__()
        self.k, self.stride = kernel_size, stride
        scale = np.sqrt(2 / (kernel_size * kernel_size * in_channels))
        self.params["w"] = Tensor(np.random.randn(kernel_size, kernel_size, in_channels, out_channels) * scale)
        self.params["b"] = Tensor(np.zeros(out_channels))

    def _places(self, x):
        for i in range((x.shape[1] - self.k) // self.stride + 1):
            for j in range((x.shape[2] - self.k) // self.stride + 1):
                top, left = i * self.stride, j * self.stride
                yield i, j, (slice(None), slice(top, top + self.k), slice(left, left + self.k))

    def forward(self, x):
        self.cache = x
        w, b = self.params["w"].data, self.params["b"].data
        h = (x.shape[1] - self.k) // self.stride + 1
        v = (x.shape[2] - self.k) // self.stride + 1
        out = np.zeros((x.shape[0], h, v, w.shape[-1]))
        for i, j, window in self._places(x):
            out[:, i, j] = np.tensordot(x[window], w, axes=3) + b
        return out

    def backward(self, dout):
        x, w = self.cache, self.params["w"].data
        dx, dw = np.zeros_like(x), np.zeros_like(w)
        for i, j, window in self._places(x):
            d = dout[:, i, j]
            dx[window] += np.tensordot(d, w, axes=([1], [3]))
            dw += np.tensordot(x[window], d, axes=([0], [0]))
        self.params["w"].grad = dw
        self.params["b"].grad = dout.sum(axis=(0, 1, 2))
        return dx
