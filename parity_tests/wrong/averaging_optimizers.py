"""Wrong versions of the optimizers that average the weights."""

import numpy as np

from scratch.averaging_optimizers import ASGD
from scratch.layer import Array
from scratch.optimizers import State
from wrong import Versions
from wrong.adam_family import StateByShape
from wrong.adaptive_optimizers import StateForgotten
from wrong.common import made_by
from wrong.optimizers import COMMON, SkipsWithoutGradient
from wrong.surroundings import NeverOverwrites


class NeverAverages(ASGD):
    """The average is always the weights."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.t0 = np.inf


class AveragesOneEarly(ASGD):
    """The average begins a step early."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.t0 -= 1


class AveragesFromTheFirst(ASGD):
    """Weights from before t0 are part of the average."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.t0 = min(self.t0, -1.0)


class AverageBeforeStep(ASGD):
    """The average takes in the weights before they are stepped."""

    def update(self, w: Array, g: Array, state: State) -> None:
        before = w.copy()
        mu = 1 / max(1.0, self.t - 1 - self.t0)
        super().update(w, g, state)
        state["ax"] += mu * (before - w)


class AverageReturned(ASGD):
    """The average takes the place of the weights."""

    def update(self, w: Array, g: Array, state: State) -> None:
        super().update(w, g, state)
        w[...] = state["ax"]


class RateAtOnce(ASGD):
    """A new lr is followed in the step that it is set for."""

    def update(self, w: Array, g: Array, state: State) -> None:
        state["lr"] = np.asarray(self.lr)
        super().update(w, g, state)


class RateOneAhead(ASGD):
    """The rate decays with t, not with t - 1."""

    def update(self, w: Array, g: Array, state: State) -> None:
        self.t, self.t0 = self.t + 1, self.t0 + 1
        super().update(w, g, state)
        self.t, self.t0 = self.t - 1, self.t0 - 1


class RateConstant(ASGD):
    """The rate does not decay."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.alpha = 0.0


class RateLinear(ASGD):
    """The rate decays as 1 / t, whatever alpha is."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.alpha = 1.0


class DecayIgnored(ASGD):
    """lambd slows the rate down and does not take anything off the weights."""

    def update(self, w: Array, g: Array, state: State) -> None:
        lr = float(state.get("lr", np.asarray(self.lr)))
        w /= 1 - self.lambd * lr / (1 + self.lambd * lr * (self.t - 1)) ** self.alpha
        super().update(w, g, state)


class DecayAfterStep(ASGD):
    """lambd is taken off the weights after the step."""

    def update(self, w: Array, g: Array, state: State) -> None:
        lr = float(state.get("lr", np.asarray(self.lr)))
        super().update(w, g * (1 - self.lambd * lr / (1 + self.lambd * lr * (self.t - 1)) ** self.alpha), state)


WRONG = {
    "asgd": Versions(
        outputs=(
            *made_by(ASGD, (*COMMON, SkipsWithoutGradient, StateByShape, StateForgotten, NeverOverwrites)),
            *(NeverAverages, AveragesOneEarly, AveragesFromTheFirst, AverageBeforeStep, AverageReturned),
            *(RateAtOnce, RateOneAhead, RateConstant, RateLinear, DecayIgnored, DecayAfterStep),
        )
    ),
}
