"""What layers begin with where nothing is said, beside the initializers that have names."""

from dataclasses import dataclass
from typing import Literal

from scratch.initializers import VarianceScaling


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
