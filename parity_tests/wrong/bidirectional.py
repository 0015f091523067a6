"""Wrong versions of recurrent layers read in both directions."""

from typing import Any

import numpy as np

from reference.pairs import bidirectional as pairs
from scratch.bidirectional import Bidirectional
from scratch.gru import GRU
from scratch.layer import Array
from scratch.lstm import LSTM
from scratch.merging import Add, Average, Multiply
from scratch.recurrent import Recurrent, SimpleRNN
from wrong import Version, Versions, masking, recurrent_states
from wrong.common import GRADIENTS, made_by
from wrong.composites import FirstPartFrozen, LastPartFrozen, TurnsToFloat64, UpdatesWeights, recast, within


class BackInReadingOrder(Bidirectional):
    """The second direction is not brought back into the order of time."""

    def _by_time(self, h: Array) -> Array:
        return h


class BothForward(Bidirectional):
    """Both layers read from the start."""

    def forward(self, x: Array, *given: Array) -> Array:
        self.back.go_backwards = False
        return super().forward(x, *given)


class BothBackward(Bidirectional):
    """Both layers read from the end."""

    def forward(self, x: Array, *given: Array) -> Array:
        self.ahead.go_backwards = True
        return super().forward(x, *given)


class LastRow(Bidirectional):
    """Without sequences the second direction gives its first output: the row of the last time step."""

    def forward(self, x: Array, *given: Array) -> Array:
        y = super().forward(x, *given)
        return y if self.sequences else self.merge.forward(self.ahead.history[0][-1].T, self.back.history[0][1].T)


class DirectionsSwapped(Bidirectional):
    """The direction that reads from the end comes first, with its weights and states."""

    def forward(self, x: Array, *given: Array) -> Array:
        self.ahead.go_backwards, self.back.go_backwards = True, False
        return super().forward(x, *given)


class StatesSwapped(Bidirectional):
    """Each direction starts from the other's states."""

    def forward(self, x: Array, *given: Array) -> Array:
        states = recurrent_states.states_of(given)
        half = len(states) // 2
        return super().forward(x, *states[half:], *states[:half], *recurrent_states.masks_of(given))


class SecondIgnored(Bidirectional):
    """The second direction is zero."""

    def _by_time(self, h: Array) -> Array:
        return super()._by_time(h) * 0


class MaskForFirstOnly(Bidirectional):
    """Only the first direction knows the mask."""

    def forward(self, x: Array, *given: Array) -> Array:
        own = self.back.forward
        self.back.forward = lambda x, *args: own(x, *recurrent_states.states_of(args))  # type: ignore[method-assign]
        return super().forward(x, *given)


class Repeats(Bidirectional):
    """Masked steps repeat the output before them, as in a single direction."""

    def forward(self, x: Array, *given: Array) -> Array:
        self.ahead.zero_output = self.back.zero_output = False
        return super().forward(x, *given)


class CotangentInTimeOrder(Bidirectional):
    """The cotangent of the second direction stays in the order of time."""

    def backward(self, dy: Array) -> Any:
        own, self.sequences = self.sequences, False
        back = super().backward(dy)
        self.sequences = own
        return back


class InputGradientOfFirst(Bidirectional):
    """The gradient of x is that of the first direction alone."""

    def backward(self, dy: Array) -> Any:
        return _replaced(super().backward(dy), self.ahead.params["w_x"] @ self.ahead.da)


class InputGradientAveraged(Bidirectional):
    """The gradient of x is the mean of both directions."""

    def backward(self, dy: Array) -> Any:
        back = super().backward(dy)
        return (back[0] / 2, *back[1:]) if isinstance(back, tuple) else back / 2


class StateGradientsSwapped(Bidirectional):
    """The gradients of the states come second direction first."""

    def backward(self, dy: Array) -> Any:
        back = super().backward(dy)
        if not isinstance(back, tuple):
            return back
        half = 1 + len(back) // 2
        return (back[0], *back[half:], *back[1:half])


def _replaced(back: Any, dx: Array) -> Any:
    dx = dx.transpose(2, 0, 1)
    return (dx, *back[1:]) if isinstance(back, tuple) else dx


