"""Layers that put something else than zeros around what they are given: a constant, or what it goes on with itself."""

from typing import ClassVar

import numpy as np

from scratch.borders import Border, contract, extend
from scratch.layer import Array, Layer, require_rank
from scratch.resizing import Sides, ZeroPadding, per_side


class ConstantPadding(ZeroPadding):
    """y = x with `value` around its spatial axes; `padding` as that of `ZeroPadding`."""

    def __init__(self, padding: Sides = 1, value: float = 0.0) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, x: Array) -> Array:
        require_rank(self, "x", x, self.axes)
        return np.pad(x, [(0, 0), *self.pads, (0, 0)], constant_values=self.value)


class BorderPadding(Layer):
    """y = x going on around its spatial axes as its `mode` says; dx = the sum of dy over all copies of an element.

    `padding` as that of `ZeroPadding`.  x: (batch, *spatial, channels) -> y: (batch, *(before + spatial + after),
    channels).  Raises ValueError where there is less to go on with than is asked for.
    """

    rank: int
    axes: str
    mode: ClassVar[Border]

    def __init__(self, padding: Sides = 1) -> None:
        super().__init__()
        self.pads = per_side("padding", padding, self.rank)

    def forward(self, x: Array) -> Array:
        require_rank(self, "x", x, self.axes)
        return extend(x, self.pads, self.mode)

    def backward(self, dy: Array) -> Array:
        return contract(dy, self.pads, self.mode)


class ReflectionPadding(BorderPadding):
    """y goes back from the border, which does not come twice: c b | a b c | b a. At most size - 1 on a side."""

    mode = "reflect"


class SymmetricPadding(BorderPadding):
    """y goes back from the border, which comes twice: b a | a b c | c b. At most the size on a side."""

    mode = "symmetric"


class ReplicationPadding(BorderPadding):
    """y repeats the border: a a | a b c | c c."""

    mode = "replicate"


class CircularPadding(BorderPadding):
    """y goes on at the other end: b c | a b c | a b. At most the size on a side."""

    mode = "circular"


class ConstantPadding1D(ConstantPadding):
    """A constant around time; x: (batch, time, channels)."""

    rank = 1
    axes = "batch time channels"


class ConstantPadding2D(ConstantPadding):
    """A constant around height and width; x: (batch, height, width, channels)."""

    rank = 2
    axes = "batch height width channels"


class ConstantPadding3D(ConstantPadding):
    """A constant around depth, height and width; x: (batch, depth, height, width, channels)."""

    rank = 3
    axes = "batch depth height width channels"


class ReflectionPadding1D(ReflectionPadding):
    """Reflection, without the border, of time; x: (batch, time, channels)."""

    rank = 1
    axes = "batch time channels"


class ReflectionPadding2D(ReflectionPadding):
    """Reflection, without the border, of height and width; x: (batch, height, width, channels)."""

    rank = 2
    axes = "batch height width channels"


class ReflectionPadding3D(ReflectionPadding):
    """Reflection, without the border, of depth, height and width; x: (batch, depth, height, width, channels)."""

    rank = 3
    axes = "batch depth height width channels"


class SymmetricPadding1D(SymmetricPadding):
    """Reflection, with the border, of time; x: (batch, time, channels)."""

    rank = 1
    axes = "batch time channels"


class SymmetricPadding2D(SymmetricPadding):
    """Reflection, with the border, of height and width; x: (batch, height, width, channels)."""

    rank = 2
    axes = "batch height width channels"


class SymmetricPadding3D(SymmetricPadding):
    """Reflection, with the border, of depth, height and width; x: (batch, depth, height, width, channels)."""

    rank = 3
    axes = "batch depth height width channels"


class ReplicationPadding1D(ReplicationPadding):
    """Copies of the border around time; x: (batch, time, channels)."""

    rank = 1
    axes = "batch time channels"


class ReplicationPadding2D(ReplicationPadding):
    """Copies of the border around height and width; x: (batch, height, width, channels)."""

    rank = 2
    axes = "batch height width channels"


class ReplicationPadding3D(ReplicationPadding):
    """Copies of the border around depth, height and width; x: (batch, depth, height, width, channels)."""

    rank = 3
    axes = "batch depth height width channels"


class CircularPadding1D(CircularPadding):
    """Time goes on at its other end; x: (batch, time, channels)."""

    rank = 1
    axes = "batch time channels"


class CircularPadding2D(CircularPadding):
    """Height and width go on at their other end; x: (batch, height, width, channels)."""

    rank = 2
    axes = "batch height width channels"


class CircularPadding3D(CircularPadding):
    """Depth, height and width go on at their other end; x: (batch, depth, height, width, channels)."""

    rank = 3
    axes = "batch depth height width channels"
