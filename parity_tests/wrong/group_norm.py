"""Wrong versions of the normalisation of groups of channels."""

import numpy as np

from scratch.group_norm import GroupNorm, InstanceNorm
from scratch.layer import Array
from scratch.normalisation import moments
from wrong.common import made_by
from wrong.normalisation import versions


class WholeSample(GroupNorm):
    """All channels are one group."""

    def _grouped(self, x: Array) -> Array:
        return x.reshape(*x.shape[:-1], 1, -1)


class OverTheBatchToo(GroupNorm):
    """Takes the moments over the batch too."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        x = self._grouped(x)
        mean, variance = moments(x, (0, *self.over))
        return self.affine(((x - mean) / np.sqrt(variance + self.epsilon)).reshape(y.shape))


class EachPlace(GroupNorm):
    """Normalises every place for itself, over the channels of a group."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        x = self._grouped(x)
        mean, variance = moments(x, (-1,))
        return self.affine(((x - mean) / np.sqrt(variance + self.epsilon)).reshape(y.shape))


class EachChannel(GroupNorm):
    """Every channel is a group of its own."""

    def _grouped(self, x: Array) -> Array:
        return x[..., None]


class Interleaved(GroupNorm):
    """Every n-th channel belongs to one group, instead of neighbours."""

    def forward(self, x: Array) -> Array:
        channels = np.arange(x.shape[-1]).reshape(-1, self.groups).T.ravel()
        super().forward(x[..., channels])
        return self.affine(self.z[..., np.argsort(channels)])


class GroupsAndSizeSwapped(GroupNorm):
    """Takes the number of groups for the channels in one."""

    def _grouped(self, x: Array) -> Array:
        return x.reshape(*x.shape[:-1], -1, self.groups)


class VarianceOfSquares(GroupNorm):
    """The variance is the mean of the squares less the square of the mean: far from 0 half of the digits are left."""

    def forward(self, x: Array) -> Array:
        self.over, x = (*range(1, x.ndim - 1), x.ndim), self._grouped(x)
        mean = x.mean(axis=self.over, keepdims=True)
        self.deviation = np.sqrt((x * x).mean(axis=self.over, keepdims=True) - mean * mean + self.epsilon)
        return self.affine(((x - mean) / self.deviation).reshape(*x.shape[:-2], -1))


INSTANCE = versions(InstanceNorm, *made_by(InstanceNorm, (WholeSample, OverTheBatchToo, EachPlace, VarianceOfSquares)))
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
