"""Wrong versions of the losses of vectors."""

from typing import Any

import numpy as np

from scratch.layer import Array
from scratch.similarity_losses import CosineEmbedding, CosineSimilarity, MarginRanking, TripletMargin
from wrong import Versions
from wrong.common import ANY, made_by
from wrong.losses import COMMON_GRADIENTS, OF_CLASSES, REDUCTIONS
from wrong.several_inputs import (
    FirstGradientOnly,
    GradientsReversed,
    GradientsTurnToFloat64,
    OneGradient,
    SignLost,
    TurnsToFloat64,
)

SEVERAL = (*COMMON_GRADIENTS, FirstGradientOnly, OneGradient, SignLost)
CONTRACT = (TurnsToFloat64, GradientsTurnToFloat64)

# ---- cosines


class Distance(CosineSimilarity):
    """1 - cos."""

    def forward(self, p: Array, t: Array) -> Array:
        return 1 + super().forward(p, t)


class TargetNotNormalised(CosineSimilarity):
    """Divides by the length of the prediction only."""

    def forward(self, p: Array, t: Array) -> Array:
        super().forward(p, t)
        return self.reduce(-(self.p * t).sum(axis=-1))


class MeanOfProducts(CosineSimilarity):
    """The mean over the features, not the sum."""

    def forward(self, p: Array, t: Array) -> Array:
        return super().forward(p, t) / p.shape[-1]


class LengthConstant(CosineSimilarity):
    """Takes the length of the prediction for a constant in the gradient."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        return -self.t / self.length * self.share(dy, self.t)


class NotDividedByLength(CosineSimilarity):
    """The gradient is not divided by the length of the prediction."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        return super().backward(dy) * self.length


class MarginForgotten(CosineEmbedding):
    """Takes no notice of the margin."""

    def __init__(self, *, margin: float = 0.0, **options: Any) -> None:
        super().__init__(**options)


class LabelsExchanged(CosineEmbedding):
    """Takes alike for unlike."""

    def forward(self, a: Array, b: Array, t: Array) -> Array:
        return super().forward(a, b, -t)


class ZeroForMinusOne(CosineEmbedding):
    """Expects 0 for unlike, so that there every loss is 0."""

    def forward(self, a: Array, b: Array, t: Array) -> Array:
        super().forward(a, b, t)
        return self.reduce(np.where(t == 1, 1 - self.cos, 0))


class UnlikeNeverZero(CosineEmbedding):
    """cos - margin, also where that is negative."""

    def forward(self, a: Array, b: Array, t: Array) -> Array:
        super().forward(a, b, t)
        return self.reduce(np.where(t == 1, 1 - self.cos, self.cos - self.margin))


class MaskForgotten(CosineEmbedding):
    """The gradient passes below the margin too."""

    def backward(self, dy: Array | float = 1.0) -> tuple[Array, Array]:
        margin, self.margin = self.margin, -2.0
        gradients = super().backward(dy)
        self.margin = margin
        return gradients


# ---- distances


class SwapForgotten(TripletMargin):
    """Takes no notice of `swap`."""

    def __init__(self, *, swap: bool = False, **options: Any) -> None:
        super().__init__(**options)


class SquaredDistances(TripletMargin):
    """Squared distances."""

    def _distance(self, x: Array, y: Array) -> tuple[Array, Array]:
        length, slope = super()._distance(x, y)
        return length**2, slope


class EpsilonForgotten(TripletMargin):
    """Adds no epsilon to the differences."""

    def __init__(self, *, epsilon: float = 1e-6, **options: Any) -> None:
        super().__init__(epsilon=0.0, **options)


class AlwaysEuclidean(TripletMargin):
    """Takes no notice of p."""

    def __init__(self, *, p: float = 2.0, **options: Any) -> None:
        super().__init__(**options)


class PositiveAndNegative(TripletMargin):
    """Positives and negatives are exchanged."""

    def forward(self, a: Array, p: Array, n: Array) -> Array:
        return super().forward(a, n, p)


class AnchorHalf(TripletMargin):
    """The anchor gets the gradient of the distance to the positive only."""

    def backward(self, dy: Array | float = 1.0) -> tuple[Array, Array, Array]:
        _, dp, dn = super().backward(dy)
        return -dp, dp, dn


class SlopeAtNoDifference(TripletMargin):
    """|d| has the slope 1 at a difference of 0."""

    def _distance(self, x: Array, y: Array) -> tuple[Array, Array]:
        length, slope = super()._distance(x, y)
        return length, np.where((x - y + self.epsilon == 0) & (self.p == 1), 1, slope)


class NoDistanceDivides(TripletMargin):
    """Divides by a distance of 0."""

    def _distance(self, x: Array, y: Array) -> tuple[Array, Array]:
        length, slope = super()._distance(x, y)
        return length, slope * (length / length)[..., None]


class ActiveForgotten(TripletMargin):
    """The gradient passes where the loss is zero too."""

    def forward(self, a: Array, p: Array, n: Array) -> Array:
        loss = super().forward(a, p, n)
        self.active = np.ones_like(self.active)
        return loss


class OrderReversed(MarginRanking):
    """b is to be the larger."""

    def forward(self, a: Array, b: Array, t: Array) -> Array:
        return super().forward(b, a, t)


class MarginSubtracted(MarginRanking):
    """The margin is subtracted."""

    def __init__(self, *, margin: float = 0.0, **options: Any) -> None:
        super().__init__(margin=-margin, **options)


class TargetForgotten(MarginRanking):
    """a is always to be the larger."""

    def forward(self, a: Array, b: Array, t: Array) -> Array:
        return super().forward(a, b, np.ones_like(t))


class StoppedAtKink(MarginRanking):
    """The slope at the kink is 0."""

    def forward(self, a: Array, b: Array, t: Array) -> Array:
        loss = super().forward(a, b, t)
        self.slope = self.slope * (-t * (a - b) + self.margin > 0)
        return loss


WRONG = {
    "cosine_similarity": Versions(
        outputs=(*made_by(CosineSimilarity, OF_CLASSES), Distance, TargetNotNormalised, MeanOfProducts),
        gradients=(*made_by(CosineSimilarity, COMMON_GRADIENTS), LengthConstant, NotDividedByLength),
        contract=made_by(CosineSimilarity, ANY),
    ),
    "cosine_embedding": Versions(
        outputs=(
            *made_by(CosineEmbedding, REDUCTIONS),
            *(MarginForgotten, LabelsExchanged, ZeroForMinusOne, UnlikeNeverZero),
        ),
        gradients=(*made_by(CosineEmbedding, (*SEVERAL, GradientsReversed)), MaskForgotten),
        contract=made_by(CosineEmbedding, CONTRACT),
    ),
    "triplet_margin": Versions(
        outputs=(
            *made_by(TripletMargin, REDUCTIONS),
            *(SwapForgotten, SquaredDistances, EpsilonForgotten, AlwaysEuclidean, PositiveAndNegative),
        ),
        gradients=(*made_by(TripletMargin, (*SEVERAL, GradientsReversed)), AnchorHalf, ActiveForgotten),
        kinks=(SlopeAtNoDifference, NoDistanceDivides),
        contract=made_by(TripletMargin, CONTRACT),
    ),
    "margin_ranking": Versions(
        outputs=(*made_by(MarginRanking, OF_CLASSES), OrderReversed, MarginSubtracted, TargetForgotten),
        gradients=made_by(MarginRanking, (*SEVERAL, GradientsReversed)),
        kinks=(StoppedAtKink,),
        contract=made_by(MarginRanking, CONTRACT),
    ),
}
