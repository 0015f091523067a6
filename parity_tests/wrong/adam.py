"""Wrong versions of Adam."""

from typing import Any

import numpy as np

from scratch.adam_optimizers import Adam
from scratch.layer import Array
from wrong import Versions
from wrong.common import made_by
from wrong.late import taken_for
from wrong.optimizers import COMMON, SkipsWithoutGradient


class ClipsStep(Adam):
    """Limits the step instead of the gradient, after the moments have seen all of it."""

    def __init__(self, *args: Any, clip_value: float | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.limit = clip_value

    def update(self, w: Array, g: Array, state: dict[str, Array]) -> None:
        before = w.copy()
        super().update(w, g, state)
        if self.limit is not None:
            w[...] = before + self.lr * np.clip((w - before) / self.lr, -self.limit, self.limit)


class Terms(Adam):
    """Adam term by term; right. The wrong ones below change one of them."""

    def update(self, w: Array, g: Array, state: dict[str, Array]) -> None:
        state = self.state_for(w, state)
        m = state.setdefault("m", np.zeros_like(w))
        v = state.setdefault("v", np.zeros_like(w))
        m[...] = self.beta_1 * m + (1 - self.beta_1) * g
        v[...] = self.beta_2 * v + (1 - self.beta_2) * self.power(g, m)
        w -= self.lr * self.direction(m, v, self.exponent())

    def state_for(self, w: Array, state: dict[str, Array]) -> dict[str, Array]:
        return state

    def power(self, g: Array, m: Array) -> Array:
        return g * g

    def exponent(self) -> int:
        return self.t

    def direction(self, m: Array, v: Array, t: int) -> Array:
        correction_1, correction_2 = self.corrections(t)
        if self.epsilon_on == "raw":
            return np.sqrt(correction_2) * m / correction_1 / self.denominator(v)
        return m / correction_1 / self.denominator(v / correction_2)

    def corrections(self, t: int) -> tuple[float, float]:
        return 1 - self.beta_1**t, 1 - self.beta_2**t

    def denominator(self, v: Array) -> Array:
        return np.sqrt(v) + self.epsilon


class NoCorrection(Terms):
    """The bias of the moments is not corrected."""

    def corrections(self, t: int) -> tuple[float, float]:
        return 1.0, 1.0


class SecondUncorrected(Terms):
    """The bias of the second moment is not corrected."""

    def corrections(self, t: int) -> tuple[float, float]:
        return super().corrections(t)[0], 1.0


class NoExponent(Terms):
    """The bias is corrected as if every step were the first."""

    def exponent(self) -> int:
        return 1


class ExponentAhead(Terms):
    """The steps are counted from 2."""

    def exponent(self) -> int:
        return self.t + 1


class ExponentFromZero(Terms):
    """The steps are counted from 0, and where that divides by zero nothing is corrected."""

    def exponent(self) -> int:
        return self.t - 1

    def corrections(self, t: int) -> tuple[float, float]:
        return super().corrections(t) if t else (1.0, 1.0)


class ExponentPerWeight(Terms):
    """The step is counted once for every weight."""

    def update(self, w: Array, g: Array, state: dict[str, Array]) -> None:
        self.count = vars(self).get("count", 0) + 1
        super().update(w, g, state)

    def exponent(self) -> int:
        return self.count


class EpsilonInsideRoot(Terms):
    """Epsilon is added to the second moment inside the root."""

    def denominator(self, v: Array) -> Array:
        return np.sqrt(v + self.epsilon)


class EpsilonIgnored(Terms):
    """Epsilon is left out."""

    def denominator(self, v: Array) -> Array:
        return np.sqrt(v)


class EpsilonMistaken(Terms):
    """Epsilon is added to the raw root where the corrected one is meant, and the other way round."""

    def direction(self, m: Array, v: Array, t: int) -> Array:
        meant, self.epsilon_on = self.epsilon_on, "raw" if self.epsilon_on == "corrected" else "corrected"
        step = super().direction(m, v, t)
        self.epsilon_on = meant
        return step


class RootForgotten(Terms):
    """Divides by the second moment instead of its root."""

    def denominator(self, v: Array) -> Array:
        return v + self.epsilon


class BetasSwapped(Terms):
    """beta_1 and beta_2 change places."""

    def __init__(self, lr: float = 0.001, *, beta_1: float = 0.9, beta_2: float = 0.999, **options: Any) -> None:
        super().__init__(lr, beta_1=beta_2, beta_2=beta_1, **options)


class SquareOfMean(Terms):
    """The second moment is that of the first moment."""

    def power(self, g: Array, m: Array) -> Array:
        return m * m


class StateByShape(Terms):
    """Weights of equal shape share one state."""

    def state_for(self, w: Array, state: dict[str, Array]) -> dict[str, Array]:
        self.shared = vars(self).get("shared", {})
        return self.shared.setdefault(w.shape, {})


class LargestSquare(Terms):
    """The second moment is that of the largest gradient so far."""

    def power(self, g: Array, m: Array) -> Array:
        self.largest = vars(self).get("largest", {})
        self.largest[g.shape] = np.maximum(self.largest.get(g.shape, 0), g * g)
        return self.largest[g.shape]


RIGHT = {"adam": (Terms,)}
WRONG = {
    "adam": Versions(
        outputs=(
            *(*made_by(Adam, (*COMMON, SkipsWithoutGradient, *taken_for("epsilon_on", "corrected"))), ClipsStep),
            *(NoCorrection, SecondUncorrected, NoExponent, ExponentAhead, ExponentFromZero, ExponentPerWeight),
            *(EpsilonInsideRoot, EpsilonIgnored, EpsilonMistaken, RootForgotten, BetasSwapped, SquareOfMean),
            *(StateByShape, LargestSquare),
        )
    )
}
