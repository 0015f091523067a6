"""The encoder block of the Transformer."""

from typing import Any, Literal

import numpy as np
from numpy.typing import DTypeLike

from scratch.activations import Activation, find_activation
from scratch.dense import Dense
from scratch.initializers import GlorotUniform, Initializer, Seed
from scratch.layer import Array
from scratch.multi_head_attention import SelfAttention
from scratch.network import Composite
from scratch.normalisation import LayerNorm


class TransformerEncoderBlock(Composite):
    """Self-attention, then two dense layers at every place, each with a residual connection and a normalisation.

    order="post":  h = norm_1(x + attention(x));  y = norm_2(h + feed_forward(h))        Vaswani et al. (2017)
    order="pre":   h = x + attention(norm_1(x));  y = h + feed_forward(norm_2(h))        Xiong et al. (2020)
    feed_forward(h) = dense_2(activation(dense_1(h)))

    x: (batch, time, n) -> y: the same. `mask`: (batch or 1, time or 1, time), true where a place may attend to
    another; with `causal`, to none that follows. The weights are called "attention.w_q", "norm_1.gamma", "dense_1.w".
    """

    def __init__(
        self,
        n: int,
        heads: int,
        n_hidden: int,
        *,
        activation: str | Activation = "relu",
        order: Literal["post", "pre"] = "post",
        causal: bool = False,
        epsilon: float = 1e-5,
        init: Initializer = GlorotUniform(),
        rng: Seed = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        if order not in ("post", "pre"):
            raise ValueError(f"order is {order!r}, expected 'post' or 'pre'")
        rng = np.random.default_rng(rng)
        self.order = order
        self.attention = SelfAttention(n, heads, causal=causal, init=init, rng=rng, dtype=dtype)
        self.norm_1 = LayerNorm((n,), epsilon=epsilon, dtype=dtype)
        self.dense_1 = Dense(n, n_hidden, init=init, rng=rng, dtype=dtype)
        self.activation = find_activation(activation)
        self.dense_2 = Dense(n_hidden, n, init=init, rng=rng, dtype=dtype)
        self.norm_2 = LayerNorm((n,), epsilon=epsilon, dtype=dtype)
        weighted = ("attention", "norm_1", "dense_1", "dense_2", "norm_2")
        super().__init__({name: getattr(self, name) for name in weighted})

    def forward(self, x: Array, mask: Array | None = None) -> Array:
        if self.order == "post":
            h = self.norm_1.forward(x + self.attention.forward(x, mask))
            return self.norm_2.forward(h + self.feed_forward(h))
        h = x + self.attention.forward(self.norm_1.forward(x), mask)
        return h + self.feed_forward(self.norm_2.forward(h))

    def backward(self, dy: Array) -> Array:
        if self.order == "post":
            ds = self.norm_2.backward(dy)
            dr = self.norm_1.backward(ds + self.feed_forward_backward(ds))
            return dr + self.attention.backward(dr)
        dh = dy + self.norm_2.backward(self.feed_forward_backward(dy))
        return dh + self.norm_1.backward(self.attention.backward(dh))

    def feed_forward(self, h: Array) -> Array:
        return self.dense_2.forward(self.activation.forward(self.dense_1.forward(h)))

    def feed_forward_backward(self, dy: Array) -> Array:
        dx: Any = dy
        for layer in (self.dense_2, self.activation, self.dense_1):
            dx = layer.backward(dx)
        return dx
