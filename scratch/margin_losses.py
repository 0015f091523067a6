"""Losses of margins: between the scores of right classes and those of the others, and of distances."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from scratch.layer import Array
from scratch.losses import Loss, Reduction, one_hot_like, require_same_shape
from scratch.regression_losses import PointwiseLoss


class CategoricalHinge(Loss):
    """loss = max(1 + max_k (1 - t_k) p_k - sum_k t_k p_k, 0), t one-hot; p, t: (batch, ..., classes).

    The true class takes part in the inner maximum as 0. Equal maxima share the gradient evenly; at the kink it passes.
    """

    def forward(self, p: Array, t: Array) -> Array:
        require_same_shape(self, p, t)
        others = (1 - t) * p
        largest = others.max(axis=-1)
        margin = 1 + largest - (t * p).sum(axis=-1)
        ties = others == largest[..., None]
        self.slope = (1 - t) * ties / ties.sum(axis=-1, keepdims=True, dtype=t.dtype) - t
        self.slope = self.slope * (margin >= 0)[..., None]
        return self.reduce(np.maximum(margin, 0))

    def backward(self, dy: Array | float = 1.0) -> Array:
        return self.slope * self.share(dy, self.slope)


class MultiMargin(Loss):
    """loss = w_t sum_{k != t} max(margin + x_k - x_t, 0)**p, from scores x: (batch, ..., classes).

    t: class indices (batch, ...), or one-hot rows (batch, ..., classes). With `over_classes` the sum is divided by the
    number of classes, as in PyTorch; without, this is the multiclass support vector machine of Weston and Watkins
    (1999). `class_weights`: w, one for each class. At the kink the gradient is 0. Raises ValueError for a p that is
    neither 1 nor 2, and for class weights of another number.
    """

    def __init__(
        self,
        *,
        margin: float = 1.0,
        p: Literal[1, 2] = 1,
        class_weights: Sequence[float] | None = None,
        over_classes: bool = True,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        if p not in (1, 2):
            raise ValueError(f"p is {p!r}, expected 1 or 2")
        self.margin, self.p = margin, p
        self.class_weights, self.over_classes = class_weights, over_classes

    def forward(self, x: Array, t: Array) -> Array:
        self.t = one_hot_like(t, x)
        right = (self.t * x).sum(axis=-1, keepdims=True)
        self.excess = np.where(self.t == 1, 0, np.maximum(self.margin + x - right, 0))
        self.factor = self._factor(x)
        return self.reduce((self.factor * self.excess**self.p).sum(axis=-1))

    def _factor(self, x: Array) -> Array:
        """What the excess of each score is multiplied by: (batch, ..., 1)."""
        classes = x.shape[-1]
        w = np.ones(classes) if self.class_weights is None else np.asarray(self.class_weights)
        if w.shape != (classes,):
            raise ValueError(f"there are {w.size} class weights for {classes} classes")
        w = w.astype(x.real.dtype) / (classes if self.over_classes else 1)
        return (self.t * w).sum(axis=-1, keepdims=True)

    def backward(self, dy: Array | float = 1.0) -> Array:
        slope = self.factor * self.p * (self.excess if self.p == 2 else self.excess > 0)
        dx = slope - self.t * slope.sum(axis=-1, keepdims=True)
        return dx * self.share(dy, dx)


class MultiLabelMargin(Loss):
    """loss = sum_j sum_k t_j (1 - t_k) max(1 - x_j + x_k, 0) / classes: every right class is to be 1 above every other.

    Scores x, targets t: (batch, ..., classes), 1 for each right class and 0 for the others. At the kink the gradient
    is 0.
    """

    def forward(self, x: Array, t: Array) -> Array:
        require_same_shape(self, x, t)
        pairs = t[..., :, None] > t[..., None, :]  # (batch, ..., right, other)
        self.excess = np.where(pairs, np.maximum(1 - x[..., :, None] + x[..., None, :], 0), 0)
        return self.reduce(self.excess.sum(axis=(-2, -1)) / self.excess.shape[-1])

    def backward(self, dy: Array | float = 1.0) -> Array:
        slope = np.sign(self.excess) / self.excess.shape[-1]
        dx = slope.sum(axis=-2) - slope.sum(axis=-1)
        return dx * self.share(dy, dx)


class HingeEmbedding(PointwiseLoss):
    """loss = p where t is 1, max(margin - p, 0) where t is -1: distances p of what is alike, and of what is not.

    At the kink the gradient passes.
    """

    def __init__(self, *, margin: float = 1.0, per_sample: bool = False, reduction: Reduction = "mean") -> None:
        super().__init__(per_sample=per_sample, reduction=reduction)
        self.margin = margin

    def value(self, p: Array, t: Array) -> Array:
        return np.where(t == 1, p, np.maximum(self.margin - p, 0))

    def slope(self, p: Array, t: Array) -> Array:
        return np.where((t == 1) | (self.margin - p >= 0), t, 0)


class Contrastive(PointwiseLoss):
    """loss = p**2 where t is 1, max(margin - p, 0)**2 where t is 0: distances p of what is alike, and of what is not.

    Hadsell et al., 2006, without their factor of 1/2, and with 1 for what is alike where they have 0.
    """

    def __init__(self, *, margin: float = 1.0, per_sample: bool = False, reduction: Reduction = "mean") -> None:
        super().__init__(per_sample=per_sample, reduction=reduction)
        self.margin = margin

    def value(self, p: Array, t: Array) -> Array:
        return np.where(t == 1, p, np.maximum(self.margin - p, 0)) ** 2

    def slope(self, p: Array, t: Array) -> Array:
        return 2 * np.where(t == 1, p, -np.maximum(self.margin - p, 0))
