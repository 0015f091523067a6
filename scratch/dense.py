"""The fully connected layer."""

import numpy as np
from numpy.typing import DTypeLike

from scratch.initializers import GlorotUniform, Initializer, Seed
from scratch.layer import Array, Layer, require_size


class Dense(Layer):
    """y = x @ w + b

    x: (..., n_in) -> y: (..., n_out);  w: (n_in, n_out), b: (n_out,).
    Also called affine, linear or fully connected. Raises ValueError when the last axis of x is not n_in long.
    """

    def __init__(
        self,
        n_in: int,
        n_out: int,
        *,
        bias: bool = True,
        init: Initializer = GlorotUniform(),
        rng: Seed = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__()
        self.params["w"] = init((n_in, n_out), rng, dtype)
        if bias:
            self.params["b"] = np.zeros(n_out, dtype)

    def forward(self, x: Array) -> Array:
        w, b = self.params["w"], self.params.get("b")
        require_size(self, "x", x, -1, w.shape[0])
        self.x = x
        y: Array = x @ w
        if b is not None:
            y += b
        return y

    def backward(self, dy: Array) -> Array | None:
        w = self.params["w"]
        rows = dy.reshape(-1, w.shape[1])
        self.grads["w"] = self.x.reshape(-1, w.shape[0]).T @ rows
        if "b" in self.params:
            self.grads["b"] = rows.sum(axis=0)
        return dy @ w.T if self.input_gradient else None
