"""Wrong versions of the smooth activations."""

import numpy as np

from scratch.activations import Activation
from scratch.layer import Array
from scratch.smooth_activations import (
    CELU,
    ELU,
    GELU,
    SELU,
    Mish,
    SiLU,
    phi,
    sigmoid,
    softplus,
)
from wrong import Versions
from wrong.activations import CONTRACT, CURVED, SingleInside, SlopeAtOutput
from wrong.common import ANY, made_by
from wrong.tails import ALPHA_0, GateByTanh, MishWithoutLog1p, NeverFlat

# ---- exponential linear units


class ScalesBothSides(ELU):
    """alpha times the positive side too."""

    def value(self, x: Array) -> Array:
        return np.where(x > 0, self.alpha * x, super().value(x))


class ExponentOfBoth(ELU):
    """alpha (exp(x) - 1), which overflows where it is not wanted."""

    def value(self, x: Array) -> Array:
        return (x > 0) * x + (x <= 0) * self.alpha * np.expm1(x)


class InfinityTimesNothing(ELU):
    """A mask multiplied, which makes NaN of minus infinity."""

    def value(self, x: Array) -> Array:
        with np.errstate(invalid="ignore"):
            return x * (x > 0) + self.alpha * np.expm1(np.minimum(x, 0))


class AlphaForgotten(ELU):
    """The slope below zero is exp(x), without alpha."""

    def slope(self, x: Array, y: Array) -> Array:
        return np.exp(np.minimum(x, 0))


class OutputWithoutAlpha(ELU):
    """The slope below zero is the output alone; it is the output plus alpha."""

    def slope(self, x: Array, y: Array) -> Array:
        return np.where(x > 0, 1, y)


class OneAtZero(ELU):
    """Has the slope 1 at 0."""

    def slope(self, x: Array, y: Array) -> Array:
        return np.where(x >= 0, 1, super().slope(x, y))


class ScaleForgotten(SELU):
    """ELU with alpha 1.67."""

    def value(self, x: Array) -> Array:
        return super().value(x) / self.SCALE


class ScaleBelowOnly(SELU):
    """The scale on the negative side only."""

    def value(self, x: Array) -> Array:
        return np.where(x > 0, x, super().value(x))


class TwoDigits(SELU):
    """The constants to two digits."""

    ALPHA, SCALE = 1.67, 1.05


class ScaleNotInGradient(SELU):
    """The slope has no scale."""

    def slope(self, x: Array, y: Array) -> Array:
        return super().slope(x, y) / self.SCALE


class NotDividedInside(CELU):
    """alpha (exp(x) - 1), which is ELU."""

    def value(self, x: Array) -> Array:
        return np.maximum(x, 0) + self.alpha * np.expm1(np.minimum(x, 0))


class NotMultiplied(CELU):
    """exp(x / alpha) - 1, without alpha in front."""

    def value(self, x: Array) -> Array:
        return np.where(x > 0, x, super().value(x) / self.alpha)


class AlphaInGradient(CELU):
    """The slope below zero is alpha exp(x / alpha)."""

    def slope(self, x: Array, y: Array) -> Array:
        return np.where(x > 0, 1, self.alpha * super().slope(x, y))


# ---- gated by a function of themselves


class AlwaysTanh(GELU):
    """The approximation, whatever was asked for."""

    def __init__(self, *, approximate: bool = False) -> None:
        super().__init__(approximate=True)


class AlwaysExact(GELU):
    """Takes no notice of `approximate`."""

    def __init__(self, *, approximate: bool = False) -> None:
        super().__init__(approximate=False)


class ByLogistic(GELU):
    """x sigmoid(1.702 x), the rough approximation."""

    def value(self, x: Array) -> Array:
        return x * sigmoid(1.702 * x)


class RootForgotten(GELU):
    """erf(x) instead of erf(x / sqrt 2)."""

    def value(self, x: Array) -> Array:
        return x * phi(x * np.sqrt(2.0).astype(x.dtype)) if not self.approximate else super().value(x)


