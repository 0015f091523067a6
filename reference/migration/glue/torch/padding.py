"""Padding that PyTorch lacks. Arrays are channels first, as PyTorch has them."""

import torch
from torch import Tensor

from scratch.windows import Pads


def symmetric_pad(x: Tensor, pads: Pads) -> Tensor:
    """NumPy's and TensorFlow's mode "symmetric": back from the border, which comes twice; PyTorch's "reflect" has it
    once. `pads`: (before, after) for each spatial axis of x (batch, channels, *spatial).
    """
    for axis, (before, after) in enumerate(pads, start=2):
        n = x.shape[axis]
        first, last = x.narrow(axis, 0, before), x.narrow(axis, n - after, after)
        x = torch.cat([first.flip(axis), x, last.flip(axis)], axis)
    return x
