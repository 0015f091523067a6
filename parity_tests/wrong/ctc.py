"""Wrong versions of connectionist temporal classification."""

from typing import Any

import numpy as np

from scratch.ctc import CTC
from scratch.layer import Array
from wrong import Versions
from wrong.common import ANY, made_by
from wrong.losses import COMMON_GRADIENTS, REDUCTIONS


class AlwaysSkips(CTC):
    """A blank between two labels that are alike may be left out."""

    def _set_states(self, x: Array, t: Array, x_lengths: Array, t_lengths: Array) -> None:
        super()._set_states(x, t, x_lengths, t_lengths)
        self.skipped_to[:, 3::2] = True


class NeverSkips(CTC):
    """There is a blank between any two labels."""

    def _set_states(self, x: Array, t: Array, x_lengths: Array, t_lengths: Array) -> None:
        super()._set_states(x, t, x_lengths, t_lengths)
        self.skipped_to[:] = False


class SkipsLabels(CTC):
    """A path may go from blank to blank past a label."""

    def _set_states(self, x: Array, t: Array, x_lengths: Array, t_lengths: Array) -> None:
        super()._set_states(x, t, x_lengths, t_lengths)
        self.skipped_to[:, 2:] = True


class EndsInBlank(CTC):
    """Every path ends in a blank."""

    def _set_states(self, x: Array, t: Array, x_lengths: Array, t_lengths: Array) -> None:
        super()._set_states(x, t, x_lengths, t_lengths)
        self.last[:, 1::2] = False


class EndsInLabel(CTC):
    """Every path ends in the last label, where there is one."""

    def _set_states(self, x: Array, t: Array, x_lengths: Array, t_lengths: Array) -> None:
        super()._set_states(x, t, x_lengths, t_lengths)
        self.last[:, 2::2] = False


class AllTimes(CTC):
    """Takes no notice of how many times count."""

    def forward(self, x: Array, t: Array, x_lengths: Array, t_lengths: Array) -> Array:
        return super().forward(x, t, np.full_like(x_lengths, x.shape[1]), t_lengths)


class LikeliestPath(CTC):
    """The likeliest path alone, as Viterbi."""

    def _reached(self, a: Array) -> Array:
        before = np.pad(a, ((0, 0), (2, 0)), constant_values=-np.inf)
        skipping = np.where(self.skipped_to, before[:, :-2], -np.inf)
        return np.stack([a, before[:, 1:-1], skipping]).max(axis=0)


class BlankZero(CTC):
    """The blank is always class 0."""

    def _set_states(self, x: Array, t: Array, x_lengths: Array, t_lengths: Array) -> None:
        super()._set_states(x, t, x_lengths, t_lengths)
        self.states[:, ::2] = 0


class InfinityKept(CTC):
    """Takes no notice of `zero_infinity`."""

    def __init__(self, *, zero_infinity: bool = False, **options: Any) -> None:
        super().__init__(**options)


class NeverOverLabels(CTC):
    """The mean is always that of the losses."""

    def __init__(self, *, over_labels: bool = True, **options: Any) -> None:
        super().__init__(over_labels=False, **options)


class AlwaysOverLabels(CTC):
    """The mean is always that of losses over their number of labels."""

    def __init__(self, *, over_labels: bool = True, **options: Any) -> None:
        super().__init__(**options)


class OverTimes(CTC):
    """The mean is that of losses over their number of times."""

    def forward(self, x: Array, t: Array, x_lengths: Array, t_lengths: Array) -> Array:
        super().forward(x, t, x_lengths, t_lengths)
        return self.reduce(self.losses / (x_lengths if self.reduction == "mean" else 1))


class FromProbabilities(CTC):
    """Takes the scores for logarithms of probabilities: the gradient lacks softmax(x)."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        self.p = 0 * self.p
        return super().backward(dy)


class TurnedOnce(CTC):
    """The way on from a state skips where the way to it did."""

    def _left(self, b: Array) -> Array:
        after = np.pad(b, ((0, 0), (0, 2)), constant_values=-np.inf)
        skipping = np.where(self.skipped_to, after[:, 2:], -np.inf)
        return np.log(np.exp(np.stack([b, after[:, 1:-1], skipping])).sum(axis=0))


class GradientAtAllTimes(CTC):
    """There is a gradient at times that do not count."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        self.a[~self.counts] = -np.inf
        self.counts = np.ones_like(self.counts)
        return super().backward(dy)


class LabelsNotWeighted(CTC):
    """The gradient of the mean lacks the number of labels."""

    def backward(self, dy: Array | float = 1.0) -> Array:
        self.divisor = np.ones_like(self.divisor)
        return super().backward(dy)


WRONG = {
    "ctc": Versions(
        outputs=(
            *made_by(CTC, REDUCTIONS),
            *(AlwaysSkips, NeverSkips, SkipsLabels, EndsInBlank, EndsInLabel, AllTimes, LikeliestPath, BlankZero),
            *(InfinityKept, NeverOverLabels, AlwaysOverLabels, OverTimes),
        ),
        gradients=(
            *made_by(CTC, COMMON_GRADIENTS),
            *(FromProbabilities, TurnedOnce, GradientAtAllTimes, LabelsNotWeighted),
        ),
        contract=made_by(CTC, ANY),
    )
}
