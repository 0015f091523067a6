"""Wrong versions of the losses of two classes, of probabilities and of logits."""

from typing import Any

import numpy as np

from scratch.binary_losses import (
    BinaryCrossEntropy,
    BinaryFocalCrossEntropy,
    SigmoidCrossEntropy,
)
from scratch.layer import Array
from scratch.regression_losses import PointwiseLoss
from scratch.smooth_activations import sigmoid, softplus
from wrong.common import made_by
from wrong.pointwise_losses import versions
from wrong.tails import rounded_softplus


class SmoothingForgotten(PointwiseLoss):
    """Takes no notice of `label_smoothing`."""

    def __init__(self, *, label_smoothing: float = 0.0, **options: Any) -> None:
        super().__init__(**options)


class SmoothsToZero(PointwiseLoss):
    """Label smoothing leaves out the half that goes to the other class."""

    def forward(self, p: Array, t: Array) -> Array:
        s = self.label_smoothing
        return super().forward(p, t - (s / 2 / (1 - s) if s else 0))


class WeightsForgotten(PointwiseLoss):
    """Takes no notice of the weights."""

    def __init__(self, *, weights: Any = None, **options: Any) -> None:
        super().__init__(**options)


class MeanOverWeights(PointwiseLoss):
    """The mean is over the sum of the weights, as that of class weights."""

    def value(self, p: Array, t: Array) -> Array:
        share = 1.0 if self.weights is None else float(np.mean(self.weights))
        return super().value(p, t) / share


class WeightsNotInGradient(PointwiseLoss):
    """The gradient is that of the unweighted loss."""

    def slope(self, p: Array, t: Array) -> Array:
        given, self.weights = self.weights, None
        slope = super().slope(p, t)
        self.weights = given
        return slope


class PositiveOnly(BinaryCrossEntropy):
    """-t log(p), without the other class."""

    def value(self, p: Array, t: Array) -> Array:
        return -t * np.log(self._clip(p))


class ClassesExchanged(BinaryCrossEntropy):
    """Takes 0 for 1."""

    def value(self, p: Array, t: Array) -> Array:
        return super().value(p, 1 - t)


class NeverClips(BinaryCrossEntropy):
    """Clips at 1e-12, whatever epsilon is."""

    def __init__(self, *, epsilon: float = 1e-7, **options: Any) -> None:
        super().__init__(epsilon=1e-12, **options)


class SlopeOfLogits(BinaryCrossEntropy):
    """The slope is p - t, that of a sigmoid and the loss together."""

    def slope(self, p: Array, t: Array) -> Array:
        return p - t


class ClipNotInGradient(BinaryCrossEntropy):
    """The gradient passes outside the bounds too."""

    def slope(self, p: Array, t: Array) -> Array:
        c = self._clip(p)
        return (1 - t) / (1 - c) - t / c


class StoppedAtBounds(BinaryCrossEntropy):
    """The gradient is zero on the bounds too."""

    def slope(self, p: Array, t: Array) -> Array:
        return super().slope(p, t) * ((p > self.epsilon) & (p < 1 - self.epsilon))


class Overflows(SigmoidCrossEntropy):
    """The logarithm of the sigmoid as it stands, infinite for large logits."""

    def value(self, x: Array, t: Array) -> Array:
        s = 1 / (1 + np.exp(-x))
        return -self.positive_weight * t * np.log(s) - (1 - t) * np.log(1 - s)


class WeightForgotten(SigmoidCrossEntropy):
    """Takes no notice of the positive weight."""

    def __init__(self, *, positive_weight: Any = 1.0, **options: Any) -> None:
        super().__init__(**options)


class WeightOfBoth(SigmoidCrossEntropy):
    """Weighs both classes."""

    def value(self, x: Array, t: Array) -> Array:
        return np.asarray(self.positive_weight, x.dtype) * ((1 - t) * x + softplus(-x))


class WeightNotInGradient(SigmoidCrossEntropy):
    """The gradient has no weight."""

    def slope(self, x: Array, t: Array) -> Array:
        return sigmoid(x) - t


class WithoutLog1p(SigmoidCrossEntropy):
    """log(1 + exp(-x)) without log1p: no digits are left at 30."""

    def value(self, x: Array, t: Array) -> Array:
        w = np.asarray(self.positive_weight, x.real.dtype)
        return w * t * rounded_softplus(-x) + (1 - t) * rounded_softplus(x)


class DigitsCancel(SigmoidCrossEntropy):
    """The gradient of a 0 is 1 - sigmoid(-x): no digits are left at -30."""

    def slope(self, x: Array, t: Array) -> Array:
        return (1 - t) * (1 - sigmoid(-x)) - np.asarray(self.positive_weight, x.dtype) * t * sigmoid(-x)


class LogitsInGradient(SigmoidCrossEntropy):
    """The gradient is the logits minus the targets."""

    def slope(self, x: Array, t: Array) -> Array:
        return x - t


class PowerOfRight(BinaryFocalCrossEntropy):
    """Multiplies by q**gamma, which weighs the easy ones."""

    def value(self, p: Array, t: Array) -> Array:
        return super().value(1 - p, 1 - t) * 0 + (t * p + (1 - t) * (1 - p)) ** self.gamma * self._plain(p, t)

    def _plain(self, p: Array, t: Array) -> Array:
        return BinaryCrossEntropy.value(self, p, t)


class GammaFixed(BinaryFocalCrossEntropy):
    """Always has a gamma of 2."""

    def __init__(self, *, gamma: float = 2.0, **options: Any) -> None:
        super().__init__(gamma=2.0, **options)


class AlphaForgotten(BinaryFocalCrossEntropy):
    """Takes no notice of alpha."""

    def __init__(self, *, alpha: float | None = None, **options: Any) -> None:
        super().__init__(**options)


class AlphaOfBoth(BinaryFocalCrossEntropy):
    """Weighs both classes by alpha."""

    def _balance(self, t: Array) -> Array | float:
        return 1.0 if self.alpha is None else self.alpha


class PowerConstant(BinaryFocalCrossEntropy):
    """Takes the power for a constant in the gradient."""

    def slope(self, p: Array, t: Array) -> Array:
        wrong = 1 - (t * p + (1 - t) * (1 - p))
        return self._balance(t) * wrong**self.gamma * BinaryCrossEntropy.slope(self, p, t)


LABELS = (SmoothingForgotten, SmoothsToZero)
WEIGHTS = (WeightsForgotten, MeanOverWeights)

WRONG = {
    "binary_cross_entropy": versions(
        BinaryCrossEntropy,
        (*made_by(BinaryCrossEntropy, (*LABELS, *WEIGHTS)), PositiveOnly, ClassesExchanged, NeverClips),
        (SlopeOfLogits, ClipNotInGradient, *made_by(BinaryCrossEntropy, (WeightsNotInGradient,))),
        (StoppedAtBounds,),
    ),
    "sigmoid_cross_entropy": versions(
        SigmoidCrossEntropy,
        (*made_by(SigmoidCrossEntropy, (*LABELS, *WEIGHTS)), Overflows, WeightForgotten, WeightOfBoth, WithoutLog1p),
        (
            *(WeightNotInGradient, LogitsInGradient, DigitsCancel),
            *made_by(SigmoidCrossEntropy, (WeightsNotInGradient,)),
        ),
    ),
    "binary_focal_cross_entropy": versions(
        BinaryFocalCrossEntropy,
        (*made_by(BinaryFocalCrossEntropy, LABELS), PowerOfRight, GammaFixed, AlphaForgotten, AlphaOfBoth),
        (PowerConstant,),
    ),
}
