"""Wrong versions of softmax. An all-ones cotangent hides most of the gradients: there every gradient is zero."""

import numpy as np

from scratch.activations import Softmax
from scratch.layer import Array
from wrong import Versions
from wrong.common import ANY, GRADIENTS, ReturnsCotangent, made_by


class Overflows(Softmax):
    """The largest x is not subtracted, so that large logits give NaN."""

    def forward(self, x: Array) -> Array:
        e = np.exp(x)
        self.y = e / e.sum(axis=self.axis, keepdims=True)
        return self.y


class LargestOfAll(Softmax):
    """The largest x of the whole array is subtracted, so that rows far below it give 0 / 0."""

    def forward(self, x: Array) -> Array:
        e = np.exp(x - x.max())
        self.y = e / e.sum(axis=self.axis, keepdims=True)
        return self.y


class WholeArray(Softmax):
    """The exponentials are divided by the sum of the whole array."""

    def forward(self, x: Array) -> Array:
        e = np.exp(x - x.max(axis=self.axis, keepdims=True))
        self.y = e / e.sum()
        return self.y


class LastAxisAlways(Softmax):
    """Takes no notice of `axis`."""

    def __init__(self, axis: int = -1) -> None:
        super().__init__(-1)


class FirstAxisAlways(Softmax):
    """Runs down the batch."""

    def __init__(self, axis: int = -1) -> None:
        super().__init__(0)


class SmallAdded(Softmax):
    """Adds 1e-8 to the sum, so that a row no longer sums to 1."""

    def forward(self, x: Array) -> Array:
        self.y = super().forward(x) / (1 + 1e-8)
        return self.y


class Logarithm(Softmax):
    """Returns the logarithm."""

    def forward(self, x: Array) -> Array:
        return np.log(super().forward(x))


class Elementwise(Softmax):
    """dx = y (1 - y) dy, the diagonal of the Jacobian alone."""

    def backward(self, dy: Array) -> Array:
        return self.y * (1 - self.y) * dy


class Forgotten(Softmax):
    """dx = dy: what is left to the loss when the loss takes logits."""

    def backward(self, dy: Array) -> Array:
        return dy.copy()


class Zero(Softmax):
    """dx = 0, which ones for a cotangent cannot tell from the truth."""

    def backward(self, dy: Array) -> Array:
        return np.zeros_like(dy)


class SignTurned(Softmax):
    """dx = y (sum(y dy) - dy), which ones for a cotangent cannot tell from the truth."""

    def backward(self, dy: Array) -> Array:
        return -super().backward(dy)


class OutputTwice(Softmax):
    """dx = y**2 (dy - sum(y dy)), which ones for a cotangent cannot tell from the truth."""

    def backward(self, dy: Array) -> Array:
        return self.y * super().backward(dy)


class MeanForSum(Softmax):
    """dx = y (dy - mean(dy)), which ones for a cotangent cannot tell from the truth."""

    def backward(self, dy: Array) -> Array:
        return self.y * (dy - dy.mean(axis=self.axis, keepdims=True))


class OutputForgotten(Softmax):
    """dx = dy - sum(y dy), which ones for a cotangent cannot tell from the truth."""

    def backward(self, dy: Array) -> Array:
        return dy - (self.y * dy).sum(axis=self.axis, keepdims=True)


class SumOfAll(Softmax):
    """The sum in the gradient runs over the whole array."""

    def backward(self, dy: Array) -> Array:
        return self.y * (dy - (self.y * dy).sum())


class LastAxisInBackward(Softmax):
    """The sum in the gradient runs along the last axis, whichever the axis is."""

    def backward(self, dy: Array) -> Array:
        return self.y * (dy - (self.y * dy).sum(axis=-1, keepdims=True))


class ChangesInput(Softmax):
    """Subtracts the largest x in place."""

    def forward(self, x: Array) -> Array:
        x -= x.max(axis=self.axis, keepdims=True)
        return super().forward(x)


WRONG = {
    "softmax": Versions(
        outputs=(Overflows, LargestOfAll, WholeArray, LastAxisAlways, FirstAxisAlways, SmallAdded, Logarithm),
        gradients=(
            *(Elementwise, Forgotten, Zero, SignTurned, OutputTwice, MeanForSum, OutputForgotten, SumOfAll),
            LastAxisInBackward,
            *made_by(Softmax, GRADIENTS),
        ),
        contract=(*made_by(Softmax, (*ANY, ReturnsCotangent)), ChangesInput),
    )
}
