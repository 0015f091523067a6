"""Activations that PyTorch lacks."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def piecewise_relu(x: Tensor, max_value: float | None, negative_slope: float, threshold: float) -> Tensor:
    """ReLU with a cap, a slope below the threshold, and a threshold, as Keras' ReLU layer has them."""
    above = torch.where(x <= threshold, 0.0, x.clamp(max=max_value) if max_value is not None else x)
    return above - negative_slope * F.relu(threshold - x) if negative_slope else above


class PReLU(nn.Module):
    """A learnt slope for each place of x, channels first, or shared along axes of size 1 of `shape`, channels last.

    PyTorch's own has one slope, or one for each channel.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.shape = shape
        self.weight = nn.Parameter(torch.empty(shape).flatten())

    def forward(self, x: Tensor) -> Tensor:
        slopes = self.weight.view(self.shape).movedim(-1, 0)
        return torch.where(x > 0, x, slopes * x)


def hard_sigmoid(x: Tensor) -> Tensor:
    """A straight line from 0 at -3 to 1 at 3; the gradient of PyTorch's own has 1/6 rounded to float32."""
    return F.relu6(x + 3) / 6


def celu(x: Tensor, alpha: float) -> Tensor:
    """CELU; the gradient of PyTorch's own has 1/alpha rounded to float32."""
    return torch.where(x > 0, x, alpha * torch.expm1(x.clamp(max=0) / alpha))


def squareplus(x: Tensor, b: float) -> Tensor:
    """(x + sqrt(x**2 + b)) / 2."""
    return (x + torch.sqrt(x * x + b)) / 2


def sparse_plus(x: Tensor) -> Tensor:
    """0 up to -1, x from 1 on, a parabola between."""
    return torch.where(x < 1, F.relu(x + 1) ** 2 / 4, x)


def sparse_sigmoid(x: Tensor) -> Tensor:
    """A straight line from 0 at -1 to 1 at 1."""
    return F.hardtanh(x + 1, 0.0, 2.0) / 2


def maxout(x: Tensor, pieces: int) -> Tensor:
    """The maximum of each `pieces` neighbouring features; equal maxima share the gradient evenly."""
    return x.unflatten(-1, (-1, pieces)).amax(-1)


def sparsemax(x: Tensor, axis: int) -> Tensor:
    """The probabilities along an axis that are closest to x."""
    largest = x.sort(axis, descending=True).values.movedim(axis, -1)
    sums = largest.cumsum(-1) - 1
    k = torch.arange(1, x.shape[axis] + 1, dtype=x.dtype, device=x.device)
    size = (k * largest > sums).sum(-1, keepdim=True).clamp(min=1)
    threshold = (sums.gather(-1, size - 1) / size).movedim(-1, axis)
    return (x - threshold).relu()
