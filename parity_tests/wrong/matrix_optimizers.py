"""Wrong versions of the optimizers that look at a weight as a whole."""

import numpy as np

from scratch.adam_optimizers import Adam
from scratch.layer import Array
from scratch.matrix_optimizers import Adafactor, Lamb, Muon, norm, rms
from scratch.optimizers import Optimizer, State
from wrong import Versions
from wrong.adam_family import MOMENTS, AlwaysFirst, CountsFromTwo, StateByShape
from wrong.adaptive_optimizers import StateForgotten
from wrong.common import made_by
from wrong.late import Late, taken_for
from wrong.optimizers import COMMON


class RatioLeftOut(Lamb):
    """Steps as Adam does."""

    def update(self, w: Array, g: Array, state: State) -> None:
        before, size = w.copy(), norm(w)
        super().update(w, g, state)
        way = norm(w - before)
        if size > 0 and way > 0:
            w[...] = before + (w - before) * (norm(self.adam_step(g, before, state)) / way)

    def adam_step(self, g: Array, w: Array, state: State) -> Array:
        m, v = (state[name] / (1 - beta**self.t) for name, beta in (("m", self.beta_1), ("v", self.beta_2)))
        return self.lr * m / (np.sqrt(v) + self.epsilon)


class RatioTurned(Lamb):
    """The ratio is ||r|| / ||w||."""

    def update(self, w: Array, g: Array, state: State) -> None:
        before = w.copy()
        super().update(w, g, state)
        size, way = norm(before), norm(w - before)
        if size > 0 and way > 0:
            r = way / self.lr
            w[...] = before + (w - before) / (r * r)


class RatioBounded(Lamb):
    """The ratio is 1 at most."""

    def update(self, w: Array, g: Array, state: State) -> None:
        before = w.copy()
        super().update(w, g, state)
        m, v = (state[name] / (1 - beta**self.t) for name, beta in (("m", self.beta_1), ("v", self.beta_2)))
        step = norm(m / (np.sqrt(v) + self.epsilon))
        w[...] = before + (w - before) / max(1.0, norm(before) / step if step else 1.0)


class RootMeanSquares(Lamb):
    """The weights are measured by their root mean square, their step by its norm."""

    def update(self, w: Array, g: Array, state: State) -> None:
        before = w.copy()
        super().update(w, g, state)
        if norm(before) > 0:
            w[...] = before + (w - before) / np.sqrt(w.size)


class StaysAtZero(Lamb):
    """A weight that is zero never moves."""

    def update(self, w: Array, g: Array, state: State) -> None:
        zero = not w.any()
        super().update(w, g, state)
        if zero:
            w[...] = 0


class NeverFactored(Adafactor):
    """Every element has an average of its own."""

    def second_moment(self, g: Array, state: State) -> Array:
        flat = super().second_moment(g.ravel(), state)
        return flat.reshape(g.shape)


class FactoredFromTheFront(Adafactor):
    """Factors the first two axes, not the last two."""

    def second_moment(self, g: Array, state: State) -> Array:
        if g.ndim < 3:
            return super().second_moment(g, state)
        return np.moveaxis(super().second_moment(np.moveaxis(g, -1, 0), state), 0, -1)


class RowsNotDivided(Adafactor):
    """v is rows times columns, not divided by the mean of the rows."""

    def second_moment(self, g: Array, state: State) -> Array:
        v = super().second_moment(g, state)
        return v * state["rows"].mean(axis=-2, keepdims=True) if g.ndim > 1 else v


class ParameterScaleForgotten(Adafactor):
    """The step is not in proportion to the weights."""

    def update(self, w: Array, g: Array, state: State) -> None:
        before, scale = w.copy(), max(self.epsilon_2, rms(w))
        super().update(w, g, state)
        w[...] = before + (w - before) / scale


class ThresholdForgotten(Adafactor):
    """Takes no notice of `clip_threshold`."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.clip_threshold = 1.0


class NeverLimited(Adafactor):
    """The step is not limited by its root mean square."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.clip_threshold = np.inf


