"""Layers that make images larger or smaller: up-sampling, zero-padding, cropping."""

from collections.abc import Sequence
from typing import Any, ClassVar

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

    Images have three more: y[i] = sum over k of c(f - k) x[j + k], k = 1 - r, ..., r, along each axis in turn.
    "bicubic": r = 2, c(t) = (a + 2) |t|**3 - (a + 3) |t|**2 + 1 up to |t| = 1, then a (|t|**3 - 5 |t|**2 + 8 |t| - 4),
    a being the `coefficient`.  Keys (1981). "lanczos3" and "lanczos5": c(t) = sinc(t) sinc(t / r), r = 3 or 5. Their
    `border` is "edge", x going on as its outermost element, or "renormalised", the weights of what is within x divided
    by their sum.

    x: (batch, *spatial, channels) -> y: (batch, *(size * spatial), channels).
    """

    rank: int
    axes: str
    linear: str
    windows: ClassVar[dict[str, int]] = {}

    def __init__(
        self,
        size: int | tuple[int, ...] = 2,
        *,
        interpolation: str = "nearest",
        align_corners: bool = False,
        coefficient: float = -0.75,
        border: str = "edge",
    ) -> None:
        super().__init__()
        self.size = per_axis("size", size, self.rank)
        known = ("nearest", self.linear, *self.windows)
        if interpolation not in known:
            raise ValueError(f"interpolation is {interpolation!r}, expected one of {', '.join(map(repr, known))}")
        if align_corners and interpolation == "nearest":
            raise ValueError(f"align_corners needs interpolation={self.linear!r}")
        if border not in ("edge", "renormalised"):
            raise ValueError(f"border is {border!r}, expected 'edge' or 'renormalised'")
        self.interpolation, self.align_corners = interpolation, align_corners
        self.coefficient, self.border = coefficient, border

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
        """(n * size, n): row i holds 1 - f at j and f at j + 1, or c(f - k) at j + k."""
        n, size = self.sizes[axis - 1], self.size[axis - 1]
        i = np.arange(n * size)
        place = i * (n - 1) / max(n * size - 1, 1) if self.align_corners else (i + 0.5) / size - 0.5
        if self.interpolation in self.windows:
            return self._window(place, n)
        place = np.clip(place, 0, n - 1)
        j = np.floor(place).astype(int)
        weights = np.zeros((n * size, n))
        weights[i, j] = 1 - (place - j)
        weights[i, np.minimum(j + 1, n - 1)] += place - j
        return weights

    def _window(self, place: Array, n: int) -> Array:
        reach = self.windows[self.interpolation]
        j = np.floor(place)[:, None] + np.arange(1 - reach, reach + 1)
        t = np.abs(place[:, None] - j)
        shares = keys(t, self.coefficient) if self.interpolation == "bicubic" else np.sinc(t) * np.sinc(t / reach)
        if self.border == "renormalised":
            shares = np.where((j >= 0) & (j < n), shares, 0)
            shares /= shares.sum(axis=1, keepdims=True)
        weights = np.zeros((len(place), n))
        # at the border several places are one
        np.add.at(weights, (np.arange(len(place))[:, None], np.clip(j, 0, n - 1).astype(int)), shares)
        return weights


def keys(t: Array, a: float) -> Array:
    """Keys' cubic of distances 0 <= t <= 2: 1 at 0, and 0 at 1 and 2."""
    return np.where(t <= 1, ((a + 2) * t - (a + 3)) * t * t + 1, a * (((t - 5) * t + 8) * t - 4))


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
    windows: ClassVar[dict[str, int]] = {"bicubic": 2, "lanczos3": 3, "lanczos5": 5}


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
