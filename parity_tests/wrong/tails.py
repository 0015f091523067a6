"""Wrong versions of activations that are right but for the ends of the line: far out, at infinity, for NaN."""

from typing import Any

import numpy as np

from scratch.activations import Activation, Sigmoid
from scratch.gates import GLU
from scratch.layer import Array
from scratch.rectifiers import HardTanh, LeakyReLU, PiecewiseReLU, PReLU
from scratch.smooth_activations import ELU, LogSigmoid, Mish, SiLU, Softplus
from scratch.thresholds import HardShrink, SoftShrink


def rounded_softplus(x: Array) -> Array:
    return np.maximum(x, 0) + np.log(1 + np.exp(np.minimum(x, -x)))


class WithoutLog1p(Softplus):
    """log(1 + exp(x)) without log1p: no digits are left at -30."""

    def value(self, x: Array) -> Array:
        z = self.beta * x
        return np.where(z > self.threshold, x, rounded_softplus(z) / self.beta)


class LogSigmoidWithoutLog1p(LogSigmoid):
    """-log(1 + exp(-x)) without log1p: no digits are left at 30."""

    def value(self, x: Array) -> Array:
        return -rounded_softplus(-x)


class MishWithoutLog1p(Mish):
    """Its softplus has no log1p."""

    def value(self, x: Array) -> Array:
        return x * np.tanh(rounded_softplus(x))


class ByTanh(Sigmoid):
    """(1 + tanh(x / 2)) / 2: no digits are left at -30."""

    def value(self, x: Array) -> Array:
        return 0.5 * (1 + np.tanh(x / 2))


class GateByTanh(SiLU):
    """The gate is (1 + tanh(x / 2)) / 2: no digits are left at -30."""

    def value(self, x: Array) -> Array:
        return 0.5 * x * (1 + np.tanh(x / 2))


class NeverFlat(Activation):
    """Its slope far below 0 is that at -50."""

    def slope(self, x: Array, y: Array) -> Array:
        return super().slope(np.maximum(x, -50), y)


class GateOverflows(GLU):
    """exp(b) / (1 + exp(b)): NaN above 710."""

    def forward(self, x: Array) -> Array:
        self.a, b = np.split(x, 2, axis=self.axis)
        self.gate = np.exp(b) / (1 + np.exp(b))
        return self.a * self.gate


class SumOfSides(PReLU):
    """Both sides are added, each times 0 where it does not count: NaN at the infinities."""

    def forward(self, x: Array) -> Array:
        super().forward(x)
        return x * (x > 0) + self.params["w"] * x * (x <= 0)


class NaNDropped(PReLU):
    """NaN counts as 0."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        return np.where(np.isnan(y), 0, y)


def usual_for_0(layer: Any, **usual: float) -> Any:
    """`layer` with options that are taken for not given where they are 0."""

    def made(**options: Any) -> Any:
        return layer(**{name: value or usual.get(name, value) for name, value in options.items()})

    made.__name__, made.__doc__ = "UsualForZero", "Takes an option of 0 for one that is not given."
    return made


class LargerOfBoth(LeakyReLU):
    """max(x, slope x), which is another function where the slope is above 1."""

    def value(self, x: Array) -> Array:
        return np.where(x.real > self.negative_slope * x.real, x, self.negative_slope * x)


class AroundZero(HardTanh):
    """The bounds are on either side of 0, whatever they are."""

    def __init__(self, *, low: float = -1.0, high: float = 1.0) -> None:
        super().__init__(low=min(low, 0.0), high=high)


CAP_0 = usual_for_0(PiecewiseReLU, max_value=np.inf)
ALPHA_0 = usual_for_0(ELU, alpha=1.0)
HARD_THRESHOLD_0 = usual_for_0(HardShrink, threshold=0.5)
SOFT_THRESHOLD_0 = usual_for_0(SoftShrink, threshold=0.5)
