"""Gated layers: which gate, through which slope, and by which path."""

from collections.abc import Callable
from typing import Any

import numpy as np

from reference.diagnosis.variant import Catalogue, Variant
from scratch.gru import GRU, ResetBeforeGRU
from scratch.layer import Array
from scratch.lstm import LSTM
from scratch.recurrent import Recurrent

VARIANTS = Catalogue()
Method = Callable[..., Any]
own_lstm_step, own_lstm_back = LSTM.step, LSTM.step_back


@VARIANTS.add("recurrent-gradient-wrong-rows", LSTM, "step_back")
def _wrong_rows(self: LSTM, t: int, *dstates: Array) -> tuple[Array, ...]:
    """The first rows of dz = da @ [w_x; w_h]^T, which belong to x, for those of h."""
    before = own_lstm_back(self, t, *dstates)
    rows = np.concatenate([self.params["w_x"], self.params["w_h"]])[: len(self.params["w_h"])]
    return rows @ self.da[t], before[1]


@VARIANTS.add("cell-without-tanh", LSTM)
def step(self: LSTM, t: int) -> None:
    own_lstm_step(self, t)
    h, c = self.history
    ifo, _, tanh_c = self.kept[t]
    tanh_c[:] = c[t + 1]
    h[t + 1] = ifo[2 * len(tanh_c) :] * tanh_c


def _linear_back(self: LSTM, t: int, *dstates: Array) -> tuple[Array, ...]:
    f, self.f = self.f, _Linear(self.f)  # type: ignore[assignment]
    try:
        return own_lstm_back(self, t, *dstates)
    finally:
        self.f = f


class _Linear:
    """tanh for the candidate, the identity for the cell, whose output is kept as itself."""

    def __init__(self, f: Any) -> None:
        self.f = f

    def slope(self, a: Array, y: Array) -> Array:
        return np.ones_like(y) if a is y or np.array_equal(a, y) else self.f.slope(a, y)


VARIANTS.append(Variant("cell-without-tanh", LSTM, {"step": step, "step_back": _linear_back}))


def _permuted(order: tuple[int, ...]) -> tuple[Method, Method]:
    """Gates in another order: in the forward pass, and in the gradients only."""

    def columns(n: int) -> Array:
        return np.concatenate([np.arange(g * n, (g + 1) * n) for g in order])

    def forward(self: LSTM, t: int) -> None:
        w = self.w
        self.w = w[:, columns(len(self.params["w_h"]))]
        own_lstm_step(self, t)
        self.w = w

    def back(self: LSTM, t: int, *dstates: Array) -> tuple[Array, ...]:
        _, before = own_lstm_back(self, t, *dstates)
        self.da[t] = self.da[t][columns(len(dstates[0]))]
        return self.params["w_h"] @ self.da[t], before

    return forward, back


ORDERS = ((1, 0, 2, 3), (2, 1, 0, 3), (3, 1, 2, 0), (0, 2, 1, 3), (0, 3, 2, 1), (0, 1, 3, 2))
for _order in ORDERS:
    _forward, _back = _permuted(_order)
    VARIANTS.append(Variant("gates-swapped", LSTM, {"step": _forward}))
    VARIANTS.append(Variant("gates-swapped", LSTM, {"step_back": _back}))


def _gates_swapped_back(owner: type[Recurrent]) -> Method:
    """The gradients of update and reset gate put together in the other order."""
    own = owner.step_back

    def back(self: Any, t: int, *dstates: Array) -> tuple[Array, ...]:
        before = own(self, t, *dstates)
        n = len(dstates[0])
        at = np.r_[n : 2 * n, :n, 2 * n : 3 * n]
        for gradients in (self.da, getattr(self, "du", self.da[:0])):
            if len(gradients):
                gradients[t] = gradients[t][at]
        return before

    return back


VARIANTS += [Variant("gates-swapped", cell, {"step_back": _gates_swapped_back(cell)}) for cell in (ResetBeforeGRU, GRU)]


def _gate_slopes(owner: type[Recurrent], slope_id: str) -> None:
    """The slopes of the gates at what they are given, not at what they give."""
    own = owner.step_back

    class AtInput:
        def __init__(self, f: Any, n: int = 0) -> None:
            self.f, self.n = f, n

        def slope(self, a: Array, y: Array) -> Array:
            # an update gate that weighs the candidate is given the opposite
            signed = np.where(np.arange(len(a))[:, None] < self.n, -a, a)
            return self.f.slope(signed, signed)

    def made(flip: bool) -> Method:
        def step_back(self: Any, t: int, *dstates: Array) -> tuple[Array, ...]:
            f, sigmoid = self.f, self.sigmoid
            self.f, self.sigmoid = AtInput(f), AtInput(sigmoid, len(dstates[0]) * flip)
            try:
                return own(self, t, *dstates)
            finally:
                self.f, self.sigmoid = f, sigmoid

        return step_back

    VARIANTS.extend(Variant(slope_id, owner, {"step_back": made(flip)}) for flip in (False, True))


