"""Wrong versions of orthogonal matrices."""

import math

import numpy as np

from scratch.initializers import GlorotUniform, Orthogonal
from scratch.layer import Array
from wrong.distributions import Generator, Shape, instead, versions


class SignsOfQR(Orthogonal):
    """Q as the decomposition leaves it, whose signs are not random."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        rows, columns = math.prod(shape[:-1]), shape[-1]
        q, _ = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
        return self.gain * (q if rows >= columns else q.T).reshape(shape)


class UnitColumns(Orthogonal):
    """Columns of length 1 that are not orthogonal."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        w = rng.standard_normal((math.prod(shape[:-1]), shape[-1]))
        return (self.gain * w / np.linalg.norm(w, axis=0)).reshape(shape)


class OverFirstAxis(Orthogonal):
    """The first axis counts as the rows, all others as the columns."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return super().draw((shape[0], math.prod(shape[1:])), rng).reshape(shape)


class EveryTap(Orthogonal):
    """Of a convolution, the matrix of every tap is orthogonal."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        taps = [super(EveryTap, self).draw(shape[-2:], rng) for _ in range(math.prod(shape[:-2]))]
        return np.reshape(taps, shape)


class GainOfProducts(Orthogonal):
    """The products of the columns are multiplied with the gain, not the columns."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return super().draw(shape, rng) / math.sqrt(self.gain)


class GainLeftOut(Orthogonal):
    """The gain is 1, whatever `gain` is."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return super().draw(shape, rng) / self.gain


class IdentityPadded(Orthogonal):
    """The identity, which is orthogonal too, but the same every time."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        return self.gain * np.eye(math.prod(shape[:-1]), shape[-1]).reshape(shape)


class Permutation(Orthogonal):
    """A permutation with random signs, which is orthogonal too."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        w = np.eye(math.prod(shape[:-1]), shape[-1])
        return self.gain * (rng.permutation(w) * rng.choice([-1, 1], shape[-1])).reshape(shape)


class NormalOfSameSize(Orthogonal):
    """Normal numbers of the same deviation, which are orthogonal on average only."""

    def draw(self, shape: Shape, rng: Generator) -> Array:
        longer = max(math.prod(shape[:-1]), shape[-1])
        return self.gain * rng.standard_normal(shape) / math.sqrt(longer)


# those of a layer whose weight is a matrix and whose gain is 1
NOT_ORTHOGONAL = (SignsOfQR, UnitColumns, IdentityPadded, Permutation, NormalOfSameSize)
AS_OTHERS = instead("AsOthers", "Glorot's uniform, as other weights have.", GlorotUniform())

WRONG = {
    "orthogonal": versions(
        Orthogonal, *NOT_ORTHOGONAL, OverFirstAxis, EveryTap, GainOfProducts, GainLeftOut, AS_OTHERS
    ),
}
