"""Wrong versions of cross-entropy of probabilities."""

from typing import Any

import numpy as np

from scratch.layer import Array
from scratch.losses import CrossEntropy
from wrong import Versions
from wrong.common import ANY, made_by
from wrong.losses import COMMON_GRADIENTS, COMMON_OUTPUTS, ChangesTargets


class SmallAdded(CrossEntropy):
    """Adds the lower bound to p instead of clipping."""

    def forward(self, p: Array, t: Array) -> Array:
        loss = super().forward(p, t)
        self.p = p + self.low
        return self.reduce(-(self.t * np.log(self.p)).sum(axis=-1)) + 0 * loss


class NeverClips(CrossEntropy):
    """Takes no notice of the bounds."""

    def __init__(self, *, low: float = 1e-7, high: float = 1, **options: Any) -> None:
        super().__init__(low=0, high=np.inf, **options)


class UpperNotClipped(CrossEntropy):
    """Clips from below only."""

    def __init__(self, *, low: float = 1e-7, high: float = 1, **options: Any) -> None:
        super().__init__(low=low, high=np.inf, **options)


class Normalises(CrossEntropy):
    """Divides p by its sum first, as Keras' own does."""

    def forward(self, p: Array, t: Array) -> Array:
        return super().forward(p / p.sum(axis=-1, keepdims=True), t)


class BothClasses(CrossEntropy):
    """Adds the binary term (1 - t) log(1 - p)."""

    def forward(self, p: Array, t: Array) -> Array:
        super().forward(p, t)
        rows = self.t * np.log(self.p) + (1 - self.t) * np.log(1 - self.p)
        return self.reduce(-rows.sum(axis=-1))


class ClipNotInGradient(CrossEntropy):
    """The gradient is -t / p outside the bounds too."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        dp = -self.t / self.p
        return dp * self.share(dy, dp)


class GradientWithoutQuotient(CrossEntropy):
    """The gradient is p - t, that of softmax and cross-entropy together."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        dp = np.where(self.inside, self.p - self.t, 0)
        return dp * self.share(dy, dp)


class StoppedAtBounds(CrossEntropy):
    """The gradient is zero on the bounds too."""

    def forward(self, p: Array, t: Array) -> Array:
        loss = super().forward(p, t)
        self.inside = (p > self.low) & (p < self.high)
        return loss


class ClipsInPlace(CrossEntropy):
    """Clips p in place."""

    def forward(self, p: Array, t: Array) -> Array:
        loss = super().forward(p, t)
        np.clip(p, 0.2, 0.8, out=p)
        return loss


class NeverNormalises(CrossEntropy):
    """Takes no notice of `normalise`."""

    def __init__(self, *, normalise: Any = "never", **options: Any) -> None:
        super().__init__(**options)


class BeforeForAfter(CrossEntropy):
    """Normalises before clipping where it should after."""

    def __init__(self, *, normalise: Any = "never", **options: Any) -> None:
        super().__init__(normalise="before" if normalise == "after" else normalise, **options)


class AfterForBefore(CrossEntropy):
    """Normalises after clipping where it should before."""

    def __init__(self, *, normalise: Any = "never", **options: Any) -> None:
        super().__init__(normalise="after" if normalise == "before" else normalise, **options)


class SmoothingForgotten(CrossEntropy):
    """Takes no notice of `label_smoothing`."""

    def __init__(self, *, label_smoothing: float = 0.0, **options: Any) -> None:
        super().__init__(**options)


class SumNotInGradient(CrossEntropy):
    """Takes the sum that p was divided by for a constant."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        dp = np.where(self.inside, -self.t / self.p, 0)
        return dp / (self.sum if self.normalise == "before" else 1) * self.share(dy, dp)


WRONG = {
    "cross_entropy": Versions(
        outputs=(
            *made_by(CrossEntropy, COMMON_OUTPUTS),
            *(SmallAdded, NeverClips, UpperNotClipped, Normalises, BothClasses),
            *(NeverNormalises, BeforeForAfter, AfterForBefore, SmoothingForgotten),
        ),
        gradients=(
            *made_by(CrossEntropy, COMMON_GRADIENTS),
            ClipNotInGradient,
            GradientWithoutQuotient,
            SumNotInGradient,
        ),
        kinks=(StoppedAtBounds,),
        contract=(*made_by(CrossEntropy, (*ANY, ChangesTargets)), ClipsInPlace),
    ),
}
