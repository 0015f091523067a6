"""Keras' additive attention, called with query, key, value and mask, and with projections before it."""

from typing import Any

import keras


def attended(layer: Any, q: Any, k: Any, v: Any, mask: Any, causal: bool) -> Any:
    """keras.layers.AdditiveAttention of q, k, v; the mask (batch, 1, keys) is true where a key may be seen."""
    return layer([q, v, k], mask=None if mask is None else [None, mask[:, 0]], use_causal_mask=causal)


class AdditiveAttention:
    """keras.layers.AdditiveAttention called in this order."""

    def __init__(self, use_scale: bool, causal: bool) -> None:
        self.layer, self.causal = keras.layers.AdditiveAttention(use_scale=use_scale), causal

    def __call__(self, q: Any, k: Any, v: Any, mask: Any = None) -> Any:
        return attended(self.layer, q, k, v, mask, self.causal)


class BahdanauAttention(keras.layers.Layer):
    """Additive attention of queries and keys that are brought to one size first."""

    def __init__(self, n_hidden: int, bias: bool = False, causal: bool = False) -> None:
        super().__init__()
        self.query = keras.layers.Dense(n_hidden, use_bias=bias)
        self.key = keras.layers.Dense(n_hidden, use_bias=False)
        self.attention, self.causal = keras.layers.AdditiveAttention(), causal

    def call(self, q: Any, k: Any, v: Any, mask: Any = None) -> Any:
        return attended(self.attention, self.query(q), self.key(k), v, mask, self.causal)
