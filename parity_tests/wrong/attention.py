"""Wrong versions of attention."""

import functools
import math
from typing import Any

import numpy as np

from scratch.attention import DotProductAttention
from scratch.layer import Array
from wrong import Version, Versions
from wrong.common import GRADIENTS, OverwritesOutput, ReusesOutput, TurnsToFloat64, made_by
from wrong.several_inputs import ChangesFirst, CountsCalls, GradientsTurnToFloat64

Mask = Array | None


class Unscaled(DotProductAttention):
    """Leaves the scores unscaled, as Luong's attention does."""

    def __init__(self, *, scale: float | None = None, causal: bool = False) -> None:
        super().__init__(scale=1.0 if scale is None else scale, causal=causal)


class DividesBySize(DotProductAttention):
    """Divides by the size, not by its root."""

    def forward(self, q: Array, k: Array, v: Array, mask: Mask = None) -> Array:
        self.scale = 1 / q.shape[-1] if self.scale is None else self.scale
        return super().forward(q, k, v, mask)


class ScalesByKeys(DotProductAttention):
    """Takes the root of the number of keys in the place of their size."""

    def forward(self, q: Array, k: Array, v: Array, mask: Mask = None) -> Array:
        self.scale = 1 / math.sqrt(k.shape[-2]) if self.scale is None else self.scale
        return super().forward(q, k, v, mask)


class MaskInverted(DotProductAttention):
    """Takes a true mask for one that blocks, as torch.nn.MultiheadAttention does."""

    def forward(self, q: Array, k: Array, v: Array, mask: Mask = None) -> Array:
        return super().forward(q, k, v, ~mask if mask is not None and mask.dtype == bool else mask)


class MaskIgnored(DotProductAttention):
    """Ignores the mask."""

    def forward(self, q: Array, k: Array, v: Array, mask: Mask = None) -> Array:
        return super().forward(q, k, v)


class MaskedToZero(DotProductAttention):
    """Sets the scores of masked keys to 0 instead of -infinity."""

    def _masked(self, scores: Array, mask: Mask) -> Array:
        masked = super()._masked(scores, mask)
        return np.where(np.isneginf(masked.real), 0, masked)


class MaskedAfterSoftmax(DotProductAttention):
    """Masks the weights after the softmax, so that they no longer sum to 1."""

    def _masked(self, scores: Array, mask: Mask) -> Array:
        self.open = ~np.isneginf(super()._masked(scores, mask).real)
        return scores

    def _softmax(self, scores: Array) -> Array:
        return super()._softmax(scores) * self.open


class CausalIgnored(DotProductAttention):
    """Sees later keys, whatever `causal` says."""

    def _masked(self, scores: Array, mask: Mask) -> Array:
        self.causal = False
        return super()._masked(scores, mask)


class StrictlyCausal(DotProductAttention):
    """A query does not see the key at its own place."""

    def _masked(self, scores: Array, mask: Mask) -> Array:
        scores = super()._masked(scores, mask)
        if self.causal:
            scores = np.where(np.tri(*scores.shape[-2:], -1, dtype=np.bool_), scores, -math.inf)
        return scores


class CausalFromTheEnd(DotProductAttention):
    """The last query sees all keys, where there are more keys than queries."""

    def _masked(self, scores: Array, mask: Mask) -> Array:
        if not self.causal:
            return super()._masked(scores, mask)
        self.causal = False
        queries, keys = scores.shape[-2:]
        scores = super()._masked(scores, mask)
        self.causal = True
        return np.where(np.tri(queries, keys, keys - queries, dtype=np.bool_), scores, -math.inf)


class OverQueries(DotProductAttention):
    """The softmax runs over the queries."""

    def _softmax(self, scores: Array) -> Array:
        return super()._softmax(scores.swapaxes(-1, -2)).swapaxes(-1, -2)


class NothingTakenOff(DotProductAttention):
    """exp of the scores as they are: infinite for large ones."""

    def _softmax(self, scores: Array) -> Array:
        e = np.exp(scores)
        total = e.sum(axis=-1, keepdims=True)
        return e / np.where(total == 0, 1, total)


