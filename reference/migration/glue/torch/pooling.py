"""Pooling that PyTorch lacks. Arrays are channels first, as PyTorch has them; a kernel has one number for each axis."""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from reference.migration.glue.torch.convolution import pad_argument, same_padding
from scratch.windows import overhang, pad_amounts


def max_pool(x: Tensor, kernel: tuple[int, ...], stride: tuple[int, ...], dilation: Any = 1) -> Tensor:
    """`max_pool1d`, `max_pool2d` or `max_pool3d`."""
    y: Tensor = getattr(F, f"max_pool{len(kernel)}d")(x, kernel, stride, 0, dilation)
    return y


def avg_pool(x: Tensor, kernel: tuple[int, ...], stride: tuple[int, ...]) -> Tensor:
    """`avg_pool1d`, `avg_pool2d` or `avg_pool3d`."""
    y: Tensor = getattr(F, f"avg_pool{len(kernel)}d")(x, kernel, stride)
    return y


def padded(
    x: Tensor, padding: Any, kernel: tuple[int, ...], stride: tuple[int, ...], ceil_mode: bool = False
) -> Tensor:
    """Zeros around (batch, channels, *spatial): "valid", "same" as TensorFlow, or numbers for both sides.

    With `ceil_mode` also as many as the last windows reach past that.
    """
    sizes, windows = tuple(x.shape[2:]), (kernel, stride, (1,) * len(kernel))
    pads = pad_amounts(padding, sizes, *windows)
    x = F.pad(x, pad_argument(pads))
    return F.pad(x, pad_argument(overhang(sizes, pads, *windows))) if ceil_mode else x


class _Windows(nn.Module):
    def __init__(
        self, kernel: tuple[int, ...], stride: tuple[int, ...], padding: Any = "same", ceil_mode: bool = False
    ) -> None:
        super().__init__()
        self.kernel, self.stride, self.padding, self.ceil_mode = kernel, stride, padding, ceil_mode


class SameMaxPool(_Windows):
    """Max-pooling with TensorFlow's SAME padding: cells of -inf that never win."""

    def __init__(
        self, kernel: tuple[int, ...], stride: tuple[int, ...], dilation: tuple[int, ...] | None = None
    ) -> None:
        super().__init__(kernel, stride)
        self.dilation = dilation or (1,) * len(kernel)

    def forward(self, x: Tensor) -> Tensor:
        amounts = same_padding(x, self.kernel, self.stride, self.dilation)
        return max_pool(F.pad(x, amounts, value=-torch.inf), self.kernel, self.stride, self.dilation)


class SameAvgPool(_Windows):
    """Average pooling with TensorFlow's SAME padding, which the divisor does not count."""

    def forward(self, x: Tensor) -> Tensor:
        def mean(z: Tensor) -> Tensor:
            return avg_pool(padded(z, "same", self.kernel, self.stride), self.kernel, self.stride)

        return mean(x) / mean(torch.ones_like(x))


class SumPool(_Windows):
    """The sum of each window: the mean times the number of its places, padding being zero."""

    def forward(self, x: Tensor) -> Tensor:
        x = padded(x, self.padding, self.kernel, self.stride, self.ceil_mode)
        return avg_pool(x, self.kernel, self.stride) * math.prod(self.kernel)


class LpPool(_Windows):
    """The p-norm of each window. `torch.nn.LPPool2d` raises x itself to the power p, so |x| is taken first.

    With ceil_mode its own takes a window that reaches past the padding for a mean over what it holds, times the size of
    a whole one. Here the zeros it would hold are added first.
    """

    def __init__(self, p: float, *windows: Any) -> None:
        super().__init__(*windows)
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        x = padded(x.abs(), self.padding, self.kernel, self.stride, self.ceil_mode)
        if len(self.kernel) == 1:  # takes numbers only
            return F.lp_pool1d(x, self.p, self.kernel[0], self.stride[0])
        y: Tensor = getattr(F, f"lp_pool{len(self.kernel)}d")(x, self.p, self.kernel, self.stride)
        return y
