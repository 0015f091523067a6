"""Keras' additive attention, called with query, key, value and mask, and with projections before it."""

from typing import Any

import keras


class AdditiveAttention(keras.layers.Layer):
    """keras.layers.AdditiveAttention of q, k, v; the mask (batch, 1, keys) is true where a key may be seen."""

    def __init__(self, use_scale: bool = True, causal: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.layer = keras.layers.AdditiveAttention(use_scale=use_scale)
        self.causal = causal

    def call(self, q: Any, k: Any, v: Any, mask: Any = None) -> Any:
        given = None if mask is None else [None, mask[:, 0]]
        return self.layer([q, v, k], mask=given, use_causal_mask=self.causal)


class BahdanauAttention(keras.layers.Layer):
    """AdditiveAttention of queries and keys that are brought to one size first."""

    def __init__(self, n_hidden: int, bias: bool = False, causal: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.query = keras.layers.Dense(n_hidden, use_bias=bias)
        self.key = keras.layers.Dense(n_hidden, use_bias=False)
        self.attention = AdditiveAttention(causal=causal)

    def call(self, q: Any, k: Any, v: Any, mask: Any = None) -> Any:
        return self.attention(self.query(q), self.key(k), v, mask)
