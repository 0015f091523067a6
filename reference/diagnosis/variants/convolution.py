"""Convolutions: how kernels and columns lie, and what is summed over what."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from reference.diagnosis.variant import Catalogue, Variant
from scratch.convolution import Convolution
from scratch.layer import Array
from scratch.windows import batch_first, batch_last, crop

VARIANTS = Catalogue()
Method = Callable[..., Any]
own_conv = Convolution.backward


def _dx(kernel: Callable[[Array], Array]) -> Method:
    """The gradient of the input with another kernel in its place."""

    def backward(self: Convolution, dy: Array) -> Array | None:
        own_conv(self, dy)
        right = self.params["w"]
        grads = dict(self.grads)
        self.params["w"] = kernel(right)
        dx = own_conv(self, dy)
        self.params["w"], self.grads = right, grads
        return dx

    return backward


def _turned(w: Array) -> Array:
    return np.flip(w, tuple(range(w.ndim - 2)))


def _reshaped(w: Array) -> Array:
    """(n_out, n_in, *kernel) reshaped to (n_in, n_out, *kernel) where it should be transposed."""
    n_in, n_out = w.shape[-2:]
    first = np.moveaxis(w, (-1, -2), (0, 1))
    return np.moveaxis(first.reshape(n_in, n_out, *w.shape[:-2]), (0, 1), (-2, -1))


VARIANTS.append(Variant("conv-kernel-not-flipped", Convolution, {"backward": _dx(_turned)}))
VARIANTS.append(Variant("conv-kernel-reshaped", Convolution, {"backward": _dx(_reshaped)}))
VARIANTS.append(
    Variant("conv-kernel-reshaped", Convolution, {"backward": _dx(lambda w: _turned(_reshaped(_turned(w))))})
)


def _cotangent(change: Callable[[Array, int], Array]) -> Method:
    def backward(self: Convolution, dy: Array) -> Array | None:
        return own_conv(self, change(dy, self.n_out))

    return backward


def _rows(dy: Array, n_out: int) -> Array:
    """(batch, n_out, *out) reshaped to (-1, n_out), the channels not moved to the end first."""
    return np.moveaxis(dy, -1, 1).reshape(dy.shape)


VARIANTS.append(Variant("conv-cotangent-reshaped", Convolution, {"backward": _cotangent(_rows)}))
own_rows, own_forward = Convolution._rows, Convolution.forward


def _columns(order: tuple[int, ...]) -> Method:
    """The kernel flattened in another order than the columns: channel, height, width against height, width, channel."""

    def rows(self: Convolution, w: Array) -> Array:
        first = np.moveaxis(w, (-1, -2), (0, 1))  # n_out, n_in, *kernel
        n_in, kernel = first.shape[1], first.shape[2:]
        apart = first.reshape(len(first), *((n_in, *kernel) if order[0] == 0 else (*kernel, n_in)))
        if order[0] == 0:  # columns run kernel first, read as channels first
            other = first.reshape(len(first), *kernel, n_in)
            apart = np.moveaxis(other, -1, 1)
        else:
            apart = np.moveaxis(first, 1, -1).reshape(first.shape)
        return own_rows(self, np.moveaxis(apart, (0, 1), (-1, -2)))

    return rows


def _from_columns(order: tuple[int, ...]) -> Method:
    own = Convolution._from_rows

    def from_rows(self: Convolution, rows: Array) -> Array:
        w = own(self, rows)
        first = np.moveaxis(w, (-1, -2), (0, 1))
        if order[0] == 0:
            back = np.moveaxis(first, 1, -1).reshape(first.shape)
        else:
            back = np.moveaxis(first.reshape(len(first), *first.shape[2:], first.shape[1]), -1, 1)
        return np.moveaxis(back, (0, 1), (-1, -2)).copy()

    return from_rows


for _order in ((0,), (1,)):
    _both = {"_rows": _columns(_order), "_from_rows": _from_columns(_order)}
    VARIANTS.append(Variant("conv-column-order", Convolution, _both))
    VARIANTS.append(Variant("conv-column-order", Convolution, {"_from_rows": _from_columns(_order)}))


@VARIANTS.add("conv-bias-per-tap", Convolution, "forward")
def _bias_per_tap(self: Convolution, x: Array) -> Array:
    y = own_forward(self, x)
    taps = self.params["w"][..., 0].size
    return y + (taps - 1) * self.params["b"]


@VARIANTS.add("conv-bias-per-tap", Convolution, "forward")
def _bias_in_kernel(self: Convolution, x: Array) -> Array:
    kept, b = self.params["w"], self.params["b"]
    self.params["w"], self.params["b"] = kept + b, np.zeros_like(b)
    y = own_forward(self, x)
    self.params["w"], self.params["b"] = kept, b
    return y


@VARIANTS.add("conv-bias-per-channel", Convolution, "forward")
def _bias_per_channel(self: Convolution, x: Array) -> Array:
    return own_forward(self, x) + (self.n_in - 1) * self.params["b"]


@VARIANTS.add("conv-overwritten", Convolution, "backward")
def _overwritten(self: Convolution, dy: Array) -> Array | None:
    """Windows that overlap overwrite each other in the place of adding up."""
    own_conv(self, dy)
    cotangent = batch_last(dy).reshape(self.groups, self.n_out // self.groups, -1)
    rank = self.rank
    columns = (self._rows(self.params["w"]).swapaxes(1, 2) @ cotangent).reshape(
        self.groups, *self.kernel, self.n_in // self.groups, *dy.shape[1:-1], len(dy)
    )
    columns = np.moveaxis(columns, 1 + rank, 1).reshape(self.n_in, *self.kernel, *dy.shape[1:-1], len(dy))
    shape: list[int] = list(columns.shape)
    kernel, out = shape[1 : 1 + rank], shape[1 + rank : -1]
    x = np.zeros((shape[0], *self.x.shape[1:-1], shape[-1]), columns.dtype)
    for place in itertools.product(*map(range, out)):
        window: list[Any] = [slice(p * s, p * s + k) for p, s, k in zip(place, self.stride, kernel, strict=True)]
        here: list[Any] = [*[slice(None)] * (rank + 1), *place]
        x[(slice(None), *window)] = columns[tuple(here)]
    return batch_first(crop(x, self.pads))


@VARIANTS.add("conv-dx-last-filter", Convolution, "backward")
def _last_filter(self: Convolution, dy: Array) -> Array | None:
    """dx is assigned for each filter: what the last one passes back is left."""
    own_conv(self, dy)
    grads, only = dict(self.grads), np.zeros_like(dy)
    only[..., -1] = dy[..., -1]
    dx = own_conv(self, only)
    self.grads = grads
    return dx


@VARIANTS.add("conv-input-flipped", Convolution, "backward")
def _input_flipped(self: Convolution, dy: Array) -> Array | None:
    """dw from the input turned by 180 degrees."""
    dx, x = own_conv(self, dy), self.x
    self.x = np.flip(x, tuple(range(1, x.ndim - 1)))
    own_conv(self, dy)
    self.x = x
    return dx


@VARIANTS.add("conv-kernel-flipped", Convolution, "forward")
def _convolved(self: Convolution, x: Array) -> Array:
    """A true convolution forward, the way back of a correlation."""
    right = self.params["w"]
    self.params["w"] = _turned(right)
    y = own_forward(self, x)
    self.params["w"] = right
    return y


@VARIANTS.add("conv-dx-not-summed", Convolution, "backward")
def _not_summed(self: Convolution, dy: Array) -> Any:
    """One gradient of the input for each output channel: (batch, n_out, *spatial, n_in)."""
    own_conv(self, dy)
    grads, parts = dict(self.grads), []
    for o in range(self.n_out):
        only = np.zeros_like(dy)
        only[..., o] = dy[..., o]
        parts.append(own_conv(self, only))
    self.grads = grads
    return np.moveaxis(np.stack([p for p in parts if p is not None], axis=1), -1, 2)
