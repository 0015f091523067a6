"""Padding and convolution that PyTorch lacks. Arrays are channels first, as PyTorch has them."""

from typing import Any

from torch import Tensor, nn
from torch.nn import functional as F

from scratch.transposed_convolution import transposed_placing
from scratch.windows import Pads, pad_amounts


def pad_argument(pads: Pads) -> list[int]:
    """(before, after) for each spatial axis, as `torch.nn.functional.pad` takes it: the last axis first."""
    return [amount for pair in reversed(pads) for amount in pair]


def same_padding(x: Tensor, kernel: tuple[int, ...], stride: tuple[int, ...], dilation: tuple[int, ...]) -> list[int]:
    """What TensorFlow's SAME adds to x (batch, channels, *spatial), as `torch.nn.functional.pad` takes it."""
    return pad_argument(pad_amounts("same", tuple(x.shape[2:]), kernel, stride, dilation))


def padded(x: Tensor, amounts: list[int], mode: str) -> Tensor:
    """`torch.nn.functional.pad`, the mode called as a convolution calls it."""
    return F.pad(x, amounts, "constant" if mode == "zeros" else mode)


class _Same:
    """TensorFlow's SAME padding at any stride; PyTorch's own padding="same" refuses a stride."""

    def forward(self: Any, x: Tensor) -> Tensor:
        amounts = same_padding(x, self.kernel_size, self.stride, self.dilation)
        return self._conv_forward(padded(x, amounts, self.padding_mode), self.weight, self.bias)


class SameConv1d(_Same, nn.Conv1d):
    """Conv1d with TensorFlow's SAME padding."""


class SameConv2d(_Same, nn.Conv2d):
    """Conv2d with TensorFlow's SAME padding."""


class SameConv3d(_Same, nn.Conv3d):
    """Conv3d with TensorFlow's SAME padding."""


class CausalConv1d(nn.Conv1d):
    """Conv1d padded in front only, so that no output sees what comes after it."""

    def forward(self, x: Tensor) -> Tensor:
        amounts = [(self.kernel_size[0] - 1) * self.dilation[0], 0]
        return super().forward(padded(x, amounts, self.padding_mode))


class _SameTranspose:
    """TensorFlow's SAME for a transposed convolution: the whole, then cut.

    PyTorch cuts the same number off both ends and may add some back at the end. Where SAME cuts an odd number no
    such setting exists; padding=1, output_padding=1 for a kernel of 3 and a stride of 2 is one pixel off.
    """

    def __init__(self, *args: Any, output_padding: tuple[int, ...] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.more = output_padding

    def forward(self: Any, x: Tensor) -> Tensor:
        rank = x.ndim - 2
        transposed = getattr(F, f"conv_transpose{rank}d")
        whole = transposed(x, self.weight, None, self.stride, 0, 0, self.groups, self.dilation)
        canvas, cuts = transposed_placing(
            "same", self.more, tuple(x.shape[2:]), self.kernel_size, self.stride, self.dilation
        )
        ends = zip(cuts, canvas, whole.shape[2:], strict=True)
        # less than nothing is cut off
        y = F.pad(whole, pad_argument([(-before, size - n - after) for (before, after), size, n in ends]))
        return y if self.bias is None else y + self.bias.reshape(-1, *[1] * rank)


class SameConvTranspose1d(_SameTranspose, nn.ConvTranspose1d):
    """ConvTranspose1d that gives what TensorFlow's SAME gives."""


class SameConvTranspose2d(_SameTranspose, nn.ConvTranspose2d):
    """ConvTranspose2d that gives what TensorFlow's SAME gives."""


class SameConvTranspose3d(_SameTranspose, nn.ConvTranspose3d):
    """ConvTranspose3d that gives what TensorFlow's SAME gives."""
