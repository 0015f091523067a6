"""Wrong versions of attention in several heads."""

from typing import Any

import numpy as np

from scratch.attention import DotProductAttention
from scratch.layer import Array
from scratch.multi_head_attention import MultiHeadAttention, SelfAttention
from wrong import Version, Versions
from wrong.common import ANY, GRADIENTS, WEIGHTED, OverwritesOutput, ReusesOutput, TurnsToFloat64, made_by
from wrong.several_inputs import ChangesFirst, CountsCalls, GradientsTurnToFloat64


class OtherAttention(MultiHeadAttention):
    """Base of what goes wrong between the projections."""

    made: type[DotProductAttention]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.attention = self.made(causal=self.attention.causal, always=self.attention.always)


class OfAllHeads(DotProductAttention):
    """Scaled as if the heads were one."""

    def forward(self, q: Array, k: Array, v: Array, mask: Array | None = None) -> Array:
        self.scale = 1 / float(np.sqrt(q.shape[1] * q.shape[-1]))
        return super().forward(q, k, v, mask)


class Inverted(DotProductAttention):
    """The mask is true where it blocks."""

    def forward(self, q: Array, k: Array, v: Array, mask: Array | None = None) -> Array:
        return super().forward(q, k, v, None if mask is None else ~mask)


class Uncausal(DotProductAttention):
    """Sees what follows."""

    def __init__(self, *, causal: bool, always: int) -> None:
        super().__init__(always=always)


class ScaledByAllHeads(OtherAttention):
    """Divides by the root of n, not of the size of a head."""

    made = OfAllHeads


class MaskInverted(OtherAttention):
    """Takes a true mask for one that blocks, as torch.nn.MultiheadAttention does."""

    made = Inverted


class CausalIgnored(OtherAttention):
    """Sees later keys, whatever `causal` says."""

    made = Uncausal


class HeadsReversed(MultiHeadAttention):
    """The heads are put together in the opposite order."""

    def forward(self, *inputs: Any) -> Array:
        super().forward(*inputs)
        self.heads = self.heads[:, ::-1]
        y = np.tensordot(self.heads, self.params["w_o"], ((1, 3), (0, 1)))
        return y + self.params["b_o"] if "b_o" in self.params else y


class HeadsNotTransposed(MultiHeadAttention):
    """Splits (time, heads x size) by a reshape alone, so that heads mix times."""

    def _to_heads(self, name: str, x: Array) -> Array:
        y = super()._to_heads(name, x)
        batch, heads, time, size = y.shape
        return y.transpose(0, 2, 1, 3).reshape(batch, heads, time, size)

    def _from_heads(self, name: str, dy: Array) -> Array:
        batch, heads, time, size = dy.shape
        return super()._from_heads(name, dy.reshape(batch, time, heads, size).transpose(0, 2, 1, 3))


class BiasForgotten(MultiHeadAttention):
    """The projections of queries, keys and values have no biases."""

    def _to_heads(self, name: str, x: Array) -> Array:
        y = super()._to_heads(name, x)
        return y - self.params[f"b_{name}"][:, None] if f"b_{name}" in self.params else y


class OutputBiasTwice(MultiHeadAttention):
    """The bias of the output is added twice."""

    def forward(self, *inputs: Any) -> Array:
        return super().forward(*inputs) + self.params.get("b_o", 0)


class KeyForValue(MultiHeadAttention):
    """The values are projected with the weights of the keys."""

    def _to_heads(self, name: str, x: Array) -> Array:
        fits = self.params["w_k"].shape == self.params["w_v"].shape
        return super()._to_heads("k" if name == "v" and fits else name, x)


class OutputStepsShifted(MultiHeadAttention):
    """The gradient of the output's weights takes every step for the one before it."""

    def backward(self, dy: Array) -> Any:
        dx = super().backward(dy)
        self.grads["w_o"] = np.tensordot(np.roll(self.heads, 1, axis=2), dy, ((0, 2), (0, 1)))
        return dx


class QueriesAveraged(MultiHeadAttention):
    """The gradient of the queries' weights is divided by the batch size."""

    def backward(self, dy: Array) -> Any:
        dx = super().backward(dy)
        self.grads["w_q"] = self.grads["w_q"] / len(dy)
        return dx


class BiasOfFirstStep(MultiHeadAttention):
    """The gradients of the biases are those of the first step."""

    def backward(self, dy: Array) -> Any:
        dx = super().backward(dy)
        if "b_o" in self.grads:
            self.grads["b_o"] = dy[:, 0].sum(axis=0)
        return dx


class ValueHeadsReversed(MultiHeadAttention):
    """The gradients of the values' weights have their heads in the opposite order."""

    def backward(self, dy: Array) -> Any:
        dx = super().backward(dy)
        self.grads["w_v"] = self.grads["w_v"][:, ::-1].copy()
        return dx


class FirstSampleOnly(MultiHeadAttention):
    """The first sample alone trains the keys."""

    def _from_heads(self, name: str, dy: Array) -> Array:
        dx = super()._from_heads(name, dy)
        if name == "k":
            self.grads["w_k"] = np.tensordot(self.inputs["k"][0], dy[0].swapaxes(0, 1), (0, 0))
        return dx


class KeysDetached(MultiHeadAttention):
    """The keys' input gets no gradient."""

    def _from_heads(self, name: str, dy: Array) -> Array:
        dx = super()._from_heads(name, dy)
        return np.zeros_like(dx) if name == "k" else dx