for _cell in (LSTM, ResetBeforeGRU, GRU):
    _gate_slopes(_cell, "gate-derivatives-before-activation")


def _lstm_back(at_cell: bool = False, cell_slope: bool = True, forget: bool = True, gates: str = "") -> Method:
    """The way back through an LSTM with the slope of the cell's tanh taken at c or left out, or dc not times f.

    `gates`: of these the slope is (1 - y) in the place of y (1 - y).
    """

    def back(self: LSTM, t: int, *dstates: Array) -> tuple[Array, ...]:
        dh, dc = dstates
        n = len(dh)
        ifo, g, tanh_c = self.kept[t]
        i, f, o = np.split(ifo, 3)
        c_0, c = self.history[1][t : t + 2]
        dc = dc + dh * o * (self.f.slope(c, c if at_cell else tanh_c) if cell_slope else 1)
        difo = np.vstack([dc * g, dc * c_0, dh * tanh_c])
        slopes = self.sigmoid.slope(self.a[t, : 3 * n], ifo)
        lacking = np.repeat([gate in gates for gate in "ifo"], n)[:, None]
        self.da[t, : 3 * n] = difo * np.where(lacking, 1 - ifo, slopes)
        self.da[t, 3 * n :] = dc * i * self.f.slope(self.a[t, 3 * n :], g)
        return self.params["w_h"] @ self.da[t], dc * f if forget else dc

    return back


for _id, _lstm in (
    ("cell-tanh-derivative", _lstm_back(at_cell=True)),
    ("cell-tanh-derivative", _lstm_back(cell_slope=False)),
    ("cell-without-forget-gate", _lstm_back(forget=False)),
    *(("gate-derivative", _lstm_back(gates=gates)) for gates in ("i", "f", "o", "ifo")),
):
    VARIANTS.append(Variant(_id, LSTM, {"step_back": _lstm}))


def _gru_back(z_sign: float = 1, r_path: float = 1, direct: float = 1, du_reset: bool = True) -> tuple[Method, Method]:
    """The two kinds of GRU with a term of the way back left out or with the wrong sign."""

    def before(self: ResetBeforeGRU, t: int, *dstates: Array) -> tuple[Array, ...]:
        (dh,) = dstates
        n, w_h, a, da = len(dh), self.params["w_h"], self.a[t], self.da[t]
        h, (zr, g) = self.history[0][t], self.kept[t]
        z, r = zr[:n], zr[n:]
        da[2 * n :] = dh * (1 - z) * self.f.slope(a[2 * n :], g)
        drh = w_h[:, 2 * n :] @ da[2 * n :]
        slope = self.sigmoid.slope(a[: 2 * n], zr)
        da[: 2 * n] = np.vstack([z_sign * dh * (h - g), drh * h]) * slope
        reset = drh * r if du_reset else drh
        return (direct * dh * z + r_path * reset + w_h[:, : 2 * n] @ da[: 2 * n],)

    def after(self: GRU, t: int, *dstates: Array) -> tuple[Array, ...]:
        (dh,) = dstates
        n, a, da = len(dh), self.a[t], self.da[t]
        h, (zr, g, u) = self.history[0][t], self.kept[t]
        z, r = zr[:n], zr[n:]
        dg = dh * (1 - z) * self.f.slope(a[2 * n :], g)
        dzr = np.vstack([z_sign * dh * (h - g), dg * u[2 * n :]]) * self.sigmoid.slope(a[: 2 * n], zr)
        da[: 2 * n], da[2 * n :] = dzr, dg
        self.du[t] = np.vstack([dzr, r_path * (dg * r if du_reset else dg)])
        return (direct * dh * z + self.params["w_h"] @ self.du[t],)

    return before, after


for _id, _options in (
    ("gru-update-gate-sign", {"z_sign": -1.0}),
    ("gru-reset-path-missing", {"r_path": 0.0}),
    ("gru-direct-path-missing", {"direct": 0.0}),
    ("gru-reset-gate-missing", {"du_reset": False}),
):
    _before, _after = _gru_back(**_options)
    VARIANTS.append(Variant(_id, ResetBeforeGRU, {"step_back": _before}))
    VARIANTS.append(Variant(_id, GRU, {"step_back": _after}))
