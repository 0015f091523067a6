"""Wrong versions of softplus and of other smooth activations."""

import numpy as np

from scratch.layer import Array
from scratch.smooth_activations import (
    Exponential,
    LogSigmoid,
    Softplus,
    Softsign,
    Squareplus,
    TanhShrink,
    sigmoid,
    softplus,
)
from wrong.activations import SLOPES
from wrong.smooth_activations import versions
from wrong.tails import LogSigmoidWithoutLog1p, WithoutLog1p

# ---- softplus and its relatives


class Overflows(Softplus):
    """log(1 + exp(x)) as it stands, infinite for large x."""

    def value(self, x: Array) -> Array:
        return np.log(1 + np.exp(self.beta * x)) / self.beta


class Floored(Softplus):
    """The exponent kept from underflowing: no y is below 1e-304."""

    def value(self, x: Array) -> Array:
        return super().value(np.maximum(x, -700))


class FlooredExponential(Exponential):
    """exp(max(x, -700))"""

    def value(self, x: Array) -> Array:
        return super().value(np.maximum(x, -700))


class NotDivided(Softplus):
    """log(1 + exp(beta x)), not divided by beta."""

    def value(self, x: Array) -> Array:
        return super().value(x) * self.beta


class AlwaysThreshold(Softplus):
    """x above 20 where no threshold was asked for."""

    def __init__(self, *, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__(beta=beta, threshold=threshold)


class ThresholdOfInput(Softplus):
    """Compares x with the threshold, not beta x."""

    def value(self, x: Array) -> Array:
        return np.where(x > self.threshold, x, softplus(self.beta * x) / self.beta)


class BetaInGradient(Softplus):
    """The slope is beta sigmoid(beta x)."""

    def slope(self, x: Array, y: Array) -> Array:
        return self.beta * super().slope(x, y)


class NotSquared(Softsign):
    """The slope is 1 / (1 + |x|)."""

    def slope(self, x: Array, y: Array) -> Array:
        return 1 / (1 + np.abs(x))


class SignedDenominator(Softsign):
    """x / (1 + x)."""

    def value(self, x: Array) -> Array:
        return x / (1 + x)


class SquaredDenominator(Softsign):
    """x / (1 + x**2)."""

    def value(self, x: Array) -> Array:
        return x / (1 + x * x)


class LogOfSigmoid(LogSigmoid):
    """log(sigmoid(x)) as it stands, minus infinity far below zero."""

    def value(self, x: Array) -> Array:
        return np.log(1 / (1 + np.exp(-x)))


class Positive(LogSigmoid):
    """The sign is lost: softplus(-x)."""

    def value(self, x: Array) -> Array:
        return softplus(-x)


class SlopeTurned(LogSigmoid):
    """The slope is sigmoid(x)."""

    def slope(self, x: Array, y: Array) -> Array:
        return sigmoid(x)


class TurnedRound(TanhShrink):
    """tanh(x) - x."""

    def value(self, x: Array) -> Array:
        return np.tanh(x) - x


class SlopeOfTanh(TanhShrink):
    """The slope of tanh."""

    def slope(self, x: Array, y: Array) -> Array:
        return 1 - np.tanh(x) ** 2


class SlopeNotSquared(TanhShrink):
    """The slope is tanh(x)."""

    def slope(self, x: Array, y: Array) -> Array:
        return np.tanh(x)


class NotHalved(Squareplus):
    """x + sqrt(x**2 + b)."""

    def value(self, x: Array) -> Array:
        return 2 * super().value(x)


class SquaredB(Squareplus):
    """sqrt(x**2 + b**2)."""

    def value(self, x: Array) -> Array:
        return (x + np.sqrt(x * x + self.b**2)) / 2


class OneForgotten(Squareplus):
    """The slope lacks that of x."""

    def slope(self, x: Array, y: Array) -> Array:
        return super().slope(x, y) - 0.5


class Minus1(Exponential):
    """exp(x) - 1."""

    def value(self, x: Array) -> Array:
        return np.expm1(x)


class PowerOfTwo(Exponential):
    """2**x."""

    def value(self, x: Array) -> Array:
        return np.exp2(x)


class PowerRule(Exponential):
    """x exp(x - 1), as if the exponent were constant."""

    def slope(self, x: Array, y: Array) -> Array:
        return x * np.exp(x - 1)


WRONG = {
    "softplus": versions(
        Softplus, (Overflows, Floored, NotDivided, AlwaysThreshold, ThresholdOfInput, WithoutLog1p), (BetaInGradient,)
    ),
    "softsign": versions(Softsign, (SignedDenominator, SquaredDenominator), (NotSquared,)),
    "log_sigmoid": versions(LogSigmoid, (LogOfSigmoid, Positive, LogSigmoidWithoutLog1p), (SlopeTurned,)),
    "tanh_shrink": versions(TanhShrink, (TurnedRound,), (SlopeOfTanh, SlopeNotSquared)),
    "squareplus": versions(Squareplus, (NotHalved, SquaredB), (OneForgotten,)),
    "exponential": versions(Exponential, (Minus1, PowerOfTwo, FlooredExponential), (PowerRule,), common=SLOPES),
}
