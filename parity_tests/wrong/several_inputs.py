"""Mistakes that layers of several inputs can make; put before the layer they are made in."""

from typing import Any

import numpy as np

from scratch.layer import Array, Layer


class FirstTwoOnly(Layer):
    """Only the first two inputs are merged; the others get no gradient."""

    def forward(self, *inputs: Array) -> Array:
        self.more = inputs[2:]
        return super().forward(*inputs[:2])

    def backward(self, dy: Array) -> Any:
        return (*super().backward(dy), *(np.zeros_like(x) for x in self.more))


class Reversed(Layer):
    """The inputs are merged in the opposite order."""

    def forward(self, *inputs: Array) -> Array:
        return super().forward(*inputs[::-1])

    def backward(self, dy: Array) -> Any:
        return super().backward(dy)[::-1]


class FirstTwice(Layer):
    """The first input stands in the place of the second too."""

    def forward(self, *inputs: Array) -> Array:
        return super().forward(inputs[0], *inputs[:1], *inputs[2:])


class Doubled(Layer):
    """The output is doubled."""

    def forward(self, *inputs: Array) -> Array:
        return 2 * super().forward(*inputs)


class OneGradient(Layer):
    """Every input gets the gradient of the first."""

    def backward(self, dy: Array) -> Any:
        dxs = super().backward(dy)
        return tuple(dxs[0].copy() for _ in dxs)


class FirstGradientOnly(Layer):
    """Only the first input gets a gradient."""

    def backward(self, dy: Array) -> Any:
        first, *others = super().backward(dy)
        return (first, *(np.zeros_like(d) for d in others))


class GradientsReversed(Layer):
    """The gradients are returned in the opposite order."""

    def backward(self, dy: Array) -> Any:
        return super().backward(dy)[::-1]


class GradientsDivided(Layer):
    """The gradient is divided by the number of inputs."""

    def backward(self, dy: Array) -> Any:
        dxs = super().backward(dy)
        return tuple(d / len(dxs) for d in dxs)


class GradientsMultiplied(Layer):
    """Each input gets the gradient of all of them together."""

    def backward(self, dy: Array) -> Any:
        dxs = super().backward(dy)
        return tuple(d * len(dxs) for d in dxs)


class SignLost(Layer):
    """The gradients lose their sign."""

    def backward(self, dy: Array) -> Any:
        return tuple(abs(d) for d in super().backward(dy))


class SharedGradient(Layer):
    """All inputs get one and the same array, which is the cotangent."""

    def backward(self, dy: Array) -> Any:
        return tuple(dy for _ in super().backward(dy))


class ChangesFirst(Layer):
    """Collects the result in the memory of the first input."""

    def forward(self, *inputs: Array) -> Array:
        y = super().forward(*inputs)
        inputs[0][...] = y if y.shape == inputs[0].shape else 0
        return y


class ReturnsFirst(Layer):
    """Returns the memory of the first input."""

    def forward(self, *inputs: Array) -> Array:
        super().forward(*inputs)
        return inputs[0]


class TurnsToFloat64(Layer):
    """Adds a float64 scalar to the output, which makes float32 float64."""

    def forward(self, *inputs: Array) -> Array:
        return super().forward(*inputs) + np.float64(0)


class GradientsTurnToFloat64(Layer):
    """Starts the gradients from np.zeros without a dtype, which makes float32 float64."""

    def backward(self, dy: Array) -> Any:
        return tuple(np.zeros(d.shape) + d for d in super().backward(dy))


class CountsCalls(Layer):
    """Adds the number of calls before this one to the output."""

    def forward(self, *inputs: Array) -> Array:
        self.calls = vars(self).get("calls", -1) + 1
        return super().forward(*inputs) + self.calls
