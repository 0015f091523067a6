"""Wrong versions of distances and likenesses of two vectors."""

from typing import Any

import numpy as np

from scratch.distances import PairwiseCosine, PairwiseDistance
from scratch.layer import Array
from wrong import Versions
from wrong.common import CotangentsReversed, IgnoresCotangent, made_by
from wrong.several_inputs import (
    Doubled,
    FirstGradientOnly,
    GradientsReversed,
    GradientsTurnToFloat64,
    OneGradient,
    SignLost,
    TurnsToFloat64,
)

GRADIENTS = (IgnoresCotangent, CotangentsReversed, FirstGradientOnly, OneGradient, SignLost)
CONTRACT = (TurnsToFloat64, GradientsTurnToFloat64)


class Squared(PairwiseDistance):
    """The power, without the root."""

    def forward(self, a: Array, b: Array) -> Array:
        return super().forward(a, b) ** self.p


class MeanOfPowers(PairwiseDistance):
    """The mean over the features, not the sum."""

    def forward(self, a: Array, b: Array) -> Array:
        return super().forward(a, b) / a.shape[-1] ** (1 / self.p)


class AlwaysEuclidean(PairwiseDistance):
    """Takes no notice of p."""

    def __init__(self, *, p: float = 2.0, **options: Any) -> None:
        super().__init__(**options)


class EpsilonForgotten(PairwiseDistance):
    """Adds no epsilon to the differences."""

    def __init__(self, *, epsilon: float = 1e-6, **options: Any) -> None:
        super().__init__(epsilon=0.0, **options)


class EpsilonSubtracted(PairwiseDistance):
    """The epsilon is added to b - a."""

    def forward(self, a: Array, b: Array) -> Array:
        return super().forward(b, a)


class NeverKept(PairwiseDistance):
    """The axis is never kept."""

    def __init__(self, *, keepdims: bool = False, **options: Any) -> None:
        super().__init__(**options)


class SlopeAtNoDifference(PairwiseDistance):
    """|d| has the slope 1 at a difference of 0."""

    def forward(self, a: Array, b: Array) -> Array:
        y = super().forward(a, b)
        self.slope = np.where((a - b + self.epsilon == 0) & (self.p == 1), 1, self.slope)
        return y


class NoDistanceDivides(PairwiseDistance):
    """Divides by a distance of 0."""

    def forward(self, a: Array, b: Array) -> Array:
        y = super().forward(a, b)
        self.slope = self.slope * (y / y if self.keepdims else (y / y)[..., None])
        return y


class LargestSigned(PairwiseDistance):
    """The largest difference, whatever is below 0."""

    def forward(self, a: Array, b: Array) -> Array:
        y = super().forward(a, b)
        return y if self.p < np.inf else (a - b + self.epsilon).max(axis=-1, keepdims=self.keepdims)


class NearlyLargest(PairwiseDistance):
    """An infinite p is taken for 40."""

    def __init__(self, *, p: float = 2.0, **options: Any) -> None:
        super().__init__(p=min(p, 40.0), **options)


class OneAtLeast(PairwiseDistance):
    """A p below 1 is taken for 1."""

    def __init__(self, *, p: float = 2.0, **options: Any) -> None:
        super().__init__(p=max(p, 1.0), **options)


class FirstOfTwo(PairwiseDistance):
    """Of two largest differences the first has all of the gradient."""

    def forward(self, a: Array, b: Array) -> Array:
        y = super().forward(a, b)
        if self.p == np.inf:
            first = np.arange(a.shape[-1]) == np.abs(a - b + self.epsilon).argmax(axis=-1, keepdims=True)
            self.slope = np.sign(self.slope) * first
        return y


class BothOfTwo(PairwiseDistance):
    """Each of two largest differences has all of the gradient."""

    def forward(self, a: Array, b: Array) -> Array:
        y = super().forward(a, b)
        self.slope = np.sign(self.slope) if self.p == np.inf else self.slope
        return y


class SteepAtNoDifference(PairwiseDistance):
    """Below p = 1 the slope at a difference of 0 is that beside it."""

    def forward(self, a: Array, b: Array) -> Array:
        y = super().forward(a, b)
        self.slope = np.where((a - b + self.epsilon == 0) & (self.p < 1), 1e4, self.slope)
        return y


class Distance(PairwiseCosine):
    """1 - cos."""

    def forward(self, a: Array, b: Array) -> Array:
        return 1 - super().forward(a, b)


class OneLength(PairwiseCosine):
    """Divides by the length of a only."""

    def forward(self, a: Array, b: Array) -> Array:
        super().forward(a, b)
        return (self.a[0] * b).sum(axis=self.axis)


class LastAxis(PairwiseCosine):
    """The vectors always lie along the last axis."""

    def __init__(self, axis: int = 1, **options: Any) -> None:
        super().__init__(-1, **options)


class EpsilonFixed(PairwiseCosine):
    """Epsilon is always 1e-8."""

    def __init__(self, axis: int = 1, *, epsilon: float = 1e-8) -> None:
        super().__init__(axis)


class LengthsConstant(PairwiseCosine):
    """Takes the lengths for constants in the gradient."""

    def backward(self, dy: Array) -> tuple[Array, Array]:
        dy = np.expand_dims(dy, self.axis)
        return dy * self.b[0] / self.a[1], dy * self.a[0] / self.b[1]


class ShortNotHeld(PairwiseCosine):
    """The gradient is that of the length where that is below epsilon too, as PyTorch's."""

    def backward(self, dy: Array) -> tuple[Array, Array]:
        self.a, self.b = ((x, length, np.ones_like(long)) for x, length, long in (self.a, self.b))
        return super().backward(dy)


WRONG = {
    "pairwise_distance": Versions(
        outputs=(
            *made_by(PairwiseDistance, (Doubled,)),
            *(Squared, MeanOfPowers, AlwaysEuclidean, EpsilonForgotten, EpsilonSubtracted, NeverKept),
            *(LargestSigned, NearlyLargest, OneAtLeast),
        ),
        gradients=made_by(PairwiseDistance, (*GRADIENTS, GradientsReversed)),
        kinks=(SlopeAtNoDifference, NoDistanceDivides, FirstOfTwo, BothOfTwo, SteepAtNoDifference),
        contract=made_by(PairwiseDistance, CONTRACT),
    ),
    "pairwise_cosine": Versions(
        outputs=(*made_by(PairwiseCosine, (Doubled,)), Distance, OneLength, LastAxis),
        gradients=(*made_by(PairwiseCosine, (*GRADIENTS, GradientsReversed)), LengthsConstant),
        contract=made_by(PairwiseCosine, CONTRACT),
    ),
}
