"""Wrong versions of the Transformer's decoder block: what attends to what, under which mask, and its gradient."""

from typing import Any

import numpy as np

from scratch.layer import Array
from scratch.transformer import TransformerDecoderBlock

Mask = Array | None


class MemoryNormalised(TransformerDecoderBlock):
    """The memory is normalised too, as the queries are, where that comes first."""

    def forward(self, x: Array, memory: Array, self_mask: Mask = None, cross_mask: Mask = None) -> Array:
        if self.order == "pre":
            memory = self.norm_2.forward(memory)
        return super().forward(x, memory, self_mask, cross_mask)


class Across(TransformerDecoderBlock):
    """Base of what attends to the memory otherwise."""

    def forward(self, x: Array, memory: Array, self_mask: Mask = None, cross_mask: Mask = None) -> Array:
        h = self.around(lambda s: self.self_attention.forward(s, self_mask), x, self.norm_1)
        g = self.around(lambda s: self.across(s, memory, cross_mask, x, h), h, self.norm_2)
        return self.around(self.feed_forward, g, self.norm_3)

    def across(self, s: Array, memory: Array, mask: Mask, x: Array, h: Array) -> Array:
        return self.cross_attention.forward(s, memory, memory, mask)


class MemoryAsQueries(Across):
    """The memory asks and the sequence is asked, where both are as long."""

    def across(self, s: Array, memory: Array, mask: Mask, x: Array, h: Array) -> Array:
        if s.shape == memory.shape:
            return self.cross_attention.forward(memory, s, s, mask)
        return super().across(s, memory, mask, x, h)


class MemoryAsKeysOnly(Across):
    """The values are the sequence's own, where it is as long as the memory."""

    def across(self, s: Array, memory: Array, mask: Mask, x: Array, h: Array) -> Array:
        return self.cross_attention.forward(s, memory, s if s.shape == memory.shape else memory, mask)


class MemoryAsValuesOnly(Across):
    """The keys are the sequence's own, where it is as long as the memory."""

    def across(self, s: Array, memory: Array, mask: Mask, x: Array, h: Array) -> Array:
        return self.cross_attention.forward(s, s if s.shape == memory.shape else memory, memory, mask)


class MemoryIgnored(Across):
    """Attends to itself twice, where the memory is as long."""

    def across(self, s: Array, memory: Array, mask: Mask, x: Array, h: Array) -> Array:
        asked = s if s.shape == memory.shape else memory
        return self.cross_attention.forward(s, asked, asked, mask)


class InputAsks(Across):
    """The queries of the cross-attention are the input, not what the self-attention made of it."""

    def across(self, s: Array, memory: Array, mask: Mask, x: Array, h: Array) -> Array:
        return self.cross_attention.forward(x, memory, memory, mask)


class CrossAttentionForgotten(Across):
    """There is no cross-attention; the normalisation is there."""

    def across(self, s: Array, memory: Array, mask: Mask, x: Array, h: Array) -> Array:
        return np.zeros_like(super().across(s, memory, mask, x, h))


class CausalAcross(TransformerDecoderBlock):
    """`causal` hides steps of the memory too."""

    def __init__(self, *args: Any, causal: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, causal=causal, **kwargs)
        self.cross_attention.attention.causal = causal


class CausalAcrossOnly(CausalAcross):
    """`causal` hides steps of the memory, and not the places that follow."""

    def __init__(self, *args: Any, causal: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, causal=causal, **kwargs)
        self.self_attention.attention.causal = False


