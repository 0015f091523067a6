"""Layers of several inputs, which they merge into one output."""

import math

import numpy as np

from scratch.layer import Array, Layer


class Merge(Layer):
    """y = f(x_1, x_2, ...), element by element; all of one shape, at least two of them.

    `backward` returns the gradients of all inputs. Raises ValueError for shapes that differ.
    """

    def forward(self, *inputs: Array) -> Array:
        if len(inputs) < 2 or any(x.shape != inputs[0].shape for x in inputs):
            raise ValueError(f"{type(self).__name__} takes two or more of one shape, got {[x.shape for x in inputs]}")
        self.inputs = inputs
        return self.value(*inputs)

    def value(self, *inputs: Array) -> Array:
        raise NotImplementedError(f"{type(self).__name__}.value is not written")


class Add(Merge):
    """y = x_1 + x_2 + ...; dx_i = dy."""

    def value(self, *inputs: Array) -> Array:
        return sum(inputs[1:], inputs[0])

    def backward(self, dy: Array) -> tuple[Array, ...]:
        return tuple(dy.copy() for _ in self.inputs)


class Subtract(Merge):
    """y = x_1 - x_2; dx_1 = dy, dx_2 = -dy."""

    def value(self, *inputs: Array) -> Array:
        a, b = inputs
        return a - b

    def backward(self, dy: Array) -> tuple[Array, ...]:
        return dy.copy(), -dy


class Multiply(Merge):
    """y = x_1 x_2 ...; dx_i is dy times the product of all the others."""

    def value(self, *inputs: Array) -> Array:
        return math.prod(inputs[1:], start=inputs[0])

    def backward(self, dy: Array) -> tuple[Array, ...]:
        n = len(self.inputs)
        return tuple(math.prod((self.inputs[j] for j in range(n) if j != i), start=dy) for i in range(n))


class Average(Merge):
    """y = (x_1 + ... + x_n) / n; dx_i = dy / n."""

    def value(self, *inputs: Array) -> Array:
        return sum(inputs[1:], inputs[0]) / len(inputs)

    def backward(self, dy: Array) -> tuple[Array, ...]:
        return tuple(dy / len(self.inputs) for _ in self.inputs)


class Maximum(Merge):
    """y = max(x_1, x_2, ...). Of equal inputs the first gets the gradient, as in TensorFlow; PyTorch halves it."""

    def best(self, inputs: Array) -> Array:
        """Which of the inputs, stacked, wins at each place."""
        return inputs.argmax(axis=0)

    def value(self, *inputs: Array) -> Array:
        stacked = np.stack(inputs)
        self.winner = self.best(stacked)[None]
        return np.take_along_axis(stacked, self.winner, axis=0)[0]

    def backward(self, dy: Array) -> tuple[Array, ...]:
        return tuple(np.where(self.winner[0] == i, dy, 0) for i in range(len(self.inputs)))


class Minimum(Maximum):
    """y = min(x_1, x_2, ...). Of equal inputs the first gets the gradient, as in TensorFlow; PyTorch halves it."""

    def best(self, inputs: Array) -> Array:
        return inputs.argmin(axis=0)


class Concatenate(Layer):
    """y = the inputs joined along `axis`, which may be of different lengths there.

    x_i: (..., n_i) -> y: (..., n_1 + n_2 + ...). Raises ValueError for shapes that differ elsewhere.
    """

    def __init__(self, axis: int = -1) -> None:
        super().__init__()
        self.axis = axis

    def forward(self, *inputs: Array) -> Array:
        self.ends = np.cumsum([x.shape[self.axis] for x in inputs])
        return np.concatenate(inputs, axis=self.axis)

    def backward(self, dy: Array) -> tuple[Array, ...]:
        return tuple(part.copy() for part in np.split(dy, self.ends[:-1], axis=self.axis))


class Dot(Layer):
    """y = the sum of x_1 x_2 along one axis of each; all their other axes stay, those of x_1 first.

    x_1: (batch, ..., n, ...), x_2: (batch, ..., n, ...) with n along `axes` -> y: (batch, the others of x_1, the others
    of x_2), or (batch, 1) where there are no others. Raises ValueError for sizes that do not fit.
    """

    def __init__(self, axes: tuple[int, int] = (1, 1)) -> None:
        super().__init__()
        self.axes = axes

    def forward(self, *inputs: Array) -> Array:
        a, b = inputs
        i, j = self.axes
        if 0 in (i, j) or len(a) != len(b) or a.shape[i] != b.shape[j]:
            raise ValueError(f"Dot: {a.shape} and {b.shape} do not fit along the axes {self.axes}")
        # (batch, others of a, n) @ (batch, n, others of b)
        self.a, self.b = np.moveaxis(a, i, -1), np.moveaxis(b, j, 1)
        others = (*self.a.shape[1:-1], *self.b.shape[2:])
        return (self._flat_a() @ self._flat_b()).reshape(len(a), *(others or (1,)))

    def _flat_a(self) -> Array:
        return self.a.reshape(len(self.a), math.prod(self.a.shape[1:-1]), self.a.shape[-1])

    def _flat_b(self) -> Array:
        return self.b.reshape(*self.b.shape[:2], math.prod(self.b.shape[2:]))

    def backward(self, dy: Array) -> tuple[Array, ...]:
        a, b = self._flat_a(), self._flat_b()
        dy = dy.reshape(len(dy), a.shape[1], b.shape[2])
        da = (dy @ b.swapaxes(1, 2)).reshape(self.a.shape)
        db = (a.swapaxes(1, 2) @ dy).reshape(self.b.shape)
        return np.moveaxis(da, -1, self.axes[0]), np.moveaxis(db, 1, self.axes[1])
