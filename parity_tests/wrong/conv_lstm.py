"""Wrong versions of the convolutional LSTM."""

from typing import Any

import numpy as np

from scratch import conv_lstm
from scratch.conv_lstm import ConvLSTM
from scratch.layer import Array
from wrong import Versions
from wrong.common import ANY, GRADIENTS, WEIGHTED, made_by


class GatesSwapped(ConvLSTM):
    """Input and forget gate change places."""

    def _step(self, z: Array, c_0: Array) -> Any:
        n = self.n_out
        order = np.r_[n : 2 * n, :n, 2 * n : 4 * n]
        return super()._step(z[..., order], c_0)


class KerasOrder(ConvLSTM):
    """The candidate comes before the output gate, as in Keras and PyTorch."""

    def _step(self, z: Array, c_0: Array) -> Any:
        n = self.n_out
        order = np.r_[: 2 * n, 3 * n : 4 * n, 2 * n : 3 * n]
        return super()._step(z[..., order], c_0)


class NeverForgets(ConvLSTM):
    """The old cell is kept whole."""

    def _step(self, z: Array, c_0: Array) -> Any:
        _, _, (z, ifo, g, c_0, _, _) = super()._step(z, c_0)
        i, _, o = np.split(ifo, 3, axis=-1)
        c = c_0 + i * g
        return o * self.f.value(c), c, (z, ifo, g, c_0, c, self.f.value(c))


class CellUnsquashed(ConvLSTM):
    """The output is the cell itself times its gate."""

    def _step(self, z: Array, c_0: Array) -> Any:
        _, c, kept = super()._step(z, c_0)
        return np.split(kept[1], 3, axis=-1)[2] * c, c, kept


class RecurrentKernelTurned(ConvLSTM):
    """The recurrent kernel is turned: a convolution where the frameworks correlate."""

    def forward(self, x: Array, *start: Array) -> Array:
        kept, rank = self.params["w_h"], self.of_h.rank
        self.params["w_h"] = kept[(slice(None, None, -1),) * rank]
        h = super().forward(x, *start)
        self.params["w_h"] = kept
        return h


class StatesIgnored(ConvLSTM):
    """Begins at 0, whatever states are given."""

    def forward(self, x: Array, *start: Array) -> Array:
        return super().forward(x, *(np.zeros_like(each) for each in start))


class OutputsTurnedBack(ConvLSTM):
    """With `go_backwards` the outputs come in the order of time."""

    def forward(self, x: Array, *start: Array) -> Array:
        h = super().forward(x, *start)
        return h[:, ::-1].copy() if self.go_backwards and self.sequences else h


class NeverBackwards(ConvLSTM):
    """Reads forwards, whatever is asked."""

    def __init__(self, *args: Any, go_backwards: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class CellGradientCut(ConvLSTM):
    """No gradient goes back through the cell."""

    def _step_back(self, t: int, dh: Array, dc: Array) -> tuple[Array, Array]:
        dz, dc_0 = super()._step_back(t, dh, dc)
        return dz, np.zeros_like(dc_0)


class OutputGradientCut(ConvLSTM):
    """No gradient goes back through the output of the step before."""

    def _step_back(self, t: int, dh: Array, dc: Array) -> tuple[Array, Array]:
        return super()._step_back(t, dh * (t == len(self.kept) - 1), dc)


class SlopeOfGatesForgotten(ConvLSTM):
    """The slope of the gates' activation is left out."""

    def _step_back(self, t: int, dh: Array, dc: Array) -> tuple[Array, Array]:
        _, ifo, g, c_0, c, tanh_c = self.kept[t]
        o = ifo[..., 2 * self.n_out :]
        right, dc_0 = super()._step_back(t, dh, dc.copy())
        dc = dc + dh * o * self.f.slope(c, tanh_c)
        return np.concatenate([dc * g, dc * c_0, dh * tanh_c, right[..., 3 * self.n_out :]], axis=-1), dc_0


class LastStepOnly(ConvLSTM):
    """The recurrent weights get the gradient of the first step read only."""

    def backward(self, dy: Array) -> Any:
        dx = super().backward(dy)
        self.grads["w_h"] = self.convolutions[0].grads["w"].copy()
        return dx


class BiasOfGatesOnly(ConvLSTM):
    """The bias of the candidate gets no gradient."""

    def backward(self, dy: Array) -> Any:
        dx = super().backward(dy)
        if "b" in self.grads:
            self.grads["b"] = np.r_[self.grads["b"][: 3 * self.n_out], np.zeros(self.n_out, self.grads["b"].dtype)]
        return dx


OUTPUTS = (
    *(GatesSwapped, KerasOrder, NeverForgets, CellUnsquashed, RecurrentKernelTurned),
    *(StatesIgnored, OutputsTurnedBack, NeverBackwards),
)
PATHS = (CellGradientCut, OutputGradientCut, SlopeOfGatesForgotten, LastStepOnly, BiasOfGatesOnly)


def versions(rank: int) -> Versions:
    """The wrong versions over so many axes."""
    layer = getattr(conv_lstm, f"ConvLSTM{rank}D")
    return Versions(
        made_by(layer, OUTPUTS),
        made_by(layer, (*PATHS, *GRADIENTS)),
        contract=made_by(layer, (*ANY, *WEIGHTED)),
    )


WRONG = {f"conv_lstm{rank}d": versions(rank) for rank in (1, 2, 3)}
