"""Wrong versions of Ftrl."""

import numpy as np

from scratch.adaptive_optimizers import Ftrl
from scratch.layer import Array
from scratch.optimizers import State
from wrong import Versions
from wrong.adam_family import StateByShape
from wrong.adaptive_optimizers import StateForgotten
from wrong.common import made_by
from wrong.late import taken_for
from wrong.optimizers import COMMON, SkipsWithoutGradient


class PenaltyNotDoubled(Ftrl):
    """l2 is the lambda_2 of the paper."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.l2 /= 2


class BetaNotByRate(Ftrl):
    """beta is not divided by lr."""

    def update(self, w: Array, g: Array, state: State) -> None:
        beta = self.beta
        self.beta *= self.lr
        super().update(w, g, state)
        self.beta = beta


class ShrinkageCounted(Ftrl):
    """The gradient of the shrinkage counts in n."""

    def update(self, w: Array, g: Array, state: State) -> None:
        shrinkage, self.shrinkage = self.shrinkage, 0.0
        super().update(w, g + 2 * shrinkage * w, state)
        self.shrinkage = shrinkage


class ShrinkageNotDoubled(Ftrl):
    """The gradient of the shrinkage is half."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.shrinkage /= 2


class HardThreshold(Ftrl):
    """Weights are 0 where |z| is small, and elsewhere as if there were no l1."""

    def update(self, w: Array, g: Array, state: State) -> None:
        l1, self.l1 = self.l1, 0.0
        super().update(w, g, state)
        w[np.abs(state["z"]) <= l1] = 0
        self.l1 = l1


class WeightsNotFollowed(Ftrl):
    """z gathers gradients only, as in dual averaging."""

    def update(self, w: Array, g: Array, state: State) -> None:
        z = state.setdefault("z", np.zeros_like(w)) + g
        super().update(w, g, state)
        r = state["n"] ** -self.lr_power
        state["z"][...] = z
        w[...] = (np.clip(z, -self.l1, self.l1) - z) / ((r + self.beta) / self.lr + 2 * self.l2)


class AlwaysTheRoot(Ftrl):
    """Takes no notice of `lr_power`."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.lr_power = -0.5


class StartsAtZero(Ftrl):
    """Takes no notice of `initial_accumulator`."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.initial_accumulator = 0.0


ZERO = tuple(mistake for option in ("l1", "l2", "shrinkage", "beta") for mistake in taken_for(option, 0.0))

WRONG = {
    "ftrl": Versions(
        outputs=(
            *made_by(Ftrl, (*COMMON, SkipsWithoutGradient, StateByShape, StateForgotten, *ZERO)),
            *(PenaltyNotDoubled, BetaNotByRate, ShrinkageCounted, ShrinkageNotDoubled, HardThreshold),
            *(WeightsNotFollowed, AlwaysTheRoot, StartsAtZero),
        )
    )
}
