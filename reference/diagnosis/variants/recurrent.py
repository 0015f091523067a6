"""Recurrent layers: what goes back in time, and from which state."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from reference.diagnosis.variant import Catalogue, Variant
from scratch.gru import GRU, ResetBeforeGRU
from scratch.layer import Array
from scratch.lstm import LSTM
from scratch.recurrent import Recurrent, SimpleRNN

VARIANTS = Catalogue()
Method = Callable[..., Any]
own_forward, own_backward, own_take = Recurrent.forward, Recurrent.backward, Recurrent._take
CELLS = (SimpleRNN, LSTM, ResetBeforeGRU, GRU)


def _not_carried(kept: int) -> Method:
    """The gradient of the states after is not added, or only that of the first states is lost."""

    def make(owner: type[Recurrent]) -> Method:
        own = owner.step_back

        def step_back(self: Recurrent, t: int, *dstates: Array) -> tuple[Array, ...]:
            before = list(own(self, t, *dstates))
            if t:
                before[kept] = np.zeros_like(before[kept])
            return tuple(before)

        return step_back

    return make


for _cell in CELLS:
    VARIANTS.append(Variant("bptt-truncated", _cell, {"step_back": _not_carried(0)(_cell)}))
VARIANTS.append(Variant("cell-path-missing", LSTM, {"step_back": _not_carried(1)(LSTM)}))


def _recurrent_gradient(owner: type[Recurrent], states: Callable[[Array], Array]) -> Method:
    """dw_h from other states than those before each step, which are put first."""
    own = owner.weight_gradients

    def weight_gradients(self: Recurrent) -> dict[str, Array]:
        z, history = self.z, self.history
        h = np.concatenate([states(history[0]), history[0][-1:]])
        self.z, self.history = np.concatenate([z[:, : -h.shape[1]], h], axis=1), [h, *history[1:]]
        try:
            return own(self)
        finally:
            self.z, self.history = z, history

    return weight_gradients


def _from_end(history: Array) -> Array:
    """h[t - 1] where h[-1] is the last state."""
    return np.concatenate([history[-1:], history[1:-1]])


for _cell, (_id, _states) in itertools.product(
    CELLS, (("bptt-state-after", lambda h: h[1:]), ("state-from-last-step", _from_end))
):
    VARIANTS.append(Variant(_id, _cell, {"weight_gradients": _recurrent_gradient(_cell, _states)}))


def _steps(names: tuple[str, ...], step: int) -> Method:
    """Gradients of weights of which only one step is left."""

    def backward(self: Recurrent, dy: Array) -> Any:
        result = own_backward(self, dy)
        x, h, da = self.x[step][: len(self.params["w_x"])], self.history[0][:-1][step], self.da[step]
        parts = {"w_x": x @ da.T, "w_h": h @ da.T, "b": da.sum(axis=1)}
        self.grads.update({name: parts[name] for name in names if name in self.grads})
        return result

    return backward


for _names in (("w_x", "w_h", "b"), ("w_x",), ("w_h",), ("b",), ("w_x", "w_h")):
    for _step in (0, 1, 2, -1):
        _facts = {"part": "step"}
        VARIANTS.append(Variant("gradient-overwritten", Recurrent, {"backward": _steps(_names, _step)}, _facts))


@VARIANTS.add("initial-state-ignored", Recurrent)
def _take(self: Recurrent, x: Array, given: tuple[Array, ...]) -> Any:
    start, mask = own_take(self, x, given)
    return tuple(np.zeros_like(state) for state in start), mask


@VARIANTS.add("initial-state-ignored", Recurrent, "backward")
def _ignored_back(self: Recurrent, dy: Array) -> Any:
    result = own_backward(self, dy)
    return (result[0], *(np.zeros_like(d) for d in result[1:])) if isinstance(result, tuple) else result


def _ignoring(owner: type[Recurrent]) -> Method:
    """Each step from the first state, not from the one before."""
    own = owner.step

    def step(self: Recurrent, t: int) -> None:
        before = [history[t].copy() for history in self.history]
        for history in self.history:
            history[t] = history[0]
        own(self, t)
        for history, state in zip(self.history, before, strict=True):
            history[t] = state

    return step


for _cell in CELLS:
    VARIANTS.append(Variant("state-not-carried", _cell, {"step": _ignoring(_cell)}))


@VARIANTS.add("bptt-first-state-late", Recurrent, "backward")
def _first_late(self: Recurrent, dy: Array) -> Any:
    """The gradient of the state after the first step for that of the one before it."""
    late: list[tuple[Array, ...]] = []
    step_back = self.step_back

    def watch(t: int, *dstates: Array) -> tuple[Array, ...]:
        late.append(dstates)
        return step_back(t, *dstates)

    self.step_back = watch  # type: ignore[method-assign]
    result = own_backward(self, dy)
    del self.step_back
    return (result[0], *(d.T for d in late[-1])) if isinstance(result, tuple) else result


@VARIANTS.add("bptt-first-state-late", Recurrent, "backward")
def _first_late_carried(self: Recurrent, dy: Array) -> Any:
    """What the first step receives from the one after it, for the gradient of the state before it."""
    late: list[tuple[Array, ...]] = []
    step_back = self.step_back

    def watch(t: int, *dstates: Array) -> tuple[Array, ...]:
        before = step_back(t, *dstates)
        late.append(before)
        return before

    self.step_back = watch  # type: ignore[method-assign]
    result = own_backward(self, dy)
    del self.step_back
    return (result[0], *(d.T for d in late[-2])) if isinstance(result, tuple) and len(late) > 1 else result


own_step_back = SimpleRNN.step_back


@VARIANTS.add("bptt-without-slope", SimpleRNN, "step_back")
def _without_slope(self: SimpleRNN, t: int, *dstates: Array) -> tuple[Array, ...]:
    """What goes back in time is the gradient of h_t, not that of what the activation is given."""
    own_step_back(self, t, *dstates)
    return (self.params["w_h"] @ dstates[0],)


@VARIANTS.add("initial-state-ignored", Recurrent, "forward")
def _zero_forward(self: Recurrent, x: Array, *given: Array) -> Array:
    """Forward starts from zeros, while backward knows the state that was given."""
    mask = [each for each in given if each.dtype == bool]
    h = own_forward(self, x, *mask)
    start, _ = own_take(self, x, given)
    self.start_given = bool(start)
    for history, first in zip(self.history, start, strict=False):
        history[0] = first.T
    return h


def _early(owner: type[Recurrent], carried: bool) -> Method:
    """The loop back ends before the first step, which gets no gradient.

    Where `carried`, what the second step passes on is taken for the gradient of the state before the first.
    """
    own = owner.step_back

    def step_back(self: Recurrent, t: int, *dstates: Array) -> tuple[Array, ...]:
        if t:
            vars(self)["late"] = own(self, t, *dstates)
            return self.late  # type: ignore[attr-defined]
        self.da[0] = 0
        zeros = tuple(np.zeros_like(d) for d in dstates)
        return vars(self).get("late", zeros) if carried else zeros

    return step_back


for _cell in CELLS:
    VARIANTS += [Variant("bptt-ends-early", _cell, {"step_back": _early(_cell, carried)}) for carried in (False, True)]
