"""Wrong versions of the losses of single numbers."""

import math
from typing import Any

import numpy as np

from scratch.layer import Array
from scratch.regression_losses import (
    GaussianNLL,
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    PoissonNLL,
    SmoothL1,
)
from wrong import Versions
from wrong.common import made_by
from wrong.losses import COMMON_GRADIENTS, REDUCTIONS
from wrong.pointwise_losses import AtTarget, versions
from wrong.several_inputs import GradientsReversed, GradientsTurnToFloat64, SignLost, TurnsToFloat64


class Root(MeanSquaredError):
    """The root of the squared error."""

    def value(self, p: Array, t: Array) -> Array:
        return np.sqrt(super().value(p, t))


class SignForgotten(MeanAbsoluteError):
    """p - t, whose mean cancels."""

    def value(self, p: Array, t: Array) -> Array:
        return p - t


class OneWhereEqual(MeanAbsoluteError):
    """The slope is 1 where prediction and target are equal."""

    def slope(self, p: Array, t: Array) -> Array:
        return np.where(p >= t, 1, -1).astype(p.dtype)


class DeltaForgotten(Huber):
    """|d| - 1/2 outside, whatever delta is."""

    def value(self, p: Array, t: Array) -> Array:
        d = np.abs(p - t)
        return np.where(d <= self.delta, d * d / 2, d - 0.5)


class NotContinuous(Huber):
    """delta |d| outside, without delta**2 / 2 taken off."""

    def value(self, p: Array, t: Array) -> Array:
        d = np.abs(p - t)
        return np.where(d <= self.delta, d * d / 2, self.delta * d)


class DividedByDelta(Huber):
    """Divided by delta, which is the smooth L1."""

    def value(self, p: Array, t: Array) -> Array:
        return super().value(p, t) / self.delta


class SignOutside(Huber):
    """The slope outside is 1, not delta."""

    def slope(self, p: Array, t: Array) -> Array:
        d = p - t
        return np.where(np.abs(d) <= self.delta, d, np.sign(d))


class AsHuber(SmoothL1):
    """Huber's loss, not divided by beta."""

    def value(self, p: Array, t: Array) -> Array:
        return super().value(p, t) * self.beta


class HalfTaken(SmoothL1):
    """|d| - 1/2 outside, whatever beta is."""

    def value(self, p: Array, t: Array) -> Array:
        d = np.abs(p - t)
        return np.where(d < self.beta, d * d / (2 * self.beta), d - 0.5)


class NotDividedInside(SmoothL1):
    """The slope inside is d, not d / beta."""

    def slope(self, p: Array, t: Array) -> Array:
        return np.clip(p - t, -1, 1)


class CoshOverflows(LogCosh):
    """log(cosh(d)) as it stands, infinite for large d."""

    def value(self, p: Array, t: Array) -> Array:
        return np.log(np.cosh(p - t))


class Float32Logarithm(LogCosh):
    """log 2 in float32, as Keras has it."""

    def value(self, p: Array, t: Array) -> Array:
        return super().value(p, t) + (math.log(2) - float(np.float32(math.log(2))))


class ExponentNotDoubled(LogCosh):
    """The slope is tanh(d / 2)."""

    def slope(self, p: Array, t: Array) -> Array:
        return np.tanh((p - t) / 2)


class OfPrediction(MeanAbsolutePercentageError):
    """Percent of the prediction."""

    def value(self, p: Array, t: Array) -> Array:
        return super().value(t, p)


class ShareNotPercent(MeanAbsolutePercentageError):
    """Not multiplied by 100."""

    def value(self, p: Array, t: Array) -> Array:
        return super().value(p, t) / 100


class DenominatorForgotten(MeanAbsolutePercentageError):
    """The slope is not divided by the target."""

    def slope(self, p: Array, t: Array) -> Array:
        return 100 * np.sign(p - t)


class OneForgotten(MeanSquaredLogarithmicError):
    """log p - log t, without the 1."""

    def _difference(self, p: Array, t: Array) -> Array:
        return np.log(np.maximum(p, self.EPSILON)) - np.log(np.maximum(t, self.EPSILON))


class NotSquared(MeanSquaredLogarithmicError):
    """The absolute difference."""

    def value(self, p: Array, t: Array) -> Array:
        return np.abs(self._difference(p, t))


