"""Pooling: every window of each channel becomes one number."""

import math
from collections.abc import Iterator

import numpy as np

from scratch.layer import Array, Layer, require_rank
from scratch.windows import (
    Padding,
    batch_first,
    batch_last,
    crop,
    output_sizes,
    overhang,
    pad,
    pad_amounts,
    per_axis,
    taps,
)


class Pooling(Layer):
    """Base of the pooling layers: places the windows.

    x: (batch, *spatial, channels) -> y: (batch, *out, channels).
    `stride` is the kernel's size unless given. `padding`: "valid", "same" (as TensorFlow), or a number for both
    sides of each axis, at most half the kernel. Of max-pooling, the places of a window are `dilation` apart.
    With `ceil_mode` the number of windows is rounded up, so that the last may reach past the padding, as in PyTorch:
    see `overhang`. Raises ValueError for sizes that do not fit.
    """

    rank: int
    axes: str
    sizes: tuple[int, ...]

    def __init__(
        self,
        kernel: int | tuple[int, ...],
        *,
        stride: int | tuple[int, ...] | None = None,
        padding: Padding = "valid",
        dilation: int | tuple[int, ...] = 1,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel = per_axis("kernel", kernel, self.rank)
        self.stride = per_axis("stride", self.kernel if stride is None else stride, self.rank)
        self.dilation = per_axis("dilation", dilation, self.rank)
        self.padding, self.ceil_mode = padding, ceil_mode
        if ceil_mode and padding == "same":
            raise ValueError("padding is 'same', expected 'valid' or numbers with ceil_mode")
        if padding == "causal":
            raise ValueError("padding is 'causal', expected 'valid', 'same', a number or one for each axis")
        if not isinstance(padding, str):
            amounts = per_axis("padding", padding, self.rank, least=0)
            if any(2 * p > k for p, k in zip(amounts, self.kernel, strict=True)):
                raise ValueError(f"padding is {padding}, expected at most half the kernel {self.kernel}")

    def place(self, x: Array) -> Array:
        """Set `pads` and `out` for this x; returns it batch last. `given` is what of the pads is padding."""
        require_rank(self, "x", x, self.axes)
        windows = self.kernel, self.stride, self.dilation
        self.sizes = x.shape[1:-1]
        self.pads = self.given = pad_amounts(self.padding, self.sizes, *windows)
        if self.ceil_mode:
            past = overhang(self.sizes, self.given, *windows)
            self.pads = [(before, after + more) for (before, after), (_, more) in zip(self.given, past, strict=True)]
        self.out = output_sizes(self.sizes, self.pads, *windows)
        return batch_last(x)

    def taps(self, padded: Array) -> list[Array]:
        """For each place in the window, row by row, a view of what every window has there."""
        return [view for _, view in taps(padded, self.kernel, self.stride, self.dilation, self.out)]

    def window_sum(self, x: Array) -> Array:
        """The sum over each window of x, (channels, *spatial, batch); padding adds nothing."""
        return self.total(pad(x, self.pads))

    def total(self, padded: Array) -> Array:
        """The sum over each window of what is padded already."""
        views = self.taps(padded)
        total = views[0].copy()
        for view in views[1:]:
            total += view
        return total

    def spread(self, dy: Array) -> Array:
        """The transpose of `window_sum`: each window's number added to all its places."""
        dx = self.padded_zeros(dy)
        for view in self.taps(dx):
            view += dy
        return crop(dx, self.pads)

    def padded_zeros(self, dy: Array) -> Array:
        """As much as the x of this dy, (channels, *out, batch), with its padding."""
        sizes = [before + size + after for (before, after), size in zip(self.pads, self.sizes, strict=True)]
        return np.zeros((dy.shape[0], *sizes, dy.shape[-1]), dy.dtype)


class MaxPooling(Pooling):
    """y = the largest x of the window. Its gradient goes to the first of equal maxima, row by row.

    Padding never wins: it counts as -inf. A window that holds NaN gives NaN and passes no gradient.
    """

    def forward(self, x: Array) -> Array:
        x = self.place(x)
        rivals, values = (self.taps(pad(x, self.pads, value)) for value in (math.nan, -math.inf))
        self.y = values.pop().copy()
        self.won = []
        # a tournament from the last place to the first, so that the first of equals has won when it ends; NaN is at
        # least as large as nothing, so not even in a window of -inf the padding wins
        for rival, value in zip(reversed(rivals[:-1]), reversed(values), strict=True):
            self.won.append(rival >= self.y)
            np.maximum(self.y, value, out=self.y)
        return batch_first(self.y)

    def backward(self, dy: Array) -> Array:
        dy = batch_last(dy)
        dx = self.padded_zeros(dy)
        overlap = any(s <= (k - 1) * d for s, k, d in zip(self.stride, self.kernel, self.dilation, strict=True))
        for view, winner in zip(self.taps(dx), self._winners(), strict=True):
            if overlap:
                view += dy * winner
            else:
                np.multiply(dy, winner, out=view)
        return batch_first(crop(dx, self.pads))

    def _winners(self) -> Iterator[Array]:
        """For each place in the window, row by row, whether the maximum is there."""
        left = self.y == self.y
        for won in reversed(self.won):
            here = left & won
            left ^= here
            yield here
        yield left  # what no earlier place has won


class SumPooling(Pooling):
    """y = the sum of the window."""

    def __init__(
        self,
        kernel: int | tuple[int, ...],
        *,
        stride: int | tuple[int, ...] | None = None,
        padding: Padding = "valid",
        ceil_mode: bool = False,
    ) -> None:
        super().__init__(kernel, stride=stride, padding=padding, ceil_mode=ceil_mode)

    def forward(self, x: Array) -> Array:
        return batch_first(self.window_sum(self.place(x)))

    def backward(self, dy: Array) -> Array:
        return batch_first(self.spread(batch_last(dy)))


class AvgPooling(Pooling):
    """y = the mean of the window: its sum divided by how many of its places are not padding.

    With `count_padding` the places in the padding count too, as in PyTorch by default, those past it never. A
    `divisor` is taken in the place of their number.
    """

    def __init__(
        self,
        kernel: int | tuple[int, ...],
        *,
        stride: int | tuple[int, ...] | None = None,
        padding: Padding = "valid",
        ceil_mode: bool = False,
        count_padding: bool = False,
        divisor: float | None = None,
    ) -> None:
        super().__init__(kernel, stride=stride, padding=padding, ceil_mode=ceil_mode)
        if divisor is not None and divisor <= 0:
            raise ValueError(f"divisor is {divisor}, expected above 0")
        self.count_padding, self.divisor = count_padding, divisor

    def forward(self, x: Array) -> Array:
        x = self.place(x)
        self.count = self.counted().astype(x.real.dtype)
        return batch_first(self.window_sum(x) / self.count)

    def counted(self) -> Array:
        """What each window is divided by, (1, *out, 1)."""
        if self.divisor is not None:
            return np.full((1, *self.out, 1), self.divisor)
        ones = np.ones((1, *self.sizes, 1))
        if not self.count_padding:
            return self.window_sum(ones)
        past = [(0, whole - after) for (_, whole), (_, after) in zip(self.pads, self.given, strict=True)]
        return self.total(pad(pad(ones, self.given, 1.0), past))

    def backward(self, dy: Array) -> Array:
        return batch_first(self.spread(batch_last(dy) / self.count))


class MaxPool1D(MaxPooling):
    """Maximum over windows of time; x: (batch, time, channels)."""

    rank = 1
    axes = "batch time channels"


class MaxPool2D(MaxPooling):
    """Maximum over windows of height and width; x: (batch, height, width, channels)."""

    rank = 2
    axes = "batch height width channels"


class MaxPool3D(MaxPooling):
    """Maximum over windows of depth, height and width; x: (batch, depth, height, width, channels)."""

    rank = 3
    axes = "batch depth height width channels"


class AvgPool1D(AvgPooling):
    """Mean over windows of time; x: (batch, time, channels)."""

    rank = 1
    axes = "batch time channels"


class AvgPool2D(AvgPooling):
    """Mean over windows of height and width; x: (batch, height, width, channels)."""

    rank = 2
    axes = "batch height width channels"


class AvgPool3D(AvgPooling):
    """Mean over windows of depth, height and width; x: (batch, depth, height, width, channels)."""

    rank = 3
    axes = "batch depth height width channels"


class SumPool1D(SumPooling):
    """Sum over windows of time; x: (batch, time, channels)."""

    rank = 1
    axes = "batch time channels"


class SumPool2D(SumPooling):
    """Sum over windows of height and width; x: (batch, height, width, channels)."""

    rank = 2
    axes = "batch height width channels"


class SumPool3D(SumPooling):
    """Sum over windows of depth, height and width; x: (batch, depth, height, width, channels)."""

    rank = 3
    axes = "batch depth height width channels"
