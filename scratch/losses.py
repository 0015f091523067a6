"""Losses: from predictions and targets to one number."""

from typing import Literal

import numpy as np

from scratch.layer import Array, Layer

Reduction = Literal["mean", "sum", "none"]


class Loss(Layer):
    """`forward(prediction, target)` gives the loss, `backward()` its gradient with respect to the prediction.

    Losses are of one sample each, (batch,), and reduced by `reduction`: their mean over the batch, their sum, or
    "none", each left as it is. `backward(dy)` takes a cotangent of the loss's own shape; 1 unless given.
    """

    def __init__(self, *, reduction: Reduction = "mean") -> None:
        super().__init__()
        if reduction not in ("mean", "sum", "none"):
            raise ValueError(f"reduction is {reduction!r}, expected 'mean', 'sum' or 'none'")
        self.reduction = reduction

    def reduce(self, losses: Array) -> Array:
        """Losses of the samples, (batch,) -> what `reduction` makes of them."""
        self.batch = len(losses)
        if self.reduction == "none":
            return losses
        total = losses.sum()
        return np.asarray(total / self.batch if self.reduction == "mean" else total)

    def share(self, dy: Array | float, like: Array) -> Array:
        """The cotangent of each sample's loss, shaped to multiply `like` (batch, ...)."""
        per_sample = np.broadcast_to(np.asarray(dy, like.dtype), (self.batch,))
        if self.reduction == "mean":
            per_sample = per_sample / like.dtype.type(self.batch)
        return per_sample.reshape(-1, *[1] * (like.ndim - 1))


def one_hot_like(target: Array, prediction: Array) -> Array:
    """Targets as rows shaped like `prediction` (batch, classes): class indices (batch,) become one-hot rows.

    Raises ValueError for an index that is not a class, or a shape that fits neither.
    """
    if target.shape == prediction.shape:
        return target
    classes = prediction.shape[-1]
    if target.shape != prediction.shape[:-1] or not np.issubdtype(target.dtype, np.integer):
        raise ValueError(
            f"target has shape {target.shape} and dtype {target.dtype}, expected {prediction.shape} "
            f"or integers of shape {prediction.shape[:-1]}"
        )
    if target.size and not (target.min() >= 0 and target.max() < classes):
        raise ValueError(f"class indices run from {target.min()} to {target.max()}, expected 0 to {classes - 1}")
    rows = np.zeros_like(prediction)
    np.put_along_axis(rows, target[..., None], 1, axis=-1)
    return rows


class SoftmaxCrossEntropy(Loss):
    """loss = -sum_k t_k log softmax(x)_k, from logits x: (batch, classes), through log-sum-exp.

    t: class indices (batch,), or rows (batch, classes), one-hot or any distribution.
    dx = softmax(x) sum(t) - t, which for rows that sum to 1 is the familiar softmax(x) - t.
    """

    def forward(self, x: Array, t: Array) -> Array:
        self.t = one_hot_like(t, x)
        x = x - x.max(axis=-1, keepdims=True)
        e = np.exp(x)
        total = e.sum(axis=-1, keepdims=True)
        self.y = e / total
        # 0 * -inf is no contribution: a class of probability zero that is not the target
        picked = np.where(self.t == 0, 0, self.t * (x - np.log(total)))
        return self.reduce(-picked.sum(axis=-1))

    def backward(self, dy: Array | float = 1.0) -> Array:
        dx = self.y * self.t.sum(axis=-1, keepdims=True) - self.t
        return dx * self.share(dy, dx)


class CrossEntropy(Loss):
    """loss = -sum_k t_k log(clip(p_k, low, high)), from probabilities p: (batch, classes).

    t: class indices (batch,), or rows (batch, classes). Outside [low, high] the gradient is 0.
    """

    def __init__(self, *, low: float = 1e-7, high: float = 1 - 1e-7, reduction: Reduction = "mean") -> None:
        super().__init__(reduction=reduction)
        if not 0 <= low < high:
            raise ValueError(f"low is {low} and high is {high}, expected 0 <= low < high")
        self.low, self.high = low, high

    def forward(self, p: Array, t: Array) -> Array:
        self.t = one_hot_like(t, p)
        # the bounds in the dtype of p: in float32 the upper one rounds, and comparing must see it rounded
        low, high = p.real.dtype.type(self.low), p.real.dtype.type(self.high)
        self.inside = (p >= low) & (p <= high)
        self.p = np.clip(p, low, high)
        return self.reduce(-(self.t * np.log(self.p)).sum(axis=-1))

    def backward(self, dy: Array | float = 1.0) -> Array:
        dp = np.where(self.inside, -self.t / self.p, 0)
        return dp * self.share(dy, dp)
