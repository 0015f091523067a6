"""Mistakes that any loss of single numbers can make."""

from typing import Any

from scratch.layer import Array
from scratch.regression_losses import PointwiseLoss
from wrong import Version, Versions
from wrong.common import ANY, made_by
from wrong.losses import COMMON_GRADIENTS, REDUCTIONS


class AlwaysElements(PointwiseLoss):
    """Never averages along the last axis."""

    def __init__(self, *, per_sample: bool = False, **options: Any) -> None:
        super().__init__(per_sample=False, **options)


class AlwaysSamples(PointwiseLoss):
    """Always averages along the last axis first."""

    def __init__(self, *, per_sample: bool = False, **options: Any) -> None:
        super().__init__(per_sample=True, **options)


class SumsSamples(PointwiseLoss):
    """The loss of a sample is the sum along the last axis, not the mean."""

    def value(self, p: Array, t: Array) -> Array:
        return super().value(p, t) * (p.shape[-1] if self.per_sample else 1)


class Halved(PointwiseLoss):
    """Every loss is halved."""

    def value(self, p: Array, t: Array) -> Array:
        return super().value(p, t) / 2


class DividedByBatch(PointwiseLoss):
    """The mean divides by the batch size, not by the number of elements."""

    def reduce(self, losses: Array, total: Any = None) -> Array:
        return super().reduce(losses, len(losses))


class Turned(PointwiseLoss):
    """The gradient has the wrong sign: that of the target."""

    def slope(self, p: Array, t: Array) -> Array:
        return -super().slope(p, t)


class SlopeHalved(PointwiseLoss):
    """The gradient is half of what it should be."""

    def slope(self, p: Array, t: Array) -> Array:
        return super().slope(p, t) / 2


class AtTarget(PointwiseLoss):
    """The gradient is taken at the mean of prediction and target."""

    def slope(self, p: Array, t: Array) -> Array:
        return super().slope((p + t) / 2, t)


class ChangesPrediction(PointwiseLoss):
    """Subtracts the target from the prediction in place."""

    def forward(self, p: Array, t: Array) -> Array:
        loss = super().forward(p, t)
        p -= t + 0.5
        return loss


OUTPUTS = (*REDUCTIONS, AlwaysElements, AlwaysSamples, SumsSamples, Halved, DividedByBatch)
GRADIENTS = (*COMMON_GRADIENTS, Turned, SlopeHalved)


def versions(
    loss: type[PointwiseLoss],
    outputs: tuple[Version, ...] = (),
    gradients: tuple[Version, ...] = (),
    kinks: tuple[Version, ...] = (),
) -> Versions:
    """Those of a loss of single numbers, with its own."""
    return Versions(
        outputs=(*made_by(loss, OUTPUTS), *outputs),
        gradients=(*made_by(loss, GRADIENTS), *gradients),
        kinks=kinks,
        contract=made_by(loss, (*ANY, ChangesPrediction)),
    )
