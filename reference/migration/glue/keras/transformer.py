"""The Transformer block, which Keras leaves to its users, of Keras' own layers."""

from typing import Any

import keras

from reference.migration.glue.keras.attention import SelfAttention


class TransformerEncoderBlock:
    """Self-attention and two dense layers, with residual connections, normalised after them or before them."""

    def __init__(
        self, n: int, heads: int, n_hidden: int, *, activation: Any, order: str, causal: bool, epsilon: float
    ) -> None:
        layers = keras.layers
        self.attention = SelfAttention(heads, n // heads, causal=causal)
        self.dense_1, self.dense_2 = layers.Dense(n_hidden, activation=activation), layers.Dense(n)
        self.norm_1, self.norm_2 = (layers.LayerNormalization(epsilon=epsilon) for _ in range(2))
        self.order = order

    def __call__(self, x: Any, mask: Any = None) -> Any:
        if self.order == "post":
            h = self.norm_1(x + self.attention(x, mask))
            return self.norm_2(h + self.dense_2(self.dense_1(h)))
        h = x + self.attention(self.norm_1(x), mask)
        return h + self.dense_2(self.dense_1(self.norm_2(h)))
