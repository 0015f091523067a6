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

    def step(self, t: int) -> None:
        (h,) = self.history
        n, w_h, a = h.shape[1], self.params["w_h"], self.a[t]
        zr, g = self.kept[t]
        np.matmul(self.w[:-n].T, self.x[t], out=a)
        a[: 2 * n] += w_h[:, : 2 * n].T @ h[t]
        self.sigmoid.write(a[: 2 * n], zr)
        z, r = zr[:n], zr[n:]
        a[2 * n :] += w_h[:, 2 * n :].T @ (r * h[t])
        self.f.write(a[2 * n :], g)
        np.add(z * h[t], (1 - z) * g, out=h[t + 1])

    def step_back(self, t: int, *dstates: Array) -> tuple[Array, ...]:
        (dh,) = dstates
        n, w_h, a, da = len(dh), self.params["w_h"], self.a[t], self.da[t]
        h, (zr, g) = self.history[0][t], self.kept[t]
        z, r = zr[:n], zr[n:]
        da[2 * n :] = dh * (1 - z) * self.f.slope(a[2 * n :], g)
        drh = w_h[:, 2 * n :] @ da[2 * n :]
        da[: 2 * n] = np.vstack([dh * (h - g), drh * h]) * self.sigmoid.slope(a[: 2 * n], zr)
        return (dh * z + drh * r + w_h[:, : 2 * n] @ da[: 2 * n],)

    def weight_gradients(self) -> dict[str, Array]:
        grads, n = super().weight_gradients(), len(self.params["w_h"])
        grads["w_h"][:, 2 * n :] = self.candidate_gradient(n)
        return grads

    def candidate_gradient(self, n: int) -> Array:
        """The gradient of the last third of w_h, which the candidate has."""
        rh = self.history[0][:-1] * np.stack([zr[n:] for zr, _ in self.kept])
        return product_sum(rh, self.da[:, 2 * n :])


class GRU(ResetBeforeGRU):
    """a = x_t @ w_x + b,  u = h_{t-1} @ w_h + b_h;  z, r = sigmoid(a + u),  g = tanh(a + r u),
    h_t = z h_{t-1} + (1 - z) g; each of z, r, g has its third of the columns

    The reset gate acts after the matrix: PyTorch, and Keras with reset_after=True. The two biases of g are therefore
    not one, and both frameworks have two of every gate; b, b_h: (3 n_hidden,). All else as in ResetBeforeGRU.
    """

    widths = (2, 1, 3)  # zr, g, u

    def biases(self, n_hidden: int, dtype: DTypeLike) -> dict[str, Array]:
        return {"b": np.zeros(3 * n_hidden, dtype), "b_h": np.zeros(3 * n_hidden, dtype)}

    def step(self, t: int) -> None:
        (h,) = self.history
        n, a = h.shape[1], self.a[t]
        zr, g, u = self.kept[t]
        self.apply_apart(t, u)
        if "b_h" in self.params:
            u += self.params["b_h"][:, None]
        a[: 2 * n] += u[: 2 * n]
        self.sigmoid.write(a[: 2 * n], zr)
        z, r = zr[:n], zr[n:]
        a[2 * n :] += r * u[2 * n :]
        self.f.write(a[2 * n :], g)
        np.add(z * h[t], (1 - z) * g, out=h[t + 1])

    def apply_apart(self, t: int, u: Array) -> None:
        """Fill `a[t]` from x_t and b, `u` from h_{t-1}."""
        np.matmul(self.params["w_h"].T, self.history[0][t], out=u)
        np.matmul(self.w[: -len(self.params["w_h"])].T, self.x[t], out=self.a[t])

    def step_back(self, t: int, *dstates: Array) -> tuple[Array, ...]:
        (dh,) = dstates
        n, a, da = len(dh), self.a[t], self.da[t]
        h, (zr, g, u) = self.history[0][t], self.kept[t]
        z, r = zr[:n], zr[n:]
        dg = dh * (1 - z) * self.f.slope(a[2 * n :], g)
        dzr = np.vstack([dh * (h - g), dg * u[2 * n :]]) * self.sigmoid.slope(a[: 2 * n], zr)
        da[: 2 * n], da[2 * n :] = dzr, dg
        self.du[t] = np.vstack([dzr, dg * r])
        return (dh * z + self.params["w_h"] @ self.du[t],)

    def backward(self, dy: Array) -> Array | tuple[Array | None, ...] | None:
        self.du = self.room("du", self.a.shape, self.a.dtype)
        return super().backward(dy)

    def weight_gradients(self) -> dict[str, Array]:
        grads = super().weight_gradients()
        return grads | {"b_h": self.du.sum(axis=(0, 2))} if "b_h" in self.params else grads

    def candidate_gradient(self, n: int) -> Array:
        return product_sum(self.history[0][:-1], self.du[:, 2 * n :])
