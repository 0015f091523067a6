"""Attention in several heads, between learned projections."""

import numpy as np
from numpy.typing import DTypeLike

from scratch.attention import DotProductAttention
from scratch.initializers import GlorotUniform, Initializer, Seed
from scratch.layer import Array, Layer, require_rank, require_size


class MultiHeadAttention(Layer):
    """head_h = attention(q w_q[:, h], k w_k[:, h], v w_v[:, h]);  y = sum over heads h of head_h w_o[h]

    plus the biases b_q, b_k, b_v in every head, and b_o.

    q: (batch, queries, n_in), k: (batch, keys, n_key), v: (batch, keys, n_value) -> y: (batch, queries, n_out);
    w_q: (n_in, heads, size), w_k: (n_key, heads, size), w_v: (n_value, heads, value_size), w_o: (heads, value_size,
    n_out); b_q, b_k: (heads, size), b_v: (heads, value_size), b_o: (n_out,).
    `mask`: (batch or 1, queries or 1, keys), true where a query may attend to a key; the same for all heads.
    With `bias_kv` every head has a key and a value more, extra_k: (heads, size) and extra_v: (heads, value_size), with
    `zero_kv` a key and a value of zeros. They are the same for all samples, and every query may attend to them.
    Sizes not given: `size` is n_in / heads, `value_size` is `size`, the others are n_in.
    b_k adds the same to all scores of a query, so y does not depend on it.  Vaswani et al. (2017), section 3.2.2.
    """

    def __init__(
        self,
        n_in: int,
        heads: int,
        *,
        size: int | None = None,
        value_size: int | None = None,
        n_key: int | None = None,
        n_value: int | None = None,
        n_out: int | None = None,
        bias: bool = True,
        causal: bool = False,
        bias_kv: bool = False,
        zero_kv: bool = False,
        init: Initializer = GlorotUniform(),
        rng: Seed = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__()
        if size is None and n_in % heads:
            raise ValueError(f"{heads} heads do not divide {n_in} inputs: give the size of a head")
        size = size or n_in // heads
        value_size, n_out = value_size or size, n_out or n_in
        rng = np.random.default_rng(rng)
        for name, n, width in (("q", n_in, size), ("k", n_key or n_in, size), ("v", n_value or n_in, value_size)):
            self.params[f"w_{name}"] = init((n, heads * width), rng, dtype).reshape(n, heads, width)
            if bias:
                self.params[f"b_{name}"] = np.zeros((heads, width), dtype)
        self.params["w_o"] = init((heads * value_size, n_out), rng, dtype).reshape(heads, value_size, n_out)
        if bias:
            self.params["b_o"] = np.zeros(n_out, dtype)
        if bias_kv:
            self.params["extra_k"] = init((1, heads * size), rng, dtype).reshape(heads, size)
            self.params["extra_v"] = init((1, heads * value_size), rng, dtype).reshape(heads, value_size)
        self.bias_kv, self.zero_kv = bias_kv, zero_kv
        self.attention = DotProductAttention(causal=causal, always=bias_kv + zero_kv)

    def forward(self, q: Array, k: Array, v: Array, mask: Array | None = None) -> Array:
        self.inputs = {"q": q, "k": k, "v": v}
        if mask is not None:
            require_rank(self, "mask", mask, "batch queries keys")
            mask = mask[:, None]
        q, k, v = (self._to_heads(name, x) for name, x in self.inputs.items())
        self.heads = self.attention.forward(q, self._extended("k", k), self._extended("v", v), mask)
        return self._joined()

    def backward(self, dy: Array) -> tuple[Array, Array, Array]:
        dq, dk, dv = self.attention.backward(self._parted(dy))
        dk, dv = self._shortened("k", dk), self._shortened("v", dv)
        return self._from_heads("q", dq), self._from_heads("k", dk), self._from_heads("v", dv)

    def _extended(self, name: str, x: Array) -> Array:
        """Keys or values behind those that are the same for all samples: (batch, heads, always + time, size)."""
        if not self.attention.always:
            return x
        batch, heads, _, size = x.shape
        first = [self.params[f"extra_{name}"][:, None]] if self.bias_kv else []
        first += [np.zeros((heads, 1, size), x.dtype)] if self.zero_kv else []
        return np.concatenate([*(np.broadcast_to(one, (batch, heads, 1, size)) for one in first), x], axis=2)

    def _shortened(self, name: str, dx: Array) -> Array:
        """The gradient of `_extended`; fills `grads`."""
        if self.bias_kv:
            self.grads[f"extra_{name}"] = dx[:, :, 0].sum(axis=0)
        return dx[:, :, self.attention.always :]

    def _joined(self) -> Array:
        """The projection of all heads: (batch, queries, n_out)."""
        y = np.tensordot(self.heads, self.params["w_o"], ((1, 3), (0, 1)))
        return y + self.params["b_o"] if "b_o" in self.params else y

    def _parted(self, dy: Array) -> Array:
        """The gradient of `_joined`: that of each head, (batch, heads, queries, value_size); fills `grads`."""
        self.grads["w_o"] = np.tensordot(self.heads, dy, ((0, 2), (0, 1)))
        if "b_o" in self.params:
            self.grads["b_o"] = dy.sum(axis=(0, 1))
        return np.tensordot(dy, self.params["w_o"], (2, 2)).transpose(0, 2, 1, 3)

    def _to_heads(self, name: str, x: Array) -> Array:
        """(batch, time, n) -> (batch, heads, time, size)."""
        w = self.params[f"w_{name}"]
        require_rank(self, name, x, "batch time n")
        require_size(self, name, x, 2, len(w))
        y = np.tensordot(x, w, 1)
        if f"b_{name}" in self.params:
            y += self.params[f"b_{name}"]
        return y.transpose(0, 2, 1, 3)

    def _from_heads(self, name: str, dy: Array) -> Array:
        """The gradient of `_to_heads`: (batch, heads, time, size) -> (batch, time, n); fills `grads`."""
        dy = dy.transpose(0, 2, 1, 3)
        self.grads[f"w_{name}"] = np.tensordot(self.inputs[name], dy, ((0, 1), (0, 1)))
        if f"b_{name}" in self.params:
            self.grads[f"b_{name}"] = dy.sum(axis=(0, 1))
        return np.tensordot(dy, self.params[f"w_{name}"], ((2, 3), (1, 2)))


class SelfAttention(MultiHeadAttention):
    """MultiHeadAttention whose queries, keys and values are all made of x: (batch, time, n_in) -> y: the same."""

    def __init__(
        self,
        n_in: int,
        heads: int,
        *,
        bias: bool = True,
        causal: bool = False,
        init: Initializer = GlorotUniform(),
        rng: Seed = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__(n_in, heads, bias=bias, causal=causal, init=init, rng=rng, dtype=dtype)

    def forward(self, x: Array, mask: Array | None = None) -> Array:  # type: ignore[override]
        return super().forward(x, x, x, mask)

    def backward(self, dy: Array) -> Array:  # type: ignore[override]
        dq, dk, dv = super().backward(dy)
        return dq + dk + dv
