"""Wrong versions of the logarithm of softmax."""

import numpy as np

from scratch.activations import LogSoftmax
from scratch.layer import Array
from wrong import Versions
from wrong.common import ANY, GRADIENTS, ReturnsCotangent, made_by


class LogarithmOfSoftmax(LogSoftmax):
    """Takes the logarithm of the softmax, minus infinity for logits far apart."""

    def forward(self, x: Array) -> Array:
        e = np.exp(x - x.max(axis=self.axis, keepdims=True))
        self.y = np.log(e / e.sum(axis=self.axis, keepdims=True))
        return self.y


class Overflows(LogSoftmax):
    """The largest x is not subtracted, so that large logits give infinity."""

    def forward(self, x: Array) -> Array:
        self.y = x - np.log(np.exp(x).sum(axis=self.axis, keepdims=True))
        return self.y


class LargestForgotten(LogSoftmax):
    """Subtracts the logarithm of the shifted sum from the x that is not shifted."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        return y + x.max(axis=self.axis, keepdims=True)


class LogarithmOfTwo(LogSoftmax):
    """Counts in bits."""

    def forward(self, x: Array) -> Array:
        return super().forward(x) / np.log(2)


class LastAxisAlways(LogSoftmax):
    """Takes no notice of `axis`."""

    def __init__(self, axis: int = -1) -> None:
        super().__init__(-1)


class SmallAdded(LogSoftmax):
    """log(softmax + 1e-7)."""

    def forward(self, x: Array) -> Array:
        return np.log(np.exp(super().forward(x)) + 1e-7)


class OutputForProbability(LogSoftmax):
    """dx = dy - y sum(dy), with the output in the place of its exponential."""

    def backward(self, dy: Array) -> Array:
        return dy - self.y * dy.sum(axis=self.axis, keepdims=True)


class SumForgotten(LogSoftmax):
    """dx = dy - exp(y) dy."""

    def backward(self, dy: Array) -> Array:
        return dy - np.exp(self.y) * dy


class AsOfSoftmax(LogSoftmax):
    """dx = p (dy - sum(p dy)), that of softmax."""

    def backward(self, dy: Array) -> Array:
        p = np.exp(self.y)
        return p * (dy - (p * dy).sum(axis=self.axis, keepdims=True))


class MeanForSum(LogSoftmax):
    """dx = dy - exp(y) mean(dy)."""

    def backward(self, dy: Array) -> Array:
        return dy - np.exp(self.y) * dy.mean(axis=self.axis, keepdims=True)


class LastAxisInBackward(LogSoftmax):
    """The sum in the gradient runs along the last axis, whichever the axis is."""

    def backward(self, dy: Array) -> Array:
        return dy - np.exp(self.y) * dy.sum(axis=-1, keepdims=True)


class Forgotten(LogSoftmax):
    """dx = dy."""

    def backward(self, dy: Array) -> Array:
        return dy.copy()


WRONG = {
    "log_softmax": Versions(
        outputs=(LogarithmOfSoftmax, Overflows, LargestForgotten, LogarithmOfTwo, LastAxisAlways, SmallAdded),
        gradients=(
            *made_by(LogSoftmax, GRADIENTS),
            *(OutputForProbability, SumForgotten, AsOfSoftmax, MeanForSum, LastAxisInBackward, Forgotten),
        ),
        contract=made_by(LogSoftmax, (*ANY, ReturnsCotangent)),
    )
}
