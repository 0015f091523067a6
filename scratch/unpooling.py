"""Max-unpooling: what max-pooling let through goes back to where it came from."""

import math

import numpy as np

from scratch.layer import Array, Layer, require_rank
from scratch.windows import per_axis


class MaxUnpooling(Layer):
    """y is x at the places that `indices` names, and 0 elsewhere; dx = dy at those places.

    A place is a number from 0 to prod(out) - 1: those of one channel, row by row, as PyTorch's max-pooling returns
    them. Where several x name the same place it is open which of them y gets; dy goes to all of them, as with PyTorch.

    x, indices: (batch, *spatial, channels) -> y: (batch, *out, channels), where out = (size - 1) * stride - 2 * padding
    + kernel, or `output_size`, which differs from that by less than the stride.
    Raises ValueError for sizes and places that do not fit.
    """

    rank: int
    axes: str

    def __init__(
        self,
        kernel: int | tuple[int, ...],
        *,
        stride: int | tuple[int, ...] | None = None,
        padding: int | tuple[int, ...] = 0,
        output_size: tuple[int, ...] | None = None,
    ) -> None:
        super().__init__()
        self.kernel = per_axis("kernel", kernel, self.rank)
        self.stride = self.kernel if stride is None else per_axis("stride", stride, self.rank)
        self.padding = per_axis("padding", padding, self.rank, least=0)
        self.output_size = None if output_size is None else per_axis("output_size", output_size, self.rank)

    def forward(self, x: Array, indices: Array) -> Array:
        require_rank(self, "x", x, self.axes)
        if indices.shape != x.shape or not np.issubdtype(indices.dtype, np.integer):
            raise ValueError(
                f"indices are {indices.dtype} of shape {indices.shape}, expected integers like x, {x.shape}"
            )
        batch, *sizes, channels = x.shape
        out = self._out(sizes)
        count = math.prod(out)
        if indices.size and not (indices.min() >= 0 and indices.max() < count):
            raise ValueError(f"indices from {indices.min()} to {indices.max()}, expected 0 to {count - 1}")
        self.shape = x.shape
        flat = (batch, math.prod(sizes), channels)
        self.places = indices.reshape(flat)
        y = np.zeros((batch, count, channels), x.dtype)
        np.put_along_axis(y, self.places, x.reshape(flat), axis=1)
        return y.reshape(batch, *out, channels)

    def backward(self, dy: Array) -> Array:
        flat = dy.reshape(len(dy), math.prod(dy.shape[1:-1]), dy.shape[-1])
        return np.take_along_axis(flat, self.places, axis=1).reshape(self.shape)

    def _out(self, sizes: list[int]) -> tuple[int, ...]:
        windows = zip(sizes, self.kernel, self.stride, self.padding, strict=True)
        out = tuple((n - 1) * s - 2 * p + k for n, k, s, p in windows)
        wanted = self.output_size or out
        if min(wanted) < 1 or any(abs(a - b) >= s for a, b, s in zip(wanted, out, self.stride, strict=True)):
            raise ValueError(f"output_size is {wanted}, expected less than a stride {self.stride} from {out}")
        return wanted


class MaxUnpool1D(MaxUnpooling):
    """Max-unpooling of time; x: (batch, time, channels)."""

    rank = 1
    axes = "batch time channels"


class MaxUnpool2D(MaxUnpooling):
    """Max-unpooling of height and width; x: (batch, height, width, channels)."""

    rank = 2
    axes = "batch height width channels"


class MaxUnpool3D(MaxUnpooling):
    """Max-unpooling of depth, height and width; x: (batch, depth, height, width, channels)."""

    rank = 3
    axes = "batch depth height width channels"
