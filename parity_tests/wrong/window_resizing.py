"""Wrong versions of up-sampling by bicubic and Lanczos windows."""

from typing import Any

import numpy as np

from scratch.layer import Array
from scratch.resizing import UpSampling, UpSampling2D, keys
from wrong import Versions
from wrong.common import GRADIENTS, LINEAR, made_by
from wrong.resizing import CornersSwapped, OneLate


class CoefficientIgnored(UpSampling):
    """The cubic is always that of a = -0.75."""

    def _window(self, place: Array, n: int) -> Array:
        self.coefficient = -0.75
        return super()._window(place, n)


class BorderIgnored(UpSampling):
    """x always goes on as its outermost element."""

    def _window(self, place: Array, n: int) -> Array:
        self.border = "edge"
        return super()._window(place, n)


class EdgeRenormalised(UpSampling):
    """What is beyond the border never counts."""

    def _window(self, place: Array, n: int) -> Array:
        self.border = "renormalised"
        return super()._window(place, n)


class PlaceKeptWithin(UpSampling):
    """A place before the first centre is moved onto it, as linear interpolation may."""

    def _window(self, place: Array, n: int) -> Array:
        return super()._window(np.clip(place, 0, n - 1), n)


class NoHalfPixels(UpSampling):
    """Areas are aligned at their corners: place i / size instead of (i + 1/2) / size - 1/2."""

    def _window(self, place: Array, n: int) -> Array:
        return super()._window(place if self.align_corners else np.arange(len(place)) * n / len(place), n)


class Mirrored(UpSampling):
    """The weights of what comes before and behind a place are swapped."""

    def _window(self, place: Array, n: int) -> Array:
        j = np.floor(place)
        return super()._window(2 * j + 1 - place, n)


class NearestTwoOnly(UpSampling):
    """The window ends at the two pixels beside a place."""

    def _window(self, place: Array, n: int) -> Array:
        near = np.abs(place[:, None] - np.arange(n)) <= 1
        return super()._window(place, n) * near


class ZerosBeyond(UpSampling):
    """Beyond the border x counts as 0."""

    def _window(self, place: Array, n: int) -> Array:
        t = np.abs(place[:, None] - np.arange(n))
        reach = self.windows[self.interpolation]
        within = keys(t, self.coefficient) if self.interpolation == "bicubic" else np.sinc(t) * np.sinc(t / reach)
        return np.where(t < reach, within, 0)


class BareSinc(UpSampling):
    """Lanczos' window is left out of sinc(t) sinc(t / r)."""

    def _window(self, place: Array, n: int) -> Array:
        weights = super()._window(place, n)
        if self.interpolation == "bicubic":
            return weights
        t = np.abs(place[:, None] - np.arange(n))
        bare = np.where(t < self.windows[self.interpolation], np.sinc(t), 0)
        return np.asarray(bare / bare.sum(axis=1, keepdims=True))


class AlwaysThree(UpSampling):
    """Both Lanczos windows reach three pixels."""

    def _window(self, place: Array, n: int) -> Array:
        kept, self.interpolation = self.interpolation, self.interpolation.replace("5", "3")
        weights = super()._window(place, n)
        self.interpolation = kept
        return weights


class BackwardAsLinear(UpSampling):
    """The gradient is that of bilinear interpolation."""

    def backward(self, dy: Array) -> Any:
        kept, self.interpolation = self.interpolation, self.linear
        dx = super().backward(dy)
        self.interpolation = kept
        return dx


class BackwardWithoutBorder(UpSampling):
    """The gradient of what lies beyond the border is lost."""

    going_back = False

    def backward(self, dy: Array) -> Any:
        self.going_back = True
        dx = super().backward(dy)
        self.going_back = False
        return dx

    def _window(self, place: Array, n: int) -> Array:
        whole = super()._window(place, n)
        return ZerosBeyond._window(self, place, n) if self.going_back else whole  # type: ignore[arg-type]


OUTPUTS = (
    CoefficientIgnored,
    BorderIgnored,
    EdgeRenormalised,
    PlaceKeptWithin,
    NoHalfPixels,
    Mirrored,
    NearestTwoOnly,
    ZerosBeyond,
    BareSinc,
    AlwaysThree,
    CornersSwapped,
    OneLate,
)
WRONG = {
    "up_sampling2d_window": Versions(
        outputs=made_by(UpSampling2D, OUTPUTS),
        gradients=made_by(UpSampling2D, (BackwardAsLinear, BackwardWithoutBorder, *GRADIENTS)),
        contract=made_by(UpSampling2D, LINEAR),
    )
}
