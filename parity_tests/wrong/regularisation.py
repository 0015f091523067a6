"""Wrong versions of the layers that draw at random, all given what they would draw."""

import math
from typing import Any

import numpy as np

from scratch.layer import Array
from scratch.regularisation import (
    AlphaDropout,
    Dropout,
    GaussianDropout,
    GaussianNoise,
    Noise,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
)
from wrong import Versions
from wrong.common import GRADIENTS, LINEAR, made_by

# ---- of dropout


class NotInverted(Dropout):
    """Leaves what is kept unscaled, as the paper does in training."""

    def slope(self, x: Array, drawn: Array) -> Array:
        return drawn.astype(x.dtype)


class ScaledByRate(Dropout):
    """Divides by the rate, taking it for the share that is kept."""

    def slope(self, x: Array, drawn: Array) -> Array:
        return drawn.astype(x.dtype) / max(self.rate, 0.01)


class ScaledDown(Dropout):
    """Multiplies by 1 - rate where it should divide."""

    def slope(self, x: Array, drawn: Array) -> Array:
        return drawn.astype(x.dtype) * (1 - self.rate)


class MaskInverted(Dropout):
    """Drops where the mask is true."""

    def slope(self, x: Array, drawn: Array) -> Array:
        return super().slope(x, ~drawn)


class DropsAtInference(Dropout):
    """Drops at inference too, where a mask is given."""

    def forward(self, x: Array, drawn: Array | None = None) -> Array:
        if drawn is None:
            return super().forward(x)
        self.dy_dx = self.slope(x, drawn)
        return x * self.dy_dx


class ScalesAtInference(Dropout):
    """Multiplies by 1 - rate at inference, though training was scaled already."""

    def forward(self, x: Array, drawn: Array | None = None) -> Array:
        y = super().forward(x, drawn)
        if not self.training:
            self.dy_dx = self.dy_dx * (1 - self.rate)
        return y if self.training else y * (1 - self.rate)


class ScaledByCount(Dropout):
    """Divides by the share that this mask happens to keep."""

    def slope(self, x: Array, drawn: Array) -> Array:
        return drawn.astype(x.dtype) / max(float(drawn.mean()), 0.01)


# ---- in the gradients of any of them


class PassesAll(Noise):
    """Passes the cotangent on as it is."""

    def backward(self, dy: Array) -> Array:
        return dy.copy()


class GradientUnscaled(Noise):
    """The gradient is masked but not scaled."""

    def backward(self, dy: Array) -> Array:
        return dy * (self.dy_dx != 0)


class GradientTwice(Noise):
    """Masks and scales the gradient twice."""

    def backward(self, dy: Array) -> Array:
        return super().backward(super().backward(dy))


class GradientTimesInput(Noise):
    """Multiplies the gradient by the input."""

    def forward(self, x: Array, drawn: Array | None = None) -> Array:
        self.x = x
        return super().forward(x, drawn)

    def backward(self, dy: Array) -> Array:
        return super().backward(dy) * self.x


class MaskOfOutput(Noise):
    """Masks the gradient where the output is positive, as ReLU does."""

    def forward(self, x: Array, drawn: Array | None = None) -> Array:
        self.y = super().forward(x, drawn)
        return self.y.copy()

    def backward(self, dy: Array) -> Array:
        return super().backward(dy) * (self.y > 0)


# ---- of the others


class DroppedToZero(AlphaDropout):
    """What is dropped becomes 0."""

    def disturb(self, x: Array, drawn: Array) -> Array:
        return self.a * x * drawn + self.b


class NotRestored(AlphaDropout):
    """Mean and variance are not brought back to 0 and 1."""

    def __init__(self, rate: float, **kwargs: Any) -> None:
        super().__init__(rate, **kwargs)
        self.a, self.b = 1.0, 0.0


class ShiftForgotten(AlphaDropout):
    """The mean is not brought back to 0."""

    def __init__(self, rate: float, **kwargs: Any) -> None:
        super().__init__(rate, **kwargs)
        self.b = 0.0


class ScaleOfSELUForgotten(AlphaDropout):
    """What is dropped becomes -alpha, without the scale of SELU."""

    def disturb(self, x: Array, drawn: Array) -> Array:
        return self.a * np.where(drawn, x, np.asarray(-1.6732632423543772, x.dtype)) + self.b


