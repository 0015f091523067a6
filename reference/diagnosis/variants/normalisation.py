"""Normalisation: which part of the gradient is forgotten, and other moments."""

import numpy as np

from reference.diagnosis.variant import Catalogue, Variant
from scratch import normalisation
from scratch.layer import Array
from scratch.normalisation import BatchNorm, LayerNorm, Normalisation

VARIANTS = Catalogue()
own_affine_backward = Normalisation.affine_backward


def _axes(self: BatchNorm | LayerNorm) -> tuple[int, ...]:
    return self.over if isinstance(self, BatchNorm) else self.axis


def _backward(mean: float, variance: float, gamma: bool = True, n: str = "") -> object:
    """The gradient of the input with the terms of the mean and the variance multiplied by these."""

    def backward(self: BatchNorm | LayerNorm, dy: Array) -> Array:
        dz = own_affine_backward(self, dy)
        dz = dz if gamma else dy
        axes, z = _axes(self), self.z
        share = 1.0
        if n:  # the size of another axis is divided by
            count = np.prod([dy.shape[a] for a in axes])
            share = float(count / (dy.shape[0] if n == "batch" else dy.shape[-1]))
        through_mean = mean * share * dz.mean(axis=axes, keepdims=True)
        through_variance = variance * share * z * (dz * z).mean(axis=axes, keepdims=True)
        return (dz - through_mean - through_variance) / self.deviation

    return backward


for _owner in (BatchNorm, LayerNorm):
    for _id, _method in (
        ("norm-moments-constant", _backward(0, 0)),
        ("norm-mean-gradient-missing", _backward(0, 1)),
        ("norm-variance-gradient-missing", _backward(1, 0)),
        ("norm-gamma-missing", _backward(1, 1, gamma=False)),
        ("norm-batch-size-for-features", _backward(1, 1, n="batch")),
        ("norm-features-for-batch-size", _backward(1, 1, n="features")),
    ):
        VARIANTS.append(Variant(_id, _owner, {"backward": _method}))  # type: ignore[dict-item]


def _averaged(self: BatchNorm | LayerNorm, dy: Array) -> Array:
    """One number for gamma."""
    own_affine_backward(self, dy)
    return normalisation.through_moments(dy * self.params["gamma"].mean(), self.z, self.deviation, _axes(self))


def _outside_the_means(self: LayerNorm, dy: Array) -> Array:
    gamma = own_affine_backward(self, np.ones_like(dy))
    own_affine_backward(self, dy)
    return gamma * normalisation.through_moments(dy, self.z, self.deviation, self.axis)


def _in_place(self: Normalisation, dy: Array) -> Array:
    """dy multiplied by gamma before the gradients of gamma and beta are summed."""
    dz = own_affine_backward(self, dy)
    own_affine_backward(self, dz)
    return dz


VARIANTS.append(Variant("norm-gamma-outside", LayerNorm, {"backward": _outside_the_means}))
for _owner in (BatchNorm, LayerNorm):
    VARIANTS.append(Variant("norm-gamma-averaged", _owner, {"backward": _averaged}))
    VARIANTS.append(Variant("norm-gamma-in-place", _owner, {"affine_backward": _in_place}))


def _gamma_gradient(gradient: str) -> object:
    def affine_backward(self: Normalisation, dy: Array) -> Array:
        dz = own_affine_backward(self, dy)
        others = tuple(i for i in range(dy.ndim) if i not in {axis % dy.ndim for axis in self.axis})
        centred = self.z * self.deviation  # type: ignore[attr-defined]
        terms = {"centred": dy * centred, "x": dy * self.x, "dy": dy, "y": dy * self.y}  # type: ignore[attr-defined]
        self.grads["gamma"] = terms[gradient].sum(axis=others)
        return dz

    return affine_backward


def _keeping(owner: type[BatchNorm] | type[LayerNorm]) -> object:
    own = owner.forward

    def forward(self: BatchNorm, x: Array) -> Array:
        self.x = x  # type: ignore[attr-defined]
        self.y = own(self, x)  # type: ignore[attr-defined, arg-type]
        return self.y  # type: ignore[attr-defined]

    return forward


def _unbiased(x: Array, axes: tuple[int, ...]) -> tuple[Array, Array]:
    return x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True, ddof=1)


def _forward(self: BatchNorm | LayerNorm, x: Array) -> Array:
    self.over = tuple(range(x.ndim - 1))  # type: ignore[union-attr]
    self.of_batch = True  # type: ignore[union-attr]
    mean, variance = _unbiased(x, _axes(self))
    self.deviation = np.sqrt(variance + self.epsilon)
    return self.affine((x - mean) / self.deviation)


def _outside(self: BatchNorm | LayerNorm, x: Array) -> Array:
    """The same with epsilon added to the deviation."""
    _forward(self, x)
    mean, variance = _unbiased(x, _axes(self))
    self.deviation = np.sqrt(variance) + self.epsilon
    return self.affine((x - mean) / self.deviation)


def _consistent(self: BatchNorm | LayerNorm, dy: Array) -> Array:
    """The gradient that follows from the unbiased variance."""
    dz, axes = own_affine_backward(self, dy), _axes(self)
    n = np.prod([dy.shape[a] for a in axes])
    return (dz - dz.mean(axis=axes, keepdims=True) - self.z * (dz * self.z).sum(axis=axes, keepdims=True) / (n - 1)) / (
        self.deviation
    )


for _owner in (BatchNorm, LayerNorm):
    for _name in ("centred", "x", "dy", "y"):
        _methods = {"forward": _keeping(_owner), "affine_backward": _gamma_gradient(_name)}
        VARIANTS.append(Variant("norm-gamma-gradient", _owner, _methods))  # type: ignore[arg-type]
    for _first in (_forward, _outside):
        VARIANTS.append(Variant("norm-unbiased-variance", _owner, {"forward": _first}))
        VARIANTS.append(Variant("norm-unbiased-variance", _owner, {"forward": _first, "backward": _consistent}))


@VARIANTS.add("norm-batch-statistics-at-inference", BatchNorm)
def forward(self: BatchNorm, x: Array) -> Array:
    self.over, self.of_batch = tuple(range(x.ndim - 1)), True
    mean, variance = normalisation.moments(x, self.over)
    self.deviation = np.sqrt(variance + self.epsilon)
    return self.affine((x - mean) / self.deviation)
