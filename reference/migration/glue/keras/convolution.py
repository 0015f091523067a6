"""Convolution that Keras lacks. Arrays are channels last, as Keras has them."""

from typing import Any

import keras
from keras import ops

from scratch.transposed_convolution import transposed_placing
from scratch.windows import pad_amounts


class _AnyWindows:
    """A convolution that also takes PyTorch's padding in numbers and its padding_mode, and strides that Keras or
    TensorFlow refuses.

    What it pads is added first; where the stride is refused every window is computed, and the stride picks among them.
    """

    own_padding: tuple[str, ...] = ("valid", "same")

    def __init__(
        self, *args: Any, strides: Any, padding: Any, dilation_rate: Any, padding_mode: str = "zeros", **kwargs: Any
    ) -> None:
        self.numbers, self.mode, self.thinned = padding, padding_mode, tuple(strides)
        self.both = self.refused(self.thinned, tuple(dilation_rate))
        mine = padding not in self.own_padding or padding_mode != "zeros"
        self.own = not (mine or self.both or self.wrong(padding, **kwargs))
        base: Any = super()
        base.__init__(
            *args,
            strides=1 if self.both else strides,
            padding=padding if self.own else "valid",
            dilation_rate=dilation_rate,
            **kwargs,
        )

    @staticmethod
    def refused(strides: tuple[int, ...], dilation: tuple[int, ...]) -> bool:
        """Keras has no stride with a dilation."""
        return max(strides) > 1 and max(dilation) > 1

    def wrong(self, padding: Any, kernel_size: Any, **kwargs: Any) -> bool:
        """Whether TensorFlow is known to compute it wrong."""
        return False

    kernel_size: tuple[int, ...]
    dilation_rate: tuple[int, ...]

    def _pads(self, shape: Any) -> list[tuple[int, int]]:
        return pad_amounts(self.numbers, tuple(shape[1:-1]), self.kernel_size, self.thinned, self.dilation_rate)

    def compute_output_shape(self, input_shape: Any) -> Any:
        base: Any = super()
        if self.own:
            return base.compute_output_shape(input_shape)
        sizes = [size + sum(p) for size, p in zip(input_shape[1:-1], self._pads(input_shape), strict=True)]
        n, *out, channels = base.compute_output_shape((input_shape[0], *sizes, input_shape[-1]))
        steps = self.thinned if self.both else [1] * len(out)
        return n, *((size - 1) // step + 1 for size, step in zip(out, steps, strict=True)), channels

    def call(self, x: Any) -> Any:
        base: Any = super()
        if self.own:
            return base.call(x)
        y = base.call(extended(x, self._pads(x.shape), self.mode))
        return y[(slice(None), *(slice(None, None, step) for step in self.thinned))] if self.both else y


def extended(x: Any, pads: list[tuple[int, int]], mode: str) -> Any:
    """x (batch, *spatial, channels) with so much before and after, as `torch.nn.functional.pad` has it in this mode."""
    if mode in ("zeros", "reflect"):
        return ops.pad(x, [(0, 0), *pads, (0, 0)], "constant" if mode == "zeros" else mode)
    for axis, (before, after) in enumerate(pads, start=1):
        n, lead = x.shape[axis], (slice(None),) * axis
        if mode == "circular":
            first, last = x[(*lead, slice(n - before, n))], x[(*lead, slice(after))]
        else:
            first, last = (
                ops.repeat(x[(*lead, slice(1))], before, axis),
                ops.repeat(x[(*lead, slice(-1, n))], after, axis),
            )
        x = ops.concatenate([first, x, last], axis)
    return x


def shorter_by_two(kernel: tuple[int, ...], stride: tuple[int, ...]) -> bool:
    """Where SAME may count less than -1 to pad: TensorFlow's float64 3D convolution on a CPU then skips elements."""
    return any(k <= s - 2 for k, s in zip(kernel, stride, strict=True))


class Conv1D(_AnyWindows, keras.layers.Conv1D):
    """Conv1D with PyTorch's padding in numbers, and a stride with a dilation."""

    own_padding = ("valid", "same", "causal")


class Conv2D(_AnyWindows, keras.layers.Conv2D):
    """Conv2D with PyTorch's padding in numbers, and a stride with a dilation."""


class Conv3D(_AnyWindows, keras.layers.Conv3D):
    """Conv3D with PyTorch's padding in numbers, and a stride with a dilation; right for short kernels too."""

    def wrong(self, padding: Any, kernel_size: Any, **kwargs: Any) -> bool:
        return padding == "same" and shorter_by_two(kernel_size, self.thinned)


class _Depthwise(_AnyWindows):
    @staticmethod
    def refused(strides: tuple[int, ...], dilation: tuple[int, ...]) -> bool:
        """TensorFlow's depthwise kernel has no unequal strides."""
        return len(set(strides)) > 1


class DepthwiseConv1D(_Depthwise, keras.layers.DepthwiseConv1D):
    """DepthwiseConv1D with PyTorch's padding in numbers, and causal padding."""


class DepthwiseConv2D(_Depthwise, keras.layers.DepthwiseConv2D):
    """DepthwiseConv2D with PyTorch's padding in numbers, and unequal strides."""


class SeparableConv1D(_Depthwise, keras.layers.SeparableConv1D):
    """SeparableConv1D with PyTorch's padding in numbers, and causal padding."""


class SeparableConv2D(_Depthwise, keras.layers.SeparableConv2D):
    """SeparableConv2D with PyTorch's padding in numbers, and unequal strides."""


class ConvTranspose(keras.layers.Layer):
    """Transposed convolution of any rank with what Keras or TensorFlow lacks, as PyTorch has it.

    Groups: one transposed convolution each. Dilation: zeros between the taps of the kernel. Padding: cut off the whole.
    The kernel is (*kernel_size, filters / groups, channels).
    """

    def __init__(
        self,
        filters: int,
        kernel_size: tuple[int, ...],
        *,
        strides: tuple[int, ...],
        padding: Any,
        output_padding: tuple[int, ...] | None,
        dilation_rate: tuple[int, ...],
        groups: int = 1,
        use_bias: bool = True,
    ) -> None:
        super().__init__()
        self.filters, self.kernel_size, self.strides, self.padding = filters, kernel_size, strides, padding
        self.output_padding, self.dilation_rate = output_padding, dilation_rate
        self.groups, self.use_bias = groups, use_bias

    def build(self, input_shape: Any) -> None:
        shape = (*self.kernel_size, self.filters // self.groups, input_shape[-1])
        self.kernel = self.add_weight(name="kernel", shape=shape)
        self.bias = self.add_weight(name="bias", shape=(self.filters,)) if self.use_bias else None

    def call(self, x: Any) -> Any:
        kernel = with_gaps(ops.convert_to_tensor(self.kernel), self.dilation_rate)
        parts = zip(ops.split(x, self.groups, axis=-1), ops.split(kernel, self.groups, axis=-1), strict=True)
        none = (0,) * len(self.kernel_size)
        wholes = [ops.conv_transpose(*part, self.strides, "valid", none) for part in parts]
        y = self._cut(ops.concatenate(wholes, axis=-1), x.shape[1:-1])
        return y if self.bias is None else y + self.bias

    def _cut(self, whole: Any, sizes: Any) -> Any:
        canvas, cuts = transposed_placing(
            self.padding, self.output_padding, tuple(sizes), self.kernel_size, self.strides, self.dilation_rate
        )
        longer = [(0, size - n) for size, n in zip(canvas, whole.shape[1:-1], strict=True)]
        inner = (slice(before, size - after) for (before, after), size in zip(cuts, canvas, strict=True))
        return ops.pad(whole, [(0, 0), *longer, (0, 0)])[(slice(None), *inner)]


def with_gaps(kernel: Any, dilation: tuple[int, ...]) -> Any:
    """The kernel with `dilation - 1` zeros between its taps: at dilation 1 it does what the given one does dilated."""
    for axis, d in enumerate(dilation):
        before, k, after = kernel.shape[:axis], kernel.shape[axis], kernel.shape[axis + 1 :]
        apart = ops.reshape(kernel, (*before, k, 1, *after))
        zeros = ops.zeros((*before, k, d - 1, *after), kernel.dtype)
        joined = ops.reshape(ops.concatenate([apart, zeros], axis=axis + 1), (*before, k * d, *after))
        kernel = joined[(*[slice(None)] * axis, slice((k - 1) * d + 1))]
    return kernel
