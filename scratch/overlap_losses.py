"""Losses of how far a predicted region and the true one overlap, as in segmentation."""

import numpy as np

from scratch.layer import Array
from scratch.losses import Loss, Reduction, require_same_shape


class Tversky(Loss):
    """loss = 1 - i / (i + alpha f + beta m + epsilon), from probabilities p and targets t of one shape,

    where i = sum p t is what they share, f = sum p (1 - t) what is false alarm, m = sum (1 - p) t what is missed. The
    sums are over the axes `axis`, over everything unless given; what is left are the losses, as in (batch, classes) of
    images with axis=(1, 2). Salehi et al. (2017).
    """

    def __init__(
        self,
        *,
        alpha: float = 0.5,
        beta: float = 0.5,
        axis: tuple[int, ...] | None = None,
        epsilon: float = 1e-7,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        self.alpha, self.beta, self.axis, self.epsilon = alpha, beta, axis, epsilon

    def forward(self, p: Array, t: Array) -> Array:
        require_same_shape(self, p, t)
        shared, alarm, missed = (each.sum(axis=self.axis, keepdims=True) for each in (p * t, p * (1 - t), (1 - p) * t))
        size = shared + self.alpha * alarm + self.beta * missed + self.epsilon
        slope_of_size = t + self.alpha * (1 - t) - self.beta * t
        self.slope, self.left = (shared / size * slope_of_size - t) / size, size.shape
        return self.reduce((1 - shared / size).squeeze(axis=self.axis))

    def backward(self, dy: Array | float = 1.0) -> Array:
        dy = np.reshape(dy, self.left) if np.ndim(dy) else dy
        return self.slope * dy / (self.total if self.reduction == "mean" else 1)


class Dice(Tversky):
    """loss = 1 - 2 sum p t / (sum p + sum t + epsilon), Tversky's with alpha and beta 1/2; `axis` as there.

    Milletari et al. (2016), but for the squares that they sum below.
    """

    def __init__(
        self, *, axis: tuple[int, ...] | None = None, epsilon: float = 1e-7, reduction: Reduction = "mean"
    ) -> None:
        super().__init__(axis=axis, epsilon=epsilon / 2, reduction=reduction)
