"""Transposed convolution: the gradient of a convolution, used forwards to make images larger."""

import numpy as np
from numpy.typing import DTypeLike

from scratch.initializers import GlorotUniform, Initializer, Seed
from scratch.layer import Array, Layer, require_rank, require_size
from scratch.windows import Padding, Pads, Windows, batch_first, batch_last, crop, pad, per_axis


class TransposedConvolution(Layer):
    """y[n, i * stride + k * dilation - before, o] = sum over all such places i, taps k and channels c of
    x[n, i, c] w[k, c, o], plus b[o]

    Every element of x lays the kernel, times itself, over the output; where copies overlap they add up. `Convolution`
    with the same stride and dilation has the transposed matrix. The whole is `full = (size - 1) * stride + span` long,
    where `span = (kernel - 1) * dilation + 1`. What of it becomes y, along each axis:

    - "valid": all of it, `output_padding` more at the end; unless given, enough to make whole strides of short kernels.
    - "same" (as TensorFlow): `size * stride`, or with `output_padding` (size - 1) * stride + span % 2 + output_padding;
      the smaller half of what is too much is cut in front.
    - a number (as PyTorch): that many cut off both ends, then `output_padding` (0 unless given) more at the end.

    Input and output channels fall into `groups` equal blocks.
    x: (batch, *spatial, n_in) -> y: (batch, *out, n_out);  w: (*kernel, n_in, n_out / groups), b: (n_out,).
    Raises ValueError for sizes that do not fit, and for an output padding not below the stride or the dilation.
    Dumoulin and Visin (2016), chapter 4.
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
        output_padding: int | tuple[int, ...] | None = None,
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
        self.kernel = per_axis("kernel", kernel, self.rank)
        self.stride = per_axis("stride", stride, self.rank)
        self.dilation = per_axis("dilation", dilation, self.rank)
        self.padding, self.groups, self.n_in, self.n_out = padding, groups, n_in, n_out
        self.output_padding = output_padding
        if output_padding is not None:
            more = per_axis("output_padding", output_padding, self.rank, least=0)
            if any(m >= max(s, d) for m, s, d in zip(more, self.stride, self.dilation, strict=True)):
                raise ValueError(f"output_padding is {output_padding}, expected less than the stride or the dilation")
        self.params["w"] = init(self._shape(), rng, dtype)
        if bias:
            self.params["b"] = np.zeros(n_out, dtype)

    def forward(self, x: Array) -> Array:
        require_rank(self, "x", x, self.axes)
        require_size(self, "x", x, -1, self.n_in)
        self.sizes = x.shape[1:-1]
        canvas, self.cuts = transposed_placing(
            self.padding, self.output_padding, self.sizes, self.kernel, self.stride, self.dilation
        )
        self.x = batch_last(x)
        windows, rows = self._windows(), self._rows()
        y = np.zeros((self.n_out, *canvas, len(x)), np.result_type(self.x, rows))
        windows.fold(y, rows.swapaxes(1, 2), self.x)
        y = crop(y, self.cuts)
        if "b" in self.params:
            y += self.params["b"].reshape(-1, *[1] * (self.rank + 1))
        return batch_first(y)

    def backward(self, dy: Array) -> Array | None:
        dy = batch_last(dy)
        windows, rows = self._windows(), self._rows()
        dw = np.zeros_like(rows.swapaxes(1, 2), np.result_type(self.x, dy))
        dx = np.empty(self.x.shape, np.result_type(rows, dy))
        pieces = zip(windows.pieces(self.x), windows.pieces(dx), windows.unfold(pad(dy, self.cuts)), strict=True)
        for piece, dpiece, columns in pieces:
            dw += columns @ piece.swapaxes(1, 2)
            if self.input_gradient:
                np.matmul(rows, columns, out=dpiece)
        self.grads["w"] = self._from_rows(dw.swapaxes(1, 2))
        if "b" in self.params:
            self.grads["b"] = dy.sum(axis=tuple(range(1, dy.ndim)))
        return batch_first(dx) if self.input_gradient else None

    def _windows(self) -> Windows:
        return Windows(self.kernel, self.stride, self.dilation, self.sizes, self.n_out, self.groups, self.room)

    def _shape(self) -> tuple[int, ...]:
        return (*self.kernel, self.n_in, self.n_out // self.groups)

    def _rows(self) -> Array:
        """w (*kernel, n_in, n_out / groups) -> (groups, n_in / groups, weights of one input channel in column order)"""
        rows = self.params["w"].reshape(-1, self.n_in, self.n_out // self.groups).swapaxes(0, 1)
        return rows.reshape(self.groups, self.n_in // self.groups, -1)

    def _from_rows(self, rows: Array) -> Array:
        """The inverse of `_rows`."""
        return rows.reshape(self.n_in, -1, self.n_out // self.groups).swapaxes(0, 1).reshape(self._shape())


def transposed_placing(
    padding: Padding,
    output_padding: int | tuple[int, ...] | None,
    sizes: tuple[int, ...],
    kernel: tuple[int, ...],
    stride: tuple[int, ...],
    dilation: tuple[int, ...],
) -> tuple[tuple[int, ...], Pads]:
    """How long the whole is along each axis, extended where y reaches beyond it, and how much to cut off each end."""
    rank = len(sizes)
    if isinstance(padding, str) and padding not in ("valid", "same"):
        raise ValueError(f"padding is {padding!r}, expected 'valid', 'same', a number or one for each axis")
    cut = (0,) * rank if isinstance(padding, str) else per_axis("padding", padding, rank, least=0)
    more = (None,) * rank if output_padding is None else per_axis("output_padding", output_padding, rank, least=0)
    canvas, cuts = [], []
    for size, k, s, d, before, extra in zip(sizes, kernel, stride, dilation, cut, more, strict=True):
        span = (k - 1) * d + 1
        full = (size - 1) * s + span
        if padding == "valid":
            out = full + (max(s - span, 0) if extra is None else extra)
        elif padding == "same":
            out = size * s if extra is None else (size - 1) * s + span % 2 + extra
            before = max(full - out, 0) // 2
        else:
            out = full - 2 * before + (extra or 0)
        # how many windows the convolution has that this is the transposed of
        windows = {"valid": (out - span) // s + 1, "same": -(-out // s)}.get(str(padding), size)
        if out < 1 or windows != size:
            raise ValueError(f"a kernel of {kernel} has no output: {sizes}, padding {padding}, {output_padding} more")
        canvas.append(max(full, before + out))
        cuts.append((before, canvas[-1] - before - out))
    return tuple(canvas), cuts


class Conv1DTranspose(TransposedConvolution):
    """Transposed convolution over time: x (batch, time, n_in), w (k, n_in, ...)."""

    rank = 1
    axes = "batch time n_in"


class Conv2DTranspose(TransposedConvolution):
    """Transposed convolution over height and width: x (batch, height, width, n_in), w (kh, kw, n_in, ...)."""

    rank = 2
    axes = "batch height width n_in"


class Conv3DTranspose(TransposedConvolution):
    """Transposed convolution over a volume: x (batch, depth, height, width, n_in), w (kd, kh, kw, n_in, ...)."""

    rank = 3
    axes = "batch depth height width n_in"
