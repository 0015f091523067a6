"""Wrong versions of the activations made of pieces: ReLU's relatives and thresholds."""

import numpy as np

from scratch.activations import Activation
from scratch.layer import Array
from scratch.rectifiers import LeakyReLU, PiecewiseReLU, PReLU
from scratch.thresholds import HardShrink, SoftShrink, Threshold
from wrong import Versions
from wrong.activations import CONTRACT, SLOPES, SingleInside, SlopeForgotten
from wrong.common import ANY, WEIGHTED, ReturnsCotangent, made_by
from wrong.tails import CAP_0, HARD_THRESHOLD_0, SOFT_THRESHOLD_0, LargerOfBoth, NaNDropped, SumOfSides

# ---- mistakes that any of them can make


class OneBelow(Activation):
    """Has the slope 1 below -1 too."""

    def slope(self, x: Array, y: Array) -> Array:
        return super().slope(np.where(x < -1, 1.5, x), y)


class OpenAtKinks(Activation):
    """Has the slope of the place a little to the right of each kink."""

    def slope(self, x: Array, y: Array) -> Array:
        return super().slope(x + 1e-6, y)


class ClosedAtKinks(Activation):
    """Has the slope of the place a little to the left of each kink."""

    def slope(self, x: Array, y: Array) -> Array:
        return super().slope(x - 1e-6, y)


COMMON = (*SLOPES, SlopeForgotten)

# ---- ReLU's relatives


class CapForgotten(PiecewiseReLU):
    """Has no cap."""

    def value(self, x: Array) -> Array:
        self.max_value = np.inf
        return super().value(x)


class NotFromThreshold(PiecewiseReLU):
    """negative_slope x below the threshold, not negative_slope (x - threshold)."""

    def value(self, x: Array) -> Array:
        return super().value(x) + self.negative_slope * self.threshold * (x < self.threshold)


class CapBeforeThreshold(PiecewiseReLU):
    """Caps at threshold + max_value."""

    def value(self, x: Array) -> Array:
        return np.where(x > self.threshold, np.minimum(x, self.max_value + self.threshold), super().value(x))


class CapNotInGradient(PiecewiseReLU):
    """Passes the gradient above the cap."""

    def slope(self, x: Array, y: Array) -> Array:
        return np.where(x > self.max_value, 1, super().slope(x, y))


class SubtractsBelow(LeakyReLU):
    """x - negative_slope below zero."""

    def value(self, x: Array) -> Array:
        return np.where(x > 0, x, x - self.negative_slope)


class SlopeAbove(LeakyReLU):
    """Has the negative slope above zero."""

    def value(self, x: Array) -> Array:
        return np.where(x > 0, self.negative_slope * x, x)


class SlopeFixed(LeakyReLU):
    """Always has a slope of 0.01."""

    def __init__(self, *, negative_slope: float = 0.01) -> None:
        super().__init__(negative_slope=0.01)


class SlopeSquared(LeakyReLU):
    """Multiplies with the negative slope twice in the gradient."""

    def slope(self, x: Array, y: Array) -> Array:
        return super().slope(x, y) ** 2


# ---- learnt slopes


