"""Recurrent layers: what all of them share, and the simple one. The gradient goes through all time steps."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import DTypeLike

from scratch.activations import Activation, find_activation
from scratch.initializers import GlorotUniform, Initializer, Seed
from scratch.layer import Array, Layer, require_rank, require_size


class Recurrent(Layer):
    """A layer that reads a sequence step by step and carries states from each step to the next.

    x: (batch, time, n_in) -> h: (batch, time, n_hidden), or with `sequences=False` the last step only,
    (batch, n_hidden). With `go_backwards` the sequence is read from its end, and h comes in the order of reading.

    `forward(x, *states, mask)`: the states before the first step, (batch, n_hidden) each, are zero unless given;
    `backward` then returns their gradients after dx. The mask, booleans (batch, time), may be left out, with or
    without states. Where it is False the step is skipped: all states stay as they are, and the output is that of the
    step before (zero where there is none), or zero with `zero_output_for_mask`. Both as in Keras.

    A subclass says how many `gates` lie side by side along the last axis of w_x and b, which `states` there are, the
    one that is the output first, and gives `step` and `step_back`. What the first of them leaves for the second at t,
    it puts into the arrays `self.kept[t]`, (batch, width * n_hidden), as many as it has `widths`. Raises ValueError for
    shapes that do not fit.
    """

    gates: ClassVar[int] = 1
    states: ClassVar[tuple[str, ...]] = ("h_0",)
    widths: ClassVar[tuple[int, ...]] = ()

    def __init__(
        self,
        n_in: int,
        n_hidden: int,
        *,
        activation: str | Activation = "tanh",
        sequences: bool = True,
        go_backwards: bool = False,
        zero_output_for_mask: bool = False,
        bias: bool = True,
        init: Initializer = GlorotUniform(),
        rng: Seed = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__()
        self._rooms: dict[str, Array] = {}
        rng = np.random.default_rng(rng)
        self.f = find_activation(activation)
        self.sequences, self.go_backwards, self.zero_output = sequences, go_backwards, zero_output_for_mask
        self.params["w_x"] = init((n_in, self.gates * n_hidden), rng, dtype)
        self.params["w_h"] = init((n_hidden, self.gates * n_hidden), rng, dtype)
        if bias:
            self.params.update(self.biases(n_hidden, dtype))

    def biases(self, n_hidden: int, dtype: DTypeLike) -> dict[str, Array]:
        """The biases of a new layer."""
        return {"b": np.zeros(self.gates * n_hidden, dtype)}

    def step(self, t: int, *states: Array) -> tuple[Array, ...]:
        """The states after step t from those before it; `self.a[t]` is x_t @ w_x + b."""
        raise NotImplementedError(f"{type(self).__name__}.step is not written")

    def step_back(self, t: int, *dstates: Array) -> tuple[Array, ...]:
        """The gradients of the states before step t from those after it; puts that of `a[t]` into `self.da[t]`."""
        raise NotImplementedError(f"{type(self).__name__}.step_back is not written")

    def recurrent_grads(self) -> dict[str, Array]:
        """The gradients of the weights on the states."""
        return {"w_h": product_sum(self.history[0][:-1], self.da)}

    def weight_gradients(self) -> dict[str, Array]:
        """The gradients of all weights from those of `a`."""
        dw, n_in = product_sum(self.x, self.da), len(self.params["w_x"])
        bias = {"b": dw[n_in]} if "b" in self.params else {}
        return {"w_x": dw[:n_in], **bias, **self.recurrent_grads()}

    def forward(self, x: Array, *given: Array) -> Array:
        w_x = self.params["w_x"]
        require_rank(self, "x", x, "batch time n_in")
        require_size(self, "x", x, 2, w_x.shape[0])
        start, self.mask = self._take(x, given)
        # the inputs of all steps at once, (time, batch, gates * n_hidden); a bias is the weight of a 1 beside them
        self.x, w = self._time_first(x), w_x
        if "b" in self.params:
            self.x, w = self._with_ones(self.x), np.vstack([w_x, self.params["b"]])
        steps, batch = self.x.shape[:2]
        dtype = np.result_type(self.x, w)
        self.a = np.matmul(self.x, w, out=self.room("a", (steps, batch, w.shape[1]), dtype))
        # the states before each step, and after the last
        n = len(self.params["w_h"])
        self.history = [self.room(state, (steps + 1, batch, n), dtype) for state in self.states]
        kept = [self.room(f"kept {i}", (steps, batch, width * n), dtype) for i, width in enumerate(self.widths)]
        self.kept = list(zip(*kept, strict=True))
        self.start_given = bool(start)
        for state, first in zip(self.history, start or [0] * len(self.history), strict=True):
            state[0] = first
        for t in range(steps):
            after = self.step(t, *(state[t] for state in self.history))
            for state, value in zip(self.history, after, strict=True):
                state[t + 1] = value if self.mask is None else np.where(self.mask[t], value, state[t])
        h = self.history[0][1:] if self.mask is None else self._masked_output(self.mask)
        return h.swapaxes(0, 1).copy() if self.sequences else h[-1].copy()

    def backward(self, dy: Array) -> Array | tuple[Array | None, ...] | None:
        self.da = self.room("da", self.a.shape, self.a.dtype)
        dstates = tuple(np.zeros_like(state[0]) for state in self.history)
        dh = self._output_gradients(dy)
        for t in reversed(range(len(self.a))):
            after = dstates if dh[t] is None else (dstates[0] + dh[t], *dstates[1:])
            if self.mask is None:
                dstates = self.step_back(t, *after)
                continue
            # a skipped step passes on what the states after it receive
            taken = self.step_back(t, *(np.where(self.mask[t], d, 0) for d in after))
            dstates = tuple(np.where(self.mask[t], d, d_0) for d, d_0 in zip(taken, dstates, strict=True))
        self.grads.update(self.weight_gradients())
        dx = None
        if self.input_gradient:
            dx = (self.da @ self.params["w_x"].T).swapaxes(0, 1)
            dx = dx[:, ::-1] if self.go_backwards else dx
        return (dx, *dstates) if self.start_given else dx

    def room(self, name: str, shape: tuple[int, ...], dtype: DTypeLike) -> Array:
        """An array to work in, not initialised, never to be handed out.

        It is the one of the last call under this name while shape and dtype stay: large arrays made anew at every step
        cost more in fresh memory than in arithmetic.
        """
        kept = self._rooms.get(name)
        if kept is None or kept.shape != shape or kept.dtype != dtype:
            kept = self._rooms[name] = np.empty(shape, dtype)
        return kept

    def _take(self, x: Array, given: tuple[Array, ...]) -> tuple[tuple[Array, ...], Array | None]:
        """The states before the first step and the mask, (time, batch, 1)."""
        mask = None
        if given and given[-1].dtype == bool:
            *given, mask = given  # type: ignore[assignment]
            if mask.shape != x.shape[:2]:
                raise ValueError(f"{type(self).__name__}: mask has shape {mask.shape}, expected {x.shape[:2]}")
            mask = self._time_first(mask)[..., None]
        if given and len(given) != len(self.states):
            raise ValueError(f"{type(self).__name__} takes the states {', '.join(self.states)}, got {len(given)}")
        expected = (len(x), len(self.params["w_h"]))
        for name, state in zip(self.states, given, strict=False):
            if state.shape != expected:
                raise ValueError(f"{type(self).__name__}: {name} has shape {state.shape}, expected {expected}")
        return tuple(given), mask

    def _time_first(self, x: Array) -> Array:
        """(time, batch, ...), the steps in the order of reading."""
        return (x[:, ::-1] if self.go_backwards else x).swapaxes(0, 1)

    def _with_ones(self, x: Array) -> Array:
        """(time, batch, n) -> (time, batch, n + 1), the last of each a one."""
        longer = self.room("x", (*x.shape[:2], x.shape[2] + 1), x.dtype)
        longer[..., :-1], longer[..., -1] = x, 1
        return longer

    def _masked_output(self, mask: Array) -> Array:
        """y_t = h_t where the mask is True, elsewhere y_{t-1} or 0."""
        y = np.where(mask, self.history[0][1:], 0)
        if not self.zero_output:
            for t in range(1, len(y)):
                y[t] = np.where(mask[t], y[t], y[t - 1])
        return y

    def _output_gradients(self, dy: Array) -> Sequence[Array | None]:
        """What each h_t receives from the output."""
        dh: list[Array | None] = [*dy.swapaxes(0, 1)] if self.sequences else [None] * (len(self.a) - 1) + [dy]
        if self.mask is None:
            return dh
        repeated = np.zeros_like(self.history[0][0])
        for t in reversed(range(len(dh))):
            repeated = repeated if dh[t] is None else repeated + dh[t]
            dh[t] = repeated
            repeated = np.zeros_like(repeated) if self.zero_output else np.where(self.mask[t], 0, repeated)
        return dh


class SimpleRNN(Recurrent):
    """h_t = f(x_t @ w_x + h_{t-1} @ w_h + b)

    x: (batch, time, n_in) -> h: (batch, time, n_hidden), or with `sequences=False` the last step only,
    (batch, n_hidden);  w_x: (n_in, n_hidden), w_h: (n_hidden, n_hidden), b: (n_hidden,).
    h_0: (batch, n_hidden), the state before the first step, is zero unless given to `forward` as its second
    argument; `backward` then returns (dx, dh_0). `f` is any elementwise activation, by name or as an Activation.
    Elman (1990). `go_backwards`, masks and errors: see Recurrent.
    """

    def step(self, t: int, *states: Array) -> tuple[Array, ...]:
        (h,) = states
        self.a[t] += h @ self.params["w_h"]
        return (self.f.value(self.a[t]),)

    def step_back(self, t: int, *dstates: Array) -> tuple[Array, ...]:
        (dh,) = dstates
        np.multiply(dh, self.f.slope(self.a[t], self.history[0][t + 1]), out=self.da[t])
        return (self.da[t] @ self.params["w_h"].T,)


def product_sum(x: Array, da: Array) -> Array:
    """The sum of x_t^T @ da_t over all steps."""
    return x.reshape(-1, x.shape[-1]).T @ da.reshape(-1, da.shape[-1])
