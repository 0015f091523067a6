"""TensorFlow's order of channels in PyTorch's pixel shuffle. Arrays are channels first, as PyTorch has them."""

from torch import Tensor
from torch.nn import functional as F


def depth_to_space(x: Tensor, factor: int) -> Tensor:
    """`tf.nn.depth_to_space`: the channels of a pixel lie together. In `torch.nn.PixelShuffle` it is
    the pixels of a channel.
    """
    n, deep, height, width = x.shape
    apart = x.reshape(n, factor**2, deep // factor**2, height, width).transpose(1, 2)
    return F.pixel_shuffle(apart.reshape(x.shape), factor)


def space_to_depth(x: Tensor, factor: int) -> Tensor:
    """`tf.nn.space_to_depth`, the inverse of `depth_to_space`."""
    y = F.pixel_unshuffle(x, factor)
    return y.unflatten(1, (x.shape[1], factor**2)).transpose(1, 2).reshape(y.shape)
