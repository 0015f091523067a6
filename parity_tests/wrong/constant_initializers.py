"""Wrong versions of the initializers that give the same numbers every time."""

import math

import numpy as np

from scratch.constant_initializers import Constant, Identity, Ones, Zeros
from scratch.initializers import Gaussian, GlorotUniform, Initializer
from scratch.layer import Array
from wrong.distributions import Generator, Shape, instead, times, versions

# ---- one number everywhere


class Noisy(Initializer):
    """A thousandth of noise breaks the symmetry."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return super().draw(shape, rng) + 0.001 * rng.standard_normal(shape)


class FirstRowOnly(Initializer):
    """Only the first row is filled."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        w = np.zeros(shape)
        w[:1] = super().draw(shape, rng)[:1]
        return w


class LastForgotten(Initializer):
    """The last row stays 0."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        w = super().draw(shape, rng)
        w[-1:] = 0
        return w


class Averaged(Initializer):
    """Divides by the number of elements, so that they add up to the value."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return super().draw(shape, rng) / math.prod(shape)


class Diagonal(Constant):
    """The value stands on the diagonal, or in the first place of a vector, and 0 elsewhere."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return self.value * np.eye(math.prod(shape[:-1]), shape[-1]).reshape(shape)


class WholeNumber(Constant):
    """The array is one of whole numbers."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return np.full(shape, int(self.value))


class Squared(Constant):
    """The square of the value."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return np.full(shape, self.value**2)


NEVER_ZERO = instead("NeverZero", "1e-7, so that nothing is divided by zero.", Constant(1e-7))
TENTH = instead("Tenth", "0.1, so that no ReLU starts dead.", Constant(0.1))
SMALL_NORMAL = instead("SmallNormal", "Normal numbers, 0.01 large, as the weights have.", Gaussian())
ALL_ZERO = instead("AllZero", "0 everywhere.", Zeros())
ALL_ONE = instead("AllOne", "1 everywhere.", Ones())
AS_WEIGHTS = instead("AsWeights", "Glorot's, as the weights have.", GlorotUniform())
SIGN_TURNED = times("SignTurned", "The sign is turned.", -1)

# what zeros may be by mistake, and ones, as names of their own or as the default of a layer
NOT_ZEROS = (Noisy, NEVER_ZERO, TENTH, SMALL_NORMAL, ALL_ONE, AS_WEIGHTS)
NOT_ONES = (Noisy, ALL_ZERO, FirstRowOnly, LastForgotten, Averaged, SIGN_TURNED, Diagonal, AS_WEIGHTS)


# ---- the identity


class GainIgnored(Identity):
    """The gain is 1, whatever `gain` is."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return np.eye(*shape)


class GainSquared(Identity):
    """The gain is squared."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return self.gain * super().draw(shape, rng)


class OtherDiagonal(Identity):
    """Ones on the diagonal from the other corner."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return np.fliplr(super().draw(shape, rng))


class OffTheDiagonal(Identity):
    """One place right of the diagonal."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return self.gain * np.eye(*shape, k=1)


class Repeated(Identity):
    """The identity is repeated until it fills a matrix that is not square."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        small = min(shape)
        return self.gain * np.tile(np.eye(small), [-(-n // small) for n in shape])[: shape[0], : shape[1]]


class GainEverywhere(Identity):
    """The gain is added, not multiplied with."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return np.eye(*shape) + self.gain - 1


WRONG = {
    "constant": versions(
        Constant,
        *(Noisy, FirstRowOnly, LastForgotten, Averaged, Diagonal, WholeNumber, Squared, ALL_ZERO, ALL_ONE),
        SIGN_TURNED,
    ),
    "zeros": versions(Zeros, *NOT_ZEROS),
    "ones": versions(Ones, *NOT_ONES),
    "identity_matrix": versions(
        Identity,
        *(Noisy, GainIgnored, GainSquared, OtherDiagonal, OffTheDiagonal, Repeated, GainEverywhere, SIGN_TURNED),
        LastForgotten,
    ),
}
