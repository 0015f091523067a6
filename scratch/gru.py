"""Gated recurrent units, with the gradient through all time steps."""

from typing import ClassVar

import numpy as np
from numpy.typing import DTypeLike

from scratch.activations import Activation, find_activation
from scratch.initializers import GlorotUniform, Initializer, Seed
from scratch.layer import Array
from scratch.recurrent import Recurrent, product_sum


class ResetBeforeGRU(Recurrent):
    """z, r = sigmoid(x_t @ w_x + h_{t-1} @ w_h + b),  g = tanh(x_t @ w_x + (r h_{t-1}) @ w_h + b),
    h_t = z h_{t-1} + (1 - z) g; each of z, r, g has its third of the columns

    The reset gate acts before the matrix: Keras with reset_after=False. PyTorch has only the other kind, see GRU.
    x: (batch, time, n_in) -> h: (batch, time, n_hidden), or with `sequences=False` the last step only,
    (batch, n_hidden);  w_x: (n_in, 3 n_hidden), w_h: (n_hidden, 3 n_hidden), b: (3 n_hidden,), in the order z r g.
    h_0: (batch, n_hidden), the state before the first step, is zero unless given to `forward` after x; `backward`
    then returns (dx, dh_0). `activation` stands in the place of tanh, `recurrent_activation` in that of the sigmoid.
    Cho et al. (2014), arXiv:1406.1078v3. `go_backwards`, masks and errors: see Recurrent.
    """

    gates = 3
    widths: ClassVar[tuple[int, ...]] = (2, 1)  # zr, g

    def __init__(
        self,
        n_in: int,
        n_hidden: int,
        *,
        activation: str | Activation = "tanh",
        recurrent_activation: str | Activation = "sigmoid",
        sequences: bool = True,
        go_backwards: bool = False,
        zero_output_for_mask: bool = False,
        bias: bool = True,
        init: Initializer = GlorotUniform(),
        rng: Seed = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__(
            n_in,
            n_hidden,
            activation=activation,
            sequences=sequences,
            go_backwards=go_backwards,
            zero_output_for_mask=zero_output_for_mask,
            bias=bias,
            init=init,
            rng=rng,
            dtype=dtype,
        )
        self.sigmoid = find_activation(recurrent_activation)

    def step(self, t: int, *states: Array) -> tuple[Array, ...]:
        (h,) = states
        n, w_h, a = h.shape[1], self.params["w_h"], self.a[t]
        zr, g = self.kept[t]
        a[:, : 2 * n] += h @ w_h[:, : 2 * n]
        zr[:] = self.sigmoid.value(a[:, : 2 * n])
        z, r = zr[:, :n], zr[:, n:]
        a[:, 2 * n :] += (r * h) @ w_h[:, 2 * n :]
        g[:] = self.f.value(a[:, 2 * n :])
        return (z * h + (1 - z) * g,)

    def step_back(self, t: int, *dstates: Array) -> tuple[Array, ...]:
        (dh,) = dstates
        n, w_h, a, da = dh.shape[1], self.params["w_h"], self.a[t], self.da[t]
        h, (zr, g) = self.history[0][t], self.kept[t]
        z, r = zr[:, :n], zr[:, n:]
        da[:, 2 * n :] = dh * (1 - z) * self.f.slope(a[:, 2 * n :], g)
        drh = da[:, 2 * n :] @ w_h[:, 2 * n :].T
        da[:, : 2 * n] = np.hstack([dh * (h - g), drh * h]) * self.sigmoid.slope(a[:, : 2 * n], zr)
        return (dh * z + drh * r + da[:, : 2 * n] @ w_h[:, : 2 * n].T,)

    def recurrent_grads(self) -> dict[str, Array]:
        h = self.history[0][:-1]
        n = h.shape[2]
        rh = h * np.stack([zr[:, n:] for zr, _ in self.kept])
        return {"w_h": np.hstack([product_sum(h, self.da[..., : 2 * n]), product_sum(rh, self.da[..., 2 * n :])])}


class GRU(ResetBeforeGRU):
    """a = x_t @ w_x + b,  u = h_{t-1} @ w_h + b_h;  z, r = sigmoid(a + u),  g = tanh(a + r u),
    h_t = z h_{t-1} + (1 - z) g; each of z, r, g has its third of the columns

    The reset gate acts after the matrix: PyTorch, and Keras with reset_after=True. The two biases of g are therefore
    not one, and both frameworks have two of every gate; b, b_h: (3 n_hidden,). All else as in ResetBeforeGRU.
    """

    widths = (2, 1, 3)  # zr, g, u

    def biases(self, n_hidden: int, dtype: DTypeLike) -> dict[str, Array]:
        return {"b": np.zeros(3 * n_hidden, dtype), "b_h": np.zeros(3 * n_hidden, dtype)}

    def step(self, t: int, *states: Array) -> tuple[Array, ...]:
        (h,) = states
        n, a = h.shape[1], self.a[t]
        zr, g, u = self.kept[t]
        np.matmul(h, self.params["w_h"], out=u)
        if "b_h" in self.params:
            u += self.params["b_h"]
        a[:, : 2 * n] += u[:, : 2 * n]
        zr[:] = self.sigmoid.value(a[:, : 2 * n])
        z, r = zr[:, :n], zr[:, n:]
        a[:, 2 * n :] += r * u[:, 2 * n :]
        g[:] = self.f.value(a[:, 2 * n :])
        return (z * h + (1 - z) * g,)

    def step_back(self, t: int, *dstates: Array) -> tuple[Array, ...]:
        (dh,) = dstates
        n, a, da = dh.shape[1], self.a[t], self.da[t]
        h, (zr, g, u) = self.history[0][t], self.kept[t]
        z, r = zr[:, :n], zr[:, n:]
        dg = dh * (1 - z) * self.f.slope(a[:, 2 * n :], g)
        dzr = np.hstack([dh * (h - g), dg * u[:, 2 * n :]]) * self.sigmoid.slope(a[:, : 2 * n], zr)
        da[:, : 2 * n], da[:, 2 * n :] = dzr, dg
        self.du[t] = np.hstack([dzr, dg * r])
        return (dh * z + self.du[t] @ self.params["w_h"].T,)

    def backward(self, dy: Array) -> Array | tuple[Array | None, ...] | None:
        self.du = self.room("du", self.a.shape, self.a.dtype)
        return super().backward(dy)

    def recurrent_grads(self) -> dict[str, Array]:
        grads = {"w_h": product_sum(self.history[0][:-1], self.du)}
        return grads | {"b_h": self.du.sum(axis=(0, 1))} if "b_h" in self.params else grads
