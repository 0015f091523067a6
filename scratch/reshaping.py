"""Layers that only move numbers."""

import math

import numpy as np

from scratch.layer import Array, Layer, require_rank


class Flatten(Layer):
    """Every axis but the batch becomes one, the last axis running fastest.

    x: (batch, ...) -> y: (batch, features). With channels last the channel runs fastest.
    """

    def forward(self, x: Array) -> Array:
        self.shape = x.shape
        return np.array(x, order="C").reshape(len(x), math.prod(x.shape[1:]))

    def backward(self, dy: Array) -> Array:
        return np.array(dy, order="C").reshape(self.shape)


class Reshape(Layer):
    """The numbers of each sample in another shape, the last axis running fastest before and after.

    x: (batch, ...) -> y: (batch, *shape). One size in `shape` may be -1: as many as there are numbers for.
    Raises ValueError when the numbers do not fit.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__()
        if shape.count(-1) > 1 or any(size < 1 and size != -1 for size in shape):
            raise ValueError(f"shape is {shape}, expected sizes of at least 1, one of which may be -1")
        self.target = shape

    def forward(self, x: Array) -> Array:
        self.shape = x.shape
        known = math.prod(size for size in self.target if size != -1)
        numbers = math.prod(x.shape[1:])
        if numbers % known or (-1 not in self.target and numbers != known):
            raise ValueError(f"x has shape {x.shape}: {numbers} numbers for each sample do not fit into {self.target}")
        shape = [size if size != -1 else numbers // known for size in self.target]
        return np.array(x, order="C").reshape(len(x), *shape)

    def backward(self, dy: Array) -> Array:
        return np.array(dy, order="C").reshape(self.shape)


class Permute(Layer):
    """The axes in another order: axis i of y is axis `axes[i - 1]` of x. Axes count from 1; the batch is 0 and stays.

    x: (batch, n_1, n_2, ...) -> y: (batch, n_axes[0], n_axes[1], ...).
    """

    def __init__(self, axes: tuple[int, ...]) -> None:
        super().__init__()
        if sorted(axes) != list(range(1, len(axes) + 1)):
            raise ValueError(f"axes is {axes}, expected the numbers from 1 to {len(axes)} in some order")
        self.order = (0, *axes)

    def forward(self, x: Array) -> Array:
        require_rank(self, "x", x, " ".join(("batch", *(f"n_{i}" for i in range(1, len(self.order))))))
        return x.transpose(self.order).copy()

    def backward(self, dy: Array) -> Array:
        return dy.transpose(np.argsort(self.order)).copy()


class RepeatVector(Layer):
    """y[:, t] = x for each of n steps t; dx = the sum of dy over the steps.

    x: (batch, features) -> y: (batch, n, features).
    """

    def __init__(self, n: int) -> None:
        super().__init__()
        if n < 1:
            raise ValueError(f"n is {n}, expected at least 1")
        self.n = n

    def forward(self, x: Array) -> Array:
        require_rank(self, "x", x, "batch features")
        return np.repeat(x[:, None], self.n, axis=1)

    def backward(self, dy: Array) -> Array:
        return dy.sum(axis=1)
