"""Losses that PyTorch lacks. Those of one class among several take the classes last."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F


def reduced(loss: Callable[..., Tensor], reduction: str, per_sample: bool = False) -> Callable[..., Tensor]:
    """`loss` with a reduction; with `per_sample` averaged along the last axis first, as Keras' losses are."""

    def whole(*inputs: Tensor) -> Tensor:
        losses = loss(*inputs)
        if per_sample:
            losses = losses.mean(-1)
        return losses if reduction == "none" else getattr(losses, reduction)()

    return whole


def class_loss(loss: Callable[..., Tensor], x: Tensor, t: Tensor) -> Tensor:
    """A loss of PyTorch's, which takes the classes along axis 1."""
    return loss(x.movedim(-1, 1).contiguous(), t if t.ndim < x.ndim else t.movedim(-1, 1))


def mean_over_targets(loss: Callable[..., Tensor], x: Tensor, t: Tensor, ignore_index: int | None) -> Tensor:
    """The sum of weighted losses over the number of targets; PyTorch divides by the sum of their weights."""
    count = t.numel() if t.ndim < x.ndim else t[..., 0].numel()
    if ignore_index is not None and t.ndim < x.ndim:
        count = int((t != ignore_index).sum())
    return class_loss(loss, x, t) / count


def cross_entropy(p: Tensor, t: Tensor, low: float, high: float, normalise: str, label_smoothing: float) -> Tensor:
    """Cross-entropy of clipped probabilities: PyTorch's own takes logits only. Targets are rows or class indices."""
    rows = t if t.ndim == p.ndim else F.one_hot(t, p.shape[-1]).to(p.dtype)
    rows = rows * (1 - label_smoothing) + label_smoothing / p.shape[-1]
    if normalise == "before":
        p = p / p.sum(-1, keepdim=True)
    clipped = p.clamp(low, high)
    if normalise == "after":
        clipped = clipped / clipped.sum(-1, keepdim=True)
    return -(rows * clipped.log()).sum(-1)


def kl_divergence(p: Tensor, t: Tensor, epsilon: float) -> Tensor:
    """The divergence of each sample, from probabilities clipped as in Keras; PyTorch's own takes their logarithm."""
    return F.kl_div(p.clamp(epsilon, 1).log(), t.clamp(epsilon, 1), reduction="none").sum(-1)


def binary_cross_entropy(
    p: Tensor, t: Tensor, epsilon: float, label_smoothing: float, weights: Sequence[float] | None = None
) -> Tensor:
    """Binary cross-entropy of clipped probabilities: PyTorch's own clips the logarithms, at -100."""
    t = t * (1 - label_smoothing) + label_smoothing / 2
    clipped, each = p.clamp(epsilon, 1 - epsilon), None if weights is None else p.new_tensor(weights)
    return F.binary_cross_entropy(clipped, t, each, reduction="none")


def binary_focal_cross_entropy(
    p: Tensor, t: Tensor, gamma: float, alpha: float | None, label_smoothing: float
) -> Tensor:
    """Keras' focal loss: binary cross-entropy times (1 - q)**gamma, q the probability of the right class."""
    loss = binary_cross_entropy(p, t, 1e-7, label_smoothing)
    t = t * (1 - label_smoothing) + label_smoothing / 2
    balance = 1.0 if alpha is None else alpha * t + (1 - alpha) * (1 - t)
    return balance * (1 - (t * p + (1 - t) * (1 - p))) ** gamma * loss


def hinge(p: Tensor, t: Tensor) -> Tensor:
    """max(1 - t p, 0) of each element."""
    return (1 - t * p).clamp(min=0)


def squared_hinge(p: Tensor, t: Tensor) -> Tensor:
    """The square of it."""
    return hinge(p, t) ** 2


def categorical_hinge(p: Tensor, t: Tensor) -> Tensor:
    """max(1 + the largest wrong score - the right one, 0); PyTorch's MultiMarginLoss sums over the wrong ones."""
    return (1 + ((1 - t) * p).amax(-1) - (t * p).sum(-1)).clamp(min=0)


def margins(own: Callable[..., Tensor], x: Tensor, t: Tensor) -> Tensor:
    """PyTorch's MultiMarginLoss of each position; it takes rows of scores and class indices only."""
    classes = t if t.ndim < x.ndim else t.argmax(-1)
    return own(x.reshape(-1, x.shape[-1]), classes.reshape(-1)).reshape(x.shape[:-1])


def ctc(x: Tensor, t: Tensor, x_lengths: Tensor, t_lengths: Tensor, **options: Any) -> Tensor:
    """PyTorch's CTCLoss from scores with the batch first; it takes logarithms of probabilities with the time first."""
    return F.ctc_loss(x.log_softmax(-1).transpose(0, 1), t, x_lengths, t_lengths, **options)


