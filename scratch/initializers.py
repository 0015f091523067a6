"""Initial weights: the distributions and the fans they are scaled by."""

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import DTypeLike

from scratch.layer import Array

Seed = int | np.random.Generator | None

# the deviation of N(0, 1) without what is beyond two deviations
TRUNCATED_DEVIATION = 0.87962566103423978


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """(fan_in, fan_out) of a weight laid out (*kernel, n_in, n_out), as in Glorot and Bengio (2010).

    A convolution's unit sees n_in channels at every tap of the kernel, so both fans are multiplied by the
    number of taps. A vector counts as (n, n): the rule of Keras.
    """
    if len(shape) == 1:
        return shape[0], shape[0]
    taps = math.prod(shape[:-2])
    return shape[-2] * taps, shape[-1] * taps


def truncated_normal(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """N(0, 1), drawn again where it is beyond two deviations."""
    w = rng.standard_normal(shape)
    while (beyond := np.abs(w) > 2).any():
        w[beyond] = rng.standard_normal(int(beyond.sum()))
    return w


class Initializer:
    """Called with a shape, gives an array of that shape.

    `same` says what is the same in every draw: nothing, all values, or the products of the columns (or, of a wide
    matrix, the rows) with each other.
    """

    same: ClassVar[Literal["nothing", "values", "products"]] = "nothing"

    def __call__(self, shape: tuple[int, ...], rng: Seed = None, dtype: DTypeLike = np.float64) -> Array:
        return self.draw(shape, np.random.default_rng(rng)).astype(dtype)

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        raise NotImplementedError(f"{type(self).__name__}.draw is not written")


# ---- distributions with given numbers


@dataclass(frozen=True)
class Uniform(Initializer):
    """Uniform between `low` and `high`."""

    low: float = -0.05
    high: float = 0.05

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        return rng.uniform(self.low, self.high, shape)


@dataclass(frozen=True)
class Gaussian(Initializer):
    """N(mean, sigma**2)."""

    sigma: float = 0.01
    mean: float = 0.0

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        return self.mean + self.sigma * rng.standard_normal(shape)


@dataclass(frozen=True)
class TruncatedNormal(Initializer):
    """N(mean, sigma**2), drawn again beyond two sigma; that makes the deviation 0.88 sigma."""

    sigma: float = 0.05
    mean: float = 0.0

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        return self.mean + self.sigma * truncated_normal(shape, rng)


@dataclass(frozen=True)
class Orthogonal(Initializer):
    """`gain` Q, where the weight as a matrix (all other axes, n_out) has orthonormal columns or, if wide, rows.

    Q is uniformly distributed: that of the QR decomposition of normal numbers, columns multiplied by the sign of R's
    diagonal. Saxe et al. (2014); Mezzadri (2007) for the sign.
    """

    same = "products"
    gain: float = 1.0

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        rows, columns = math.prod(shape[:-1]), shape[-1]
        q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
        q *= np.sign(np.diag(r))
        return self.gain * (q if rows >= columns else q.T).reshape(shape)


# ---- scaled by the fans


@dataclass(frozen=True)
class VarianceScaling(Initializer):
    """Variance scale / fan: uniform, normal or truncated normal; the family that the named initializers belong to.

    `mode` says which fan: "fan_in", "fan_out", or "fan_avg", the mean of both. The uniform distribution has
    the bounds +-sqrt(3 * scale / fan). The truncated normal one is drawn again beyond two deviations, and widened so
    that its variance is scale / fan after that.
    """

    scale: float = 1.0
    mode: Literal["fan_in", "fan_out", "fan_avg"] = "fan_in"
    distribution: Literal["uniform", "normal", "truncated_normal"] = "normal"

    def variance(self, shape: tuple[int, ...]) -> float:
        fan_in, fan_out = fans(shape)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        return self.scale / max(1.0, fan)

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        deviation = math.sqrt(self.variance(shape))
        if self.distribution == "normal":
            return deviation * rng.standard_normal(shape)
        if self.distribution == "truncated_normal":
            return deviation / TRUNCATED_DEVIATION * truncated_normal(shape, rng)
        bound = math.sqrt(3) * deviation
        return rng.uniform(-bound, bound, shape)


@dataclass(frozen=True)
class GlorotUniform(VarianceScaling):
    """Uniform in +-sqrt(6 / (fan_in + fan_out)). Glorot and Bengio (2010), equation 16."""

    scale: float = 1.0
    mode: Literal["fan_in", "fan_out", "fan_avg"] = "fan_avg"
    distribution: Literal["uniform", "normal", "truncated_normal"] = "uniform"


@dataclass(frozen=True)
class GlorotNormal(VarianceScaling):
    """N(0, 2 / (fan_in + fan_out)), not truncated unless `distribution` says so. Glorot and Bengio (2010)."""

    mode: Literal["fan_in", "fan_out", "fan_avg"] = "fan_avg"


@dataclass(frozen=True)
class HeUniform(VarianceScaling):
    """Uniform in +-sqrt(6 / fan_in). He et al. (2015), equation 10."""

    scale: float = 2.0
    distribution: Literal["uniform", "normal", "truncated_normal"] = "uniform"


@dataclass(frozen=True)
class HeNormal(VarianceScaling):
    """N(0, 2 / fan_in), not truncated unless `distribution` says so. He et al. (2015), equation 10."""

    scale: float = 2.0


@dataclass(frozen=True)
class LecunUniform(VarianceScaling):
    """Uniform in +-sqrt(3 / fan_in). LeCun et al. (1998), section 4.6."""

    distribution: Literal["uniform", "normal", "truncated_normal"] = "uniform"


@dataclass(frozen=True)
class LecunNormal(VarianceScaling):
    """N(0, 1 / fan_in), not truncated unless `distribution` says so. LeCun et al. (1998); Klambauer et al. (2017)."""


@dataclass(frozen=True)
class XavierNormal(VarianceScaling):
    """N(0, 1 / fan_in), not truncated: the `1 / sqrt(n)` of many courses.

    Glorot and Bengio (2010) divide by the mean of both fans instead; frameworks call that one Xavier normal.
    """
