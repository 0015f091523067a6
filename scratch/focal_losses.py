"""Focal losses of several classes; that of two is in `scratch.binary_losses`."""

from collections.abc import Sequence

import numpy as np

from scratch.layer import Array
from scratch.losses import Loss, Reduction, one_hot_like, smooth

# Keras' bound of probabilities
LEAST = 1e-7


class CategoricalFocalCrossEntropy(Loss):
    """loss = -sum_k alpha_k (1 - q_k)**gamma t_k log q_k, q = clip(p / sum p, 1e-7, 1 - 1e-7); Lin et al. (2017).

    p: (batch, ..., classes), probabilities, or with `from_logits` what a softmax makes them of. t: class indices
    (batch, ...), or rows; see `smooth` for `label_smoothing`. `alpha`: one number, or one for each class. Outside the
    bounds the gradient is 0. Raises ValueError for an alpha of another number of classes.
    """

    def __init__(
        self,
        *,
        alpha: float | Sequence[float] = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        self.alpha, self.gamma = alpha, gamma
        self.from_logits, self.label_smoothing = from_logits, label_smoothing

    def forward(self, p: Array, t: Array) -> Array:
        alpha = np.asarray(self.alpha, p.real.dtype)
        if alpha.ndim and alpha.shape != p.shape[-1:]:
            raise ValueError(f"there are {alpha.size} alphas for {p.shape[-1]} classes")
        self.weights = alpha * smooth(one_hot_like(t, p), self.label_smoothing)
        if self.from_logits:
            p = np.exp(p - p.real.max(axis=-1, keepdims=True))
        self.sum = p.sum(axis=-1, keepdims=True)
        self.share_of_sum = p / self.sum
        # in the dtype of p: comparing must see the bounds rounded
        low, high = p.real.dtype.type(LEAST), p.real.dtype.type(1 - LEAST)
        self.inside = (self.share_of_sum >= low) & (self.share_of_sum <= high)
        self.q = np.clip(self.share_of_sum, low, high)
        return self.reduce(-(self.weights * (1 - self.q) ** self.gamma * np.log(self.q)).sum(axis=-1))

    def backward(self, dy: Array | float = 1.0) -> Array:
        wrong, power = 1 - self.q, self.gamma
        slope = power * wrong ** (power - 1) * np.log(self.q)
        dq = np.where(self.inside, self.weights * (slope - wrong**power / self.q), 0)
        dp = dq - (dq * self.share_of_sum).sum(axis=-1, keepdims=True)
        dp = self.share_of_sum * dp if self.from_logits else dp / self.sum
        return dp * self.share(dy, dp)
