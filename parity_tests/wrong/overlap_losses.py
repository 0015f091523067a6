"""Wrong versions of the losses of overlap."""

from typing import Any

import numpy as np

from scratch.layer import Array
from scratch.overlap_losses import Dice, Tversky
from wrong import Versions
from wrong.common import ANY, GRADIENTS, made_by
from wrong.losses import MeanForSum, SumForMean


class NoDifference(Tversky):
    """The overlap itself, which is to be large."""

    def forward(self, p: Array, t: Array) -> Array:
        return self.reduce(1 - self._losses(p, t))

    def _losses(self, p: Array, t: Array) -> Array:
        reduction, self.reduction = self.reduction, "none"
        losses = super().forward(p, t)
        self.reduction = reduction
        return losses


class EverySample(Tversky):
    """The loss of a batch is the mean of those of its samples, where sums over everything are asked for."""

    def forward(self, p: Array, t: Array) -> Array:
        axis, self.axis = self.axis, self.axis or tuple(range(1, p.ndim))
        loss = super().forward(p, t)
        self.axis = axis
        return loss


class Everything(Tversky):
    """Takes no notice of `axis`, but for the shape of what comes out."""

    def forward(self, p: Array, t: Array) -> Array:
        super().forward(p, t)
        shape, axis, self.axis = self.shape, self.axis, None
        loss = super().forward(p, t)
        self.axis = axis
        return self.reduce(np.broadcast_to(loss, shape))


class EpsilonAbove(Tversky):
    """Epsilon is added above as well, so that nothing where nothing is has no loss."""

    def reduce(self, losses: Array, total: Array | float | None = None) -> Array:
        return super().reduce(losses - self.epsilon / self.size(losses), total)

    def forward(self, p: Array, t: Array) -> Array:
        self.p, self.t = p, t
        return super().forward(p, t)

    def size(self, losses: Array) -> Array:
        p, t = self.p, self.t
        return np.sum(p * t + self.alpha * p * (1 - t) + self.beta * (1 - p) * t, axis=self.axis) + self.epsilon


class EpsilonForgotten(Tversky):
    """Nothing is added below."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.epsilon = 0.0


class Rounded(Tversky):
    """Predictions are taken for yes or no first."""

    def forward(self, p: Array, t: Array) -> Array:
        return super().forward((p.real > 0.5).astype(p.dtype), t)


class AnyOverlap(Tversky):
    """The union is below, as in Jaccard's index."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.alpha, self.beta = 2 * self.alpha, 2 * self.beta


class Exchanged(Tversky):
    """alpha is of what is missed, beta of the false alarms."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.alpha, self.beta = self.beta, self.alpha


class AlphaOnly(Tversky):
    """beta is what alpha leaves of 1."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.beta = 1 - self.alpha


class AlwaysDice(Tversky):
    """Takes no notice of alpha and beta."""

    def __init__(self, *, alpha: float = 0.5, beta: float = 0.5, **options: Any) -> None:
        super().__init__(**options)


class SquaresBelow(Dice):
    """Sums the squares below, as Milletari et al. do."""

    def forward(self, p: Array, t: Array) -> Array:
        super().forward(p, t)
        axis = self.axis
        below = np.sum(p * p, axis=axis) + np.sum(t * t, axis=axis) + 2 * self.epsilon
        return self.reduce(1 - 2 * np.sum(p * t, axis=axis) / below)


class TwoForgotten(Dice):
    """The overlap is counted once."""

    def forward(self, p: Array, t: Array) -> Array:
        super().forward(p, t)
        axis = self.axis
        below = np.sum(p, axis=axis) + np.sum(t, axis=axis) + 2 * self.epsilon
        return self.reduce(1 - np.sum(p * t, axis=axis) / below)


class BelowFixed(Tversky):
    """The gradient takes what is below for a constant."""

    def forward(self, p: Array, t: Array) -> Array:
        loss = super().forward(p, t)
        below = np.sum(p * t + self.alpha * p * (1 - t) + self.beta * (1 - p) * t, axis=self.axis, keepdims=True)
        self.slope = -t / (below + self.epsilon)
        return loss


class Climbs(Tversky):
    """The gradient has the wrong sign."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        return -super().backward(dy)


class MeanForgotten(Tversky):
    """The gradient of the mean is that of the sum."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        return super().backward(dy) * (self.total if self.reduction == "mean" else 1)


OUTPUTS = (NoDifference, SumForMean, MeanForSum, EverySample, Everything, EpsilonAbove, EpsilonForgotten, Rounded)
SLOPES = (*GRADIENTS, BelowFixed, Climbs, MeanForgotten)

WRONG = {
    "dice": Versions(
        outputs=(*made_by(Dice, (*OUTPUTS, AnyOverlap)), SquaresBelow, TwoForgotten),
        gradients=made_by(Dice, SLOPES),
        contract=made_by(Dice, ANY),
    ),
    "tversky": Versions(
        outputs=(*made_by(Tversky, OUTPUTS), AnyOverlap, Exchanged, AlphaOnly, AlwaysDice),
        gradients=made_by(Tversky, SLOPES),
        contract=made_by(Tversky, ANY),
    ),
}
