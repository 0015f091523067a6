"""Embedding that Keras lacks."""

from typing import Any

import keras
from keras import ops


class PaddedEmbedding(keras.layers.Embedding):
    """Embedding whose row `padding` gets no gradient, as PyTorch's padding_idx."""

    def __init__(self, *args: Any, padding: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.padding = padding

    def call(self, x: Any) -> Any:
        y = super().call(x)
        return ops.where(ops.equal(x, self.padding)[..., None], ops.stop_gradient(y), y)


class EmbeddingBag(keras.layers.Embedding):
    """`torch.nn.EmbeddingBag`: the sum, mean or maximum of the rows of a bag's tokens, tokens `padding` left out.

    Bags lie in x (batch, length), or one after the other in x (tokens,), of the `lengths` (batch,).
    """

    def __init__(self, *args: Any, mode: str = "mean", padding: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mode, self.padding = mode, padding

    def call(self, x: Any, lengths: Any = None, weights: Any = None) -> Any:
        if lengths is None:
            count, length = x.shape
            bags = ops.repeat(ops.arange(count), length)
        else:
            count = lengths.shape[0]
            bags = ops.searchsorted(ops.cumsum(lengths), ops.arange(x.shape[0], dtype=lengths.dtype), side="right")
        tokens = ops.reshape(x, (-1,))
        rows = super().call(tokens)
        kept = ops.ones_like(tokens, dtype="bool") if self.padding is None else ops.not_equal(tokens, self.padding)
        inside = ops.segment_sum(ops.cast(kept, rows.dtype), bags, count)[:, None]
        if self.mode == "max":
            largest = ops.segment_max(ops.where(kept[:, None], rows, -float("inf")), bags, count)
            return ops.where(inside > 0, largest, 0.0)
        if weights is not None:
            rows = rows * ops.reshape(weights, (-1, 1))
        y = ops.segment_sum(ops.where(kept[:, None], rows, 0.0), bags, count)
        return y / ops.maximum(inside, 1.0) if self.mode == "mean" else y


class WeightedEmbeddingBag(EmbeddingBag):
    """`EmbeddingBag` of bags of one length with a weight for every token."""

    def call(self, x: Any, weights: Any) -> Any:  # type: ignore[override]
        return super().call(x, None, weights)
