"""What the vectors of layers begin with where nothing is said, beside zeros and ones."""

from dataclasses import dataclass

import numpy as np

from scratch.initializers import Initializer
from scratch.layer import Array


@dataclass(frozen=True)
class UnitForgetBias(Initializer):
    """b: (blocks * hidden,): 1 in the block of the forget gate, the second of four, and 0 elsewhere.

    Jozefowicz et al. (2015): a memory that is kept at first.
    """

    same = "values"
    blocks: int = 4
    forget: int = 1

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        if len(shape) != 1 or shape[0] % self.blocks:
            raise ValueError(f"a bias of {self.blocks} gates has shape ({self.blocks} * hidden,), got {shape}")
        return np.repeat(np.arange(self.blocks) == self.forget, shape[0] // self.blocks).astype(np.float64)