class _Merged(Bidirectional):
    def forward(self, x: Array, *given: Array) -> Array:
        self.merge = self.changed()
        return super().forward(x, *given)

    def changed(self) -> Any:
        return self.merge


class SumForAverage(_Merged):
    """The mean is not divided by two."""

    def changed(self) -> Any:
        return Add() if isinstance(self.merge, Average) else self.merge


class AverageForSum(_Merged):
    """The sum is divided by two."""

    def changed(self) -> Any:
        return Average() if isinstance(self.merge, Add) else self.merge


class SumForProduct(_Merged):
    """The directions are added where they should be multiplied."""

    def changed(self) -> Any:
        return Add() if isinstance(self.merge, Multiply) else self.merge


class ProductGradientOfSum(Bidirectional):
    """The gradient through the product is that through a sum."""

    def backward(self, dy: Array) -> Any:
        own = self.merge
        if isinstance(own, Multiply):
            self.merge = Add()
            self.merge.inputs = own.inputs
        back = super().backward(dy)
        self.merge = own
        return back


class AverageGradientOfSum(Bidirectional):
    """The gradient through the mean is not halved."""

    def backward(self, dy: Array) -> Any:
        return super().backward(2 * dy if isinstance(self.merge, Average) else dy)


class SecondReusesCotangent(Bidirectional):
    """The second direction takes the cotangent of the first."""

    def backward(self, dy: Array) -> Any:
        n = dy.shape[-1] // 2
        halves = np.concatenate([dy[..., :n], dy[..., :n]], axis=-1)
        return super().backward(halves if self.merge.__class__.__name__ == "Concatenate" else dy)


OUTPUTS = (BackInReadingOrder, BothForward, BothBackward, DirectionsSwapped, SecondIgnored)
PLAIN = (LastRow, StatesSwapped)
DIRECTIONS = (CotangentInTimeOrder, InputGradientOfFirst, InputGradientAveraged, StateGradientsSwapped)
FROZEN = (FirstPartFrozen, LastPartFrozen)
BESIDE = made_by(Bidirectional, (UpdatesWeights, TurnsToFloat64))


def _versions(
    model: Any, cell: type[Recurrent], outputs: tuple[Version, ...], gradients: tuple[Version, ...] = ()
) -> Versions:
    return Versions(
        (*recast(model, *OUTPUTS), *outputs, *within(model, "backward", *made_by(cell, (recurrent_states.BiasTwice,)))),
        (
            *recast(model, *DIRECTIONS, *made_by(Bidirectional, (*FROZEN, *GRADIENTS))),
            *within(model, "forward", *made_by(cell, (recurrent_states.TruncatedAtTwo,))),
            *within(model, "backward", *made_by(cell, (recurrent_states.NoTimeGradient,))),
            *gradients,
        ),
        contract=recast(model, *BESIDE),
    )


def _plain(model: Any, cell: type[Recurrent]) -> Versions:
    return _versions(model, cell, recast(model, *PLAIN), recast(model, SecondReusesCotangent))


MERGED, MASKED = pairs.BIDIRECTIONAL_MERGE.layer, pairs.MASKED_BIDIRECTIONAL.layer
WRONG = {
    "bidirectional_simple_rnn": _plain(pairs.BIDIRECTIONAL_RNN.layer, SimpleRNN),
    "bidirectional_lstm": _plain(pairs.BIDIRECTIONAL_LSTM.layer, LSTM),
    "bidirectional_gru": _plain(pairs.BIDIRECTIONAL_GRU.layer, GRU),
    "bidirectional_merge": _versions(
        MERGED,
        LSTM,
        recast(MERGED, SumForAverage, AverageForSum, SumForProduct),
        recast(MERGED, ProductGradientOfSum, AverageGradientOfSum),
    ),
    "masked_bidirectional_lstm": _versions(
        MASKED,
        LSTM,
        (
            *recast(MASKED, StatesSwapped, MaskForFirstOnly, Repeats),
            *within(MASKED, "backward", *made_by(LSTM, (masking.MaskIgnored, masking.MaskNotReversed))),
        ),
        within(MASKED, "forward", *made_by(LSTM, (masking.SkippedGradientLost, masking.UnmaskedGradient))),
    ),
}
