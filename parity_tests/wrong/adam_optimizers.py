"""Wrong versions of what came of Adam."""

import math
from typing import Any

import numpy as np

from scratch.adam_optimizers import Adam, Adamax, AdamW, AMSGrad, Nadam, RAdam
from scratch.layer import Array
from scratch.optimizers import Optimizer, average
from wrong import Versions
from wrong.common import made_by
from wrong.optimizers import COMMON, DecayAlwaysDecoupled, DecayNeverDecoupled

State = dict[str, Array]


class EpsilonDropped(Optimizer):
    """Takes no notice of `epsilon`."""

    def __init__(self, *args: Any, epsilon: float = 0.0, **options: Any) -> None:
        super().__init__(*args, epsilon=0.0, **options)


class BetasExchanged(Optimizer):
    """beta_1 and beta_2 change places."""

    def __init__(self, *args: Any, beta_1: float = 0.9, beta_2: float = 0.999, **options: Any) -> None:
        super().__init__(*args, beta_1=beta_2, beta_2=beta_1, **options)


class CountsFromTwo(Optimizer):
    """The steps are counted from 2."""

    def update(self, w: Array, g: Array, state: State) -> None:
        self.t += 1
        super().update(w, g, state)
        self.t -= 1


class OtherEpsilon(Optimizer):
    """Adds epsilon where the other framework does."""

    def update(self, w: Array, g: Array, state: State) -> None:
        meant = self.epsilon_on
        self.epsilon_on = {"corrected": "raw", "raw": "corrected", "norm": "denominator", "denominator": "norm"}[meant]
        super().update(w, g, state)
        self.epsilon_on = meant


LIKE_ADAM = (EpsilonDropped, BetasExchanged, CountsFromTwo)


# ---- AMSGrad


class PlainAdam(AMSGrad):
    """Never keeps the largest second moment."""

    def second_moment(self, g: Array, state: State) -> Array:
        return Adam.second_moment(self, g, state)


class LargestGoesOn(AMSGrad):
    """Averages go on from the largest second moment instead of the last."""

    def second_moment(self, g: Array, state: State) -> Array:
        state["v"] = super().second_moment(g, state).copy()
        return state["v"]


class SmallestMoment(AMSGrad):
    """Keeps the smallest second moment."""

    def second_moment(self, g: Array, state: State) -> Array:
        v = Adam.second_moment(self, g, state)
        state["v_max"] = np.minimum(state.get("v_max", v), v)
        return state["v_max"]


class LargestOfAll(AMSGrad):
    """Keeps one number for all elements of a weight."""

    def second_moment(self, g: Array, state: State) -> Array:
        return np.full_like(g, super().second_moment(g, state).max())


class LargestCorrected(AMSGrad):
    """Takes the largest of the moments after their bias is corrected."""

    def second_moment(self, g: Array, state: State) -> Array:
        correction = 1 - self.beta_2**self.t
        v = Adam.second_moment(self, g, state) / correction
        state["v_max"] = np.maximum(state.get("v_max", v), v)
        return state["v_max"] * correction


# ---- AdamW


class DecayForgotten(AdamW):
    """Decays nothing."""

    def __init__(self, *args: Any, weight_decay: float = 0.0, **options: Any) -> None:
        super().__init__(*args, weight_decay=0.0, **options)


class DecayUnscaled(AdamW):
    """The decay is not multiplied by the learning rate."""

    def update(self, w: Array, g: Array, state: State) -> None:
        if self.decoupled:
            w -= (1 - self.lr) * self.weight_decay * w
        super().update(w, g, state)


class DecayAfterwards(AdamW):
    """Takes the decay off the weights that have stepped already."""

    def update(self, w: Array, g: Array, state: State) -> None:
        if self.decoupled:
            w /= 1 - self.lr * self.weight_decay
        super().update(w, g, state)
        if self.decoupled:
            w *= 1 - self.lr * self.weight_decay


class VectorsSpared(AdamW):
    """Takes vectors for biases, which do not decay."""

    def update(self, w: Array, g: Array, state: State) -> None:
        if w.ndim == 1 and self.decoupled:
            w /= 1 - self.lr * self.weight_decay
        super().update(w, g, state)


# ---- Adamax


class SecondMomentForNorm(Adamax):
    """Has Adam's second moment in the place of the largest gradient."""

    def update(self, w: Array, g: Array, state: State) -> None:
        m, v = average(state, "m", g, self.beta_1), average(state, "v", g * g, self.beta_2)
        w -= self.lr / (1 - self.beta_1**self.t) * m / (np.sqrt(v) + self.epsilon)


class NormNeverFades(Adamax):
    """The largest gradient is kept for ever."""

    def update(self, w: Array, g: Array, state: State) -> None:
        if "u" in state:
            state["u"] = state["u"] / self.beta_2
        super().update(w, g, state)


class NormCorrected(Adamax):
    """Corrects the norm too, which has no bias."""

    def update(self, w: Array, g: Array, state: State) -> None:
        before = w.copy()
        super().update(w, g, state)
        w[...] = before + (w - before) * (1 - self.beta_2**self.t)


class MeanUncorrected(Adamax):
    """The bias of the mean is not corrected."""

    def update(self, w: Array, g: Array, state: State) -> None:
        before = w.copy()
        super().update(w, g, state)
        w[...] = before + (w - before) * (1 - self.beta_1**self.t)


