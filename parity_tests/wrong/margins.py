"""Wrong versions of the losses of margins."""

import numpy as np

from scratch.binary_losses import Hinge, SoftMargin, SquaredHinge
from scratch.layer import Array
from scratch.margin_losses import CategoricalHinge
from scratch.smooth_activations import sigmoid, softplus
from wrong import Versions
from wrong.common import ANY, made_by
from wrong.losses import COMMON_GRADIENTS, OF_CLASSES
from wrong.pointwise_losses import versions
from wrong.tails import rounded_softplus


class MarginForgotten(Hinge):
    """max(-t p, 0), the perceptron's."""

    def value(self, p: Array, t: Array) -> Array:
        return np.maximum(-t * p, 0)


class NeverZero(Hinge):
    """1 - t p, also where that is negative."""

    def value(self, p: Array, t: Array) -> Array:
        return 1 - t * p


class MaskForgotten(Hinge):
    """The gradient passes beyond the margin too."""

    def slope(self, p: Array, t: Array) -> Array:
        return -t


class StoppedAtKink(Hinge):
    """The slope at the kink is 0."""

    def slope(self, p: Array, t: Array) -> Array:
        return -t * (1 - t * p > 0)


class PlainHinge(SquaredHinge):
    """Not squared."""

    def value(self, p: Array, t: Array) -> Array:
        return np.maximum(1 - t * p, 0)


class SquaredBeforeMaximum(SquaredHinge):
    """(1 - t p)**2, which punishes the right ones too."""

    def value(self, p: Array, t: Array) -> Array:
        return (1 - t * p) ** 2


class TargetForgotten(SquaredHinge):
    """The gradient lacks t."""

    def slope(self, p: Array, t: Array) -> Array:
        return -2 * np.maximum(1 - t * p, 0)


class SignOfExponent(SoftMargin):
    """log(1 + exp(t x))."""

    def value(self, x: Array, t: Array) -> Array:
        return softplus(t * x)


class WithMargin(SoftMargin):
    """log(1 + exp(1 - t x))."""

    def value(self, x: Array, t: Array) -> Array:
        return softplus(1 - t * x)


class WithoutLog1p(SoftMargin):
    """log(1 + exp(-t p)) without log1p: no digits are left at 30."""

    def value(self, p: Array, t: Array) -> Array:
        return rounded_softplus(-t * p)


class SigmoidOfRight(SoftMargin):
    """The slope is -t sigmoid(t x)."""

    def slope(self, x: Array, t: Array) -> Array:
        return -t * sigmoid(t * x)


class AllWrongClasses(CategoricalHinge):
    """Sums over all wrong classes, as PyTorch's MultiMarginLoss does."""

    def forward(self, p: Array, t: Array) -> Array:
        super().forward(p, t)
        margins = np.maximum(1 + p - (t * p).sum(axis=-1, keepdims=True), 0) * (1 - t)
        return self.reduce(margins.sum(axis=-1))


class WithoutZero(CategoricalHinge):
    """The inner maximum leaves the true class out."""

    def forward(self, p: Array, t: Array) -> Array:
        super().forward(p, t)
        largest = np.where(t == 1, -np.inf, (1 - t) * p).max(axis=-1)
        return self.reduce(np.maximum(1 + largest - (t * p).sum(axis=-1), 0))


class NoMargin(CategoricalHinge):
    """Without the 1."""

    def forward(self, p: Array, t: Array) -> Array:
        super().forward(p, t)
        return self.reduce(np.maximum(((1 - t) * p).max(axis=-1) - (t * p).sum(axis=-1), 0))


class RightOnly(CategoricalHinge):
    """Only the true class gets a gradient."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        return np.minimum(self.slope, 0) * self.share(dy, self.slope)


class Turned(CategoricalHinge):
    """The gradient has the wrong sign."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        return -super().backward(dy)


class FirstOfTies(CategoricalHinge):
    """The first of several largest classes gets the whole gradient."""

    def forward(self, p: Array, t: Array) -> Array:
        loss = super().forward(p, t)
        others = (1 - t) * p
        first = np.eye(p.shape[-1])[others.argmax(axis=-1)]
        active = self.slope.any(axis=-1, keepdims=True)
        self.slope = ((1 - t) * first - t) * active
        return loss


WRONG = {
    "hinge": versions(Hinge, (MarginForgotten, NeverZero), (MaskForgotten,), (StoppedAtKink,)),
    "squared_hinge": versions(SquaredHinge, (PlainHinge, SquaredBeforeMaximum), (TargetForgotten,)),
    "soft_margin": versions(SoftMargin, (SignOfExponent, WithMargin, WithoutLog1p), (SigmoidOfRight,)),
    "categorical_hinge": Versions(
        outputs=(*made_by(CategoricalHinge, OF_CLASSES), AllWrongClasses, WithoutZero, NoMargin),
        gradients=(*made_by(CategoricalHinge, COMMON_GRADIENTS), RightOnly, Turned),
        kinks=(FirstOfTies,),
        contract=made_by(CategoricalHinge, ANY),
    ),
}
