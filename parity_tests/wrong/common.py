"""Mistakes that any layer can make."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from scratch.layer import Array, Layer
from wrong import Version

# ---- in the gradients


class IgnoresCotangent(Layer):
    """Takes the cotangent for ones."""

    def backward(self, dy: Array) -> Any:
        return super().backward(np.ones_like(dy))


class AveragesGradients(Layer):
    """Divides by the batch size, as the loss has already done."""

    def backward(self, dy: Array) -> Any:
        return super().backward(dy / len(dy))


class CotangentsReversed(Layer):
    """Hands each sample the cotangent of the one at the other end of the batch."""

    def backward(self, dy: Array) -> Any:
        return super().backward(dy[::-1])


# ---- beside the numbers, which are right at a first call


class ReusesOutput(Layer):
    """Writes the outputs of all calls into one buffer."""

    def forward(self, *inputs: Array) -> Array:
        y = super().forward(*inputs)
        self.buffer = vars(self).get("buffer", np.empty_like(y))
        self.buffer[...] = y
        return self.buffer


class ReusesInputGradient(Layer):
    """Writes the input gradients of all calls into one buffer."""

    def backward(self, dy: Array) -> Array:
        dx = super().backward(dy)
        self.buffer = vars(self).get("buffer", np.empty_like(dx))
        self.buffer[...] = dx
        return self.buffer


class KeepsFirstInput(Layer):
    """Takes every gradient at the input of the first call."""

    def forward(self, *inputs: Array) -> Array:
        self.first = vars(self).get("first", [x.copy() for x in inputs])
        return super().forward(*inputs)

    def backward(self, dy: Array) -> Any:
        super().forward(*self.first)
        return super().backward(dy)


class OverwritesOutput(Layer):
    """Uses the output that the caller has as scratch memory in the backward pass."""

    def forward(self, *inputs: Array) -> Array:
        self.given = super().forward(*inputs).copy()
        return self.given

    def backward(self, dy: Array) -> Any:
        dx = super().backward(dy)
        self.given *= self.given
        return dx


class TurnsToFloat64(Layer):
    """Adds a float64 scalar to the output, which makes float32 float64."""

    def forward(self, *inputs: Array) -> Array:
        return super().forward(*inputs) + np.float64(0)


class GradientTurnsToFloat64(Layer):
    """Starts the input gradient from np.zeros without a dtype, which makes float32 float64."""

    def backward(self, dy: Array) -> Any:
        dx = super().backward(dy)
        return None if dx is None else np.zeros(dx.shape) + dx


class Accumulates(Layer):
    """Adds the gradients of weights to those of the call before."""

    def backward(self, dy: Array) -> Any:
        before = dict(self.grads)
        dx = super().backward(dy)
        self.grads = {name: g + before.get(name, 0) for name, g in self.grads.items()}
        return dx


class AccumulatesInPlace(Layer):
    """Adds the gradients of weights to arrays it returned before."""

    def backward(self, dy: Array) -> Any:
        before = dict(self.grads)
        dx = super().backward(dy)
        for name, g in before.items():
            g += self.grads[name]
            self.grads[name] = g
        return dx


class UpdatesWeights(Layer):
    """Steps the weights inside the backward pass."""

    def backward(self, dy: Array) -> Any:
        dx = super().backward(dy)
        for name, w in self.params.items():
            w -= 0.01 * self.grads[name]
        return dx


class ForgetsGradient(Layer):
    """Never stores the gradient of its last weight."""

    def backward(self, dy: Array) -> Any:
        dx = super().backward(dy)
        del self.grads[list(self.params)[-1]]
        return dx


class ReturnsCotangent(Layer):
    """Works in the memory of the cotangent and returns it."""

    def backward(self, dy: Array) -> Array:
        dy[...] = super().backward(dy)
        return dy


GRADIENTS = (IgnoresCotangent, AveragesGradients, CotangentsReversed)
# what breaks the contract in layers whose gradient does not depend on the input, in all others, and with weights
LINEAR = (ReusesOutput, ReusesInputGradient, OverwritesOutput, TurnsToFloat64, GradientTurnsToFloat64)
ANY = (*LINEAR, KeepsFirstInput)
WEIGHTED = (Accumulates, AccumulatesInPlace, UpdatesWeights, ForgetsGradient)


def made_by(layer: type[Layer], mistakes: Iterable[type[Layer]]) -> tuple[Version, ...]:
    """`layer` with each of these mistakes."""
    return tuple(type(each.__name__, (each, layer), {"__doc__": each.__doc__}) for each in mistakes)
