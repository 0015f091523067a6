"""Sparsemax: probabilities of which many are exactly 0."""

import numpy as np

from scratch.layer import Array, Layer


class Sparsemax(Layer):
    """y_i = max(x_i - t, 0) along one axis, with t such that they sum to 1: the probabilities that are closest to x.

    x: any shape -> y: the same. The support are the k largest x, where k is the last for which the k-th largest is
    above t = (their sum - 1) / k.  dx = dy minus its mean over the support, and 0 outside.
    Martins and Astudillo (2016), arXiv:1602.02068.
    """

    def __init__(self, axis: int = -1) -> None:
        super().__init__()
        self.axis = axis

    def forward(self, x: Array) -> Array:
        shifted = x - x.max(axis=self.axis, keepdims=True, initial=-np.inf)
        largest = np.moveaxis(-np.sort(-shifted.real, axis=self.axis), self.axis, -1)
        k = np.arange(1, largest.shape[-1] + 1)
        inside = 1 + k * largest > largest.cumsum(axis=-1)
        # x of equal size are all inside or all at t, where they give 0 either way
        least = np.where(inside, largest, np.inf).min(axis=-1, keepdims=True, initial=np.inf)
        self.support = shifted.real >= np.moveaxis(least, -1, self.axis)
        t = self._shared(shifted, 1)
        return np.where(shifted.real < t.real, 0, shifted - t)

    def backward(self, dy: Array) -> Array:
        return np.where(self.support, dy - self._shared(dy, 0), 0)

    def _shared(self, x: Array, less: int) -> Array:
        """The sum of x over the support without `less`, divided evenly among it."""
        total = np.where(self.support, x, 0).sum(axis=self.axis, keepdims=True) - less
        # nothing is above anything where there is a NaN
        return total / self.support.sum(axis=self.axis, keepdims=True).clip(1).astype(x.dtype)
