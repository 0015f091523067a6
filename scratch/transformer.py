"""The encoder block and the decoder block of the Transformer."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import DTypeLike

from scratch.activations import Activation, find_activation
from scratch.dense import Dense
from scratch.initializers import GlorotUniform, Initializer, Seed
from scratch.layer import Array
from scratch.multi_head_attention import MultiHeadAttention, SelfAttention
from scratch.network import Composite
from scratch.normalisation import LayerNorm

Order = Literal["post", "pre"]


class TransformerBlock(Composite):
    """Layers of attention, then two dense layers at every place, each with a residual connection and a normalisation.

    Around each of these parts, order="post":  y = norm(x + part(x))        Vaswani et al. (2017)
                               order="pre":   y = x + part(norm(x))        Xiong et al. (2020)
    The dense layers are the part feed_forward(h) = dense_2(activation(dense_1(h))).

    A subclass has its layers of attention and its normalisations; `parts` names all that has weights, in their order.
    """

    def __init__(
        self,
        n: int,
        n_hidden: int,
        parts: Sequence[str],
        *,
        activation: str | Activation,
        order: Order,
        init: Initializer,
        rng: Seed,
        dtype: DTypeLike,
    ) -> None:
        if order not in ("post", "pre"):
            raise ValueError(f"order is {order!r}, expected 'post' or 'pre'")
        self.order = order
        self.dense_1 = Dense(n, n_hidden, init=init, rng=rng, dtype=dtype)
        self.activation = find_activation(activation)
        self.dense_2 = Dense(n_hidden, n, init=init, rng=rng, dtype=dtype)
        super().__init__({name: getattr(self, name) for name in parts})

    def feed_forward(self, h: Array) -> Array:
        return self.dense_2.forward(self.activation.forward(self.dense_1.forward(h)))

    def feed_forward_backward(self, dy: Array) -> Array:
        dx: Any = dy
        for layer in (self.dense_2, self.activation, self.dense_1):
            dx = layer.backward(dx)
        return dx

    def around(self, part: Callable[[Array], Array], x: Array, norm: LayerNorm) -> Array:
        """The part with its residual connection and its normalisation."""
        if self.order == "post":
            return norm.forward(x + part(x))
        return x + part(norm.forward(x))

    def around_backward(self, part_backward: Callable[[Array], Array], dy: Array, norm: LayerNorm) -> Array:
        """The gradient of `around`, dx."""
        if self.order == "post":
            ds = norm.backward(dy)
            return ds + part_backward(ds)
        return dy + norm.backward(part_backward(dy))


class TransformerEncoderBlock(TransformerBlock):
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
        order: Order = "post",
        causal: bool = False,
        epsilon: float = 1e-5,
        init: Initializer = GlorotUniform(),
        rng: Seed = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        rng = np.random.default_rng(rng)
        self.attention = SelfAttention(n, heads, causal=causal, init=init, rng=rng, dtype=dtype)
        self.norm_1 = LayerNorm((n,), epsilon=epsilon, dtype=dtype)
        self.norm_2 = LayerNorm((n,), epsilon=epsilon, dtype=dtype)
        parts = ("attention", "norm_1", "dense_1", "dense_2", "norm_2")
        super().__init__(n, n_hidden, parts, activation=activation, order=order, init=init, rng=rng, dtype=dtype)

    def forward(self, x: Array, mask: Array | None = None) -> Array:
        h = self.around(lambda s: self.attention.forward(s, mask), x, self.norm_1)
        return self.around(self.feed_forward, h, self.norm_2)

    def backward(self, dy: Array) -> Array:
        dh = self.around_backward(self.feed_forward_backward, dy, self.norm_2)
        return self.around_backward(self.attention.backward, dh, self.norm_1)


class TransformerDecoderBlock(TransformerBlock):
    """Self-attention, attention to a memory, then two dense layers, each with a residual connection and a norm.

    order="post":  h = norm_1(x + self_attention(x));  g = norm_2(h + cross_attention(h, memory, memory));
                   y = norm_3(g + feed_forward(g))                                        Vaswani et al. (2017)
    order="pre":   h = x + self_attention(norm_1(x));  g = h + cross_attention(norm_2(h), memory, memory);
                   y = g + feed_forward(norm_3(g))                                        Xiong et al. (2020)
    feed_forward(g) = dense_2(activation(dense_1(g)))

    x: (batch, time, n), memory: (batch, steps, n), what the encoder gives -> y: (batch, time, n). The memory is not
    normalised here. `self_mask`: (batch or 1, time or 1, time), true where a place may attend to another; with
    `causal`, to none that follows. `cross_mask`: (batch or 1, time or 1, steps), true where a place may attend to a
    step of the memory. The weights are called "self_attention.w_q", "cross_attention.w_q", "norm_1.gamma", "dense_1.w".
    """

    def __init__(
        self,
        n: int,
        heads: int,
        n_hidden: int,
        *,
        activation: str | Activation = "relu",
        order: Order = "post",
        causal: bool = False,
        epsilon: float = 1e-5,
        init: Initializer = GlorotUniform(),
        rng: Seed = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        rng = np.random.default_rng(rng)
        self.self_attention = SelfAttention(n, heads, causal=causal, init=init, rng=rng, dtype=dtype)
        self.cross_attention = MultiHeadAttention(n, heads, init=init, rng=rng, dtype=dtype)
        self.norm_1 = LayerNorm((n,), epsilon=epsilon, dtype=dtype)
        self.norm_2 = LayerNorm((n,), epsilon=epsilon, dtype=dtype)
        self.norm_3 = LayerNorm((n,), epsilon=epsilon, dtype=dtype)
        parts = ("self_attention", "norm_1", "cross_attention", "norm_2", "dense_1", "dense_2", "norm_3")
        super().__init__(n, n_hidden, parts, activation=activation, order=order, init=init, rng=rng, dtype=dtype)

    def forward(
        self, x: Array, memory: Array, self_mask: Array | None = None, cross_mask: Array | None = None
    ) -> Array:
        h = self.around(lambda s: self.self_attention.forward(s, self_mask), x, self.norm_1)
        g = self.around(lambda s: self.cross_attention.forward(s, memory, memory, cross_mask), h, self.norm_2)
        return self.around(self.feed_forward, g, self.norm_3)

    def backward(self, dy: Array) -> tuple[Array, Array]:
        dg = self.around_backward(self.feed_forward_backward, dy, self.norm_3)
        dh = self.around_backward(self._cross_attention_backward, dg, self.norm_2)
        return self.around_backward(self.self_attention.backward, dh, self.norm_1), self.dmemory

    def _cross_attention_backward(self, dy: Array) -> Array:
        """The gradient of the queries; keeps that of the memory, which is both keys and values."""
        dq, dk, dv = self.cross_attention.backward(dy)
        self.dmemory = dk + dv
        return dq
