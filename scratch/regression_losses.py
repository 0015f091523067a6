"""Losses of single numbers: what they share, and those of regression."""

import math

import numpy as np

from scratch.layer import Array
from scratch.losses import Loss, Reduction, require_same_shape
from scratch.smooth_activations import softplus


class PointwiseLoss(Loss):
    """loss = value(p, t) of each element; p, t: (batch, ...).

    With `per_sample` they are averaged along the last axis before they are reduced, as in Keras, otherwise they are
    not, as in PyTorch. The mean is the same; the sum and "none" are not. A subclass gives `value(p, t)` and
    `slope(p, t)`, its derivative with respect to p. Raises ValueError for shapes that are not the same.
    """

    def __init__(self, *, per_sample: bool = False, reduction: Reduction = "mean") -> None:
        super().__init__(reduction=reduction)
        self.per_sample = per_sample

    def value(self, p: Array, t: Array) -> Array:
        raise NotImplementedError(f"{type(self).__name__}.value is not written")

    def slope(self, p: Array, t: Array) -> Array:
        raise NotImplementedError(f"{type(self).__name__}.slope is not written")

    def forward(self, p: Array, t: Array) -> Array:
        require_same_shape(self, p, t)
        self.p, self.t = p, t
        losses = self.value(p, t)
        return self.reduce(np.asarray(losses.mean(axis=-1)) if self.per_sample else losses)

    def backward(self, dy: Array | float = 1.0) -> Array:
        dp = self.slope(self.p, self.t)
        if self.per_sample:
            dp = dp / dp.dtype.type(dp.shape[-1])
        return dp * self.share(dy, dp)


def absolute(x: Array) -> Array:
    """|x|, which unlike np.abs is also right for the complex numbers of a complex step."""
    return np.maximum(x, -x)


class MeanSquaredError(PointwiseLoss):
    """loss = (p - t)**2."""

    def value(self, p: Array, t: Array) -> Array:
        return (p - t) ** 2

    def slope(self, p: Array, t: Array) -> Array:
        return 2 * (p - t)


class MeanAbsoluteError(PointwiseLoss):
    """loss = |p - t|; where they are equal the slope is 0."""

    def value(self, p: Array, t: Array) -> Array:
        return absolute(p - t)

    def slope(self, p: Array, t: Array) -> Array:
        return np.sign(p - t)


class Huber(PointwiseLoss):
    """With d = p - t: loss = d**2 / 2 where |d| <= delta, else delta |d| - delta**2 / 2 (Huber, 1964)."""

    def __init__(self, *, delta: float = 1.0, per_sample: bool = False, reduction: Reduction = "mean") -> None:
        super().__init__(per_sample=per_sample, reduction=reduction)
        if delta <= 0:
            raise ValueError(f"delta is {delta}, expected more than 0")
        self.delta = delta

    def value(self, p: Array, t: Array) -> Array:
        d = absolute(p - t)
        return np.where(d <= self.delta, d * d / 2, self.delta * d - self.delta**2 / 2)

    def slope(self, p: Array, t: Array) -> Array:
        return np.clip(p - t, -self.delta, self.delta)


class SmoothL1(PointwiseLoss):
    """With d = p - t: loss = d**2 / (2 beta) where |d| < beta, else |d| - beta / 2 (Girshick, 2015).

    Huber's loss divided by its delta.
    """

    def __init__(self, *, beta: float = 1.0, per_sample: bool = False, reduction: Reduction = "mean") -> None:
        super().__init__(per_sample=per_sample, reduction=reduction)
        if beta <= 0:
            raise ValueError(f"beta is {beta}, expected more than 0")
        self.beta = beta

    def value(self, p: Array, t: Array) -> Array:
        d = absolute(p - t)
        return np.where(d < self.beta, d * d / (2 * self.beta), d - self.beta / 2)

    def slope(self, p: Array, t: Array) -> Array:
        return np.clip((p - t) / self.beta, -1, 1)


