"""Images as the list of their windows, and back: im2col and col2im as layers."""

import math
from collections.abc import Iterator

import numpy as np

from scratch.layer import Array, Layer, require_rank, require_size
from scratch.windows import batch_first, batch_last, crop, output_sizes, pad, per_axis, taps


class Folding(Layer):
    """Base of the layers between images and their windows.

    Windows go row by row. In a window the numbers of a channel lie together, row by row: c * kh * kw + i * kw + j, as
    PyTorch has it.
    """

    def __init__(
        self,
        kernel: int | tuple[int, int],
        *,
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 0,
        dilation: int | tuple[int, int] = 1,
    ) -> None:
        super().__init__()
        self.kernel, self.stride = per_axis("kernel", kernel, 2), per_axis("stride", stride, 2)
        self.dilation = per_axis("dilation", dilation, 2)
        self.pads = [(p, p) for p in per_axis("padding", padding, 2, least=0)]

    def to_windows(self, x: Array) -> Array:
        """(batch, height, width, channels) -> (batch, windows, channels * kh * kw)."""
        padded = pad(batch_last(x), self.pads)
        columns = np.stack([view for _, view in self._taps(padded)], axis=1)  # (channels, kh * kw, *out, batch)
        channels, taken, *out, batch = columns.shape
        return batch_first(columns.reshape(channels * taken, math.prod(out), batch))

    def to_image(self, y: Array, sizes: tuple[int, int]) -> Array:
        """The transpose of `to_windows`: what windows share is summed, in an image of height and width `sizes`."""
        taken = math.prod(self.kernel)
        padded = np.zeros(
            (y.shape[-1] // taken, *(n + sum(p) for n, p in zip(sizes, self.pads, strict=True)), len(y)), y.dtype
        )
        columns = batch_last(y).reshape(len(padded), taken, -1)
        for i, (_, view) in enumerate(self._taps(padded)):
            view += columns[:, i].reshape(view.shape)
        return batch_first(crop(padded, self.pads))

    def windows(self, sizes: tuple[int, ...]) -> tuple[int, ...]:
        """How many windows an image of these sizes has along each axis. Raises ValueError when there is none."""
        return output_sizes(sizes, self.pads, self.kernel, self.stride, self.dilation)

    def _taps(self, padded: Array) -> Iterator[tuple[tuple[int, ...], Array]]:
        sizes = tuple(n - sum(p) for n, p in zip(padded.shape[1:-1], self.pads, strict=True))
        return taps(padded, self.kernel, self.stride, self.dilation, self.windows(sizes))


class Unfold(Folding):
    """y = the windows of x; dx = the sum of dy over all windows that hold an element.

    x: (batch, height, width, channels) -> y: (batch, windows, channels * kh * kw). `padding`: zeros on both sides of
    height and width.  Raises ValueError where no window fits.
    """

    def forward(self, x: Array) -> Array:
        require_rank(self, "x", x, "batch height width channels")
        self.sizes = (x.shape[1], x.shape[2])
        return self.to_windows(x)

    def backward(self, dy: Array) -> Array:
        return self.to_image(dy, self.sizes)


class Fold(Folding):
    """y = the image of height and width `output_size` in which windows lie and what they share is summed.

    x: (batch, windows, channels * kh * kw) -> y: (batch, *output_size, channels). What lies in the `padding` is lost.
    Raises ValueError where these are not as many windows as such an image has.
    """

    def __init__(
        self,
        output_size: tuple[int, int],
        kernel: int | tuple[int, int],
        *,
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 0,
        dilation: int | tuple[int, int] = 1,
    ) -> None:
        super().__init__(kernel, stride=stride, padding=padding, dilation=dilation)
        self.output_size = output_size
        self.count = math.prod(self.windows(output_size))

    def forward(self, x: Array) -> Array:
        require_rank(self, "x", x, "batch windows numbers")
        require_size(self, "x", x, 1, self.count)
        if x.shape[2] % math.prod(self.kernel):
            raise ValueError(f"x has shape {x.shape}: {x.shape[2]} numbers are no windows of {self.kernel}")
        return self.to_image(x, self.output_size)

    def backward(self, dy: Array) -> Array:
        return self.to_windows(dy)
