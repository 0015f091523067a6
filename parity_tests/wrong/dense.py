"""Wrong versions of the fully connected layer."""

from typing import Any

import numpy as np

from scratch.dense import Dense
from scratch.layer import Array
from wrong import Versions
from wrong.common import ANY, GRADIENTS, WEIGHTED, made_by


class NoBias(Dense):
    """The bias is never added."""

    def forward(self, x: Array) -> Array:
        self.x = x
        return x @ self.params["w"]


class BiasTwice(Dense):
    """The bias is added twice."""

    def forward(self, x: Array) -> Array:
        return super().forward(x) + self.params.get("b", 0)


class BiasSubtracted(Dense):
    """The bias is subtracted, as a threshold."""

    def forward(self, x: Array) -> Array:
        return super().forward(x) - 2 * self.params.get("b", 0)


class WeightTransposed(Dense):
    """x @ w.T, as if w were (n_out, n_in): runs where both sizes are equal."""

    def forward(self, x: Array) -> Array:
        self.x = x
        return x @ self.params["w"].T + self.params.get("b", 0)


class BiasScaled(Dense):
    """The bias is multiplied by the batch size, as the sum over a batch of ones would."""

    def forward(self, x: Array) -> Array:
        return super().forward(x) + (len(x) - 1) * self.params.get("b", 0)


class SingleInside(Dense):
    """Multiplies in float32, whatever the dtype."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        return (x.astype(np.float32) @ self.params["w"].astype(np.float32) + self.params.get("b", 0)).astype(y.dtype)


class Backward(Dense):
    """The backward pass in three steps; right. The wrong ones below change one of them."""

    def backward(self, dy: Array) -> Any:
        self.grads["w"] = self.dw(self.x.reshape(-1, self.x.shape[-1]), dy.reshape(-1, dy.shape[-1]))
        if "b" in self.params:
            self.grads["b"] = self.db(dy)
        return self.dx(dy, self.params["w"])

    def dw(self, x: Array, dy: Array) -> Array:
        return x.T @ dy

    def db(self, dy: Array) -> Array:
        return dy.reshape(-1, dy.shape[-1]).sum(axis=0)

    def dx(self, dy: Array, w: Array) -> Array:
        return dy @ w.T


class GradientTransposed(Backward):
    """dw = dy.T @ x, the transpose: its shape tells unless both sizes are equal."""

    def dw(self, x: Array, dy: Array) -> Array:
        return dy.T @ x


class GradientNotTransposed(Backward):
    """dx = dy @ w without the transpose: runs where both sizes are equal."""

    def dx(self, dy: Array, w: Array) -> Array:
        return dy @ w


class BiasAveraged(Backward):
    """The gradient of the bias is averaged over the batch, that of the weights summed."""

    def db(self, dy: Array) -> Array:
        return super().db(dy) / len(dy)


class BiasNotSummed(Backward):
    """The gradient of the bias keeps the batch."""

    def db(self, dy: Array) -> Array:
        return dy


class BiasSumsFirstAxis(Backward):
    """The gradient of the bias is summed over the first axis only, of however many there are."""

    def db(self, dy: Array) -> Array:
        return dy.sum(axis=0)


class BiasOfFirstRow(Backward):
    """The gradient of the bias is that of the first row."""

    def db(self, dy: Array) -> Array:
        return dy.reshape(-1, dy.shape[-1])[0].copy()


class WeightAveraged(Backward):
    """The gradient of the weights is divided by the batch size, as if the loss had not done so."""

    def dw(self, x: Array, dy: Array) -> Array:
        return x.T @ dy / len(x)


class LastRowOnly(Backward):
    """The gradient of the weights is overwritten by each row of the batch."""

    def dw(self, x: Array, dy: Array) -> Array:
        return np.outer(x[-1], dy[-1])


class ClippedGradient(Backward):
    """Clips the gradient of the weights to [-5, 5], which is the optimizer's business."""

    def dw(self, x: Array, dy: Array) -> Array:
        return np.clip(x.T @ dy, -5, 5)


class DecayInside(Backward):
    """Adds weight decay to the gradient of the weights."""

    def dw(self, x: Array, dy: Array) -> Array:
        return x.T @ dy + 1e-4 * self.params["w"]


class UpdatedWeightInDx(Backward):
    """The input gradient is taken with the weights after their step."""

    def dx(self, dy: Array, w: Array) -> Array:
        return dy @ (w - 0.01 * self.grads["w"]).T


RIGHT = {"dense": (Backward,)}
WRONG = {
    "dense": Versions(
        outputs=(NoBias, BiasTwice, BiasSubtracted, WeightTransposed, BiasScaled, SingleInside),
        gradients=(
            *made_by(Dense, GRADIENTS),
            GradientTransposed,
            GradientNotTransposed,
            BiasAveraged,
            BiasNotSummed,
            BiasSumsFirstAxis,
            BiasOfFirstRow,
            WeightAveraged,
            LastRowOnly,
            ClippedGradient,
            DecayInside,
            UpdatedWeightInDx,
        ),
        contract=made_by(Dense, (*ANY, *WEIGHTED)),
    )
}
