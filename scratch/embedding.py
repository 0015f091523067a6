"""Embedding: from indices to vectors."""

import numpy as np
from numpy.typing import DTypeLike

from scratch.initializers import Gaussian, Initializer, Seed
from scratch.layer import Array, Layer

UNIT_NORMAL = Gaussian(1.0)


class Embedding(Layer):
    """y = w[x]: row x_i of the table stands for token i.

    x: (...) integers from 0 to n_tokens - 1 -> y: (..., n_out);  w: (n_tokens, n_out).
    The gradient of a row is the sum over all places that looked it up. The row `padding`, where given, is looked up
    like any other, but gets no gradient. With `scale_by_frequency` it is their mean, as with PyTorch's
    scale_grad_by_freq. There is no gradient for x: `backward` returns ().
    Raises ValueError for indices that are not integers or no row of the table.
    """

    def __init__(
        self,
        n_tokens: int,
        n_out: int,
        *,
        padding: int | None = None,
        scale_by_frequency: bool = False,
        init: Initializer = UNIT_NORMAL,
        rng: Seed = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__()
        if padding is not None and not 0 <= padding < n_tokens:
            raise ValueError(f"padding is {padding}, expected a row from 0 to {n_tokens - 1}")
        self.padding, self.scale_by_frequency = padding, scale_by_frequency
        self.params["w"] = init((n_tokens, n_out), rng, dtype)
        if padding is not None:
            self.params["w"][padding] = 0

    def forward(self, x: Array) -> Array:
        rows = len(self.params["w"])
        if not np.issubdtype(x.dtype, np.integer):
            raise ValueError(f"{type(self).__name__}: x has dtype {x.dtype}, expected integers")
        if x.size and not (x.min() >= 0 and x.max() < rows):
            raise ValueError(f"{type(self).__name__}: indices from {x.min()} to {x.max()}, expected 0 to {rows - 1}")
        self.x = x
        return self.params["w"][x]

    def backward(self, dy: Array) -> tuple[()]:
        dw = np.zeros_like(self.params["w"])
        np.add.at(dw, self.x, dy)  # unlike dw[x] += dy, it counts a row as often as it occurs
        if self.scale_by_frequency:
            counts = np.bincount(self.x.ravel(), minlength=len(dw))
            dw /= np.maximum(counts, 1)[:, None].astype(dw.dtype)
        if self.padding is not None:
            dw[self.padding] = 0
        self.grads["w"] = dw
        return ()
