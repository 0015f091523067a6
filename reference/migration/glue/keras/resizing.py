"""Up-sampling that Keras lacks. Arrays are channels last, as Keras has them."""

from typing import Any

import numpy as np
from keras import ops


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
