"""Up-sampling that Keras lacks. Arrays are channels last, as Keras has them."""

from typing import Any

import numpy as np
from keras import ops

REACH = {"bicubic": 2, "lanczos3": 3, "lanczos5": 5}


def upsample_linear(x: Any, size: tuple[int, ...], align_corners: bool = False) -> Any:
    """Linear up-sampling along each spatial axis, in the dtype of x and with PyTorch's choice of `align_corners`.

    Keras has it for images only, and TensorFlow computes it in float32 whatever the dtype.
    """
    for axis, times in enumerate(size, start=1):
        n = x.shape[axis]
        if align_corners:
            place = np.linspace(0, n - 1, n * times)
        else:
            place = np.clip((2 * np.arange(n * times) + 1 - times) / (2 * times), 0, n - 1)
        below = np.floor(place).astype(int)
        above = np.minimum(below + 1, n - 1)
        share = ops.cast(np.reshape(place - below, (-1, *[1] * (len(x.shape) - axis - 1))), x.dtype)
        x = ops.take(x, below, axis) * (1 - share) + ops.take(x, above, axis) * share
    return x


def upsample_window(
    x: Any,
    size: tuple[int, ...],
    interpolation: str,
    align_corners: bool = False,
    coefficient: float = -0.75,
    border: str = "edge",
) -> Any:
    """Up-sampling by a bicubic or Lanczos window along each spatial axis, with PyTorch's border and coefficient.

    Keras' bicubic has the coefficient -0.5, the border "renormalised", and areas aligned. TensorFlow computes it in
    float32, with weights from a table of 1024, and Lanczos windows in float32.
    """
    reach = REACH[interpolation]
    for axis, times in enumerate(size, start=1):
        n = x.shape[axis]
        i = np.arange(n * times)
        place = i * ((n - 1) / max(n * times - 1, 1)) if align_corners else (2 * i + 1 - times) / (2 * times)
        j = np.floor(place)[:, None] + np.arange(1 - reach, reach + 1)
        t = np.abs(place[:, None] - j)
        shares = cubic(t, coefficient) if interpolation == "bicubic" else np.sinc(t) * np.sinc(t / reach)
        if border == "renormalised":
            shares = shares * ((j >= 0) & (j < n))
            shares = shares / shares.sum(axis=1, keepdims=True)
        taken = ops.take(x, np.clip(j, 0, n - 1).astype(int), axis)
        beside = np.reshape(shares, (*shares.shape, *[1] * (len(x.shape) - axis - 1)))
        x = ops.sum(taken * ops.cast(beside, x.dtype), axis + 1)
    return x


def cubic(t: Any, a: float) -> Any:
    """Keys' cubic of distances from 0 to 2."""
    return np.where(t <= 1, (a + 2) * t**3 - (a + 3) * t**2 + 1, a * (t**3 - 5 * t**2 + 8 * t - 4))