# ---- Nadam


class DecayOfTheOther(Nadam):
    """The momentum decay is 1 where it is not given and 0.004 where it is."""

    def __init__(self, *args: Any, momentum_decay: float = 1.0, **options: Any) -> None:
        super().__init__(*args, momentum_decay=1.0 if momentum_decay != 1.0 else 0.004, **options)


class MomentumConstant(Nadam):
    """The momentum is beta_1 at every step."""

    def mu(self, t: int) -> float:
        return self.beta_1


class MomentumNotHalved(Nadam):
    """Leaves out the factor 1/2."""

    def mu(self, t: int) -> float:
        return self.beta_1 * (1 - 0.96 ** (t * self.momentum_decay))


class NoNextMomentum(Nadam):
    """Uses the momentum of this step for both terms."""

    def update(self, w: Array, g: Array, state: State) -> None:
        m, v = average(state, "m", g, self.beta_1), average(state, "v", g * g, self.beta_2)
        mu = self.mu(self.t)
        product = math.prod(map(self.mu, range(1, self.t + 1)))
        m_hat = mu / (1 - product * mu) * m + (1 - mu) / (1 - product) * g
        w -= self.lr * m_hat / (np.sqrt(v / (1 - self.beta_2**self.t)) + self.epsilon)


class AdamNotNadam(Nadam):
    """Leaves out the gradient beside its mean."""

    def update(self, w: Array, g: Array, state: State) -> None:
        m, v = average(state, "m", g, self.beta_1), average(state, "v", g * g, self.beta_2)
        w -= self.lr * m / (1 - self.beta_1**self.t) / (np.sqrt(v / (1 - self.beta_2**self.t)) + self.epsilon)


# ---- RAdam


class NeverRectified(RAdam):
    """Steps by the mean alone, however many steps there were."""

    def update(self, w: Array, g: Array, state: State) -> None:
        w -= self.lr * average(state, "m", g, self.beta_1) / (1 - self.beta_1**self.t)


class RectifiedFromTheStart(RAdam):
    """Divides by the second moment from the first step."""

    def update(self, w: Array, g: Array, state: State) -> None:
        m, v = average(state, "m", g, self.beta_1), average(state, "v", g * g, self.beta_2)
        w -= self.lr * m / (1 - self.beta_1**self.t) / (np.sqrt(v / (1 - self.beta_2**self.t)) + self.epsilon)


class RootOfRectification(RAdam):
    """Forgets the root of the rectification."""

    def update(self, w: Array, g: Array, state: State) -> None:
        before = w.copy()
        super().update(w, g, state)
        rho = 2 / (1 - self.beta_2) - 1
        rho_t = rho - 2 * self.t * self.beta_2**self.t / (1 - self.beta_2**self.t)
        if rho_t > 5:
            r = math.sqrt((rho_t - 4) * (rho_t - 2) * rho / ((rho - 4) * (rho - 2) * rho_t))
            w[...] = before + (w - before) * r


class ThresholdOfFour(RAdam):
    """Divides by the second moment from rho_t = 4 on, as in the paper."""

    def update(self, w: Array, g: Array, state: State) -> None:
        rho = 2 / (1 - self.beta_2) - 1
        rho_t = rho - 2 * self.t * self.beta_2**self.t / (1 - self.beta_2**self.t)
        before = w.copy()
        super().update(w, g, state)
        if 4 < rho_t <= 5:
            r = math.sqrt((rho_t - 4) * (rho_t - 2) * rho / ((rho - 4) * (rho - 2) * rho_t))
            root = math.sqrt(1 - self.beta_2**self.t)
            average(state, "v", g * g, 1.0)
            w[...] = before + (w - before) * r * root / (np.sqrt(state["v"]) + self.epsilon)


WRONG = {
    "amsgrad": Versions(
        outputs=(
            *made_by(AMSGrad, (*COMMON, *LIKE_ADAM, OtherEpsilon)),
            *(PlainAdam, LargestGoesOn, SmallestMoment, LargestOfAll, LargestCorrected),
        )
    ),
    "adamw": Versions(
        outputs=(
            *made_by(AdamW, (*COMMON, *LIKE_ADAM, OtherEpsilon, DecayAlwaysDecoupled, DecayNeverDecoupled)),
            *(DecayForgotten, DecayUnscaled, DecayAfterwards, VectorsSpared),
        )
    ),
    "adamax": Versions(
        outputs=(
            *made_by(Adamax, (*COMMON, *LIKE_ADAM, OtherEpsilon)),
            *(SecondMomentForNorm, NormNeverFades, NormCorrected, MeanUncorrected),
        )
    ),
    "nadam": Versions(
        outputs=(
            *made_by(Nadam, (*COMMON, *LIKE_ADAM)),
            *(DecayOfTheOther, MomentumConstant, MomentumNotHalved, NoNextMomentum, AdamNotNadam),
        )
    ),
    "radam": Versions(
        outputs=(
            *made_by(RAdam, (*COMMON, *LIKE_ADAM)),
            *(NeverRectified, RectifiedFromTheStart, RootOfRectification, ThresholdOfFour),
        )
    ),
}
