"""Wrong versions of global and adaptive pooling."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from scratch import adaptive_pooling
from scratch.adaptive_pooling import (
    AdaptiveAvgPooling,
    AdaptiveMaxPooling,
    AdaptivePooling,
    GlobalAvgPooling,
    GlobalMaxPooling,
    GlobalPooling,
    Index,
)
from scratch.layer import Array
from wrong import Versions
from wrong.common import ANY, GRADIENTS, LINEAR, made_by

# ---- global


class ChannelsToo(GlobalPooling):
    """Pools over the channels too, so that all channels are equal."""

    def pooled(self, x: Array) -> Array:
        return super().pooled(np.broadcast_to(x.mean(axis=-1, keepdims=True), x.shape))


class BatchInsteadOfTime(GlobalPooling):
    """Pools over the batch, as where the first axis is time."""

    def pooled(self, x: Array) -> Array:
        y = super().pooled(x)
        return np.broadcast_to(y.mean(axis=0, keepdims=True), y.shape)


class LeavesOutLast(GlobalPooling):
    """Leaves out the last place, where there is more than one."""

    def pooled(self, x: Array) -> Array:
        return super().pooled(x[:, :-1] if x.shape[1] > 1 else x)


class AlwaysKeepsDims(GlobalPooling):
    """Takes no notice of `keepdims`."""

    def forward(self, x: Array) -> Array:
        self.keepdims = True
        return super().forward(x)


class Sums(GlobalAvgPooling):
    """Never divides."""

    def pooled(self, x: Array) -> Array:
        return x.sum(axis=self.spatial, keepdims=True)


class NeverShares(GlobalAvgPooling):
    """The backward pass gives every element the whole gradient."""

    def share(self) -> Array:
        return np.ones(self.x.shape, self.x.dtype)


class SharesOverFirstAxis(GlobalAvgPooling):
    """The backward pass divides by the first spatial axis and the channels instead of all spatial axes."""

    def share(self) -> Array:
        return np.full(self.x.shape, 1 / (self.x.shape[1] * self.x.shape[-1]), self.x.dtype)


class SharesOverBatch(GlobalAvgPooling):
    """The backward pass divides by the batch size too."""

    def share(self) -> Array:
        return super().share() / len(self.x)


class SharesOverAll(GlobalMaxPooling):
    """The gradient goes to all elements evenly, as for a mean."""

    def share(self) -> Array:
        return np.full(self.x.shape, self.y.size / self.x.size, self.x.dtype)


class LargestOfAll(GlobalMaxPooling):
    """The mask compares with the largest element of all channels."""

    def share(self) -> Array:
        return (self.x == self.x.max()).astype(self.x.dtype)


class LargestMagnitude(GlobalMaxPooling):
    """Takes the largest magnitude."""

    def pooled(self, x: Array) -> Array:
        return super().pooled(np.where(x < 0, -x, x))


class StartsFromZero(GlobalMaxPooling):
    """The search for the maximum starts from 0, which beats negative numbers."""

    def pooled(self, x: Array) -> Array:
        return np.maximum(super().pooled(x), 0)


class AllTied(GlobalMaxPooling):
    """Every one of equal maxima gets the full gradient."""

    def share(self) -> Array:
        return (self.x == self.y).astype(self.x.dtype)


class FirstTied(GlobalMaxPooling):
    """The first of equal maxima gets the whole gradient, as in windows."""

    def share(self) -> Array:
        rows = (self.x == self.y).reshape(len(self.x), -1, self.x.shape[-1])
        return (rows & (rows.cumsum(axis=1) == 1)).reshape(self.x.shape).astype(self.x.dtype)


# ---- adaptive


class Windows(AdaptivePooling):
    """Base of what goes wrong in placing the windows."""

    def spans(self, size: int, out: int) -> list[tuple[int, int]]:
        raise NotImplementedError

    def windows(self, sizes: tuple[int, ...]) -> Iterator[tuple[Index, Index]]:
        spans = [self.spans(size, out) for size, out in zip(sizes, self.output_size, strict=True)]
        for place in np.ndindex(self.output_size):
            yield (slice(None), *place), (slice(None), *(slice(*axis[i]) for i, axis in zip(place, spans, strict=True)))


class NeverOverlap(Windows):
    """Windows end where the next one begins, though the sizes do not divide."""

    def spans(self, size: int, out: int) -> list[tuple[int, int]]:
        return [(i * size // out, max((i + 1) * size // out, i * size // out + 1)) for i in range(out)]


class EqualWindows(Windows):
    """All windows are ceil(size / out) long, the last ones shorter where x ends."""

    def spans(self, size: int, out: int) -> list[tuple[int, int]]:
        length = -(-size // out)
        return [(min(i * length, size - 1), min((i + 1) * length, size)) for i in range(out)]


class FixedStride(Windows):
    """A kernel and a stride are made from the sizes: stride size // out, kernel size - (out - 1) * stride."""

    def spans(self, size: int, out: int) -> list[tuple[int, int]]:
        stride = size // out
        kernel = size - (out - 1) * stride if stride else 1
        return [(min(i * stride, size - 1), min(i * stride + kernel, size)) for i in range(out)]


