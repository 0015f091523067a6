"""Wrong versions of recurrent layers one above the other."""

from typing import Any

import numpy as np

from reference.pairs import stacked as pairs
from scratch.gru import GRU
from scratch.layer import Array
from scratch.lstm import LSTM
from scratch.recurrent import Recurrent, SimpleRNN
from scratch.stacked import Stacked
from wrong import Versions, recurrent_states
from wrong.common import GRADIENTS, made_by
from wrong.composites import FirstPartFrozen, LastPartFrozen, TurnsToFloat64, UpdatesWeights, recast, within


class StatesFromTop(Stacked):
    """The states are those of the topmost layer first."""

    def forward(self, x: Array, *states: Array) -> Array:
        each = len(states) // len(self.layers)
        parts = [states[i * each : (i + 1) * each] for i in range(len(self.layers))]
        return super().forward(x, *(state for part in reversed(parts) for state in part))


class StatesOfLowest(Stacked):
    """Every layer starts from the states of the lowest."""

    def forward(self, x: Array, *states: Array) -> Array:
        each = len(states) // len(self.layers)
        return super().forward(x, *(states[:each] * len(self.layers)))


class LowestShown(Stacked):
    """The output is that of the lowest layer."""

    def forward(self, x: Array, *states: Array) -> Array:
        y = super().forward(x, *states)
        h = self.layers[0].history[0][1:].transpose(2, 0, 1)
        return h.copy() if y.ndim == 3 else h[:, -1].copy()


class Skips(Stacked):
    """The output of the layer below is added to the output."""

    def forward(self, x: Array, *states: Array) -> Array:
        y = super().forward(x, *states)
        below = self.layers[max(len(self.layers) - 2, 0)].history[0][1:].transpose(2, 0, 1)
        return y + (below if y.ndim == 3 else below[:, -1])


class UpperBackwards(Stacked):
    """The topmost layer reads from the end."""

    def forward(self, x: Array, *states: Array) -> Array:
        self.layers[-1].go_backwards = True
        return super().forward(x, *states)


class BetweenLayersCut(Stacked):
    """No gradient flows from the topmost layer to those below."""

    def backward(self, dy: Array) -> Any:
        top = self.layers[-1]
        own = top.params["w_x"]
        top.params["w_x"] = own * (0 if len(self.layers) > 1 else 1)
        back = super().backward(dy)
        top.params["w_x"] = own
        return back


class BetweenLayersReversed(Stacked):
    """What the lower layers receive is in reversed order of time."""

    def backward(self, dy: Array) -> Any:
        if len(self.layers) == 1:
            return super().backward(dy)
        lowest = self.layers[0]
        own = lowest.backward
        lowest.backward = lambda dy: own(dy[:, ::-1])  # type: ignore[method-assign]
        back = super().backward(dy)
        del lowest.backward
        return back


class LastStepBetween(Stacked):
    """Of what flows between the layers, only the last step is used."""

    def backward(self, dy: Array) -> Any:
        if len(self.layers) == 1:
            return super().backward(dy)
        lowest = self.layers[0]
        own = lowest.backward

        def last(dy: Array) -> Any:
            cut = np.zeros_like(dy)
            cut[:, -1] = dy[:, -1]
            return own(cut)

        lowest.backward = last  # type: ignore[method-assign]
        back = super().backward(dy)
        del lowest.backward
        return back


class StateGradientsFromTop(Stacked):
    """The gradients of the states are those of the topmost layer first."""

    def backward(self, dy: Array) -> Any:
        back = super().backward(dy)
        if not isinstance(back, tuple):
            return back
        each = (len(back) - 1) // len(self.layers)
        parts = [back[1 + i * each : 1 + (i + 1) * each] for i in range(len(self.layers))]
        return (back[0], *(d for part in reversed(parts) for d in part))


FROM_TOP = made_by(Stacked, (FirstPartFrozen, LastPartFrozen, *GRADIENTS))


def _versions(model: Any, cell: type[Recurrent]) -> Versions:
    return Versions(
        (
            *recast(model, StatesFromTop, StatesOfLowest, LowestShown, Skips, UpperBackwards),
            *within(model, "1", *made_by(cell, (recurrent_states.BiasTwice, recurrent_states.RecurrentTransposed))),
        ),
        (
            *recast(model, BetweenLayersCut, BetweenLayersReversed, LastStepBetween, StateGradientsFromTop, *FROM_TOP),
            *within(model, "0", *made_by(cell, (recurrent_states.NoTimeGradient, recurrent_states.StateAfter))),
        ),
        contract=recast(model, *made_by(Stacked, (UpdatesWeights, TurnsToFloat64))),
    )


WRONG = {
    "stacked_simple_rnn": _versions(pairs.STACKED_RNN.layer, SimpleRNN),
    "stacked_lstm": _versions(pairs.STACKED_LSTM.layer, LSTM),
    "stacked_gru": _versions(pairs.STACKED_GRU.layer, GRU),
}
