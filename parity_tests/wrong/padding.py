"""Wrong versions of padding with something else than zeros."""

from typing import Any

import numpy as np

from scratch import padding
from scratch.borders import contract, extend
from scratch.layer import Array, Layer
from scratch.padding import BorderPadding, ConstantPadding
from scratch.resizing import ZeroPadding
from wrong import Versions
from wrong.common import GRADIENTS, LINEAR, made_by


class SidesSwapped(Layer):
    """What belongs before x is put behind it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pads = [(after, before) for before, after in self.pads]


class AxesReversed(Layer):
    """Takes the amounts with the last axis first, as PyTorch has them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pads = self.pads[::-1]


class ZerosInstead(ZeroPadding):
    """The padding is 0."""

    def forward(self, x: Array) -> Array:
        return np.pad(x, [(0, 0), *self.pads, (0, 0)])


class OppositeValue(ConstantPadding):
    """The padding has the opposite sign."""

    def forward(self, x: Array) -> Array:
        return np.pad(x, [(0, 0), *self.pads, (0, 0)], constant_values=-self.value)


class AddsValue(ConstantPadding):
    """The value is added to x as well."""

    def forward(self, x: Array) -> Array:
        return super().forward(x) + np.pad(np.full_like(x, self.value), [(0, 0), *self.pads, (0, 0)])


class ChannelsToo(ConstantPadding):
    """The first channel is the value as well."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        y[..., 0] = self.value
        return y


class MeanInstead(BorderPadding):
    """The padding is the mean of the axis."""

    def forward(self, x: Array) -> Array:
        return np.pad(x, [(0, 0), *self.pads, (0, 0)], mode="mean")


class Another(BorderPadding):
    """Goes on in another mode."""

    other: Any

    def forward(self, x: Array) -> Array:
        return extend(x, [tuple(min(n, x.shape[i] - 1) for n in p) for i, p in enumerate(self.pads, 1)], self.other)


class Reflects(Another):
    """Reflects without the border, as far as that goes."""

    other = "reflect"


class Mirrors(Another):
    """Reflects with the border, as far as that goes."""

    other = "symmetric"


class Replicates(Another):
    """Repeats the border, as far as the others go."""

    other = "replicate"


class GoesAround(Another):
    """Goes on at the other end, as far as that goes."""

    other = "circular"


class BackwardCrops(BorderPadding):
    """What the copies got is left out."""

    def backward(self, dy: Array) -> Array:
        inner = (slice(before, size - after) for (before, after), size in zip(self.pads, dy.shape[1:-1], strict=True))
        return dy[:, *inner].copy()


class BackwardAssigns(BorderPadding):
    """Of several copies of an element only one gives it its gradient: assigned, not added."""

    def backward(self, dy: Array) -> Array:
        inner = [n - sum(pads) for pads, n in zip(self.pads, dy.shape[1:-1], strict=True)]
        places = np.arange(np.prod(inner)).reshape(1, *inner, 1)
        dx = np.zeros((len(dy), int(np.prod(inner)), dy.shape[-1]), dy.dtype)
        dx[:, extend(places, self.pads, self.mode).ravel()] = dy.reshape(len(dy), -1, dy.shape[-1])
        return dx.reshape(len(dy), *inner, dy.shape[-1])


class BackwardAverages(BorderPadding):
    """The gradient is averaged over the copies."""

    def backward(self, dy: Array) -> Array:
        return super().backward(dy) / contract(np.ones_like(dy), self.pads, self.mode)


class BackwardSidesSwapped(Layer):
    """The gradient is taken with the sides swapped."""

    pads: Any

    def backward(self, dy: Array) -> Any:
        kept = self.pads
        self.pads = [(after, before) for before, after in kept]
        dx = super().backward(dy)
        self.pads = kept
        return dx


class BackwardOneLate(Layer):
    """The gradient comes one later along the first axis."""

    def backward(self, dy: Array) -> Any:
        return np.roll(super().backward(dy), 1, axis=1)


MODES: dict[str, tuple[type[Layer], ...]] = {
    "Reflection": (Mirrors, Replicates, GoesAround),
    "Symmetric": (Reflects, Replicates, GoesAround),
    "Replication": (Reflects, Mirrors, GoesAround),
    "Circular": (Reflects, Mirrors, Replicates),
}


def versions(kind: str, rank: int) -> Versions:
    """The wrong versions of one kind of padding over so many axes."""
    layer = getattr(padding, f"{kind}Padding{rank}D")
    swapped: tuple[type[Layer], ...] = (SidesSwapped, *((AxesReversed,) if rank > 1 else ()))
    gradients: tuple[type[Layer], ...] = (BackwardSidesSwapped, BackwardOneLate, *GRADIENTS)
    if kind == "Constant":
        values = (OppositeValue, AddsValue, ChannelsToo, ZerosInstead)
        return Versions(made_by(layer, (*swapped, *values)), made_by(layer, gradients), contract=made_by(layer, LINEAR))
    return Versions(
        made_by(layer, (*swapped, *MODES[kind], MeanInstead, ZerosInstead)),
        made_by(layer, (*gradients, BackwardCrops, BackwardAssigns, BackwardAverages)),
        contract=made_by(layer, LINEAR),
    )


WRONG = {f"{kind.lower()}_padding{rank}d": versions(kind, rank) for kind in ("Constant", *MODES) for rank in (1, 2, 3)}
