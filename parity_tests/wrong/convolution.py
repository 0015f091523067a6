"""Wrong versions of the convolutions."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from scratch.borders import OF_NUMPY
from scratch.convolution import Conv1D, Conv2D, Conv3D, Convolution
from scratch.layer import Array
from scratch.windows import Pads
from wrong import Versions
from wrong.common import ANY, GRADIENTS, WEIGHTED, made_by
from wrong.conditions import KernelOfOne
from wrong.loops import Loops, Place, Window
from wrong.weights import WEIGHT_GRADIENTS, BiasSumsBatchOnly


class Flipped(Loops):
    """True convolution: the kernel is flipped."""

    def kernel_of(self, w: Array) -> Array:
        return self.flipped(w)


class KernelAxesSwapped(Convolution):
    """The kernel is read as (width, height)."""

    def _rows(self, w: Array) -> Array:
        return super()._rows(np.ascontiguousarray(w.swapaxes(0, 1)))


class LargerHalfInFront(Loops):
    """SAME padding puts the larger half in front."""

    def pads_of(self, sizes: tuple[int, ...]) -> Pads:
        pads = super().pads_of(sizes)
        return [(after, before) for before, after in pads]


class PadsWithEdge(Loops):
    """The padding repeats the border instead of zeros."""

    def padded(self, x: Array) -> Array:
        self.padding_mode = "replicate"
        return super().padded(x)


class ModeIgnored(Loops):
    """Pads with zeros, whatever the mode."""

    def padded(self, x: Array) -> Array:
        return np.pad(x, [(0, 0), *self.pads, (0, 0)])


class BorderTwice(Loops):
    """Where the padding reflects, the border comes twice."""

    def sources(self) -> Array:
        return super().sources("symmetric") if self.padding_mode == "reflect" else super().sources()


class FlatInCorners(Loops):
    """Pads the rows alone as the mode says, the other axes with zeros."""

    def padded(self, x: Array) -> Array:
        rows = [(0, 0), *[(0, 0)] * (self.rank - 1), self.pads[-1], (0, 0)]
        others = [(0, 0), *self.pads[:-1], (0, 0), (0, 0)]
        mode = OF_NUMPY.get(self.padding_mode, "constant")
        return np.pad(np.pad(x, rows, mode=mode), others)  # type: ignore[call-overload, no-any-return]


class CopiesGetNothingBack(Loops):
    """What the copies of an element in the padding got is dropped."""

    def cropped(self, dx: Array) -> Array:
        self.padding_mode = "zeros"
        return super().cropped(dx)


class BiasOnEveryTap(Loops):
    """The bias is added to the kernel instead of the output."""

    def kernel_of(self, w: Array) -> Array:
        return w + self.params.get("b", 0)

    def with_bias(self, y: Array, b: Array) -> Array:
        return y


class BiasPerInput(Loops):
    """The bias is added once for each input channel."""

    def with_bias(self, y: Array, b: Array) -> Array:
        return y + self.n_in * b


class LastColumnMissing(Loops):
    """The loop over the columns ends one early."""

    def windows(self) -> Iterator[Window]:
        return ((here, at) for here, at in super().windows() if here[-1] < self.out[-1] - 1)


class IgnoresDilation(Loops):
    """The taps lie side by side, though the output has the size of a dilated kernel."""

    def place(self, here: tuple[int, ...], stride: tuple[int, ...], dilation: tuple[int, ...]) -> Place:
        return super().place(here, stride, (1,) * self.rank)


class IgnoresStride(Loops):
    """The window moves by one, though the output has the size of a larger stride."""

    def place(self, here: tuple[int, ...], stride: tuple[int, ...], dilation: tuple[int, ...]) -> Place:
        return super().place(here, (1,) * self.rank, dilation)


class ChannelsInterleaved(Loops):
    """Group g takes every g-th input channel instead of a block of them."""

    def blocks(self) -> list[tuple[Any, Any]]:
        return [(slice(g, None, self.groups), out) for g, (_, out) in enumerate(super().blocks())]


class GroupsReversed(Loops):
    """The last group of inputs goes to the first group of outputs."""

    def blocks(self) -> list[tuple[Any, Any]]:
        into, out = zip(*super().blocks(), strict=True)
        return list(zip(reversed(into), out, strict=True))


class BackwardIgnoresStride(Loops):
    """The backward pass moves the window by one, whatever the stride."""

    def windows_back(self) -> Iterator[Window]:
        return ((here, self.place(here, (1,) * self.rank, self.dilation)) for here in np.ndindex(self.out))


class BackwardIgnoresDilation(Loops):
    """The backward pass takes the taps side by side, whatever the dilation."""

    def windows_back(self) -> Iterator[Window]:
        return ((here, self.place(here, self.stride, (1,) * self.rank)) for here in np.ndindex(self.out))


class BackwardIgnoresGroups(Loops):
    """The backward pass pairs the groups of inputs and outputs the wrong way round."""

    def blocks_back(self) -> list[tuple[Any, Any]]:
        into, out = zip(*super().blocks(), strict=True)
        return list(zip(reversed(into), out, strict=True))


class CropsFromTheCorner(Loops):
    """The padding is cut off at the far end of dx only."""

    def cropped(self, dx: Array) -> Array:
        return dx[:, *map(slice, self.sizes)].copy()


class KeepsPadding(Loops):
    """dx keeps the size of the padded input."""

    def cropped(self, dx: Array) -> Array:
        return dx


class Overwrites(Loops):
    """col2im: windows that overlap overwrite each other."""

    def scatter(self, dx: Array, share: Array) -> None:
        dx[...] = share


class BackwardFlips(Loops):
    """dx is taken with the flipped kernel, though each tap is scattered where it was read."""

    def kernel_back(self, w: Array) -> Array:
        return self.flipped(w)


class ReshapesForTransposing(Loops):
    """dx swaps the channels of the kernel by reshaping: right with one channel on either side."""

    def kernel_back(self, w: Array) -> Array:
        return w.reshape(*self.kernel, w.shape[-1], w.shape[-2]).swapaxes(-1, -2)


class LastUnitOnly(Loops):
    """dx is overwritten by each output channel instead of summed."""

    def kernel_back(self, w: Array) -> Array:
        return np.where(np.arange(w.shape[-1]) == w.shape[-1] - 1, w, 0)


class WeightRotated(Loops):
    """dw comes out rotated by 180 degrees."""

    def dw(self, dw: Array, dy: Array) -> Array:
        return self.flipped(dw).copy()


class PadsBehind(Loops):
    """Causal padding is put at the end, so that outputs see what comes after them."""

    def pads_of(self, sizes: tuple[int, ...]) -> Pads:
        pads = super().pads_of(sizes)
        return [(after, before) for before, after in pads] if self.padding == "causal" else pads


class CausalWithoutDilation(Loops):
    """Causal padding forgets that a dilated kernel is longer, and puts the rest at the end."""

    def pads_of(self, sizes: tuple[int, ...]) -> Pads:
        if self.padding != "causal":
            return super().pads_of(sizes)
        return [(k - 1, (k - 1) * (d - 1)) for k, d in zip(self.kernel, self.dilation, strict=True)]


class UsesUpItsInput(Convolution):
    """Works in the memory of the input it remembers, which a second backward pass then takes for the input."""

    def backward(self, dy: Array) -> Any:
        dx = super().backward(dy)
        self.x = np.zeros_like(self.x)
        return dx


OUTPUTS = (
    *(Flipped, LargerHalfInFront, PadsWithEdge, BiasOnEveryTap, BiasPerInput, LastColumnMissing),
    *(IgnoresDilation, IgnoresStride, KernelOfOne, ChannelsInterleaved, GroupsReversed, ModeIgnored, BorderTwice),
)
OWN_GRADIENTS = (
    *(BackwardIgnoresStride, BackwardIgnoresDilation, BackwardIgnoresGroups, CropsFromTheCorner),
    CopiesGetNothingBack,
    *(Overwrites, BackwardFlips, ReshapesForTransposing, LastUnitOnly, WeightRotated, *WEIGHT_GRADIENTS, *GRADIENTS),
)
RIGHT = {"conv1d": made_by(Conv1D, (Loops,)), "conv2d": made_by(Conv2D, (Loops,)), "conv3d": made_by(Conv3D, (Loops,))}
WRONG = {
    "conv1d": Versions(made_by(Conv1D, (*OUTPUTS, PadsBehind, CausalWithoutDilation)), made_by(Conv1D, OWN_GRADIENTS)),
    "conv2d": Versions(
        made_by(Conv2D, (*OUTPUTS, KernelAxesSwapped, FlatInCorners)),
        made_by(Conv2D, (*OWN_GRADIENTS, KeepsPadding, BiasSumsBatchOnly)),
        contract=made_by(Conv2D, (*ANY, *WEIGHTED, UsesUpItsInput)),
    ),
    "conv3d": Versions(made_by(Conv3D, (*OUTPUTS, KernelAxesSwapped, FlatInCorners)), made_by(Conv3D, OWN_GRADIENTS)),
    "conv3d_native": Versions(
        made_by(Conv3D, (Flipped, KernelAxesSwapped, LargerHalfInFront, BiasPerInput)),
        made_by(Conv3D, (BackwardIgnoresStride, WeightRotated, ReshapesForTransposing)),
    ),
}
