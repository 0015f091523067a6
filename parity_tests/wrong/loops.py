"""The convolution as a loop over the places of the window, in steps that wrong versions change."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from scratch.borders import OF_NUMPY
from scratch.convolution import Convolution
from scratch.layer import Array
from scratch.windows import Pads, output_sizes, pad_amounts

Place = tuple[slice, ...]
# where it is in the output, and where it lies in the input
Window = tuple[tuple[int, ...], Place]


class Loops(Convolution):
    """The convolution as a loop over the places of the window; right. The wrong ones below change one step of it."""

    def forward(self, x: Array) -> Array:
        self.set_places(x)
        self.x = self.padded(x)
        w, b = self.params["w"], self.params.get("b", 0)
        y = np.zeros((len(x), *self.out, w.shape[-1]), np.result_type(x, w))
        for here, at in self.windows():
            for into, out in self.blocks():
                taps = np.tensordot(self.x[at][..., into], self.kernel_of(w)[..., out], self.rank + 1)
                y[:, *here, out] = taps
        return self.with_bias(y, b)

    def set_places(self, x: Array) -> None:
        self.sizes = x.shape[1:-1]
        self.pads = self.pads_of(self.sizes)
        self.out = output_sizes(self.sizes, self.pads, self.kernel, self.stride, self.dilation)

    def pads_of(self, sizes: tuple[int, ...]) -> Pads:
        return pad_amounts(self.padding, sizes, self.kernel, self.stride, self.dilation)

    def padded(self, x: Array) -> Array:
        if self.padding_mode == "zeros":
            return np.pad(x, [(0, 0), *self.pads, (0, 0)])
        return x.reshape(len(x), math.prod(self.sizes), x.shape[-1])[:, self.sources()]

    def sources(self, mode: str | None = None) -> Array:
        """Which place of x each place with its padding is a copy of, places counted row by row."""
        places = np.arange(math.prod(self.sizes)).reshape(self.sizes)
        return np.pad(places, self.pads, mode=mode or OF_NUMPY[self.padding_mode])  # type: ignore[call-overload, no-any-return]

    def windows(self) -> Iterator[Window]:
        for here in np.ndindex(self.out):
            yield here, self.place(here, self.stride, self.dilation)

    def place(self, here: tuple[int, ...], stride: tuple[int, ...], dilation: tuple[int, ...]) -> Place:
        spans = zip(here, stride, self.kernel, dilation, strict=True)
        return (slice(None), *(slice(o * s, o * s + (k - 1) * d + 1, d) for o, s, k, d in spans))

    def blocks(self) -> list[tuple[Any, Any]]:
        n_in, n_out = (n // self.groups for n in (self.n_in, self.params["w"].shape[-1]))
        return [(slice(g * n_in, (g + 1) * n_in), slice(g * n_out, (g + 1) * n_out)) for g in range(self.groups)]

    def kernel_of(self, w: Array) -> Array:
        return w

    def with_bias(self, y: Array, b: Array) -> Array:
        return y + b

    def backward(self, dy: Array) -> Any:
        w = self.params["w"]
        dx, dw = np.zeros_like(self.x), np.zeros_like(w)
        for here, at in self.windows_back():
            for into, out in self.blocks_back():
                g = dy[:, *here, out]
                dw[..., out] += np.tensordot(self.x[at][..., into], g, (0, 0))
                self.scatter(dx[at][..., into], np.tensordot(g, self.kernel_back(w)[..., out], (1, -1)))
        self.grads["w"] = self.dw(dw, dy)
        if "b" in self.params:
            self.grads["b"] = dy.sum(axis=tuple(range(dy.ndim - 1)))
        return self.cropped(dx)

    def windows_back(self) -> Iterator[Window]:
        return self.windows()

    def blocks_back(self) -> list[tuple[Any, Any]]:
        return self.blocks()

    def kernel_back(self, w: Array) -> Array:
        return self.kernel_of(w)

    def scatter(self, dx: Array, share: Array) -> None:
        dx += share

    def dw(self, dw: Array, dy: Array) -> Array:
        return dw

    def cropped(self, dx: Array) -> Array:
        if self.padding_mode != "zeros":
            summed = np.zeros((len(dx), math.prod(self.sizes), dx.shape[-1]), dx.dtype)
            np.add.at(summed, (slice(None), self.sources()), dx)
            return summed.reshape(len(dx), *self.sizes, dx.shape[-1])
        inner = (slice(before, before + n) for (before, _), n in zip(self.pads, self.sizes, strict=True))
        return dx[:, *inner].copy()

    def flipped(self, w: Array) -> Array:
        return np.flip(w, tuple(range(self.rank)))
