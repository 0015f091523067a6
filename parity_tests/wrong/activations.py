"""Wrong versions of the activations and of softmax."""

import numpy as np

from scratch.activations import Activation, Identity, ReLU, Sigmoid, Tanh
from scratch.layer import Array
from wrong import Versions
from wrong.common import ANY, GRADIENTS, LINEAR, ReturnsCotangent, made_by
from wrong.tails import ByTanh

# ---- mistakes that any activation can make


class SingleInside(Activation):
    """Computes in float32, whatever the dtype."""

    def value(self, x: Array) -> Array:
        return super().value(x.astype(np.float32)).astype(x.dtype)


class SlopeTwice(Activation):
    """Multiplies with the slope twice."""

    def backward(self, dy: Array) -> Array:
        return super().backward(super().backward(dy))


class TimesInput(Activation):
    """Multiplies with the input too."""

    def slope(self, x: Array, y: Array) -> Array:
        return super().slope(x, y) * x


class SlopeForgotten(Activation):
    """Passes the cotangent on as it is."""

    def slope(self, x: Array, y: Array) -> Array:
        return np.ones_like(x)


class SlopeAtOutput(Activation):
    """Evaluates the slope at the output, as if that were the input."""

    def slope(self, x: Array, y: Array) -> Array:
        return super().slope(y, self.value(y))


class MaskFromCotangent(Activation):
    """Passes positive cotangents only."""

    def backward(self, dy: Array) -> Array:
        return super().backward(dy * (dy > 0))


class WritesToInput(Activation):
    """Writes the output over the input."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        x[...] = y
        return y


SLOPES = (*GRADIENTS, TimesInput, MaskFromCotangent)
CURVED = (*SLOPES, SlopeTwice, SlopeForgotten)
CONTRACT = (WritesToInput, ReturnsCotangent)


# ---- identity


class ViewOfInput(Identity):
    """Returns the input itself."""

    def value(self, x: Array) -> Array:
        return x


class ViewOfCotangent(Identity):
    """Returns the cotangent itself."""

    def backward(self, dy: Array) -> Array:
        return dy


class NegativesDropped(Identity):
    """Drops negative inputs, as if a ReLU had been left in."""

    def value(self, x: Array) -> Array:
        return np.maximum(x, 0)


# ---- ReLU


class Leaky(ReLU):
    """Has a slope of 0.01 below zero."""

    def value(self, x: Array) -> Array:
        return np.where(x > 0, x, 0.01 * x)


class Magnitude(ReLU):
    """y = |x|."""

    def value(self, x: Array) -> Array:
        return np.abs(x)


class CappedAtSix(ReLU):
    """Is capped at 6."""

    def value(self, x: Array) -> Array:
        return np.clip(x, 0, 6)


class TimesMask(ReLU):
    """x * (x > 0), which is NaN at minus infinity."""

    def value(self, x: Array) -> Array:
        return x * (x > 0)


class DropsNaN(ReLU):
    """np.where(x > 0, x, 0), which makes zero of NaN."""

    def value(self, x: Array) -> Array:
        return np.where(x > 0, x, 0)


class StepOfOutput(ReLU):
    """Passes the gradient where the output is not negative, which is everywhere."""

    def slope(self, x: Array, y: Array) -> Array:
        return y >= 0


class MaskInverted(ReLU):
    """Passes the gradient where it should stop it."""

    def slope(self, x: Array, y: Array) -> Array:
        return x < 0


class SignForSlope(ReLU):
    """Takes sign(x) for the slope."""

    def slope(self, x: Array, y: Array) -> Array:
        return np.sign(x)


class OneAtKink(ReLU):
    """Has the slope 1 at the kink."""

    def slope(self, x: Array, y: Array) -> Array:
        return x >= 0


class HalfAtKink(ReLU):
    """Has the slope 0.5 at the kink, as the derivative of |x| / 2 + x / 2 with sign."""

    def slope(self, x: Array, y: Array) -> Array:
        return (np.sign(x) + 1) / 2


# ---- sigmoid and tanh


class Overflows(Sigmoid):
    """exp(x) / (1 + exp(x)), which is NaN for large x."""

    def value(self, x: Array) -> Array:
        return np.exp(x) / (1 + np.exp(x))


class Floored(Sigmoid):
    """The exponent kept from overflowing: no y is below 1e-304."""

    def value(self, x: Array) -> Array:
        return super().value(np.clip(x, -700, 700))


class SignOfExponent(Sigmoid):
    """1 / (1 + exp(x)), falling instead of rising."""

    def value(self, x: Array) -> Array:
        return super().value(-x)


class Hard(Sigmoid):
    """A straight line between 0 and 1."""

    def value(self, x: Array) -> Array:
        return np.clip(0.2 * x + 0.5, 0, 1)


class Symmetric(Sigmoid):
    """1 / (1 + exp(-|x|)), never below one half."""

    def value(self, x: Array) -> Array:
        return super().value(np.where(x < 0, -x, x))


class SlopeOfInput(Sigmoid):
    """y' = x (1 - x), with the input in the place of the output."""

    def slope(self, x: Array, y: Array) -> Array:
        return x * (1 - x)


