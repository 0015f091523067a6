"""Wrong versions of the recurrent layers that drop what they read."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from scratch.gru import GRU
from scratch.layer import Array
from scratch.recurrent import Recurrent
from scratch.recurrent_dropout import GRUWithDropout, LSTMWithDropout, SimpleRNNWithDropout, WithDropout
from wrong import Versions, masking, recurrent_states
from wrong.common import ANY, GRADIENTS, WEIGHTED, made_by

# ---- shown in the output


class NotScaled(WithDropout):
    """What is kept is not scaled up."""

    def _factors(self, x: Array, rate: float, shape: tuple[int, ...], masks: Iterator[Array]) -> Array:
        return np.sign(super()._factors(x, rate, shape, masks)).astype(x.dtype)


class DropsTheKept(WithDropout):
    """True in a mask is taken for dropped."""

    def forward(self, x: Array, *given: Array) -> Array:
        return super().forward(x, *(~each if each.ndim == 3 else each for each in given))


class StatesNotDropped(WithDropout):
    """The state is never dropped."""

    def step(self, t: int) -> None:
        own, self.m_h = self.m_h, np.ones_like(self.m_h)
        super().step(t)
        self.m_h = own


class InputsNotDropped(WithDropout):
    """The inputs are never dropped."""

    def _of_x(self, t: int) -> Array:
        own, self.m_x = self.m_x, np.ones_like(self.m_x)
        a = super()._of_x(t)
        self.m_x = own
        return a


class DropsAtInference(WithDropout):
    """Drops at inference too, where a mask is given."""

    def forward(self, x: Array, *given: Array) -> Array:
        own, self.training = self.training, self.training or any(each.ndim == 3 for each in given)
        y = super().forward(x, *given)
        self.training = own
        return y


class RatesSwapped(WithDropout):
    """What is kept of the inputs is scaled for the rate of the states, and the other way round."""

    def _factors(self, x: Array, rate: float, shape: tuple[int, ...], masks: Iterator[Array]) -> Array:
        other = self.dropout + self.recurrent_dropout - rate
        factors = super()._factors(x, rate, shape, masks)
        return factors * (1 - rate) / (1 - other) if self.dropout and self.recurrent_dropout else factors


class EveryStepAnother(WithDropout):
    """The mask of the states is another at each step."""

    def step(self, t: int) -> None:
        own, self.m_h = self.m_h, np.roll(self.m_h, t, axis=1)
        super().step(t)
        self.m_h = own


class FirstStateKept(WithDropout):
    """The states that are given are not dropped."""

    def step(self, t: int) -> None:
        own = self.m_h
        self.m_h = np.ones_like(own) if t == 0 else own
        super().step(t)
        self.m_h = own


class SamplesShareAMask(WithDropout):
    """All samples are dropped as the first."""

    def _factors(self, x: Array, rate: float, shape: tuple[int, ...], masks: Iterator[Array]) -> Array:
        factors = super()._factors(x, rate, shape, masks)
        return np.broadcast_to(factors[..., :1], factors.shape).copy()


class BiasDropped(WithDropout):
    """The bias is scaled as the inputs are."""

    def _of_x(self, t: int) -> Array:
        a, bias = super()._of_x(t), self.params.get("b")
        return a if bias is None or not self.training else a + bias[:, None] * self.dropout / (1 - self.dropout)


class OutputDropped(WithDropout):
    """What is dropped of the state on its way to the first gate is dropped from the output too."""

    def forward(self, x: Array, *given: Array) -> Array:
        y = super().forward(x, *given)
        factors = self.m_h[0].T if self.m_h.shape[1] > 1 else np.ones((1, 1), y.dtype)
        return y * (factors[:, None] if self.sequences else factors)


class GatesShareAMask(WithDropout):
    """All gates are given what the first is given."""

    def _product(self, name: str, v: Array) -> Array:
        return super()._product(name, v[:1])


class GatesOtherWayRound(WithDropout):
    """The masks are for the gates in the opposite order."""

    def _factors(self, x: Array, rate: float, shape: tuple[int, ...], masks: Iterator[Array]) -> Array:
        return super()._factors(x, rate, shape, masks)[::-1]


class KerasOrder(LSTMWithDropout):
    """The masks are for the gates in the order i f g o of both frameworks."""

    def _factors(self, x: Array, rate: float, shape: tuple[int, ...], masks: Iterator[Array]) -> Array:
        factors = super()._factors(x, rate, shape, masks)
        return factors[[0, 1, 3, 2]] if len(factors) == 4 else factors


class CellDropped(LSTMWithDropout):
    """The cell is dropped as the state is on its way to the first gate."""

    def step(self, t: int) -> None:
        own = self.history[1][t].copy()
        self.history[1][t] *= self.m_h[0]
        super().step(t)
        self.history[1][t] = own


class CarriedDropped(GRUWithDropout):
    """The state in z h is dropped too."""

    def step(self, t: int) -> None:
        super().step(t)
        zr, n = self.kept[t][0], len(self.params["w_h"])
        self.history[0][t + 1] += zr[:n] * self.history[0][t] * (self.m_h[0] - 1)


# ---- shown in the gradients


class StateGradientWhole(WithDropout):
    """The gradient of the state goes back to what was dropped too."""

    def _back(self, name: str, da: Array, factors: Array) -> Array:
        return super()._back(name, da, np.ones_like(factors) if name == "w_h" else factors)


class InputGradientWhole(WithDropout):
    """The gradient of the input goes back to what was dropped too."""

    def _back(self, name: str, da: Array, factors: Array) -> Array:
        return super()._back(name, da, np.ones_like(factors) if name == "w_x" else factors)


class GradientNotScaled(WithDropout):
    """The gradients of what is read lack the factor of what is kept."""

    def _back(self, name: str, da: Array, factors: Array) -> Array:
        return super()._back(name, da, np.sign(factors))


class WeightGradientsWhole(WithDropout):
    """The gradients of the matrices are taken with what was dropped too."""

    def _weights(self, v: Array, da: Array, factors: Array) -> Array:
        return super()._weights(v, da, np.ones_like(factors))


class WeightGradientsNotScaled(WithDropout):
    """The gradients of the matrices lack the factor of what is kept."""

    def _weights(self, v: Array, da: Array, factors: Array) -> Array:
        return super()._weights(v, da, np.sign(factors))


class GradientThroughOneMask(WithDropout):
    """The gradient goes back through the mask of the first gate for all."""

    def _back(self, name: str, da: Array, factors: Array) -> Array:
        return super()._back(name, da, factors[:1])


class CarriedGradientDropped(GRUWithDropout):
    """The gradient through z h is dropped too."""

    def step_back(self, t: int, *dstates: Array) -> tuple[Array, ...]:
        (dh,) = super().step_back(t, *dstates)
        zr, n = self.kept[t][0], len(self.params["w_h"])
        return (dh + dstates[0] * zr[:n] * (self.m_h[0] - 1),)


class CandidateGradientPlain(GRUWithDropout):
    """The gradient of w_h leaves out that the candidate's part was reset."""

    def weight_gradients(self) -> dict[str, Array]:
        own = GRU.weight_gradients  # the right biases, and a w_h that was never dropped
        return super().weight_gradients() | {"w_h": own(self)["w_h"]}


