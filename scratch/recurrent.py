"""Recurrent layers, with the gradient through all time steps."""

import numpy as np
from numpy.typing import DTypeLike

from scratch.activations import Activation, find_activation
from scratch.initializers import GlorotUniform, Initializer, Seed
from scratch.layer import Array, Layer, require_rank, require_size


class SimpleRNN(Layer):
    """h_t = f(x_t @ w_x + h_{t-1} @ w_h + b)

    x: (batch, time, n_in) -> h: (batch, time, n_hidden), or with `sequences=False` the last step only,
    (batch, n_hidden);  w_x: (n_in, n_hidden), w_h: (n_hidden, n_hidden), b: (n_hidden,).
    h_0: (batch, n_hidden), the state before the first step, is zero unless given to `forward` as its second
    argument; `backward` then returns (dx, dh_0). `f` is any elementwise activation, by name or as an Activation.
    Elman (1990). Raises ValueError for shapes that do not fit.
    """

    def __init__(
        self,
        n_in: int,
        n_hidden: int,
        *,
        activation: str | Activation = "tanh",
        sequences: bool = True,
        bias: bool = True,
        init: Initializer = GlorotUniform(),
        rng: Seed = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__()
        rng = np.random.default_rng(rng)
        self.f = find_activation(activation)
        self.sequences = sequences
        self.params["w_x"] = init((n_in, n_hidden), rng, dtype)
        self.params["w_h"] = init((n_hidden, n_hidden), rng, dtype)
        if bias:
            self.params["b"] = np.zeros(n_hidden, dtype)

    def forward(self, x: Array, h_0: Array | None = None) -> Array:
        w_x, w_h = self.params["w_x"], self.params["w_h"]
        require_rank(self, "x", x, "batch time n_in")
        require_size(self, "x", x, 2, w_x.shape[0])
        steps = x.shape[1]
        self.x = np.ascontiguousarray(x.swapaxes(0, 1))
        # the inputs of all steps at once: (time, batch, n_hidden)
        self.a = self.x @ w_x
        if "b" in self.params:
            self.a += self.params["b"]
        self.h = np.zeros((steps + 1, *self.a.shape[1:]), self.a.dtype)
        self.state_given = h_0 is not None
        if h_0 is not None:
            if h_0.shape != self.h[0].shape:
                raise ValueError(f"SimpleRNN: h_0 has shape {h_0.shape}, expected {self.h[0].shape}")
            self.h[0] = h_0
        for t in range(steps):
            self.a[t] += self.h[t] @ w_h
            self.h[t + 1] = self.f.value(self.a[t])
        return self.h[1:].swapaxes(0, 1).copy() if self.sequences else self.h[-1].copy()

    def backward(self, dy: Array) -> Array | tuple[Array | None, Array] | None:
        w_x, w_h = self.params["w_x"], self.params["w_h"]
        dh_t = np.zeros_like(self.h[0])
        da = np.empty_like(self.a)
        for t in reversed(range(len(da))):
            if self.sequences:
                dh_t = dh_t + dy[:, t]
            elif t == len(da) - 1:
                dh_t = dh_t + dy
            da[t] = dh_t * self.f.slope(self.a[t], self.h[t + 1])
            dh_t = da[t] @ w_h.T
        rows = da.reshape(-1, da.shape[-1])
        self.grads["w_x"] = self.x.reshape(-1, w_x.shape[0]).T @ rows
        self.grads["w_h"] = self.h[:-1].reshape(-1, w_h.shape[0]).T @ rows
        if "b" in self.params:
            self.grads["b"] = rows.sum(axis=0)
        dx = (da @ w_x.T).swapaxes(0, 1) if self.input_gradient else None
        return (dx, dh_t) if self.state_given else dx