class ValuesOnly(SelfAttention):
    """x gets the gradient that comes through the values only."""

    def backward(self, dy: Array) -> Array:
        self.kept: Array
        super().backward(dy)
        return self.kept

    def _from_heads(self, name: str, dy: Array) -> Array:
        self.kept = super()._from_heads(name, dy)
        return self.kept


class ExtraForgotten(MultiHeadAttention):
    """There is no more key than those of k."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.attention.always = 0

    def _shortened(self, name: str, dx: Array) -> Array:
        if self.bias_kv:
            self.grads[f"extra_{name}"] = np.zeros_like(self.params[f"extra_{name}"])
        return dx


class ExtraProjected(MultiHeadAttention):
    """The key and value that are learnt get the biases of the projection as well."""

    def _extended(self, name: str, x: Array) -> Array:
        y = super()._extended(name, x).copy()
        if self.bias_kv and f"b_{name}" in self.params:
            y[:, :, 0] += self.params[f"b_{name}"]
        return y


class ZeroKeyOnly(MultiHeadAttention):
    """The key of zeros has the first value, not one of zeros."""

    def _extended(self, name: str, x: Array) -> Array:
        y = super()._extended(name, x).copy()
        if self.zero_kv and name == "v":
            y[:, :, self.attention.always - 1] = x[:, :, 0]
        return y


class ExtraSwapped(MultiHeadAttention):
    """The learnt key is taken for the value and the value for the key."""

    def _extended(self, name: str, x: Array) -> Array:
        y = super()._extended(name, x).copy()
        if self.bias_kv:
            y[:, :, 0] = self.params["extra_v" if name == "k" else "extra_k"]
        return y


class ExtraBlocked(DotProductAttention):
    """The last keys are seen by all, in the place of the first."""

    def _masked(self, scores: Array, mask: Array | None) -> Array:
        back, kept = np.roll(scores, -self.always, axis=-1), self.always
        return np.roll(super()._masked(back, mask), kept, axis=-1)


class MaskCountsExtra(OtherAttention):
    """The mask is laid over the keys one or two places too early."""

    made = ExtraBlocked


class ExtraAveraged(MultiHeadAttention):
    """The gradients of the learnt key and value are means over the batch."""

    def _shortened(self, name: str, dx: Array) -> Array:
        y = super()._shortened(name, dx)
        if self.bias_kv:
            self.grads[f"extra_{name}"] = self.grads[f"extra_{name}"] / len(dx)
        return y


class ExtraOfFirstSample(MultiHeadAttention):
    """The gradients of the learnt key and value are those of the first sample."""

    def _shortened(self, name: str, dx: Array) -> Array:
        y = super()._shortened(name, dx)
        if self.bias_kv:
            self.grads[f"extra_{name}"] = dx[0, :, 0].copy()
        return y


class ShortenedAtTheEnd(MultiHeadAttention):
    """The gradients of the keys and values are taken one or two places too early."""

    def _shortened(self, name: str, dx: Array) -> Array:
        super()._shortened(name, dx)
        return dx[:, :, : dx.shape[2] - self.attention.always]


OUTPUTS = (ScaledByAllHeads, HeadsReversed, HeadsNotTransposed, BiasForgotten, OutputBiasTwice, KeyForValue)
MASKS = (MaskInverted, CausalIgnored)
GRADIENT = (OutputStepsShifted, QueriesAveraged, BiasOfFirstStep, ValueHeadsReversed, FirstSampleOnly, KeysDetached)
SEVERAL = (ReusesOutput, OverwritesOutput, TurnsToFloat64, ChangesFirst, CountsCalls, GradientsTurnToFloat64)


def _versions(outputs: tuple[type, ...]) -> Versions:
    return Versions(
        outputs=outputs,
        gradients=(*GRADIENT, *made_by(MultiHeadAttention, GRADIENTS)),
        contract=made_by(MultiHeadAttention, (*SEVERAL, *WEIGHTED)),
    )


def in_self_attention(mistakes: tuple[type, ...]) -> tuple[Version, ...]:
    """The same mistakes made in SelfAttention, whose own methods come first."""
    return tuple(type(each.__name__, (SelfAttention, each), {"__doc__": each.__doc__}) for each in mistakes)


ANY_SIZES = tuple(each for each in OUTPUTS if each is not KeyForValue)
WRONG = {
    "multi_head_attention": _versions((*OUTPUTS, *MASKS)),
    "cross_attention": _versions((*ANY_SIZES, *MASKS)),
    "multi_head_attention_sizes": _versions((*ANY_SIZES, *MASKS)),
    "multi_head_attention_bias_kv": Versions(
        outputs=(*OUTPUTS, *MASKS, ExtraForgotten, ExtraProjected, ZeroKeyOnly, ExtraSwapped, MaskCountsExtra),
        gradients=(*GRADIENT, ExtraAveraged, ExtraOfFirstSample, ShortenedAtTheEnd),
        contract=made_by(MultiHeadAttention, (*SEVERAL, *WEIGHTED)),
    ),
    "self_attention": Versions(
        outputs=in_self_attention((*OUTPUTS, *MASKS)),
        gradients=(*in_self_attention(GRADIENT), ValuesOnly, *made_by(SelfAttention, GRADIENTS)),
        contract=made_by(SelfAttention, (*ANY, *WEIGHTED)),
    ),
}
