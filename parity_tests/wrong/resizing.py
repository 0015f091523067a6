"""Wrong versions of up-sampling, zero-padding and cropping."""

from typing import Any

import numpy as np

from scratch import resizing
from scratch.layer import Array
from scratch.resizing import Cropping, UpSampling, UpSampling2D, ZeroPadding
from wrong import Versions
from wrong.common import GRADIENTS, LINEAR, made_by

# ---- up-sampling


class TilesInsteadOfRepeats(UpSampling):
    """The whole image stands beside itself."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        return np.tile(x, (1, *self.size, 1)) if self.interpolation == "nearest" else y


class OneLate(UpSampling):
    """Every output comes one later, the last of them first."""

    def forward(self, x: Array) -> Array:
        return np.roll(super().forward(x), 1, axis=1)


class CornersSwapped(UpSampling):
    """Takes `align_corners` the wrong way round."""

    def weights(self, axis: int) -> Array:
        self.align_corners = not self.align_corners
        weights = super().weights(axis)
        self.align_corners = not self.align_corners
        return weights


class NoHalfPixels(UpSampling):
    """Areas are aligned at their corners: place i / size instead of (i + 1/2) / size - 1/2."""

    def weights(self, axis: int) -> Array:
        if self.align_corners:
            return super().weights(axis)
        n, size = self.sizes[axis - 1], self.size[axis - 1]
        return hat(np.minimum(np.arange(n * size) / size, n - 1), n)


class FadesAtTheBorder(UpSampling):
    """Beyond the outermost centres x counts as 0 instead of going on as it is."""

    def weights(self, axis: int) -> Array:
        if self.align_corners:
            return super().weights(axis)
        n, size = self.sizes[axis - 1], self.size[axis - 1]
        return hat((np.arange(n * size) + 0.5) / size - 0.5, n)


class BackwardTakesFirst(UpSampling):
    """The gradient of repeated elements is that of the first copy."""

    def backward(self, dy: Array) -> Any:
        if self.interpolation != "nearest":
            return super().backward(dy)
        return dy[:, *(slice(None, None, size) for size in self.size)].copy()


class BackwardAverages(UpSampling):
    """The gradient is averaged over the copies."""

    def backward(self, dy: Array) -> Any:
        return super().backward(dy) / float(np.prod(self.size))


class BackwardAsNearest(UpSampling):
    """The gradient of a linear interpolation is that of repetition."""

    def backward(self, dy: Array) -> Any:
        kept, self.interpolation = self.interpolation, "nearest"
        dx = super().backward(dy)
        self.interpolation = kept
        return dx


def hat(place: Array, n: int) -> Array:
    """Weights of linear interpolation at these places between n points, 0 outside."""
    return np.maximum(1 - np.abs(place[:, None] - np.arange(n)), 0)


# ---- zero-padding and cropping


class SidesSwapped(ZeroPadding):
    """What belongs before x is put behind it."""

    def __init__(self, padding: Any = 1) -> None:
        super().__init__(padding)
        self.pads = [(after, before) for before, after in self.pads]


class PadsWithEdge(ZeroPadding):
    """The padding repeats the border instead of zeros."""

    def forward(self, x: Array) -> Array:
        return np.pad(x, [(0, 0), *self.pads, (0, 0)], mode="edge")


class PadsWithOnes(ZeroPadding):
    """The padding is 1."""

    def forward(self, x: Array) -> Array:
        return np.pad(x, [(0, 0), *self.pads, (0, 0)], constant_values=1)


class WrapsAround(ZeroPadding):
    """The padding is taken from the other end."""

    def forward(self, x: Array) -> Array:
        return np.pad(x, [(0, 0), *self.pads, (0, 0)], mode="wrap")


class BackwardCropsFromTheCorner(ZeroPadding):
    """The gradient is cut at the far end only."""

    def forward(self, x: Array) -> Array:
        self.sizes = x.shape[1:-1]
        return super().forward(x)

    def backward(self, dy: Array) -> Any:
        return dy[:, *map(slice, self.sizes)].copy()


class BackwardSidesSwapped(ZeroPadding):
    """The gradient is cut with the sides swapped."""

    def backward(self, dy: Array) -> Any:
        inner = (slice(after, dy.shape[axis] - before) for axis, (before, after) in enumerate(self.pads, start=1))
        return dy[:, *inner].copy()


class CutsSidesSwapped(Cropping):
    """What belongs to the front is cut at the end."""

    def __init__(self, cropping: Any = 1) -> None:
        super().__init__(cropping)
        self.cuts = [(after, before) for before, after in self.cuts]


class CutsBehindOnly(Cropping):
    """All is cut at the end."""

    def __init__(self, cropping: Any = 1) -> None:
        super().__init__(cropping)
        self.cuts = [(0, before + after) for before, after in self.cuts]


class ZerosInstead(Cropping):
    """The rest is moved to the front, with zeros where it came from."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        return np.where(np.arange(y.shape[1]).reshape(-1, *[1] * self.rank) < y.shape[1] - self.cuts[0][0], y, 0)


