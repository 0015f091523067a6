"""Wrong versions of max-pooling."""

import math

import numpy as np

from scratch import pooling
from scratch.layer import Array
from scratch.pooling import MaxPool3D, MaxPooling
from scratch.windows import batch_first, batch_last, crop, pad, taps
from wrong import Versions
from wrong.common import ANY, GRADIENTS, made_by
from wrong.pooling import LargerHalfInFront, MovesByOne, WindowAxesSwapped, places


class MaxBackward(MaxPooling):
    """The backward pass from the share of each place in its window; right. The wrong ones below change a step of it."""

    def forward(self, x: Array) -> Array:
        self.x = self.place(x)
        return super().forward(x)

    def backward(self, dy: Array) -> Array:
        dy = batch_last(dy)
        x = pad(self.x, self.pads, math.nan)
        dx = np.zeros(x.shape, dy.dtype)
        hits = self.hits(np.array(self.taps(x)), dy)
        for hit, gradients in zip(hits, self.taps(dx), strict=True):
            self.scatter(gradients, hit, dy)
        return batch_first(crop(dx, self.pads))

    def hits(self, values: Array, dy: Array) -> Array:
        """(places in the window, channels, *out, batch): 1 where the gradient goes."""
        return self.first_of(values == self.y)

    def first_of(self, equal: Array) -> Array:
        return equal & (equal.cumsum(axis=0) == 1)

    def scatter(self, gradients: Array, hit: Array, dy: Array) -> None:
        gradients += hit * dy


class ZeroPadded(MaxBackward):
    """The padding counts as zeros, which beat negative numbers."""

    def forward(self, x: Array) -> Array:
        self.x = self.place(x)
        views = self.taps(pad(self.x, self.pads))
        self.y = np.maximum.reduce(views)
        return batch_first(self.y)


class DropsNaN(MaxBackward):
    """np.fmax in the place of np.maximum: NaN is dropped."""

    def forward(self, x: Array) -> Array:
        self.x = self.place(x)
        self.y = np.fmax.reduce(self.taps(pad(self.x, self.pads, -math.inf)))
        return batch_first(self.y)


class LargestMagnitude(MaxPooling):
    """Takes the largest magnitude."""

    def forward(self, x: Array) -> Array:
        return super().forward(np.where(x < 0, -x, x))


class DilationIgnored(MaxPooling):
    """The places of a window lie side by side, though there are as many windows as with a dilation."""

    def taps(self, padded: Array) -> list[Array]:
        ones = (1,) * self.rank
        return [view for _, view in taps(padded, self.kernel, self.stride, ones, self.out)]


class DilatedOverlapOverwritten(MaxPooling):
    """Takes windows for apart where the stride is as long as the kernel, though a dilated window is longer."""

    def backward(self, dy: Array) -> Array:
        if any(s < k for s, k in zip(self.stride, self.kernel, strict=True)):
            return super().backward(dy)
        dy = batch_last(dy)
        dx = self.padded_zeros(dy)
        for view, winner in zip(self.taps(dx), self._winners(), strict=True):
            np.multiply(dy, winner, out=view)
        return batch_first(crop(dx, self.pads))


class AllTied(MaxBackward):
    """Every one of equal maxima gets the full gradient."""

    def first_of(self, equal: Array) -> Array:
        return equal


class TiedShare(MaxBackward):
    """Equal maxima share the gradient evenly."""

    def first_of(self, equal: Array) -> Array:
        return equal / np.maximum(equal.sum(axis=0), 1)


class LastTied(MaxBackward):
    """The last of equal maxima gets the gradient."""

    def first_of(self, equal: Array) -> Array:
        return super().first_of(equal[::-1])[::-1]


class FirstByColumn(MaxBackward):
    """The first of equal maxima column by column gets the gradient."""

    def first_of(self, equal: Array) -> Array:
        by_row = np.arange(len(equal)).reshape(self.kernel)
        hits = np.empty_like(equal)
        hits[by_row.T.ravel()] = super().first_of(equal[by_row.T.ravel()])
        return hits


class SpreadEvenly(MaxBackward):
    """Every place of the window gets an equal share, as in average pooling: the sums are right."""

    def hits(self, values: Array, dy: Array) -> Array:
        inside = ~np.isnan(values)
        return inside / inside.sum(axis=0)


class MaskFromCotangent(MaxBackward):
    """Only positive cotangents are passed."""

    def hits(self, values: Array, dy: Array) -> Array:
        return super().hits(values, dy) * (dy > 0)


class LastSampleMask(MaxBackward):
    """The places of the last sample's maxima are used for all samples."""

    def hits(self, values: Array, dy: Array) -> Array:
        return np.broadcast_to(super().hits(values, dy)[..., -1:], values.shape)


class WindowReadSquare(MaxBackward):
    """The index in the window is decoded by its height instead of its width."""

    def hits(self, values: Array, dy: Array) -> Array:
        *_, height, width = self.kernel
        index = super().hits(values, dy).argmax(axis=0)
        decoded = (index // height) * width + index % height
        return np.arange(len(values)).reshape(-1, *[1] * dy.ndim) == np.minimum(decoded, len(values) - 1)


class GlobalMaximum(MaxBackward):
    """The mask compares with the largest element of the whole image."""

    def hits(self, values: Array, dy: Array) -> Array:
        return values == self.y.max(axis=tuple(range(1, 1 + self.rank)), keepdims=True)


class OverwritesMaximum(MaxBackward):
    """An element that is the maximum of several windows keeps the gradient of the last one only."""

    def scatter(self, gradients: Array, hit: Array, dy: Array) -> None:
        gradients[hit] = dy[hit]


def versions(rank: int) -> Versions:
    """The wrong versions of max-pooling over so many axes."""
    layer = getattr(pooling, f"MaxPool{rank}D")
    in_planes = (WindowReadSquare,) if rank == 2 else ()
    return Versions(
        outputs=made_by(layer, (*places(rank), ZeroPadded, LargestMagnitude, DilationIgnored)),
        gradients=made_by(
            layer,
            (
                *(*GRADIENTS, SpreadEvenly, MaskFromCotangent, LastSampleMask, GlobalMaximum, OverwritesMaximum),
                *(DilatedOverlapOverwritten, *in_planes),
            ),
        ),
        kinks=made_by(layer, (AllTied, TiedShare, LastTied, *((FirstByColumn,) if rank > 1 else ()))),
        torch=made_by(layer, (DropsNaN,)),
        contract=made_by(layer, ANY),
    )


RIGHT = {f"max_pool{rank}d": made_by(getattr(pooling, f"MaxPool{rank}D"), (MaxBackward,)) for rank in (1, 2, 3)}
WRONG = {
    **{f"max_pool{rank}d": versions(rank) for rank in (1, 2, 3)},
    # of the gradients only PyTorch can be asked
    "max_pool3d_native": Versions(
        outputs=made_by(MaxPool3D, (LargerHalfInFront, WindowAxesSwapped, MovesByOne, ZeroPadded, LargestMagnitude)),
        torch=made_by(MaxPool3D, (AllTied, TiedShare, LastTied, FirstByColumn)),
    ),
}
