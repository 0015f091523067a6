"""sparse attention weights: sparsemax by sorting"""
import numpy as np


def sparsemax(z):
    z_sorted = np.sort(z, axis=-1)[..., ::-1]
    k = np.arange(1, z.shape[-1] + 1)
    cs = np.cumsum(z_sorted, axis=-1)
    kz = np.sum(1 + k * z_sorted > cs, axis=-1, keepdims=True)
    tau = (np.take_along_axis(cs, kz - 1, -1) - 1) / kz
    return np.maximum(z - tau, 0)


class Sparsemax:
    def forward(self, z):
        self.y = sparsemax(z); return self.y

    def backward(self, dy):
        s = self.y > 0
        return s * (dy - (dy * s).sum(-1, keepdims=True) / s.sum(-1, keepdims=True))


class SparsemaxMean(Sparsemax):
    def backward(self, dy):
        return (self.y > 0) * (dy - dy.mean(-1, keepdims=True))
