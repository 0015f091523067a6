"""Keras' attention, called with query, key, value and mask, and with its scale in full precision."""

import math
from typing import Any

import keras
from keras import ops


def dot_product_attention(q: Any, k: Any, v: Any, mask: Any, scale: float | None, causal: bool) -> Any:
    """keras.ops.dot_product_attention of (batch, time, heads, size); a mask of numbers is a bias there.

    The scale is given as a tensor: Keras rounds a Python number, and its own default, to float32.
    """
    exact = ops.convert_to_tensor(1 / math.sqrt(q.shape[-1]) if scale is None else scale, q.dtype)
    kind = {} if mask is None else {"mask" if mask.dtype == "bool" else "bias": mask}
    return ops.dot_product_attention(q, k, v, scale=exact, is_causal=causal, **kind)


class MultiHeadAttention:
    """keras.layers.MultiHeadAttention, whose scale 1 / sqrt(size) is rounded to float32 unless it is a tensor."""

    def __init__(self, heads: int, size: int, *, causal: bool, **kwargs: Any) -> None:
        self.layer = keras.layers.MultiHeadAttention(heads, size, **kwargs)
        self.layer._inverse_sqrt_key_dim = ops.convert_to_tensor(1 / math.sqrt(size), keras.config.floatx())
        self.causal = causal

    def __call__(self, q: Any, k: Any, v: Any, mask: Any = None) -> Any:
        return self.layer(q, v, k, attention_mask=mask, use_causal_mask=self.causal)


class SelfAttention(MultiHeadAttention):
    """MultiHeadAttention of x to itself."""

    def __call__(self, x: Any, mask: Any = None) -> Any:  # type: ignore[override]
        return super().__call__(x, x, x, mask)


def sinusoidal_positions(x: Any, base: float) -> Any:
    """x plus sines at even places and cosines at odd ones."""
    time, n = x.shape[1:]
    place, i = ops.arange(time, dtype=x.dtype), ops.arange(0, n, 2, dtype=x.dtype)
    angle = ops.outer(place, ops.exp(-i / n * ops.log(ops.convert_to_tensor(base, x.dtype))))
    pairs = ops.stack([ops.sin(angle), ops.cos(angle)], axis=-1)
    return x + ops.reshape(pairs, (time, -1))[:, :n]
