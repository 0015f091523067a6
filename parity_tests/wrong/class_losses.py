"""Mistakes with class weights, ignored indices and label smoothing; wrong versions of the negative log-likelihood."""

from typing import Any

import numpy as np

from scratch.layer import Array
from scratch.losses import ClassLoss, NegativeLogLikelihood, Reduction
from wrong import Versions
from wrong.common import LINEAR, IgnoresCotangent, made_by


class WeightsForgotten(ClassLoss):
    """Takes no notice of the class weights."""

    def __init__(self, *, class_weights: Any = None, **options: Any) -> None:
        super().__init__(**options)


class WeightsOfOneHot(ClassLoss):
    """The mean of weighted losses always divides by the number of targets."""

    def __init__(self, *, weighted_mean: bool = True, **options: Any) -> None:
        super().__init__(weighted_mean=False, **options)


class AlwaysByWeights(ClassLoss):
    """The mean of weighted losses always divides by the sum of the weights."""

    def __init__(self, *, weighted_mean: bool = True, **options: Any) -> None:
        super().__init__(weighted_mean=True, **options)


class AllWeightsInMean(ClassLoss):
    """The mean divides by the sum of all class weights, not of those of the targets."""

    def weigh(self, t: Array, prediction: Array) -> Array:
        rows = super().weigh(t, prediction)
        if self.class_weights is not None and self.weighted_mean:
            self.divisor = sum(self.class_weights)
        return rows


class WeightsSquared(ClassLoss):
    """Weighs every loss twice."""

    def weigh(self, t: Array, prediction: Array) -> Array:
        rows = super().weigh(t, prediction)
        return rows if self.class_weights is None else rows * np.asarray(self.class_weights, rows.dtype)


class IgnoredCounted(ClassLoss):
    """The mean counts the ignored targets too."""

    def weigh(self, t: Array, prediction: Array) -> Array:
        rows = super().weigh(t, prediction)
        if self.ignore_index is not None:
            self.divisor = t.size
        return rows


class IgnoredAsFirstClass(ClassLoss):
    """Takes an ignored target for the first class."""

    def __init__(self, *, ignore_index: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.ignored = ignore_index

    def weigh(self, t: Array, prediction: Array) -> Array:
        return super().weigh(t if self.ignored is None else np.where(t == self.ignored, 0, t), prediction)


class SmoothingForgotten(ClassLoss):
    """Takes no notice of `label_smoothing`."""

    def __init__(self, *, label_smoothing: float = 0.0, **options: Any) -> None:
        super().__init__(**options)


class SmoothingOfOthers(ClassLoss):
    """Spreads the smoothing over the other classes only."""

    def __init__(self, *, label_smoothing: float = 0.0, **options: Any) -> None:
        super().__init__(label_smoothing=label_smoothing * 1.25, **options)


class NoClassZero(ClassLoss):
    """An ignore_index of 0 is taken for none."""

    def __init__(self, *, ignore_index: int | None = None, **options: Any) -> None:
        super().__init__(ignore_index=ignore_index or None, **options)


class SmoothsTheMean(ClassLoss):
    """Takes no notice of `label_smoothing` unless the mean is taken."""

    def __init__(self, *, label_smoothing: float = 0.0, reduction: Reduction = "mean", **options: Any) -> None:
        smoothing = label_smoothing if reduction == "mean" else 0.0
        super().__init__(label_smoothing=smoothing, reduction=reduction, **options)


CLASS_LOSS = (
    NoClassZero,
    *(WeightsForgotten, WeightsOfOneHot, AlwaysByWeights, AllWeightsInMean, WeightsSquared),
    *(IgnoredCounted, IgnoredAsFirstClass),
)
SMOOTHING = (SmoothingForgotten, SmoothsTheMean, SmoothingOfOthers)


class FromLogits(NegativeLogLikelihood):
    """Takes the logarithm of what is one already."""

    def forward(self, log_p: Array, t: Array) -> Array:
        return super().forward(np.log(np.exp(log_p) + 1e-8), t)


class Positive(NegativeLogLikelihood):
    """The sign is lost."""

    def forward(self, log_p: Array, t: Array) -> Array:
        return -super().forward(log_p, t)


class GradientOfAllClasses(NegativeLogLikelihood):
    """Every class gets the gradient of the target."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        dx = super().backward(dy)
        return dx.sum(axis=-1, keepdims=True) + np.zeros_like(dx)


class GradientOfSoftmax(NegativeLogLikelihood):
    """The gradient is that of softmax and cross-entropy together."""

    def forward(self, log_p: Array, t: Array) -> Array:
        self.p = np.exp(log_p)
        return super().forward(log_p, t)

    def backward(self, dy: Array | float = 1.0) -> Array:
        return (self.p * self.t.sum(axis=-1, keepdims=True) - self.t) * self.share(dy, self.t)


class GradientTurned(NegativeLogLikelihood):
    """The gradient has the wrong sign."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        return -super().backward(dy)


WRONG = {
    "negative_log_likelihood": Versions(
        outputs=(*made_by(NegativeLogLikelihood, CLASS_LOSS), FromLogits, Positive),
        gradients=(
            GradientOfAllClasses,
            GradientOfSoftmax,
            GradientTurned,
            *made_by(NegativeLogLikelihood, (IgnoresCotangent,)),
        ),
        contract=made_by(NegativeLogLikelihood, LINEAR),
    )
}
