"""Losses that Keras lacks, or has with fewer options."""

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from reference.migration.glue.keras.distances import pairwise_distance

EPSILON = 1e-7
MEAN = "sum_over_batch_size"


def reduced(loss: Callable[..., Any], reduction: str, per_sample: bool = False) -> Callable[..., Any]:
    """`loss` with a reduction; with `per_sample` averaged along the last axis first, as Keras' own losses are."""

    def whole(*inputs: Any) -> Any:
        losses = loss(*inputs)
        if per_sample:
            losses = ops.mean(losses, axis=-1)
        return {"none": lambda z: z, "sum": ops.sum, "mean": ops.mean}[reduction](losses)

    return whole


def one_hot_like(t: Any, p: Any) -> Any:
    """Class indices as rows like `p`; rows as they are."""
    return t if len(t.shape) == len(p.shape) else ops.one_hot(ops.cast(t, "int32"), p.shape[-1], dtype=p.dtype)


class ClassLoss:
    """-sum_k w_k t_k log p_k with PyTorch's options, composed, for what Keras' own cross-entropies cannot do."""

    def __init__(
        self,
        class_weights: Sequence[float] | None,
        weighted_mean: bool,
        ignore_index: int | None,
        label_smoothing: float,
        reduction: str,
    ) -> None:
        self.class_weights, self.weighted_mean, self.ignore_index = class_weights, weighted_mean, ignore_index
        self.label_smoothing, self.reduction = label_smoothing, reduction

    def __call__(self, log_p: Any, t: Any) -> Any:
        w = ops.ones(log_p.shape[-1:], log_p.dtype)
        if self.class_weights is not None:
            w = ops.convert_to_tensor(self.class_weights, log_p.dtype)
        kept = ops.ones(log_p.shape[:-1], log_p.dtype)
        indices = len(t.shape) < len(log_p.shape)
        if indices and self.ignore_index is not None:
            kept = ops.cast(t != self.ignore_index, log_p.dtype)
            t = ops.where(t != self.ignore_index, t, 0)
        rows = one_hot_like(t, log_p)
        smooth = rows * (1 - self.label_smoothing) + self.label_smoothing / log_p.shape[-1]
        # 0 * -inf is no contribution
        losses = -kept * ops.sum(ops.where(w * smooth == 0, 0, w * smooth * log_p), axis=-1)
        if self.reduction == "none":
            return losses
        total = ops.sum(kept * ops.sum(w * rows, axis=-1)) if indices and self.weighted_mean else ops.sum(kept)
        return ops.sum(losses) / total if self.reduction == "mean" else ops.sum(losses)


class SoftmaxCrossEntropy(ClassLoss):
    """Cross-entropy from logits: Keras' own wherever it has the options, otherwise composed."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        reduction = MEAN if self.reduction == "mean" else self.reduction
        self.rows = keras.losses.CategoricalCrossentropy(
            from_logits=True, label_smoothing=self.label_smoothing, reduction=reduction
        )
        if self.class_weights is not None and self.weighted_mean and reduction == MEAN:
            reduction = "mean_with_sample_weight"
        self.indices = keras.losses.SparseCategoricalCrossentropy(
            from_logits=True, ignore_class=self.ignore_index, reduction=reduction
        )

    def __call__(self, x: Any, t: Any) -> Any:
        rows = len(t.shape) == len(x.shape)
        if rows and self.class_weights is None:
            return self.rows(t, x)
        if rows or self.label_smoothing:
            return super().__call__(ops.log_softmax(x), t)
        if self.class_weights is None:
            return self.indices(t, x)
        kept = t if self.ignore_index is None else ops.where(t != self.ignore_index, t, 0)
        return self.indices(t, x, sample_weight=ops.take(ops.convert_to_tensor(self.class_weights, x.dtype), kept))


class CrossEntropy:
    """Cross-entropy of clipped probabilities. Keras' own clips at 1e-7 only and always normalises."""

    def __init__(self, low: float, high: float, normalise: str, label_smoothing: float, reduction: str) -> None:
        self.low, self.high, self.normalise = low, high, normalise
        self.label_smoothing, self.reduction = label_smoothing, reduction
        own = MEAN if reduction == "mean" else reduction
        self.rows = keras.losses.CategoricalCrossentropy(label_smoothing=label_smoothing, reduction=own)
        self.indices = keras.losses.SparseCategoricalCrossentropy(reduction=own)

    def __call__(self, p: Any, t: Any) -> Any:
        if (self.low, self.high) == (EPSILON, 1 - EPSILON):
            if self.normalise == "before":
                return self.rows(one_hot_like(t, p), p)
            if self.normalise == "after" and len(t.shape) < len(p.shape) and not self.label_smoothing:
                return self.indices(t, p)
        return reduced(self.composed, self.reduction)(p, t)

    def composed(self, p: Any, t: Any) -> Any:
        rows = one_hot_like(t, p) * (1 - self.label_smoothing) + self.label_smoothing / p.shape[-1]
        if self.normalise == "before":
            p = p / ops.sum(p, axis=-1, keepdims=True)
        clipped = ops.clip(p, self.low, self.high)
        if self.normalise == "after":
            clipped = clipped / ops.sum(clipped, axis=-1, keepdims=True)
        return -ops.sum(rows * ops.log(clipped), axis=-1)


