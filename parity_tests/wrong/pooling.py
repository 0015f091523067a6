"""Wrong versions of the pooling layers, and the mistakes that all of them can make."""

import math
from typing import Any

import numpy as np

from scratch import pooling
from scratch.layer import Array
from scratch.pooling import AvgPooling, LpPooling, Pooling, SumPooling
from scratch.windows import batch_first, batch_last, crop, taps
from wrong import Versions
from wrong.common import ANY, GRADIENTS, LINEAR, made_by

# ---- mistakes in placing the windows, which any pooling can make


class LargerHalfInFront(Pooling):
    """SAME padding puts the larger half in front."""

    def place(self, x: Array) -> Array:
        placed = super().place(x)
        self.pads = [(after, before) for before, after in self.pads]
        return placed


class WindowAxesSwapped(Pooling):
    """The window is read as (width, height)."""

    def __init__(self, kernel: Any, **options: Any) -> None:
        super().__init__(kernel, **options)
        self.kernel = self.kernel[::-1]


class IgnoresStride(Pooling):
    """Windows always lie side by side."""

    def __init__(self, kernel: Any, **options: Any) -> None:
        super().__init__(kernel, **options)
        self.stride = self.kernel


class MovesByOne(Pooling):
    """The windows move by one, though the output has the size of a larger stride."""

    def taps(self, padded: Array) -> list[Array]:
        ones = (1,) * self.rank
        return [view for _, view in taps(padded, self.kernel, ones, ones, self.out)]


class AveragesChannels(Pooling):
    """Pools over the channels too, so that all channels are equal."""

    def forward(self, x: Array) -> Array:
        return super().forward(np.broadcast_to(x.mean(axis=-1, keepdims=True), x.shape))


class Overwrites(Pooling):
    """Windows that overlap overwrite each other's gradient."""

    def spread(self, dy: Array) -> Array:
        sizes = [before + size + after for (before, after), size in zip(self.pads, self.sizes, strict=True)]
        dx = np.zeros((dy.shape[0], *sizes, dy.shape[-1]), dy.dtype)
        for view in self.taps(dx):
            view[...] = dy
        return crop(dx, self.pads)


PLACES = (LargerHalfInFront, WindowAxesSwapped, IgnoresStride, MovesByOne, AveragesChannels)


# ---- mean and sum


class StartsFromInput(Pooling):
    """The gradient buffer starts as a copy of the input instead of zeros."""

    def forward(self, x: Array) -> Array:
        self.copied = x.copy()
        return super().forward(x)

    def backward(self, dy: Array) -> Array:
        return super().backward(dy) + self.copied


class DividesByWindow(AvgPooling):
    """Divides by the size of the window at padded borders too."""

    def __init__(self, kernel: Any, *, count_padding: bool = False, **options: Any) -> None:
        super().__init__(kernel, count_padding=True, **options)


class NeverCountsPadding(AvgPooling):
    """Takes no notice of `count_padding`."""

    def __init__(self, kernel: Any, *, count_padding: bool = False, **options: Any) -> None:
        super().__init__(kernel, count_padding=False, **options)


class SumsOnly(AvgPooling):
    """Never divides."""

    def forward(self, x: Array) -> Array:
        return super().forward(x) * batch_first(self.count)


class BackwardDividesByWindow(AvgPooling):
    """The backward pass divides by the size of the window at padded borders too."""

    def backward(self, dy: Array) -> Array:
        return batch_first(self.spread(batch_last(dy) / math.prod(self.kernel)))


class BackwardNeverDivides(AvgPooling):
    """The backward pass gives every place the whole gradient."""

    def backward(self, dy: Array) -> Array:
        return batch_first(self.spread(batch_last(dy)))


class BackwardDividesByOutputs(AvgPooling):
    """The backward pass divides by the number of windows instead of the size of one."""

    def backward(self, dy: Array) -> Array:
        return batch_first(self.spread(batch_last(dy) / math.prod(self.out)))


class Averages(SumPooling):
    """Divides by the size of the window."""

    def forward(self, x: Array) -> Array:
        return super().forward(x) / math.prod(self.kernel)


class BackwardAverages(SumPooling):
    """The backward pass divides by the size of the window."""

    def backward(self, dy: Array) -> Array:
        return super().backward(dy) / math.prod(self.kernel)


# ---- Lp norm


class PlainPower(LpPooling):
    """x**p without the magnitude: right for even p only."""

    def forward(self, x: Array) -> Array:
        self.sizes = x.shape[1:-1]
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


def places(rank: int) -> tuple[type[Pooling], ...]:
    """The mistakes in placing windows over so many axes, but those that change nothing, or only break down."""
    left_out = {1: WindowAxesSwapped, 3: IgnoresStride}.get(rank)
    return tuple(mistake for mistake in PLACES if mistake is not left_out)


def versions(rank: int) -> dict[str, Versions]:
    """The wrong versions of the pooling layers over so many axes."""
    avg, total, lp = (getattr(pooling, f"{kind}Pool{rank}D") for kind in ("Avg", "Sum", "Lp"))
    return {
        f"avg_pool{rank}d": Versions(
            outputs=made_by(avg, (*places(rank), DividesByWindow, NeverCountsPadding, SumsOnly)),
            gradients=made_by(
                avg,
                (
                    *(*GRADIENTS, Overwrites, StartsFromInput),
                    *(BackwardDividesByWindow, BackwardNeverDivides, BackwardDividesByOutputs),
                ),
            ),
            contract=made_by(avg, LINEAR),
        ),
        f"sum_pool{rank}d": Versions(
            outputs=made_by(total, (*places(rank), Averages)),
            gradients=made_by(total, (*GRADIENTS, Overwrites, StartsFromInput, BackwardAverages)),
            contract=made_by(total, LINEAR),
        ),
        f"lp_pool{rank}d": Versions(
            outputs=made_by(lp, (*places(rank), PlainPower, NoRoot, MeanOfPowers, AlwaysTwo)),
            gradients=made_by(lp, (*GRADIENTS, Overwrites, NoSign, NoOuterDerivative, PowerNotLowered, TimesP)),
            kinks=made_by(lp, (NoGuardAtZero,)),
            contract=made_by(lp, ANY),
        ),
    }


WRONG = {name: made for rank in (1, 2, 3) for name, made in versions(rank).items()}
