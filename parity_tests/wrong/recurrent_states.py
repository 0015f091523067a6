"""Mistakes with states and steps that every recurrent layer can make; put before the layer they are made in."""

from typing import Any

import numpy as np

from scratch.layer import Array
from scratch.recurrent import Recurrent


def states_of(given: tuple[Array, ...]) -> tuple[Array, ...]:
    """The states among the arguments after x."""
    return tuple(each for each in given if each.dtype != bool)


def masks_of(given: tuple[Array, ...]) -> tuple[Array, ...]:
    """The mask among the arguments after x, if there is one."""
    return tuple(each for each in given if each.dtype == bool and each.ndim == 2)


def kept_of(given: tuple[Array, ...]) -> tuple[Array, ...]:
    """The masks of dropout among the arguments after x."""
    return tuple(each for each in given if each.dtype == bool and each.ndim == 3)


def with_states(layer: Recurrent, h: Array) -> None:
    """Other states of the first kind, as if the layer had been in them."""
    layer.z = np.concatenate([layer.z[:, : -h.shape[1]], h], axis=1)
    layer.history = [h, *layer.history[1:]]


# ---- shown in the output


class StartIgnored(Recurrent):
    """The states given are ignored; every sequence starts from zero."""

    def forward(self, x: Array, *given: Array) -> Array:
        zeros = (np.zeros_like(state) for state in states_of(given))
        return super().forward(x, *zeros, *masks_of(given), *kept_of(given))


class BackwardsIgnored(Recurrent):
    """Reads from the start, though asked to go backwards."""

    def forward(self, x: Array, *given: Array) -> Array:
        self.go_backwards = False
        return super().forward(x, *given)


class AlwaysBackwards(Recurrent):
    """Reads every sequence from its end."""

    def forward(self, x: Array, *given: Array) -> Array:
        self.go_backwards = True
        return super().forward(x, *given)


class FirstForLast(Recurrent):
    """With the last step asked for, gives the first."""

    def forward(self, x: Array, *given: Array) -> Array:
        y = super().forward(x, *given)
        return y if self.sequences else self.history[0][1].T.copy()


class OneStepLate(Recurrent):
    """The output is the state that each step started from."""

    def forward(self, x: Array, *given: Array) -> Array:
        y = super().forward(x, *given)
        return self.history[0][:-1].transpose(2, 0, 1).copy() if self.sequences else y


class BiasTwice(Recurrent):
    """The bias is added twice."""

    def forward(self, x: Array, *given: Array) -> Array:
        own = self.params
        self.params = {name: 2 * w if name == "b" else w for name, w in own.items()}
        y = super().forward(x, *given)
        self.params = own
        return y


class RecurrentTransposed(Recurrent):
    """The state is multiplied with each block of w_h transposed."""

    def forward(self, x: Array, *given: Array) -> Array:
        own = self.params
        blocks = np.split(own["w_h"], self.gates, axis=1)
        self.params = {**own, "w_h": np.hstack([block.T for block in blocks])}
        y = super().forward(x, *given)
        self.params = own
        return y


class GatesReversed(Recurrent):
    """The gates lie in the opposite order."""

    def forward(self, x: Array, *given: Array) -> Array:
        own = self.params
        self.params = {name: np.concatenate(np.split(w, self.gates, axis=-1)[::-1], axis=-1) for name, w in own.items()}
        y = super().forward(x, *given)
        self.params = own
        return y


# ---- shown in the gradients


class NoTimeGradient(Recurrent):
    """Nothing flows from a step to the one before: backpropagation through no time."""

    def step_back(self, t: int, *dstates: Array) -> tuple[Array, ...]:
        return tuple(d * 0 for d in super().step_back(t, *dstates))


class TruncatedAtTwo(Recurrent):
    """The gradient flows through two steps and is then cut."""

    def step_back(self, t: int, *dstates: Array) -> tuple[Array, ...]:
        return tuple(d * (t % 2) for d in super().step_back(t, *dstates))


class StateAfter(Recurrent):
    """The gradient of w_h is taken with the states after each step instead of before."""

    def weight_gradients(self) -> dict[str, Array]:
        with_states(self, np.concatenate([self.history[0][1:], self.history[0][-1:]]))
        return super().weight_gradients()


class FirstStateSkipped(Recurrent):
    """The gradient of w_h starts at the second step, as if the first state were always zero."""

    def weight_gradients(self) -> dict[str, Array]:
        with_states(self, np.concatenate([0 * self.history[0][:1], self.history[0][1:]]))
        return super().weight_gradients()


class LastCotangentOnly(Recurrent):
    """Of a sequence, only the cotangent of the last step is used."""

    def backward(self, dy: Array) -> Any:
        if not self.sequences:
            return super().backward(dy)
        last = np.zeros_like(dy)
        last[:, -1] = dy[:, -1]
        return super().backward(last)


class StartGetsZero(Recurrent):
    """The gradients of the initial states are returned as zero."""

    def backward(self, dy: Array) -> Any:
        back = super().backward(dy)
        return (back[0], *(np.zeros_like(d) for d in back[1:])) if isinstance(back, tuple) else back


class BackwardsInputGradient(Recurrent):
    """The gradient of x keeps the order of reading when that goes backwards."""

    def backward(self, dy: Array) -> Any:
        back = super().backward(dy)
        if not self.go_backwards:
            return back
        return (back[0][:, ::-1], *back[1:]) if isinstance(back, tuple) else back[:, ::-1]


class BiasAveraged(Recurrent):
    """The gradient of the bias is averaged over the steps."""

    def backward(self, dy: Array) -> Any:
        back = super().backward(dy)
        if "b" in self.grads:
            self.grads["b"] = self.grads["b"] / len(self.a)
        return back


class ClippedToOne(Recurrent):
    """Clips the gradients of the weights to [-1, 1] inside the layer."""

    def backward(self, dy: Array) -> Any:
        back = super().backward(dy)
        self.grads = {name: np.clip(g, -1, 1) for name, g in self.grads.items()}
        return back


# ---- beside the numbers


class KeepsState(Recurrent):
    """Starts each call from the last states of the call before."""

    def forward(self, x: Array, *given: Array) -> Array:
        if not states_of(given) and hasattr(self, "history") and not hasattr(self, "start"):
            self.start = [state[-1].T.copy() for state in self.history]
        y = super().forward(x, *getattr(self, "start", ()), *given)
        self.start_given = bool(states_of(given))
        return y


class OverwritesStart(Recurrent):
    """Writes the last states into the arrays of the initial ones."""

    def forward(self, x: Array, *given: Array) -> Array:
        y = super().forward(x, *given)
        for state, last in zip(states_of(given), self.history, strict=False):
            state[...] = last[-1].T
        return y


OUTPUTS = (StartIgnored, BackwardsIgnored, AlwaysBackwards, FirstForLast, OneStepLate, BiasTwice, RecurrentTransposed)
STEPS = (NoTimeGradient, TruncatedAtTwo, StateAfter, FirstStateSkipped, LastCotangentOnly, StartGetsZero)
GRADIENTS = (*STEPS, BackwardsInputGradient, BiasAveraged, ClippedToOne)
CONTRACT = (KeepsState, OverwritesStart)
