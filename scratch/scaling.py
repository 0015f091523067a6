"""Normalisation that only rescales: by a root mean square, a length, or the activity of neighbouring channels."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import DTypeLike

from scratch.layer import Array, Layer
from scratch.normalisation import Normalisation


class RMSNorm(Normalisation):
    """y = gamma x / sqrt(mean(x**2) + epsilon), with the mean of each sample over the last axes, `shape` long.

    x: (..., *shape) -> y: the same;  gamma: `shape`.  Zhang and Sennrich (2019).
    """

    def __init__(
        self, shape: tuple[int, ...], *, epsilon: float = 1e-6, scale: bool = True, dtype: DTypeLike = np.float64
    ) -> None:
        super().__init__(shape, tuple(range(-len(shape), 0)), scale=scale, center=False, dtype=dtype)
        self.epsilon = epsilon

    def forward(self, x: Array) -> Array:
        self.require(x)
        self.root = np.sqrt((x * x).mean(axis=self.axis, keepdims=True) + self.epsilon)
        return self.affine(x / self.root)

    def backward(self, dy: Array) -> Array:
        dz = self.affine_backward(dy)
        return (dz - self.z * (dz * self.z).mean(axis=self.axis, keepdims=True)) / self.root


class UnitNorm(Layer):
    """y = x / max(||x||, epsilon), with the Euclidean norm along one axis.

    x: any shape -> y: the same. Where the norm is below epsilon, the divisor is constant: dx = dy / epsilon.
    """

    def __init__(self, *, axis: int = -1, epsilon: float = 1e-12) -> None:
        super().__init__()
        self.axis, self.epsilon = axis, epsilon

    def forward(self, x: Array) -> Array:
        norm = np.sqrt((x * x).sum(axis=self.axis, keepdims=True))
        self.long = norm >= self.epsilon
        self.divisor = np.maximum(norm, np.asarray(self.epsilon, x.dtype))  # a norm that is NaN stays so
        self.y = x / self.divisor
        return self.y

    def backward(self, dy: Array) -> Array:
        along = (dy * self.y).sum(axis=self.axis, keepdims=True)
        return (dy - self.long * along * self.y) / self.divisor


class LocalResponseNorm(Layer):
    """y_c = x_c / d_c**beta, d_c = k + alpha / size * sum_i x_i**2, over the `size` channels i around c.

    They run from c - size // 2 to c + (size - 1) // 2, as far as there are such; `size` stays the divisor.
    x: (batch, *spatial, channels) -> y: the same.  Krizhevsky, Sutskever and Hinton (2012), with alpha / size for
    their alpha. dx_i = dy_i / d_i**beta - 2 alpha beta / size x_i sum_c dy_c y_c / d_c, over the c whose window has i.
    """

    def __init__(self, size: int, *, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        if size < 1:
            raise ValueError(f"size is {size}, expected at least 1")
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, x: Array) -> Array:
        self.x = x
        self.d = self.k + self.alpha / self.size * self.window_sum(x * x, self.size // 2, (self.size - 1) // 2)
        self.y = x / self.d**self.beta
        return self.y

    def backward(self, dy: Array) -> Array:
        # the windows that channel i is in are those of the channels around it, seen from the other side
        through_d = self.window_sum(dy * self.y / self.d, (self.size - 1) // 2, self.size // 2)
        return dy / self.d**self.beta - (2 * self.alpha * self.beta / self.size) * self.x * through_d

    def window_sum(self, x: Array, before: int, after: int) -> Array:
        """Of every channel the sum with so many before and after it, as far as there are such."""
        padded = np.pad(x, [*[(0, 0)] * (x.ndim - 1), (before, after)])
        total: Array = sliding_window_view(padded, self.size, axis=-1).sum(axis=-1)
        return total
