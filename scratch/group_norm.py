"""Normalisation over groups of channels."""

import numpy as np
from numpy.typing import DTypeLike

from scratch.layer import Array
from scratch.normalisation import Normalisation, moments, through_moments


class GroupNorm(Normalisation):
    """y = gamma (x - mean) / sqrt(variance + epsilon) + beta, with the moments of each sample and group of channels.

    The channels fall into `groups` equal blocks of neighbours; moments are over the spatial axes and a block.
    x: (batch, *spatial, channels) -> y: the same;  gamma, beta: (channels,).  Wu and He (2018).
    Raises ValueError when `groups` does not divide `channels`.
    """

    def __init__(
        self,
        channels: int,
        groups: int,
        *,
        epsilon: float = 1e-5,
        scale: bool = True,
        center: bool = True,
        dtype: DTypeLike = np.float64,
    ) -> None:
        if channels % groups:
            raise ValueError(f"groups is {groups}, which does not divide {channels} channels")
        super().__init__((channels,), (-1,), scale=scale, center=center, dtype=dtype)
        self.groups, self.epsilon = groups, epsilon

    def forward(self, x: Array) -> Array:
        self.require(x)
        grouped = self._grouped(x)
        self.over = (*range(1, x.ndim - 1), x.ndim)
        mean, variance = moments(grouped, self.over)
        self.deviation = np.sqrt(variance + self.epsilon)
        return self.affine(((grouped - mean) / self.deviation).reshape(x.shape))

    def backward(self, dy: Array) -> Array:
        dz = self._grouped(self.affine_backward(dy))
        return through_moments(dz, self._grouped(self.z), self.deviation, self.over).reshape(dy.shape)

    def _grouped(self, x: Array) -> Array:
        """(batch, *spatial, channels) -> (batch, *spatial, groups, channels / groups)."""
        return x.reshape(*x.shape[:-1], self.groups, x.shape[-1] // self.groups)


class InstanceNorm(GroupNorm):
    """GroupNorm with every channel a group of its own: moments are over the spatial axes.

    x: (batch, *spatial, channels) -> y: the same;  gamma, beta: (channels,).  Ulyanov, Vedaldi and Lempitsky (2016).
    """

    def __init__(
        self,
        channels: int,
        *,
        epsilon: float = 1e-5,
        scale: bool = True,
        center: bool = True,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__(channels, channels, epsilon=epsilon, scale=scale, center=center, dtype=dtype)
