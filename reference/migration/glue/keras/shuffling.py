"""Shuffling that Keras lacks. Arrays are channels last, as Keras has them."""

from typing import Any

from keras import ops


def pixel_shuffle(x: Any, factor: int) -> Any:
    """`torch.nn.PixelShuffle`: the pixels of a channel lie together. In `tf.nn.depth_to_space` it is
    the channels of a pixel.
    """
    _, height, width, deep = x.shape
    apart = ops.reshape(x, (-1, height, width, deep // factor**2, factor, factor))
    apart = ops.transpose(apart, (0, 1, 4, 2, 5, 3))
    return ops.reshape(apart, (-1, height * factor, width * factor, deep // factor**2))


def pixel_unshuffle(x: Any, factor: int) -> Any:
    """`torch.nn.PixelUnshuffle`, the inverse of `pixel_shuffle`."""
    _, high, wide, channels = x.shape
    apart = ops.reshape(x, (-1, high // factor, factor, wide // factor, factor, channels))
    apart = ops.transpose(apart, (0, 1, 3, 5, 2, 4))
    return ops.reshape(apart, (-1, high // factor, wide // factor, channels * factor**2))


def channel_shuffle(x: Any, groups: int) -> Any:
    """`torch.nn.ChannelShuffle`: the groups take turns."""
    inner = x.shape[1:]
    apart = ops.reshape(x, (-1, *inner[:-1], groups, inner[-1] // groups))
    return ops.reshape(ops.swapaxes(apart, -1, -2), (-1, *inner))
