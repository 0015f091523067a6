"""Wrong versions of batch normalisation."""

from typing import Any

import numpy as np

from scratch.layer import Array
from scratch.normalisation import BatchNorm, moments
from wrong.normalisation import versions


class BatchAtInference(BatchNorm):
    """Uses the batch's own moments at inference too."""

    def forward(self, x: Array) -> Array:
        if self.training:
            return super().forward(x)
        mean, variance = moments(x, tuple(range(x.ndim - 1)))
        self.over, self.of_batch, self.deviation = tuple(range(x.ndim - 1)), False, np.sqrt(variance + self.epsilon)
        return self.affine((x - mean) / self.deviation)


class RunningInTraining(BatchNorm):
    """Uses the running moments in training, after they followed."""

    def forward(self, x: Array) -> Array:
        super().forward(x)
        mean, variance = self.buffers["running_mean"], self.buffers["running_variance"]
        self.deviation = np.sqrt(variance + self.epsilon)
        return self.affine((x - mean) / self.deviation)


class OfSamples(BatchNorm):
    """Normalises every sample over its channels."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        if not self.training:
            return y
        mean, variance = moments(x, (-1,))
        return self.affine((x - mean) / np.sqrt(variance + self.epsilon))


class MomentumSwapped(BatchNorm):
    """Takes momentum for the share of the new, as PyTorch does."""

    def __init__(self, *args: Any, momentum: float = 0.9, **kwargs: Any) -> None:
        super().__init__(*args, momentum=1 - momentum, **kwargs)


class RunningForgotten(BatchNorm):
    """The running moments never follow."""

    def _follow(self, mean: Array, variance: Array, n: int) -> None:
        pass


class RunningDeviation(BatchNorm):
    """The standard deviation follows where the variance should."""

    def _follow(self, mean: Array, variance: Array, n: int) -> None:
        super()._follow(mean, np.sqrt(variance), n)


class OtherVariance(BatchNorm):
    """The running variance follows the unbiased variance where the biased one is asked for, and the other way round."""

    def _follow(self, mean: Array, variance: Array, n: int) -> None:
        self.unbiased = not self.unbiased
        super()._follow(mean, variance, n)
        self.unbiased = not self.unbiased


class FollowsAtInference(BatchNorm):
    """The running moments follow at inference too."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        if not self.training:
            mean, variance = moments(x, tuple(range(x.ndim - 1)))
            self._follow(mean.ravel(), variance.ravel(), max(x.size // x.shape[-1], 2))
        return y


class NoneIsUsual(BatchNorm):
    """A momentum of None is the usual one."""

    def _follow(self, mean: Array, variance: Array, n: int) -> None:
        given, self.momentum = self.momentum, 0.9 if self.momentum is None else self.momentum
        super()._follow(mean, variance, n)
        self.momentum = given


class BatchesNotCounted(BatchNorm):
    """The mean of all batches takes each for the second."""

    def _follow(self, mean: Array, variance: Array, n: int) -> None:
        if self.momentum is None:
            self.buffers["batches"] = np.ones((), int)
        super()._follow(mean, variance, n)


class UntrackedAtStart(BatchNorm):
    """At inference, without running moments, takes those that they would start from: 0 and 1."""

    def forward(self, x: Array) -> Array:
        if self.track or self.training:
            return super().forward(x)
        self.over, self.of_batch = tuple(range(x.ndim - 1)), False
        self.deviation = np.sqrt(np.ones(x.shape[-1], x.dtype) + self.epsilon)
        return self.affine(x / self.deviation)


class VarianceOfSquares(BatchNorm):
    """The variance is the mean of the squares less the square of the mean: far from 0 half of the digits are left."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        if not self.of_batch:
            return y
        mean = x.mean(axis=self.over, keepdims=True)
        self.deviation = np.sqrt((x * x).mean(axis=self.over, keepdims=True) - mean * mean + self.epsilon)
        return self.affine((x - mean) / self.deviation)


class GradientAtInference(BatchNorm):
    """Takes the gradient at inference as in training."""

    def backward(self, dy: Array) -> Array:
        self.of_batch = True
        self.deviation = np.broadcast_to(self.deviation, (*[1] * (dy.ndim - 1), dy.shape[-1]))
        return super().backward(dy)


BATCH = versions(
    BatchNorm,
    BatchAtInference,
    RunningInTraining,
    OfSamples,
    MomentumSwapped,
    RunningForgotten,
    RunningDeviation,
    OtherVariance,
    FollowsAtInference,
    VarianceOfSquares,
    gradients=(GradientAtInference,),
    torch=(NoneIsUsual, BatchesNotCounted, UntrackedAtStart),
)

WRONG = {f"batch_norm{rank}d": BATCH for rank in (1, 2, 3)}
