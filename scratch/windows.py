"""Sliding windows over the spatial axes: what convolution and pooling share.

Inside, arrays are batch last: (channels, *spatial, batch). A tap of the kernel then reads runs of at least one
batch, and for stride 1 whole rows, from consecutive memory, which is what makes the copies and sums below fast.
Layers take and return (batch, *spatial, channels); their results are views of batch-last memory, so between two
such layers the conversion costs nothing.
"""

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import DTypeLike

from scratch.layer import Array

Padding = str | int | tuple[int, ...]
Pads = list[tuple[int, int]]
# a layer's own `room`
Room = Callable[[str, tuple[int, ...], DTypeLike], Array]

# Rows of fewer columns are short, and put together until they have so many elements: 1 MB in float32, about what the
# second-level cache of a core holds.
LONG, TOGETHER = 512, 2**18
# How many bytes are turned at once: what the first-level cache of a core holds.
NEAR = 2**15


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


def overhang(
    sizes: tuple[int, ...],
    pads: Pads,
    kernel: tuple[int, ...],
    stride: tuple[int, ...],
    dilation: tuple[int, ...],
) -> Pads:
    """How far windows reach past the padding with PyTorch's `ceil_mode`: (0, after) for each spatial axis.

    What a last step leaves over gets a window too, unless that would begin behind all of x.
    """
    more = []
    for size, (before, after), k, s, d in zip(sizes, pads, kernel, stride, dilation, strict=True):
        padded, span = before + size + after, (k - 1) * d + 1
        last = math.ceil((padded - span) / s) * s
        more.append((0, last + span - padded if last < before + size else 0))
    return more