class LargestOfAllTakenOff(DotProductAttention):
    """Takes the largest score of all off, not that of the query: where the others are far below nothing is left."""

    def _softmax(self, scores: Array) -> Array:
        e = np.exp(scores - scores.real.max())
        total = e.sum(axis=-1, keepdims=True)
        return e / np.where(total == 0, 1, total)


class ScaleOfOneAtMost(DotProductAttention):
    """Scores are made smaller by the scale, never larger."""

    def __init__(self, *, scale: float | None = None, causal: bool = False) -> None:
        super().__init__(scale=scale and min(scale, 1.0), causal=causal)


class SoftmaxSlopeForgotten(DotProductAttention):
    """Passes the gradient of the weights on as that of the scores."""

    def backward(self, dy: Array) -> Any:
        dscores = dy @ self.v.swapaxes(-1, -2) * self.factor
        return dscores @ self.k, dscores.swapaxes(-1, -2) @ self.q, self.weights.swapaxes(-1, -2) @ dy


class DiagonalSlope(DotProductAttention):
    """Takes the softmax for elementwise: y (1 - y)."""

    def backward(self, dy: Array) -> Any:
        slope = self.weights * (1 - self.weights)
        dscores = slope * (dy @ self.v.swapaxes(-1, -2)) * self.factor
        return dscores @ self.k, dscores.swapaxes(-1, -2) @ self.q, self.weights.swapaxes(-1, -2) @ dy


class ScaleForgotten(DotProductAttention):
    """The gradients of q and k leave out the scale."""

    def backward(self, dy: Array) -> Any:
        dq, dk, dv = super().backward(dy)
        return dq / self.factor, dk / self.factor, dv


class ScaleOfOneOnly(DotProductAttention):
    """The gradient of k leaves out the scale."""

    def backward(self, dy: Array) -> Any:
        dq, dk, dv = super().backward(dy)
        return dq, dk / self.factor, dv


class NoGradientOfKeys(DotProductAttention):
    """The keys get no gradient."""

    def backward(self, dy: Array) -> Any:
        dq, dk, dv = super().backward(dy)
        return dq, np.zeros_like(dk), dv


class ValuesUnweighted(DotProductAttention):
    """Every value gets the cotangents of all queries alike."""

    def backward(self, dy: Array) -> Any:
        dq, dk, dv = super().backward(dy)
        return dq, dk, np.broadcast_to(dy.sum(axis=-2, keepdims=True) / dv.shape[-2], dv.shape).copy()


def _luong(version: Any) -> Version:
    made = functools.partial(version, scale=1.0)
    return functools.update_wrapper(made, version, ("__name__", "__doc__"), ())


class ScaledAfterAll(DotProductAttention):
    """Divides the scores by the root of the size, as the Transformer does."""

    def forward(self, q: Array, k: Array, v: Array, mask: Mask = None) -> Array:
        self.scale = 1 / math.sqrt(q.shape[-1])
        return super().forward(q, k, v, mask)


SLOPES = (SoftmaxSlopeForgotten, DiagonalSlope, NoGradientOfKeys, ValuesUnweighted)

WRONG = {
    "luong_attention": Versions(
        outputs=tuple(map(_luong, (ScaledAfterAll, CausalIgnored, StrictlyCausal, OverQueries))),
        gradients=tuple(map(_luong, (*SLOPES, *made_by(DotProductAttention, GRADIENTS)))),
    ),
    "dot_product_attention": Versions(
        outputs=(
            Unscaled,
            DividesBySize,
            ScalesByKeys,
            MaskInverted,
            MaskIgnored,
            MaskedToZero,
            MaskedAfterSoftmax,
            CausalIgnored,
            StrictlyCausal,
            CausalFromTheEnd,
            OverQueries,
            NothingTakenOff,
            LargestOfAllTakenOff,
            ScaleOfOneAtMost,
        ),
        gradients=(
            *SLOPES,
            ScaleForgotten,
            ScaleOfOneOnly,
            *made_by(DotProductAttention, GRADIENTS),
        ),
        contract=made_by(
            DotProductAttention,
            (ReusesOutput, OverwritesOutput, TurnsToFloat64, ChangesFirst, CountsCalls, GradientsTurnToFloat64),
        ),
    ),
}
