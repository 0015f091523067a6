"""Wrong versions of the initializers that draw numbers, with a given spread or one scaled by the fans."""

import math
from typing import Literal

import numpy as np

from scratch.initializers import (
    TRUNCATED_DEVIATION,
    Gaussian,
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    TruncatedNormal,
    Uniform,
    VarianceScaling,
    XavierNormal,
)
from scratch.layer import Array
from wrong.distributions import (
    ANY,
    NORMAL,
    SCALING,
    UNIFORM,
    FanInOnly,
    FansSwapped,
    Generator,
    HalfTheVariance,
    MeanOfFans,
    Shape,
    SumOfFans,
    times,
    truncated,
    versions,
)

# ---- uniform between given numbers


class LowForgotten(Uniform):
    """Uniform between 0 and `high`."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return self.high * rng.random(shape)


class HighForWidth(Uniform):
    """`high` is taken for the width."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return self.low + self.high * rng.random(shape)


class NumbersOfNormal(Uniform):
    """`low` and `high` are taken for the mean and the deviation."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return rng.normal(self.low, abs(self.high), shape)


class SameMoments(Uniform):
    """Normal with the mean and the deviation of the uniform distribution."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return rng.normal((self.low + self.high) / 2, (self.high - self.low) / math.sqrt(12), shape)


class BoundsAlone(Uniform):
    """One of both bounds, at random."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return rng.choice([self.low, self.high], shape)


# ---- normal with a given deviation


class SigmaSquared(Gaussian):
    """sigma is taken for the variance."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return self.mean + math.sqrt(self.sigma) * rng.standard_normal(shape)


class SigmaIgnored(Gaussian):
    """The deviation is 0.01, whatever sigma is."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return self.mean + 0.01 * rng.standard_normal(shape)


class MeanIgnored(Gaussian):
    """The mean is 0, whatever `mean` is."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return self.sigma * rng.standard_normal(shape)


class MeanScaled(Gaussian):
    """The mean is multiplied with sigma too."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return self.sigma * (self.mean + rng.standard_normal(shape))


class RandForRandn(Gaussian):
    """Uniform between 0 and sigma."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return self.mean + self.sigma * rng.random(shape)


class UniformInSigma(Gaussian):
    """Uniform with the deviation sigma."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return self.mean + self.sigma * math.sqrt(3) * rng.uniform(-1, 1, shape)


class Scaled(Gaussian):
    """Divides by the root of fan_in too."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return super().draw(shape, rng) / math.sqrt(shape[-2])


class TruncatedGaussian(Gaussian):
    """Draws again what is beyond two deviations."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return truncated(super().draw(shape, rng), rng)


# ---- truncated normal


class NotTruncated(TruncatedNormal):
    """Normal."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return self.mean + self.sigma * rng.standard_normal(shape)


class Clipped(TruncatedNormal):
    """What is beyond two deviations is moved to their end, not drawn again."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return self.mean + self.sigma * np.clip(rng.standard_normal(shape), -2, 2)


class BoundsAreNumbers(TruncatedNormal):
    """Draws again what is beyond -2 and 2, whatever the deviation."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        w = rng.normal(self.mean, self.sigma, shape)
        while (beyond := np.abs(w) > 2).any():
            w[beyond] = rng.normal(self.mean, self.sigma, int(beyond.sum()))
        return w


class TruncatedAtThree(TruncatedNormal):
    """Draws again beyond three deviations only."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        w = rng.standard_normal(shape)
        while (beyond := np.abs(w) > 3).any():
            w[beyond] = rng.standard_normal(int(beyond.sum()))
        return self.mean + self.sigma * w


class CentreForgotten(TruncatedNormal):
    """The mean is 0, whatever `mean` is."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return super().draw(shape, rng) - self.mean


# ---- scaled by the fans, with options


