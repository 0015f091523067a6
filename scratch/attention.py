"""Attention: every query takes a weighted mean of the values, with weights from how well its keys fit."""

import math

import numpy as np

from scratch.layer import Array, Layer, require_rank, require_size


class Attention(Layer):
    """y = softmax(scores) v, each query's softmax running over the keys; a subclass gives the scores.

    q: (..., queries, size), k: (..., keys, size), v: (..., keys, n) -> y: (..., queries, n).
    `mask`, broadcast to (..., queries, keys), is true where a query may attend to a key, or numbers that are added to
    the scores. With `causal`, query i sees the keys 0 to i only. The first keys, as many as `always`, are seen by all,
    and neither counted by `causal` nor by `mask`.  A query that may attend to nothing gives 0.
    """

    def __init__(self, *, causal: bool = False, always: int = 0) -> None:
        super().__init__()
        self.causal, self.always = causal, always

    def forward(self, q: Array, k: Array, v: Array, mask: Array | None = None) -> Array:
        require_size(self, "k", k, -1, q.shape[-1])
        require_size(self, "v", v, -2, k.shape[-2])
        self.v = v
        self.weights = self._softmax(self._masked(self._scores(q, k), mask))
        return self.weights @ v

    def backward(self, dy: Array) -> tuple[Array, Array, Array]:
        weights = self.weights
        dv = weights.swapaxes(-1, -2) @ dy
        dweights = dy @ self.v.swapaxes(-1, -2)
        dq, dk = self._scores_back(weights * (dweights - (weights * dweights).sum(axis=-1, keepdims=True)))
        return dq, dk, dv

    def _scores(self, q: Array, k: Array) -> Array:
        """How well each key fits each query: (..., queries, keys)."""
        raise NotImplementedError(f"{type(self).__name__}._scores is not written")

    def _scores_back(self, dscores: Array) -> tuple[Array, Array]:
        """The gradients of q and k."""
        raise NotImplementedError(f"{type(self).__name__}._scores_back is not written")

    def _masked(self, scores: Array, mask: Array | None) -> Array:
        if mask is not None:
            if self.always:
                mask = np.pad(mask, [(0, 0)] * (mask.ndim - 1) + [(self.always, 0)], constant_values=mask.dtype == bool)
            scores = np.where(mask, scores, -math.inf) if mask.dtype == bool else scores + mask
        if self.causal:
            queries, keys = scores.shape[-2:]
            scores = np.where(np.tri(queries, keys, self.always, dtype=np.bool_), scores, -math.inf)
        return scores

    def _softmax(self, scores: Array) -> Array:
        largest = scores.max(axis=-1, keepdims=True)
        # where all scores are -inf, so that exp(-inf - largest) is 0 and not exp(-inf + inf)
        e = np.exp(scores - np.where(np.isneginf(largest.real), 0, largest))
        total = e.sum(axis=-1, keepdims=True)
        return e / np.where(total == 0, 1, total)


class DotProductAttention(Attention):
    """y = softmax(scale q k^T) v, see `Attention`.

    `scale` is 1 / sqrt(size) unless given.  Vaswani et al. (2017), section 3.2.1.
    """

    def __init__(self, *, scale: float | None = None, causal: bool = False, always: int = 0) -> None:
        super().__init__(causal=causal, always=always)
        self.scale = scale

    def _scores(self, q: Array, k: Array) -> Array:
        self.q, self.k = q, k
        self.factor = 1 / math.sqrt(q.shape[-1]) if self.scale is None else self.scale
        return self.factor * q @ k.swapaxes(-1, -2)

    def _scores_back(self, dscores: Array) -> tuple[Array, Array]:
        scaled = dscores * self.factor
        return scaled @ self.k, scaled.swapaxes(-1, -2) @ self.q


class SinusoidalPositions(Layer):
    """y_t = x_t + p_t, where p_t has sin(t f_i) at 2i and cos(t f_i) at 2i + 1, f_i = base**(-2i / n).

    x: (batch, time, n) -> y: the same.  Vaswani et al. (2017), section 3.5.
    """

    def __init__(self, *, base: float = 10000.0) -> None:
        super().__init__()
        self.base = base

    def forward(self, x: Array) -> Array:
        require_rank(self, "x", x, "batch time n")
        time, n = x.shape[1:]
        angle = np.arange(time)[:, None] * self.base ** (-np.arange(0, n, 2) / n)
        p = np.empty((time, n), x.dtype)
        p[:, 0::2] = np.sin(angle)
        p[:, 1::2] = np.cos(angle[:, : n // 2])
        return x + p

    def backward(self, dy: Array) -> Array:
        return dy.copy()
