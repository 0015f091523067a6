"""Additive attention: keys are compared with queries by a layer of tanh instead of a product."""

import numpy as np
from numpy.typing import DTypeLike

from scratch.attention import Attention
from scratch.hyperbolic import tanh
from scratch.initializers import GlorotUniform, Initializer, Seed
from scratch.layer import Array, require_size


class AdditiveAttention(Attention):
    """y = softmax(s) v,  s_ij = sum over h of w_h tanh(q_ih + k_jh), see `Attention`.

    q: (..., queries, size), k: (..., keys, size), v: (..., keys, n) -> y: (..., queries, n);  w: (size,), all ones and
    not learnt unless `weighted`.  Bahdanau et al. (2015) without their projections, as keras.layers.AdditiveAttention.
    """

    def __init__(
        self,
        size: int,
        *,
        weighted: bool = True,
        causal: bool = False,
        init: Initializer = GlorotUniform(),
        rng: Seed = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__(causal=causal)
        self.size = size
        if weighted:
            self.params["w"] = init((size,), rng, dtype)

    def _scores(self, q: Array, k: Array) -> Array:
        require_size(self, "q", q, -1, self.size)
        self.hidden = tanh(q[..., :, None, :] + k[..., None, :, :])
        return self.hidden @ self._w()

    def _scores_back(self, dscores: Array) -> tuple[Array, Array]:
        if "w" in self.params:
            self.grads["w"] = dscores.ravel() @ self.hidden.reshape(-1, self.size)
        dz = dscores[..., None] * self._w() * (1 - self.hidden**2)
        return dz.sum(axis=-2), dz.sum(axis=-3)

    def _w(self) -> Array:
        return self.params["w"] if "w" in self.params else np.ones(self.size, self.hidden.dtype)


class BahdanauAttention(AdditiveAttention):
    """y = softmax(s) v,  s_ij = w . tanh(q_i w_q + k_j w_k + b), see `Attention`.

    q: (..., queries, n_q), k: (..., keys, n_k), v: (..., keys, n) -> y: (..., queries, n);
    w_q: (n_q, n_hidden), w_k: (n_k, n_hidden), b: (n_hidden,), none unless `bias`, w: (n_hidden,). A bias of the score
    itself would change nothing: the softmax takes it out.  Bahdanau, Cho and Bengio (2015), arXiv:1409.0473, A.1.2.
    """

    def __init__(
        self,
        n_q: int,
        n_k: int,
        n_hidden: int,
        *,
        bias: bool = False,
        causal: bool = False,
        init: Initializer = GlorotUniform(),
        rng: Seed = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        rng = np.random.default_rng(rng)
        super().__init__(n_hidden, causal=causal, init=init, rng=rng, dtype=dtype)
        self.params["w_q"] = init((n_q, n_hidden), rng, dtype)
        self.params["w_k"] = init((n_k, n_hidden), rng, dtype)
        if bias:
            self.params["b"] = np.zeros(n_hidden, dtype)

    def forward(self, q: Array, k: Array, v: Array, mask: Array | None = None) -> Array:
        w_q, w_k = self.params["w_q"], self.params["w_k"]
        require_size(self, "q", q, -1, len(w_q))
        require_size(self, "k", k, -1, len(w_k))
        self.q, self.k = q, k
        of_q = q @ w_q
        return super().forward(of_q + self.params["b"] if "b" in self.params else of_q, k @ w_k, v, mask)

    def backward(self, dy: Array) -> tuple[Array, Array, Array]:
        dq, dk, dv = super().backward(dy)
        rows_q, rows_k = dq.reshape(-1, self.size), dk.reshape(-1, self.size)
        self.grads["w_q"] = self.q.reshape(-1, self.q.shape[-1]).T @ rows_q
        self.grads["w_k"] = self.k.reshape(-1, self.k.shape[-1]).T @ rows_k
        if "b" in self.params:
            self.grads["b"] = rows_q.sum(axis=0)
        return dq @ self.params["w_q"].T, dk @ self.params["w_k"].T, dv