class DrawsTheOthers(WithDropout):
    """Keeps a unit at the rate at which it should be dropped."""

    def draw(self, x: Array) -> list[Array]:
        return [~mask for mask in super().draw(x)]


class DrawsOnce(WithDropout):
    """Draws the same at every call."""

    def draw(self, x: Array) -> list[Array]:
        self.rng = np.random.default_rng(1)
        return super().draw(x)


class DrawsForOneSample(WithDropout):
    """Draws a mask for all samples together."""

    def draw(self, x: Array) -> list[Array]:
        return [np.repeat(mask, len(x), axis=0) for mask in super().draw(x[:1])]


class DrawsForEveryone(Recurrent):
    """Draws from NumPy's common generator, whatever is given."""

    def forward(self, x: Array, *given: Array) -> Any:
        np.random.random(3)
        return super().forward(x, *given)


DROPPING = (
    *(NotScaled, DropsTheKept, StatesNotDropped, InputsNotDropped, DropsAtInference, RatesSwapped),
    *(EveryStepAnother, FirstStateKept, SamplesShareAMask, BiasDropped, OutputDropped),
)
BACK = (StateGradientWhole, InputGradientWhole, GradientNotScaled, WeightGradientsWhole, WeightGradientsNotScaled)
OUTPUTS = (*recurrent_states.OUTPUTS, *(each for each in masking.OUTPUTS if each not in recurrent_states.OUTPUTS))
IN_TIME = (*recurrent_states.GRADIENTS, *(e for e in masking.GRADIENTS if e not in recurrent_states.GRADIENTS))
GATED, GATED_BACK = (GatesShareAMask, GatesOtherWayRound), (GradientThroughOneMask,)
BESIDE = (*ANY, *WEIGHTED, *recurrent_states.CONTRACT, DrawsForEveryone, DrawsTheOthers, DrawsOnce, DrawsForOneSample)


def _versions(layer: type[Recurrent], outputs: tuple[Any, ...], gradients: tuple[Any, ...]) -> Versions:
    gated = layer is not SimpleRNNWithDropout
    return Versions(
        (*made_by(layer, (*DROPPING, *OUTPUTS, *(GATED if gated else ()))), *outputs),
        (*made_by(layer, (*BACK, *IN_TIME, *GRADIENTS, *(GATED_BACK if gated else ()))), *gradients),
        contract=made_by(layer, BESIDE),
    )


WRONG = {
    "simple_rnn_dropout": _versions(SimpleRNNWithDropout, (), ()),
    "lstm_dropout": _versions(LSTMWithDropout, (KerasOrder, CellDropped), ()),
    "gru_dropout": _versions(GRUWithDropout, (CarriedDropped,), (CarriedGradientDropped, CandidateGradientPlain)),
}
