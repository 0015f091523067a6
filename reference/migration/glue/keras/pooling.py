"""Pooling that Keras lacks. Arrays are channels last, as Keras has them."""

import math
from typing import Any

from keras import ops

from scratch.windows import pad_amounts


def pad2d(x: Any, padding: Any, kernel: tuple[int, ...], stride: tuple[int, ...], value: float = 0.0) -> Any:
    """`value` around (batch, height, width, channels): "valid", "same", or numbers for both sides as in PyTorch."""
    pads = pad_amounts(padding, tuple(x.shape[1:3]), kernel, stride, (1, 1))
    return ops.pad(x, [(0, 0), *pads, (0, 0)], constant_values=value) if any(map(any, pads)) else x


def max_pool2d(x: Any, kernel: tuple[int, ...], stride: tuple[int, ...], padding: Any) -> Any:
    """Max-pooling that also takes PyTorch's padding in numbers: cells of -inf that never win."""
    if isinstance(padding, str):
        return ops.max_pool(x, kernel, stride, padding)
    return ops.max_pool(pad2d(x, padding, kernel, stride, -math.inf), kernel, stride, "valid")


def avg_pool2d(x: Any, kernel: tuple[int, ...], stride: tuple[int, ...], padding: Any, count_padding: bool) -> Any:
    """Average pooling that also takes PyTorch's padding in numbers, counted in the divisor or not."""
    if isinstance(padding, str) and not count_padding:
        return ops.average_pool(x, kernel, stride, padding)

    def mean(z: Any) -> Any:
        return ops.average_pool(pad2d(z, padding, kernel, stride), kernel, stride, "valid")

    return mean(x) if count_padding else mean(x) / mean(ops.ones_like(x))


def sum_pool2d(x: Any, kernel: tuple[int, ...], stride: tuple[int, ...], padding: Any) -> Any:
    """The sum of each window: the mean times the number of its places, padding being zero."""
    mean = ops.average_pool(pad2d(x, padding, kernel, stride), kernel, stride, "valid")
    return mean * math.prod(kernel)


def lp_pool2d(x: Any, p: float, kernel: tuple[int, ...], stride: tuple[int, ...], padding: Any) -> Any:
    """The p-norm of each window; its gradient is 0 where the whole window is 0."""
    power = sum_pool2d(ops.abs(x) ** p, kernel, stride, padding)
    # the root's slope at 0 is infinite, and 0 times it would be NaN: such windows get a root of 1, then 0
    empty = ops.equal(power, 0)
    return ops.where(empty, ops.zeros_like(power), ops.where(empty, ops.ones_like(power), power) ** (1 / p))
