"""Wrong versions of additive attention."""

import math
from typing import Any

import numpy as np

from scratch.additive_attention import AdditiveAttention, BahdanauAttention
from scratch.attention import Attention
from scratch.layer import Array, Layer
from wrong import Versions
from wrong.common import (
    GRADIENTS,
    WEIGHTED,
    OverwritesOutput,
    ReusesOutput,
    TurnsToFloat64,
    made_by,
)
from wrong.several_inputs import ChangesFirst, CountsCalls, GradientsTurnToFloat64

# ---- in what either computes


class MaskIgnored(Attention):
    """Ignores the mask."""

    def _masked(self, scores: Array, mask: Array | None) -> Array:
        return super()._masked(scores, None)


class MaskInverted(Attention):
    """Takes a true mask for one that blocks."""

    def _masked(self, scores: Array, mask: Array | None) -> Array:
        return super()._masked(scores, None if mask is None else ~mask)


class MaskedToZero(Attention):
    """Sets the scores of masked keys to 0 instead of -infinity."""

    def _masked(self, scores: Array, mask: Array | None) -> Array:
        masked = super()._masked(scores, mask)
        return np.where(np.isneginf(masked.real), 0, masked)


class CausalIgnored(Attention):
    """Sees later keys, whatever `causal` says."""

    def _masked(self, scores: Array, mask: Array | None) -> Array:
        self.causal = False
        return super()._masked(scores, mask)


class StrictlyCausal(Attention):
    """A query does not see the key at its own place."""

    def _masked(self, scores: Array, mask: Array | None) -> Array:
        scores = super()._masked(scores, mask)
        return np.where(np.tri(*scores.shape[-2:], -1, dtype=np.bool_), scores, -math.inf) if self.causal else scores


class OverQueries(Attention):
    """The softmax runs over the queries."""

    def _softmax(self, scores: Array) -> Array:
        return super()._softmax(scores.swapaxes(-1, -2)).swapaxes(-1, -2)


class Divided(Attention):
    """Divides the scores by the root of the size, as the Transformer does."""

    def _scores(self, q: Array, k: Array) -> Array:
        return super()._scores(q, k) / math.sqrt(q.shape[-1])


class Differences(Attention):
    """Takes the tanh of q - k."""

    def _scores(self, q: Array, k: Array) -> Array:
        return super()._scores(q, -k)


class TanhForgotten(AdditiveAttention):
    """Adds q and k without a tanh."""

    def _scores(self, q: Array, k: Array) -> Array:
        super()._scores(q, k)
        hidden = q[..., :, None, :] + k[..., None, :, :]
        return hidden @ self.params["w"] if "w" in self.params else hidden.sum(axis=-1)


class TanhOfWeighted(AdditiveAttention):
    """Multiplies by w inside the tanh: right where there is no w."""

    def _scores(self, q: Array, k: Array) -> Array:
        w = self.params.get("w", np.ones_like(q[0, 0]))
        super()._scores(q, k)
        return np.tanh(w * (q[..., :, None, :] + k[..., None, :, :])).sum(axis=-1)


class Averages(AdditiveAttention):
    """Averages over the size, where it is not weighted."""

    def _scores(self, q: Array, k: Array) -> Array:
        scores = super()._scores(q, k)
        return scores if "w" in self.params else scores / self.size


class BiasOnBoth(BahdanauAttention):
    """Adds b to the projected queries and keys alike."""

    def _scores(self, q: Array, k: Array) -> Array:
        return super()._scores(q, k + self.params["b"] if "b" in self.params else k)


class BiasForgotten(BahdanauAttention):
    """Leaves b out."""

    def _scores(self, q: Array, k: Array) -> Array:
        return super()._scores(q - self.params["b"] if "b" in self.params else q, k)


class WeightsExchanged(BahdanauAttention):
    """Projects queries with w_k and keys with w_q, where the sizes let it."""

    def forward(self, q: Array, k: Array, v: Array, mask: Array | None = None) -> Array:
        if q.shape[-1] != k.shape[-1]:
            return super().forward(q, k, v, mask)
        w = self.params
        w["w_q"], w["w_k"] = w["w_k"], w["w_q"]
        y = super().forward(q, k, v, mask)
        w["w_q"], w["w_k"] = w["w_k"], w["w_q"]
        return y


# ---- in the gradients


