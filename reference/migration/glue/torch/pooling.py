"""Pooling that PyTorch lacks. Arrays are channels first, as PyTorch has them."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from reference.migration.glue.torch.convolution import same_padding
from scratch.windows import pad_amounts


def pad2d(x: Tensor, padding: Any, kernel: tuple[int, ...], stride: tuple[int, ...]) -> Tensor:
    """Zeros around (batch, channels, height, width): "valid", "same" as TensorFlow, or numbers for both sides."""
    pads = pad_amounts(padding, tuple(x.shape[2:]), kernel, stride, (1, 1))
    return F.pad(x, [amount for pair in reversed(pads) for amount in pair])


class SameMaxPool2d(nn.Module):
    """MaxPool2d with TensorFlow's SAME padding: cells of -inf that never win."""

    def __init__(self, kernel: tuple[int, ...], stride: tuple[int, ...]) -> None:
        super().__init__()
        self.kernel, self.stride = kernel, stride

    def forward(self, x: Tensor) -> Tensor:
        padded = F.pad(x, same_padding(x, self.kernel, self.stride, (1, 1)), value=-torch.inf)
        return F.max_pool2d(padded, self.kernel, self.stride)


class SameAvgPool2d(nn.Module):
    """AvgPool2d with TensorFlow's SAME padding, which the divisor does not count."""

    def __init__(self, kernel: tuple[int, ...], stride: tuple[int, ...]) -> None:
        super().__init__()
        self.kernel, self.stride = kernel, stride

    def forward(self, x: Tensor) -> Tensor:
        amounts = same_padding(x, self.kernel, self.stride, (1, 1))

        def mean(z: Tensor) -> Tensor:
            return F.avg_pool2d(F.pad(z, amounts), self.kernel, self.stride)

        return mean(x) / mean(torch.ones_like(x))


class SumPool2d(nn.Module):
    """The sum of each window: the mean times the number of its places, padding being zero."""

    def __init__(self, kernel: tuple[int, ...], stride: tuple[int, ...], padding: Any) -> None:
        super().__init__()
        self.kernel, self.stride, self.padding = kernel, stride, padding

    def forward(self, x: Tensor) -> Tensor:
        x = pad2d(x, self.padding, self.kernel, self.stride)
        return F.avg_pool2d(x, self.kernel, self.stride, divisor_override=1)


class LpPool2d(nn.Module):
    """The p-norm of each window. `torch.nn.LPPool2d` raises x itself to the power p, so |x| is taken first."""

    def __init__(self, p: float, kernel: tuple[int, ...], stride: tuple[int, ...], padding: Any) -> None:
        super().__init__()
        self.p, self.kernel, self.stride, self.padding = p, kernel, stride, padding

    def forward(self, x: Tensor) -> Tensor:
        x = pad2d(x.abs(), self.padding, self.kernel, self.stride)
        return F.lp_pool2d(x, self.p, self.kernel, self.stride)
