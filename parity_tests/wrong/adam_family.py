"""Wrong versions of what came of Adam."""

import math

import numpy as np

from scratch.adam_optimizers import Adam, Adamax, AdamW, AMSGrad, Nadam, RAdam
from scratch.layer import Array
from scratch.optimizers import Optimizer, State, average
from wrong import Versions
from wrong.common import made_by
from wrong.late import LateAround, taken_for
from wrong.optimizers import COMMON, SkipsWithoutGradient

# ---- mistakes that all of them can make


class CountsFromTwo(Optimizer):
    """The steps are counted from 2."""

    def update(self, w: Array, g: Array, state: State) -> None:
        self.t += 1
        super().update(w, g, state)
        self.t -= 1


class AlwaysFirst(Optimizer):
    """The bias is corrected as if every step were the first."""

    def update(self, w: Array, g: Array, state: State) -> None:
        t, self.t = self.t, 1
        super().update(w, g, state)
        self.t = t


class BetasSwapped(Optimizer):
    """beta_1 and beta_2 change places."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.beta_1, self.beta_2 = self.beta_2, self.beta_1


class EpsilonIgnored(Optimizer):
    """Epsilon is left out."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.epsilon = 1e-300  # a weight without gradients divides by it


class StateByShape(Optimizer):
    """Weights of equal shape share one state."""

    def update(self, w: Array, g: Array, state: State) -> None:
        self.shared = vars(self).get("shared", {})
        super().update(w, g, self.shared.setdefault(w.shape, {}))


MOMENTS = (*COMMON, SkipsWithoutGradient, CountsFromTwo, AlwaysFirst, BetasSwapped, EpsilonIgnored, StateByShape)


# ---- AMSGrad and AdamW


class LargestForgotten(AMSGrad):
    """The second moment is Adam's own, the largest so far is not kept."""

    def second_moment(self, g: Array, state: State) -> Array:
        return Adam.second_moment(self, g, state)


class LargestCorrected(AMSGrad):
    """The largest is taken of second moments whose bias has been corrected."""

    def second_moment(self, g: Array, state: State) -> Array:
        correction = 1 - self.beta_2**self.t
        v = Adam.second_moment(self, g, state) / correction
        state["v_max"] = np.maximum(state.get("v_max", v), v)
        return state["v_max"] * correction


class LargestFedBack(AMSGrad):
    """The moving average goes on from the largest."""

    def second_moment(self, g: Array, state: State) -> Array:
        v = super().second_moment(g, state)
        state["v"] = v.copy()
        return v


class LargestSquare(AMSGrad):
    """The largest is that of g**2, not of its average."""

    def second_moment(self, g: Array, state: State) -> Array:
        state["v_max"] = np.maximum(state.get("v_max", 0.0), g * g)
        return state["v_max"]


class DecayCoupled(AdamW):
    """The decay is added to the gradient."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.decoupled = False


class DecayForgotten(AdamW):
    """The weights do not decay."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.weight_decay = 0.0


class DecayAfterStep(AdamW):
    """The weights decay after Adam's step instead of before."""

    def update(self, w: Array, g: Array, state: State) -> None:
        share = self.lr * self.weight_decay if self.decoupled else 0.0
        w /= 1 - share
        super().update(w, g, state)
        w *= 1 - share


# ---- Adamax, Nadam, RAdam


class SumForLargest(Adamax):
    """The norm adds |g| to its past instead of taking the larger."""

    def update(self, w: Array, g: Array, state: State) -> None:
        m = average(state, "m", g, self.beta_1)
        state["u"] = self.beta_2 * state.get("u", np.zeros_like(w)) + np.abs(g)
        w -= self.lr / (1 - self.beta_1**self.t) * m / (state["u"] + self.epsilon)


class NeverFades(Adamax):
    """The norm is the largest |g| so far, without beta_2."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.beta_2 = 1.0


class EpsilonMistaken(Adamax):
    """Epsilon is in the norm where it should be in the denominator, and the other way round."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.epsilon_on = "norm" if self.epsilon_on == "denominator" else "denominator"


class ScheduleIgnored(Nadam):
    """mu is beta_1 at all times."""

    def mu(self, t: int) -> float:
        return self.beta_1


class ScheduleLate(Nadam):
    """mu is taken one step behind."""

    def mu(self, t: int) -> float:
        return super().mu(t - 1)


class ProductShared(Nadam):
    """One product of the mu serves all weights, which each multiply it."""

    def update(self, w: Array, g: Array, state: State) -> None:
        state["product"] = vars(self).get("product", np.array(1.0))
        super().update(w, g, state)
        self.product = state["product"]


class NeverRectified(RAdam):
    """The step is Adam's, without r."""

    def update(self, w: Array, g: Array, state: State) -> None:
        m = average(state, "m", g, self.beta_1)
        v = average(state, "v", g * g, self.beta_2)
        root = np.sqrt(v / (1 - self.beta_2**self.t))
        w -= self.lr * m / (1 - self.beta_1**self.t) / (root + self.epsilon)


class AlwaysAdaptive(RAdam):
    """No step is taken while rho is 5 or less."""

    def update(self, w: Array, g: Array, state: State) -> None:
        before = w.copy()
        super().update(w, g, state)
        rho = 2 / (1 - self.beta_2) - 1
        if rho - 2 * self.t * self.beta_2**self.t / (1 - self.beta_2**self.t) <= 5:
            w[...] = before


class RectifiedBySquare(RAdam):
    """r lacks its root."""

    def update(self, w: Array, g: Array, state: State) -> None:
        before = w.copy()
        super().update(w, g, state)
        rho = 2 / (1 - self.beta_2) - 1
        rho_t = rho - 2 * self.t * self.beta_2**self.t / (1 - self.beta_2**self.t)
        if rho_t > 5:
            r = math.sqrt((rho_t - 4) * (rho_t - 2) * rho / ((rho - 4) * (rho - 2) * rho_t))
            w[...] = before + r * (w - before)


RAW = taken_for("epsilon_on", "corrected")

WRONG = {
    "amsgrad": Versions(
        outputs=(*made_by(AMSGrad, (*MOMENTS, *RAW)), LargestForgotten, LargestCorrected, LargestFedBack, LargestSquare)
    ),
    "adamw": Versions(
        outputs=(
            *made_by(AdamW, (*MOMENTS, *RAW, *taken_for("decoupled", True, LateAround))),
            DecayCoupled,
            DecayForgotten,
            DecayAfterStep,
        )
    ),
    "adamax": Versions(
        outputs=(
            *made_by(Adamax, (*MOMENTS, *taken_for("epsilon_on", "norm"))),
            SumForLargest,
            NeverFades,
            EpsilonMistaken,
        )
    ),
    "nadam": Versions(outputs=(*made_by(Nadam, MOMENTS), ScheduleIgnored, ScheduleLate, ProductShared)),
    "radam": Versions(outputs=(*made_by(RAdam, MOMENTS), NeverRectified, AlwaysAdaptive, RectifiedBySquare)),
}
