"""Wrong versions of the activations that join features."""

import numpy as np

from scratch.gates import GLU, Maxout
from scratch.layer import Array
from wrong import Versions
from wrong.common import ANY, made_by
from wrong.tails import GateOverflows

# ---- gated linear units


class HalvesExchanged(GLU):
    """b sigmoid(a)."""

    def forward(self, x: Array) -> Array:
        return super().forward(np.roll(x, x.shape[self.axis] // 2, axis=self.axis))


class EveryOther(GLU):
    """Takes every other feature for the gate, not the second half."""

    def forward(self, x: Array) -> Array:
        order = np.argsort(np.arange(x.shape[self.axis]) % 2, kind="stable")
        return super().forward(x.take(order, axis=self.axis))


class TanhGate(GLU):
    """a tanh(b)."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        return y / self.gate * np.tanh(np.split(x, 2, axis=self.axis)[1])


class SlopeOfGateForgotten(GLU):
    """The gate's gradient is dy a, without y (1 - y)."""

    def backward(self, dy: Array) -> Array:
        return np.concatenate([dy * self.gate, dy * self.a], axis=self.axis)


class GateStopped(GLU):
    """The gate gets no gradient."""

    def backward(self, dy: Array) -> Array:
        return np.concatenate([dy * self.gate, np.zeros_like(dy)], axis=self.axis)


class InputForgotten(GLU):
    """The gate's gradient lacks a."""

    def backward(self, dy: Array) -> Array:
        return np.concatenate([dy * self.gate, dy * self.gate * (1 - self.gate)], axis=self.axis)


class GradientsExchanged(GLU):
    """The two halves of the gradient are exchanged."""

    def backward(self, dy: Array) -> Array:
        dx = super().backward(dy)
        return np.roll(dx, dy.shape[self.axis], axis=self.axis)


# ---- maxout


class Strided(Maxout):
    """The pieces of a feature lie apart, not side by side."""

    def forward(self, x: Array) -> Array:
        apart = x.reshape(*x.shape[:-1], self.pieces, -1)
        return super().forward(np.swapaxes(apart, -1, -2).reshape(x.shape))


class Minimum(Maxout):
    """The smallest piece."""

    def forward(self, x: Array) -> Array:
        return -super().forward(-x)


class MeanOfPieces(Maxout):
    """The mean of the pieces."""

    def forward(self, x: Array) -> Array:
        return super().forward(x) * 0 + x.reshape(*x.shape[:-1], -1, self.pieces).mean(axis=-1)


class ToAllPieces(Maxout):
    """Every piece gets the gradient."""

    def backward(self, dy: Array) -> Array:
        return np.repeat(dy, self.pieces, axis=-1)


class ToFirstPiece(Maxout):
    """The first piece gets the gradient, whichever was the largest."""

    def backward(self, dy: Array) -> Array:
        first = np.arange(self.pieces) == 0
        return (dy[..., None] * first).reshape(*dy.shape[:-1], -1)


class DividedByPieces(Maxout):
    """The gradient is divided by the number of pieces."""

    def backward(self, dy: Array) -> Array:
        return super().backward(dy) / self.pieces


class AllOfTies(Maxout):
    """Each of several equal maxima gets the whole gradient."""

    def backward(self, dy: Array) -> Array:
        return (self.largest * dy[..., None]).reshape(*dy.shape[:-1], -1)


class FirstOfTies(Maxout):
    """The first of several equal maxima gets the whole gradient."""

    def backward(self, dy: Array) -> Array:
        first = self.largest & (self.largest.cumsum(axis=-1) == 1)
        return (first * dy[..., None]).reshape(*dy.shape[:-1], -1)


WRONG = {
    "glu": Versions(
        outputs=(HalvesExchanged, EveryOther, TanhGate, GateOverflows),
        gradients=(SlopeOfGateForgotten, GateStopped, InputForgotten, GradientsExchanged),
        contract=made_by(GLU, ANY),
    ),
    "maxout": Versions(
        outputs=(Strided, Minimum, MeanOfPieces),
        gradients=(ToAllPieces, ToFirstPiece, DividedByPieces),
        kinks=(AllOfTies, FirstOfTies),
        contract=made_by(Maxout, ANY),
    ),
}
