"""Wrong versions of the pooling layers, and the mistakes that all of them can make."""

import math
from typing import Any

import numpy as np

from scratch import pooling
from scratch.layer import Array
from scratch.pooling import AvgPooling, Pooling, SumPooling
from scratch.windows import batch_first, batch_last, crop, taps
from wrong import Versions
from wrong.common import GRADIENTS, LINEAR, made_by

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


class CeilIgnored(Pooling):
    """Never rounds the number of windows up."""

    def place(self, x: Array) -> Array:
        self.ceil_mode = False
        return super().place(x)


class WindowBehindAll(Pooling):
    """Rounds the number of windows up though the last begins behind all of x."""

    def place(self, x: Array) -> Array:
        placed = super().place(x)
        if self.ceil_mode:
            sizes = zip(self.sizes, self.given, self.kernel, self.stride, strict=True)
            padded = [(n + before + after, k, s) for n, (before, after), k, s in sizes]
            self.out = tuple(math.ceil((n - k) / s) + 1 for n, k, s in padded)
            whole = [(out - 1) * s + k for out, (_, k, s) in zip(self.out, padded, strict=True)]
            places = zip(whole, self.sizes, self.pads, strict=True)
            self.pads = [(before, n - size - before) for n, size, (before, _) in places]
        return placed


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


PLACES = (
    LargerHalfInFront,
    WindowAxesSwapped,
    IgnoresStride,
    MovesByOne,
    AveragesChannels,
    CeilIgnored,
    WindowBehindAll,
)


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


class CountsPast(AvgPooling):
    """Counts what of a window is past the padding as well as the padding."""

    def counted(self) -> Array:
        if self.count_padding and self.divisor is None:
            return np.full((1, *self.out, 1), float(math.prod(self.kernel)))
        return super().counted()


class DivisorIgnored(AvgPooling):
    """Takes no notice of `divisor`."""

    def __init__(self, kernel: Any, *, divisor: float | None = None, **options: Any) -> None:
        super().__init__(kernel, **options)


class DividesByBoth(AvgPooling):
    """Divides the mean by `divisor`, not the sum."""

    def counted(self) -> Array:
        counted, self.divisor = super().counted(), None
        return counted if (counted == super().counted()).all() else counted * super().counted()


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


def places(rank: int) -> tuple[type[Pooling], ...]:
    """The mistakes in placing windows over so many axes, but those that change nothing, or only break down."""
    left_out = {1: (WindowAxesSwapped, WindowBehindAll), 3: (IgnoresStride,)}.get(rank, ())
    return tuple(mistake for mistake in PLACES if mistake not in left_out)


def versions(rank: int) -> dict[str, Versions]:
    """The wrong versions of the pooling layers over so many axes."""
    avg, total = (getattr(pooling, f"{kind}Pool{rank}D") for kind in ("Avg", "Sum"))
    return {
        f"avg_pool{rank}d": Versions(
            outputs=made_by(
                avg,
                (
                    *(*places(rank), DividesByWindow, NeverCountsPadding, CountsPast, SumsOnly),
                    *(DivisorIgnored, DividesByBoth),
                ),
            ),
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
    }


WRONG = {name: made for rank in (1, 2, 3) for name, made in versions(rank).items()}