def kl_divergence_of_logs(log_p: Any, t: Any, log_target: bool) -> Any:
    """t (log t - log p) of each element, as PyTorch's KLDivLoss has it."""
    if log_target:
        return ops.exp(t) * (t - log_p)
    return t * (ops.log(ops.where(ops.equal(t, 0), ops.ones_like(t), t)) - log_p)


def weighted_sigmoid_cross_entropy(
    x: Any, t: Any, positive_weight: Any, label_smoothing: float, weights: Any = None
) -> Any:
    """Binary cross-entropy from logits with a weight for the positive class, which TensorFlow has and Keras has not.

    And with one for each place along the last axis, which Keras has for samples only.
    """
    t = t * (1 - label_smoothing) + label_smoothing / 2
    losses = tf.nn.weighted_cross_entropy_with_logits(t, x, ops.convert_to_tensor(positive_weight, x.dtype))
    return losses if weights is None else losses * ops.convert_to_tensor(weights, x.dtype)


def weighted_binary_cross_entropy(p: Any, t: Any, epsilon: float, label_smoothing: float, weights: Any) -> Any:
    """Binary cross-entropy with a weight for each place along the last axis, which Keras has for samples only."""
    t, p = t * (1 - label_smoothing) + label_smoothing / 2, ops.clip(p, epsilon, 1 - epsilon)
    return ops.convert_to_tensor(weights, p.dtype) * -(t * ops.log(p) + (1 - t) * ops.log(1 - p))


def soft_margin(x: Any, t: Any) -> Any:
    """log(1 + exp(-t x)) of each element."""
    return ops.softplus(-t * x)


def multi_margin(
    x: Any, t: Any, margin: float, p: int, class_weights: Sequence[float] | None, over_classes: bool
) -> Any:
    """PyTorch's MultiMarginLoss: what the wrong scores exceed the right one less a margin by, summed or averaged."""
    rows = one_hot_like(t, x)
    # relu and not maximum, whose gradient at the kink is not 0
    excess = (1 - rows) * ops.relu(margin + x - ops.sum(rows * x, axis=-1, keepdims=True)) ** p
    losses = ops.mean(excess, axis=-1) if over_classes else ops.sum(excess, axis=-1)
    if class_weights is None:
        return losses
    return losses * ops.sum(rows * ops.convert_to_tensor(class_weights, x.dtype), axis=-1)


def ctc(x: Any, t: Any, x_lengths: Any, t_lengths: Any, blank: int, zero_infinity: bool, over_labels: bool) -> Any:
    """Keras' CTC in the precision of x, for any lengths and any blank.

    Where paths are, as shares of the likeliest place, so that no product of many times gets too small.
    """
    labels = ops.where(ops.arange(t.shape[1]) < t_lengths[:, None], t, blank)
    blanks = ops.full_like(labels, blank)
    pairs = ops.reshape(ops.stack([blanks, labels], -1), (len(t), -1))
    states = ops.pad(pairs, ((0, 0), (0, 1)), constant_values=blank)
    p = ops.einsum("btc,bsc->bts", ops.softmax(x), ops.one_hot(states, x.shape[-1], dtype=x.dtype))
    skips = ops.pad(ops.cast(states[:, 2:] != states[:, :-2], x.dtype), ((0, 0), (2, 0)))
    a, log_scale = ops.one_hot(ops.zeros(len(t), "int32"), states.shape[1], dtype=x.dtype), 0.0
    for time in range(x.shape[1]):
        before = ops.pad(a, ((0, 0), (2, 0)))
        now = p[:, time] * (before[:, 2:] + before[:, 1:-1] + skips * before[:, :-2])
        a = ops.where(time < x_lengths[:, None], now, a)
        largest = ops.stop_gradient(ops.max(a, axis=-1))
        scale = ops.where(largest == 0, 1, largest)
        a, log_scale = a / scale[:, None], log_scale + ops.log(scale)
    ends = ops.arange(states.shape[1], dtype=t_lengths.dtype) - 2 * t_lengths[:, None]
    total = ops.sum(a * ops.cast((ends == 0) | (ends == -1), x.dtype), axis=-1)
    possible = total > 0
    log_share = ops.log(ops.where(possible, total, 1) if zero_infinity else total)
    losses = -log_share - log_scale * ops.cast(possible, x.dtype)
    return losses / ops.cast(ops.maximum(t_lengths, 1), x.dtype) if over_labels else losses


