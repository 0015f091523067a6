"""Pooling that PyTorch lacks. Arrays are channels first, as PyTorch has them; a kernel has one number for each axis."""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from reference.migration.glue.torch.convolution import pad_argument, same_padding
from scratch.windows import pad_amounts


def max_pool(x: Tensor, kernel: tuple[int, ...], stride: tuple[int, ...]) -> Tensor:
    """`max_pool1d`, `max_pool2d` or `max_pool3d`."""
    y: Tensor = getattr(F, f"max_pool{len(kernel)}d")(x, kernel, stride)
    return y


def avg_pool(x: Tensor, kernel: tuple[int, ...], stride: tuple[int, ...]) -> Tensor:
    """`avg_pool1d`, `avg_pool2d` or `avg_pool3d`."""
    y: Tensor = getattr(F, f"avg_pool{len(kernel)}d")(x, kernel, stride)
    return y


def padded(x: Tensor, padding: Any, kernel: tuple[int, ...], stride: tuple[int, ...]) -> Tensor:
    """Zeros around (batch, channels, *spatial): "valid", "same" as TensorFlow, or numbers for both sides."""
    return F.pad(x, pad_argument(pad_amounts(padding, tuple(x.shape[2:]), kernel, stride, (1,) * len(kernel))))


class _Windows(nn.Module):
    def __init__(self, kernel: tuple[int, ...], stride: tuple[int, ...], padding: Any = "same") -> None:
        super().__init__()
        self.kernel, self.stride, self.padding = kernel, stride, padding


class SameMaxPool(_Windows):
    """Max-pooling with TensorFlow's SAME padding: cells of -inf that never win."""

    def forward(self, x: Tensor) -> Tensor:
        amounts = same_padding(x, self.kernel, self.stride, (1,) * len(self.kernel))
        return max_pool(F.pad(x, amounts, value=-torch.inf), self.kernel, self.stride)


class SameAvgPool(_Windows):
    """Average pooling with TensorFlow's SAME padding, which the divisor does not count."""

    def forward(self, x: Tensor) -> Tensor:
        def mean(z: Tensor) -> Tensor:
            return avg_pool(padded(z, "same", self.kernel, self.stride), self.kernel, self.stride)

        return mean(x) / mean(torch.ones_like(x))


class SumPool(_Windows):
    """The sum of each window: the mean times the number of its places, padding being zero."""

    def forward(self, x: Tensor) -> Tensor:
        x = padded(x, self.padding, self.kernel, self.stride)
        return avg_pool(x, self.kernel, self.stride) * math.prod(self.kernel)


class LpPool(_Windows):
    """The p-norm of each window. `torch.nn.LPPool2d` raises x itself to the power p, so |x| is taken first."""

    def __init__(self, p: float, *windows: Any) -> None:
        super().__init__(*windows)
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        x = padded(x.abs(), self.padding, self.kernel, self.stride)
        if len(self.kernel) == 1:  # takes numbers only
            return F.lp_pool1d(x, self.p, self.kernel[0], self.stride[0])
        y: Tensor = getattr(F, f"lp_pool{len(self.kernel)}d")(x, self.p, self.kernel, self.stride)
        return y
