"""Activations that begin at a threshold: shrinkages and the sparse relatives of softplus."""

import numpy as np

from scratch.activations import Activation
from scratch.layer import Array


class Threshold(Activation):
    """y = x where x > threshold, else `otherwise`."""

    def __init__(self, *, threshold: float = 0.0, otherwise: float = 0.0) -> None:
        super().__init__()
        self.threshold, self.otherwise = threshold, otherwise

    def value(self, x: Array) -> Array:
        return np.where(x <= self.threshold, self.otherwise, x)

    def slope(self, x: Array, y: Array) -> Array:
        return x > self.threshold


class HardShrink(Activation):
    """y = x where |x| > threshold, else 0."""

    def __init__(self, *, threshold: float = 0.5) -> None:
        super().__init__()
        self.threshold = threshold

    def value(self, x: Array) -> Array:
        return np.where((x >= -self.threshold) & (x <= self.threshold), 0, x)

    def slope(self, x: Array, y: Array) -> Array:
        return (x < -self.threshold) | (x > self.threshold)


class SoftShrink(Activation):
    """y = x - threshold above the threshold, x + threshold below -threshold, 0 between."""

    def __init__(self, *, threshold: float = 0.5) -> None:
        super().__init__()
        self.threshold = threshold

    def value(self, x: Array) -> Array:
        return x - np.minimum(np.maximum(x, -self.threshold), self.threshold)

    def slope(self, x: Array, y: Array) -> Array:
        return (x < -self.threshold) | (x > self.threshold)


class SparsePlus(Activation):
    """y = 0 for x <= -1, (x + 1)**2 / 4 for x between -1 and 1, x for x >= 1: a softplus that reaches 0."""

    def value(self, x: Array) -> Array:
        return np.where(x < 1, np.maximum(x + 1, 0) ** 2 / 4, x)

    def slope(self, x: Array, y: Array) -> Array:
        return np.minimum(np.maximum(x + 1, 0), 2) / 2


class SparseSigmoid(Activation):
    """y = min(max((x + 1) / 2, 0), 1), the slope of SparsePlus. Its own slope at the kinks is 0."""

    def value(self, x: Array) -> Array:
        return np.minimum(np.maximum(x + 1, 0), 2) / 2

    def slope(self, x: Array, y: Array) -> Array:
        return ((x > -1) & (x < 1)) / x.dtype.type(2)
