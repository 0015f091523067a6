"""Wrong versions of the layers that are products: bilinear and einsum."""

from typing import Any

import numpy as np

from scratch.bilinear import Bilinear
from scratch.einsum_dense import EinsumDense
from scratch.layer import Array, Layer
from wrong import Versions
from wrong.common import ANY, GRADIENTS, WEIGHTED, OverwritesOutput, ReusesOutput, TurnsToFloat64, made_by
from wrong.several_inputs import ChangesFirst, CountsCalls, GradientsReversed, GradientsTurnToFloat64, SignLost
from wrong.weights import WeightAveraged


class BiasForgotten(Layer):
    """The bias is never added."""

    def forward(self, *inputs: Array) -> Array:
        return super().forward(*inputs) - self.params.get("b", 0)


class BiasTwice(Layer):
    """The bias is added twice."""

    def forward(self, *inputs: Array) -> Array:
        return super().forward(*inputs) + self.params.get("b", 0)


class Halved(Layer):
    """The product is halved."""

    def forward(self, *inputs: Array) -> Array:
        b = self.params.get("b", 0)
        return (super().forward(*inputs) - b) / 2 + b


class InSingle(Layer):
    """Computes in float32, whatever the dtype."""

    def forward(self, *inputs: Array) -> Array:
        y = super().forward(*inputs)
        return y.astype(np.float32).astype(y.dtype)


class BiasAveraged(Layer):
    """The gradient of the bias is averaged over the batch."""

    def backward(self, dy: Array) -> Any:
        dx = super().backward(dy)
        if "b" in self.grads:
            self.grads["b"] = self.grads["b"] / len(dy)
        return dx


class BiasOfFirstSample(Layer):
    """The gradient of the bias is that of the first sample."""

    def backward(self, dy: Array) -> Any:
        dx = super().backward(dy)
        if "b" in self.grads:
            self.grads["b"] = dy[0].sum(axis=tuple(range(dy.ndim - 1 - self.grads["b"].ndim)))
        return dx


class WeightTransposed(Bilinear):
    """The weight's two inputs change places, where both sizes are equal."""

    def forward(self, x: Array, z: Array) -> Array:
        w = self.params["w"]
        if w.shape[1] == w.shape[2]:
            self.params["w"] = w.swapaxes(1, 2)
        y = super().forward(x, z)
        self.params["w"] = w
        return y


class FirstTwice(Bilinear):
    """The first input stands in the place of the second too, where both sizes are equal."""

    def forward(self, x: Array, z: Array) -> Array:
        return super().forward(x, x if x.shape == z.shape else z)


class SumOfBoth(Bilinear):
    """Adds what both inputs give, instead of multiplying it."""

    def forward(self, x: Array, z: Array) -> Array:
        super().forward(x, z)
        w = self.params["w"]
        return x @ w.sum(axis=2).T + z @ w.sum(axis=1).T + self.params.get("b", 0)


class OneGradientTwice(Bilinear):
    """The gradient of the first input is that of its square."""

    def backward(self, dy: Array) -> Any:
        dx, dz = super().backward(dy)
        return 2 * dx, dz


class SecondDetached(Bilinear):
    """The second input gets no gradient."""

    def backward(self, dy: Array) -> Any:
        dx, dz = super().backward(dy)
        return dx, np.zeros_like(dz)


class LetterForgotten(EinsumDense):
    """Weights of a whole axis are taken for those of its first element."""

    def forward(self, x: Array) -> Array:
        w = self.params["w"]
        self.params["w"] = np.broadcast_to(w[..., :1], w.shape)
        y = super().forward(x)
        self.params["w"] = w
        return y


class AxesReversed(EinsumDense):
    """The last axis of the output runs the other way."""

    def forward(self, x: Array) -> Array:
        return super().forward(x)[..., ::-1].copy()


class WeightOfFirstSample(EinsumDense):
    """The first sample alone trains the weight."""

    def backward(self, dy: Array) -> Any:
        dx = super().backward(dy)
        self.grads["w"] = np.einsum(f"{self.at_x},{self.at_y}->{self.at_w}", self.x[:1], dy[:1])
        return dx


class InputGradientHalved(EinsumDense):
    """The gradient of the input is halved."""

    def backward(self, dy: Array) -> Any:
        return super().backward(dy) / 2


OUTPUTS = (BiasForgotten, BiasTwice, Halved, InSingle)
BIASES = (BiasAveraged, BiasOfFirstSample)
SEVERAL = (ReusesOutput, OverwritesOutput, TurnsToFloat64, ChangesFirst, CountsCalls, GradientsTurnToFloat64)

WRONG = {
    "bilinear": Versions(
        outputs=(*made_by(Bilinear, OUTPUTS), WeightTransposed, FirstTwice, SumOfBoth),
        gradients=(
            OneGradientTwice,
            SecondDetached,
            *made_by(Bilinear, (*BIASES, WeightAveraged, GradientsReversed, SignLost, *GRADIENTS)),
        ),
        contract=made_by(Bilinear, (*SEVERAL, *WEIGHTED)),
    ),
    "einsum_dense": Versions(
        outputs=(*made_by(EinsumDense, OUTPUTS), LetterForgotten, AxesReversed),
        gradients=(
            WeightOfFirstSample,
            InputGradientHalved,
            *made_by(EinsumDense, (*BIASES, WeightAveraged, *GRADIENTS)),
        ),
        contract=made_by(EinsumDense, (*ANY, *WEIGHTED)),
    ),
}