class DensityForgotten(GELU):
    """The slope is Phi(x); x times the density is left out."""

    def slope(self, x: Array, y: Array) -> Array:
        return phi(x)


class ApproximateSlope(GELU):
    """The slope of the approximation for the exact one."""

    def slope(self, x: Array, y: Array) -> Array:
        return GELU(approximate=not self.approximate).slope(x, y)


class SigmoidAlone(SiLU):
    """sigmoid(x), without x."""

    def value(self, x: Array) -> Array:
        return sigmoid(x)


class SwishWithBeta(SiLU):
    """x sigmoid(2 x)."""

    def value(self, x: Array) -> Array:
        return x * sigmoid(2 * x)


class NeverQuiteClosed(SiLU):
    """The gate is at least 1e-304, as that of a sigmoid that bounds x at -700: times an infinity that is no NaN."""

    def value(self, x: Array) -> Array:
        return x * np.maximum(sigmoid(x), 1e-304)


class GateAsSlope(SiLU):
    """The slope is the sigmoid; the gate's own slope is left out."""

    def slope(self, x: Array, y: Array) -> Array:
        return sigmoid(x)


class OutputForInput(SiLU):
    """s (1 + y (1 - s)), with the output in the place of the input."""

    def slope(self, x: Array, y: Array) -> Array:
        s = sigmoid(x)
        return s * (1 + y * (1 - s))


class WithoutSoftplus(Mish):
    """x tanh(x)."""

    def value(self, x: Array) -> Array:
        return x * np.tanh(x)


class ByExponential(Mish):
    """x tanh(exp(x))."""

    def value(self, x: Array) -> Array:
        return x * np.tanh(np.exp(x))


class ChainCutShort(Mish):
    """The slope lacks that of softplus."""

    def slope(self, x: Array, y: Array) -> Array:
        t = np.tanh(softplus(x))
        return t + x * (1 - t * t)


class GateOfMish(Mish):
    """The slope is the gate alone."""

    def slope(self, x: Array, y: Array) -> Array:
        return np.tanh(softplus(x))


def versions(
    layer: type[Activation],
    outputs: tuple[type[Activation], ...],
    gradients: tuple[type[Activation], ...],
    common: tuple[type[Activation], ...] = (*CURVED, SlopeAtOutput),
    kinks: tuple[type[Activation], ...] = (),
) -> Versions:
    return Versions(
        outputs=(*made_by(layer, (SingleInside,)), *outputs),
        gradients=(*made_by(layer, common), *gradients),
        kinks=kinks,
        contract=made_by(layer, (*ANY, *CONTRACT)),
    )


WRONG = {
    "elu": versions(
        ELU,
        (ScalesBothSides, ExponentOfBoth, InfinityTimesNothing, ALPHA_0),
        (AlphaForgotten, OutputWithoutAlpha),
        kinks=(OneAtZero, *made_by(ELU, (NeverFlat,))),
    ),
    "selu": versions(
        SELU, (ScaleForgotten, ScaleBelowOnly, TwoDigits), (ScaleNotInGradient,), kinks=made_by(SELU, (NeverFlat,))
    ),
    "celu": versions(CELU, (NotDividedInside, NotMultiplied), (AlphaInGradient,), kinks=made_by(CELU, (NeverFlat,))),
    "gelu": versions(GELU, (AlwaysTanh, AlwaysExact, ByLogistic, RootForgotten), (DensityForgotten, ApproximateSlope)),
    "silu": versions(SiLU, (SigmoidAlone, SwishWithBeta, NeverQuiteClosed, GateByTanh), (GateAsSlope, OutputForInput)),
    "mish": versions(Mish, (WithoutSoftplus, ByExponential, MishWithoutLog1p), (ChainCutShort, GateOfMish)),
}