class AsDropout(AlphaDropout):
    """Drops and scales as Dropout does."""

    def slope(self, x: Array, drawn: Array) -> Array:
        return drawn.astype(x.dtype) / (1 - self.rate)

    def disturb(self, x: Array, drawn: Array) -> Array:
        return x * self.slope(x, drawn)


class RateAsDeviation(GaussianDropout):
    """The noise's deviation is the rate."""

    def __init__(self, rate: float, **kwargs: Any) -> None:
        super().__init__(rate, **kwargs)
        self.sigma = rate


class RootForgotten(GaussianDropout):
    """The noise's deviation is rate / (1 - rate), without the root."""

    def __init__(self, rate: float, **kwargs: Any) -> None:
        super().__init__(rate, **kwargs)
        self.sigma = self.sigma**2


class KeptForDropped(GaussianDropout):
    """The noise's deviation is that of the rate 1 - rate."""

    def __init__(self, rate: float, **kwargs: Any) -> None:
        super().__init__(rate, **kwargs)
        self.sigma = 1 / max(self.sigma, 0.01)


class AroundZero(GaussianDropout):
    """The noise is around 0, not 1."""

    def slope(self, x: Array, drawn: Array) -> Array:
        return self.sigma * drawn


class Added(GaussianDropout):
    """The noise is added."""

    def disturb(self, x: Array, drawn: Array) -> Array:
        return x + self.sigma * drawn


class VarianceForDeviation(GaussianNoise):
    """Takes sigma for the variance."""

    def disturb(self, x: Array, drawn: Array) -> Array:
        return x + math.sqrt(self.sigma) * drawn


class Multiplied(GaussianNoise):
    """The noise is multiplied."""

    def disturb(self, x: Array, drawn: Array) -> Array:
        return x * (1 + self.sigma * drawn)


class Subtracted(GaussianNoise):
    """The noise is subtracted."""

    def disturb(self, x: Array, drawn: Array) -> Array:
        return x - self.sigma * drawn


class SigmaForgotten(GaussianNoise):
    """Adds N(0, 1), whatever sigma."""

    def disturb(self, x: Array, drawn: Array) -> Array:
        return x + drawn


class NoiseAtInference(GaussianNoise):
    """Adds noise at inference too, where it is given."""

    def forward(self, x: Array, drawn: Array | None = None) -> Array:
        y = super().forward(x, drawn)
        return y if drawn is None else self.disturb(x, drawn)


class NoiseScalesGradient(GaussianNoise):
    """The gradient is multiplied by 1 + sigma."""

    def backward(self, dy: Array) -> Array:
        return super().backward(dy) * (1 + self.sigma)


MASKED = (PassesAll, GradientTwice, GradientTimesInput, MaskOfOutput)
DROPPED = (NotInverted, ScaledByRate, ScaledDown, MaskInverted, DropsAtInference, ScalesAtInference, ScaledByCount)
DRAWN = (
    ("dropout", Dropout),
    *(
        (f"spatial_dropout{i + 1}d", each)
        for i, each in enumerate((SpatialDropout1D, SpatialDropout2D, SpatialDropout3D))
    ),
)


class DrawsForEach(Dropout):
    """Draws for every element, though one draw is to be shared."""

    def draw(self, x: Array) -> Array:
        return self.rng.random(x.shape) >= self.rate


def _versions(layer: type[Noise], outputs: tuple[Any, ...], gradients: tuple[type, ...]) -> Versions:
    return Versions(
        outputs=outputs,
        gradients=made_by(layer, (*gradients, *GRADIENTS)),
        contract=made_by(layer, (*LINEAR, DrawsForEach) if issubclass(layer, Dropout) else LINEAR),
    )


WRONG = {
    **{name: _versions(layer, made_by(layer, DROPPED), (*MASKED, GradientUnscaled)) for name, layer in DRAWN},
    "alpha_dropout": _versions(
        AlphaDropout, (DroppedToZero, NotRestored, ShiftForgotten, ScaleOfSELUForgotten, AsDropout), MASKED
    ),
    "gaussian_dropout": _versions(
        GaussianDropout, (RateAsDeviation, RootForgotten, KeptForDropped, AroundZero, Added), MASKED
    ),
    "gaussian_noise": _versions(
        GaussianNoise,
        (VarianceForDeviation, Multiplied, Subtracted, SigmaForgotten, NoiseAtInference),
        (GradientTimesInput, MaskOfOutput, NoiseScalesGradient),
    ),
}
