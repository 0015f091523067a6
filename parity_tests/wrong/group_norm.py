"""Wrong versions of the normalisation of groups of channels."""

import numpy as np

from scratch.group_norm import GroupNorm, InstanceNorm
from scratch.layer import Array
from scratch.normalisation import moments, through_moments
from wrong.common import made_by
from wrong.normalisation import versions


class WholeSample(GroupNorm):
    """All channels are one group."""

    def _grouped(self, x: Array) -> Array:
        return x.reshape(-1, x.shape[-1])


class OverTheBatchToo(GroupNorm):
    """Takes the moments over the batch too."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        x = x.reshape(*x.shape[:-1], self.groups, x.shape[-1] // self.groups)
        mean, variance = moments(x, (0, *range(1, x.ndim - 2), x.ndim - 1))
        return self.affine(((x - mean) / np.sqrt(variance + self.epsilon)).reshape(y.shape))


class EachPlace(GroupNorm):
    """Normalises every place for itself, over the channels of a group."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        x = x.reshape(*x.shape[:-1], self.groups, x.shape[-1] // self.groups)
        mean, variance = moments(x, (-1,))
        return self.affine(((x - mean) / np.sqrt(variance + self.epsilon)).reshape(y.shape))


class EachChannel(GroupNorm):
    """Every channel is a group of its own."""

    def _grouped(self, x: Array) -> Array:
        return x.reshape(-1, 1)


class Interleaved(GroupNorm):
    """Every n-th channel belongs to one group, instead of neighbours."""

    def forward(self, x: Array) -> Array:
        channels = np.arange(x.shape[-1]).reshape(-1, self.groups).T.ravel()
        super().forward(x[..., channels])
        return self.affine(self.z[..., np.argsort(channels)])


class GroupsAndSizeSwapped(GroupNorm):
    """Takes the number of groups for the channels in one."""

    def _grouped(self, x: Array) -> Array:
        return x.reshape(-1, self.groups)


class VarianceOfSquares(GroupNorm):
    """The variance is the mean of the squares less the square of the mean: far from 0 half of the digits are left."""

    def forward(self, x: Array) -> Array:
        mean = self.average(x)
        self.deviation = np.sqrt(self.average(x * x) - mean * mean + self.epsilon)
        return self.affine((x - mean) / self.deviation)


class OwnAtInference(InstanceNorm):
    """Normalises by the sample's own moments at inference too."""

    def forward(self, x: Array) -> Array:
        kept, self.track = self.track, self.track and self.training
        y = super().forward(x)
        self.track = kept
        return y


class RunningInTraining(InstanceNorm):
    """Normalises by the running moments in training too."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        if not self.track:
            return y
        self.deviation, self.by_running = np.sqrt(self.buffers["running_variance"] + self.epsilon), True
        return self.affine((x - self.buffers["running_mean"]) / self.deviation)


class BiasedRunning(InstanceNorm):
    """The running variance takes the samples' variance as it is."""

    def _follow(self, n: int) -> None:
        self.variance = self.variance * ((n - 1) / n)
        super()._follow(n)


class MomentumSwapped(InstanceNorm):
    """Momentum is the share of the new, as PyTorch has it."""

    def _follow(self, n: int) -> None:
        self.momentum = 1 - self.momentum
        super()._follow(n)
        self.momentum = 1 - self.momentum


class OfTheBatch(InstanceNorm):
    """The running variance takes that of the whole batch, as in batch normalisation."""

    def _follow(self, n: int) -> None:
        self.variance = self.variance + self.mean.var(axis=0, keepdims=True)
        super()._follow(n)


class FirstSampleOnly(InstanceNorm):
    """The running moments follow the first sample alone."""

    def _follow(self, n: int) -> None:
        self.mean, self.variance = self.mean[:1], self.variance[:1]
        super()._follow(n)


class RunningDeviation(InstanceNorm):
    """The running variance follows the deviation."""

    def _follow(self, n: int) -> None:
        self.variance = np.sqrt(self.variance)
        super()._follow(n)


class FollowsAtInference(InstanceNorm):
    """The running moments follow at inference too."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        if self.by_running:
            self.mean, self.variance = moments(x, tuple(range(1, x.ndim - 1)))
            self._follow(int(np.prod(x.shape[1:-1])))
        return y


class OwnGradientAtInference(InstanceNorm):
    """The gradient at inference goes through the sample's moments, as in training."""

    def backward(self, dy: Array) -> Array:
        if not self.by_running:
            return super().backward(dy)
        return through_moments(self.affine_backward(dy), self.z, self.deviation, tuple(range(1, dy.ndim - 1)))


OWN = made_by(InstanceNorm, (WholeSample, OverTheBatchToo, EachPlace, VarianceOfSquares))
TRACKED = (
    OwnAtInference,
    RunningInTraining,
    BiasedRunning,
    MomentumSwapped,
    OfTheBatch,
    FirstSampleOnly,
    RunningDeviation,
    FollowsAtInference,
)
INSTANCE = versions(InstanceNorm, *OWN, *TRACKED, gradients=(OwnGradientAtInference,))
WRONG = {
    "group_norm": versions(
        GroupNorm,
        WholeSample,
        OverTheBatchToo,
        EachPlace,
        EachChannel,
        Interleaved,
        GroupsAndSizeSwapped,
        VarianceOfSquares,
    ),
    **{f"instance_norm{rank}d": INSTANCE for rank in (1, 2, 3)},
}
