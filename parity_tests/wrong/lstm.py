"""Wrong versions of the LSTM."""

from typing import Any

import numpy as np

from scratch.layer import Array
from scratch.lstm import LSTM
from wrong import Versions, masking
from wrong.common import ANY, GRADIENTS, WEIGHTED, made_by
from wrong.conditions import ForgetsLittle
from wrong.recurrent_states import CONTRACT, OUTPUTS, GatesReversed
from wrong.recurrent_states import GRADIENTS as IN_TIME


class Gatewise(LSTM):
    """Gate by gate, forward and back; right. The wrong ones change one term of it."""

    def step(self, t: int) -> None:
        history, cells = self.history
        self.a[t] = self.w.T @ self.z[t]
        i, f, o, g = self.gates_of(self.a[t])
        c = self.cell(i, f, g, cells[t])
        self.kept[t] = (i, f, o, g, c, self.f.value(c))
        history[t + 1], cells[t + 1] = self.out(o, c), c

    def gates_of(self, a: Array) -> tuple[Array, ...]:
        i, f, o, g = np.split(a, 4)
        return self.sigmoid.value(i), self.sigmoid.value(f), self.sigmoid.value(o), self.f.value(g)

    def cell(self, i: Array, f: Array, g: Array, c: Array) -> Array:
        return f * c + i * g

    def out(self, o: Array, c: Array) -> Array:
        return o * self.f.value(c)

    def step_back(self, t: int, *dstates: Array) -> tuple[Array, ...]:
        dh, dc = dstates
        i, f, o, g, c, tanh_c = self.kept[t]
        dc = self.into_cell(dh, dc, o, self.f.slope(c, tanh_c))
        before = self.cell_before(t)
        slopes = [self.sigmoid.slope, self.sigmoid.slope, self.sigmoid.slope, self.f.slope]
        d = [dc * g, dc * before, self.into_output_gate(dh, c, tanh_c), dc * i]
        for k, (gate, y) in enumerate(zip(np.split(self.a[t], 4), (i, f, o, g), strict=True)):
            d[k] = d[k] * self.gate_slope(slopes[k](gate, y), k)
        self.da[t] = np.vstack(d)
        return self.carried(t), self.cell_carried(dc, f)

    def into_cell(self, dh: Array, dc: Array, o: Array, slope: Array) -> Array:
        return dc + dh * o * slope

    def cell_before(self, t: int) -> Array:
        return self.history[1][t]

    def into_output_gate(self, dh: Array, c: Array, tanh_c: Array) -> Array:
        return dh * tanh_c

    def gate_slope(self, slope: Array, gate: int) -> Array:
        return slope

    def carried(self, t: int) -> Array:
        return self.params["w_h"] @ self.da[t]

    def cell_carried(self, dc: Array, f: Array) -> Array:
        return dc * f


class ForgetBiasAdded(Gatewise):
    """Adds 1 to the forget gate at every step, as TensorFlow's BasicLSTMCell did."""

    def gates_of(self, a: Array) -> tuple[Array, ...]:
        i, f, o, g = np.split(a, 4)
        return super().gates_of(np.vstack([i, f + 1, o, g]))


class KerasOrder(Gatewise):
    """The gates lie in the order i f g o of both frameworks."""

    def gates_of(self, a: Array) -> tuple[Array, ...]:
        i, f, g, o = np.split(a, 4)
        return super().gates_of(np.vstack([i, f, o, g]))


class NeverForgets(Gatewise):
    """The forget gate is left out, as in the LSTM of 1997."""

    def cell(self, i: Array, f: Array, g: Array, c: Array) -> Array:
        return c + i * g


class GatesCoupled(Gatewise):
    """What is forgotten is what is written: i = 1 - f."""

    def cell(self, i: Array, f: Array, g: Array, c: Array) -> Array:
        return f * c + (1 - f) * g


class CellNotSquashed(Gatewise):
    """The output is o c, without the tanh."""

    def out(self, o: Array, c: Array) -> Array:
        return o * c


class OutputSquashedAgain(Gatewise):
    """The output is tanh(o c)."""

    def out(self, o: Array, c: Array) -> Array:
        return self.f.value(o * c)


class StatesSwapped(LSTM):
    """Takes the initial states in the order c_0, h_0."""

    def forward(self, x: Array, *given: Array) -> Array:
        return super().forward(x, *given[1::-1], *given[2:])


class CellGradientDropped(Gatewise):
    """The gradient of the cell does not reach the step before."""

    def cell_carried(self, dc: Array, f: Array) -> Array:
        return dc * 0


