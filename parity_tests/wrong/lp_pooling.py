"""Wrong versions of pooling by the p-norm."""

import math
from typing import Any

import numpy as np

from scratch import lp_pooling
from scratch.layer import Array
from scratch.lp_pooling import LpPooling
from scratch.windows import batch_first, batch_last
from wrong import Versions
from wrong.common import ANY, GRADIENTS, made_by
from wrong.pooling import Overwrites, places


class PlainPower(LpPooling):
    """x**p without the magnitude: right for even p only."""

    def forward(self, x: Array) -> Array:
        self.x = self.place(x)
        self.y = self.window_sum(self.x**self.p) ** (1 / self.p)
        return batch_first(self.y)


class NoRoot(LpPooling):
    """The sum of powers without its root."""

    def forward(self, x: Array) -> Array:
        return super().forward(x) ** self.p


class MeanOfPowers(LpPooling):
    """The mean of powers instead of their sum."""

    def forward(self, x: Array) -> Array:
        return super().forward(x) / math.prod(self.kernel) ** (1 / self.p)


class AlwaysTwo(LpPooling):
    """Takes no notice of p."""

    def __init__(self, kernel: Any, *, p: float = 2.0, **options: Any) -> None:
        super().__init__(kernel, **options)


class NoSign(LpPooling):
    """The gradient lacks the sign of x."""

    def backward(self, dy: Array) -> Array:
        return super().backward(dy) * np.sign(batch_first(self.x))


class NoOuterDerivative(LpPooling):
    """The gradient lacks the derivative of the root."""

    def backward(self, dy: Array) -> Array:
        return super().backward(dy * batch_first(self.y) ** (self.p - 1))


class PowerNotLowered(LpPooling):
    """The gradient has |x|**p where it should have |x|**(p-1)."""

    def backward(self, dy: Array) -> Array:
        return super().backward(dy) * np.abs(batch_first(self.x))


class TimesP(LpPooling):
    """The gradient keeps the factor p, which the root takes away."""

    def backward(self, dy: Array) -> Array:
        return super().backward(dy) * self.p


class NoGuardAtZero(LpPooling):
    """The gradient of a window of zeros is 0 / 0."""

    def backward(self, dy: Array) -> Array:
        power = np.sign(self.x) * np.abs(self.x) ** (self.p - 1)
        return batch_first(power * self.spread(batch_last(dy) * self.y ** (1 - self.p)))


def versions(rank: int) -> Versions:
    """The wrong versions of the layer over so many axes."""
    lp = getattr(lp_pooling, f"LpPool{rank}D")
    return Versions(
        outputs=made_by(lp, (*places(rank), PlainPower, NoRoot, MeanOfPowers, AlwaysTwo)),
        gradients=made_by(lp, (*GRADIENTS, Overwrites, NoSign, NoOuterDerivative, PowerNotLowered, TimesP)),
        kinks=made_by(lp, (NoGuardAtZero,)),
        contract=made_by(lp, ANY),
    )


WRONG = {f"lp_pool{rank}d": versions(rank) for rank in (1, 2, 3)}
