"""Wrong versions of sparsemax."""

import numpy as np

from scratch.activations import Softmax
from scratch.layer import Array
from scratch.sparsemax import Sparsemax
from wrong import Versions
from wrong.common import ANY, GRADIENTS, ReturnsCotangent, made_by


class SumOfSums(Sparsemax):
    """Adds up the cumulative sums of the support, as Keras does with TensorFlow."""

    def _shared(self, x: Array, less: int) -> Array:
        if not less:
            return super()._shared(x, less)
        inside = -np.sort(-np.where(self.support, x, -np.inf), axis=self.axis)
        sums = np.where(np.isneginf(inside), 0, inside.cumsum(axis=self.axis)).sum(axis=self.axis, keepdims=True)
        return (sums - 1) / self.support.sum(axis=self.axis, keepdims=True).astype(x.dtype)


class AllInside(Sparsemax):
    """Takes all for the support: a projection that is cut off at 0 and does not sum to 1."""

    def forward(self, x: Array) -> Array:
        super().forward(x)
        self.support = np.ones_like(self.support)
        return np.maximum(x - self._shared(x, 1), 0)


class Renormalised(Softmax):
    """Softmax with what is small cut off."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        return np.where(y.real < 0.1, 0, y)


class SumOfTwo(Sparsemax):
    """The probabilities sum to 2."""

    def _shared(self, x: Array, less: int) -> Array:
        return super()._shared(x, 2 * less)


class NegativeKept(Sparsemax):
    """Does not cut off at 0."""

    def forward(self, x: Array) -> Array:
        super().forward(x)
        return x - self._shared(x, 1)


class LastAxisAlways(Sparsemax):
    """Takes no notice of `axis`."""

    def __init__(self, axis: int = -1) -> None:
        super().__init__(-1)


class MeanOfAll(Sparsemax):
    """dx takes off the mean over all, not over the support."""

    def backward(self, dy: Array) -> Array:
        return np.where(self.support, dy - dy.mean(axis=self.axis, keepdims=True), 0)


class MeanForgotten(Sparsemax):
    """dx = dy on the support, as of a ReLU."""

    def backward(self, dy: Array) -> Array:
        return np.where(self.support, dy, 0)


class OutsideToo(Sparsemax):
    """dx is not 0 outside the support."""

    def backward(self, dy: Array) -> Array:
        return dy - self._shared(dy, 0)


class AsOfSoftmax(Sparsemax):
    """The gradient of softmax."""

    def forward(self, x: Array) -> Array:
        self.y = super().forward(x)
        return self.y.copy()

    def backward(self, dy: Array) -> Array:
        return self.y * (dy - (self.y * dy).sum(axis=self.axis, keepdims=True))


WRONG = {
    "sparsemax": Versions(
        outputs=(SumOfSums, AllInside, Renormalised, SumOfTwo, NegativeKept, LastAxisAlways),
        gradients=(*made_by(Sparsemax, GRADIENTS), MeanOfAll, MeanForgotten, OutsideToo, AsOfSoftmax),
        contract=made_by(Sparsemax, (*ANY, ReturnsCotangent)),
    )
}