class RateNotLimited(Adafactor):
    """The rate is lr, also where 1 / sqrt(t) is less."""

    def update(self, w: Array, g: Array, state: State) -> None:
        before, rate = w.copy(), min(self.lr, 1 / float(np.sqrt(self.t)))
        super().update(w, g, state)
        w[...] = before + (w - before) * (self.lr / rate)


class DecayFrozen(Adafactor):
    """Takes no notice of `beta_2_decay`."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.beta_2_decay = -0.8


class EpsilonMistaken(Optimizer):
    """Epsilon is where the other framework has it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        first, second = {Adafactor: ("squares", "root"), Muon: ("sum", "average")}[type(self).__mro__[2]]
        self.epsilon_on = second if self.epsilon_on == first else first


class SmallestScaleForgotten(Adafactor):
    """Takes no notice of `epsilon_2`: a weight that is zero stays."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.epsilon_2 = 0.0


class NesterovForgotten(Muon):
    """Takes the velocity as it is, whatever `nesterov` says."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.nesterov = False


class NotOrthogonalised(Muon):
    """Steps by the velocity over its norm."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.iterations = 0


class OneIterationMore(Muon):
    """Iterates once more."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.iterations += 1


class Cubic(Muon):
    """The iteration lacks its last term."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.coefficients = (*self.coefficients[:2], 0.0)


class RowsForColumns(Muon):
    """Rows and columns change places in the scale."""

    def factor(self, rows: int, columns: int) -> float:
        return super().factor(columns, rows)


class Unscaled(Muon):
    """Takes no notice of `scale`."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.scale = "none"


class AdamRatioForgotten(Muon):
    """Takes no notice of `adam_ratio`."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.adam_ratio = 1.0


class CorrectedEpsilon(Muon):
    """Adam's epsilon is beside the corrected root."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.adam = Adam(beta_1=self.beta_1, beta_2=self.beta_2, epsilon=self.adam_epsilon)


class MatricesOnly(Muon):
    """Weights that are no matrices stay as they are."""

    def update(self, w: Array, g: Array, state: State) -> None:
        if w.ndim == 2:
            super().update(w, g, state)


class ExcludeIgnored(Muon):
    """Takes no notice of `exclude`."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.exclude = ()


class ExcludedLeft(Muon):
    """Weights that are excluded stay as they are."""

    def update(self, w: Array, g: Array, state: State) -> None:
        if all(w is not each for each in self.by_adam):
            super().update(w, g, state)


class NamesMatchedFromTheStart(Muon):
    """What is excluded must stand at the beginning of a name."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.exclude = tuple(each if each.startswith("(") else f"^{each}" for each in self.exclude)


class CaseMatters(Muon):
    """Capital letters are others, also where they should not be."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.exclude = tuple(each.removeprefix("(?i)") for each in self.exclude)


WHOLE = (*COMMON, StateByShape, StateForgotten, CountsFromTwo, AlwaysFirst, EpsilonMistaken)
LATE = (
    *taken_for("nesterov", True, Late),
    *taken_for("scale", "original", Late),
    *taken_for("epsilon_on", "sum", Late),
)

WRONG = {
    "lamb": Versions(
        outputs=(
            *made_by(Lamb, MOMENTS),
            *(RatioLeftOut, RatioTurned, RatioBounded, RootMeanSquares, StaysAtZero),
        )
    ),
    "adafactor": Versions(
        outputs=(
            *made_by(Adafactor, (*WHOLE, *taken_for("epsilon_on", "squares"))),
            *(NeverFactored, FactoredFromTheFront, RowsNotDivided, ParameterScaleForgotten, ThresholdForgotten),
            *(NeverLimited, RateNotLimited, DecayFrozen, SmallestScaleForgotten),
        )
    ),
    "muon": Versions(
        outputs=(
            *made_by(Muon, (*WHOLE, *LATE)),
            *(NesterovForgotten, NotOrthogonalised, OneIterationMore, Cubic, RowsForColumns, Unscaled),
            *(AdamRatioForgotten, CorrectedEpsilon, MatricesOnly),
            *(ExcludeIgnored, ExcludedLeft, NamesMatchedFromTheStart, CaseMatters),
        )
    ),
}
