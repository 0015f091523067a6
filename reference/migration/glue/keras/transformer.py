"""The Transformer's blocks, which Keras leaves to its users, of Keras' own layers."""

from collections.abc import Callable
from typing import Any

import keras

from reference.migration.glue.keras.attention import MultiHeadAttention, SelfAttention


class _Block:
    """Two dense layers behind attention, with residual connections, normalised after them or before them."""

    def __init__(self, n: int, n_hidden: int, *, activation: Any, order: str) -> None:
        self.dense_1 = keras.layers.Dense(n_hidden, activation=activation)
        self.dense_2 = keras.layers.Dense(n)
        self.order = order

    def around(self, part: Callable[[Any], Any], x: Any, norm: Any) -> Any:
        return norm(x + part(x)) if self.order == "post" else x + part(norm(x))

    def feed_forward(self, h: Any) -> Any:
        return self.dense_2(self.dense_1(h))


class TransformerEncoderBlock(_Block):
    """Self-attention and two dense layers, with residual connections, normalised after them or before them."""

    def __init__(self, n: int, heads: int, n_hidden: int, *, causal: bool, epsilon: float, **options: Any) -> None:
        super().__init__(n, n_hidden, **options)
        self.norm_1, self.norm_2 = (keras.layers.LayerNormalization(epsilon=epsilon) for _ in range(2))
        self.attention = SelfAttention(heads, n // heads, causal=causal)

    def __call__(self, x: Any, mask: Any = None) -> Any:
        h = self.around(lambda s: self.attention(s, mask), x, self.norm_1)
        return self.around(self.feed_forward, h, self.norm_2)


class TransformerDecoderBlock(_Block):
    """Self-attention, attention to a memory and two dense layers, with residual connections and normalisations."""

    def __init__(self, n: int, heads: int, n_hidden: int, *, causal: bool, epsilon: float, **options: Any) -> None:
        super().__init__(n, n_hidden, **options)
        self.norm_1, self.norm_2, self.norm_3 = (keras.layers.LayerNormalization(epsilon=epsilon) for _ in range(3))
        self.self_attention = SelfAttention(heads, n // heads, causal=causal)
        self.cross_attention = MultiHeadAttention(heads, n // heads, causal=False)

    def __call__(self, x: Any, memory: Any, self_mask: Any = None, cross_mask: Any = None) -> Any:
        h = self.around(lambda s: self.self_attention(s, self_mask), x, self.norm_1)
        h = self.around(lambda s: self.cross_attention(s, memory, memory, cross_mask), h, self.norm_2)
        return self.around(self.feed_forward, h, self.norm_3)
