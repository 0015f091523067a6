"""Parts that Keras lacks, composed of its own operations. Arrays are channels last, as Keras has them."""

import math
from typing import Any

import keras
from keras import ops

from scratch.windows import pad_amounts


def pad2d(x: Any, padding: Any, kernel: tuple[int, ...], stride: tuple[int, ...], value: float = 0.0) -> Any:
    """`value` around (batch, height, width, channels): "valid", "same", or numbers for both sides as in PyTorch."""
    pads = pad_amounts(padding, tuple(x.shape[1:3]), kernel, stride, (1, 1))
    return ops.pad(x, [(0, 0), *pads, (0, 0)], constant_values=value) if any(map(any, pads)) else x


class Conv2D(keras.layers.Conv2D):
    """Conv2D that also takes PyTorch's padding in numbers, and a stride with a dilation, which Keras refuses."""

    def __init__(
        self, *args: Any, strides: Any = (1, 1), padding: Any = "valid", dilation_rate: Any = (1, 1), **kwargs: Any
    ) -> None:
        self.numbers, self.thinned = padding, tuple(strides)
        both = max(strides) > 1 and max(dilation_rate) > 1
        own = padding in ("valid", "same") and not both
        super().__init__(
            *args,
            strides=1 if both else strides,
            padding=padding if own else "valid",
            dilation_rate=dilation_rate,
            **kwargs,
        )
        self.own, self.both = own, both

    def _pads(self, shape: Any) -> list[tuple[int, int]]:
        return pad_amounts(self.numbers, tuple(shape[1:3]), self.kernel_size, self.thinned, self.dilation_rate)

    def compute_output_shape(self, input_shape: Any) -> Any:
        if self.own:
            return super().compute_output_shape(input_shape)
        sizes = [size + sum(p) for size, p in zip(input_shape[1:3], self._pads(input_shape), strict=True)]
        n, height, width, channels = super().compute_output_shape((input_shape[0], *sizes, input_shape[3]))
        s_h, s_w = self.thinned if self.both else (1, 1)
        return n, (height - 1) // s_h + 1, (width - 1) // s_w + 1, channels

    def call(self, x: Any) -> Any:
        if self.own:
            return super().call(x)
        y = super().call(ops.pad(x, [(0, 0), *self._pads(x.shape), (0, 0)]))
        # at stride 1 every window is computed; the stride then picks every s-th of them
        return y[:, :: self.thinned[0], :: self.thinned[1]] if self.both else y


def max_pool2d(x: Any, kernel: tuple[int, ...], stride: tuple[int, ...], padding: Any) -> Any:
    """Max-pooling that also takes PyTorch's padding in numbers: cells of -inf that never win."""
    if isinstance(padding, str):
        return ops.max_pool(x, kernel, stride, padding)
    return ops.max_pool(pad2d(x, padding, kernel, stride, -math.inf), kernel, stride, "valid")


def avg_pool2d(x: Any, kernel: tuple[int, ...], stride: tuple[int, ...], padding: Any, count_padding: bool) -> Any:
    """Average pooling that also takes PyTorch's padding in numbers, counted in the divisor or not."""
    if isinstance(padding, str) and not count_padding:
        return ops.average_pool(x, kernel, stride, padding)

    def mean(z: Any) -> Any:
        return ops.average_pool(pad2d(z, padding, kernel, stride), kernel, stride, "valid")

    return mean(x) if count_padding else mean(x) / mean(ops.ones_like(x))


def sum_pool2d(x: Any, kernel: tuple[int, ...], stride: tuple[int, ...], padding: Any) -> Any:
    """The sum of each window: the mean times the number of its places, padding being zero."""
    mean = ops.average_pool(pad2d(x, padding, kernel, stride), kernel, stride, "valid")
    return mean * math.prod(kernel)


def lp_pool2d(x: Any, p: float, kernel: tuple[int, ...], stride: tuple[int, ...], padding: Any) -> Any:
    """The p-norm of each window; its gradient is 0 where the whole window is 0."""
    power = sum_pool2d(ops.abs(x) ** p, kernel, stride, padding)
    # the root's slope at 0 is infinite, and 0 times it would be NaN: such windows get a root of 1, then 0
    empty = ops.equal(power, 0)
    return ops.where(empty, ops.zeros_like(power), ops.where(empty, ops.ones_like(power), power) ** (1 / p))


class CrossEntropy:
    """Cross-entropy of clipped probabilities: Keras' own divides them by their sum first, and clips at 1e-7 only."""

    def __init__(self, low: float, high: float, reduction: str) -> None:
        self.low, self.high, self.reduction = low, high, reduction

    def __call__(self, p: Any, t: Any) -> Any:
        if len(t.shape) < len(p.shape):
            t = ops.one_hot(t, p.shape[-1], dtype=p.dtype)
        losses = -ops.sum(t * ops.log(ops.clip(p, self.low, self.high)), axis=-1)
        return {"none": lambda z: z, "sum": ops.sum, "mean": ops.mean}[self.reduction](losses)


class TorchAdam(keras.optimizers.Adam):
    """Adam with PyTorch's epsilon, which is added to the root of v after the bias correction.

    Keras adds epsilon to the uncorrected root, so its epsilon has to be smaller by sqrt(1 - beta_2**t) at step t.
    """

    @property
    def epsilon(self) -> Any:
        # beta_2 stays a Python number here: as a tensor it would be rounded to float32 first
        step = ops.cast(self.iterations + 1, self.learning_rate.dtype)
        return self.corrected_epsilon * ops.sqrt(1 - float(self.beta_2) ** step)

    @epsilon.setter
    def epsilon(self, value: float) -> None:
        self.corrected_epsilon = value