class AxisReversed(Windows):
    """The outputs come in reverse order."""

    def spans(self, size: int, out: int) -> list[tuple[int, int]]:
        return [(i * size // out, -(-(i + 1) * size // out)) for i in reversed(range(out))]


class OneLonger(Windows):
    """Windows end one later, where x does not end before."""

    def spans(self, size: int, out: int) -> list[tuple[int, int]]:
        return [(i * size // out, min(-(-(i + 1) * size // out) + 1, size)) for i in range(out)]


class BackwardOverwrites(AdaptivePooling):
    """Windows that overlap overwrite each other's gradient."""

    def backward(self, dy: Array) -> Any:
        dx = np.zeros(self.shape, dy.dtype)
        for place, window in self.windows(self.shape[1:-1]):
            one = np.zeros_like(dy)
            one[place] = dy[place]
            share = super().backward(one)
            dx[window] = share[window]
        return dx


class BackwardNeverDivides(AdaptiveAvgPooling):
    """The backward pass gives every element of a window its whole gradient."""

    def backward(self, dy: Array) -> Any:
        dx = np.zeros(self.shape, dy.dtype)
        for place, window in self.windows(self.shape[1:-1]):
            dx[window] += dy[place].reshape(len(dy), *[1] * self.rank, -1)
        return dx


class BackwardRepeats(AdaptiveAvgPooling):
    """The backward pass divides by the mean size of a window, x by y, whatever the size of each."""

    def backward(self, dy: Array) -> Any:
        dx = np.zeros(self.shape, dy.dtype)
        size = np.prod(self.shape[1:-1]) / np.prod(self.output_size)
        for place, window in self.windows(self.shape[1:-1]):
            dx[window] += dy[place].reshape(len(dy), *[1] * self.rank, -1) / size
        return dx


class SpreadEvenly(AdaptiveMaxPooling):
    """Every place of the window gets an equal share, as in average pooling: the sums are right."""

    def backward(self, dy: Array) -> Any:
        return AdaptiveAvgPooling.backward(self, dy)


class LastTied(AdaptiveMaxPooling):
    """The last of equal maxima gets the gradient."""

    def forward(self, x: Array) -> Array:
        flipped = tuple(range(1, 1 + self.rank))
        y = super().forward(np.flip(x, flipped))
        return np.flip(y, flipped).copy()

    def backward(self, dy: Array) -> Any:
        flipped = tuple(range(1, 1 + self.rank))
        return np.flip(super().backward(np.flip(dy, flipped)), flipped).copy()


class WinnersOfLastSample(AdaptiveMaxPooling):
    """The places of the last sample's maxima are used for all samples."""

    def backward(self, dy: Array) -> Any:
        self.winners = [np.broadcast_to(first[-1:], first.shape) for first in self.winners]
        return super().backward(dy)


SPANS = (NeverOverlap, EqualWindows, FixedStride, AxisReversed, OneLonger)


def versions(rank: int) -> dict[str, Versions]:
    """The wrong versions of the layers over so many axes."""
    layers = {
        f"{kind}{pool}": getattr(adaptive_pooling, f"{kind}{pool}Pool{rank}D")
        for kind in ("Global", "Adaptive")
        for pool in ("Avg", "Max")
    }
    any_global = (ChannelsToo, BatchInsteadOfTime, LeavesOutLast, AlwaysKeepsDims)
    shares = (NeverShares, SharesOverFirstAxis, SharesOverBatch)
    return {
        f"global_avg_pool{rank}d": Versions(
            made_by(layers["GlobalAvg"], (*any_global, Sums)),
            made_by(layers["GlobalAvg"], (*shares, *GRADIENTS)),
            contract=made_by(layers["GlobalAvg"], LINEAR),
        ),
        f"global_max_pool{rank}d": Versions(
            made_by(layers["GlobalMax"], (*any_global, LargestMagnitude, StartsFromZero)),
            made_by(layers["GlobalMax"], (SharesOverAll, LargestOfAll, *GRADIENTS)),
            made_by(layers["GlobalMax"], (AllTied, FirstTied)),
            contract=made_by(layers["GlobalMax"], ANY),
        ),
        f"adaptive_avg_pool{rank}d": Versions(
            made_by(layers["AdaptiveAvg"], SPANS),
            made_by(layers["AdaptiveAvg"], (BackwardOverwrites, BackwardNeverDivides, BackwardRepeats, *GRADIENTS)),
            contract=made_by(layers["AdaptiveAvg"], LINEAR),
        ),
        f"adaptive_max_pool{rank}d": Versions(
            made_by(layers["AdaptiveMax"], SPANS),
            made_by(layers["AdaptiveMax"], (SpreadEvenly, WinnersOfLastSample, *GRADIENTS)),
            torch=made_by(layers["AdaptiveMax"], (LastTied,)),
            contract=made_by(layers["AdaptiveMax"], ANY),
        ),
    }


WRONG = {name: made for rank in (1, 2, 3) for name, made in versions(rank).items()}
