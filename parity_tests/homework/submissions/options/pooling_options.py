# pooling: its mode, its padding, windows that are not square
import numpy as np


class Pool:
    def __init__(self, f=2, stride=2, mode="max"):
        self.f, self.stride, self.mode = f, stride, mode

    def forward(self, x):
        self.x = x
        n, h, w, c = x.shape
        f, s = self.f, self.stride
        y = np.zeros((n, (h - f) // s + 1, (w - f) // s + 1, c))
        for i in range(y.shape[1]):
            for j in range(y.shape[2]):
                win = x[:, i * s : i * s + f, j * s : j * s + f]
                y[:, i, j] = win.max((1, 2)) if self.mode == "max" else win.mean((1, 2))
        return y

    def backward(self, dy):
        f, s = self.f, self.stride
        dx = np.zeros_like(self.x)
        for i in range(dy.shape[1]):
            for j in range(dy.shape[2]):
                win = self.x[:, i * s : i * s + f, j * s : j * s + f]
                d = dy[:, i : i + 1, j : j + 1]
                if self.mode == "max":
                    flat = win.reshape(len(win), f * f, -1)
                    one = np.arange(f * f)[None, :, None] == flat.argmax(1)[:, None]
                    dx[:, i * s : i * s + f, j * s : j * s + f] += one.reshape(win.shape) * d
                else:
                    dx[:, i * s : i * s + f, j * s : j * s + f] += self.share(d)
        return dx

    def share(self, d):
        return d


class PoolLayer(Pool):
    def share(self, d):
        return d / self.f**2


class MaxPool:
    """Pads with zeros, and takes them for the largest where all is negative."""

    def __init__(self, kernel_size, stride, padding=0):
        self.k, self.s, self.p = kernel_size, stride, padding

    def around(self, x):
        return np.pad(x, ((0, 0), (0, 0), (self.p, self.p), (self.p, self.p)))

    def forward(self, x):
        self.xp = self.around(x)
        n, c, h, w = self.xp.shape
        k, s = self.k, self.s
        out = np.zeros((n, c, (h - k) // s + 1, (w - k) // s + 1))
        for i in range(out.shape[2]):
            for j in range(out.shape[3]):
                out[:, :, i, j] = self.xp[:, :, i * s : i * s + k, j * s : j * s + k].max((2, 3))
        return out

    def backward(self, d):
        k, s, p = self.k, self.s, self.p
        dx = np.zeros_like(self.xp)
        n, c, oh, ow = d.shape
        for i in range(oh):
            for j in range(ow):
                win = self.xp[:, :, i * s : i * s + k, j * s : j * s + k].reshape(n, c, -1)
                one = np.arange(k * k) == win.argmax(-1)[..., None]
                dx[:, :, i * s : i * s + k, j * s : j * s + k] += one.reshape(n, c, k, k) * d[:, :, i, j, None, None]
        return dx[:, :, p : dx.shape[2] - p, p : dx.shape[3] - p]


class MaxPoolPadded(MaxPool):
    def around(self, x):
        edge = ((0, 0), (0, 0), (self.p, self.p), (self.p, self.p))
        return np.pad(x, edge, constant_values=-np.inf)


def max_pool_forward(x, pool_param):
    """Takes the height for the width."""
    ph, pw, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    n, c, h, w = x.shape
    out = np.empty((n, c, (h - ph) // s + 1, (w - pw) // s + 1))
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            out[:, :, i, j] = x[:, :, i * s : i * s + ph, j * s : j * s + ph].max(axis=(2, 3))
    return out, (x, pool_param)


class MaxPool2D:
    def __init__(self, pool_size=(2, 2), strides=None):
        self.pool_size, self.strides = pool_size, strides or pool_size

    def forward(self, x):
        self.x = x
        n, h, w, c = x.shape
        (ph, pw), (sh, sw) = self.pool_size, self.strides
        y = np.zeros((n, (h - ph) // sh + 1, (w - pw) // sw + 1, c))
        for i in range(y.shape[1]):
            for j in range(y.shape[2]):
                y[:, i, j] = x[:, i * sh : i * sh + ph, j * sw : j * sw + pw].max(axis=(1, 2))
        return y

    def backward(self, g):
        (ph, pw), (sh, sw) = self.pool_size, self.strides
        dx = np.zeros(self.x.shape)
        for b, i, j, k in np.ndindex(*g.shape):
            win = self.x[b, i * sh : i * sh + ph, j * sw : j * sw + pw, k]
            r, q = np.unravel_index(win.argmax(), win.shape)
            dx[b, i * sh + r, j * sw + q, k] += g[b, i, j, k]
        return dx
