"""Layers that move numbers between the channels and the places of an image, or among the channels."""

from typing import ClassVar

from scratch.layer import Array, Layer, require_rank

IMAGES = "batch height width channels"


class Shuffling(Layer):
    """Base of the layers that turn `factor**2` channels into a square of pixels, or the other way round.

    `outer` says which part of a channel's number runs slowest: "channels", it is c * factor**2 + i * factor + j, as
    PyTorch has it, or "pixels", it is (i * factor + j) * channels + c, as TensorFlow has it, for the pixel in row i and
    column j of the square.
    """

    outer: ClassVar[str]

    def __init__(self, factor: int) -> None:
        super().__init__()
        if factor < 1:
            raise ValueError(f"factor is {factor}, expected at least 1")
        self.factor = factor

    def to_space(self, x: Array) -> Array:
        """(batch, height, width, channels * factor**2) -> (batch, height * factor, width * factor, channels)."""
        require_rank(self, "x", x, IMAGES)
        r = self.factor
        n, height, width, deep = x.shape
        if deep % r**2:
            raise ValueError(f"x has shape {x.shape}: {deep} channels are no squares of {r} by {r} pixels")
        channels = deep // r**2
        if self.outer == "channels":
            apart = x.reshape(n * height, width, channels, r, r).transpose(0, 3, 1, 4, 2)
        else:
            apart = x.reshape(n * height, width, r, r * channels).swapaxes(1, 2)
        return apart.copy().reshape(n, height * r, width * r, channels)

    def to_depth(self, x: Array) -> Array:
        """The inverse of `to_space`."""
        require_rank(self, "x", x, IMAGES)
        r = self.factor
        n, high, wide, channels = x.shape
        if high % r or wide % r:
            raise ValueError(f"x has shape {x.shape}: {high} by {wide} pixels are no squares of {r} by {r}")
        if self.outer == "channels":
            apart = x.reshape(n * high // r, r, wide // r, r, channels).transpose(0, 2, 4, 1, 3)
        else:
            apart = x.reshape(n * high // r, r, wide // r, r * channels).swapaxes(1, 2)
        return apart.copy().reshape(n, high // r, wide // r, channels * r**2)


class ToSpace(Shuffling):
    """y[factor * h + i, factor * w + j, c] = x[h, w, the channel for i, j and c].

    x: (batch, height, width, channels * factor**2) -> y: (batch, height * factor, width * factor, channels).
    Raises ValueError where the channels do not divide.
    """

    def forward(self, x: Array) -> Array:
        return self.to_space(x)

    def backward(self, dy: Array) -> Array:
        return self.to_depth(dy)


class ToDepth(Shuffling):
    """y[h, w, the channel for i, j and c] = x[factor * h + i, factor * w + j, c].

    x: (batch, height * factor, width * factor, channels) -> y: (batch, height, width, channels * factor**2).
    Raises ValueError where height or width do not divide.
    """

    def forward(self, x: Array) -> Array:
        return self.to_depth(x)

    def backward(self, dy: Array) -> Array:
        return self.to_space(dy)


class PixelShuffle(ToSpace):
    """`ToSpace`, all pixels of a channel side by side among the channels.  Shi et al. (2016), arXiv:1609.05158"""

    outer = "channels"


class PixelUnshuffle(ToDepth):
    """`ToDepth`, all pixels of a channel side by side among the channels."""

    outer = "channels"


class DepthToSpace(ToSpace):
    """`ToSpace`, all channels of a pixel side by side among the channels."""

    outer = "pixels"


class SpaceToDepth(ToDepth):
    """`ToDepth`, all channels of a pixel side by side among the channels."""

    outer = "pixels"


class ChannelShuffle(Layer):
    """y[..., k * groups + g] = x[..., g * (channels / groups) + k]: the groups take turns.

    x: (batch, *spatial, channels) -> y: the same shape.  Zhang et al. (2018), arXiv:1707.01083
    Raises ValueError where the channels do not divide.
    """

    def __init__(self, groups: int) -> None:
        super().__init__()
        if groups < 1:
            raise ValueError(f"groups is {groups}, expected at least 1")
        self.groups = groups

    def forward(self, x: Array) -> Array:
        channels = x.shape[-1]
        if channels % self.groups:
            raise ValueError(f"x has shape {x.shape}: {channels} channels do not fall into {self.groups} groups")
        return _taking_turns(x, self.groups)

    def backward(self, dy: Array) -> Array:
        return _taking_turns(dy, dy.shape[-1] // self.groups)


def _taking_turns(x: Array, groups: int) -> Array:
    """The last axis in so many groups, whose elements then come one of each at a time."""
    apart = x.reshape(*x.shape[:-1], groups, x.shape[-1] // groups)
    return apart.swapaxes(-1, -2).copy().reshape(x.shape)
