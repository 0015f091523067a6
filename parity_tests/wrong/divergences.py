"""Wrong versions of the losses between distributions."""

from typing import Any

import numpy as np

from scratch.divergences import KLDivergence, KLDivergenceOfLogs
from scratch.layer import Array
from wrong import Versions
from wrong.common import ANY, LINEAR, made_by
from wrong.losses import COMMON_GRADIENTS, OF_CLASSES, REDUCTIONS


class EntropyForgotten(KLDivergence):
    """The cross-entropy, without t log t."""

    def forward(self, p: Array, t: Array) -> Array:
        super().forward(p, t)
        return self.reduce(-(self.t * np.log(self.p)).sum(axis=-1))


class TurnedRound(KLDivergence):
    """The divergence of the target from the prediction."""

    def forward(self, p: Array, t: Array) -> Array:
        super().forward(p, t)
        return self.reduce((self.p * np.log(self.p / self.t)).sum(axis=-1))


class MeanOfClasses(KLDivergence):
    """The mean over the classes, as PyTorch's own "mean" has it."""

    def forward(self, p: Array, t: Array) -> Array:
        return super().forward(p, t) / p.shape[-1]


class ClipNotInGradient(KLDivergence):
    """The gradient passes outside the bounds too."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        return -self.t / self.p * self.share(dy, self.p)


class SlopeOfLogits(KLDivergence):
    """The gradient is p - t."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        return (self.p - self.t) * self.share(dy, self.p)


class BatchMeanForMean(KLDivergenceOfLogs):
    """The mean is over the batch only."""

    def __init__(self, *, reduction: Any = "mean", **options: Any) -> None:
        super().__init__(reduction="batchmean" if reduction == "mean" else reduction, **options)


class MeanForBatchMean(KLDivergenceOfLogs):
    """The mean over the batch is over all elements."""

    def __init__(self, *, reduction: Any = "mean", **options: Any) -> None:
        super().__init__(reduction="mean" if reduction == "batchmean" else reduction, **options)


class LogTargetForgotten(KLDivergenceOfLogs):
    """Takes no notice of `log_target`."""

    def __init__(self, *, log_target: bool = False, **options: Any) -> None:
        super().__init__(**options)


class ZeroTargets(KLDivergenceOfLogs):
    """t log t as it stands, NaN for a target of 0."""

    def forward(self, log_p: Array, t: Array) -> Array:
        loss = super().forward(log_p, t)
        return loss if self.log_target else loss + 0 * (t * np.log(t)).sum()


class SlopeOfTargetLogs(KLDivergenceOfLogs):
    """The gradient is minus the target as it was given, logarithm or not."""

    def forward(self, log_p: Array, t: Array) -> Array:
        loss = super().forward(log_p, t)
        self.t = t.copy()
        return loss


class GradientOfProbabilities(KLDivergenceOfLogs):
    """The gradient is that with respect to the probabilities."""

    def forward(self, log_p: Array, t: Array) -> Array:
        loss = super().forward(log_p, t)
        self.t = self.t / np.exp(log_p)
        return loss


WRONG = {
    "kl_divergence": Versions(
        outputs=(*made_by(KLDivergence, OF_CLASSES), EntropyForgotten, TurnedRound, MeanOfClasses),
        gradients=(*made_by(KLDivergence, COMMON_GRADIENTS), ClipNotInGradient, SlopeOfLogits),
        contract=made_by(KLDivergence, ANY),
    ),
    "kl_divergence_of_logs": Versions(
        outputs=(
            *made_by(KLDivergenceOfLogs, REDUCTIONS),
            *(BatchMeanForMean, MeanForBatchMean, LogTargetForgotten, ZeroTargets),
        ),
        gradients=(*made_by(KLDivergenceOfLogs, COMMON_GRADIENTS), SlopeOfTargetLogs, GradientOfProbabilities),
        # its gradient does not depend on the prediction, so nothing of an earlier one shows
        contract=made_by(KLDivergenceOfLogs, LINEAR),
    ),
}
