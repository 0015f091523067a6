"""Pooling that Keras lacks. Arrays are channels last, as Keras has them; a kernel has one number for each axis.

TensorFlow's 3D pooling has no float64 kernel on a CPU, and its maximum hands the whole gradient to each of equal
maxima. Here a volume is pooled over height and width first, then over depth: the same, with the gradient to the first.
"""

import math
from collections.abc import Callable
from typing import Any

from keras import ops

from scratch.windows import overhang, pad_amounts

Sizes = tuple[int, ...]
# kernel, stride, dilation
Windows = tuple[Sizes, Sizes, Sizes]


def padded(x: Any, padding: Any, windows: Windows, ceil_mode: bool, value: float = 0.0, past: float = 0.0) -> Any:
    """`value` around (batch, *spatial, channels): "valid", "same", or numbers for both sides as in PyTorch.

    With `ceil_mode`, `past` where the last windows reach past that, as PyTorch's do.
    """
    sizes = tuple(x.shape[1:-1])
    pads = pad_amounts(padding, sizes, *windows)
    more = overhang(sizes, pads, *windows) if ceil_mode else []
    for amounts, filled in ((pads, value), (more, past)):
        if any(map(any, amounts)):
            x = ops.pad(x, [(0, 0), *amounts, (0, 0)], constant_values=filled)
    return x


def side_by_side(x: Any, kernel: Sizes, stride: Sizes, dilation: Sizes) -> Any:
    """x with the places of every window taken beside each other: windows that neither overlap nor have gaps."""
    for axis, (k, s, d) in enumerate(zip(kernel, stride, dilation, strict=True), start=1):
        starts = range(0, x.shape[axis] - (k - 1) * d, s)
        x = ops.take(x, [start + i * d for start in starts for i in range(k)], axis=axis)
    return x


def by_planes(pool: Callable[[Any, Sizes, Sizes], Any], x: Any, kernel: Sizes, stride: Sizes) -> Any:
    """`pool(x, kernel, stride)`, a pooling of planes, over a volume: each plane, then what is left along the depth."""
    n, depth, height, width, channels = x.shape
    planes = pool(ops.reshape(x, (n * depth, height, width, channels)), kernel[1:], stride[1:])
    height, width = planes.shape[1:3]
    lines = pool(ops.reshape(planes, (n, depth, height * width, channels)), (kernel[0], 1), (stride[0], 1))
    return ops.reshape(lines, (n, lines.shape[1], height, width, channels))


def max_pool(
    x: Any, kernel: Sizes, stride: Sizes, padding: Any, dilation: Sizes | None = None, ceil_mode: bool = False
) -> Any:
    """Max-pooling with PyTorch's padding in numbers, cells of -inf that never win, its dilation and its ceil_mode."""
    windows = kernel, stride, dilation or (1,) * len(kernel)
    if not isinstance(padding, str) or dilation or ceil_mode:
        x, padding = padded(x, padding, windows, ceil_mode, -math.inf, -math.inf), "valid"
    if dilation:
        x, stride = side_by_side(x, *windows), kernel
    if len(kernel) < 3:
        return ops.max_pool(x, kernel, stride, padding)
    return by_planes(lambda z, k, s: ops.max_pool(z, k, s, padding), x, kernel, stride)


def avg_pool(
    x: Any,
    kernel: Sizes,
    stride: Sizes,
    padding: Any,
    count_padding: bool,
    ceil_mode: bool = False,
    divisor: float | None = None,
) -> Any:
    """Average pooling that also takes PyTorch's padding in numbers, counted in the divisor or not; and its options."""
    if isinstance(padding, str) and not (count_padding or ceil_mode or divisor):
        return _mean(x, kernel, stride, padding)
    if divisor:
        return sum_pool(x, kernel, stride, padding, ceil_mode) / divisor

    def mean(z: Any, value: float) -> Any:
        windows = kernel, stride, (1,) * len(kernel)
        return _mean(padded(z, padding, windows, ceil_mode, value), kernel, stride, "valid")

    return mean(x, 0.0) / mean(ops.ones_like(x), float(count_padding))


