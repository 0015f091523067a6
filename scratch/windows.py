"""Sliding windows over the spatial axes: what convolution and pooling share.

Inside, arrays are batch last: (channels, *spatial, batch). A tap of the kernel then reads runs of at least one
batch, and for stride 1 whole rows, from consecutive memory, which is what makes the copies and sums below fast.
Layers take and return (batch, *spatial, channels); their results are views of batch-last memory, so between two
such layers the conversion costs nothing.
"""

import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import DTypeLike

from scratch.layer import Array

Padding = str | int | tuple[int, ...]
Pads = list[tuple[int, int]]
# a layer's own `room`
Room = Callable[[str, tuple[int, ...], DTypeLike], Array]


def per_axis(name: str, value: int | tuple[int, ...], rank: int, least: int = 1) -> tuple[int, ...]:
    """`value` for each spatial axis: a number is repeated. Raises ValueError when it does not fit."""
    values = (value,) * rank if isinstance(value, int) else tuple(value)
    if len(values) != rank or any(v < least for v in values):
        raise ValueError(f"{name} is {value}, expected a number or {rank} numbers of at least {least}")
    return values


def pad_amounts(
    padding: Padding,
    sizes: tuple[int, ...],
    kernel: tuple[int, ...],
    stride: tuple[int, ...],
    dilation: tuple[int, ...],
) -> Pads:
    """(before, after) for each spatial axis.

    "valid" pads nothing. "same" gives ceil(size / stride) outputs and, when the total is odd, puts the larger half
    at the end, as TensorFlow does. "causal" pads in front only, so that no window reaches past its own place. A number,
    or one for each axis, is put on both sides, as PyTorch does.
    """
    if padding == "valid":
        return [(0, 0)] * len(sizes)
    if padding == "causal":
        return [((k - 1) * d, 0) for k, d in zip(kernel, dilation, strict=True)]
    if padding == "same":
        pads = []
        for size, k, s, d in zip(sizes, kernel, stride, dilation, strict=True):
            total = max((math.ceil(size / s) - 1) * s + (k - 1) * d + 1 - size, 0)
            pads.append((total // 2, total - total // 2))
        return pads
    if isinstance(padding, str):
        raise ValueError(f"padding is {padding!r}, expected 'valid', 'same', a number or one for each axis")
    return [(p, p) for p in per_axis("padding", padding, len(sizes), least=0)]


def output_sizes(
    sizes: tuple[int, ...],
    pads: Pads,
    kernel: tuple[int, ...],
    stride: tuple[int, ...],
    dilation: tuple[int, ...],
) -> tuple[int, ...]:
    """How many windows fit along each axis. Raises ValueError when none does."""
    out = tuple(
        (size + sum(pad) - (k - 1) * d - 1) // s + 1
        for size, pad, k, s, d in zip(sizes, pads, kernel, stride, dilation, strict=True)
    )
    if min(out) < 1:
        raise ValueError(f"a window of {kernel} (dilation {dilation}) does not fit into {sizes} padded by {pads}")
    return out


def batch_last(x: Array) -> Array:
    """(batch, *spatial, channels) -> (channels, *spatial, batch) in consecutive memory."""
    return np.ascontiguousarray(np.swapaxes(x, 0, -1))


def batch_first(x: Array) -> Array:
    """(channels, *spatial, batch) -> (batch, *spatial, channels), a view."""
    return np.swapaxes(x, 0, -1)


def pad(x: Array, pads: Pads, value: float = 0.0) -> Array:
    """`x` (channels, *spatial, batch) with `value` around its spatial axes; `x` itself where nothing is added."""
    if not any(before or after for before, after in pads):
        return x
    sizes = [size + sum(p) for size, p in zip(x.shape[1:-1], pads, strict=True)]
    padded = np.full((x.shape[0], *sizes, x.shape[-1]), value, x.dtype)
    crop(padded, pads)[...] = x
    return padded


def crop(x: Array, pads: Pads) -> Array:
    """The part of a padded (channels, *spatial, batch) that is not padding, a view."""
    inner = [slice(before, size - after) for (before, after), size in zip(pads, x.shape[1:-1], strict=True)]
    return x[(slice(None), *inner)]


def taps(
    x: Array,
    kernel: tuple[int, ...],
    stride: tuple[int, ...],
    dilation: tuple[int, ...],
    out: tuple[int, ...],
) -> Iterator[tuple[tuple[int, ...], Array]]:
    """For each offset within the window, row by row: the offset and a view of what every window has there."""
    for offset in itertools.product(*map(range, kernel)):
        picked = [
            slice(o * d, o * d + (n - 1) * s + 1, s) for o, s, d, n in zip(offset, stride, dilation, out, strict=True)
        ]
        yield offset, x[(slice(None), *picked)]


def by_rows(y: Array, groups: int) -> Array:
    """(channels, *out, n) -> (rows, groups, channels / groups, all else): a view of what lies in consecutive memory.

    What `unfold` gives one after the other belongs to these rows: the places of the first axis, or all of a single one.
    """
    rows = y.shape[1] if y.ndim > 3 else 1
    return np.moveaxis(y.reshape(groups, len(y) // groups, rows, -1), 2, 0)


def unfold(
    x: Array,
    kernel: tuple[int, ...],
    stride: tuple[int, ...],
    dilation: tuple[int, ...],
    out: tuple[int, ...],
    groups: int,
    room: Room,
) -> Iterator[Array]:
    """Every window as a column (im2col), a row of windows at a time, of x (c, *spatial, n).

    Each row is (groups, prod(kernel) * c / groups, all else): a column runs over the taps and then, fastest, over the
    channels, as kernels do in memory. Windows are copied along all axes but the first. Along that one they are views
    that overlap, unless it is dilated: copied too, they would hold x once for each tap of the whole kernel.
    """
    x, kernel, stride, dilation, out = _with_rows(x, kernel, stride, dilation, out)
    c, first, *others, n = x.strides
    strides = (
        c * (len(x) // groups),
        first,
        *(step * d for step, d in zip(others, dilation[1:], strict=True)),
        c,
        *(step * s for step, s in zip(others, stride[1:], strict=True)),
        n,
    )
    shape = (groups, x.shape[1], *kernel[1:], len(x) // groups, *out[1:], x.shape[-1])
    strips = room("strips", shape, x.dtype)
    strips[...] = as_strided(x, shape, strides, writeable=False)
    for rows in _rows_seen(kernel, stride, dilation, out):
        yield strips[:, rows].reshape(groups, len(x) // groups * math.prod(kernel), -1)


def fold(
    x: Array,
    columns: Iterable[Array],
    kernel: tuple[int, ...],
    stride: tuple[int, ...],
    dilation: tuple[int, ...],
    out: tuple[int, ...],
    groups: int,
    room: Room,
) -> None:
    """The transpose of `unfold` (col2im): add every window of the columns to its place in x (c, *spatial, n).

    x lies in consecutive memory. Both work in the same room, so `unfold` must have come to its end.
    """
    x, kernel, stride, dilation, out = _with_rows(x, kernel, stride, dilation, out)
    shape = (groups, x.shape[1], *kernel[1:], len(x) // groups, *out[1:], x.shape[-1])
    strips = room("strips", shape, x.dtype)
    strips[...] = 0
    for rows, row in zip(_rows_seen(kernel, stride, dilation, out), columns, strict=True):
        seen = strips[:, rows]
        seen += row.reshape(seen.shape)
    together = x.reshape(-1, *x.shape[2:])
    for offset, view in taps(together, kernel[1:], stride[1:], dilation[1:], out[1:]):
        view = view.reshape(groups, len(x) // groups, x.shape[1], *view.shape[1:])
        place: tuple[Any, ...] = (slice(None), slice(None), *offset)
        view += strips[place].swapaxes(1, 2)


def _with_rows(x: Array, *settings: tuple[int, ...]) -> tuple[Any, ...]:
    """x (c, *spatial, n) and the settings of its axes, with an axis of one row in front where there is only one.

    Such windows are all copied: one by one they would make matrices too small to be multiplied fast.
    """
    return (x, *settings) if x.ndim > 3 else (x[:, None], *((1, *values) for values in settings))


def _rows_seen(
    kernel: tuple[int, ...], stride: tuple[int, ...], dilation: tuple[int, ...], out: tuple[int, ...]
) -> Iterator[slice]:
    """Which places of the first axis each row of windows sees."""
    for start in range(0, out[0] * stride[0], stride[0]):
        yield slice(start, start + (kernel[0] - 1) * dilation[0] + 1, dilation[0])
