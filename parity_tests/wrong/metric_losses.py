"""Wrong versions of the losses of embeddings."""

from typing import Any

import numpy as np

from scratch.layer import Array
from scratch.metric_losses import Circle, TripletMarginWithDistance
from wrong import Versions
from wrong.common import ANY, made_by
from wrong.losses import COMMON_GRADIENTS, REDUCTIONS
from wrong.several_inputs import (
    FirstGradientOnly,
    GradientsReversed,
    GradientsTurnToFloat64,
    OneGradient,
    SignLost,
    TurnsToFloat64,
)

# ---- the circle


class OverAll(Circle):
    """The mean is over all samples, also those whose loss is 0."""

    def reduce(self, losses: Array, total: Array | float | None = None) -> Array:
        return super().reduce(losses)


class DiagonalKept(Circle):
    """A sample is always alike itself."""

    def __init__(self, *, remove_diagonal: bool = True, **options: Any) -> None:
        super().__init__(remove_diagonal=False, **options)


class DiagonalRemoved(Circle):
    """A sample is never alike itself."""

    def __init__(self, *, remove_diagonal: bool = True, **options: Any) -> None:
        super().__init__(**options)


class MarginFixed(Circle):
    """The margin is always 0.4."""

    def __init__(self, *, margin: float = 0.4, **options: Any) -> None:
        super().__init__(**options)


class GammaFixed(Circle):
    """Gamma is always 80."""

    def __init__(self, *, gamma: float = 80.0, **options: Any) -> None:
        super().__init__(**options)


class Normalises(Circle):
    """Brings the embeddings to length 1."""

    def forward(self, p: Array, t: Array) -> Array:
        return super().forward(p / np.sqrt((p * p).sum(axis=-1, keepdims=True)), t)


class FactorsConstant(Circle):
    """Holds the factors d + m and 1 + m - d constant, as the paper does."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        m = self.margin
        near = np.where(self.alike, np.exp(self.near - self.near_sum), 0) * (self.d + m)
        far = np.where(self.others, np.exp(self.far - self.far_sum), 0) * self.slack
        z = self.near_sum + self.far_sum
        dd = self.gamma * (near - far) / (1 + np.exp(-z)) * self.apart
        dd = dd * self.share(dy, dd)
        return -(dd + dd.T) @ self.p


class RowsOnly(Circle):
    """A sample gets the gradient of its own loss alone, not of those that it is compared in."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        whole, p = super().backward(dy), self.p
        near = np.where(self.alike, np.exp(self.near - self.near_sum), 0) * 2 * self.d
        far = np.where(self.others, np.exp(self.far - self.far_sum), 0)
        far = far * (self.slack + (self.slack > 0) * (1 - self.margin - self.d))
        dd = self.gamma * (near - far) / (1 + np.exp(-self.near_sum - self.far_sum)) * self.apart
        return whole + (dd * self.share(dy, dd)).T @ p


class NearNotHinged(Circle):
    """The gradient passes where embeddings are nearer than they can be."""

    def forward(self, p: Array, t: Array) -> Array:
        loss = super().forward(p, t)
        self.apart = np.ones_like(self.apart)
        return loss


class StoppedAtKink(Circle):
    """There is no gradient at the kink."""

    def forward(self, p: Array, t: Array) -> Array:
        loss = super().forward(p, t)
        self.apart = self.d > 0
        return loss


# ---- triplets


class AlwaysEuclidean(TripletMarginWithDistance):
    """Takes no notice of the distance."""

    def __init__(self, *, distance: Any = "euclidean", **options: Any) -> None:
        super().__init__(**options)


class AlwaysCosine(TripletMarginWithDistance):
    """The distance is always that of the cosine."""

    def __init__(self, *, distance: Any = "euclidean", **options: Any) -> None:
        super().__init__(distance="cosine", **options)


class SwapForgotten(TripletMarginWithDistance):
    """Takes no notice of `swap`."""

    def __init__(self, *, swap: bool = False, **options: Any) -> None:
        super().__init__(**options)


class AlwaysSwaps(TripletMarginWithDistance):
    """The distance of the positive to the negative is always taken where it is the smaller."""

    def __init__(self, *, swap: bool = False, **options: Any) -> None:
        super().__init__(swap=True, **options)


class PositiveAndNegative(TripletMarginWithDistance):
    """Positives and negatives are exchanged."""

    def forward(self, a: Array, p: Array, n: Array) -> Array:
        return super().forward(a, n, p)


class ActiveForgotten(TripletMarginWithDistance):
    """The gradient passes where the loss is 0 too."""

    def backward(self, dy: Array | float = 1.0) -> tuple[Array, Array, Array]:
        self.excess = np.ones_like(self.excess)
        return super().backward(dy)


class SwapNotFollowed(TripletMarginWithDistance):
    """The gradient goes to the anchor where the positive was nearer to the negative."""

    def backward(self, dy: Array | float = 1.0) -> tuple[Array, Array, Array]:
        self.swapped = np.zeros_like(self.swapped)
        return super().backward(dy)


class StoppedAtNoExcess(TripletMarginWithDistance):
    """There is no gradient at the kink."""

    def backward(self, dy: Array | float = 1.0) -> tuple[Array, Array, Array]:
        self.excess = np.where(self.excess > 0, self.excess, -1)
        return super().backward(dy)


SEVERAL = (*COMMON_GRADIENTS, FirstGradientOnly, OneGradient, SignLost, GradientsReversed)
WRONG = {
    "circle": Versions(
        outputs=(
            *made_by(Circle, REDUCTIONS),
            *(OverAll, DiagonalKept, DiagonalRemoved, MarginFixed, GammaFixed, Normalises),
        ),
        gradients=(*made_by(Circle, COMMON_GRADIENTS), FactorsConstant, RowsOnly, NearNotHinged),
        kinks=(StoppedAtKink,),
        contract=made_by(Circle, ANY),
    ),
    "triplet_margin_with_distance": Versions(
        outputs=(
            *made_by(TripletMarginWithDistance, REDUCTIONS),
            *(AlwaysEuclidean, AlwaysCosine, SwapForgotten, AlwaysSwaps, PositiveAndNegative),
        ),
        gradients=(*made_by(TripletMarginWithDistance, SEVERAL), ActiveForgotten, SwapNotFollowed),
        kinks=(StoppedAtNoExcess,),
        contract=made_by(TripletMarginWithDistance, (TurnsToFloat64, GradientsTurnToFloat64)),
    ),
}
