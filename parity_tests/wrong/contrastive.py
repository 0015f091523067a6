"""Wrong versions of the contrastive loss."""

from typing import Any

import numpy as np

from scratch.layer import Array
from scratch.margin_losses import Contrastive
from wrong.pointwise_losses import versions


class MarginFixed(Contrastive):
    """The margin is always 1."""

    def __init__(self, *, margin: float = 1.0, **options: Any) -> None:
        super().__init__(**options)


class LabelsExchanged(Contrastive):
    """Takes alike for unlike."""

    def forward(self, p: Array, t: Array) -> Array:
        return super().forward(p, 1 - t)


class UnlikeNotSquared(Contrastive):
    """What is short of the margin is not squared."""

    def value(self, p: Array, t: Array) -> Array:
        return np.where(t == 1, p**2, np.maximum(self.margin - p, 0))


class SquaredInside(Contrastive):
    """The distance is squared before it is taken from the margin."""

    def value(self, p: Array, t: Array) -> Array:
        return np.where(t == 1, p**2, np.maximum(self.margin - p**2, 0))


class NoHinge(Contrastive):
    """What is farther than the margin is drawn back to it."""

    def value(self, p: Array, t: Array) -> Array:
        return np.where(t == 1, p, self.margin - p) ** 2


class HingeMaskForgotten(Contrastive):
    """The gradient passes beyond the margin too."""

    def slope(self, p: Array, t: Array) -> Array:
        return 2 * np.where(t == 1, p, p - self.margin)


class SignForgotten(Contrastive):
    """The slope of what is unlike goes up."""

    def slope(self, p: Array, t: Array) -> Array:
        return 2 * np.where(t == 1, p, np.maximum(self.margin - p, 0))


WRONG = {
    "contrastive": versions(
        Contrastive,
        (MarginFixed, LabelsExchanged, UnlikeNotSquared, SquaredInside, NoHinge),
        (HingeMaskForgotten, SignForgotten),
    )
}
