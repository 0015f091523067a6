"""Wrong versions of the focal loss of several classes."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from scratch.focal_losses import CategoricalFocalCrossEntropy
from scratch.layer import Array
from wrong import Versions
from wrong.common import ANY, made_by
from wrong.losses import COMMON_GRADIENTS, COMMON_OUTPUTS

Focal = CategoricalFocalCrossEntropy


class GammaFixed(Focal):
    """gamma is 2."""

    def __init__(self, *, gamma: float = 2.0, **options: Any) -> None:
        super().__init__(**options)


class AlphaFixed(Focal):
    """alpha is 1/4."""

    def __init__(self, *, alpha: float | Sequence[float] = 0.25, **options: Any) -> None:
        super().__init__(**options)


class AlphaLeftOut(Focal):
    """alpha is 1."""

    def __init__(self, *, alpha: float | Sequence[float] = 0.25, **options: Any) -> None:
        super().__init__(alpha=1.0, **options)


class EasyFavoured(Focal):
    """The factor is q**gamma."""

    def forward(self, p: Array, t: Array) -> Array:
        super().forward(p, t)
        return self.reduce(-(self.weights * self.q**self.gamma * np.log(self.q)).sum(axis=-1))


class BalancedAsOfTwo(Focal):
    """What is not the right class is weighed by 1 - alpha, as where there are two."""

    def forward(self, p: Array, t: Array) -> Array:
        loss = super().forward(p, t)
        if np.ndim(self.alpha):
            return loss
        others = (1 - self.alpha) * (1 - self.weights / self.alpha) * self.q**self.gamma * np.log(1 - self.q)
        losses = -(self.weights * (1 - self.q) ** self.gamma * np.log(self.q) + others).sum(axis=-1)
        return self.reduce(losses)


class NotNormalised(Focal):
    """Probabilities are taken as they are."""

    def forward(self, p: Array, t: Array) -> Array:
        loss = super().forward(p, t)
        if self.from_logits:
            return loss
        q = np.clip(p, 1e-7, 1 - 1e-7)
        return self.reduce(-(self.weights * np.abs(1 - q) ** self.gamma * np.log(q)).sum(axis=-1))


class AlwaysLogits(Focal):
    """A softmax is taken of probabilities."""

    def __init__(self, *, from_logits: bool = False, **options: Any) -> None:
        super().__init__(from_logits=True, **options)


class SmoothingForgotten(Focal):
    """Takes no notice of `label_smoothing`."""

    def __init__(self, *, label_smoothing: float = 0.0, **options: Any) -> None:
        super().__init__(**options)


class NeverClipped(Focal):
    """The logarithm of 0 is taken."""

    def forward(self, p: Array, t: Array) -> Array:
        super().forward(p, t)
        q = np.maximum(self.share_of_sum, 1e-300)
        return self.reduce(-(self.weights * (1 - q) ** self.gamma * np.log(q)).sum(axis=-1))


class FactorFixed(Focal):
    """The gradient takes the factor for a constant."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        dq = np.where(self.inside, -self.weights * (1 - self.q) ** self.gamma / self.q, 0)
        dp = dq - (dq * self.share_of_sum).sum(axis=-1, keepdims=True)
        dp = self.share_of_sum * dp if self.from_logits else dp / self.sum
        return dp * self.share(dy, dp)


class SumFixed(Focal):
    """The gradient takes the sum of the probabilities for a constant."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        wrong = 1 - self.q
        slope = self.gamma * wrong ** (self.gamma - 1) * np.log(self.q)
        dq = np.where(self.inside, self.weights * (slope - wrong**self.gamma / self.q), 0)
        dp = self.share_of_sum * dq if self.from_logits else dq / self.sum
        return dp * self.share(dy, dp)


class PassesBeyond(Focal):
    """The gradient passes beyond the bounds."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        self.inside = np.ones_like(self.inside)
        return super().backward(dy)


WRONG = {
    "categorical_focal_cross_entropy": Versions(
        outputs=(
            *made_by(Focal, COMMON_OUTPUTS),
            *(GammaFixed, AlphaFixed, AlphaLeftOut, EasyFavoured, BalancedAsOfTwo, NotNormalised, AlwaysLogits),
            *(SmoothingForgotten, NeverClipped),
        ),
        gradients=(*made_by(Focal, COMMON_GRADIENTS), FactorFixed, SumFixed),
        kinks=(PassesBeyond,),
        contract=made_by(Focal, ANY),
    )
}
