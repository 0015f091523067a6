"""Wrong versions of the optimizers that divide by the size of past gradients, and of those that step by a sign."""

import numpy as np

from scratch.adaptive_optimizers import Adadelta, Adagrad, RMSprop
from scratch.layer import Array
from scratch.optimizers import Optimizer, State, average
from scratch.sign_optimizers import Lion, Rprop
from wrong import Versions
from wrong.adam_family import BetasSwapped, EpsilonIgnored, StateByShape
from wrong.common import made_by
from wrong.late import taken_for
from wrong.optimizers import (
    COMMON,
    Ascends,
    ByOrder,
    FirstElementOnly,
    FirstThree,
    LastWeightForgotten,
    NumbersLeft,
    Rebinds,
    SkipsWithoutGradient,
    WeightDecays,
)
from wrong.surroundings import MaximizeIgnored


class StateForgotten(Optimizer):
    """Nothing is kept from step to step."""

    def update(self, w: Array, g: Array, state: State) -> None:
        super().update(w, g, {})


class EpsilonElsewhere(Optimizer):
    """Epsilon is inside the root where it should be outside, and the other way round."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.epsilon_inside = not self.epsilon_inside


SIZES = (*COMMON, SkipsWithoutGradient, EpsilonIgnored, StateByShape, StateForgotten)


# in Adagrad no gradient does nothing
ACCUMULATING = tuple(mistake for mistake in SIZES if mistake is not SkipsWithoutGradient)


class StartsAtOne(Adagrad):
    """The accumulator starts at 1."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.initial_accumulator = 1.0


class Averages(Adagrad):
    """The accumulator fades."""

    def update(self, w: Array, g: Array, state: State) -> None:
        if "s" in state:
            state["s"] *= 0.9
        super().update(w, g, state)


class DecayOneAhead(Adagrad):
    """lr decays at the first step already."""

    def update(self, w: Array, g: Array, state: State) -> None:
        self.t += 1
        super().update(w, g, state)
        self.t -= 1


class SquareForgotten(RMSprop):
    """The moving average is that of |g|."""

    def update(self, w: Array, g: Array, state: State) -> None:
        v = average(state, "v", np.abs(g), self.rho)
        w -= self.lr * g / (np.sqrt(v) + self.epsilon)


class NeverCentred(RMSprop):
    """Takes no notice of `centered`."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.centered = False


class RhoTurned(RMSprop):
    """v <- (1 - rho) v + rho g**2."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.rho = 1 - self.rho


class OtherVelocity(RMSprop):
    """The velocity gathers steps where it should gather gradients, and the other way round."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.velocity_of = "gradients" if self.velocity_of == "steps" else "steps"


class BiasCorrected(RMSprop):
    """The bias of the average is corrected, as in Adam."""

    def update(self, w: Array, g: Array, state: State) -> None:
        before = w.copy()
        super().update(w, g, state)
        w[...] = before + (w - before) * np.sqrt(1 - self.rho**self.t)


class StepsUncounted(Adadelta):
    """The average of steps stays 0."""

    def update(self, w: Array, g: Array, state: State) -> None:
        super().update(w, g, state)
        state["u"] *= 0


class StepsCountedFirst(Adadelta):
    """The average of steps takes in a step before that is taken."""

    def update(self, w: Array, g: Array, state: State) -> None:
        v = average(state, "v", g * g, self.rho)
        u = state.setdefault("u", np.zeros_like(w))
        d = np.sqrt(u + self.epsilon) / np.sqrt(v + self.epsilon) * g
        u[...] = self.rho * u + (1 - self.rho) * d * d
        w -= self.lr * np.sqrt(u + self.epsilon) / np.sqrt(v + self.epsilon) * g


class RateIgnored(Adadelta):
    """lr is 1, as in the paper."""

    def update(self, w: Array, g: Array, state: State) -> None:
        lr, self.lr = self.lr, 1.0
        super().update(w, g, state)
        self.lr = lr


class MomentFirst(Lion):
    """The moment takes in the gradient before the step."""

    def update(self, w: Array, g: Array, state: State) -> None:
        m = average(state, "m", g, self.beta_2)
        w -= self.lr * np.sign(self.beta_1 * m + (1 - self.beta_1) * g)


class NoSign(Lion):
    """Steps by the mixture of moment and gradient, not by its sign."""

    def update(self, w: Array, g: Array, state: State) -> None:
        m = state.get("m", np.zeros_like(w))
        w -= self.lr * (self.beta_1 * m + (1 - self.beta_1) * g)
        average(state, "m", g, self.beta_2)


class OneBeta(Lion):
    """beta_1 is used for both."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.beta_2 = self.beta_1


class FactorsSwapped(Rprop):
    """The step grows where the sign turns, and shrinks where it does not."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.decrease, self.increase = self.increase, self.decrease


class NeverRests(Rprop):
    """A weight steps on where its gradient has turned."""

    def update(self, w: Array, g: Array, state: State) -> None:
        state.setdefault("d", np.full_like(w, self.lr))
        turned = g * state.get("g", np.zeros_like(w)) < 0
        super().update(w, g, state)
        w -= np.where(turned, state["d"] * np.sign(g), 0)


class TurnRemembered(Rprop):
    """After a rest the gradient that turned is still compared with."""

    def update(self, w: Array, g: Array, state: State) -> None:
        super().update(w, g, state)
        state["g"] = g


class Unbounded(Rprop):
    """Steps grow and shrink without bounds."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.smallest, self.largest = 0.0, np.inf


class RateFollowed(Rprop):
    """Steps change with an lr that changes later."""

    def update(self, w: Array, g: Array, state: State) -> None:
        if "d" in state:
            state["d"] *= self.lr / self.last
        self.last = self.lr
        super().update(w, g, state)


# the size of a gradient, so its clipping too, and a later lr do nothing in Rprop
SIGNS = (
    *(Ascends, LastWeightForgotten, FirstElementOnly, WeightDecays, Rebinds, StateByShape, StateForgotten),
    *(ByOrder, FirstThree, NumbersLeft, SkipsWithoutGradient, MaximizeIgnored),
)
INSIDE = taken_for("epsilon_inside", False)
VELOCITY = (*taken_for("velocity_of", "gradients"), *taken_for("momentum", 0.0))

WRONG = {
    "adagrad": Versions(
        outputs=(
            *made_by(Adagrad, (*ACCUMULATING, EpsilonElsewhere, *INSIDE, *taken_for("lr_decay", 0.0))),
            *(StartsAtOne, Averages, DecayOneAhead),
        )
    ),
    "rmsprop": Versions(
        outputs=(
            *made_by(RMSprop, (*SIZES, EpsilonElsewhere, *INSIDE, *VELOCITY, *taken_for("centered", False))),
            *(SquareForgotten, NeverCentred, RhoTurned, OtherVelocity, BiasCorrected),
        )
    ),
    "adadelta": Versions(outputs=(*made_by(Adadelta, SIZES), StepsUncounted, StepsCountedFirst, RateIgnored)),
    "lion": Versions(
        outputs=(
            *made_by(Lion, (*COMMON, SkipsWithoutGradient, BetasSwapped, StateByShape, StateForgotten)),
            *(MomentFirst, NoSign, OneBeta),
        )
    ),
    "rprop": Versions(
        outputs=(
            *made_by(Rprop, SIGNS),
            *(FactorsSwapped, NeverRests, TurnRemembered, Unbounded, RateFollowed),
        )
    ),
}
