"""Losses: from predictions and targets to one number. What all share, and those of one class among several."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from scratch.layer import Array, Layer

Reduction = Literal["mean", "sum", "none"]


class Loss(Layer):
    """`forward(prediction, target)` gives the loss, `backward()` its gradient with respect to the prediction.

    There are several losses, one of each sample or of each element, and `reduction` makes of them their mean, their
    sum, or "none", each left as it is. `backward(dy)` takes a cotangent of the loss's own shape; 1 unless given.
    """

    def __init__(self, *, reduction: Reduction = "mean") -> None:
        super().__init__()
        if reduction not in ("mean", "sum", "none"):
            raise ValueError(f"reduction is {reduction!r}, expected 'mean', 'sum' or 'none'")
        self.reduction = reduction

    def reduce(self, losses: Array, total: Array | float | None = None) -> Array:
        """What `reduction` makes of the losses; their mean is their sum over `total`, their number unless given."""
        self.shape = losses.shape
        self.total = losses.real.dtype.type(losses.size if total is None else total)
        if self.reduction == "none":
            return losses
        return np.asarray(losses.sum() / self.total if self.reduction == "mean" else losses.sum())

    def share(self, dy: Array | float, like: Array) -> Array:
        """The cotangent of each of the losses, shaped to multiply `like`, which has more axes at its end."""
        dy = np.asarray(dy, like.dtype)
        if self.reduction == "none":
            return np.broadcast_to(dy, self.shape).reshape(*self.shape, *[1] * (like.ndim - len(self.shape)))
        return dy / self.total if self.reduction == "mean" else dy


def require_same_shape(loss: Layer, prediction: Array, target: Array) -> None:
    """Raise ValueError unless both have one shape: (n, 1) and (n,) would broadcast to n times n losses."""
    if prediction.shape != target.shape:
        raise ValueError(
            f"{type(loss).__name__}: the prediction has shape {prediction.shape}, the target {target.shape}, "
            "expected the same"
        )


def one_hot_like(target: Array, prediction: Array) -> Array:
    """Targets as rows shaped like `prediction` (..., classes): class indices (...) become one-hot rows.

    Raises ValueError for an index that is not a class, or a shape that fits neither.
    """
    if target.shape == prediction.shape:
        return target
    classes = prediction.shape[-1]
    if target.shape != prediction.shape[:-1] or target.dtype.kind not in "iu":
        raise ValueError(
            f"target has shape {target.shape} and dtype {target.dtype}, expected {prediction.shape} "
            f"or integers of shape {prediction.shape[:-1]}"
        )
    hits = target == np.arange(classes).reshape(classes, *[1] * target.ndim)
    if np.count_nonzero(hits) != target.size:
        raise ValueError(f"class indices run from {target.min()} to {target.max()}, expected 0 to {classes - 1}")
    return classes_last(hits.astype(prediction.dtype))


def classes_last(x: Array) -> Array:
    """(classes, batch, ...) -> (batch, ..., classes), a view: what is reduced or spread over a few classes is so in a
    few whole vectors, and not in many short rows."""
    return x.transpose(*range(1, x.ndim), 0)


def class_major(x: Array) -> Array:
    """A copy of (batch, ..., classes) that lies in memory as (classes, batch, ...)."""
    return classes_last(x.transpose(-1, *range(x.ndim - 1)).copy())


def smooth(rows: Array, label_smoothing: float) -> Array:
    """Rows of targets mixed with the uniform distribution: (1 - s) t + s / classes."""
    return rows * (1 - label_smoothing) + label_smoothing / rows.shape[-1] if label_smoothing else rows


def log_sum_exp(x: Array, axis: int = -1) -> Array:
    """log(sum exp(x)) along an axis; of nothing but -infinity it is -infinity."""
    # not -infinity itself, from which -infinity cannot be taken
    largest = np.maximum(x.real.max(axis=axis, keepdims=True), np.finfo(x.dtype).min)
    return (largest + np.log(np.exp(x - largest).sum(axis=axis, keepdims=True))).squeeze(axis)


class ClassLoss(Loss):
    """A loss of one class among several: -sum_k w_k t_k log p_k.

    Predictions are (batch, ..., classes). Targets are class indices (batch, ...), or rows like the predictions.

    `class_weights`: w, one for each class. The mean of weighted losses is their sum over the sum of the weights of the
    targets, as in PyTorch, or with `weighted_mean=False` over their number, as in Keras' fit. Rows of targets have no
    one weight, so there it is always their number. `ignore_index`: a class index to leave out, in the loss and in the
    mean, which is NaN where nothing is left. `label_smoothing`: see `smooth`.
    """

    def __init__(
        self,
        *,
        class_weights: Sequence[float] | None = None,
        weighted_mean: bool = True,
        ignore_index: int | None = None,
        label_smoothing: float = 0.0,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        self.class_weights, self.weighted_mean = class_weights, weighted_mean
        self.ignore_index, self.label_smoothing = ignore_index, label_smoothing

    def weigh(self, t: Array, prediction: Array) -> Array:
        """w_k t_k in rows like the prediction, zero where ignored; keeps what the mean divides by."""
        indices = t.shape != prediction.shape
        kept = t != self.ignore_index if indices and self.ignore_index is not None else None
        rows = smooth(one_hot_like(t if kept is None else np.where(kept, t, 0), prediction), self.label_smoothing)
        self.divisor: Array | float = rows[..., 0].size
        if kept is not None:
            rows, self.divisor = np.where(kept[..., None], rows, 0), kept.sum()
        if self.class_weights is None:
            return rows
        w = np.asarray(self.class_weights, prediction.real.dtype)
        if w.shape != prediction.shape[-1:]:
            raise ValueError(f"there are {w.size} class weights for {prediction.shape[-1]} classes")
        if indices and self.weighted_mean:
            self.divisor = w[t if kept is None else t[kept]].sum()
        return rows * w

    def log_loss(self, t: Array, log_p: Array) -> Array:
        """-sum_k t_k log p_k, reduced; t as `weigh` gave it."""
        # 0 * -inf is no contribution: a class of probability zero that is not the target
        return self.reduce(-(t * log_p).sum(axis=-1, where=t != 0), self.divisor)


class SoftmaxCrossEntropy(ClassLoss):
    """loss = -sum_k w_k t_k log softmax(x)_k, from logits x: (batch, ..., classes), through log-sum-exp.

    t: class indices (batch, ...), or rows (batch, ..., classes), one-hot or any distribution. The options are those of
    ClassLoss. dx = softmax(x) sum(w t) - w t, which without weights is the familiar softmax(x) - t.
    """

    def forward(self, x: Array, t: Array) -> Array:
        self.t = self.weigh(t, x)
        x = class_major(x)
        x -= x.max(axis=-1, keepdims=True)
        e = np.exp(x)
        total = e.sum(axis=-1, keepdims=True)
        self.y = e / total
        return self.log_loss(self.t, x - np.log(total))

    def backward(self, dy: Array | float = 1.0) -> Array:
        dx = self.y * self.t.sum(axis=-1, keepdims=True) - self.t
        return dx * self.share(dy, dx)


class NegativeLogLikelihood(ClassLoss):
    """loss = -w_t l_t, from log-probabilities l: (batch, ..., classes), and class indices t: (batch, ...).

    The options are those of ClassLoss without label smoothing. dl = -w_t at the target, else 0.
    """

    def __init__(
        self,
        *,
        class_weights: Sequence[float] | None = None,
        weighted_mean: bool = True,
        ignore_index: int | None = None,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(
            class_weights=class_weights, weighted_mean=weighted_mean, ignore_index=ignore_index, reduction=reduction
        )

    def forward(self, log_p: Array, t: Array) -> Array:
        self.t = self.weigh(t, log_p)
        return self.log_loss(self.t, log_p)

    def backward(self, dy: Array | float = 1.0) -> Array:
        return -self.t * self.share(dy, self.t)


class CrossEntropy(Loss):
    """loss = -sum_k t_k log(c_k), c = clip(p, low, high), from probabilities p: (batch, ..., classes).

    t: class indices (batch, ...), or rows (batch, ..., classes); see `smooth` for `label_smoothing`. Outside [low,
    high] the gradient is 0. `normalise`: p is divided by its sum "before" it is clipped, as in Keras'
    CategoricalCrossentropy, or c is "after" that, as in its SparseCategoricalCrossentropy, or neither, "never".
    """

    def __init__(
        self,
        *,
        low: float = 1e-7,
        high: float = 1 - 1e-7,
        normalise: Literal["never", "before", "after"] = "never",
        label_smoothing: float = 0.0,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        if not 0 <= low < high:
            raise ValueError(f"low is {low} and high is {high}, expected 0 <= low < high")
        if normalise not in ("never", "before", "after"):
            raise ValueError(f"normalise is {normalise!r}, expected 'never', 'before' or 'after'")
        self.low, self.high = low, high
        self.normalise, self.label_smoothing = normalise, label_smoothing

    def forward(self, p: Array, t: Array) -> Array:
        self.t = smooth(one_hot_like(t, p), self.label_smoothing)
        self.sum = p.sum(axis=-1, keepdims=True)
        if self.normalise == "before":
            p = p / self.sum
        # the bounds in the dtype of p: in float32 the upper one rounds, and comparing must see it rounded
        low, high = p.real.dtype.type(self.low), p.real.dtype.type(self.high)
        self.inside = (p >= low) & (p <= high)
        self.p = np.clip(p, low, high)
        losses = -(self.t * np.log(self.p)).sum(axis=-1)
        if self.normalise == "after":
            losses = losses + self.t.sum(axis=-1) * np.log(self.p.sum(axis=-1))
        return self.reduce(losses)

    def backward(self, dy: Array | float = 1.0) -> Array:
        dp = -self.t / self.p
        if self.normalise == "after":
            dp = dp + self.t.sum(axis=-1, keepdims=True) / self.p.sum(axis=-1, keepdims=True)
        dp = np.where(self.inside, dp, 0)
        if self.normalise == "before":
            dp = (dp - (dp * self.p).sum(axis=-1, keepdims=True)) / self.sum
        return dp * self.share(dy, dp)
