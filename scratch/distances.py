"""Distances and likenesses of two vectors."""

import math

import numpy as np

from scratch.layer import Array, Layer
from scratch.losses import require_same_shape
from scratch.regression_losses import absolute


def norm(d: Array, p: float) -> tuple[Array, Array]:
    """(sum |d|**p)**(1/p) along the last axis, which stays with size 1, and its slope, shaped like d.

    That of p = inf is the largest |d|; the slope is shared by all elements that are as large.
    """
    size = absolute(d)
    if p == math.inf:
        length = size.max(axis=-1, keepdims=True)
        largest = (size == length) | np.isnan(size)
        shares = largest / largest.sum(axis=-1, keepdims=True, dtype=length.real.dtype)
        return length, np.sign(d.real) * shares
    power = (size**p).sum(axis=-1, keepdims=True)
    length = power ** (1 / p)
    # at a length of 0, where there is no gradient, and at an element of 0, where |d| has none, it is 0
    slope = np.sign(d.real) * np.where(size == 0, 1, size) ** (p - 1)
    return length, slope * (length / np.where(power == 0, 1, power))


def unit(x: Array, axis: int, epsilon: float) -> tuple[Array, Array, Array]:
    """x / max(|x|, epsilon) along an axis, what x was divided by, and whether that is its length."""
    length = np.sqrt((x * x).sum(axis=axis, keepdims=True))
    divisor = np.maximum(length, epsilon)
    return x / divisor, divisor, length >= epsilon


class PairwiseDistance(Layer):
    """y = (sum |a - b + epsilon|**p)**(1/p), or max |a - b + epsilon| for p = inf;

    a, b: (batch, ..., features) -> y: (batch, ...), with `keepdims` (batch, ..., 1). da = dy slope, db = -da. Below
    p = 1 it is no norm, but the frameworks have it. Raises ValueError for a p that is not above 0.
    """

    def __init__(self, *, p: float = 2.0, epsilon: float = 1e-6, keepdims: bool = False) -> None:
        super().__init__()
        if p <= 0:
            raise ValueError(f"p is {p}, expected above 0")
        self.p, self.epsilon, self.keepdims = p, epsilon, keepdims

    def forward(self, a: Array, b: Array) -> Array:
        require_same_shape(self, a, b)
        y, self.slope = norm(a - b + self.epsilon, self.p)
        return y if self.keepdims else y[..., 0]

    def backward(self, dy: Array) -> tuple[Array, Array]:
        da = self.slope * (dy if self.keepdims else dy[..., None])
        return da, -da


class PairwiseCosine(Layer):
    """y = cos(a, b) = a.b / (max(|a|, epsilon) max(|b|, epsilon)) along an axis; a, b: (batch, ..., n, ...).

    y has the other axes. da = dy (b / |b| - cos a / |a|) / |a|, without the second term where |a| is below epsilon.
    """

    def __init__(self, axis: int = 1, *, epsilon: float = 1e-8) -> None:
        super().__init__()
        self.axis, self.epsilon = axis, epsilon

    def forward(self, a: Array, b: Array) -> Array:
        require_same_shape(self, a, b)
        self.a, self.b = (unit(x, self.axis, self.epsilon) for x in (a, b))
        return (self.a[0] * self.b[0]).sum(axis=self.axis)

    def backward(self, dy: Array) -> tuple[Array, Array]:
        (a, length_a, long_a), (b, length_b, long_b) = self.a, self.b
        dy, cos = np.expand_dims(dy, self.axis), (a * b).sum(axis=self.axis, keepdims=True)
        return dy * (b - long_a * cos * a) / length_a, dy * (a - long_b * cos * b) / length_b
