"""Convolutions that leave the channels apart, and the separable convolution built on them."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from scratch.borders import PaddingMode
from scratch.convolution import Conv1D, Conv2D, Convolution
from scratch.initializers import GlorotUniform, Initializer, Seed
from scratch.layer import Array, Layer
from scratch.windows import Padding


class DepthwiseConvolution(Convolution):
    """y[n, i, c * multiplier + m] = sum over taps k of x[n, i * stride + k * dilation, c] w[k, c, m], plus b

    A convolution whose every channel is a group of its own: channel c makes the outputs from c * multiplier on.

    x: (batch, *spatial, n_in) -> y: (batch, *out, n_in * multiplier);
    w: (*kernel, n_in, multiplier), b: (n_in * multiplier,).  `padding` and `padding_mode` as in `Convolution`.
    """

    def __init__(
        self,
        n_in: int,
        kernel: int | tuple[int, ...],
        *,
        multiplier: int = 1,
        stride: int | tuple[int, ...] = 1,
        padding: Padding = "valid",
        padding_mode: PaddingMode = "zeros",
        dilation: int | tuple[int, ...] = 1,
        bias: bool = True,
        init: Initializer = GlorotUniform(),
        rng: Seed = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        options: dict[str, Any] = {"bias": bias, "init": init, "rng": rng, "dtype": dtype}
        windows: dict[str, Any] = {"stride": stride, "dilation": dilation}
        windows |= {"padding": padding, "padding_mode": padding_mode}
        super().__init__(n_in, n_in * multiplier, kernel, groups=n_in, **windows, **options)

    def _shape(self) -> tuple[int, ...]:
        return (*self.kernel, self.n_in, self.n_out // self.n_in)


class DepthwiseConv1D(DepthwiseConvolution):
    """Depthwise convolution over time: x (batch, time, n_in), w (k, n_in, multiplier)."""

    rank = 1
    axes = "batch time n_in"


class DepthwiseConv2D(DepthwiseConvolution):
    """Depthwise convolution over height and width: x (batch, height, width, n_in), w (kh, kw, n_in, multiplier)."""

    rank = 2
    axes = "batch height width n_in"


class SeparableConvolution(Layer):
    """z = depthwise(x; w_depthwise);  y[n, i, o] = sum over channels d of z[n, i, d] w_pointwise[d, o], plus b[o]

    First every channel is convolved by itself, then the channels are mixed at each place. Chollet (2017).

    x: (batch, *spatial, n_in) -> z: (batch, *out, n_in * multiplier) -> y: (batch, *out, n_out);
    w_depthwise: (*kernel, n_in, multiplier), w_pointwise: (*ones, n_in * multiplier, n_out), b: (n_out,).
    `padding` and `padding_mode` as in `Convolution`; they, stride and dilation belong to the depthwise part.
    """

    depthwise_part: type[DepthwiseConvolution]
    pointwise_part: type[Convolution]

    def __init__(
        self,
        n_in: int,
        n_out: int,
        kernel: int | tuple[int, ...],
        *,
        multiplier: int = 1,
        stride: int | tuple[int, ...] = 1,
        padding: Padding = "valid",
        padding_mode: PaddingMode = "zeros",
        dilation: int | tuple[int, ...] = 1,
        bias: bool = True,
        init: Initializer = GlorotUniform(),
        rng: Seed = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__()
        options: dict[str, Any] = {"init": init, "rng": np.random.default_rng(rng), "dtype": dtype}
        windows: dict[str, Any] = {"stride": stride, "dilation": dilation}
        windows |= {"padding": padding, "padding_mode": padding_mode}
        self.depthwise = self.depthwise_part(n_in, kernel, multiplier=multiplier, bias=False, **windows, **options)
        self.pointwise = self.pointwise_part(n_in * multiplier, n_out, 1, bias=bias, **options)
        self.params["w_depthwise"] = self.depthwise.params["w"]
        self.params["w_pointwise"] = self.pointwise.params["w"]
        if bias:
            self.params["b"] = self.pointwise.params["b"]

    def forward(self, x: Array) -> Array:
        self.depthwise.params["w"] = self.params["w_depthwise"]
        self.pointwise.params = {
            name: self.params[mine] for name, mine in (("w", "w_pointwise"), ("b", "b")) if mine in self.params
        }
        return self.pointwise.forward(self.depthwise.forward(x))

    def backward(self, dy: Array) -> Array | None:
        self.depthwise.input_gradient = self.input_gradient
        dz = self.pointwise.backward(dy)
        assert dz is not None
        dx = self.depthwise.backward(dz)
        self.grads["w_depthwise"] = self.depthwise.grads["w"]
        self.grads["w_pointwise"] = self.pointwise.grads["w"]
        if "b" in self.params:
            self.grads["b"] = self.pointwise.grads["b"]
        return dx


class SeparableConv1D(SeparableConvolution):
    """Separable convolution over time: x (batch, time, n_in), w_pointwise (1, n_in * multiplier, n_out)."""

    depthwise_part = DepthwiseConv1D
    pointwise_part = Conv1D


class SeparableConv2D(SeparableConvolution):
    """Separable convolution over height and width: x (batch, height, width, n_in), w_pointwise (1, 1, ..., n_out)."""

    depthwise_part = DepthwiseConv2D
    pointwise_part = Conv2D
