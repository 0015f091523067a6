"""Wrong versions of the layers between images and their windows."""

import math
from typing import Any

import numpy as np

from scratch.folding import Fold, Folding, Unfold
from scratch.layer import Array
from wrong import Versions
from wrong.common import GRADIENTS, LINEAR, made_by


class PixelsTogether(Folding):
    """In a window the numbers of a pixel lie together, as TensorFlow has them."""

    def to_windows(self, x: Array) -> Array:
        y = super().to_windows(x)
        taken = math.prod(self.kernel)
        return y.reshape(*y.shape[:2], -1, taken).swapaxes(2, 3).copy().reshape(y.shape)

    def to_image(self, y: Array, sizes: tuple[int, int]) -> Array:
        taken = math.prod(self.kernel)
        return super().to_image(y.reshape(*y.shape[:2], taken, -1).swapaxes(2, 3).reshape(y.shape), sizes)


class WindowsColumnByColumn(Folding):
    """Windows go column by column."""

    def _order(self, sizes: tuple[int, int]) -> Any:
        return np.arange(math.prod(self.windows(sizes))).reshape(self.windows(sizes)).T.ravel()

    def to_windows(self, x: Array) -> Array:
        return super().to_windows(x)[:, self._order((x.shape[1], x.shape[2]))]

    def to_image(self, y: Array, sizes: tuple[int, int]) -> Array:
        return super().to_image(y[:, np.argsort(self._order(sizes))], sizes)


class KernelTurned(Folding):
    """In a window the pixels go backwards."""

    def to_windows(self, x: Array) -> Array:
        y = super().to_windows(x)
        return y.reshape(*y.shape[:2], -1, math.prod(self.kernel))[..., ::-1].copy().reshape(y.shape)

    def to_image(self, y: Array, sizes: tuple[int, int]) -> Array:
        turned = y.reshape(*y.shape[:2], -1, math.prod(self.kernel))[..., ::-1]
        return super().to_image(turned.reshape(y.shape), sizes)


class KernelColumnByColumn(Folding):
    """In a window the pixels of a channel go column by column."""

    def to_windows(self, x: Array) -> Array:
        y = super().to_windows(x)
        return y.reshape(*y.shape[:2], -1, *self.kernel).swapaxes(3, 4).copy().reshape(y.shape)

    def to_image(self, y: Array, sizes: tuple[int, int]) -> Array:
        turned = y.reshape(*y.shape[:2], -1, *self.kernel[::-1]).swapaxes(3, 4)
        return super().to_image(turned.reshape(y.shape), sizes)


class Averages(Folding):
    """What windows share is averaged."""

    def to_image(self, y: Array, sizes: tuple[int, int]) -> Array:
        shares = super().to_image(np.ones_like(y), sizes)
        return super().to_image(y, sizes) / np.maximum(shares.real, 1)


class Overwrites(Folding):
    """Of what windows share the last one counts: assigned, not added."""

    def to_image(self, y: Array, sizes: tuple[int, int]) -> Array:
        image = super().to_image(np.zeros_like(y), sizes)
        padded = np.pad(image, [(0, 0), *self.pads, (0, 0)])
        rows, columns = self.windows(sizes)
        for i in range(rows):
            for j in range(columns):
                window = y[:, i * columns + j].reshape(len(y), -1, *self.kernel).transpose(0, 2, 3, 1)
                top, left = i * self.stride[0], j * self.stride[1]
                seen = (slice(top, None, self.dilation[0]), slice(left, None, self.dilation[1]))
                part = padded[:, *seen]
                part[:, : self.kernel[0], : self.kernel[1]] = window
        return padded[:, *(slice(b, b + n) for (b, _), n in zip(self.pads, sizes, strict=True))].copy()


def forward_only(mistake: type[Folding], layer: type[Folding]) -> type[Folding]:
    """`layer` with a mistake that its backward pass does not make."""

    def backward(self: Any, dy: Array) -> Any:
        return layer.backward(made(self), dy)

    def made(self: Any) -> Any:
        right = object.__new__(layer)
        right.__dict__.update(self.__dict__)
        return right

    return type(mistake.__name__, (mistake, layer), {"__doc__": mistake.__doc__, "backward": backward})


def backward_only(mistake: type[Folding], layer: type[Folding]) -> type[Folding]:
    """`layer` whose backward pass alone makes a mistake."""

    def forward(self: Any, x: Array) -> Any:
        right = object.__new__(layer)
        right.__dict__.update(self.__dict__)
        y = layer.forward(right, x)
        self.__dict__.update(right.__dict__)
        return y

    name, doc = f"Backward{mistake.__name__}", f"In the backward pass: {mistake.__doc__}"
    return type(name, (mistake, layer), {"__doc__": doc, "forward": forward})


ORDERS = (PixelsTogether, WindowsColumnByColumn, KernelTurned, KernelColumnByColumn)
SUMS = (Averages, Overwrites)

WRONG = {
    "unfold": Versions(
        tuple(forward_only(each, Unfold) for each in ORDERS),
        (*(backward_only(each, Unfold) for each in (*ORDERS, *SUMS)), *made_by(Unfold, GRADIENTS)),
        contract=made_by(Unfold, LINEAR),
    ),
    "fold": Versions(
        tuple(forward_only(each, Fold) for each in (*ORDERS, *SUMS)),
        (*(backward_only(each, Fold) for each in ORDERS), *made_by(Fold, GRADIENTS)),
        contract=made_by(Fold, LINEAR),
    ),
}
