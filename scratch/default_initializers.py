"""What layers begin with where nothing is said, beside the initializers that have names."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from scratch.initializers import Initializer, VarianceScaling
from scratch.layer import Array


@dataclass(frozen=True)
class FanInUniform(VarianceScaling):
    """Uniform in +-1 / sqrt(fan), a third of the variance of LeCun's.

    `fan` is fan_in unless it is given: for biases, whose shape does not tell, and for recurrent layers, where it is
    the number of hidden units for all weights.
    """

    scale: float = 1 / 3
    distribution: Literal["uniform", "normal", "truncated_normal"] = "uniform"
    fan: int | None = None

    def variance(self, shape: tuple[int, ...]) -> float:
        return super().variance(shape) if self.fan is None else self.scale / self.fan


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
