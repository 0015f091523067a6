"""How wrong versions of layers made of layers come about, and mistakes that all of them can make."""

from collections.abc import Callable
from typing import Any

import numpy as np

from scratch.layer import Array, Layer
from scratch.network import Composite
from wrong import Version


def recast(model: Callable[..., Composite], *kinds: Version) -> tuple[Version, ...]:
    """What `model` makes, turned into each of these classes."""
    return tuple(_changed(model, kind, "") for kind in kinds)


def within(model: Callable[..., Composite], part: str, *kinds: Version) -> tuple[Version, ...]:
    """What `model` makes, with the part of that dotted name turned into each of these classes."""
    return tuple(_changed(model, kind, part) for kind in kinds)


def _changed(model: Callable[..., Composite], kind: Version, part: str) -> Version:
    def made(**options: Any) -> Composite:
        network = model(**options)
        target: Any = network
        for name in part.split(".") if part else ():
            # cases differ in the parts they have
            target = target.parts.get(name, Layer())
        target.__class__ = kind
        return network

    made.__name__ = f"{kind.__name__}{part.title().replace('.', '')}"
    said = (kind.__doc__ or "").partition("\n")[0]
    made.__doc__ = f"{part}: {said}" if part else said
    return made


# ---- of any composite


class FirstPartFrozen(Composite):
    """The gradients of the first part are zero."""

    def backward(self, dy: Array) -> Any:
        back = super().backward(dy)
        for g in next(iter(self.parts.values())).grads.values():
            g *= 0
        return back


class LastPartFrozen(Composite):
    """The gradients of the last part are zero."""

    def backward(self, dy: Array) -> Any:
        back = super().backward(dy)
        for g in list(self.parts.values())[-1].grads.values():
            g *= 0
        return back


class UpdatesWeights(Composite):
    """Steps the weights inside the backward pass."""

    def backward(self, dy: Array) -> Any:
        back = super().backward(dy)
        for name, w in self.params.items():
            w -= 0.01 * self.grads[name]
        return back


class TurnsToFloat64(Composite):
    """Adds a float64 scalar to the output, which makes float32 float64."""

    def forward(self, *inputs: Array) -> Array:
        return super().forward(*inputs) + np.float64(0)