def batch_last(x: Array) -> Array:
    """(batch, *spatial, channels) -> (channels, *spatial, batch) in consecutive memory."""
    turned = np.swapaxes(x, 0, -1)
    if not x.flags.c_contiguous or turned.flags.c_contiguous or x.nbytes <= NEAR:
        return np.ascontiguousarray(turned)
    # some places at a time: what is read with long strides is then in the cache
    last, places = np.empty(turned.shape, x.dtype), x.reshape(len(x), -1, x.shape[-1])
    at_once, of_places = max(1, NEAR * places.shape[1] // x.nbytes), last.reshape(len(last), -1, len(x))
    for start in range(0, places.shape[1], at_once):
        some = slice(start, start + at_once)
        of_places[:, some] = places[:, some].copy().transpose(2, 1, 0)
    return last


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


class Windows:
    """The windows of a convolution along the spatial axes, `out` of them on each, in x (c, *spatial, n).

    Matrix products go piece by piece. A piece is a row of windows, all that begin at one place of the first axis, or
    several rows where they are short. Its columns are (groups, prod(kernel) * c / groups, windows * n): each runs over
    the taps and then, fastest, over the channels, as kernels do in memory.

    Short rows are copied. For long ones x is copied into strips, the windows along all axes but the first; along that
    one columns are views of strips, which overlap, unless it is dilated. That saves most of the copying.
    """

    def __init__(
        self,
        kernel: tuple[int, ...],
        stride: tuple[int, ...],
        dilation: tuple[int, ...],
        out: tuple[int, ...],
        channels: int,
        groups: int,
        room: Room,
    ) -> None:
        self.kernel, self.stride, self.dilation, self.out = kernel, stride, dilation, out
        self.channels, self.groups, self.room = channels // groups, groups, room
        self.column = math.prod(kernel) * self.channels

    def pieces(self, y: Array) -> list[Array]:
        """The pieces of y (channels, *out, n), which lies in consecutive memory: views, (groups, ..., windows * n)."""
        apart = self._apart(y)
        return [apart[:, :, start:stop].reshape(*apart.shape[:2], -1) for start, stop in self._rows(y)]

    def unfold(self, x: Array) -> Iterator[Array]:
        """The columns of each piece (im2col)."""
        for windows in self._of_strips(x) if self._long(x) else self._of_rows(x):
            yield windows.reshape(self.groups, self.column, -1)

    def fold(self, x: Array, w: Array, y: Array) -> None:
        """The transpose of `unfold` (col2im): add w @ piece, columns made of each piece of y, where they belong in x.

        x (c, *spatial, n) and y (channels, *out, n) lie in consecutive memory; w: (groups, prod(kernel) * c / groups,
        channels / groups).
        """
        if self._long(x):
            self._add_strips(x, w, y)
        else:
            self._add_rows(x, w, y)

    def _of_rows(self, x: Array) -> Iterator[Array]:
        for seen, out in self._parts(x):
            yield self._every(seen, self.kernel, self.dilation, out)

    def _add_rows(self, x: Array, w: Array, y: Array) -> None:
        pieces = self.pieces(y)
        room = self.room("columns", (*w.shape[:2], pieces[0].shape[-1]), x.dtype)
        for (seen, out), piece in zip(self._parts(x), pieces, strict=True):
            columns = np.matmul(w, piece, out=room[..., : piece.shape[-1]])
            windows = columns.reshape(self.groups, *self.kernel, self.channels, *out, x.shape[-1])
            for offset, view in taps(seen, self.kernel, self.stride, self.dilation, out):
                at: tuple[Any, ...] = (slice(None), *offset)
                view += windows[at].reshape(view.shape)

    def _of_strips(self, x: Array) -> Iterator[Array]:
        strips = self.room("strips", (self.groups, x.shape[1], *self._strip(x)), x.dtype)
        # the first axis as if it were seen whole, by a kernel as long
        every = self._every(x, (x.shape[1], *self.kernel[1:]), (1, *self.dilation[1:]), (1, *self.out[1:]))
        every = every.reshape(strips.shape)
        made = 0
        for row in range(self.out[0]):
            start = row * self.stride[0]
            seen = slice(start, start + (self.kernel[0] - 1) * self.dilation[0] + 1, self.dilation[0])
            # only what is new in this row, so that it is in the cache when it is multiplied
            strips[:, made : seen.stop] = every[:, made : seen.stop]
            made = seen.stop
            yield strips[:, seen]

    def _add_strips(self, x: Array, w: Array, y: Array) -> None:
        """Strip by strip: one product, over taps along the first axis and channels of y, sums up all its columns."""
        apart, strip = self._apart(y), self.room("strip", (self.groups, *self._strip(x)), x.dtype)
        channels = apart.shape[1]
        w = np.ascontiguousarray(w.reshape(self.groups, self.kernel[0], -1, channels).swapaxes(1, 2))
        # the last row of windows first, as the first tap along the first axis sees the last of them
        rows = self.room("rows", (self.groups, self.out[0], channels, apart.shape[-1]), y.dtype)
        rows[...] = apart[:, :, ::-1].swapaxes(1, 2)
        for place in range(x.shape[1]):
            seeing, seen_from = self._seen_by(place)
            of_taps = w[:, :, seeing].reshape(*w.shape[:2], -1)
            of_rows = rows[:, seen_from].reshape(self.groups, of_taps.shape[-1], rows.shape[-1])
            np.matmul(of_taps, of_rows, out=strip.reshape(*w.shape[:2], rows.shape[-1]))
            for offset, view in taps(x[:, place], self.kernel[1:], self.stride[1:], self.dilation[1:], self.out[1:]):
                at: tuple[Any, ...] = (slice(None), *offset)
                view += strip[at].reshape(view.shape)

    def _parts(self, x: Array) -> Iterator[tuple[Array, tuple[int, ...]]]:
        """x from where each piece begins, and how many windows the piece has on each axis."""
        for start, stop in self._rows(x):
            yield x[:, start * self.stride[0] :], (stop - start, *self.out[1:])

    def _rows(self, x: Array) -> list[tuple[int, int]]:
        """The first row of each piece and the first that is not in it; x (..., n)."""
        at_once = self._at_once(x)
        return [(start, min(start + at_once, self.out[0])) for start in range(0, self.out[0], at_once)]

    def _long(self, x: Array) -> bool:
        """Whether rows go one by one."""
        return self._at_once(x) == 1

    def _at_once(self, x: Array) -> int:
        """How many rows go together, 1 where they are long."""
        columns = math.prod(self.out[1:]) * max(1, x.shape[-1])
        return max(1, TOGETHER // (columns * self.column * self.groups)) if columns < LONG else 1

    def _seen_by(self, place: int) -> tuple[slice, slice]:
        """The taps that see this place of the first axis, and from which rows of windows, the last row counted as 0."""
        rows, stride, dilation = self.out[0], self.stride[0], self.dilation[0]
        starts = [(tap, place - tap * dilation) for tap in range(self.kernel[0])]
        seen = [(tap, start // stride) for tap, start in starts if start % stride == 0 and 0 <= start // stride < rows]
        if not seen:
            return slice(0), slice(0)
        (first_tap, last_row), (last_tap, first_row) = seen[0], seen[-1]
        every = math.gcd(stride, dilation)
        taps_seen = slice(first_tap, last_tap + 1, stride // every)
        return taps_seen, slice(rows - 1 - last_row, rows - first_row, dilation // every)

    def _strip(self, x: Array) -> tuple[int, ...]:
        """The windows of x along all axes but the first: (*others, c / groups, *out, n)."""
        return (*self.kernel[1:], self.channels, *self.out[1:], x.shape[-1])

    def _apart(self, y: Array) -> Array:
        """y (channels, *out, n) in rows of windows, a view: (groups, channels / groups, rows, windows * n)."""
        return y.reshape(self.groups, len(y) // self.groups, self.out[0], math.prod(self.out[1:]) * y.shape[-1])

    def _every(self, x: Array, kernel: tuple[int, ...], dilation: tuple[int, ...], out: tuple[int, ...]) -> Array:
        """All windows of x (c, *spatial, n), a view: (groups, *kernel, c / groups, *out, n)."""
        axes = tuple(range(1, x.ndim - 1))
        spans = tuple((k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True))
        seen = sliding_window_view(x, spans, axes)  # (c, *places, n, *spans)
        places = [slice(0, (n - 1) * s + 1, s) for n, s in zip(out, self.stride, strict=True)]
        seen = seen[(slice(None), *places, slice(None), *(slice(None, None, d) for d in dilation))]
        seen = seen.reshape(self.groups, self.channels, *seen.shape[1:])  # an axis in two is a view still
        return seen.transpose(0, *range(-len(spans), 0), 1, *(axis + 1 for axis in axes), x.ndim)
