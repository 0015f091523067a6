"""Wrong versions of the recurrent layers."""

from typing import Any

import numpy as np

from scratch.layer import Array
from scratch.recurrent import SimpleRNN
from wrong import Versions, masking, recurrent_states
from wrong.common import ANY, GRADIENTS, WEIGHTED, made_by
from wrong.recurrent_steps import Stepwise


class BiasTwice(Stepwise):
    """The bias is added in the input part and in the recurrent part."""

    def bias(self, t: int) -> Array:
        return 2 * super().bias(t)


class BiasAtFirstStep(Stepwise):
    """The bias is added at the first step only."""

    def bias(self, t: int) -> Array:
        return super().bias(t) * (t == 0)


class RecurrentTransposed(Stepwise):
    """The state is multiplied with w_h transposed."""

    def recurrent(self, w_h: Array) -> Array:
        return w_h.T


class StartIgnored(Stepwise):
    """The state given is ignored; every sequence starts from zero."""

    def first(self, start: Array, h_0: Array | None) -> Array:
        return start


class StateNeverMoves(Stepwise):
    """Every step sees the first state."""

    def state(self, t: int) -> Array:
        return self.h[0]


class StateBeforeActivation(Stepwise):
    """The next step sees the state before its activation."""

    def state(self, t: int) -> Array:
        return self.a[t - 1] if t else self.h[0]


class AlwaysTanh(Stepwise):
    """Takes no notice of `activation`."""

    def __init__(self, n_in: int, n_hidden: int, *, activation: str = "tanh", **options: Any) -> None:
        super().__init__(n_in, n_hidden, **options)


class FirstForLast(Stepwise):
    """With the last step asked for, gives the first."""

    def output(self, h: Array) -> Array:
        return h if self.sequences else h[:, 0].copy()


class OneStepLate(Stepwise):
    """The output is h_{t-1}: the state that each step started from."""

    def output(self, h: Array) -> Array:
        return super().output(np.stack(self.h[:-1], axis=1))


class TimeReversed(Stepwise):
    """Reads the sequence from its end."""

    def forward(self, x: Array, h_0: Array | None = None) -> Array:
        return super().forward(x[:, ::-1], h_0)


class NoTimeGradient(Stepwise):
    """Nothing flows from a step to the one before: backpropagation through no time."""

    def carried(self, da: Array, dh: Array, t: int) -> Array:
        return super().carried(da, dh, t) * 0


class TruncatedAtTwo(Stepwise):
    """The gradient flows through two steps and is then cut."""

    def carried(self, da: Array, dh: Array, t: int) -> Array:
        return super().carried(da, dh, t) * (t % 2)


class TruncatedAtFive(Stepwise):
    """Only the last five steps take part in the gradient."""

    def carried(self, da: Array, dh: Array, t: int) -> Array:
        return super().carried(da, dh, t) * (len(self.a) - t < 5)


class BackTransposeMissing(Stepwise):
    """The gradient is carried with w_h instead of its transpose."""

    def carried(self, da: Array, dh: Array, t: int) -> Array:
        return da @ self.params["w_h"]


class SlopeMissingInTime(Stepwise):
    """The gradient is carried to the step before without the slope."""

    def carried(self, da: Array, dh: Array, t: int) -> Array:
        return dh @ self.params["w_h"].T


class SlopeMissingInInput(Stepwise):
    """The gradient of the input lacks the slope."""

    def to_input(self, da: Array, dh: Array) -> Array:
        return dh @ self.params["w_x"].T


class SlopeMissing(Stepwise):
    """The slope of the activation is left out."""

    def slope(self, t: int) -> Array:
        return np.ones_like(self.a[t])


class SlopeOfInput(Stepwise):
    """The slope 1 - h**2 is taken of the value before the activation."""

    def slope(self, t: int) -> Array:
        return 1 - self.a[t] ** 2


class SlopeOfStateBefore(Stepwise):
    """The slope is taken at h_{t-1}."""

    def slope(self, t: int) -> Array:
        return self.f.slope(self.a[max(t - 1, 0)], self.h[t])


class StateAfter(Stepwise):
    """dw_h is taken with h_t instead of h_{t-1}."""

    def step_grads(self, da: Array, t: int) -> dict[str, Array]:
        return super().step_grads(da, t) | {"w_h": self.h[t + 1].T @ da}


class FirstStateSkipped(Stepwise):
    """dw_h starts at the second step, as if the first state were always zero."""

    def step_grads(self, da: Array, t: int) -> dict[str, Array]:
        return super().step_grads(da, t) | {"w_h": self.h[t].T @ da * (t > 0)}


