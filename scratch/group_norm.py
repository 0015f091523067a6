"""Normalisation over groups of channels."""

import math

import numpy as np
from numpy.typing import DTypeLike

from scratch.layer import Array
from scratch.normalisation import Normalisation


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
        self.mean = self.average(x)
        centred = x - self.mean
        self.variance = self.average(centred * centred)
        self.deviation = np.sqrt(self.variance + self.epsilon)
        return self.affine(centred / self.deviation)

    def backward(self, dy: Array) -> Array:
        # as `through_moments`
        dz = self.affine_backward(dy)
        return (dz - self.average(dz) - self.z * self.average(dz * self.z)) / self.deviation

    def average(self, x: Array) -> Array:
        """The mean of each sample and group, for every channel of the group: (batch, *ones, channels)."""
        # first over places, which lie far apart: few numbers are left for the groups, which are short rows
        of_channels = x.mean(axis=tuple(range(1, x.ndim - 1)), keepdims=True)
        grouped = self._grouped(of_channels)
        return np.broadcast_to(grouped.mean(axis=-1, keepdims=True), grouped.shape).reshape(of_channels.shape)

    def _grouped(self, x: Array) -> Array:
        """(batch, *ones, channels) -> (batch * groups, channels / groups)."""
        return x.reshape(-1, x.shape[-1] // self.groups)


class InstanceNorm(GroupNorm):
    """GroupNorm with every channel a group of its own: moments are over the spatial axes.

    With `track`, running moments follow in training: running <- momentum running + (1 - momentum) mean over the samples
    of their own, the variance multiplied by N / (N - 1), N being the numbers in a channel of a sample. At inference x
    is normalised by the running ones instead of its own.

    x: (batch, *spatial, channels) -> y: the same;  gamma, beta: (channels,);  with `track` the buffers running_mean,
    running_variance: (channels,).  Ulyanov, Vedaldi and Lempitsky (2016).
    Raises ValueError for a momentum outside [0, 1], and when moments of a single number a channel are to be tracked.
    """

    def __init__(
        self,
        channels: int,
        *,
        epsilon: float = 1e-5,
        track: bool = False,
        momentum: float = 0.9,
        scale: bool = True,
        center: bool = True,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__(channels, channels, epsilon=epsilon, scale=scale, center=center, dtype=dtype)
        if not 0 <= momentum <= 1:
            raise ValueError(f"momentum is {momentum}, expected it in [0, 1]")
        self.track, self.momentum = track, momentum
        self.by_running = False  # whether the last forward pass took the running moments
        if track:
            self.buffers["running_mean"] = np.zeros(channels, dtype)
            self.buffers["running_variance"] = np.ones(channels, dtype)

    def forward(self, x: Array) -> Array:
        self.by_running = self.track and not self.training
        if self.by_running:
            self.require(x)
            self.deviation = np.sqrt(self.buffers["running_variance"] + self.epsilon)
            return self.affine((x - self.buffers["running_mean"]) / self.deviation)
        y = super().forward(x)
        if self.track and len(x):
            self._follow(math.prod(x.shape[1:-1]))
        return y

    def backward(self, dy: Array) -> Array:
        return self.affine_backward(dy) / self.deviation if self.by_running else super().backward(dy)

    def _follow(self, n: int) -> None:
        if n < 2:
            raise ValueError(f"{type(self).__name__}: the unbiased variance of {n} value per channel is undefined")
        for name, new in (("running_mean", self.mean), ("running_variance", self.variance * (n / (n - 1)))):
            mean = new.mean(axis=0).ravel()
            self.buffers[name] = self.momentum * self.buffers[name] + (1 - self.momentum) * mean