def _mean(x: Any, kernel: Sizes, stride: Sizes, padding: str) -> Any:
    if len(kernel) < 3:
        return ops.average_pool(x, kernel, stride, padding)
    # how much of a window is padding is a product over the axes, so a mean of means leaves the padding out too
    return by_planes(lambda z, k, s: ops.average_pool(z, k, s, padding), x, kernel, stride)


def sum_pool(x: Any, kernel: Sizes, stride: Sizes, padding: Any, ceil_mode: bool = False) -> Any:
    """The sum of each window: the mean times the number of its places, padding being zero."""
    windows = kernel, stride, (1,) * len(kernel)
    return _mean(padded(x, padding, windows, ceil_mode), kernel, stride, "valid") * math.prod(kernel)


def lp_pool(x: Any, p: float, kernel: Sizes, stride: Sizes, padding: Any, ceil_mode: bool = False) -> Any:
    """The p-norm of each window; its gradient is 0 where the whole window is 0."""
    power = sum_pool(ops.abs(x) ** p, kernel, stride, padding, ceil_mode)
    # the root's slope at 0 is infinite, and 0 times it would be NaN: such windows get a root of 1, then 0
    empty = ops.equal(power, 0)
    return ops.where(empty, ops.zeros_like(power), ops.where(empty, ops.ones_like(power), power) ** (1 / p))


def max_pool_in_float32(x: Any, kernel: Sizes, stride: Sizes, padding: str) -> Any:
    """TensorFlow's own kernel, in the float32 it has on a CPU in three dimensions."""
    return ops.cast(ops.max_pool(ops.cast(x, "float32"), kernel, stride, padding), x.dtype)


def adaptive_avg_pool(x: Any, output_size: Sizes) -> Any:
    """Average pooling of a volume to a given size."""
    return _axis_by_axis(ops.adaptive_average_pool, x, output_size)


def adaptive_max_pool(x: Any, output_size: Sizes) -> Any:
    """Max-pooling to a given size: Keras' own where TensorFlow can differentiate it, else axis by axis.

    Keras also makes windows one longer than it needs. Where an axis is pooled to 1 or has a single element they are
    longer than the axis, and TensorFlow's gradient is then uninitialised memory or stops the process.
    Axis by axis the first of equal maxima row by row gets the gradient; with Keras' own, the first column by column.
    """
    sizes = x.shape[1:-1]
    if len(output_size) < 3 and min(*sizes, *output_size) > 1:
        return ops.adaptive_max_pool(x, output_size if len(output_size) > 1 else output_size[0])
    return _axis_by_axis(_max_of_lines, x, output_size)


def _max_of_lines(x: Any, size: int) -> Any:
    n = x.shape[1]
    return ops.repeat(ops.max_pool(x, n), size, axis=1) if min(n, size) == 1 else ops.adaptive_max_pool(x, size)


def _axis_by_axis(pool: Callable[[Any, int], Any], x: Any, output_size: Sizes) -> Any:
    """`pool`, an adaptive pooling of sequences, along the last spatial axis, then along the one before it, ..."""
    for axis, size in reversed(list(enumerate(output_size, start=1))):
        before, n, after = x.shape[:axis], x.shape[axis], x.shape[axis + 1 :]
        lines = pool(ops.reshape(x, (math.prod(before), n, math.prod(after))), size)
        x = ops.reshape(lines, (*before, size, *after))
    return x


def max_unpool(x: Any, indices: Any, output_size: tuple[int, ...]) -> Any:
    """`torch.nn.MaxUnpool1d`, 2d or 3d to this size; `indices` as PyTorch's max-pooling returns them.

    `tf.nn.max_pool_with_argmax` counts otherwise: place * channels + channel.
    """
    shape, count = x.shape, math.prod(output_size)
    batch, channels = shape[0], shape[-1]
    at = ops.meshgrid(ops.arange(batch), *map(ops.arange, shape[1:]), indexing="ij")
    where = ops.stack([ops.cast(each, "int64") for each in (at[0], indices, at[-1])], axis=-1)
    zeros = ops.zeros((batch, count, channels), x.dtype)
    y = ops.scatter_update(zeros, ops.reshape(where, (-1, 3)), ops.reshape(x, (-1,)))
    return ops.reshape(y, (batch, *output_size, channels))
