"""Wrong versions of softmax and cross-entropy; mistakes that any loss can make."""

from typing import Any

import numpy as np

from scratch.layer import Array
from scratch.losses import Loss, SoftmaxCrossEntropy
from wrong import Versions
from wrong.class_losses import CLASS_LOSS, SMOOTHING
from wrong.common import ANY, IgnoresCotangent, made_by

# ---- mistakes that any loss can make


class SumForMean(Loss):
    """The mean is a sum, in the loss and its gradient."""

    def __init__(self, *, reduction: Any = "mean", **options: Any) -> None:
        super().__init__(reduction="sum" if reduction == "mean" else reduction, **options)


class MeanForSum(Loss):
    """The sum is a mean, in the loss and its gradient."""

    def __init__(self, *, reduction: Any = "mean", **options: Any) -> None:
        super().__init__(reduction="mean" if reduction == "sum" else reduction, **options)


class AveragesClasses(Loss):
    """The mean divides by the number of classes instead of the batch size."""

    def forward(self, x: Array, t: Array) -> Array:
        self.classes = x.shape[-1]
        return super().forward(x, t)

    def reduce(self, losses: Array, total: Array | float | None = None) -> Array:
        return super().reduce(losses, self.classes)


class LogarithmOfTwo(Loss):
    """Counts in bits."""

    def forward(self, x: Array, t: Array) -> Array:
        return super().forward(x, t) / np.log(2)


class LargestTargetOnly(Loss):
    """Rows of targets are taken for one-hot: the largest counts, the others do not."""

    def forward(self, x: Array, t: Array) -> Array:
        return super().forward(x, t.argmax(axis=-1) if t.ndim == x.ndim else t)


class IndicesOneOff(Loss):
    """Class indices are counted from 1."""

    def forward(self, x: Array, t: Array) -> Array:
        return super().forward(x, t if t.ndim == x.ndim else (t - 1) % x.shape[-1])


class ColumnsForRows(Loss):
    """Class indices pick whole columns, x[:, t], instead of one element of each row."""

    def forward(self, x: Array, t: Array) -> Array:
        if t.ndim == x.ndim:
            return super().forward(x, t)
        rows = np.zeros_like(x)
        rows[:, t] = 1
        return super().forward(x, rows)


class DividedTwice(Loss):
    """The gradient is divided by the batch size twice."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        return super().backward(dy / self.total)


class NotDivided(Loss):
    """The gradient of the mean is that of the sum."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        return super().backward(dy * (self.total if self.reduction == "mean" else 1))


class AlwaysDivided(Loss):
    """The gradient of every reduction is that of the mean."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        return super().backward(dy / (1 if self.reduction == "mean" else self.total))


class CotangentsSummed(Loss):
    """Of losses left as they are, every sample gets the sum of the cotangents."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        return super().backward(np.full_like(dy, np.sum(dy)))


class ChangesTargets(Loss):
    """Rounds the targets in place."""

    def forward(self, x: Array, t: Array) -> Array:
        loss = super().forward(x, t)
        np.round(t, out=t)
        return loss


class PositionsAveraged(Loss):
    """The loss of a sample is the mean over its positions, where it is not averaged over samples."""

    def reduce(self, losses: Array, total: Any = None) -> Array:
        y = super().reduce(losses, total)
        if losses.ndim == 1 or self.reduction == "mean":
            return y
        if self.reduction == "sum":
            return np.asarray(y * len(losses) / losses.size)
        return losses.reshape(len(losses), -1).mean(axis=1)


REDUCTIONS = (SumForMean, MeanForSum)
OF_CLASSES = (*REDUCTIONS, PositionsAveraged)
COMMON_OUTPUTS = (
    *(*OF_CLASSES, AveragesClasses, LogarithmOfTwo, LargestTargetOnly, IndicesOneOff),
    ColumnsForRows,
)
COMMON_GRADIENTS = (IgnoresCotangent, DividedTwice, NotDivided, AlwaysDivided, CotangentsSummed)


# ---- softmax and cross-entropy


class Overflows(SoftmaxCrossEntropy):
    """The largest logit is not subtracted."""

    def forward(self, x: Array, t: Array) -> Array:
        loss = super().forward(x, t)
        return self.log_loss(self.t, x - np.log(np.exp(x).sum(axis=-1, keepdims=True))) + 0 * loss


class LogarithmOfSmall(SoftmaxCrossEntropy):
    """Takes the logarithm of the softmax plus 1e-7."""

    def forward(self, x: Array, t: Array) -> Array:
        super().forward(x, t)
        return self.log_loss(self.t, np.log(self.y + 1e-7))


class LogarithmOfSoftmax(SoftmaxCrossEntropy):
    """Takes the logarithm of the softmax, which is zero for logits far apart."""

    def forward(self, x: Array, t: Array) -> Array:
        super().forward(x, t)
        return self.log_loss(self.t, np.log(self.y))


class SoftmaxOfColumns(SoftmaxCrossEntropy):
    """The softmax runs over the batch."""

    def forward(self, x: Array, t: Array) -> Array:
        total = np.log(np.exp(x - x.max(axis=0)).sum(axis=0)) + x.max(axis=0)
        super().forward(x, t)
        return self.log_loss(self.t, x - total)


class LogitsInGradient(SoftmaxCrossEntropy):
    """The gradient is the logits minus the targets; the softmax is forgotten."""

    def forward(self, x: Array, t: Array) -> Array:
        loss = super().forward(x, t)
        self.y = x
        return loss


class GradientTurned(SoftmaxCrossEntropy):
    """The gradient is the targets minus the softmax."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        return -super().backward(dy)


class SoftmaxTwice(SoftmaxCrossEntropy):
    """The Jacobian of the softmax is applied to what already contains it."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        dx = super().backward(dy)
        return self.y * (dx - (self.y * dx).sum(axis=-1, keepdims=True))


class TargetsOnly(SoftmaxCrossEntropy):
    """The gradient is zero for the classes that are not the target."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        return super().backward(dy) * (self.t > 0)


class TargetsSumToOne(SoftmaxCrossEntropy):
    """The gradient is softmax(x) - t, whatever the targets sum to."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        dx = self.y - self.t
        return dx * self.share(dy, dx)


class ShiftsLogits(SoftmaxCrossEntropy):
    """Subtracts the largest logit in place."""

    def forward(self, x: Array, t: Array) -> Array:
        x -= x.max(axis=-1, keepdims=True)
        return super().forward(x, t)


WRONG = {
    "softmax_cross_entropy": Versions(
        outputs=(
            *made_by(SoftmaxCrossEntropy, COMMON_OUTPUTS),
            *made_by(SoftmaxCrossEntropy, (*CLASS_LOSS, *SMOOTHING)),
            *(Overflows, LogarithmOfSmall, LogarithmOfSoftmax, SoftmaxOfColumns),
        ),
        gradients=(
            *made_by(SoftmaxCrossEntropy, COMMON_GRADIENTS),
            *(LogitsInGradient, GradientTurned, SoftmaxTwice, TargetsOnly),
        ),
        torch=(TargetsSumToOne,),
        contract=(*made_by(SoftmaxCrossEntropy, (*ANY, ChangesTargets)), ShiftsLogits),
    ),
}