class SlopeOfTanh(Sigmoid):
    """y' = 1 - y**2, that of tanh."""

    def slope(self, x: Array, y: Array) -> Array:
        return 1 - y * y


class SlopePlus(Sigmoid):
    """y' = y (1 + y)."""

    def slope(self, x: Array, y: Array) -> Array:
        return y * (1 + y)


class Scaled(Tanh):
    """y = 1.7159 tanh(x), the slope without the factor."""

    def value(self, x: Array) -> Array:
        return 1.7159 * np.tanh(x)


class OverflowsOnBothSides(Tanh):
    """(e^x - e^-x) / (e^x + e^-x), which is NaN for large x."""

    def value(self, x: Array) -> Array:
        return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))


class HalfTheArgument(Tanh):
    """2 sigmoid(x) - 1, which is tanh(x / 2)."""

    def value(self, x: Array) -> Array:
        return np.tanh(x / 2)


class NotSquared(Tanh):
    """y' = 1 - y."""

    def slope(self, x: Array, y: Array) -> Array:
        return 1 - y


class SquareOfInput(Tanh):
    """y' = 1 - x**2, with the input in the place of the output."""

    def slope(self, x: Array, y: Array) -> Array:
        return 1 - x * x


class SlopeOfSigmoid(Tanh):
    """y' = y (1 - y), that of the sigmoid."""

    def slope(self, x: Array, y: Array) -> Array:
        return y * (1 - y)


WRONG = {
    "identity": Versions(
        outputs=(*made_by(Identity, (SingleInside,)), NegativesDropped),
        gradients=made_by(Identity, SLOPES),
        contract=(*made_by(Identity, (*LINEAR, ReturnsCotangent)), ViewOfInput, ViewOfCotangent),
    ),
    "relu": Versions(
        outputs=(*made_by(ReLU, (SingleInside,)), Leaky, Magnitude, CappedAtSix, TimesMask, DropsNaN),
        gradients=(*made_by(ReLU, (*SLOPES, SlopeForgotten)), StepOfOutput, MaskInverted, SignForSlope),
        kinks=(OneAtKink, HalfAtKink),
        contract=made_by(ReLU, (*ANY, *CONTRACT)),
    ),
    "sigmoid": Versions(
        outputs=(*made_by(Sigmoid, (SingleInside,)), Overflows, Floored, SignOfExponent, Hard, Symmetric, ByTanh),
        gradients=(*made_by(Sigmoid, (*CURVED, SlopeAtOutput)), SlopeOfInput, SlopeOfTanh, SlopePlus),
        contract=made_by(Sigmoid, (*ANY, *CONTRACT)),
    ),
    "tanh": Versions(
        outputs=(*made_by(Tanh, (SingleInside,)), Scaled, OverflowsOnBothSides, HalfTheArgument),
        gradients=(*made_by(Tanh, (*CURVED, SlopeAtOutput)), NotSquared, SquareOfInput, SlopeOfSigmoid),
        contract=made_by(Tanh, (*ANY, *CONTRACT)),
    ),
}
