"""Wrong versions of the LSTM whose output is projected."""

from typing import Any

import numpy as np

from scratch.layer import Array
from scratch.lstm import ProjectedLSTM
from scratch.recurrent import product_sum
from wrong import Versions, masking
from wrong.common import ANY, GRADIENTS, WEIGHTED, made_by
from wrong.conditions import ForgetsLittle
from wrong.recurrent_states import CONTRACT, OUTPUTS, GatesReversed, RecurrentTransposed
from wrong.recurrent_states import GRADIENTS as IN_TIME


class ProjectedAgain(ProjectedLSTM):
    """What is projected is squashed by a tanh once more."""

    def step(self, t: int) -> None:
        super().step(t)
        self.history[0][t + 1] = np.tanh(self.history[0][t + 1])


class CellProjected(ProjectedLSTM):
    """The cell is projected, without its tanh and its output gate."""

    def step(self, t: int) -> None:
        super().step(t)
        self.history[0][t + 1] = self.params["w_r"].T @ self.history[1][t + 1]


class CellNotSquashed(ProjectedLSTM):
    """o c is projected, without the tanh."""

    def step(self, t: int) -> None:
        super().step(t)
        ifo, g, _ = self.kept[t]
        self.history[0][t + 1] = self.params["w_r"].T @ (ifo[2 * len(g) :] * self.history[1][t + 1])


class CutShort(ProjectedLSTM):
    """The first units are given as they are, instead of a projection of all."""

    def step(self, t: int) -> None:
        super().step(t)
        self.history[0][t + 1] = self.emitted[t + 1][: self.history[0].shape[1]]


class FedBackUngated(ProjectedLSTM):
    """What is fed back is projected from tanh(c), what is given from o tanh(c)."""

    def step(self, t: int) -> None:
        super().step(t)
        if t + 1 < len(self.a):
            self.given = [*(vars(self).get("given", []) if t else []), self.history[0][t + 1].copy()]
            self.history[0][t + 1] = self.params["w_r"].T @ self.kept[t][2]

    def forward(self, x: Array, *given: Array) -> Array:
        y = super().forward(x, *given)
        if self.sequences and x.shape[1] > 1 and self.mask is None:
            y[:, :-1] = np.stack(self.given).transpose(2, 0, 1)
        return y


class StatesSwapped(ProjectedLSTM):
    """The initial cell is the one that is projected, and the other way round, where they are as long."""

    def forward(self, x: Array, *given: Array) -> Array:
        h_0, c_0 = given[:2] if len(given) > 1 else (None, None)
        if h_0 is None or c_0 is None:
            return super().forward(x, *given)
        n, most = h_0.shape[1], c_0.copy()
        most[:, :n] = h_0
        return super().forward(x, c_0[:, :n], most, *given[2:])


class ProjectionOfOutputOnly(ProjectedLSTM):
    """The gradient of w_r takes what the output receives, not what later steps pass back."""

    def backward(self, dy: Array) -> Any:
        back = super().backward(dy)
        if self.sequences and self.mask is None:
            self.grads["w_r"] = product_sum(self.emitted[1:], dy.transpose(1, 2, 0))
        return back


class ProjectionAtLastStep(ProjectedLSTM):
    """The gradient of w_r is that of the last step."""

    def weight_gradients(self) -> dict[str, Array]:
        return super().weight_gradients() | {"w_r": self.emitted[-1] @ self.dh[-1].T}


class ProjectionOfCell(ProjectedLSTM):
    """The gradient of w_r is taken with tanh(c), without the output gate."""

    def weight_gradients(self) -> dict[str, Array]:
        return super().weight_gradients() | {"w_r": product_sum(np.stack([kept[2] for kept in self.kept]), self.dh)}


class ProjectionOneLate(ProjectedLSTM):
    """The gradient of w_r is taken with what was emitted a step before."""

    def weight_gradients(self) -> dict[str, Array]:
        before = np.concatenate([0 * self.emitted[:1], self.emitted[1:-1]])
        return super().weight_gradients() | {"w_r": product_sum(before, self.dh)}


class ProjectionNotTransposed(ProjectedLSTM):
    """The gradient goes back through the projection by its first units alone."""

    def step_back(self, t: int, *dstates: Array) -> tuple[Array, ...]:
        dh, dc = dstates
        self.dh[t] = dh
        padded = np.vstack([dh, np.zeros((len(self.params["w_r"]) - len(dh), dh.shape[1]), dh.dtype)])
        return super(ProjectedLSTM, self).step_back(t, padded, dc)


class CellGradientLost(ProjectedLSTM):
    """The gradient of the cell does not reach the step before."""

    def step_back(self, t: int, *dstates: Array) -> tuple[Array, ...]:
        dh, dc = super().step_back(t, *dstates)
        return dh, dc * 0


OWN_OUTPUTS = (ProjectedAgain, CellProjected, CellNotSquashed, CutShort, FedBackUngated, StatesSwapped)
OWN_GRADIENTS = (
    *(ProjectionOfOutputOnly, ProjectionAtLastStep, ProjectionOfCell, ProjectionOneLate),
    *(ProjectionNotTransposed, CellGradientLost),
)
# w_h is not square
COMMON = [each for each in OUTPUTS if each is not RecurrentTransposed]
MASKED_OUTPUTS = [each for each in masking.OUTPUTS if each not in OUTPUTS]
MASKED_GRADIENTS = [each for each in masking.GRADIENTS if each not in IN_TIME]
WRONG = {
    "projected_lstm": Versions(
        (*OWN_OUTPUTS, *made_by(ProjectedLSTM, (*COMMON, GatesReversed, *MASKED_OUTPUTS))),
        (*OWN_GRADIENTS, *made_by(ProjectedLSTM, (*IN_TIME, *MASKED_GRADIENTS, *GRADIENTS))),
        contract=(*made_by(ProjectedLSTM, (*ANY, *WEIGHTED, *CONTRACT, ForgetsLittle)),),
    ),
}
