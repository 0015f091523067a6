"""What the inputs of a case are filled with."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from reference.pair import Array, Input

T = TypeVar("T")


def choose(rng: np.random.Generator, *choices: T) -> T:
    """One of the choices."""
    return choices[rng.integers(len(choices))]


def normal(*shape: int, scale: float = 1.0) -> Input:
    """N(0, scale**2)."""
    return Input(shape, lambda rng, size: scale * rng.standard_normal(size))


def offset(*shape: int) -> Input:
    """N(10000, 1): of a variance that is the difference of two means half of the digits are left."""
    return Input(shape, lambda rng, size: 1e4 + rng.standard_normal(size))


def mixed(*shape: int, scale: float) -> Input:
    """N(0, 1) and N(0, scale**2) in turn along the first axis.

    Where an activation saturates its gradient vanishes, and only rounding errors would be left to compare; the
    moderate half keeps the largest element of the gradient large.
    """

    def fill(rng: np.random.Generator, size: tuple[int, ...]) -> Array:
        x = rng.standard_normal(size)
        x[1::2] *= scale
        return x

    return Input(shape, fill)


def positive(*shape: int) -> Input:
    """Between 0.1 and 2."""
    return Input(shape, lambda rng, size: rng.uniform(0.1, 2.0, size))


def tied(*shape: int) -> Input:
    """-1, 0 or 1: most windows have several equal maxima, and many values sit on the kink at 0."""
    return Input(shape, lambda rng, size: rng.integers(-1, 2, size).astype(np.float64))


def constant(*shape: int, value: float = 0.0) -> Input:
    """One number everywhere."""
    return Input(shape, lambda rng, size: np.full(size, value))


def listed(values: Sequence[float]) -> Input:
    """Just these numbers, the same in every row of a batch of two."""
    return Input((2, len(values)), lambda rng, size: np.tile(np.array(values, np.float64), (2, 1)))


def with_infinities(*shape: int) -> Input:
    """Normal numbers, every fourth of them an infinity of either sign, and one of each for certain."""

    def fill(rng: np.random.Generator, size: tuple[int, ...]) -> Array:
        infinities = rng.choice([-np.inf, np.inf], size)
        x = np.where(rng.random(size) < 0.25, infinities, rng.standard_normal(size))
        x.flat[rng.choice(x.size, 2, replace=False)] = -np.inf, np.inf
        return x

    return Input(shape, fill)


def infinities_apart(*shape: int) -> Input:
    """As `with_infinities`, but never two that are minus infinity side by side, channels last.

    Of a window that has nothing else TensorFlow's max-pooling gives its least number.
    """

    def fill(rng: np.random.Generator, size: tuple[int, ...]) -> Array:
        x = with_infinities(*size).fill(rng, size)
        even = x[..., ::2, :]
        even[even == -np.inf] = np.inf
        x[..., 1, 0] = -np.inf
        return x

    return Input(shape, fill)


def with_nan(*shape: int) -> Input:
    """Normal numbers, one in ten of them NaN, and one for certain."""

    def fill(rng: np.random.Generator, size: tuple[int, ...]) -> Array:
        x = np.where(rng.random(size) < 0.1, np.nan, rng.standard_normal(size))
        x.flat[rng.integers(x.size)] = np.nan
        return x

    return Input(shape, fill)


def probabilities(*shape: int, sharpness: float = 1.0) -> Input:
    """Rows that sum to 1; the sharper, the nearer some are to 0."""

    def fill(rng: np.random.Generator, size: tuple[int, ...]) -> Array:
        weights = np.exp(sharpness * rng.standard_normal(size))
        return weights / weights.sum(axis=-1, keepdims=True)

    return Input(shape, fill)


def targets(*shape: int) -> Input:
    """Rows of targets that sum to 1 but are not one-hot."""
    return Input(shape, probabilities(*shape).fill, differentiable=False)


def one_hot(*shape: int) -> Input:
    """Rows with a single 1; the last axis runs over the classes."""
    return Input(shape, lambda rng, size: np.eye(size[-1])[rng.integers(0, size[-1], size[:-1])], differentiable=False)


def indices(*shape: int, below: int) -> Input:
    """Whole numbers from 0 to `below` - 1."""
    return Input(shape, lambda rng, size: rng.integers(0, below, size), differentiable=False)