class SamplesToo(Cropping):
    """The first sample stands for all."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        return np.broadcast_to(y[:1], y.shape).copy()


class ChannelsReversed(Cropping):
    """The channels come out in reverse order."""

    def forward(self, x: Array) -> Array:
        return super().forward(x)[..., ::-1].copy()


class BackwardAtTheCorner(Cropping):
    """The gradient starts at the first element, whatever was cut there."""

    def backward(self, dy: Array) -> Any:
        return np.pad(dy, [(0, 0), *((0, before + after) for before, after in self.cuts), (0, 0)])


class BackwardRepeatsEdge(Cropping):
    """What was cut gets the gradient of the border."""

    def backward(self, dy: Array) -> Any:
        return np.pad(dy, [(0, 0), *self.cuts, (0, 0)], mode="edge")


SIZES = (TilesInsteadOfRepeats, NoHalfPixels, FadesAtTheBorder, CornersSwapped)
SHARES = (BackwardTakesFirst, BackwardAverages, BackwardAsNearest)


def versions(rank: int) -> dict[str, Versions]:
    """The wrong versions of the layers over so many axes."""
    up, padding, cropping = (getattr(resizing, f"{name}{rank}D") for name in ("UpSampling", "ZeroPadding", "Cropping"))
    return {
        f"up_sampling{rank}d": Versions(
            made_by(up, (*SIZES, OneLate)),
            made_by(up, (*SHARES, *GRADIENTS)),
            contract=made_by(up, LINEAR),
        ),
        f"zero_padding{rank}d": Versions(
            made_by(padding, (SidesSwapped, PadsWithEdge, PadsWithOnes, WrapsAround)),
            made_by(padding, (BackwardCropsFromTheCorner, BackwardSidesSwapped, *GRADIENTS)),
            contract=made_by(padding, LINEAR),
        ),
        f"cropping{rank}d": Versions(
            made_by(cropping, (CutsSidesSwapped, CutsBehindOnly, ZerosInstead, SamplesToo, ChannelsReversed)),
            made_by(cropping, (BackwardAtTheCorner, BackwardRepeatsEdge, *GRADIENTS)),
            contract=made_by(cropping, LINEAR),
        ),
    }


WRONG = {
    **{name: made for rank in (1, 2, 3) for name, made in versions(rank).items()},
    # of bilinear interpolation only PyTorch can be asked
    "up_sampling2d_native": Versions(
        outputs=made_by(UpSampling2D, (TilesInsteadOfRepeats, OneLate)),
        gradients=made_by(UpSampling2D, (BackwardTakesFirst, BackwardAverages)),
        torch=made_by(UpSampling2D, (NoHalfPixels, FadesAtTheBorder, CornersSwapped)),
    ),
}
