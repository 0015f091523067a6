"""Attention in which several heads of queries share the keys and values of one."""

import numpy as np
from numpy.typing import DTypeLike

from scratch.activations import Sigmoid
from scratch.initializers import GlorotUniform, Initializer, Seed
from scratch.layer import Array, require_rank
from scratch.multi_head_attention import MultiHeadAttention


class GroupedQueryAttention(MultiHeadAttention):
    """head_h = sigmoid(q w_g[:, h]) attention(q w_q[:, h], k w_k[:, i], v w_v[:, i]), i = h // (heads / kv_heads);
    y = sum over heads h of head_h w_o[h], plus the biases; the sigmoid, and w_g and b_g, with `gate` only

    All as in MultiHeadAttention, but that heads / kv_heads heads after one another have one head of keys and values:
    w_k, w_v: (n_in, kv_heads, size), b_k, b_v: (kv_heads, size); w_g: (n_in, heads, size), b_g: (heads, size).
    With `window` query i may attend to the keys i - window + 1 to i + window - 1 only.
    Ainslie et al. (2023), arXiv:2305.13245; Keras. Raises ValueError where kv_heads does not divide heads, or for a
    window below 1.
    """

    def __init__(
        self,
        n_in: int,
        heads: int,
        kv_heads: int,
        size: int,
        *,
        window: int | None = None,
        gate: bool = False,
        bias: bool = True,
        causal: bool = False,
        init: Initializer = GlorotUniform(),
        rng: Seed = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        if heads % kv_heads:
            raise ValueError(f"kv_heads is {kv_heads}, expected a divisor of the {heads} heads")
        if window is not None and window < 1:
            raise ValueError(f"window is {window}, expected at least 1")
        rng = np.random.default_rng(rng)
        super().__init__(n_in, heads, size=size, bias=bias, causal=causal, init=init, rng=rng, dtype=dtype)
        self.kv_heads, self.shared, self.window, self.gate = kv_heads, heads // kv_heads, window, gate
        self.sigmoid = Sigmoid()
        for name, count in {"k": kv_heads, "v": kv_heads, **({"g": heads} if gate else {})}.items():
            self.params[f"w_{name}"] = init((n_in, count * size), rng, dtype).reshape(n_in, count, size)
            if bias:
                self.params[f"b_{name}"] = np.zeros((count, size), dtype)

    def forward(self, q: Array, k: Array, v: Array, mask: Array | None = None) -> Array:
        self.inputs = {"q": q, "k": k, "v": v, "g": q}
        q, k, v = (self._to_heads(name, x) for name, x in (("q", q), ("k", k), ("v", v)))
        mask = self._windowed(mask, q.shape[2], k.shape[2])
        k, v = (np.repeat(x, self.shared, axis=1) for x in (k, v))
        self.attended = self.heads = self.attention.forward(q, k, v, mask)
        if self.gate:
            self.opened = self.sigmoid.value(self._to_heads("g", self.inputs["g"]))
            self.heads = self.opened * self.attended
        return self._joined()

    def backward(self, dy: Array) -> tuple[Array, Array, Array]:
        dheads = self._parted(dy)
        dgate = dheads * self.attended
        dq, dk, dv = self.attention.backward(dheads * self.opened if self.gate else dheads)
        batch, _, keys, size = dk.shape
        # of each head of keys and values, the sum over those that share it
        dk, dv = (d.reshape(batch, self.kv_heads, self.shared, keys, size).sum(axis=2) for d in (dk, dv))
        back = self._from_heads("q", dq)
        if self.gate:
            back += self._from_heads("g", dgate * self.opened * (1 - self.opened))
        return back, self._from_heads("k", dk), self._from_heads("v", dv)

    def _windowed(self, mask: Array | None, queries: int, keys: int) -> Array | None:
        """Where a query may attend, the same for all heads: (batch or 1, 1, queries or 1, keys)."""
        if mask is not None:
            require_rank(self, "mask", mask, "batch queries keys")
            mask = mask[:, None]
        if self.window is None:
            return mask
        near = np.abs(np.arange(queries)[:, None] - np.arange(keys)) < self.window
        return near[None, None] if mask is None else mask & near
