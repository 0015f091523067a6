"""Normalisation that PyTorch lacks, or does otherwise. Arrays are channels first, as PyTorch has them."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def biased_batch_norm(rank: int, *args: Any, **kwargs: Any) -> nn.Module:
    """torch.nn.BatchNorm<rank>d whose running variance takes the batch's as Keras does, without N / (N - 1)."""
    own = {1: nn.BatchNorm1d, 2: nn.BatchNorm2d, 3: nn.BatchNorm3d}[rank]
    return type(f"Biased{own.__name__}", (_BiasedRunning, own), {})(*args, **kwargs)


class _BiasedRunning(nn.Module):
    unbiased = False
    momentum: float | None
    running_var: Tensor
    num_batches_tracked: Tensor

    def forward(self, x: Tensor) -> Tensor:
        before = self.running_var.clone()
        y = super().forward(x)
        if self.training:
            batch = x.detach().var([0, *range(2, x.ndim)], correction=0)
            # a new tensor: the backward pass looks at the old one
            share = 1 / int(self.num_batches_tracked) if self.momentum is None else self.momentum
            self.running_var = (1 - share) * before + share * batch
        return y


class KerasBatchNorm1d(_BiasedRunning, nn.BatchNorm1d):
    """Keras' BatchNormalization for (batch, channels) or (batch, channels, time), with Keras' arguments."""

    def __init__(self, channels: int, momentum: float = 0.99, epsilon: float = 1e-3) -> None:
        super().__init__(channels, eps=epsilon, momentum=1 - momentum)


class KerasBatchNorm2d(_BiasedRunning, nn.BatchNorm2d):
    """Keras' BatchNormalization for (batch, channels, height, width), with Keras' arguments."""

    def __init__(self, channels: int, momentum: float = 0.99, epsilon: float = 1e-3) -> None:
        super().__init__(channels, eps=epsilon, momentum=1 - momentum)


class KerasBatchNorm3d(_BiasedRunning, nn.BatchNorm3d):
    """Keras' BatchNormalization for (batch, channels, depth, height, width), with Keras' arguments."""

    def __init__(self, channels: int, momentum: float = 0.99, epsilon: float = 1e-3) -> None:
        super().__init__(channels, eps=epsilon, momentum=1 - momentum)


class AxesLayerNorm(nn.LayerNorm):
    """LayerNorm over any axes, in increasing order; torch.nn.LayerNorm takes the last ones."""

    def __init__(self, shape: tuple[int, ...], axis: tuple[int, ...], **kwargs: Any) -> None:
        super().__init__(shape, **kwargs)
        self.axis, self.last = axis, tuple(range(-len(axis), 0))

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.movedim(self.axis, self.last)).movedim(self.last, self.axis)


class UnitNorm(nn.Module):
    """x / max(||x||, epsilon) along one axis."""

    def __init__(self, axis: int, epsilon: float) -> None:
        super().__init__()
        self.axis, self.epsilon = axis, epsilon

    def forward(self, x: Tensor) -> Tensor:
        return F.normalize(x, dim=self.axis, eps=self.epsilon)


def trained(module: nn.Module, scale: bool, center: bool) -> nn.Module:
    """The module with weight and bias trained or not: untrained they stay at 1 and 0. PyTorch has both or neither."""
    for parameter, wanted in ((module.weight, scale), (module.bias, center)):
        if isinstance(parameter, torch.nn.Parameter):
            parameter.requires_grad_(wanted)
    return module
