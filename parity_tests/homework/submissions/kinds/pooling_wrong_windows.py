# pooling that is wrong in one way each
import numpy as np


def windows(x, size, stride):
    n, h, w, c = x.shape
    for i in range((h - size) // stride + 1):
        for j in range((w - size) // stride + 1):
            yield i, j, x[:, i * stride:i * stride + size, j * stride:j * stride + size]


def empty(x, size, stride):
    n, h, w, c = x.shape
    return np.zeros((n, (h - size) // stride + 1, (w - size) // stride + 1, c))


def max_pool(x, size=2, stride=2):
    out = empty(x, size, stride)
    for i, j, window in windows(x, size, stride):
        out[:, i, j] = window.max(axis=(1, 2))
    return out


def max_pool_mean(x, size=2, stride=2):
    out = empty(x, size, stride)
    for i, j, window in windows(x, size, stride):
        out[:, i, j] = window.mean(axis=(1, 2))
    return out


def max_pool_min(x, size=2, stride=2):
    out = empty(x, size, stride)
    for i, j, window in windows(x, size, stride):
        out[:, i, j] = window.min(axis=(1, 2))
    return out


def max_pool_all_channels(x, size=2, stride=2):
    out = empty(x, size, stride)
    for i, j, window in windows(x, size, stride):
        for k in range(len(x)):
            out[k, i, j] = window[k].max()
    return out


def max_pool_dense(x, size=2, stride=2):
    out = empty(x, size, stride)
    for i in range(out.shape[1]):
        for j in range(out.shape[2]):
            out[:, i, j] = x[:, i:i + size, j:j + size].max(axis=(1, 2))
    return out


def max_pool_rows_only(x, size=2, stride=2):
    out = empty(x, size, stride)
    for i in range(out.shape[1]):
        for j in range(out.shape[2]):
            a = i * stride
            out[:, i, j] = x[:, a:a + size, a:a + size].max(axis=(1, 2))
    return out


def max_pool_turned(x, pool_h=2, pool_w=2, stride=2):
    n, h, w, c = x.shape
    out = np.zeros((n, (h - pool_h) // stride + 1, (w - pool_w) // stride + 1, c))
    for i in range(out.shape[1]):
        for j in range(out.shape[2]):
            a, b = i * stride, j * stride
            out[:, i, j] = x[:, a:a + pool_w, b:b + pool_h].max(axis=(1, 2))
    return out


def avg_pool(x, size=2, stride=2):
    out = empty(x, size, stride)
    for i, j, window in windows(x, size, stride):
        out[:, i, j] = window.mean(axis=(1, 2))
    return out


def avg_pool_max(x, size=2, stride=2):
    out = empty(x, size, stride)
    for i, j, window in windows(x, size, stride):
        out[:, i, j] = window.max(axis=(1, 2))
    return out


class AvgPool:
    def __init__(self, size=2, stride=2):
        self.size, self.stride = size, stride

    def forward(self, x):
        self.x = x
        return avg_pool(x, self.size, self.stride)

    def backward(self, dout):
        dx = np.zeros(self.x.shape)
        for i, j, window in windows(dx, self.size, self.stride):
            window += dout[:, i:i + 1, j:j + 1] / self.size**2
        return dx


class MaxPool(AvgPool):
    """Both ways as the mean."""

    def forward(self, x):
        return super().forward(x)


class AvgPoolMax(AvgPool):
    """Both ways as the maximum."""

    def forward(self, x):
        self.x, self.y = x, max_pool(x, self.size, self.stride)
        return self.y

    def backward(self, dout):
        dx = np.zeros(self.x.shape)
        pieces = windows(self.x, self.size, self.stride)
        for (i, j, window), (_, _, into) in zip(pieces, windows(dx, self.size, self.stride)):
            into += (window == self.y[:, i:i + 1, j:j + 1]) * dout[:, i:i + 1, j:j + 1]
        return dx