class LogCosh(PointwiseLoss):
    """loss = log(cosh(p - t)); with d = |p - t| it is d + log(1 + exp(-2 d)) - log 2, so nothing overflows."""

    def value(self, p: Array, t: Array) -> Array:
        d = absolute(p - t)
        return d + softplus(-2 * d) - math.log(2)

    def slope(self, p: Array, t: Array) -> Array:
        return np.tanh(p - t)


class MeanAbsolutePercentageError(PointwiseLoss):
    """loss = 100 |t - p| / max(|t|, epsilon)."""

    EPSILON = 1e-7

    def value(self, p: Array, t: Array) -> Array:
        return 100 * absolute(t - p) / np.maximum(np.abs(t), self.EPSILON)

    def slope(self, p: Array, t: Array) -> Array:
        return 100 * np.sign(p - t) / np.maximum(np.abs(t), self.EPSILON)


class MeanSquaredLogarithmicError(PointwiseLoss):
    """loss = (log(1 + max(p, epsilon)) - log(1 + max(t, epsilon)))**2."""

    EPSILON = 1e-7

    def _difference(self, p: Array, t: Array) -> Array:
        return np.log(np.maximum(p, self.EPSILON) + 1) - np.log(np.maximum(t, self.EPSILON) + 1)

    def value(self, p: Array, t: Array) -> Array:
        return self._difference(p, t) ** 2

    def slope(self, p: Array, t: Array) -> Array:
        return 2 * self._difference(p, t) * (p >= self.EPSILON) / (np.maximum(p, self.EPSILON) + 1)


class PoissonNLL(PointwiseLoss):
    """loss = p - t log(p + epsilon), the negative log-likelihood of a count t with mean p, up to a constant.

    With `log_input` p is given as its logarithm: loss = exp(p) - t p. `full` adds Stirling's approximation of that
    constant, t log t - t + log(2 pi t) / 2, for t > 1. Keras' Poisson is the one without either.
    """

    def __init__(
        self,
        *,
        log_input: bool = False,
        full: bool = False,
        epsilon: float = 1e-7,
        per_sample: bool = False,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(per_sample=per_sample, reduction=reduction)
        self.log_input, self.full, self.epsilon = log_input, full, epsilon

    def value(self, p: Array, t: Array) -> Array:
        loss = np.exp(p) - t * p if self.log_input else p - t * np.log(p + self.epsilon)
        if not self.full:
            return loss
        n = np.maximum(t, 1)
        return loss + np.where(t > 1, n * np.log(n) - n + np.log(2 * math.pi * n) / 2, 0)

    def slope(self, p: Array, t: Array) -> Array:
        return np.exp(p) - t if self.log_input else 1 - t / (p + self.epsilon)


class GaussianNLL(Loss):
    """loss = (log v + (m - t)**2 / v) / 2 of each element, from means m, targets t and variances v of one shape.

    `forward(m, t, v)`, `backward()` gives (dm, dv): dm = (m - t) / v, dv = (1 - (m - t)**2 / v) / (2 v). `full` adds
    log(2 pi) / 2. A v below epsilon counts as epsilon, yet the gradient passes. Raises ValueError where v is negative.
    """

    def __init__(self, *, full: bool = False, epsilon: float = 1e-6, reduction: Reduction = "mean") -> None:
        super().__init__(reduction=reduction)
        self.full, self.epsilon = full, epsilon

    def forward(self, m: Array, t: Array, v: Array) -> Array:
        require_same_shape(self, m, t)
        require_same_shape(self, v, t)
        if np.any(v.real < 0):
            raise ValueError("GaussianNLL: a variance is negative")
        self.d, self.v = m - t, np.maximum(v, self.epsilon)
        losses = (np.log(self.v) + self.d**2 / self.v) / 2
        return self.reduce(losses + math.log(2 * math.pi) / 2 if self.full else losses)

    def backward(self, dy: Array | float = 1.0) -> tuple[Array, Array]:
        d, v = self.d, self.v
        share = self.share(dy, d)
        return d / v * share, (1 - d * d / v) / (2 * v) * share
