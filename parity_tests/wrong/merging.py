"""Wrong versions of the layers that merge several inputs."""

import numpy as np

from scratch.layer import Array, Layer
from scratch.merging import Add, Average, Concatenate, Dot, Maximum, Minimum, Multiply, Subtract
from wrong import Version, Versions
from wrong.common import GRADIENTS, made_by
from wrong.conditions import GradientByQuotient, NaNLoses
from wrong.several_inputs import (
    ChangesFirst,
    CountsCalls,
    Doubled,
    FirstGradientOnly,
    FirstTwice,
    FirstTwoOnly,
    GradientsDivided,
    GradientsMultiplied,
    GradientsReversed,
    GradientsTurnToFloat64,
    OneGradient,
    ReturnsFirst,
    Reversed,
    SharedGradient,
    SignLost,
    TurnsToFloat64,
)

BESIDE = (SharedGradient, ChangesFirst, ReturnsFirst, TurnsToFloat64, GradientsTurnToFloat64, CountsCalls)


def _versions(layer: type[Layer], outputs: tuple[type[Layer], ...], gradients: tuple[type[Layer], ...]) -> Versions:
    def made(mistakes: tuple[type[Layer], ...]) -> tuple[Version, ...]:
        # a class of its own is right but for its mistake already
        return tuple(each if issubclass(each, layer) else made_by(layer, (each,))[0] for each in mistakes)

    return Versions(
        made((Doubled, FirstTwice, *outputs)), made((*gradients, *GRADIENTS)), contract=made_by(layer, BESIDE)
    )


class AbsoluteDifference(Subtract):
    """The difference loses its sign."""

    def value(self, *inputs: Array) -> Array:
        return np.abs(super().value(*inputs))


class NoMinus(Subtract):
    """The second input gets the gradient of the first."""

    def backward(self, dy: Array) -> tuple[Array, ...]:
        return dy.copy(), dy.copy()


class OwnFactor(Multiply):
    """The gradient of each input is taken with itself instead of the others."""

    def backward(self, dy: Array) -> tuple[Array, ...]:
        return tuple(dy * x for x in self.inputs)


class WholeProduct(Multiply):
    """The gradient of each input is taken with the whole product."""

    def backward(self, dy: Array) -> tuple[Array, ...]:
        return tuple(dy * self.value(*self.inputs) for _ in self.inputs)


class HalvesAlways(Average):
    """Divides by two, however many inputs there are."""

    def value(self, *inputs: Array) -> Array:
        return super().value(*inputs) * (len(inputs) / 2)


class NotDivided(Average):
    """The mean is not divided."""

    def value(self, *inputs: Array) -> Array:
        return super().value(*inputs) * len(inputs)


class ByMagnitude(Maximum):
    """The input of the largest magnitude wins."""

    def best(self, inputs: Array) -> Array:
        return np.abs(inputs).argmax(axis=0)


class SmallestMagnitude(Minimum):
    """The input of the smallest magnitude wins."""

    def best(self, inputs: Array) -> Array:
        return np.abs(inputs).argmin(axis=0)


class Opposite(Maximum):
    """The smallest wins, or for the minimum the largest."""

    def best(self, inputs: Array) -> Array:
        return super().best(-inputs)


class LoserGetsIt(Maximum):
    """The gradient goes to an input that did not win."""

    def backward(self, dy: Array) -> tuple[Array, ...]:
        dxs = super().backward(dy)
        return (*dxs[1:], dxs[0])


class WrongAxis(Concatenate):
    """Joins along the last axis, whatever is asked for, where that is possible."""

    def forward(self, *inputs: Array) -> Array:
        if len({x.shape[:-1] for x in inputs}) == 1:
            self.axis = -1
        return super().forward(*inputs)


class Shifted(Concatenate):
    """The result is shifted by one place along the axis."""

    def forward(self, *inputs: Array) -> Array:
        return np.roll(super().forward(*inputs), 1, self.axis)


class ShiftedBack(Concatenate):
    """The cotangent is shifted by one place before it is split."""

    def backward(self, dy: Array) -> tuple[Array, ...]:
        return super().backward(np.roll(dy, 1, self.axis))


class SplitFromEnd(Concatenate):
    """The cotangent is split from its end."""

    def backward(self, dy: Array) -> tuple[Array, ...]:
        flipped = super().backward(np.flip(dy, self.axis))
        return tuple(np.flip(d, self.axis) for d in flipped)


class DotAveraged(Dot):
    """The sum of products is divided by its length."""

    def forward(self, *inputs: Array) -> Array:
        return super().forward(*inputs) / inputs[0].shape[self.axes[0]]


class CosineForDot(Dot):
    """The first input is normalised, as for a cosine."""

    def forward(self, *inputs: Array) -> Array:
        a, b = inputs
        return super().forward(a / np.sqrt((a * a).sum(self.axes[0], keepdims=True)), b)


class DotOverBatch(Dot):
    """Each sample meets the second input of another."""

    def forward(self, *inputs: Array) -> Array:
        return super().forward(inputs[0], np.roll(inputs[1], 1, axis=0))


class DotScaled(Dot):
    """The sum of products is divided by the root of its length, as in attention."""

    def forward(self, *inputs: Array) -> Array:
        return super().forward(*inputs) / np.sqrt(inputs[0].shape[self.axes[0]])


class MinusDropped(Dot):
    """An axis counted from behind is counted from the front."""

    def __init__(self, axes: tuple[int, int] = (1, 1)) -> None:
        super().__init__((abs(axes[0]), abs(axes[1])))


class GradientsOfDotSwapped(Dot):
    """Each input gets the other's gradient, where the shapes allow it."""

    def backward(self, dy: Array) -> tuple[Array, ...]:
        da, db = super().backward(dy)
        return (db, da) if da.shape == db.shape else (da, db)


MANY = (OneGradient, FirstGradientOnly, SignLost, GradientsDivided)
EITHER_OF_TWO = (FirstGradientOnly, GradientsReversed, SignLost, GradientsMultiplied)
WRONG = {
    "add": _versions(Add, (FirstTwoOnly,), (FirstGradientOnly, SignLost, GradientsDivided, GradientsMultiplied)),
    "subtract": _versions(Subtract, (Reversed, AbsoluteDifference), (NoMinus, *EITHER_OF_TWO)),
    "multiply": _versions(
        Multiply, (FirstTwoOnly,), (OwnFactor, WholeProduct, GradientsReversed, GradientByQuotient, *MANY)
    ),
    "average": _versions(Average, (FirstTwoOnly, HalvesAlways, NotDivided), (FirstGradientOnly, GradientsDivided)),
    "maximum": _versions(Maximum, (FirstTwoOnly, ByMagnitude, Opposite, NaNLoses), (LoserGetsIt, *MANY)),
    "minimum": _versions(Minimum, (FirstTwoOnly, SmallestMagnitude, NaNLoses), (GradientsReversed, *MANY)),
    "concatenate": _versions(
        Concatenate, (Reversed, WrongAxis, Shifted), (ShiftedBack, SplitFromEnd, FirstGradientOnly, SignLost)
    ),
    "dot": Versions(
        (*made_by(Dot, (Doubled,)), DotAveraged, CosineForDot, DotOverBatch, DotScaled, MinusDropped),
        (GradientsOfDotSwapped, *made_by(Dot, (FirstGradientOnly, SignLost, *GRADIENTS))),
        contract=made_by(Dot, (TurnsToFloat64, GradientsTurnToFloat64)),
    ),
}
