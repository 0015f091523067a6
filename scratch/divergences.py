"""Losses between distributions: the Kullback-Leibler divergence, from probabilities and from their logarithms."""

from typing import Literal

import numpy as np

from scratch.layer import Array
from scratch.losses import Loss, Reduction, require_same_shape


class KLDivergence(Loss):
    """loss = sum_k t_k log(t_k / p_k), from probabilities p and targets t: (batch, ..., classes).

    As in Keras, both are clipped to [epsilon, 1] first. Outside the gradient is 0, inside it is -t / p.
    """

    def __init__(self, *, epsilon: float = 1e-7, reduction: Reduction = "mean") -> None:
        super().__init__(reduction=reduction)
        self.epsilon = epsilon

    def forward(self, p: Array, t: Array) -> Array:
        require_same_shape(self, p, t)
        epsilon = p.real.dtype.type(self.epsilon)
        self.inside = (p >= epsilon) & (p <= 1)
        self.p, self.t = np.clip(p, epsilon, 1), np.clip(t, epsilon, 1)
        return self.reduce((self.t * np.log(self.t / self.p)).sum(axis=-1))

    def backward(self, dy: Array | float = 1.0) -> Array:
        dp = np.where(self.inside, -self.t / self.p, 0)
        return dp * self.share(dy, dp)


class KLDivergenceOfLogs(Loss):
    """loss = t (log t - l), of each element, from log-probabilities l and targets t of one shape (batch, ...).

    As in PyTorch. With `log_target` t is given as its logarithm. "mean" is that of all elements, which is no
    divergence; "batchmean", the sum over the batch size, is that of the samples. dl = -t. Where t is 0 the loss is 0.
    """

    def __init__(
        self, *, log_target: bool = False, reduction: Literal["mean", "batchmean", "sum", "none"] = "mean"
    ) -> None:
        super().__init__(reduction="mean" if reduction == "batchmean" else reduction)
        self.log_target, self.by_batch = log_target, reduction == "batchmean"

    def forward(self, log_p: Array, t: Array) -> Array:
        require_same_shape(self, log_p, t)
        self.t = np.exp(t) if self.log_target else t
        log_t = t if self.log_target else np.log(np.where(t == 0, 1, t))
        return self.reduce(self.t * (log_t - log_p), len(t) if self.by_batch else None)

    def backward(self, dy: Array | float = 1.0) -> Array:
        return -self.t * self.share(dy, self.t)