def multi_label_margin(x: Any, t: Any) -> Any:
    """PyTorch's MultiLabelMarginLoss, of rows that are 1 for the right classes: over all pairs of right and wrong."""
    pairs = t[..., :, None] > t[..., None, :]
    # relu and not maximum, whose gradient at the kink is not 0
    excess = ops.relu(1 - x[..., :, None] + x[..., None, :])
    return ops.sum(ops.where(pairs, excess, 0), axis=(-2, -1)) / x.shape[-1]


def hinge_embedding(p: Any, t: Any, margin: float) -> Any:
    """A distance p where t is 1, what it is short of the margin where t is -1."""
    return ops.where(ops.equal(t, 1), p, ops.maximum(margin - p, 0.0))


def contrastive(p: Any, t: Any, margin: float) -> Any:
    """The square of a distance p where t is 1, of what it is short of the margin where t is 0."""
    return ops.square(ops.where(ops.equal(t, 1), p, ops.maximum(margin - p, 0.0)))


def smooth_l1(p: Any, t: Any, beta: float) -> Any:
    """Huber's loss divided by its delta."""
    return keras.losses.huber(t[..., None], p[..., None], delta=beta) / beta


def log_cosh(p: Any, t: Any) -> Any:
    """log(cosh(p - t)), with a log 2 of p's own precision; Keras rounds it to float32."""
    d = ops.abs(p - t)
    return d + ops.softplus(-2 * d) - math.log(2)


def poisson_nll(p: Any, t: Any, log_input: bool, full: bool, epsilon: float) -> Any:
    """PyTorch's PoissonNLLLoss; Keras' Poisson has its epsilon fixed, and neither of the two options."""
    loss = ops.exp(p) - t * p if log_input else p - t * ops.log(p + epsilon)
    if not full:
        return loss
    n = ops.maximum(t, 1)
    return loss + ops.where(t > 1, n * ops.log(n) - n + ops.log(2 * math.pi * n) / 2, ops.zeros_like(n))


def gaussian_nll(m: Any, t: Any, v: Any, full: bool, epsilon: float) -> Any:
    """(log v + (m - t)**2 / v) / 2, v at least epsilon; the gradient passes where it is not."""
    v = v + ops.stop_gradient(ops.maximum(v, epsilon) - v)
    return (ops.log(v) + (m - t) ** 2 / v) / 2 + (math.log(2 * math.pi) / 2 if full else 0.0)


def cosine_embedding(a: Any, b: Any, t: Any, margin: float) -> Any:
    """1 - cos where t is 1, what cos is above the margin where t is -1."""
    lengths = (ops.sum(a * a, axis=-1) + 1e-12) * (ops.sum(b * b, axis=-1) + 1e-12)
    cos = ops.sum(a * b, axis=-1) / ops.sqrt(lengths)
    return ops.where(ops.equal(t, 1), 1 - cos, ops.maximum(cos - margin, 0.0))


def triplet_margin(
    anchor: Any, positive: Any, negative: Any, *, margin: float, p: float, epsilon: float, swap: bool
) -> Any:
    """What the distance to the positive, plus a margin, exceeds the distance to the negative by."""
    distance = functools.partial(pairwise_distance, p=p, epsilon=epsilon)
    return triplet_margin_of(distance, anchor, positive, negative, margin, swap)


def triplet_margin_of(
    distance: Callable[[Any, Any], Any], anchor: Any, positive: Any, negative: Any, margin: float, swap: bool
) -> Any:
    """The same with any distance."""
    far = distance(anchor, negative)
    if swap:
        far = ops.minimum(far, distance(positive, negative))
    return ops.maximum(distance(anchor, positive) - far + margin, 0.0)


def margin_ranking(a: Any, b: Any, t: Any, margin: float) -> Any:
    """What a falls short of b plus a margin by, or the other way round."""
    return ops.maximum(-t * (a - b) + margin, 0.0)


def tversky(p: Any, t: Any, alpha: float, beta: float, axis: tuple[int, ...] | None, epsilon: float) -> Any:
    """Keras' Tversky with an epsilon of its own: alpha weighs false alarms, beta what is missed."""
    shared, alarm, missed = (ops.sum(a * b, axis=axis) for a, b in ((p, t), (p, 1 - t), (1 - p, t)))
    return 1 - shared / (shared + alpha * alarm + beta * missed + epsilon)


def dice(p: Any, t: Any, axis: tuple[int, ...] | None, epsilon: float) -> Any:
    """Keras' Dice with an epsilon of its own."""
    return 1 - 2 * ops.sum(p * t, axis=axis) / (ops.sum(p, axis=axis) + ops.sum(t, axis=axis) + epsilon)
