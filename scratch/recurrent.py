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

    A subclass says how many `gates` lie side by side along the last axis of w_x, b and w_h, which `states` there are,
    the one that is the output first, and gives `step` and `step_back`. Inside, the batch is the last axis, so that a
    gate is a block of whole rows, and matrix products are faster:

    - z[t] = [x_t; 1; h_{t-1}], (n_in + 1 + n_hidden, batch), what w = [w_x; b; w_h] is applied to; no 1 without bias;
    - a[t], (gates * n_hidden, batch), what the activations are given at step t; da[t], its gradient;
    - history[i][t], the i-th state, (its size, batch), before step t, and after the last; the first of them lies in z;
    - kept[t], what `step` leaves for `step_back`: (width * n_hidden, batch), as many arrays as there are `widths`.

    Raises ValueError for shapes that do not fit.
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

    def sizes(self) -> tuple[int, ...]:
        """How long each state is."""
        return (len(self.params["w_h"]),) * len(self.states)

    def step(self, t: int) -> None:
        """Fill `a[t]`, `kept[t]` and, for each state, `history[i][t + 1]`."""
        raise NotImplementedError(f"{type(self).__name__}.step is not written")

    def step_back(self, t: int, *dstates: Array) -> tuple[Array, ...]:
        """The gradients of the states before step t from those after it; fills `da[t]`."""
        raise NotImplementedError(f"{type(self).__name__}.step_back is not written")

    def apply(self, t: int) -> None:
        """Fill `a[t]` where all of w is applied to all of z[t]."""
        np.matmul(self.w.T, self.z[t], out=self.a[t])

    def input_gradients(self) -> Array:
        """The gradients of the inputs of all steps from those of `a`: (time, n_in, batch)."""
        return self.params["w_x"] @ self.da

    def weight_gradients(self) -> dict[str, Array]:
        """The gradients of all weights from those of `a`."""
        n_in, n = len(self.params["w_x"]), len(self.params["w_h"])
        dw = product_sum(self.z[:-1], self.da)
        bias = {"b": dw[n_in]} if "b" in self.params else {}
        return {"w_x": dw[:n_in], **bias, "w_h": dw[-n:]}

    def forward(self, x: Array, *given: Array) -> Array:
        w_x = self.params["w_x"]
        require_rank(self, "x", x, "batch time n_in")
        require_size(self, "x", x, 2, w_x.shape[0])
        start, self.mask = self._take(x, given)
        self.start_given = bool(start)
        self._prepare(self._time_first(x))
        for i, state in enumerate(self.history):
            state[0] = start[i].T if start else 0
        for t in range(len(self.a)):
            self.step(t)
            if self.mask is not None:
                for state in self.history:
                    np.copyto(state[t + 1], state[t], where=~self.mask[t])
        h = self.history[0][1:] if self.mask is None else self._masked_output(self.mask)
        return h.transpose(2, 0, 1).copy() if self.sequences else h[-1].T.copy()

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
            dx = self.input_gradients().transpose(2, 0, 1)
            dx = dx[:, ::-1] if self.go_backwards else dx
        return (dx, *(d.T for d in dstates)) if self.start_given else dx

    def _take(self, x: Array, given: tuple[Array, ...]) -> tuple[tuple[Array, ...], Array | None]:
        """The states before the first step and the mask, (time, 1, batch)."""
        mask = None
        if given and given[-1].dtype == bool:
            *given, mask = given  # type: ignore[assignment]
            if mask.shape != x.shape[:2]:
                raise ValueError(f"{type(self).__name__}: mask has shape {mask.shape}, expected {x.shape[:2]}")
            mask = self._time_first(mask[..., None])
        if given and len(given) != len(self.states):
            raise ValueError(f"{type(self).__name__} takes the states {', '.join(self.states)}, got {len(given)}")
        for name, state, size in zip(self.states, given, self.sizes(), strict=False):
            if state.shape != (len(x), size):
                raise ValueError(f"{type(self).__name__}: {name} has shape {state.shape}, expected {(len(x), size)}")
        return tuple(given), mask

    def _time_first(self, x: Array) -> Array:
        """(batch, time, n) -> (time, n, batch), the steps in the order of reading."""
        return (x[:, ::-1] if self.go_backwards else x).transpose(1, 2, 0)

    def _prepare(self, x: Array) -> None:
        """The arrays that `step` works on, with the inputs of all steps where they belong; x: (time, n_in, batch)."""
        steps, n_in, batch = x.shape
        self.w = np.vstack([self.params[name] for name in ("w_x", "b", "w_h") if name in self.params])
        n, (rows, columns), dtype = len(self.params["w_h"]), self.w.shape, np.result_type(x, self.w)
        self.z = self.room("z", (steps + 1, rows, batch), dtype)
        self.x = self.z[:-1, :-n]
        self.x[:, :n_in], self.x[:, n_in:] = x, 1
        _, *others = zip(self.states, self.sizes(), strict=True)
        beside = [self.room(state, (steps + 1, size, batch), dtype) for state, size in others]
        self.history = [self.z[:, -n:], *beside]
        self.a = self.room("a", (steps, columns, batch), dtype)
        hidden = columns // self.gates
        kept = [self.room(f"kept {i}", (steps, width * hidden, batch), dtype) for i, width in enumerate(self.widths)]
        self.kept = list(zip(*kept, strict=True))

    def _masked_output(self, mask: Array) -> Array:
        """y_t = h_t where the mask is True, elsewhere y_{t-1} or 0."""
        y = np.where(mask, self.history[0][1:], 0)
        if not self.zero_output:
            for t in range(1, len(y)):
                y[t] = np.where(mask[t], y[t], y[t - 1])
        return y

    def _output_gradients(self, dy: Array) -> Sequence[Array | None]:
        """What each h_t receives from the output."""
        dh: list[Array | None] = [*dy.transpose(1, 2, 0)] if self.sequences else [None] * (len(self.a) - 1) + [dy.T]
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

    def step(self, t: int) -> None:
        self.apply(t)
        self.f.write(self.a[t], self.history[0][t + 1])

    def step_back(self, t: int, *dstates: Array) -> tuple[Array, ...]:
        (dh,) = dstates
        np.multiply(dh, self.f.slope(self.a[t], self.history[0][t + 1]), out=self.da[t])
        return (self.params["w_h"] @ self.da[t],)


def product_sum(z: Array, da: Array) -> Array:
    """The sum of z_t @ da_t^T over all steps."""
    total = np.zeros((z.shape[1], da.shape[1]), da.dtype)
    for z_t, da_t in zip(z, da, strict=True):
        total += z_t @ da_t.T
    return total