class NotWidened(VarianceScaling):
    """The truncated distribution is not widened to make up for what is cut off."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return super().draw(shape, rng) * (TRUNCATED_DEVIATION if self.distribution == "truncated_normal" else 1)


class NeverTruncated(VarianceScaling):
    """Normal where it should be truncated."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        if self.distribution == "uniform":
            return super().draw(shape, rng)
        return math.sqrt(self.variance(shape)) * rng.standard_normal(shape)


class ScaleIgnored(VarianceScaling):
    """The scale is 1, whatever `scale` is."""

    def variance(self, shape: Shape) -> float:
        return super().variance(shape) / self.scale


class ScaleOfDeviation(VarianceScaling):
    """The deviation is scaled instead of the variance."""

    def variance(self, shape: Shape) -> float:
        return super().variance(shape) * self.scale


class GeometricMean(VarianceScaling):
    """fan_avg is the root of the product of both fans."""

    def variance(self, shape: Shape) -> float:
        if self.mode != "fan_avg":
            return super().variance(shape)
        return self.scale / (math.prod(shape[:-2]) * math.sqrt(shape[-2] * shape[-1]))


def mode_ignored(mode: Literal["fan_in", "fan_out", "fan_avg"]) -> type[VarianceScaling]:
    """The mistake of dividing by this fan, whatever the mode is."""

    class Ignored(VarianceScaling):
        def variance(self, shape: Shape) -> float:
            return VarianceScaling(self.scale, mode).variance(shape)

    Ignored.__name__ = f"Always{mode.title().replace('_', '')}"
    Ignored.__doc__ = f"Divides by {mode}, whatever the mode is."
    return Ignored


TRUNCATING = (*NORMAL, NotWidened, NeverTruncated)
MODES = tuple(mode_ignored(mode) for mode in ("fan_in", "fan_out", "fan_avg"))
# off by the factor that tells one named initializer from the next
AS_HE = times("AsHe", "Has the factor 2 for ReLU.", math.sqrt(2))
WIDTH_FOR_BOUND = times("WidthForBound", "The bound is the width of the interval.", 0.5)

WRONG = {
    "random_uniform": versions(
        Uniform, *ANY, LowForgotten, HighForWidth, NumbersOfNormal, SameMoments, BoundsAlone, WIDTH_FOR_BOUND
    ),
    "gaussian": versions(
        Gaussian,
        *(*ANY, SigmaSquared, SigmaIgnored, MeanIgnored, MeanScaled, RandForRandn, UniformInSigma, Scaled),
        TruncatedGaussian,
    ),
    "truncated_normal": versions(
        TruncatedNormal, *ANY, NotTruncated, Clipped, BoundsAreNumbers, TruncatedAtThree, CentreForgotten
    ),
    "variance_scaling": versions(
        VarianceScaling,
        *(*SCALING, *MODES, SumOfFans, HalfTheVariance, *TRUNCATING, *UNIFORM),
        *(ScaleIgnored, ScaleOfDeviation, GeometricMean),
    ),
    "glorot_uniform": versions(GlorotUniform, *SCALING, *UNIFORM, FanInOnly, SumOfFans, WIDTH_FOR_BOUND),
    "glorot_normal": versions(GlorotNormal, *SCALING, *TRUNCATING, FanInOnly, SumOfFans),
    "he_uniform": versions(HeUniform, *SCALING, *UNIFORM, FansSwapped, MeanOfFans, HalfTheVariance),
    "he_normal": versions(HeNormal, *SCALING, *TRUNCATING, FansSwapped, MeanOfFans, HalfTheVariance),
    "lecun_uniform": versions(LecunUniform, *SCALING, *UNIFORM, FansSwapped, MeanOfFans, AS_HE, WIDTH_FOR_BOUND),
    "lecun_normal": versions(LecunNormal, *SCALING, *TRUNCATING, FansSwapped, MeanOfFans, AS_HE),
    "xavier_normal": versions(XavierNormal, *SCALING, *NORMAL, FansSwapped, MeanOfFans, AS_HE),
}
