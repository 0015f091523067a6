"""Initial weights that are the same every time."""

from dataclasses import dataclass

import numpy as np

from scratch.initializers import Initializer
from scratch.layer import Array


@dataclass(frozen=True)
class Constant(Initializer):
    """`value` everywhere."""

    same = "values"
    value: float = 0.0

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        return np.full(shape, self.value)


@dataclass(frozen=True)
class Zeros(Constant):
    """0 everywhere: biases, shifts."""


@dataclass(frozen=True)
class Ones(Constant):
    """1 everywhere: scales of normalisation."""

    value: float = 1.0


@dataclass(frozen=True)
class Identity(Initializer):
    """w: (n_in, n_out), `gain` where both indices are equal and 0 elsewhere. Le et al. (2015), for recurrence."""

    same = "values"
    gain: float = 1.0

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        if len(shape) != 2:
            raise ValueError(f"an identity is a matrix, got shape {shape}")
        return self.gain * np.eye(*shape)
