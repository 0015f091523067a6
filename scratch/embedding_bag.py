"""Embedding of bags: the vectors of several tokens become one."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from scratch.embedding import UNIT_NORMAL, Embedding
from scratch.initializers import Initializer, Seed
from scratch.layer import Array, require_rank


class Bags(Embedding):
    """y_n = the sum, mean or largest of the rows w[x_i] of the tokens in bag n, by the `mode`.

    With weights, which need the mode "sum", it is the sum of weight_i w[x_i]. Tokens that are `padding` are in no bag.
    A bag of nothing is 0. "max" takes the largest of every element; of equal ones the first gets the gradient.
    """

    def __init__(
        self,
        n_tokens: int,
        n_out: int,
        *,
        mode: str = "mean",
        padding: int | None = None,
        init: Initializer = UNIT_NORMAL,
        rng: Seed = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__(
            n_tokens,
            n_out,
            padding=padding,
            init=init,
            rng=rng,
            dtype=dtype,
        )
        if mode not in ("sum", "mean", "max"):
            raise ValueError(f"mode is {mode!r}, expected 'sum', 'mean' or 'max'")
        self.mode = mode

    def pool(self, x: Array, bags: Array, count: int, weights: Array | None) -> Array:
        """x, weights: (tokens,), and the number of each token's bag, (tokens,) -> (count, n_out)."""
        if weights is not None and (self.mode != "sum" or weights.shape != x.shape):
            raise ValueError(f"weights have shape {weights.shape} in mode {self.mode!r}, expected {x.shape} and 'sum'")
        self.rows, self.bags, self.weighted = super().forward(x), bags, weights is not None
        self.kept = x != self.padding  # all of them where that is None
        inside = np.bincount(bags[self.kept], minlength=count)
        if self.mode == "max":
            return self._largest(inside)
        shares = np.zeros(len(self.rows), self.rows.dtype)
        shares[self.kept] = 1 if weights is None else weights[self.kept]
        if self.mode == "mean":
            shares[self.kept] /= inside[bags[self.kept]]
        self.shares = shares[:, None]
        y = np.zeros((count, self.rows.shape[1]), self.rows.dtype)
        np.add.at(y, bags, self.rows * self.shares)
        return y

    def backward(self, dy: Array) -> Any:
        """dweights where there are weights, otherwise ()."""
        each = dy[self.bags]
        super().backward(each * self.shares)
        return np.where(self.kept, (each * self.rows).sum(axis=1), 0) if self.weighted else ()

    def _largest(self, inside: Array) -> Array:
        rows = np.where(self.kept[:, None], self.rows, -np.inf)
        y = np.full((len(inside), rows.shape[1]), -np.inf, rows.dtype)
        np.maximum.at(y, self.bags, rows)
        number = np.arange(len(rows))[:, None]
        first = np.full(y.shape, len(rows))
        np.minimum.at(first, self.bags, np.where(rows == y[self.bags], number, len(rows)))
        self.shares = number == first[self.bags]
        return np.where(inside[:, None] > 0, y, 0)


class EmbeddingBag(Bags):
    """Bags of one length.  x, weights: (batch, length) -> y: (batch, n_out);  w: (n_tokens, n_out)."""

    def forward(self, x: Array, weights: Array | None = None) -> Array:
        require_rank(self, "x", x, "batch length")
        self.shape = x.shape
        bags = np.repeat(np.arange(x.shape[0]), x.shape[1])
        return self.pool(x.ravel(), bags, x.shape[0], None if weights is None else weights.ravel())

    def backward(self, dy: Array) -> Any:
        dweights = super().backward(dy)
        return dweights.reshape(self.shape) if self.weighted else ()


class RaggedEmbeddingBag(Bags):
    """Bags of any length, one after the other.

    x, weights: (tokens,), lengths: (batch,) -> y: (batch, n_out);  w: (n_tokens, n_out).
    Raises ValueError unless the lengths add up to the tokens.
    """

    def forward(  # type: ignore[override]
        self, x: Array, lengths: Array, weights: Array | None = None
    ) -> Array:
        require_rank(self, "x", x, "tokens")
        if lengths.sum() != len(x) or (lengths < 0).any():
            raise ValueError(f"lengths are {lengths}, expected them to add up to {len(x)} tokens")
        return self.pool(x, np.repeat(np.arange(len(lengths)), lengths), len(lengths), weights)
