"""Attention: where the mask goes, and which ways the gradient takes."""

from collections.abc import Callable
from typing import Any

import numpy as np

from reference.diagnosis.variant import Catalogue, Variant
from scratch.additive_attention import BahdanauAttention
from scratch.attention import Attention
from scratch.layer import Array

VARIANTS = Catalogue()
own_masked, own_softmax = Attention._masked, Attention._softmax


def _open(self: Any, scores: Array, mask: Array | None) -> Array:
    self.open = ~np.isneginf(own_masked(self, scores, mask).real)
    return scores


def _closed_afterwards(self: Any, scores: Array) -> Array:
    return own_softmax(self, scores) * self.open


VARIANTS.append(Variant("masked-after-softmax", Attention, {"_masked": _open, "_softmax": _closed_afterwards}))


def _without(place: int) -> Callable[[type[Attention]], Any]:
    """The gradient of one of q, k and v is zero."""

    def make(owner: type[Attention]) -> Any:
        own = owner.backward

        def backward(self: Any, dy: Array) -> Any:
            found = list(own(self, dy))
            found[place] = np.zeros_like(found[place])
            return tuple(found)

        return backward

    return make


for _owner in (Attention, BahdanauAttention):
    VARIANTS.append(Variant("keys-without-gradient", _owner, {"backward": _without(1)(_owner)}))
    VARIANTS.append(Variant("values-without-gradient", _owner, {"backward": _without(2)(_owner)}))
