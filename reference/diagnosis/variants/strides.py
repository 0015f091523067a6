"""Convolutions that are right for stride 1 and without padding, and forget one of the two elsewhere."""

from collections.abc import Callable
from typing import Any

import numpy as np

from reference.diagnosis.variant import Catalogue, Variant
from scratch.convolution import Convolution
from scratch.layer import Array
from scratch.windows import Pads, crop, pad

VARIANTS = Catalogue()
Method = Callable[..., Any]
own_forward, own_backward = Convolution.forward, Convolution.backward
ALL, W, X = ("w", "x"), ("w",), ("x",)


def _stride_ignored(of: tuple[str, ...]) -> Method:
    """Windows that are 1 apart in the gradients of these."""

    def backward(self: Convolution, dy: Array) -> Array | None:
        dx, dw, stride = own_backward(self, dy), self.grads["w"], self.stride
        self.stride = (1,) * self.rank
        dense = own_backward(self, dy)
        self.stride = stride
        if "w" not in of:
            self.grads["w"] = dw
        return dense if "x" in of else dx

    return backward


VARIANTS += [Variant("conv-stride-ignored", Convolution, {"backward": _stride_ignored(of)}) for of in (ALL, W, X)]


def _at_the_end(pads: Pads) -> Pads:
    """As many zeros as there are, all of them behind."""
    return [(0, before + after) for before, after in pads]


def _at_the_front(pads: Pads) -> Pads:
    return [(before + after, 0) for before, after in pads]


def _nowhere(pads: Pads) -> Pads:
    return [(0, 0)] * len(pads)


@VARIANTS.add("conv-input-not-padded", Convolution)
def forward(self: Convolution, x: Array) -> Array:
    """The output is as large as padding makes it, but the windows begin at the input itself and run out of it."""
    y = own_forward(self, x)
    pads, own = _at_the_end(self.pads), self.padding
    behind = [(0, 0), *pads, (0, 0)]
    self.padding = "valid"
    y = own_forward(self, np.pad(x, behind))
    self.padding, self.pads = own, pads
    return y


def _cut(elsewhere: Callable[[Pads], Pads]) -> Method:
    """The padding is taken off dx in other places than it was put."""

    def backward(self: Convolution, dy: Array) -> Array | None:
        kept, self.pads = self.pads, elsewhere(self.pads)
        dx = own_backward(self, dy)
        self.pads = kept
        return dx

    return backward


for _elsewhere in (_at_the_end, _at_the_front, _nowhere):
    VARIANTS.append(Variant("conv-padding-cut-wrongly", Convolution, {"backward": _cut(_elsewhere)}))


@VARIANTS.add("conv-padding-ignored", Convolution, "backward")
def _from_unpadded(self: Convolution, dy: Array) -> Array | None:
    """dw from the input as it came: its windows begin at the input itself."""
    dx, kept = own_backward(self, dy), self.x
    self.x = pad(crop(kept, self.pads), _at_the_end(self.pads))
    own_backward(self, dy)
    self.x = kept
    return dx
