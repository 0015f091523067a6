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


class ExtendedMultiHeadAttention(MultiHeadAttention):
    """MultiHeadAttention with a key and a value more, as BiasKVMultiHeadAttention has them."""

    def __init__(self, heads: int, size: int, *, bias_kv: bool, zero_kv: bool, causal: bool, **kwargs: Any) -> None:
        super().__init__(heads, size, causal=causal, **kwargs)
        exact = self.layer._inverse_sqrt_key_dim
        self.layer = BiasKVMultiHeadAttention(heads, size, bias_kv=bias_kv, zero_kv=zero_kv, **kwargs)
        self.layer._inverse_sqrt_key_dim = exact


class BiasKVMultiHeadAttention(keras.layers.MultiHeadAttention):
    """keras.layers.MultiHeadAttention with PyTorch's add_bias_kv, a learnt key and value more, and add_zero_attn, one
    of zeros."""

    def __init__(self, *args: Any, bias_kv: bool = False, zero_kv: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bias_kv, self.zero_kv = bias_kv, zero_kv

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "bias_kv": self.bias_kv, "zero_kv": self.zero_kv}

    def build(self, query_shape: Any, value_shape: Any, key_shape: Any = None) -> None:
        super().build(query_shape, value_shape, key_shape)
        if self.bias_kv:
            self.extra_k = self.add_weight((self.num_heads, self.key_dim), "glorot_normal", name="extra_k")
            self.extra_v = self.add_weight((self.num_heads, self.value_dim), "glorot_normal", name="extra_v")

    def _compute_attention(
        self, query: Any, key: Any, value: Any, attention_mask: Any = None, *args: Any, **kwargs: Any
    ) -> Any:
        more = 0
        for wanted, k, v in (
            (self.bias_kv, getattr(self, "extra_k", None), getattr(self, "extra_v", None)),
            (self.zero_kv, ops.zeros_like(key[0, 0]), ops.zeros_like(value[0, 0])),
        ):
            if wanted:
                key, value = _behind(key, k), _behind(value, v)
                more += 1
        if attention_mask is not None:
            attention_mask = ops.pad(
                ops.cast(attention_mask, "bool"), [(0, 0), (0, 0), (0, more)], constant_values=True
            )
        return super()._compute_attention(query, key, value, attention_mask, *args, **kwargs)


def _behind(x: Any, row: Any) -> Any:
    """x (batch, time, heads, size) with one more step, the same for all samples."""
    return ops.concatenate([x, ops.broadcast_to(row[None, None], (ops.shape(x)[0], 1, *row.shape))], axis=1)


class GroupedQueryAttention:
    """keras.layers.GroupQueryAttention, its scale in full precision as above."""

    def __init__(self, size: int, heads: int, kv_heads: int, *, causal: bool, **kwargs: Any) -> None:
        self.layer = keras.layers.GroupQueryAttention(size, heads, kv_heads, **kwargs)
        self.layer._inverse_sqrt_head_dim = ops.convert_to_tensor(1 / math.sqrt(size), keras.config.floatx())
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