def circle(p: Tensor, t: Tensor, gamma: float, margin: float, remove_diagonal: bool, reduction: str) -> Tensor:
    """Keras' Circle, whose mean is over the losses above 0."""
    d = (1 - p @ p.T).clamp(min=0)
    same = t[:, None] == t
    alike = same & ~torch.eye(len(t), dtype=torch.bool, device=t.device) if remove_diagonal else same
    near = (gamma * (d + margin) * (d - margin)).masked_fill(~alike, -math.inf)
    far = (gamma * (1 + margin - d).clamp(min=0) * (1 - margin - d)).masked_fill(same, -math.inf)
    losses = F.softplus(near.logsumexp(1) + far.logsumexp(1), threshold=1000)
    return (
        losses.sum() / (losses > 0).sum().clamp(min=1) if reduction == "mean" else reduced(lambda: losses, reduction)()
    )


def multi_label_margins(own: Callable[..., Tensor], x: Tensor, t: Tensor) -> Tensor:
    """PyTorch's MultiLabelMarginLoss of each position; its targets are the indices of the right classes, then -1."""
    order = t.argsort(dim=-1, descending=True)
    listed = order.where(t.gather(-1, order) == 1, -1)
    return own(x.reshape(-1, x.shape[-1]), listed.reshape(-1, x.shape[-1])).reshape(x.shape[:-1])


def contrastive(p: Tensor, t: Tensor, margin: float) -> Tensor:
    """The square of a distance p where t is 1, of what it is short of the margin where t is 0."""
    return torch.where(t == 1, p, (margin - p).clamp(min=0)) ** 2


def log_cosh(p: Tensor, t: Tensor) -> Tensor:
    """log(cosh(p - t)), without overflow."""
    d = (p - t).abs()
    return d + F.softplus(-2 * d) - math.log(2)


def mean_absolute_percentage_error(p: Tensor, t: Tensor) -> Tensor:
    """100 |t - p| / |t|, |t| being at least Keras' epsilon."""
    return 100 * ((t - p) / t.abs().clamp(min=1e-7)).abs()


def mean_squared_logarithmic_error(p: Tensor, t: Tensor) -> Tensor:
    """The squared difference of log(1 + p) and log(1 + t), both at least Keras' epsilon."""
    return ((p.clamp(min=1e-7) + 1).log() - (t.clamp(min=1e-7) + 1).log()) ** 2


def cosine_similarity(p: Tensor, t: Tensor, epsilon: float) -> Tensor:
    """Minus the cosine of each pair of vectors."""
    return -F.cosine_similarity(p, t, dim=-1, eps=epsilon)


def smoothed(loss: Callable[..., Tensor], label_smoothing: float) -> Callable[..., Tensor]:
    """A loss of PyTorch's own with the labels 0 and 1 smoothed first, which none of two classes does."""
    return lambda x, t: loss(x, t * (1 - label_smoothing) + label_smoothing / 2)


def weights(values: Any) -> Tensor | None:
    """Class weights as PyTorch's losses take them."""
    return None if values is None else torch.tensor(values, dtype=torch.get_default_dtype())


def tversky(p: Tensor, t: Tensor, alpha: float, beta: float, axis: tuple[int, ...] | None, epsilon: float) -> Tensor:
    """What p and t do not overlap by: alpha weighs false alarms, beta what is missed."""
    over = tuple(range(p.ndim)) if axis is None else axis
    shared, alarm, missed = ((a * b).sum(over) for a, b in ((p, t), (p, 1 - t), (1 - p, t)))
    return 1 - shared / (shared + alpha * alarm + beta * missed + epsilon)


def dice(p: Tensor, t: Tensor, axis: tuple[int, ...] | None, epsilon: float) -> Tensor:
    """1 - 2 sum p t / (sum p + sum t + epsilon)"""
    over = tuple(range(p.ndim)) if axis is None else axis
    return 1 - 2 * (p * t).sum(over) / (p.sum(over) + t.sum(over) + epsilon)


def categorical_focal_cross_entropy(
    p: Tensor, t: Tensor, alpha: Any, gamma: float, from_logits: bool, label_smoothing: float
) -> Tensor:
    """Keras' CategoricalFocalCrossentropy: -alpha (1 - q)**gamma t log q, q being p over its sum, clipped."""
    rows = t if t.ndim == p.ndim else F.one_hot(t, p.shape[-1]).to(p.dtype)
    rows = rows * (1 - label_smoothing) + label_smoothing / p.shape[-1]
    p = p.softmax(-1) if from_logits else p / p.sum(-1, keepdim=True)
    q = p.clamp(1e-7, 1 - 1e-7)
    return -(torch.as_tensor(alpha, dtype=p.dtype) * (1 - q) ** gamma * rows * q.log()).sum(-1)
