"""Dense layers and convolutions: biases, kernels and what is summed over what."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from reference.diagnosis.variant import Catalogue, Variant
from scratch.convolution import Convolution
from scratch.dense import Dense
from scratch.embedding import Embedding
from scratch.layer import Array, Layer
from scratch.recurrent import Recurrent
from scratch.reshaping import Flatten
from scratch.windows import batch_first, batch_last, crop

VARIANTS = Catalogue()
Method = Callable[..., Any]


def _bias(owner: type[Layer], reduced: Callable[[Array], Array]) -> Method:
    own = owner.backward

    def backward(self: Layer, dy: Array) -> Any:
        dx = own(self, dy)
        dz = self.da.swapaxes(0, 1) if isinstance(self, Recurrent) else dy
        if "b" in self.params:
            self.grads["b"] = reduced(dz)
        return dx

    return backward


def _filled(dz: Array, value: Array) -> Array:
    return np.broadcast_to(value, dz.shape[-1:]).copy()


# the gradient of a bias from that of what it is added to, (..., n_out)
WRONG_AXIS: tuple[Callable[[Array], Array], ...] = (
    lambda dz: _filled(dz, dz.sum()),
    lambda dz: _filled(dz, dz.sum() / len(dz)),
    lambda dz: _filled(dz, dz.mean()),
    lambda dz: dz.sum(),
    lambda dz: dz.sum(axis=tuple(range(1, dz.ndim))),
    lambda dz: dz.sum(axis=tuple(range(1, dz.ndim))) / len(dz),
    lambda dz: dz.mean(axis=tuple(range(1, dz.ndim))),
    lambda dz: dz.sum(axis=-1),
)
NOT_SUMMED: tuple[Callable[[Array], Array], ...] = (
    lambda dz: dz,
    lambda dz: dz.sum(axis=0),
    lambda dz: dz[0],
    lambda dz: dz[-1],
    *((lambda dz, a=axes: dz.sum(axis=a) if dz.ndim > 2 else dz) for axes in (1, (1, 2), (0, 2))),
)
NOT_OVER_ALL = (*NOT_SUMMED, lambda dz: dz.sum(axis=(0, 1)) if dz.ndim > 2 else dz)  # of a sequence this is right
for _owner, _forms_of_sum in ((Dense, NOT_OVER_ALL), (Convolution, NOT_OVER_ALL), (Recurrent, NOT_SUMMED)):
    for _id, _forms in (("bias-gradient-wrong-axis", WRONG_AXIS), ("bias-gradient-not-summed", _forms_of_sum)):
        VARIANTS.extend(Variant(_id, _owner, {"backward": _bias(_owner, form)}) for form in _forms)
own_dense, own_conv = Dense.backward, Convolution.backward


@VARIANTS.add("summed-before-multiplied", Dense)
def backward(self: Dense, dy: Array) -> Array:
    own_dense(self, dy)
    return np.asarray(dy.sum(axis=-1, keepdims=True) * self.params["w"].sum(axis=1))


@VARIANTS.add("transposed", Dense, "backward")
def _transposed(self: Dense, dy: Array) -> Any:
    dx = own_dense(self, dy)
    self.grads["w"] = self.grads["w"].T
    return dx


@VARIANTS.add("embedding-not-accumulated", Embedding, "backward")
def _assigned(self: Embedding, dy: Array) -> tuple[()]:
    self.grads["w"] = np.zeros_like(self.params["w"])
    self.grads["w"][self.x] = dy
    return ()


@VARIANTS.add("embedding-as-dense", Embedding, "backward")
def _as_dense(self: Embedding, dy: Array) -> tuple[()]:
    row = self.x.reshape(-1).astype(dy.dtype) @ dy.reshape(-1, dy.shape[-1])
    self.grads["w"] = np.broadcast_to(row, self.params["w"].shape)
    return ()


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
    VARIANTS.append(
        Variant("conv-column-order", Convolution, {"_rows": _columns(_order), "_from_rows": _from_columns(_order)})
    )


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
    columns = (self._rows(self.params["w"]).swapaxes(1, 2) @ cotangent).reshape(
        self.n_in, *self.kernel, *dy.shape[1:-1], len(dy)
    )
    rank = self.rank
    shape: list[int] = list(columns.shape)
    kernel, out = shape[1 : 1 + rank], shape[1 + rank : -1]
    x = np.zeros((shape[0], *self.x.shape[1:-1], shape[-1]), columns.dtype)
    for place in itertools.product(*map(range, out)):
        window: list[Any] = [slice(p * s, p * s + k) for p, s, k in zip(place, self.stride, kernel, strict=True)]
        here: list[Any] = [*[slice(None)] * (rank + 1), *place]
        x[(slice(None), *window)] = columns[tuple(here)]
    return batch_first(crop(x, self.pads))


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


@VARIANTS.add("flatten-mixes-samples", Flatten)
def forward(self: Flatten, x: Array) -> Array:
    self.shape = x.shape
    return x.reshape(-1, len(x)).T


def _mixed_back(self: Flatten, dy: Array) -> Array:
    return dy.T.reshape(self.shape)


VARIANTS.append(Variant("flatten-mixes-samples", Flatten, {"forward": forward, "backward": _mixed_back}))
for _backward in (lambda self, dy: dy.T.reshape(self.shape), lambda self, dy: dy.reshape(self.shape[::-1]).T):
    VARIANTS.append(Variant("reshaped-not-transposed", Flatten, {"backward": _backward}))