class RecurrentGradientTransposed(Stepwise):
    """dw_h comes out transposed."""

    def step_grads(self, da: Array, t: int) -> dict[str, Array]:
        return super().step_grads(da, t) | {"w_h": da.T @ self.h[t]}


class LastInputAlways(Stepwise):
    """dw_x is taken with the input of the last step at every step."""

    def step_grads(self, da: Array, t: int) -> dict[str, Array]:
        return super().step_grads(da, t) | {"w_x": self.x[:, -1].T @ da}


class BiasAveraged(Stepwise):
    """The gradient of the bias is averaged over the batch."""

    def step_grads(self, da: Array, t: int) -> dict[str, Array]:
        return super().step_grads(da, t) | {"b": da.mean(axis=0)}


class OverwrittenInTime(Stepwise):
    """Each step overwrites the gradients of the weights, so that the first step's are left."""

    def accumulate(self, grads: dict[str, Array], da: Array, t: int) -> None:
        grads.update({name: g for name, g in self.step_grads(da, t).items() if name in grads})


class ClippedToOne(Stepwise):
    """Clips the gradients of the weights to [-1, 1] inside the layer."""

    def backward(self, dy: Array) -> Any:
        dx = super().backward(dy)
        self.grads = {name: np.clip(g, -1, 1) for name, g in self.grads.items()}
        return dx


class ClippedToFive(Stepwise):
    """Clips the gradients of the weights to [-5, 5] inside the layer."""

    def backward(self, dy: Array) -> Any:
        dx = super().backward(dy)
        self.grads = {name: np.clip(g, -5, 5) for name, g in self.grads.items()}
        return dx


class LastCotangentOnly(Stepwise):
    """Of a sequence, only the cotangent of the last step is used."""

    def received(self, dh: Array, dy: Array, t: int) -> Array:
        return dh + dy * (t == len(self.a) - 1)


class CarriedReplaced(Stepwise):
    """The cotangent of a step replaces what is carried from the step after."""

    def received(self, dh: Array, dy: Array, t: int) -> Array:
        return dy


class StartGetsZero(Stepwise):
    """The gradient of the initial state is returned as zero."""

    def to_start(self, da: Array, dh: Array) -> Array:
        return np.zeros_like(dh)


class StartOneShort(Stepwise):
    """The gradient of the initial state lacks the last multiplication with w_h."""

    def to_start(self, da: Array, dh: Array) -> Array:
        return da


class KeepsState(Stepwise):
    """Starts each call from the last state of the call before."""

    def first(self, start: Array, h_0: Array | None) -> Array:
        return self.h[-1] if h_0 is None and hasattr(self, "h") else super().first(start, h_0)


class OverwritesStart(Stepwise):
    """Writes the last state into the array of the initial state."""

    def forward(self, x: Array, h_0: Array | None = None) -> Array:
        h = super().forward(x, h_0)
        if h_0 is not None:
            h_0[...] = self.h[-1]
        return h


class AddsToCotangent(Stepwise):
    """Adds what is carried to the cotangent in place."""

    def received(self, dh: Array, dy: Array, t: int) -> Array:
        dy += dh
        return dy


OUTPUTS = (
    *(BiasTwice, BiasAtFirstStep, RecurrentTransposed, StartIgnored, StateNeverMoves, StateBeforeActivation),
    *(AlwaysTanh, FirstForLast, OneStepLate, TimeReversed),
)
OWN_GRADIENTS = (
    *(NoTimeGradient, TruncatedAtTwo, TruncatedAtFive, BackTransposeMissing, SlopeMissingInTime),
    *(SlopeMissingInInput, SlopeMissing, SlopeOfInput, SlopeOfStateBefore, StateAfter, FirstStateSkipped),
    *(RecurrentGradientTransposed, LastInputAlways, BiasAveraged, OverwrittenInTime, ClippedToOne, ClippedToFive),
    *(LastCotangentOnly, CarriedReplaced, StartGetsZero, StartOneShort),
)
VERSIONS = Versions(
    OUTPUTS,
    (*OWN_GRADIENTS, *made_by(SimpleRNN, GRADIENTS)),
    contract=(*made_by(SimpleRNN, (*ANY, *WEIGHTED)), KeepsState, OverwritesStart, AddsToCotangent),
)
PAIRS = ("simple_rnn", "simple_rnn_activation")
RIGHT = dict.fromkeys(PAIRS, (Stepwise,))
WRONG = {
    **dict.fromkeys(PAIRS, VERSIONS),
    "masked_simple_rnn": Versions(
        made_by(SimpleRNN, masking.OUTPUTS),
        made_by(SimpleRNN, (*masking.GRADIENTS, *GRADIENTS)),
        contract=made_by(SimpleRNN, (*ANY, *WEIGHTED, *recurrent_states.CONTRACT)),
    ),
}
