"""Mistakes that any initializer can make, and those in the scale of the ones that look at the fans."""

import math
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from scratch.initializers import Initializer, Seed, VarianceScaling
from scratch.layer import Array
from wrong import Versions
from wrong.common import made_by

Shape = tuple[int, ...]
Generator = np.random.Generator


class AlwaysFloat64(Initializer):
    """Takes no notice of the dtype."""

    def __call__(self, shape: Shape, rng: Seed = None, dtype: DTypeLike = np.float64) -> Array:
        return super().__call__(shape, rng)


def instead(name: str, doc: str, other: Initializer) -> type[Initializer]:
    """The mistake of drawing what another initializer draws."""

    def draw(self: Initializer, shape: Shape, rng: Generator) -> Array:
        return other.draw(shape, rng)

    return type(name, (Initializer,), {"__doc__": doc, "draw": draw})


def times(name: str, doc: str, factor: float) -> type[Initializer]:
    """The mistake of drawing numbers that are `factor` as large."""

    def draw(self: Initializer, shape: Shape, rng: Generator) -> Array:
        return factor * super(mistake, self).draw(shape, rng)

    mistake = type(name, (Initializer,), {"__doc__": doc, "draw": draw})
    return mistake


class ColumnRepeated(Initializer):
    """Draws one number for every unit and repeats it over the inputs."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return np.broadcast_to(super().draw(shape, rng).reshape(-1, shape[-1])[0], shape)


class Magnitudes(Initializer):
    """Every weight is positive."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return np.abs(super().draw(shape, rng))


class Shifted(Initializer):
    """The mean is a tenth of the deviation off zero."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        w = super().draw(shape, rng)
        return w + 0.1 * w.std()


class OneNumber(Initializer):
    """Draws one number and repeats it."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return np.full(shape, super().draw(shape, rng).flat[0])


class SeedIgnored(Initializer):
    """Draws the same numbers whatever the seed."""

    def __call__(self, shape: Shape, rng: Seed = None, dtype: DTypeLike = np.float64) -> Array:
        return super().__call__(shape, 12345, dtype)


class NeverTheSame(Initializer):
    """Draws anew every time, whatever the seed."""

    def __call__(self, shape: Shape, rng: Seed = None, dtype: DTypeLike = np.float64) -> Array:
        return super().__call__(shape, None, dtype)


class NumbersAlone(Initializer):
    """Takes its seed from a generator without drawing from it."""

    def __call__(self, shape: Shape, rng: Seed = None, dtype: DTypeLike = np.float64) -> Array:
        return super().__call__(shape, 1 if isinstance(rng, Generator) else rng, dtype)


class SeedsEveryone(Initializer):
    """Seeds the generator that all of NumPy shares."""

    def __call__(self, shape: Shape, rng: Seed = None, dtype: DTypeLike = np.float64) -> Array:
        if isinstance(rng, int):
            np.random.seed(rng)
        return super().__call__(shape, rng, dtype)


SEEDS = (SeedIgnored, NeverTheSame, NumbersAlone, SeedsEveryone)
ANY = (ColumnRepeated, Magnitudes, Shifted, *SEEDS)


# ---- mistakes in the scale that any scaling initializer can make


class VarianceForDeviation(VarianceScaling):
    """The variance is used as the deviation."""

    def variance(self, shape: Shape) -> float:
        return super().variance(shape) ** 2


class TapsForgotten(VarianceScaling):
    """The fans of a convolution count channels only."""

    def variance(self, shape: Shape) -> float:
        return super().variance(shape[-2:])


class FansOfFirstAxis(VarianceScaling):
    """fan_in is the product of all axes but the first, fan_out the first."""

    def variance(self, shape: Shape) -> float:
        return super().variance((math.prod(shape[1:]), shape[0]))


class FansSwapped(VarianceScaling):
    """fan_in and fan_out change places, as if w were (n_out, n_in)."""

    def variance(self, shape: Shape) -> float:
        return super().variance((*shape[:-2], shape[-1], shape[-2]))


class FanInOnly(VarianceScaling):
    """Divides by fan_in instead of the mean of both fans."""

    def variance(self, shape: Shape) -> float:
        return self.scale / (math.prod(shape[:-2]) * shape[-2])


class MeanOfFans(VarianceScaling):
    """Divides by the mean of both fans instead of fan_in."""

    def variance(self, shape: Shape) -> float:
        return 2 * self.scale / (math.prod(shape[:-2]) * (shape[-2] + shape[-1]))


class SumOfFans(VarianceScaling):
    """Divides by the sum of both fans instead of their mean."""

    def variance(self, shape: Shape) -> float:
        return super().variance(shape) / 2


class TwiceTheVariance(VarianceScaling):
    """The scale is off by two, the deviation by sqrt(2)."""

    def variance(self, shape: Shape) -> float:
        return 2 * super().variance(shape)


class HalfTheVariance(VarianceScaling):
    """The factor 2 for ReLU is left out."""

    def variance(self, shape: Shape) -> float:
        return super().variance(shape) / 2


class NormalForUniform(VarianceScaling):
    """Draws from the normal distribution of the same variance."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return math.sqrt(self.variance(shape)) * rng.standard_normal(shape)


class UniformForNormal(VarianceScaling):
    """Draws from the uniform distribution of the same variance."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        bound = math.sqrt(3 * self.variance(shape))
        return rng.uniform(-bound, bound, shape)


class DeviationForBound(VarianceScaling):
    """The deviation is used as the bound."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return super().draw(shape, rng) / math.sqrt(3)


class FromZero(VarianceScaling):
    """Uniform between 0 and the bound."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return (super().draw(shape, rng) + math.sqrt(3 * self.variance(shape))) / 2


class TruncatedAtTwo(VarianceScaling):
    """Draws again what is beyond two deviations, which makes the deviation 0.88 of what it should be."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return truncated(super().draw(shape, rng), rng)


def truncated(w: Array, rng: Generator) -> Array:
    sigma = w.std()
    while (beyond := np.abs(w) > 2 * sigma).any():
        w[beyond] = sigma * rng.standard_normal(int(beyond.sum()))
    return w


class OptionsIgnored(VarianceScaling):
    """Takes no notice of `scale` and `mode`."""

    def variance(self, shape: Shape) -> float:
        usual = type(self)(distribution=self.distribution)
        return super(OptionsIgnored, usual).variance(shape)


SCALING = (*ANY, OptionsIgnored, VarianceForDeviation, TapsForgotten, FansOfFirstAxis, TwiceTheVariance)
UNIFORM = (NormalForUniform, DeviationForBound, FromZero)
NORMAL = (UniformForNormal, TruncatedAtTwo)


def versions(initializer: Any, *mistakes: type[Initializer]) -> Versions:
    """`initializer` with each of these mistakes in its numbers, and with the one in its dtype."""
    return Versions(outputs=made_by(initializer, mistakes), precision=made_by(initializer, (AlwaysFloat64,)))
