"""Padding and convolution that PyTorch lacks. Arrays are channels first, as PyTorch has them."""

from torch import Tensor, nn
from torch.nn import functional as F

from scratch.windows import pad_amounts


def same_padding(x: Tensor, kernel: tuple[int, ...], stride: tuple[int, ...], dilation: tuple[int, ...]) -> list[int]:
    """What TensorFlow's SAME adds to x (batch, channels, *spatial), as `torch.nn.functional.pad` takes it."""
    pads = pad_amounts("same", tuple(x.shape[2:]), kernel, stride, dilation)
    return [amount for pair in reversed(pads) for amount in pair]


class SameConv2d(nn.Conv2d):
    """Conv2d with TensorFlow's SAME padding at any stride; PyTorch's own padding="same" refuses a stride."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(F.pad(x, same_padding(x, self.kernel_size, self.stride, self.dilation)))