class ForgetGateMissingBack(Gatewise):
    """The gradient of the cell is carried without the forget gate."""

    def cell_carried(self, dc: Array, f: Array) -> Array:
        return dc


class OutputSlopeMissing(Gatewise):
    """The gradient into the cell lacks the slope of the tanh."""

    def into_cell(self, dh: Array, dc: Array, o: Array, slope: Array) -> Array:
        return dc + dh * o


class CellFromOutputOnly(Gatewise):
    """The gradient into the cell leaves out what later cells pass back."""

    def into_cell(self, dh: Array, dc: Array, o: Array, slope: Array) -> Array:
        return dh * o * slope


class CellAfter(Gatewise):
    """The gradient of the forget gate is taken with the cell after the step."""

    def cell_before(self, t: int) -> Array:
        return self.history[1][t + 1]


class OutputGateFromCell(Gatewise):
    """The gradient of the output gate is taken with c instead of tanh(c)."""

    def into_output_gate(self, dh: Array, c: Array, tanh_c: Array) -> Array:
        return dh * c


class GateSlopesMissing(Gatewise):
    """The slopes of the sigmoids are left out."""

    def gate_slope(self, slope: Array, gate: int) -> Array:
        return slope if gate == 3 else np.ones_like(slope)


class CandidateSlopeMissing(Gatewise):
    """The slope of the candidate's tanh is left out."""

    def gate_slope(self, slope: Array, gate: int) -> Array:
        return np.ones_like(slope) if gate == 3 else slope


class BackTransposeBlocks(Gatewise):
    """The gradient is carried with every block of w_h not transposed."""

    def carried(self, t: int) -> Array:
        blocks = np.split(self.params["w_h"], 4, axis=1)
        return np.sum([w.T @ d for d, w in zip(np.split(self.da[t], 4), blocks, strict=True)], axis=0)


class StartGradientsSwapped(LSTM):
    """Returns the gradients of the initial states in the order c_0, h_0."""

    def backward(self, dy: Array) -> Any:
        back = super().backward(dy)
        return (back[0], *back[:0:-1]) if isinstance(back, tuple) else back


OWN_OUTPUTS = (
    *(ForgetBiasAdded, KerasOrder, NeverForgets, GatesCoupled, CellNotSquashed, OutputSquashedAgain),
    *(StatesSwapped, *made_by(LSTM, (GatesReversed,))),
)
OWN_GRADIENTS = (
    *(CellGradientDropped, ForgetGateMissingBack, OutputSlopeMissing, CellFromOutputOnly, CellAfter),
    *(OutputGateFromCell, GateSlopesMissing, CandidateSlopeMissing, BackTransposeBlocks, StartGradientsSwapped),
)
BESIDE = (*made_by(LSTM, (*ANY, *WEIGHTED)), *made_by(LSTM, CONTRACT))
# the cases of other activations are fewer: none goes backwards
COMMON = made_by(LSTM, [each for each in IN_TIME if each.__name__ != "BackwardsInputGradient"])


class AlwaysTanh(LSTM):
    """Takes no notice of `activation`."""

    def __init__(self, n_in: int, n_hidden: int, *, activation: str = "tanh", **options: Any) -> None:
        super().__init__(n_in, n_hidden, **options)


class AlwaysSigmoid(LSTM):
    """Takes no notice of `recurrent_activation`."""

    def __init__(self, n_in: int, n_hidden: int, *, recurrent_activation: str = "sigmoid", **options: Any) -> None:
        super().__init__(n_in, n_hidden, **options)


WRONG = {
    "lstm": Versions(
        (*OWN_OUTPUTS, *made_by(LSTM, OUTPUTS)),
        (*OWN_GRADIENTS, *made_by(LSTM, (*IN_TIME, *GRADIENTS))),
        contract=(*BESIDE, ForgetsLittle),
    ),
    "lstm_activation": Versions((*OWN_OUTPUTS, AlwaysTanh, AlwaysSigmoid), (*OWN_GRADIENTS, *COMMON), contract=BESIDE),
    "masked_lstm": Versions(
        (*OWN_OUTPUTS, *made_by(LSTM, masking.OUTPUTS)),
        (*OWN_GRADIENTS, *made_by(LSTM, (*masking.GRADIENTS, *GRADIENTS))),
        contract=BESIDE,
    ),
}
RIGHT = dict.fromkeys(WRONG, (Gatewise,))
