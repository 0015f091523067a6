"""Dense layers, embeddings and flattening; the biases of these and of other layers."""

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

VARIANTS = Catalogue()
Method = Callable[..., Any]


def _bias(owner: type[Layer], reduced: Callable[[Array], Array]) -> Method:
    own = owner.backward

    def backward(self: Layer, dy: Array) -> Any:
        dx = own(self, dy)
        dz = self.da.transpose(2, 0, 1) if isinstance(self, Recurrent) else dy
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
# places that are summed over while the samples, or other places, are not; of arrays of at least so many axes
PLACES: tuple[tuple[Any, int], ...] = ((1, 3), ((1, 2), 4), ((0, 2), 4))
NOT_SUMMED: tuple[Callable[[Array], Array], ...] = (
    lambda dz: dz,
    lambda dz: dz.sum(axis=0),
    lambda dz: dz[0],
    lambda dz: dz[-1],
    *((lambda dz, a=axes, n=rank: dz.sum(axis=a) if dz.ndim >= n else dz) for axes, rank in PLACES),
)
NOT_OVER_ALL = (*NOT_SUMMED, lambda dz: dz.sum(axis=(0, 1)) if dz.ndim > 2 else dz)  # of a sequence this is right
for _owner, _forms_of_sum in ((Dense, NOT_OVER_ALL), (Convolution, NOT_OVER_ALL), (Recurrent, NOT_SUMMED)):
    for _id, _forms in (("bias-gradient-wrong-axis", WRONG_AXIS), ("bias-gradient-not-summed", _forms_of_sum)):
        VARIANTS.extend(Variant(_id, _owner, {"backward": _bias(_owner, form)}) for form in _forms)
own_dense = Dense.backward


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


def _channels_first(x: Array) -> Array:
    return np.moveaxis(x, -1, 1) if x.ndim > 2 else x


def _channels_last(x: Array) -> Array:
    return np.moveaxis(x, 1, -1) if x.ndim > 2 else x


def _unchanged(x: Array) -> Array:
    return x


# what is done to the array as the submission has it, for both orders of its axes
Reshaping = Callable[[Array, tuple[int, ...]], Array]


def _mixed(x: Array, shape: tuple[int, ...]) -> Array:
    return x.reshape(-1, len(x)).T


def _mixed_back(dy: Array, shape: tuple[int, ...]) -> Array:
    return dy.T.reshape(shape)


def _reversed(dy: Array, shape: tuple[int, ...]) -> Array:
    return dy.reshape(shape[::-1]).T


def _flattened(
    reshaping: Reshaping, laid: Callable[[Array], Array], back: Callable[[Array], Array]
) -> Callable[[Flatten, Array], Array]:
    """A forward pass where arrays are laid like this; what comes out lies as the layer's own."""

    def forward(self: Flatten, x: Array) -> Array:
        self.shape = x.shape
        first = laid(x)
        return back(reshaping(first, first.shape).reshape(first.shape)).reshape(len(x), -1)

    return forward


def _unflattened(
    reshaping: Reshaping, laid: Callable[[Array], Array], back: Callable[[Array], Array]
) -> Callable[[Flatten, Array], Array]:
    """The same of a backward pass."""

    def backward(self: Flatten, dy: Array) -> Array:
        first = laid(dy.reshape(self.shape))
        return back(reshaping(first.reshape(len(dy), -1), first.shape))

    return backward


for _laid, _back in ((_unchanged, _unchanged), (_channels_first, _channels_last)):
    _mixing = {"forward": _flattened(_mixed, _laid, _back)}
    _unmixing = {"backward": _unflattened(_mixed_back, _laid, _back)}
    VARIANTS += [Variant("flatten-mixes-samples", Flatten, methods) for methods in (_mixing, {**_mixing, **_unmixing})]
    for _wrong in (_mixed_back, _reversed):
        _methods = {"backward": _unflattened(_wrong, _laid, _back)}
        VARIANTS.append(Variant("reshaped-not-transposed", Flatten, _methods))