class ChainForgotten(MeanSquaredLogarithmicError):
    """The slope lacks that of the logarithm."""

    def slope(self, p: Array, t: Array) -> Array:
        return 2 * self._difference(p, t)


class AlwaysLogInput(PoissonNLL):
    """Always takes the prediction for a logarithm, as PyTorch does unless told otherwise."""

    def __init__(self, *, log_input: bool = False, **options: Any) -> None:
        super().__init__(log_input=True, **options)


class FullForgotten(PoissonNLL):
    """Never adds Stirling's approximation."""

    def __init__(self, *, full: bool = False, **options: Any) -> None:
        super().__init__(**options)


class EpsilonForgotten(PoissonNLL):
    """Always has an epsilon of 1e-8."""

    def __init__(self, *, epsilon: float = 1e-7, **options: Any) -> None:
        super().__init__(epsilon=1e-8, **options)


class SlopeOfRate(PoissonNLL):
    """The slope is p - t, whichever the input."""

    def slope(self, p: Array, t: Array) -> Array:
        return p - t


# ---- means and variances


class DeviationForVariance(GaussianNLL):
    """Takes the variance for a standard deviation."""

    def forward(self, m: Array, t: Array, v: Array) -> Array:
        return super().forward(m, t, v**2)


class LogarithmForgotten(GaussianNLL):
    """The squared error over the variance alone."""

    def forward(self, m: Array, t: Array, v: Array) -> Array:
        super().forward(m, t, v)
        return self.reduce(self.d**2 / self.v / 2)


class AlwaysFull(GaussianNLL):
    """Always adds the constant."""

    def __init__(self, *, full: bool = False, **options: Any) -> None:
        super().__init__(full=True, **options)


class MeansExchanged(GaussianNLL):
    """The gradient of the mean has the wrong sign."""

    def backward(self, dy: Array | float = 1.0) -> tuple[Array, Array]:
        dm, dv = super().backward(dy)
        return -dm, dv


class VarianceOfLogarithm(GaussianNLL):
    """The gradient of the variance is that of its logarithm."""

    def backward(self, dy: Array | float = 1.0) -> tuple[Array, Array]:
        dm, dv = super().backward(dy)
        return dm, dv * self.v


class ClampedNotPassed(GaussianNLL):
    """The gradient stops where the variance is below epsilon."""

    def forward(self, m: Array, t: Array, v: Array) -> Array:
        self.clamped = v < self.epsilon
        return super().forward(m, t, v)

    def backward(self, dy: Array | float = 1.0) -> tuple[Array, Array]:
        dm, dv = super().backward(dy)
        return dm, np.where(self.clamped, 0, dv)


WRONG = {
    "mean_squared_error": versions(MeanSquaredError, (Root,), made_by(MeanSquaredError, (AtTarget,))),
    "mean_absolute_error": versions(MeanAbsoluteError, (SignForgotten,), kinks=(OneWhereEqual,)),
    "huber": versions(Huber, (DeltaForgotten, NotContinuous, DividedByDelta), (SignOutside,)),
    "smooth_l1": versions(SmoothL1, (AsHuber, HalfTaken), (NotDividedInside,)),
    "log_cosh": versions(LogCosh, (CoshOverflows, Float32Logarithm), (ExponentNotDoubled,)),
    "mean_absolute_percentage_error": versions(
        MeanAbsolutePercentageError, (OfPrediction, ShareNotPercent), (DenominatorForgotten,)
    ),
    "mean_squared_logarithmic_error": versions(
        MeanSquaredLogarithmicError, (OneForgotten, NotSquared), (ChainForgotten,)
    ),
    "poisson_nll": versions(PoissonNLL, (AlwaysLogInput, FullForgotten, EpsilonForgotten), (SlopeOfRate,)),
    "gaussian_nll": Versions(
        outputs=(*made_by(GaussianNLL, REDUCTIONS), DeviationForVariance, LogarithmForgotten, AlwaysFull),
        gradients=(
            *made_by(GaussianNLL, (*COMMON_GRADIENTS, GradientsReversed, SignLost)),
            *(MeansExchanged, VarianceOfLogarithm),
        ),
        kinks=(ClampedNotPassed,),
        contract=made_by(GaussianNLL, (TurnsToFloat64, GradientsTurnToFloat64)),
    ),
}
