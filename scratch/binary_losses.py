"""Losses of two classes: probabilities and logits against 0 and 1, margins against -1 and 1."""

from collections.abc import Sequence

import numpy as np

from scratch.layer import Array
from scratch.losses import Reduction
from scratch.regression_losses import PointwiseLoss
from scratch.smooth_activations import sigmoid, softplus


def weighed(weights: Sequence[float] | None, losses: Array) -> Array:
    """Losses, or their slopes, times the weight of each place along the last axis; unweighted as they are."""
    return losses if weights is None else losses * np.asarray(weights, losses.real.dtype)


class BinaryCrossEntropy(PointwiseLoss):
    """loss = -t log(c) - (1 - t) log(1 - c), c = clip(p, epsilon, 1 - epsilon), from probabilities p.

    Outside the bounds the gradient is 0. `label_smoothing` turns t into (1 - s) t + s / 2. The losses are multiplied by
    `weights`, one for each place along the last axis; their mean is over their number all the same, as in PyTorch.
    """

    def __init__(
        self,
        *,
        epsilon: float = 1e-7,
        weights: Sequence[float] | None = None,
        label_smoothing: float = 0.0,
        per_sample: bool = False,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(per_sample=per_sample, reduction=reduction)
        self.epsilon, self.weights, self.label_smoothing = epsilon, weights, label_smoothing

    def forward(self, p: Array, t: Array) -> Array:
        return super().forward(p, t * (1 - self.label_smoothing) + self.label_smoothing / 2)

    def _clip(self, p: Array) -> Array:
        # in the dtype of p, so that comparing sees the bounds rounded
        low, high = p.real.dtype.type(self.epsilon), p.real.dtype.type(1 - self.epsilon)
        return np.minimum(np.maximum(p, low), high)

    def value(self, p: Array, t: Array) -> Array:
        c = self._clip(p)
        return weighed(self.weights, -(t * np.log(c) + (1 - t) * np.log(1 - c)))

    def slope(self, p: Array, t: Array) -> Array:
        c = self._clip(p)
        return weighed(self.weights, (c == p) * ((1 - t) / (1 - c) - t / c))


class SigmoidCrossEntropy(PointwiseLoss):
    """loss = -w t log(s) - (1 - t) log(1 - s), s = sigmoid(x), from logits x; nothing overflows or cancels.

    `positive_weight`: w, one number or one for each place along the last axis. `label_smoothing` turns t into
    (1 - s) t + s / 2. Without either dx = sigmoid(x) - t. `weights` as in BinaryCrossEntropy.
    """

    def __init__(
        self,
        *,
        positive_weight: float | Sequence[float] = 1.0,
        weights: Sequence[float] | None = None,
        label_smoothing: float = 0.0,
        per_sample: bool = False,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(per_sample=per_sample, reduction=reduction)
        self.positive_weight, self.weights, self.label_smoothing = positive_weight, weights, label_smoothing

    def forward(self, x: Array, t: Array) -> Array:
        return super().forward(x, t * (1 - self.label_smoothing) + self.label_smoothing / 2)

    def value(self, x: Array, t: Array) -> Array:
        w = np.asarray(self.positive_weight, x.real.dtype)
        return weighed(self.weights, w * t * softplus(-x) + (1 - t) * softplus(x))

    def slope(self, x: Array, t: Array) -> Array:
        w = np.asarray(self.positive_weight, x.dtype)
        return weighed(self.weights, (1 - t) * sigmoid(x) - w * t * sigmoid(-x))


class BinaryFocalCrossEntropy(BinaryCrossEntropy):
    """loss = (1 - q)**gamma times the binary cross-entropy, q = t p + (1 - t) (1 - p) (Lin et al., 2017).

    With `alpha` it is multiplied by alpha t + (1 - alpha) (1 - t) too. The clipping is that of the cross-entropy alone.
    """

    def __init__(
        self,
        *,
        gamma: float = 2.0,
        alpha: float | None = None,
        label_smoothing: float = 0.0,
        per_sample: bool = False,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(label_smoothing=label_smoothing, per_sample=per_sample, reduction=reduction)
        self.gamma, self.alpha = gamma, alpha

    def _balance(self, t: Array) -> Array | float:
        return 1.0 if self.alpha is None else self.alpha * t + (1 - self.alpha) * (1 - t)

    def value(self, p: Array, t: Array) -> Array:
        wrong = 1 - (t * p + (1 - t) * (1 - p))
        return self._balance(t) * wrong**self.gamma * super().value(p, t)

    def slope(self, p: Array, t: Array) -> Array:
        wrong = 1 - (t * p + (1 - t) * (1 - p))
        power = self.gamma * wrong ** (self.gamma - 1) * (1 - 2 * t) if self.gamma else 0
        return self._balance(t) * (power * super().value(p, t) + wrong**self.gamma * super().slope(p, t))


class Hinge(PointwiseLoss):
    """loss = max(1 - t p, 0), t being -1 or 1. The slope at the kink is -t."""

    def value(self, p: Array, t: Array) -> Array:
        return np.maximum(1 - t * p, 0)

    def slope(self, p: Array, t: Array) -> Array:
        return -t * (1 - t * p >= 0)


class SquaredHinge(PointwiseLoss):
    """loss = max(1 - t p, 0)**2, t being -1 or 1."""

    def value(self, p: Array, t: Array) -> Array:
        return np.maximum(1 - t * p, 0) ** 2

    def slope(self, p: Array, t: Array) -> Array:
        return -2 * t * np.maximum(1 - t * p, 0)


class SoftMargin(PointwiseLoss):
    """loss = log(1 + exp(-t x)), t being -1 or 1: the logistic loss."""

    def value(self, x: Array, t: Array) -> Array:
        return softplus(-t * x)

    def slope(self, x: Array, t: Array) -> Array:
        return -t * sigmoid(-t * x)
