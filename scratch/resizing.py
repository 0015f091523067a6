"""Layers that make images larger or smaller: up-sampling, zero-padding, cropping."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from scratch.layer import Array, Layer, require_rank
from scratch.windows import Pads, per_axis

Sides = int | Sequence[int | tuple[int, int]]


class UpSampling(Layer):
    """y has `size` times as many elements along each spatial axis.

    "nearest": y[i] = x[floor(i / size)]. "linear", "bilinear" or "trilinear", depending on how many axes there are:
    y[i] = (1 - f) x[j] + f x[j + 1] along each axis in turn, where j + f = (i + 1/2) / size - 1/2, kept within x: a
    pixel is an area, and areas are aligned. With `align_corners` the first and last centres fall together instead:
    j + f = i (n - 1) / (n * size - 1).

    x: (batch, *spatial, channels) -> y: (batch, *(size * spatial), channels).
    """

    rank: int
    axes: str
    linear: str

    def __init__(
        self, size: int | tuple[int, ...] = 2, *, interpolation: str = "nearest", align_corners: bool = False
    ) -> None:
        super().__init__()
        self.size = per_axis("size", size, self.rank)
        if interpolation not in ("nearest", self.linear):
            raise ValueError(f"interpolation is {interpolation!r}, expected 'nearest' or {self.linear!r}")
        if align_corners and interpolation == "nearest":
            raise ValueError(f"align_corners needs interpolation={self.linear!r}")
        self.interpolation, self.align_corners = interpolation, align_corners

    def forward(self, x: Array) -> Array:
        require_rank(self, "x", x, self.axes)
        self.sizes = x.shape[1:-1]
        for axis, size in enumerate(self.size, start=1):
            if self.interpolation == "nearest":
                x = np.repeat(x, size, axis)
            else:
                x = along(self.weights(axis).astype(x.dtype), x, axis)
        return x

    def backward(self, dy: Array) -> Array:
        for axis, (n, size) in enumerate(zip(self.sizes, self.size, strict=True), start=1):
            if self.interpolation == "nearest":
                dy = dy.reshape(*dy.shape[:axis], n, size, *dy.shape[axis + 1 :]).sum(axis=axis + 1)
            else:
                dy = along(self.weights(axis).T.astype(dy.dtype), dy, axis)
        return dy

    def weights(self, axis: int) -> Array:
        """(n * size, n): row i holds 1 - f at j and f at j + 1."""
        n, size = self.sizes[axis - 1], self.size[axis - 1]
        i = np.arange(n * size)
        place = i * (n - 1) / max(n * size - 1, 1) if self.align_corners else (i + 0.5) / size - 0.5
        place = np.clip(place, 0, n - 1)
        j = np.floor(place).astype(int)
        weights = np.zeros((n * size, n))
        weights[i, j] = 1 - (place - j)
        weights[i, np.minimum(j + 1, n - 1)] += place - j
        return weights


def along(matrix: Array, x: Array, axis: int) -> Array:
    """`matrix` applied to x along one axis."""
    return np.moveaxis(np.tensordot(matrix, x, (1, axis)), 0, axis)


class ZeroPadding(Layer):
    """y = x with zeros around its spatial axes.

    `padding`: one number for all sides, or for each axis a number or (before, after); with a single axis also just
    (before, after).  x: (batch, *spatial, channels) -> y: (batch, *(before + spatial + after), channels).
    """

    rank: int
    axes: str

    def __init__(self, padding: Sides = 1) -> None:
        super().__init__()
        self.pads = per_side("padding", padding, self.rank)

    def forward(self, x: Array) -> Array:
        require_rank(self, "x", x, self.axes)
        return np.pad(x, [(0, 0), *self.pads, (0, 0)])

    def backward(self, dy: Array) -> Array:
        return within(dy, self.pads).copy()


class Cropping(Layer):
    """y = x without the outermost elements of its spatial axes.

    `cropping` as the padding of `ZeroPadding`.  x: (batch, *spatial, channels) -> y: (batch, *fewer, channels).
    Raises ValueError when nothing is left.
    """

    rank: int
    axes: str

    def __init__(self, cropping: Sides = 1) -> None:
        super().__init__()
        self.cuts = per_side("cropping", cropping, self.rank)

    def forward(self, x: Array) -> Array:
        require_rank(self, "x", x, self.axes)
        if any(before + after >= size for (before, after), size in zip(self.cuts, x.shape[1:-1], strict=True)):
            raise ValueError(f"cropping {self.cuts} leaves nothing of {x.shape[1:-1]}")
        return within(x, self.cuts).copy()

    def backward(self, dy: Array) -> Array:
        return np.pad(dy, [(0, 0), *self.cuts, (0, 0)])


def per_side(name: str, value: Sides, rank: int) -> Pads:
    """(before, after) for each spatial axis. Raises ValueError when `value` does not fit."""
    values: list[Any] = [value] * rank if isinstance(value, int) else list(value)
    if rank == 1 and len(values) == 2:
        values = [tuple(values)]
    sides = [(v, v) if isinstance(v, int) else tuple(v) for v in values]
    if len(sides) != rank or any(len(pair) != 2 or min(pair) < 0 for pair in sides):
        raise ValueError(f"{name} is {value}, expected a number, or for each of {rank} axes one or (before, after)")
    return [(before, after) for before, after in sides]


def within(x: Array, sides: Pads) -> Array:
    """x (batch, *spatial, channels) without what `sides` gives, a view."""
    inner = [slice(before, size - after) for (before, after), size in zip(sides, x.shape[1:-1], strict=True)]
    return x[:, *inner]


class UpSampling1D(UpSampling):
    """Up-sampling of time; x: (batch, time, channels)."""

    rank = 1
    axes = "batch time channels"
    linear = "linear"


class UpSampling2D(UpSampling):
    """Up-sampling of height and width; x: (batch, height, width, channels)."""

    rank = 2
    axes = "batch height width channels"
    linear = "bilinear"


class UpSampling3D(UpSampling):
    """Up-sampling of depth, height and width; x: (batch, depth, height, width, channels)."""

    rank = 3
    axes = "batch depth height width channels"
    linear = "trilinear"


class ZeroPadding1D(ZeroPadding):
    """Zeros around time; x: (batch, time, channels)."""

    rank = 1
    axes = "batch time channels"


class ZeroPadding2D(ZeroPadding):
    """Zeros around height and width; x: (batch, height, width, channels)."""

    rank = 2
    axes = "batch height width channels"


class ZeroPadding3D(ZeroPadding):
    """Zeros around depth, height and width; x: (batch, depth, height, width, channels)."""

    rank = 3
    axes = "batch depth height width channels"


class Cropping1D(Cropping):
    """Less of time; x: (batch, time, channels)."""

    rank = 1
    axes = "batch time channels"


class Cropping2D(Cropping):
    """Less of height and width; x: (batch, height, width, channels)."""

    rank = 2
    axes = "batch height width channels"


class Cropping3D(Cropping):
    """Less of depth, height and width; x: (batch, depth, height, width, channels)."""

    rank = 3
    axes = "batch depth height width channels"
