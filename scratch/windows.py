"""Sliding windows over the spatial axes: what convolution and pooling share.

Inside, arrays are batch last: (channels, *spatial, batch). A tap of the kernel then reads runs of at least one
batch, and for stride 1 whole rows, from consecutive memory, which is what makes the copies and sums below fast.
Layers take and return (batch, *spatial, channels); their results are views of batch-last memory, so between two
such layers the conversion costs nothing.
"""

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from scratch.layer import Array

Padding = str | int | tuple[int, ...]
Pads = list[tuple[int, int]]

# about as much as the second-level cache of a core holds
BLOCK_BYTES = 2**20


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


def unfold(
    x: Array,
    kernel: tuple[int, ...],
    stride: tuple[int, ...],
    dilation: tuple[int, ...],
    out: tuple[int, ...],
) -> Array:
    """Every window as a column (im2col): (c, *spatial, n) -> (c, *kernel, *out, n), one copy."""
    c, *spatial, n = x.strides
    strides = (
        c,
        *(step * d for step, d in zip(spatial, dilation, strict=True)),
        *(step * s for step, s in zip(spatial, stride, strict=True)),
        n,
    )
    view = as_strided(x, (x.shape[0], *kernel, *out, x.shape[-1]), strides, writeable=False)
    return view.copy()


def fold(
    columns: Array,
    sizes: tuple[int, ...],
    stride: tuple[int, ...],
    dilation: tuple[int, ...],
) -> Array:
    """The transpose of `unfold` (col2im): (c, *kernel, *out, n) -> (c, *sizes, n), overlapping windows summed."""
    x = np.zeros((columns.shape[0], *sizes, columns.shape[-1]), columns.dtype)
    add_windows(x, columns, stride, dilation)
    return x


def add_windows(x: Array, columns: Array, stride: tuple[int, ...], dilation: tuple[int, ...]) -> None:
    """Add every window of `columns` (c, *kernel, *out, n) to its place in `x` (c, *sizes, n)."""
    rank = x.ndim - 2
    kernel, out = columns.shape[1 : 1 + rank], columns.shape[1 + rank : -1]
    for offset, view in taps(x, kernel, stride, dilation, out):
        place: tuple[Any, ...] = (slice(None), *offset)
        view += columns[place]


def column_blocks(
    x: Array,
    kernel: tuple[int, ...],
    stride: tuple[int, ...],
    dilation: tuple[int, ...],
    out: tuple[int, ...],
) -> Iterator[tuple[slice, slice, Array]]:
    """`unfold` in blocks of whole rows of windows: which windows, along the axis of all, x from where they
    begin, and their columns (c, *kernel, *some of out, n).

    All columns together would hold x once for each tap of the kernel.
    """
    in_a_row = math.prod(out[1:]) * x.shape[-1]
    rows = rows_in_a_block(x.itemsize * len(x) * math.prod(kernel) * in_a_row)
    for start in range(0, out[0], rows):
        stop = min(start + rows, out[0])
        seen = slice(start * stride[0], None)
        columns = unfold(x[:, seen], kernel, stride, dilation, (stop - start, *out[1:]))
        yield slice(start * in_a_row, stop * in_a_row), seen, columns


def rows_in_a_block(size: int) -> int:
    """How many rows of windows, of `size` bytes each, a block has: one at least.

    A block of at most BLOCK_BYTES, unless one row is more, is still in the cache when it is multiplied. That saves more
    than it costs to make it again for the gradient.
    """
    return max(1, BLOCK_BYTES // size)
