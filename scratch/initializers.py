"""Initial weights: the distributions and the fans they are scaled by."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import DTypeLike

from scratch.layer import Array

Seed = int | np.random.Generator | None


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """(fan_in, fan_out) of a weight laid out (*kernel, n_in, n_out), as in Glorot and Bengio (2010).

    A convolution's unit sees n_in channels at every tap of the kernel, so both fans are multiplied by the
    number of taps. A vector counts as (n, n), a scalar as (1, 1): the rule of Keras.
    """
    if len(shape) < 2:
        n = shape[0] if shape else 1
        return n, n
    taps = math.prod(shape[:-2])
    return shape[-2] * taps, shape[-1] * taps


class Initializer:
    """Called with a shape, gives an array of that shape."""

    def __call__(self, shape: tuple[int, ...], rng: Seed = None, dtype: DTypeLike = np.float64) -> Array:
        return self.draw(shape, np.random.default_rng(rng)).astype(dtype)

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        raise NotImplementedError(f"{type(self).__name__}.draw is not written")


@dataclass(frozen=True)
class Gaussian(Initializer):
    """N(0, sigma**2)."""

    sigma: float = 0.01

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        return self.sigma * rng.standard_normal(shape)


@dataclass(frozen=True)
class VarianceScaling(Initializer):
    """Variance scale / fan, uniform or normal; the family that the named initializers belong to.

    `mode` says which fan: "fan_in", "fan_out", or "fan_avg", the mean of both. The uniform distribution has
    the bounds +-sqrt(3 * scale / fan). The normal distribution is not truncated.
    """

    scale: float = 1.0
    mode: Literal["fan_in", "fan_out", "fan_avg"] = "fan_in"
    distribution: Literal["uniform", "normal"] = "normal"

    def variance(self, shape: tuple[int, ...]) -> float:
        fan_in, fan_out = fans(shape)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        return self.scale / max(1.0, fan)

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        if self.distribution == "normal":
            return math.sqrt(self.variance(shape)) * rng.standard_normal(shape)
        bound = math.sqrt(3 * self.variance(shape))
        return rng.uniform(-bound, bound, shape)


@dataclass(frozen=True)
class GlorotUniform(VarianceScaling):
    """Uniform in +-sqrt(6 / (fan_in + fan_out)). Glorot and Bengio (2010), equation 16."""

    scale: float = 1.0
    mode: Literal["fan_in", "fan_out", "fan_avg"] = "fan_avg"
    distribution: Literal["uniform", "normal"] = "uniform"


@dataclass(frozen=True)
class HeUniform(VarianceScaling):
    """Uniform in +-sqrt(6 / fan_in). He et al. (2015), equation 10."""

    scale: float = 2.0
    distribution: Literal["uniform", "normal"] = "uniform"


@dataclass(frozen=True)
class HeNormal(VarianceScaling):
    """N(0, 2 / fan_in), not truncated. He et al. (2015), equation 10."""

    scale: float = 2.0


@dataclass(frozen=True)
class XavierNormal(VarianceScaling):
    """N(0, 1 / fan_in), not truncated: the `1 / sqrt(n)` of many courses.

    Glorot and Bengio (2010) divide by the mean of both fans instead; frameworks call that one Xavier normal.
    """
