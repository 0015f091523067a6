"""Wrong versions of the layers whose weight is normalised."""

import numpy as np

from reference.pairs.weight_norms import spectral_norm, weight_norm
from scratch.distances import unit
from scratch.layer import Array
from scratch.weight_norms import SpectralNorm, WeightNorm
from wrong import Versions
from wrong.common import (
    Accumulates,
    AccumulatesInPlace,
    AveragesGradients,
    CotangentsReversed,
    ForgetsGradient,
    GradientTurnsToFloat64,
    IgnoresCotangent,
    ReusesOutput,
    TurnsToFloat64,
    UpdatesWeights,
    made_by,
)
from wrong.composites import recast

GRADIENTS = (IgnoresCotangent, AveragesGradients, CotangentsReversed)
CONTRACT = (
    *(ReusesOutput, TurnsToFloat64, GradientTurnsToFloat64),
    *(Accumulates, AccumulatesInPlace, UpdatesWeights, ForgetsGradient),
)

# ---- lengths


class LengthForgotten(WeightNorm):
    """g v, without the division."""

    def weight(self) -> Array:
        super().weight()
        return self.params["g"] * self.params["v"]


class OneLength(WeightNorm):
    """One length for the whole weight."""

    def weight(self) -> Array:
        super().weight()
        v = self.params["v"]
        return self.params["g"] * v / np.sqrt((v * v).sum())


class Squared(WeightNorm):
    """Divides by the squared length."""

    def weight(self) -> Array:
        v = self.params["v"]
        return super().weight() / np.sqrt((v * v).sum(axis=self.others))


class OfInputs(WeightNorm):
    """The length of what leaves each input."""

    def weight(self) -> Array:
        super().weight()
        v = self.params["v"]
        return self.params["g"] * v / np.sqrt((v * v).sum(axis=-1, keepdims=True))


class LengthConstant(WeightNorm):
    """Takes the length for a constant in the gradient of v."""

    def weight_gradients(self, dw: Array) -> dict[str, Array]:
        return {**super().weight_gradients(dw), "v": dw * self.scale}


class LengthNotDivided(WeightNorm):
    """The gradient of v is not divided by the length."""

    def weight_gradients(self, dw: Array) -> dict[str, Array]:
        dg = (dw * self.direction).sum(axis=self.others)
        return {"v": (dw - dg * self.direction) * self.params["g"], "g": dg}


class OfOldG(WeightNorm):
    """The gradient of g is that of w, summed."""

    def weight_gradients(self, dw: Array) -> dict[str, Array]:
        return {**super().weight_gradients(dw), "g": dw.sum(axis=self.others)}


class AlwaysColumns(WeightNorm):
    """Takes the length of each column, whatever the axis."""

    def weight(self) -> Array:
        super().weight()
        v, g = self.params["v"], np.expand_dims(self.params["g"], self.others)
        return g * v / np.sqrt((v * v).sum(axis=tuple(range(v.ndim - 1))))


class WholeAveraged(WeightNorm):
    """The length of the whole weight is the root of its mean square."""

    def weight(self) -> Array:
        w = super().weight()
        return w * np.sqrt(w.size) if self.params["g"].ndim == 0 else w


class ColumnsInGradient(WeightNorm):
    """The gradient of v takes the length for that of each column, whatever the axis."""

    def weight_gradients(self, dw: Array) -> dict[str, Array]:
        dg = (dw * self.direction).sum(axis=tuple(range(dw.ndim - 1)))
        return {**super().weight_gradients(dw), "v": (dw - dg * self.direction) * self.scale}


# ---- singular values


class Frobenius(SpectralNorm):
    """Divides by the length of the whole weight."""

    def weight(self) -> Array:
        super().weight()
        return self.w / np.sqrt((self.w * self.w).sum())


class Multiplied(SpectralNorm):
    """Multiplies by the singular value."""

    def weight(self) -> Array:
        return super().weight() * self.sigma**2


class AlwaysIterates(SpectralNorm):
    """Goes on at inference too."""

    def weight(self) -> Array:
        before, self.training = self.training, True
        w = super().weight()
        self.training = before
        return w


class NeverIterates(SpectralNorm):
    """Never goes on."""

    def weight(self) -> Array:
        before, self.training = self.training, False
        w = super().weight()
        self.training = before
        return w


class OneIteration(SpectralNorm):
    """Always a single iteration."""

    def weight(self) -> Array:
        before, self.iterations = self.iterations, 1
        w = super().weight()
        self.iterations = before
        return w


class OtherVectorFirst(SpectralNorm):
    """Begins with v, as Keras does."""

    def weight(self) -> Array:
        matrix = self.params["w"].reshape(-1, self.params["w"].shape[-1])
        if self.training:
            self.buffers["v"] = unit(matrix @ self.buffers["u"], 0, self.EPSILON)[0]
        return super().weight()


class SigmaConstant(SpectralNorm):
    """Takes the singular value for a constant in the gradient."""

    def weight_gradients(self, dw: Array) -> dict[str, Array]:
        return {"w": dw / self.sigma}


class Undivided(SpectralNorm):
    """The gradient is not divided by the singular value."""

    def weight_gradients(self, dw: Array) -> dict[str, Array]:
        return {"w": super().weight_gradients(dw)["w"] * self.sigma}


class TermAdded(SpectralNorm):
    """The term of the singular value has the wrong sign."""

    def weight_gradients(self, dw: Array) -> dict[str, Array]:
        return {"w": 2 * dw / self.sigma - super().weight_gradients(dw)["w"]}


WRONG = {
    "weight_norm": Versions(
        outputs=recast(weight_norm, LengthForgotten, OneLength, Squared, OfInputs, AlwaysColumns, WholeAveraged),
        gradients=(
            *recast(weight_norm, *made_by(WeightNorm, GRADIENTS)),
            *recast(weight_norm, LengthConstant, LengthNotDivided, OfOldG, ColumnsInGradient),
        ),
        contract=recast(weight_norm, *made_by(WeightNorm, CONTRACT)),
    ),
    "spectral_norm": Versions(
        outputs=recast(
            spectral_norm, Frobenius, Multiplied, AlwaysIterates, NeverIterates, OneIteration, OtherVectorFirst
        ),
        gradients=(
            *recast(spectral_norm, *made_by(SpectralNorm, GRADIENTS)),
            *recast(spectral_norm, SigmaConstant, Undivided, TermAdded),
        ),
        contract=recast(spectral_norm, *made_by(SpectralNorm, CONTRACT)),
    ),
}
