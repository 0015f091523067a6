"""Pooling that is told how many numbers to leave: one for each channel, or a given number along each axis."""

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from scratch.layer import Array, Layer, require_rank
from scratch.windows import per_axis

Index = tuple[Any, ...]


class GlobalPooling(Layer):
    """Base of the layers that pool each channel as a whole.

    x: (batch, *spatial, channels) -> y: (batch, channels), or with `keepdims` (batch, *ones, channels).
    """

    rank: int
    axes: str

    def __init__(self, *, keepdims: bool = False) -> None:
        super().__init__()
        self.keepdims = keepdims

    def forward(self, x: Array) -> Array:
        require_rank(self, "x", x, self.axes)
        self.x = x
        self.y = self.pooled(x)
        return self.y if self.keepdims else self.y.reshape(len(x), x.shape[-1])

    def backward(self, dy: Array) -> Array:
        return self.share() * dy.reshape(self.y.shape)

    def pooled(self, x: Array) -> Array:
        """(batch, *ones, channels)."""
        raise NotImplementedError

    def share(self) -> Array:
        """What each element of x gets of the gradient, shaped like x."""
        raise NotImplementedError

    @property
    def spatial(self) -> tuple[int, ...]:
        return tuple(range(1, 1 + self.rank))


class GlobalAvgPooling(GlobalPooling):
    """y = the mean of the channel; dx = dy / number of its elements."""

    def pooled(self, x: Array) -> Array:
        return x.mean(axis=self.spatial, keepdims=True)

    def share(self) -> Array:
        return np.full(self.x.shape, 1 / math.prod(self.x.shape[1:-1]), self.x.dtype)


class GlobalMaxPooling(GlobalPooling):
    """y = the largest element of the channel. Equal maxima share the gradient evenly, other than in windows."""

    def pooled(self, x: Array) -> Array:
        return x.max(axis=self.spatial, keepdims=True)

    def share(self) -> Array:
        largest = (self.x == self.y).astype(self.x.dtype)
        # a channel that holds NaN has no element equal to its maximum, and passes no gradient
        return largest / np.maximum(largest.sum(axis=self.spatial, keepdims=True), 1)


class AdaptivePooling(Layer):
    """Base of the layers that pool to a given size.

    Along an axis of `size` elements pooled to `out`, window i runs from floor(i * size / out) to
    ceil((i + 1) * size / out): windows overlap where the sizes do not divide, and repeat where `out` is larger.

    x: (batch, *spatial, channels) -> y: (batch, *output_size, channels).
    """

    rank: int
    axes: str

    def __init__(self, output_size: int | tuple[int, ...]) -> None:
        super().__init__()
        self.output_size = per_axis("output_size", output_size, self.rank)

    def windows(self, sizes: tuple[int, ...]) -> Iterator[tuple[Index, Index]]:
        """For each element of the output, row by row: the indices of its place in y and of its window in x."""
        spans = [
            [slice(i * size // out, -(-(i + 1) * size // out)) for i in range(out)]
            for size, out in zip(sizes, self.output_size, strict=True)
        ]
        for place in itertools.product(*map(range, self.output_size)):
            yield (slice(None), *place), (slice(None), *(axis[i] for i, axis in zip(place, spans, strict=True)))


class AdaptiveAvgPooling(AdaptivePooling):
    """y = the mean of the window; dx = the sum of dy / size over all windows that hold x."""

    def forward(self, x: Array) -> Array:
        require_rank(self, "x", x, self.axes)
        self.shape = x.shape
        y = np.empty((len(x), *self.output_size, x.shape[-1]), x.dtype)
        for place, window in self.windows(x.shape[1:-1]):
            y[place] = x[window].mean(axis=tuple(range(1, 1 + self.rank)))
        return y

    def backward(self, dy: Array) -> Array:
        dx = np.zeros(self.shape, dy.dtype)
        for place, window in self.windows(self.shape[1:-1]):
            held = dx[window]
            held += dy[place].reshape(len(dy), *[1] * self.rank, dy.shape[-1]) / math.prod(held.shape[1:-1])
        return dx


class AdaptiveMaxPooling(AdaptivePooling):
    """y = the largest x of the window. Its gradient goes to the first of equal maxima, row by row."""

    def forward(self, x: Array) -> Array:
        require_rank(self, "x", x, self.axes)
        self.shape = x.shape
        y = np.empty((len(x), *self.output_size, x.shape[-1]), x.dtype)
        self.winners: list[Array] = []
        for place, window in self.windows(x.shape[1:-1]):
            seen = x[window]
            values = seen.reshape(len(x), math.prod(seen.shape[1:-1]), x.shape[-1])
            first = values.argmax(axis=1, keepdims=True)
            self.winners.append(first)
            y[place] = np.take_along_axis(values, first, axis=1)[:, 0]
        return y

    def backward(self, dy: Array) -> Array:
        dx = np.zeros(self.shape, dy.dtype)
        for (place, window), first in zip(self.windows(self.shape[1:-1]), self.winners, strict=True):
            held = dx[window]
            shares = np.zeros((len(dy), math.prod(held.shape[1:-1]), dy.shape[-1]), dy.dtype)
            np.put_along_axis(shares, first, dy[place][:, None], axis=1)
            held += shares.reshape(held.shape)
        return dx


class GlobalAvgPool1D(GlobalAvgPooling):
    """Mean of each channel over time; x: (batch, time, channels)."""

    rank = 1
    axes = "batch time channels"


class GlobalAvgPool2D(GlobalAvgPooling):
    """Mean of each channel over height and width; x: (batch, height, width, channels)."""

    rank = 2
    axes = "batch height width channels"


class GlobalAvgPool3D(GlobalAvgPooling):
    """Mean of each channel over depth, height and width; x: (batch, depth, height, width, channels)."""

    rank = 3
    axes = "batch depth height width channels"


class GlobalMaxPool1D(GlobalMaxPooling):
    """Maximum of each channel over time; x: (batch, time, channels)."""

    rank = 1
    axes = "batch time channels"


class GlobalMaxPool2D(GlobalMaxPooling):
    """Maximum of each channel over height and width; x: (batch, height, width, channels)."""

    rank = 2
    axes = "batch height width channels"


class GlobalMaxPool3D(GlobalMaxPooling):
    """Maximum of each channel over depth, height and width; x: (batch, depth, height, width, channels)."""

    rank = 3
    axes = "batch depth height width channels"


class AdaptiveAvgPool1D(AdaptiveAvgPooling):
    """Mean pooling to a given size of time; x: (batch, time, channels)."""

    rank = 1
    axes = "batch time channels"


class AdaptiveAvgPool2D(AdaptiveAvgPooling):
    """Mean pooling to a given size of height and width; x: (batch, height, width, channels)."""

    rank = 2
    axes = "batch height width channels"


class AdaptiveAvgPool3D(AdaptiveAvgPooling):
    """Mean pooling to a given size of depth, height and width; x: (batch, depth, height, width, channels)."""

    rank = 3
    axes = "batch depth height width channels"


class AdaptiveMaxPool1D(AdaptiveMaxPooling):
    """Max-pooling to a given size of time; x: (batch, time, channels)."""

    rank = 1
    axes = "batch time channels"


class AdaptiveMaxPool2D(AdaptiveMaxPooling):
    """Max-pooling to a given size of height and width; x: (batch, height, width, channels)."""

    rank = 2
    axes = "batch height width channels"


class AdaptiveMaxPool3D(AdaptiveMaxPooling):
    """Max-pooling to a given size of depth, height and width; x: (batch, depth, height, width, channels)."""

    rank = 3
    axes = "batch depth height width channels"