class TanhSlopeForgotten(AdditiveAttention):
    """Passes the gradient through the tanh as it is."""

    def _scores_back(self, dscores: Array) -> Any:
        super()._scores_back(dscores)
        dz = np.broadcast_to(dscores[..., None], self.hidden.shape) * self.params.get("w", 1)
        return dz.sum(axis=-2), dz.sum(axis=-3)


class SigmoidSlope(AdditiveAttention):
    """Takes the tanh for a sigmoid: t (1 - t)."""

    def _scores_back(self, dscores: Array) -> Any:
        super()._scores_back(dscores)
        dz = dscores[..., None] * self.hidden * (1 - self.hidden) * self.params.get("w", 1)
        return dz.sum(axis=-2), dz.sum(axis=-3)


class WeightForgotten(AdditiveAttention):
    """The gradients of q and k leave out w."""

    def _scores_back(self, dscores: Array) -> Any:
        dq, dk = super()._scores_back(dscores)
        w = self.params.get("w", 1)
        return dq / w, dk / w


class SoftmaxSlopeForgotten(Attention):
    """Passes the gradient of the weights on as that of the scores."""

    def backward(self, dy: Array) -> Any:
        dv = super().backward(dy)[2]
        return *self._scores_back(dy @ self.v.swapaxes(-1, -2)), dv


class DiagonalSlope(Attention):
    """Takes the softmax for elementwise: y (1 - y)."""

    def backward(self, dy: Array) -> Any:
        dv = super().backward(dy)[2]
        slope = self.weights * (1 - self.weights)
        return *self._scores_back(slope * (dy @ self.v.swapaxes(-1, -2))), dv


class NoGradientOfKeys(Layer):
    """The keys get no gradient."""

    def backward(self, dy: Array) -> Any:
        dq, dk, dv = super().backward(dy)
        return dq, np.zeros_like(dk), dv


class KeysAsValues(Layer):
    """The gradient of the values is left out, as where keys and values are one."""

    def backward(self, dy: Array) -> Any:
        dq, dk, dv = super().backward(dy)
        return dq, dk, np.zeros_like(dv)


class HiddenOfLastQuery(AdditiveAttention):
    """The gradient of w comes from the last query alone."""

    def _scores_back(self, dscores: Array) -> Any:
        back = super()._scores_back(dscores)
        if "w" in self.params:
            last = dscores[..., -1:, :].ravel()
            self.grads["w"] = last @ self.hidden[..., -1:, :, :].reshape(-1, self.size)
        return back


class BiasOfBoth(BahdanauAttention):
    """The gradient of b counts the keys too, as if b stood on both sides."""

    def backward(self, dy: Array) -> Any:
        back = super().backward(dy)
        if "b" in self.grads:
            self.grads["b"] = 2 * self.grads["b"]
        return back


class KeyWeightsOfValues(BahdanauAttention):
    """The gradient of w_k is halved."""

    def backward(self, dy: Array) -> Any:
        back = super().backward(dy)
        self.grads["w_k"] = self.grads["w_k"] / 2
        return back


OUTPUTS = (MaskIgnored, MaskInverted, MaskedToZero, CausalIgnored, StrictlyCausal, OverQueries, Divided, Differences)
SLOPES = (SoftmaxSlopeForgotten, DiagonalSlope, NoGradientOfKeys, KeysAsValues)
CONTRACT = (
    ReusesOutput,
    OverwritesOutput,
    TurnsToFloat64,
    ChangesFirst,
    CountsCalls,
    GradientsTurnToFloat64,
    *WEIGHTED,
)

WRONG = {
    "additive_attention": Versions(
        outputs=(*made_by(AdditiveAttention, OUTPUTS), TanhForgotten, TanhOfWeighted, Averages),
        gradients=(
            *made_by(AdditiveAttention, (*GRADIENTS, *SLOPES)),
            TanhSlopeForgotten,
            SigmoidSlope,
            WeightForgotten,
            HiddenOfLastQuery,
        ),
        contract=made_by(AdditiveAttention, CONTRACT),
    ),
    "bahdanau_attention": Versions(
        outputs=(*made_by(BahdanauAttention, OUTPUTS), BiasOnBoth, BiasForgotten, WeightsExchanged),
        gradients=(*made_by(BahdanauAttention, (*GRADIENTS, *SLOPES)), BiasOfBoth, KeyWeightsOfValues),
        contract=made_by(BahdanauAttention, CONTRACT),
    ),
}
