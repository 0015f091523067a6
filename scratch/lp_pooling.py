"""Pooling by the p-norm of every window."""

import numpy as np

from scratch.layer import Array
from scratch.pooling import Pooling
from scratch.windows import Padding, batch_first, batch_last


class LpPooling(Pooling):
    """y = (sum over the window of |x|**p) ** (1 / p), for p >= 1.

    dx = sign(x) |x|**(p-1) y**(1-p) dy, and 0 where the whole window is 0.
    """

    def __init__(
        self,
        kernel: int | tuple[int, ...],
        *,
        p: float = 2.0,
        stride: int | tuple[int, ...] | None = None,
        padding: Padding = "valid",
        ceil_mode: bool = False,
    ) -> None:
        super().__init__(kernel, stride=stride, padding=padding, ceil_mode=ceil_mode)
        if p < 1:
            raise ValueError(f"p is {p}, expected at least 1")
        self.p = p

    def forward(self, x: Array) -> Array:
        self.x = self.place(x)
        self.y = self.window_sum(_magnitude(self.x) ** self.p) ** (1 / self.p)
        return batch_first(self.y)

    def backward(self, dy: Array) -> Array:
        y = self.y
        share = np.where(y > 0, batch_last(dy) * np.where(y > 0, y, 1) ** (1 - self.p), 0)
        power = np.sign(self.x) * _magnitude(self.x) ** (self.p - 1)
        return batch_first(power * self.spread(share))


def _magnitude(x: Array) -> Array:
    """|x|, written so that a complex step through it gives the derivative."""
    return np.where(x < 0, -x, x)


class LpPool1D(LpPooling):
    """Lp norm over windows of time; x: (batch, time, channels)."""

    rank = 1
    axes = "batch time channels"


class LpPool2D(LpPooling):
    """Lp norm over windows of height and width; x: (batch, height, width, channels)."""

    rank = 2
    axes = "batch height width channels"


class LpPool3D(LpPooling):
    """Lp norm over windows of depth, height and width; x: (batch, depth, height, width, channels)."""

    rank = 3
    axes = "batch depth height width channels"
