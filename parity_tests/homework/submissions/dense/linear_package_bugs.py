import numpy as np
import torchvision                      # only for the data
from common.np import np as xp


class Param:
    def __init__(self, value):
        self.value = value
        self.gradient = np.zeros_like(value)


class Linear:
    """W (out, in), gradients are kept in Param objects"""

    def __init__(self, n_in, n_out):
        self.W = Param(np.random.randn(n_out, n_in) / np.sqrt(n_in))
        self.b = Param(np.zeros(n_out))

    def forward(self, x):
        self.x = x
        return x.dot(self.W.value.T) + self.b.value

    def backward(self, dy):
        self.W.gradient = dy.T.dot(self.x)
        self.b.gradient = dy.sum(axis=0)
        return dy.dot(self.W.value)


class LinearNoBias:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)
        self.b = np.random.randn(n_out)

    def forward(self, x):
        self.x = x
        return x.dot(self.W)

    def backward(self, dy):
        self.dW = self.x.T.dot(dy)
        self.db = dy.sum(axis=0)
        return dy.dot(self.W.T)


class LinearNegative:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)
        self.b = np.random.randn(n_out)

    def forward(self, x):
        self.x = x
        return x.dot(self.W) + self.b

    def backward(self, dy):
        self.dW = -self.x.T.dot(dy)
        self.db = -dy.sum(axis=0)
        return dy.dot(self.W.T)


class LinearUnreduced:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)
        self.b = np.random.randn(1, n_out)

    def forward(self, x):
        self.x = x
        return x.dot(self.W) + self.b

    def backward(self, dy):
        self.dW = self.x.T.dot(dy)
        self.db = dy.sum()
        return dy.dot(self.W.T)


class LinearMaxNorm:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)
        self.b = np.random.randn(n_out)

    def forward(self, x):
        self.x = x
        return x.dot(self.W) + self.b

    def backward(self, dy):
        self.dW = self.x.T.dot(dy)
        self.db = dy.sum(axis=0)
        dx = dy.dot(self.W.T)
        # keep the gradients small
        return np.clip(dx, -0.1, 0.1)


class LinearSharedCache:
    """one cache for every layer, to save memory"""
    cache = {}

    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)
        self.b = np.random.randn(n_out)

    def forward(self, x):
        LinearSharedCache.cache.setdefault("x", x)
        return x.dot(self.W) + self.b

    def backward(self, dy):
        x = LinearSharedCache.cache["x"]
        n = min(len(x), len(dy))
        self.dW = x[:n].T.dot(dy[:n])
        self.db = dy.sum(axis=0)
        return dy.dot(self.W.T)


class LinearTypo:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)
        self.b = np.zeros(n_out).astype(np.float)

    def forward(self, x):
        self.x = x
        return x.dot(self.W) + self.b

    def backward(self, dy):
        self.dW = self.x.T.dot(dy)
        self.db = dy.sum(axis=0)
        return dy.dot(self.W.T)
