"""Convolution, as neural networks mean it: cross-correlation, the kernel is not flipped."""

import numpy as np
from numpy.typing import DTypeLike

from scratch.borders import PaddingMode, contract, extend, require_mode
from scratch.initializers import GlorotUniform, Initializer, Seed
from scratch.layer import Array, Layer, require_rank, require_size
from scratch.windows import (
    Padding,
    Windows,
    batch_first,
    batch_last,
    output_sizes,
    pad_amounts,
    per_axis,
)


class Convolution(Layer):
    """y[n, i, o] = sum over taps k and channels c of x[n, i * stride + k * dilation, c] w[k, c, o], plus b[o]

    i and k run over `rank` spatial axes. Input and output channels fall into `groups` equal blocks, each output
    block seeing its own input block only; w then has n_in / groups channels.

    x: (batch, *spatial, n_in) -> y: (batch, *out, n_out);  w: (*kernel, n_in / groups, n_out), b: (n_out,).
    `padding`: "valid", "same" (as TensorFlow), how many zeros on both sides of an axis (as PyTorch), or with a single
    axis "causal": y[i] sees nothing after x[i * stride]. `padding_mode` says what stands there in the place of zeros:
    see `extend`.
    Raises ValueError for sizes that do not fit.
    """

    rank: int
    axes: str

    def __init__(
        self,
        n_in: int,
        n_out: int,
        kernel: int | tuple[int, ...],
        *,
        stride: int | tuple[int, ...] = 1,
        padding: Padding = "valid",
        padding_mode: PaddingMode = "zeros",
        dilation: int | tuple[int, ...] = 1,
        groups: int = 1,
        bias: bool = True,
        init: Initializer = GlorotUniform(),
        rng: Seed = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__()
        if n_in % groups or n_out % groups:
            raise ValueError(f"groups is {groups}, which does not divide {n_in} inputs and {n_out} outputs")
        if padding == "causal" and self.rank > 1:
            raise ValueError(f"padding is 'causal', which needs a single axis, got {self.rank}")
        require_mode(padding_mode)
        self.kernel = per_axis("kernel", kernel, self.rank)
        self.stride = per_axis("stride", stride, self.rank)
        self.dilation = per_axis("dilation", dilation, self.rank)
        self.padding, self.padding_mode = padding, padding_mode
        self.groups, self.n_in, self.n_out = groups, n_in, n_out
        self.params["w"] = init(self._shape(), rng, dtype)
        if bias:
            self.params["b"] = np.zeros(n_out, dtype)

    def forward(self, x: Array) -> Array:
        require_rank(self, "x", x, self.axes)
        require_size(self, "x", x, -1, self.n_in)
        sizes = x.shape[1:-1]
        self.pads = pad_amounts(self.padding, sizes, self.kernel, self.stride, self.dilation)
        out = output_sizes(sizes, self.pads, self.kernel, self.stride, self.dilation)
        self.x, self.out = extend(batch_last(x), self.pads, self.padding_mode), out
        windows, rows = self._windows(), self._rows(self.params["w"])
        b = self.params["b"].reshape(*rows.shape[:2], 1) if "b" in self.params else None
        y = np.empty((self.n_out, *out, len(x)), np.result_type(x, rows))
        for piece, columns in zip(windows.pieces(y), windows.unfold(self.x), strict=True):
            np.matmul(rows, columns, out=piece)
            if b is not None:
                piece += b
        return batch_first(y)

    def backward(self, dy: Array) -> Array | None:
        dy = batch_last(dy)
        windows, rows = self._windows(), self._rows(self.params["w"])
        dw = np.zeros_like(rows.swapaxes(1, 2), np.result_type(self.x, dy))
        for piece, columns in zip(windows.pieces(dy), windows.unfold(self.x), strict=True):
            dw += columns @ piece.swapaxes(1, 2)
        self.grads["w"] = self._from_rows(dw.swapaxes(1, 2))
        if "b" in self.params:
            self.grads["b"] = dy.sum(axis=tuple(range(1, dy.ndim)))
        if not self.input_gradient:
            return None
        dx = np.zeros(self.x.shape, np.result_type(rows, dy))
        windows.fold(dx, rows.swapaxes(1, 2), dy)
        return batch_first(contract(dx, self.pads, self.padding_mode))

    def _shape(self) -> tuple[int, ...]:
        return (*self.kernel, self.n_in // self.groups, self.n_out)

    def _windows(self) -> Windows:
        return Windows(self.kernel, self.stride, self.dilation, self.out, self.n_in, self.groups, self.room)

    def _rows(self, w: Array) -> Array:
        """(*kernel, n_in / groups, n_out) -> (groups, n_out / groups, weights of one unit in column order)."""
        return w.reshape(-1, self.groups, self.n_out // self.groups).transpose(1, 2, 0)

    def _from_rows(self, rows: Array) -> Array:
        """The inverse of `_rows`."""
        return rows.transpose(2, 0, 1).reshape(self._shape())


class Conv1D(Convolution):
    """Convolution over time: x (batch, time, n_in), w (k, n_in / groups, n_out)."""

    rank = 1
    axes = "batch time n_in"


class Conv2D(Convolution):
    """Convolution over height and width: x (batch, height, width, n_in), w (kh, kw, n_in / groups, n_out)."""

    rank = 2
    axes = "batch height width n_in"


class Conv3D(Convolution):
    """Convolution over a volume: x (batch, depth, height, width, n_in), w (kd, kh, kw, n_in / groups, n_out)."""

    rank = 3
    axes = "batch depth height width n_in"
