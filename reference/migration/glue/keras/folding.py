"""Windows of images as Keras lacks them. Arrays are channels last, as Keras has them."""

import math
from typing import Any

import numpy as np
from keras import ops

Pair = tuple[int, int]


def unfold(x: Any, kernel: Pair, stride: Pair = (1, 1), padding: Pair = (0, 0), dilation: Pair = (1, 1)) -> Any:
    """`torch.nn.Unfold`: (batch, height, width, channels) -> (batch, windows, channels * kh * kw).

    In a window PyTorch has the numbers of a channel together; `keras.ops.image.extract_patches` those of a pixel.
    """
    channels = x.shape[-1]
    padded = ops.pad(x, [(0, 0), *((p, p) for p in padding), (0, 0)])
    places = _places(tuple(padded.shape[1:-1]), kernel, stride, dilation)
    flat = ops.reshape(padded, (-1, math.prod(padded.shape[1:-1]), channels))
    windows = ops.swapaxes(ops.take(flat, places, axis=1), -1, -2)  # (batch, windows, channels, taps)
    return ops.reshape(windows, (-1, len(places), channels * math.prod(kernel)))


def fold(
    y: Any, output_size: Pair, kernel: Pair, stride: Pair = (1, 1), padding: Pair = (0, 0), dilation: Pair = (1, 1)
) -> Any:
    """`torch.nn.Fold`: the image in which these windows lie, what they share summed."""
    sizes = tuple(n + 2 * p for n, p in zip(output_size, padding, strict=True))
    places, taps = _places(sizes, kernel, stride, dilation), math.prod(kernel)
    batch, channels = y.shape[0], y.shape[-1] // taps
    numbers = ops.transpose(ops.reshape(y, (batch, len(places), channels, taps)), (1, 3, 0, 2))
    rows = ops.reshape(numbers, (places.size, batch * channels))
    summed = ops.segment_sum(rows, places.ravel(), num_segments=math.prod(sizes))
    image = ops.transpose(ops.reshape(summed, (*sizes, batch, channels)), (2, 0, 1, 3))
    (top, left), (height, width) = padding, output_size
    return image[:, top : top + height, left : left + width]


def _places(sizes: tuple[int, ...], kernel: Pair, stride: Pair, dilation: Pair) -> np.ndarray[Any, Any]:
    """(windows, taps): the number of the pixel that each tap of each window sees."""
    rows, columns = (
        np.arange(0, n - (k - 1) * d, s)[:, None] + np.arange(k) * d
        for n, k, s, d in zip(sizes, kernel, stride, dilation, strict=True)
    )
    pixels = rows[:, None, :, None] * sizes[1] + columns[None, :, None, :]
    return pixels.reshape(len(rows) * len(columns), math.prod(kernel))