class SlopesAveraged(PReLU):
    """Uses the mean of all slopes."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        return np.where(x > 0, y, self.params["w"].mean() * x)


class MagnitudeOfInput(PReLU):
    """w |x| below zero."""

    def forward(self, x: Array) -> Array:
        return np.where(x > 0, x, -super().forward(x))


class GradientAveraged(PReLU):
    """The gradient of the slopes is a mean over the batch."""

    def backward(self, dy: Array) -> Array:
        dx = super().backward(dy)
        self.grads["w"] = self.grads["w"] / len(dy)
        return dx


class GradientOfAllInputs(PReLU):
    """The gradient of the slopes has the positive inputs too."""

    def backward(self, dy: Array) -> Array:
        dx = super().backward(dy)
        self.grads["w"] = self.grads["w"] + (dy * np.maximum(self.x, 0)).sum()
        return dx


class GradientTurned(PReLU):
    """The gradient of the slopes has the wrong sign."""

    def backward(self, dy: Array) -> Array:
        dx = super().backward(dy)
        self.grads["w"] = -self.grads["w"]
        return dx


class SlopesNotInGradient(PReLU):
    """The input gradient stops below zero."""

    def backward(self, dy: Array) -> Array:
        super().backward(dy)
        return dy * (self.x > 0)


# ---- thresholds


class ZeroBelow(Threshold):
    """0 below the threshold."""

    def value(self, x: Array) -> Array:
        return np.where(x <= self.threshold, 0, x)


class ClosedThreshold(Threshold):
    """x at the threshold itself."""

    def value(self, x: Array) -> Array:
        return np.where(x < self.threshold, self.otherwise, x)


class Shifted(Threshold):
    """x - threshold above the threshold."""

    def value(self, x: Array) -> Array:
        return np.where(x > self.threshold, x - self.threshold, super().value(x))


class OneSided(HardShrink):
    """x where x > threshold, not |x|."""

    def value(self, x: Array) -> Array:
        return np.where(x > self.threshold, x, 0)


class SoftInstead(HardShrink):
    """Moves what is left towards 0."""

    def value(self, x: Array) -> Array:
        return x - np.clip(x, -self.threshold, self.threshold)


class Inverted(HardShrink):
    """Keeps what should go."""

    def value(self, x: Array) -> Array:
        return x - super().value(x)


class HardInstead(SoftShrink):
    """Leaves what is outside as it is."""

    def value(self, x: Array) -> Array:
        return np.where(np.abs(x) > self.threshold, x, 0)


class ThresholdAdded(SoftShrink):
    """Moves away from 0."""

    def value(self, x: Array) -> Array:
        return np.where(np.abs(x) > self.threshold, x + self.threshold * np.sign(x), 0)


class OneSidedSoft(SoftShrink):
    """max(x - threshold, 0)."""

    def value(self, x: Array) -> Array:
        return np.maximum(x - self.threshold, 0)


WRONG = {
    "piecewise_relu": Versions(
        outputs=(*made_by(PiecewiseReLU, (SingleInside,)), CapForgotten, NotFromThreshold, CapBeforeThreshold, CAP_0),
        gradients=(*made_by(PiecewiseReLU, COMMON), CapNotInGradient),
        kinks=made_by(PiecewiseReLU, (OpenAtKinks, ClosedAtKinks)),
        contract=made_by(PiecewiseReLU, (*ANY, *CONTRACT)),
    ),
    "leaky_relu": Versions(
        outputs=(*made_by(LeakyReLU, (SingleInside,)), SubtractsBelow, SlopeAbove, SlopeFixed, LargerOfBoth),
        gradients=(*made_by(LeakyReLU, COMMON), SlopeSquared),
        kinks=made_by(LeakyReLU, (OpenAtKinks,)),
        contract=made_by(LeakyReLU, (*ANY, *CONTRACT)),
    ),
    "prelu": Versions(
        outputs=(SlopesAveraged, MagnitudeOfInput, SumOfSides, NaNDropped),
        gradients=(GradientAveraged, GradientOfAllInputs, GradientTurned, SlopesNotInGradient),
        contract=made_by(PReLU, (*ANY, *WEIGHTED, ReturnsCotangent)),
    ),
    "threshold": Versions(
        outputs=(*made_by(Threshold, (SingleInside,)), ZeroBelow, ClosedThreshold, Shifted),
        gradients=made_by(Threshold, (*COMMON, OneBelow)),
        kinks=made_by(Threshold, (OpenAtKinks,)),
        contract=made_by(Threshold, (*ANY, *CONTRACT)),
    ),
    "hard_shrink": Versions(
        outputs=(*made_by(HardShrink, (SingleInside,)), OneSided, SoftInstead, Inverted, HARD_THRESHOLD_0),
        gradients=made_by(HardShrink, COMMON),
        kinks=made_by(HardShrink, (OpenAtKinks, ClosedAtKinks)),
        contract=made_by(HardShrink, (*ANY, *CONTRACT)),
    ),
    "soft_shrink": Versions(
        outputs=(*made_by(SoftShrink, (SingleInside,)), HardInstead, ThresholdAdded, OneSidedSoft, SOFT_THRESHOLD_0),
        gradients=made_by(SoftShrink, COMMON),
        kinks=made_by(SoftShrink, (OpenAtKinks, ClosedAtKinks)),
        contract=made_by(SoftShrink, (*ANY, *CONTRACT)),
    ),
}
