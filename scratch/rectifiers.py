"""Activations made of pieces: ReLU's relatives and the hard versions of smooth functions."""

import numpy as np

from scratch.activations import Activation
from scratch.layer import Array, Layer


class PiecewiseReLU(Activation):
    """y = min(x, max_value) above the threshold, negative_slope (x - threshold) below.

    What Keras' ReLU layer offers beside max(x, 0). The slope is 0 at the threshold and 1 at the cap. Raises ValueError
    for an option below zero.
    """

    def __init__(self, *, max_value: float | None = None, negative_slope: float = 0.0, threshold: float = 0.0) -> None:
        super().__init__()
        if min(max_value or 0.0, negative_slope, threshold) < 0:
            raise ValueError(
                f"max_value {max_value}, negative_slope {negative_slope}, threshold {threshold}: expected none below 0"
            )
        self.max_value = np.inf if max_value is None else max_value
        self.negative_slope, self.threshold = negative_slope, threshold

    def value(self, x: Array) -> Array:
        y = np.where(x <= self.threshold, 0, np.minimum(x, self.max_value))
        if self.negative_slope:  # without it, 0 times minus infinity would be NaN
            y = y + self.negative_slope * np.minimum(x - self.threshold, 0)
        return y

    def slope(self, x: Array, y: Array) -> Array:
        inside = (x > self.threshold) & (x <= self.max_value)
        return inside + self.negative_slope * (x < self.threshold).astype(x.dtype)


class LeakyReLU(Activation):
    """y = x where x > 0, else negative_slope x (Maas, Hannun and Ng, 2013). At 0 it has the negative slope."""

    def __init__(self, *, negative_slope: float = 0.01) -> None:
        super().__init__()
        self.negative_slope = negative_slope

    def value(self, x: Array) -> Array:
        return np.maximum(x, 0) + self.negative_slope * np.minimum(x, 0)

    def slope(self, x: Array, y: Array) -> Array:
        above = (x > 0).astype(x.dtype)
        return above + (1 - above) * self.negative_slope


class PReLU(Layer):
    """y = x where x > 0, else w x, with slopes w that are learnt (He et al., 2015). At 0 it has the negative slope.

    x: (batch, *shape) -> y: the same. w: `shape`, or with 1 for each axis along which a slope is shared: (1, 1,
    channels) has one for each channel of an image, (1, 1, 1) one for all. Raises ValueError for an x that does not fit.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.params["w"] = np.full(shape, 0.25)

    def forward(self, x: Array) -> Array:
        w = self.params["w"]
        fits = x.ndim == w.ndim + 1 and all(n in (1, m) for n, m in zip(w.shape, x.shape[1:], strict=True))
        if not fits:
            raise ValueError(f"PReLU: x has shape {x.shape}, expected (batch, ...) with slopes {w.shape}")
        self.x = x
        return np.maximum(x, 0) + w * np.minimum(x, 0)

    def backward(self, dy: Array) -> Array:
        x, w = self.x, self.params["w"]
        shared = (0, *(axis for axis, n in enumerate(w.shape, 1) if n == 1))
        self.grads["w"] = (dy * np.minimum(x, 0)).sum(axis=shared).reshape(w.shape)
        above = (x > 0).astype(x.dtype)
        return dy * (above + (1 - above) * w)


class ReLU6(Activation):
    """y = min(max(x, 0), 6). The slope at both kinks is 0."""

    def value(self, x: Array) -> Array:
        return np.minimum(np.maximum(x, 0), 6)

    def slope(self, x: Array, y: Array) -> Array:
        return (x > 0) & (x < 6)


class HardTanh(Activation):
    """y = min(max(x, low), high). The slope at the bounds is 0, as in PyTorch; in Keras it is 1."""

    def __init__(self, *, low: float = -1.0, high: float = 1.0) -> None:
        super().__init__()
        if not low < high:
            raise ValueError(f"low is {low} and high is {high}, expected low < high")
        self.low, self.high = low, high

    def value(self, x: Array) -> Array:
        return np.minimum(np.maximum(x, self.low), self.high)

    def slope(self, x: Array, y: Array) -> Array:
        return (x > self.low) & (x < self.high)


class HardSigmoid(Activation):
    """y = min(max(x + 3, 0), 6) / 6, in PyTorch and in Keras 3; up to Keras 2 it was min(max(0.2 x + 0.5, 0), 1)."""

    def value(self, x: Array) -> Array:
        return np.minimum(np.maximum(x + 3, 0), 6) / 6

    def slope(self, x: Array, y: Array) -> Array:
        return ((x > -3) & (x < 3)) / x.dtype.type(6)


class HardSwish(Activation):
    """y = x min(max(x + 3, 0), 6) / 6 (Howard et al., 2019). The slope is 0 at -3 and 1 at 3."""

    def value(self, x: Array) -> Array:
        return x * np.minimum(np.maximum(x + 3, 0), 6) / 6

    def slope(self, x: Array, y: Array) -> Array:
        return np.where(x < 3, (x > -3) * (2 * x + 3) / 6, np.ones_like(x))
