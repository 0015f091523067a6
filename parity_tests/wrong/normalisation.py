"""Wrong versions of the normalisations."""

from typing import Any

import numpy as np

from scratch.layer import Array
from scratch.normalisation import LayerNorm, Normalisation, moments
from wrong import Versions
from wrong.common import ANY, GRADIENTS, WEIGHTED, made_by
from wrong.conditions import VarianceOfSquares

# ---- mistakes that any normalisation can make


class EpsilonForgotten(Normalisation):
    """Divides by the root of the variance alone."""

    def forward(self, x: Array) -> Array:
        self.epsilon = 0.0
        return super().forward(x)


class EpsilonOutside(Normalisation):
    """Adds epsilon to the standard deviation, not to the variance."""

    def affine(self, z: Array) -> Array:
        wrong = np.sqrt(self.deviation**2 - self.epsilon) + self.epsilon
        return super().affine(z * (self.deviation / wrong))


class DividesByVariance(Normalisation):
    """Divides by the variance, not by its root."""

    def affine(self, z: Array) -> Array:
        return super().affine(z / self.deviation)


class UnbiasedInside(Normalisation):
    """Divides by the unbiased deviation, of N - 1."""

    def affine(self, z: Array) -> Array:
        n = size(self, z)
        return super().affine(z * float(np.sqrt((n - 1) / n)))


class ShiftScaled(Normalisation):
    """y = gamma (z + beta)."""

    def affine(self, z: Array) -> Array:
        y = super().affine(z)
        if len(self.params) == 2:
            gamma, beta = (self.params[name].reshape(self.along) for name in ("gamma", "beta"))
            y += (gamma - 1) * beta
        return y


class OtherGradient(Normalisation):
    """Base of what goes wrong in the gradient through the moments."""

    def backward(self, dy: Array) -> Array:
        return self.through(self.affine_backward(dy), self.z)

    def through(self, dz: Array, z: Array) -> Array:
        raise NotImplementedError


class MomentsConstant(OtherGradient):
    """Takes mean and variance for constants."""

    def through(self, dz: Array, z: Array) -> Array:
        return dz / self.deviation


class MeanOnly(OtherGradient):
    """Takes the variance for a constant."""

    def through(self, dz: Array, z: Array) -> Array:
        return (dz - average(self, dz)) / self.deviation


class VarianceOnly(OtherGradient):
    """Takes the mean for a constant."""

    def through(self, dz: Array, z: Array) -> Array:
        return (dz - z * average(self, dz * z)) / self.deviation


class SumsForMeans(OtherGradient):
    """Takes sums over the places where means belong."""

    def through(self, dz: Array, z: Array) -> Array:
        return (dz - size(self, z) * (average(self, dz) + z * average(self, dz * z))) / self.deviation


class ScaleForgotten(Normalisation):
    """The input gradient leaves out gamma."""

    def affine_backward(self, dy: Array) -> Array:
        super().affine_backward(dy)
        return dy


class ScaleGradientOfCotangent(Normalisation):
    """dgamma is the sum of the cotangent, as dbeta."""

    def affine_backward(self, dy: Array) -> Array:
        dz = super().affine_backward(dy)
        if "gamma" in self.grads and "beta" in self.grads:
            self.grads["gamma"] = self.grads["beta"].copy()
        return dz


class ScaleGradientOfOutput(Normalisation):
    """dgamma is taken with the output in the place of the normalised input."""

    def affine(self, z: Array) -> Array:
        self.y = super().affine(z)
        return self.y

    def affine_backward(self, dy: Array) -> Array:
        dz = super().affine_backward(dy)
        if "gamma" in self.params:
            others = tuple(i for i in range(dy.ndim) if i not in {axis % dy.ndim for axis in self.axis})
            self.grads["gamma"] = (dy * self.y).sum(axis=others)
        return dz


class ShiftAveraged(Normalisation):
    """dbeta is an average where it should be a sum."""

    def affine_backward(self, dy: Array) -> Array:
        dz = super().affine_backward(dy)
        if "beta" in self.grads:
            self.grads["beta"] = self.grads["beta"] * (self.grads["beta"].size / dy.size)
        return dz


def average(layer: Any, z: Array) -> Array:
    """The mean over what the moments of the layer are taken of."""
    if hasattr(layer, "average"):
        return layer.average(z)  # type: ignore[no-any-return]
    return z.mean(axis=getattr(layer, "over", layer.axis), keepdims=True)  # type: ignore[no-any-return]


def size(layer: Any, z: Array) -> int:
    """How many numbers such a mean is of."""
    one = np.zeros_like(z)
    one[(0,) * z.ndim] = 1
    return round(1 / float(average(layer, one).max()))


OUTPUTS = (EpsilonForgotten, EpsilonOutside, DividesByVariance, UnbiasedInside, ShiftScaled)
THROUGH = (MomentsConstant, MeanOnly, VarianceOnly, SumsForMeans)
AFFINE = (ScaleForgotten, ScaleGradientOfCotangent, ScaleGradientOfOutput, ShiftAveraged)


def versions(layer: type[Normalisation], *outputs: Any, **more: Any) -> Versions:
    """The mistakes of any normalisation made in `layer`, and its own."""
    return Versions(
        outputs=(*made_by(layer, OUTPUTS), *outputs),
        gradients=(*made_by(layer, (*THROUGH, *AFFINE, *GRADIENTS)), *more.pop("gradients", ())),
        contract=made_by(layer, (*ANY, *WEIGHTED)),
        **more,
    )


# ---- of the sample


class OfTheBatch(LayerNorm):
    """Normalises over the batch, as BatchNorm does."""

    def forward(self, x: Array) -> Array:
        mean, variance = moments(x, (0,))
        self.deviation = np.sqrt(variance + self.epsilon)
        return self.affine((x - mean) / self.deviation)


class LastAxisOnly(LayerNorm):
    """Takes the moments over the last axis only, of however many there are."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        mean, variance = moments(x, (self.axis[-1],))
        self.deviation = np.sqrt(variance + self.epsilon)
        return self.affine((x - mean) / self.deviation) if len(self.axis) > 1 else y


class OverAllButTheBatch(LayerNorm):
    """Takes the moments over all axes but the first."""

    def forward(self, x: Array) -> Array:
        mean, variance = moments(x, tuple(range(1, x.ndim)))
        self.deviation = np.sqrt(variance + self.epsilon)
        return self.affine((x - mean) / self.deviation)


WRONG = {
    "layer_norm": versions(LayerNorm, OfTheBatch, LastAxisOnly, OverAllButTheBatch, VarianceOfSquares),
}
