"""Wrong versions of the layers that move numbers between channels and places."""

from typing import Any

import numpy as np

from scratch.layer import Array, Layer
from scratch.shuffling import (
    ChannelShuffle,
    DepthToSpace,
    PixelShuffle,
    PixelUnshuffle,
    Shuffling,
    SpaceToDepth,
    ToSpace,
)
from wrong import Versions
from wrong.common import GRADIENTS, LINEAR, made_by

OTHER = {"channels": "pixels", "pixels": "channels"}


class OtherOrder(Shuffling):
    """The channels are in the order of the other framework."""

    def __init__(self, factor: int) -> None:
        super().__init__(factor)
        self.outer = OTHER[self.outer]  # type: ignore[misc]


class RowsForColumns(Shuffling):
    """Rows and columns of each square change places."""

    def forward(self, x: Array) -> Array:
        return np.swapaxes(super().forward(np.swapaxes(x, 1, 2)), 1, 2).copy()


class OnlyReshapes(Shuffling):
    """The numbers stay where they are and only the shape changes."""

    def forward(self, x: Array) -> Array:
        return x.reshape(super().forward(x).shape).copy()


class Tiles(Shuffling):
    """The small images stand beside each other, instead of their pixels."""

    def forward(self, x: Array) -> Array:
        y, r = super().forward(x), self.factor
        if isinstance(self, ToSpace):
            n, h, w, c = y.shape
            return y.reshape(n, h // r, r, w // r, r, c).transpose(0, 2, 1, 4, 3, 5).copy().reshape(y.shape)
        n, h, w, c = x.shape
        return super().forward(x.reshape(n, r, h // r, r, w // r, c).transpose(0, 2, 1, 4, 3, 5).reshape(x.shape))


class SquaresTurned(Shuffling):
    """The squares are turned by half."""

    def forward(self, x: Array) -> Array:
        return super().forward(x[:, ::-1, ::-1])[:, ::-1, ::-1].copy()


class OneColumnLate(Shuffling):
    """Every column comes one later, the last one first."""

    def forward(self, x: Array) -> Array:
        return np.roll(super().forward(x), 1, axis=2)


class BackwardInOtherOrder(Shuffling):
    """The gradient is in the order of the other framework."""

    def backward(self, dy: Array) -> Any:
        kept = self.outer
        self.outer = OTHER[kept]  # type: ignore[misc]
        dx = super().backward(dy)
        self.outer = kept  # type: ignore[misc]
        return dx


class BackwardOnlyReshapes(Layer):
    """The gradient gets the right shape, but its numbers stay where they are."""

    def backward(self, dy: Array) -> Any:
        return dy.reshape(super().backward(dy).shape).copy()


class BackwardTransposed(Shuffling):
    """Rows and columns of each square change places in the gradient."""

    def backward(self, dy: Array) -> Any:
        return np.swapaxes(super().backward(np.swapaxes(dy, 1, 2)), 1, 2).copy()


class BackwardAverages(Shuffling):
    """The gradient is divided by the number of pixels in a square."""

    def backward(self, dy: Array) -> Any:
        return super().backward(dy) / self.factor**2


class TakesTurnsTheOtherWay(ChannelShuffle):
    """The elements of a group take turns, which undoes what is asked for."""

    def forward(self, x: Array) -> Array:
        return ChannelShuffle(x.shape[-1] // self.groups).forward(x)


class NothingShuffled(ChannelShuffle):
    """The channels stay where they are."""

    def forward(self, x: Array) -> Array:
        return x.copy()


class GroupsReversed(ChannelShuffle):
    """The groups take turns in the opposite order."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        return y.reshape(*y.shape[:-1], -1, self.groups)[..., ::-1].copy().reshape(y.shape)


class GroupsMoved(ChannelShuffle):
    """Whole groups change places, not their elements."""

    def forward(self, x: Array) -> Array:
        return np.roll(x, x.shape[-1] // self.groups, axis=-1)


class RowsShuffled(ChannelShuffle):
    """The samples are shuffled too."""

    def forward(self, x: Array) -> Array:
        return super().forward(x)[::-1].copy()


class BackwardShufflesAgain(ChannelShuffle):
    """The gradient is shuffled as the input was: right only where that undoes itself."""

    def backward(self, dy: Array) -> Array:
        return ChannelShuffle(self.groups).forward(dy)


class BackwardDoesNothing(ChannelShuffle):
    """The gradient's channels stay where they are."""

    def backward(self, dy: Array) -> Array:
        return dy.copy()


def versions(layer: type[Shuffling]) -> Versions:
    """The wrong versions of one layer between channels and places."""
    return Versions(
        made_by(layer, (OtherOrder, RowsForColumns, OnlyReshapes, Tiles, SquaresTurned, OneColumnLate)),
        made_by(layer, (BackwardInOtherOrder, BackwardOnlyReshapes, BackwardTransposed, BackwardAverages, *GRADIENTS)),
        contract=made_by(layer, LINEAR),
    )


WRONG = {
    "pixel_shuffle": versions(PixelShuffle),
    "pixel_unshuffle": versions(PixelUnshuffle),
    "depth_to_space": versions(DepthToSpace),
    "space_to_depth": versions(SpaceToDepth),
    "channel_shuffle": Versions(
        (TakesTurnsTheOtherWay, NothingShuffled, GroupsReversed, GroupsMoved, RowsShuffled),
        (BackwardShufflesAgain, BackwardDoesNothing, *made_by(ChannelShuffle, GRADIENTS)),
        contract=made_by(ChannelShuffle, LINEAR),
    ),
}
