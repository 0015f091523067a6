"""Wrong versions of the optimizers that step by a sign."""

import numpy as np

from scratch.layer import Array
from scratch.sign_optimizers import Lion, Rprop
from wrong import Versions
from wrong.adam_optimizers import BetasExchanged
from wrong.common import made_by
from wrong.optimizers import COMMON, Ascends, FirstElementOnly, LastWeightForgotten, Rebinds, WeightDecays

State = dict[str, Array]


class NoSign(Lion):
    """Steps by the mean itself."""

    def update(self, w: Array, g: Array, state: State) -> None:
        m = state.setdefault("m", np.zeros_like(w))
        w -= self.lr * (self.beta_1 * m + (1 - self.beta_1) * g)
        m[...] = self.beta_2 * m + (1 - self.beta_2) * g


class GradientSign(Lion):
    """Steps by the sign of the gradient, without its mean."""

    def update(self, w: Array, g: Array, state: State) -> None:
        w -= self.lr * np.sign(g)


class OneBeta(Lion):
    """Has beta_1 for the mean that is kept, too."""

    def update(self, w: Array, g: Array, state: State) -> None:
        m = state.setdefault("m", np.zeros_like(w))
        m[...] = self.beta_1 * m + (1 - self.beta_1) * g
        w -= self.lr * np.sign(m)


class MeanFirst(Lion):
    """Takes the gradient into the mean before the step."""

    def update(self, w: Array, g: Array, state: State) -> None:
        m = state.setdefault("m", np.zeros_like(w))
        m[...] = self.beta_2 * m + (1 - self.beta_2) * g
        w -= self.lr * np.sign(self.beta_1 * m + (1 - self.beta_1) * g)


class WeightsOfZero(Lion):
    """Leaves out the factor 1 - beta_1 of the gradient."""

    def update(self, w: Array, g: Array, state: State) -> None:
        m = state.setdefault("m", np.zeros_like(w))
        w -= self.lr * np.sign(self.beta_1 * m + g)
        m[...] = self.beta_2 * m + (1 - self.beta_2) * g


class SizesConstant(Rprop):
    """The step sizes never change."""

    def update(self, w: Array, g: Array, state: State) -> None:
        w -= self.lr * np.sign(g)


class FactorsSwapped(Rprop):
    """Steps grow where the gradient turns and shrink where it does not."""

    def update(self, w: Array, g: Array, state: State) -> None:
        self.increase, self.decrease = self.decrease, self.increase
        super().update(w, g, state)
        self.increase, self.decrease = self.decrease, self.increase


class NoRest(Rprop):
    """The weight steps also where its gradient has turned."""

    def update(self, w: Array, g: Array, state: State) -> None:
        before = w.copy()
        super().update(w, g, state)
        w[...] = before - state["d"] * np.sign(g)
        state["g"] = g.copy()


class TurnRemembered(Rprop):
    """The gradient that turned is remembered, so that the next one counts as a second turn."""

    def update(self, w: Array, g: Array, state: State) -> None:
        super().update(w, g, state)
        state["g"] = g.copy()


class Unbounded(Rprop):
    """Takes no notice of the bounds of the step size."""

    def update(self, w: Array, g: Array, state: State) -> None:
        bounds = self.smallest, self.largest
        self.smallest, self.largest = 0.0, np.inf
        super().update(w, g, state)
        self.smallest, self.largest = bounds


class SizeTimesGradient(Rprop):
    """Steps by the gradient instead of its sign."""

    def update(self, w: Array, g: Array, state: State) -> None:
        before = w.copy()
        super().update(w, g, state)
        w[...] = before + (w - before) * np.abs(g)


WRONG = {
    "lion": Versions(
        outputs=(
            *made_by(Lion, (*COMMON, BetasExchanged)),
            *(NoSign, GradientSign, OneBeta, MeanFirst, WeightsOfZero),
        )
    ),
    # a learning rate that changes and gradients that are clipped change nothing here
    "rprop": Versions(
        outputs=(
            *made_by(Rprop, (Ascends, LastWeightForgotten, FirstElementOnly, WeightDecays, Rebinds)),
            *(SizesConstant, FactorsSwapped, NoRest, TurnRemembered, Unbounded, SizeTimesGradient),
        )
    ),
}
