"""Wrong versions of the transposed convolutions."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from scratch.layer import Array
from scratch.transposed_convolution import (
    Conv1DTranspose,
    Conv2DTranspose,
    Conv3DTranspose,
    TransposedConvolution,
    transposed_placing,
)
from scratch.windows import Pads
from wrong import Versions
from wrong.common import ANY, GRADIENTS, WEIGHTED, made_by
from wrong.weights import WEIGHT_GRADIENTS

Window = tuple[tuple[int, ...], tuple[slice, ...]]


class Stamps(TransposedConvolution):
    """The kernel is laid over the output at one place of x after the other; right. The wrong ones change one step."""

    def forward(self, x: Array) -> Array:
        self.x, self.sizes = x, x.shape[1:-1]
        size, cuts = transposed_placing(
            self.padding, self.output_padding, self.sizes, self.kernel, self.stride, self.dilation
        )
        self.cuts = self.cut(cuts)
        w = self.kernel_of(self.params["w"])
        canvas = np.zeros((len(x), *size, self.n_out), np.result_type(x, w))
        for here, at in self.windows():
            for into, out in self.blocks():
                self.stamp(canvas[at][..., out], np.tensordot(x[:, *here, into], w[..., into, :], (1, -2)))
        return canvas[:, *self.inner(canvas)] + self.params.get("b", 0)

    def cut(self, cuts: Pads) -> Pads:
        return cuts

    def inner(self, canvas: Array) -> list[slice]:
        ends = zip(self.cuts, canvas.shape[1:-1], strict=True)
        return [slice(before, size - after) for (before, after), size in ends]

    def kernel_of(self, w: Array) -> Array:
        return w

    def windows(self) -> Iterator[Window]:
        for here in np.ndindex(self.sizes):
            yield here, self.place(here, self.stride, self.dilation)

    def place(self, here: tuple[int, ...], stride: tuple[int, ...], dilation: tuple[int, ...]) -> tuple[slice, ...]:
        spans = zip(here, stride, self.kernel, dilation, strict=True)
        return (slice(None), *(slice(i * s, i * s + (k - 1) * d + 1, d) for i, s, k, d in spans))

    def blocks(self) -> list[tuple[slice, slice]]:
        n_in, n_out = self.n_in // self.groups, self.n_out // self.groups
        return [(slice(g * n_in, (g + 1) * n_in), slice(g * n_out, (g + 1) * n_out)) for g in range(self.groups)]

    def stamp(self, canvas: Array, kernel: Array) -> None:
        canvas += kernel

    def backward(self, dy: Array) -> Any:
        whole = np.pad(dy, [(0, 0), *self.cuts, (0, 0)])
        w = self.kernel_back(self.params["w"])
        dx, dw = np.zeros_like(self.x), np.zeros_like(w)
        for here, at in self.windows_back():
            for into, out in self.blocks_back():
                g = whole[at][..., out]
                dw[..., into, :] += np.moveaxis(np.tensordot(self.x[:, *here, into], g, (0, 0)), 0, -2)
                over = [*range(1, g.ndim)], [*range(self.rank), -1]
                dx[:, *here, into] = np.tensordot(g, w[..., into, :], over)
        self.grads["w"] = self.dw(dw, dy)
        if "b" in self.params:
            self.grads["b"] = dy.sum(axis=tuple(range(dy.ndim - 1)))
        return dx

    def windows_back(self) -> Iterator[Window]:
        return self.windows()

    def blocks_back(self) -> list[tuple[slice, slice]]:
        return self.blocks()

    def kernel_back(self, w: Array) -> Array:
        return self.kernel_of(w)

    def dw(self, dw: Array, dy: Array) -> Array:
        return dw

    def flipped(self, w: Array) -> Array:
        return np.flip(w, tuple(range(self.rank)))


class Flipped(Stamps):
    """The kernel is laid down flipped."""

    def kernel_of(self, w: Array) -> Array:
        return self.flipped(w)


class Overwrites(Stamps):
    """Kernels that overlap overwrite each other."""

    def stamp(self, canvas: Array, kernel: Array) -> None:
        canvas[...] = kernel


class LargerHalfInFront(Stamps):
    """SAME cuts the larger half in front, as with padding=1 and output_padding=1 in PyTorch."""

    def cut(self, cuts: Pads) -> Pads:
        return [(after, before) for before, after in cuts] if self.padding == "same" else cuts


class CutsBehindOnly(Stamps):
    """All that is too much is cut at the end."""

    def cut(self, cuts: Pads) -> Pads:
        return [(0, before + after) for before, after in cuts]


class IgnoresDilation(Stamps):
    """The taps lie side by side, though the output has the size for a dilated kernel."""

    def place(self, here: tuple[int, ...], stride: tuple[int, ...], dilation: tuple[int, ...]) -> tuple[slice, ...]:
        return super().place(here, stride, (1,) * self.rank)


class IgnoresStride(Stamps):
    """Kernels are laid down one apart, though the output has the size for a larger stride."""

    def place(self, here: tuple[int, ...], stride: tuple[int, ...], dilation: tuple[int, ...]) -> tuple[slice, ...]:
        return super().place(here, (1,) * self.rank, dilation)


class GroupsReversed(Stamps):
    """The last group of inputs goes to the first group of outputs."""

    def blocks(self) -> list[tuple[slice, slice]]:
        into, out = zip(*super().blocks(), strict=True)
        return list(zip(reversed(into), out, strict=True))


class BiasOnEveryInput(Stamps):
    """The bias is added once for each input channel."""

    def forward(self, x: Array) -> Array:
        return super().forward(x) + (self.n_in - 1) * self.params.get("b", 0)


class BackwardFlips(Stamps):
    """dx is taken with the flipped kernel, as in the backward pass of a convolution written by its formula."""

    def kernel_back(self, w: Array) -> Array:
        return self.flipped(w)


class BackwardIgnoresStride(Stamps):
    """The backward pass reads the cotangent one apart, whatever the stride."""

    def windows_back(self) -> Iterator[Window]:
        return ((here, self.place(here, (1,) * self.rank, self.dilation)) for here in np.ndindex(self.sizes))


class BackwardIgnoresGroups(Stamps):
    """The backward pass pairs the groups of inputs and outputs the wrong way round."""

    def blocks_back(self) -> list[tuple[slice, slice]]:
        into, out = zip(*super().blocks(), strict=True)
        return list(zip(reversed(into), out, strict=True))


class WeightRotated(Stamps):
    """dw comes out rotated by 180 degrees."""

    def dw(self, dw: Array, dy: Array) -> Array:
        return self.flipped(dw).copy()


OUTPUTS = (
    *(Flipped, Overwrites, LargerHalfInFront, CutsBehindOnly, IgnoresDilation, IgnoresStride, GroupsReversed),
    BiasOnEveryInput,
)
OWN_GRADIENTS = (
    *(BackwardFlips, BackwardIgnoresStride, BackwardIgnoresGroups, WeightRotated),
    *(*WEIGHT_GRADIENTS, *GRADIENTS),
)
LAYERS = {
    "conv1d_transpose": Conv1DTranspose,
    "conv2d_transpose": Conv2DTranspose,
    "conv3d_transpose": Conv3DTranspose,
}
RIGHT = {name: made_by(layer, (Stamps,)) for name, layer in LAYERS.items()}
WRONG = {
    name: Versions(
        made_by(layer, OUTPUTS),
        made_by(layer, OWN_GRADIENTS),
        contract=made_by(layer, (*ANY, *WEIGHTED)),
    )
    for name, layer in LAYERS.items()
}
