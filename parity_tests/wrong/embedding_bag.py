"""Wrong versions of the embedding of bags."""

from typing import Any

import numpy as np

from scratch.embedding_bag import Bags, EmbeddingBag, RaggedEmbeddingBag
from scratch.layer import Array, Layer
from wrong import Versions
from wrong.common import GRADIENTS, WEIGHTED, OverwritesOutput, TurnsToFloat64, made_by


class OtherMode(Bags):
    """Sums where the mean is asked for, and the other way round."""

    def __init__(self, *args: Any, mode: str = "mean", **kwargs: Any) -> None:
        super().__init__(*args, mode={"sum": "mean", "mean": "sum"}.get(mode, mode), **kwargs)


class PaddingCounted(Bags):
    """The padding counts in the mean."""

    def pool(self, x: Array, bags: Array, count: int, weights: Array | None) -> Array:
        y = super().pool(x, bags, count, weights)
        if self.mode == "mean":
            share = np.bincount(bags[self.kept], minlength=count) / np.maximum(np.bincount(bags, minlength=count), 1)
            self.shares = self.shares * share[bags][:, None].astype(self.shares.dtype)
            y = y * share[:, None].astype(y.dtype)
        return y


class PaddingIn(Bags):
    """The padding is in the bags like any token."""

    def pool(self, x: Array, bags: Array, count: int, weights: Array | None) -> Array:
        kept, self.padding = self.padding, None
        y = super().pool(x, bags, count, weights)
        self.padding = kept
        return y


class SmallestInstead(Bags):
    """Takes the smallest where the largest is asked for."""

    def _largest(self, inside: Array) -> Array:
        self.rows = -self.rows
        y = -super()._largest(inside)
        self.rows = -self.rows
        return y


class LongestWhole(Bags):
    """Takes the row of the largest sum where each element's largest is asked for."""

    def _largest(self, inside: Array) -> Array:
        y = super()._largest(inside)
        for n in np.flatnonzero(inside):
            rows = self.rows[(self.bags == n) & self.kept]
            y[n] = rows[rows.sum(axis=1).argmax()]
        return y


class NegativeHidden(Bags):
    """The largest is at least 0."""

    def _largest(self, inside: Array) -> Array:
        y = super()._largest(inside)
        return np.where(y.real > 0, y, 0)


class BagsMixed(Bags):
    """Every token is in the bag after its own."""

    def pool(self, x: Array, bags: Array, count: int, weights: Array | None) -> Array:
        return super().pool(x, (bags + 1) % count, count, weights)


class RootOfLength(Bags):
    """The sum is divided by the root of the number of tokens."""

    def pool(self, x: Array, bags: Array, count: int, weights: Array | None) -> Array:
        y = super().pool(x, bags, count, weights)
        scale = np.sqrt(np.maximum(np.bincount(bags, minlength=count), 1))[:, None].astype(y.dtype)
        return y if self.mode == "max" else y / scale


class RowAfter(Bags):
    """Looks up the row after the token's, as if tokens counted from 1."""

    def pool(self, x: Array, bags: Array, count: int, weights: Array | None) -> Array:
        return super().pool((x + 1) % len(self.params["w"]), bags, count, weights)


class WeightsIgnored(Bags):
    """All weights are 1."""

    def pool(self, x: Array, bags: Array, count: int, weights: Array | None) -> Array:
        return super().pool(x, bags, count, None if weights is None else np.ones_like(weights))


class WeightsNormalised(Bags):
    """The weights of a bag sum to 1."""

    def pool(self, x: Array, bags: Array, count: int, weights: Array | None) -> Array:
        if weights is None:
            return super().pool(x, bags, count, weights)
        total = np.zeros(count, weights.dtype)
        np.add.at(total, bags, weights)
        return super().pool(x, bags, count, weights / total[bags])


class FirstTokenOnly(Bags):
    """Only the first token of a bag gets a gradient."""

    def pool(self, x: Array, bags: Array, count: int, weights: Array | None) -> Array:
        y = super().pool(x, bags, count, weights)
        self.shares = self.shares * np.r_[True, np.diff(bags) > 0][:, None]
        return y


class ShareForgotten(Bags):
    """Every token gets the whole gradient."""

    def pool(self, x: Array, bags: Array, count: int, weights: Array | None) -> Array:
        y = super().pool(x, bags, count, weights)
        self.shares = np.ones_like(self.shares)
        return y


class LastOccurrence(Bags):
    """A token that occurs several times gets the gradient of the last place only."""

    def backward(self, dy: Array) -> Any:
        made = super().backward(dy)
        flat = self.x.ravel()
        dw = np.zeros_like(self.params["w"])
        dw[flat] = dy[self.bags] * self.shares
        self.grads["w"] = dw
        return made


class WeightsLikeRows(Bags):
    """The gradient of a weight is the mean over the row, not the sum."""

    def backward(self, dy: Array) -> Any:
        made = super().backward(dy)
        return made / dy.shape[1] if self.weighted else made


class WeightsWeighted(Bags):
    """The gradient of a weight has the weight as a factor."""

    def backward(self, dy: Array) -> Any:
        made = super().backward(dy)
        return made * self.shares.reshape(made.shape) if self.weighted else made


class WeightOfPaddingTrained(Bags):
    """The weight of padding gets a gradient."""

    def backward(self, dy: Array) -> Any:
        kept, self.kept = self.kept, np.ones_like(self.kept)
        made = super().backward(dy)
        self.kept = kept
        return made


OUTPUTS = (OtherMode, SmallestInstead, LongestWhole, NegativeHidden, BagsMixed, RootOfLength, RowAfter)
SHARES = (FirstTokenOnly, ShareForgotten, LastOccurrence)
BESIDE: tuple[type[Layer], ...] = (OverwritesOutput, TurnsToFloat64, *WEIGHTED)
WITH_WEIGHTS = (WeightsLikeRows, WeightsWeighted)

WRONG = {
    "embedding_bag": Versions(
        made_by(EmbeddingBag, (*OUTPUTS, PaddingCounted, PaddingIn)),
        made_by(EmbeddingBag, (*SHARES, *GRADIENTS)),
        contract=made_by(EmbeddingBag, BESIDE),
    ),
    "weighted_embedding_bag": Versions(
        made_by(EmbeddingBag, (WeightsIgnored, WeightsNormalised, PaddingIn, BagsMixed, RowAfter)),
        made_by(EmbeddingBag, (*SHARES, *WITH_WEIGHTS, WeightOfPaddingTrained, *GRADIENTS)),
        contract=made_by(EmbeddingBag, BESIDE),
    ),
    "ragged_embedding_bag": Versions(
        made_by(RaggedEmbeddingBag, (*OUTPUTS, WeightsIgnored, WeightsNormalised)),
        made_by(RaggedEmbeddingBag, (*SHARES, *WITH_WEIGHTS, *GRADIENTS)),
        contract=made_by(RaggedEmbeddingBag, BESIDE),
    ),
}
