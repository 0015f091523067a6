"""Wrong versions of the losses of several right classes, and of distances of what is alike or not."""

from typing import Any

import numpy as np

from scratch.layer import Array
from scratch.margin_losses import HingeEmbedding, MultiLabelMargin
from wrong import Versions
from wrong.common import ANY, made_by
from wrong.losses import COMMON_GRADIENTS, OF_CLASSES
from wrong.pointwise_losses import versions


class AllPairs(MultiLabelMargin):
    """Right classes are to be above each other too."""

    def forward(self, x: Array, t: Array) -> Array:
        super().forward(x, t)
        self.excess = t[..., :, None] * np.maximum(1 - x[..., :, None] + x[..., None, :], 0)
        return self.reduce(self.excess.sum(axis=(-2, -1)) / x.shape[-1])


class OverPairs(MultiLabelMargin):
    """The sum is divided by the number of pairs that lack the margin."""

    def forward(self, x: Array, t: Array) -> Array:
        super().forward(x, t)
        pairs = np.maximum((self.excess.real > 0).sum(axis=(-2, -1)), 1)
        return self.reduce(self.excess.sum(axis=(-2, -1)) / pairs)


class NeverDivided(MultiLabelMargin):
    """The sum is not divided by the number of classes."""

    def reduce(self, losses: Array, total: Array | float | None = None) -> Array:
        return super().reduce(losses * self.excess.shape[-1], total)


class NeverZero(MultiLabelMargin):
    """Margins that are kept by more are rewarded."""

    def forward(self, x: Array, t: Array) -> Array:
        super().forward(x, t)
        pairs = t[..., :, None] > t[..., None, :]
        margins = np.where(pairs, 1 - x[..., :, None] + x[..., None, :], 0)
        return self.reduce(margins.sum(axis=(-2, -1)) / x.shape[-1])


class SmallestRight(MultiLabelMargin):
    """Of the right classes the lowest alone."""

    def forward(self, x: Array, t: Array) -> Array:
        super().forward(x, t)
        return self.reduce(self.excess.sum(axis=-1).max(axis=-1) / x.shape[-1])


class RightNotTaken(MultiLabelMargin):
    """Right classes get no gradient."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        dx = np.sign(self.excess).sum(axis=-2) / self.excess.shape[-1]
        return dx * self.share(dy, dx)


class MaskForgotten(MultiLabelMargin):
    """There is a gradient where the margin is kept too."""

    def forward(self, x: Array, t: Array) -> Array:
        loss = super().forward(x, t)
        self.excess = (t[..., :, None] > t[..., None, :]).astype(x.dtype)
        return loss


class PassesAtKink(MultiLabelMargin):
    """The gradient passes at the kink."""

    def forward(self, x: Array, t: Array) -> Array:
        loss = super().forward(x, t)
        pairs = t[..., :, None] > t[..., None, :]
        self.excess = (pairs & (1 - x[..., :, None] + x[..., None, :] >= 0)).astype(x.dtype)
        return loss


class MarginFixed(HingeEmbedding):
    """The margin is always 1."""

    def __init__(self, *, margin: float = 1.0, **options: Any) -> None:
        super().__init__(**options)


class LabelsExchanged(HingeEmbedding):
    """Takes alike for unlike."""

    def forward(self, p: Array, t: Array) -> Array:
        return super().forward(p, -t)


class ZeroForMinusOne(HingeEmbedding):
    """Expects 0 for unlike, so that there the loss is 0."""

    def value(self, p: Array, t: Array) -> Array:
        return np.where(t == 1, p, 0)


class BothHinged(HingeEmbedding):
    """What is alike has no loss below 0."""

    def value(self, p: Array, t: Array) -> Array:
        return np.where(t == 1, np.maximum(p, 0), np.maximum(self.margin - p, 0))


class OfScores(HingeEmbedding):
    """max(margin - t p, 0), which is another loss."""

    def value(self, p: Array, t: Array) -> Array:
        return np.maximum(self.margin - t * p, 0)


class HingeMaskForgotten(HingeEmbedding):
    """The gradient passes beyond the margin too."""

    def slope(self, p: Array, t: Array) -> Array:
        return t


class StoppedAtKink(HingeEmbedding):
    """The slope at the kink is 0."""

    def slope(self, p: Array, t: Array) -> Array:
        return t * ((t == 1) | (self.margin - p > 0))


WRONG = {
    "multi_label_margin": Versions(
        outputs=(
            *made_by(MultiLabelMargin, OF_CLASSES),
            *(AllPairs, OverPairs, NeverDivided, NeverZero, SmallestRight),
        ),
        gradients=(*made_by(MultiLabelMargin, COMMON_GRADIENTS), RightNotTaken, MaskForgotten),
        kinks=(PassesAtKink,),
        contract=made_by(MultiLabelMargin, ANY),
    ),
    "hinge_embedding": versions(
        HingeEmbedding,
        (MarginFixed, LabelsExchanged, ZeroForMinusOne, BothHinged, OfScores),
        (HingeMaskForgotten,),
        (StoppedAtKink,),
    ),
}