class CausalIgnored(TransformerDecoderBlock):
    """Sees places that follow, whatever `causal` says."""

    def __init__(self, *args: Any, causal: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class AlwaysCausal(TransformerDecoderBlock):
    """Never sees places that follow, whatever `causal` says."""

    def __init__(self, *args: Any, causal: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, causal=True, **kwargs)


class MasksSwapped(TransformerDecoderBlock):
    """Each attention has the mask of the other, where the memory is as long as the sequence."""

    def forward(self, x: Array, memory: Array, self_mask: Mask = None, cross_mask: Mask = None) -> Array:
        if x.shape == memory.shape:
            self_mask, cross_mask = cross_mask, self_mask
        return super().forward(x, memory, self_mask, cross_mask)


class SelfMaskIgnored(TransformerDecoderBlock):
    """The mask of the sequence is not handed to the self-attention."""

    def forward(self, x: Array, memory: Array, self_mask: Mask = None, cross_mask: Mask = None) -> Array:
        return super().forward(x, memory, None, cross_mask)


class CrossMaskIgnored(TransformerDecoderBlock):
    """The mask of the memory is not handed to the cross-attention."""

    def forward(self, x: Array, memory: Array, self_mask: Mask = None, cross_mask: Mask = None) -> Array:
        return super().forward(x, memory, self_mask)


class CrossMaskInverted(TransformerDecoderBlock):
    """Takes a true mask of the memory for one that blocks, as PyTorch does."""

    def forward(self, x: Array, memory: Array, self_mask: Mask = None, cross_mask: Mask = None) -> Array:
        return super().forward(x, memory, self_mask, None if cross_mask is None else ~cross_mask)


class AttentionsSwapped(TransformerDecoderBlock):
    """The two attentions have each other's weights."""

    def forward(self, *inputs: Array) -> Array:
        ours, theirs = self.self_attention, self.cross_attention
        ours.params, theirs.params = theirs.params, ours.params
        y = super().forward(*inputs)
        ours.params, theirs.params = theirs.params, ours.params
        return y


class OneAttention(TransformerDecoderBlock):
    """The weights of the self-attention serve both attentions."""

    def forward(self, *inputs: Array) -> Array:
        own = self.cross_attention.params
        self.cross_attention.params = self.self_attention.params
        y = super().forward(*inputs)
        self.cross_attention.params = own
        return y


class CrossAttentionFirst(TransformerDecoderBlock):
    """Attends to the memory before it attends to itself."""

    def forward(self, x: Array, memory: Array, self_mask: Mask = None, cross_mask: Mask = None) -> Array:
        h = self.around(lambda s: self.cross_attention.forward(s, memory, memory, cross_mask), x, self.norm_2)
        g = self.around(lambda s: self.self_attention.forward(s, self_mask), h, self.norm_1)
        return self.around(self.feed_forward, g, self.norm_3)


class FeedForwardBetween(TransformerDecoderBlock):
    """The dense layers come between the attentions."""

    def forward(self, x: Array, memory: Array, self_mask: Mask = None, cross_mask: Mask = None) -> Array:
        h = self.around(lambda s: self.self_attention.forward(s, self_mask), x, self.norm_1)
        g = self.around(self.feed_forward, h, self.norm_3)
        return self.around(lambda s: self.cross_attention.forward(s, memory, memory, cross_mask), g, self.norm_2)


class MemoryCached(TransformerDecoderBlock):
    """Keeps the memory of its first pass, as caches of keys and values do, where a later one is as large."""

    cached: Array | None = None

    def forward(self, x: Array, memory: Array, self_mask: Mask = None, cross_mask: Mask = None) -> Array:
        if self.cached is None or self.cached.shape != memory.shape:
            self.cached = memory
        return super().forward(x, self.cached, self_mask, cross_mask)


class MaskKept(TransformerDecoderBlock):
    """A pass without a mask of the memory takes that of the pass before, where it fits."""

    kept: Mask = None

    def forward(self, x: Array, memory: Array, self_mask: Mask = None, cross_mask: Mask = None) -> Array:
        if cross_mask is None and self.kept is not None and self.kept.shape[2] == memory.shape[1]:
            cross_mask = self.kept
        self.kept = cross_mask
        return super().forward(x, memory, self_mask, cross_mask)


class MemoryDetached(TransformerDecoderBlock):
    """The memory gets no gradient."""

    def backward(self, dy: Array) -> Any:
        dx, dmemory = super().backward(dy)
        return dx, np.zeros_like(dmemory)


class AcrossBackward(TransformerDecoderBlock):
    """Base of what takes only some of the gradients of queries, keys and values."""

    kept: str

    def _cross_attention_backward(self, dy: Array) -> Array:
        dq, dk, dv = (
            d if name in self.kept else np.zeros_like(d)
            for name, d in zip("qkv", self.cross_attention.backward(dy), strict=True)
        )
        self.dmemory = dk + dv
        return dq


class MemoryByKeysOnly(AcrossBackward):
    """The memory gets the gradient that comes through the keys only."""

    kept = "qk"


class MemoryByValuesOnly(AcrossBackward):
    """The memory gets the gradient that comes through the values only."""

    kept = "qv"


class QueriesDetached(AcrossBackward):
    """No gradient flows through the queries of the cross-attention."""

    kept = "kv"


class MemoryGradientAdded(TransformerDecoderBlock):
    """The gradient of the memory goes to the sequence too, where it is as long."""

    def _cross_attention_backward(self, dy: Array) -> Array:
        dq = super()._cross_attention_backward(dy)
        return dq + self.dmemory if dq.shape == self.dmemory.shape else dq


OF_THE_MEMORY = (
    MemoryNormalised,
    MemoryAsQueries,
    MemoryAsKeysOnly,
    MemoryAsValuesOnly,
    MemoryIgnored,
    InputAsks,
    CrossAttentionForgotten,
    CausalAcross,
    CausalAcrossOnly,
    CausalIgnored,
    AlwaysCausal,
    MasksSwapped,
    SelfMaskIgnored,
    CrossMaskIgnored,
    CrossMaskInverted,
    AttentionsSwapped,
    OneAttention,
    CrossAttentionFirst,
    FeedForwardBetween,
)
TO_THE_MEMORY = (MemoryDetached, MemoryByKeysOnly, MemoryByValuesOnly, QueriesDetached, MemoryGradientAdded)
BETWEEN_PASSES = (MemoryCached, MaskKept)
