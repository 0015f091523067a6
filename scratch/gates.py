"""Activations that join features: gated linear units and maxout."""

import numpy as np

from scratch.layer import Array, Layer


class GLU(Layer):
    """y = a sigmoid(b), a and b the two halves of x along one axis (Dauphin et al., 2017).

    x: (..., 2 n, ...) -> y: (..., n, ...). da = dy sigmoid(b), db = dy y (1 - sigmoid(b)).
    Raises ValueError for an axis of odd size.
    """

    def __init__(self, axis: int = -1) -> None:
        super().__init__()
        self.axis = axis

    def forward(self, x: Array) -> Array:
        if x.shape[self.axis] % 2:
            raise ValueError(f"GLU: x has shape {x.shape}, expected an even size along axis {self.axis}")
        a, b = np.split(x, 2, axis=self.axis)
        e = np.exp(np.minimum(b, -b))
        self.gate = np.where(b < 0, e, 1) / (1 + e)
        self.a = a
        return a * self.gate

    def backward(self, dy: Array) -> Array:
        da = dy * self.gate
        return np.concatenate([da, da * self.a * (1 - self.gate)], axis=self.axis)


class Maxout(Layer):
    """y_i = max_j x_ij over `pieces` neighbouring features (Goodfellow et al., 2013).

    After a Dense layer it is the maximum of linear functions. x: (..., n pieces) -> y: (..., n). Equal maxima share
    the gradient evenly. Raises ValueError for a number of features that the pieces do not divide.
    """

    def __init__(self, pieces: int) -> None:
        super().__init__()
        self.pieces = pieces

    def forward(self, x: Array) -> Array:
        if x.shape[-1] % self.pieces:
            raise ValueError(f"Maxout: x has shape {x.shape}, expected a multiple of {self.pieces} along the last axis")
        groups = x.reshape(*x.shape[:-1], x.shape[-1] // self.pieces, self.pieces)
        y = groups.max(axis=-1)
        self.largest = groups == y[..., None]
        return y

    def backward(self, dy: Array) -> Array:
        count = self.largest.sum(axis=-1, dtype=dy.dtype)
        return (self.largest * (dy / count)[..., None]).reshape(*dy.shape[:-1], dy.shape[-1] * self.pieces)
