"""Wrong versions that are right until an input or an option is of a kind that is seldom tried."""

from typing import Any

import numpy as np

from scratch.convolution import Convolution
from scratch.layer import Array
from scratch.lstm import LSTM
from scratch.merging import Merge, Multiply
from scratch.normalisation import LayerNorm
from scratch.recurrent import Recurrent


class VarianceOfSquares(LayerNorm):
    """The variance is the mean of the squares less the square of the mean: far from 0 half of the digits are left."""

    def forward(self, x: Array) -> Array:
        mean = x.mean(axis=self.axis, keepdims=True)
        variance = (x * x).mean(axis=self.axis, keepdims=True) - mean * mean
        self.deviation = np.sqrt(variance + self.epsilon)
        self.z = (x - mean) / self.deviation
        return self.affine(self.z)


class GradientByQuotient(Multiply):
    """The gradient of a factor is the product divided by it: NaN where it is 0."""

    def forward(self, *inputs: Array) -> Array:
        self.given = inputs
        return super().forward(*inputs)

    def backward(self, dy: Array) -> tuple[Array, ...]:
        y = self.value(*self.given)
        return tuple(dy * y / x for x in self.given)


class NaNLoses(Merge):
    """A number is taken where the other input is NaN."""

    def value(self, *inputs: Array) -> Array:
        numbers = [np.where(np.isnan(x), other, x) for x, other in zip(inputs, reversed(inputs), strict=True)]
        return super().value(*numbers)


class ZerosForwardsOnly(Recurrent):
    """The output of masked steps is not zero where the sequence is read backwards."""

    def forward(self, x: Array, *given: Array) -> Array:
        self.zero_output = self.zero_output and not self.go_backwards
        return super().forward(x, *given)


class ForgetsLittle(LSTM):
    """The bias of the forget gate starts from 1, whatever is asked for."""

    def __init__(self, *args: Any, forget_bias: float = 1.0, **options: Any) -> None:
        super().__init__(*args, **options)


class KernelOfOne(Convolution):
    """A kernel of one element goes to every place, whatever the stride."""

    def __init__(self, *args: Any, stride: Any = 1, **options: Any) -> None:
        super().__init__(*args, stride=stride, **options)
        if set(self.kernel) == {1}:
            self.stride = self.kernel
