"""Layers whose weight is normalised before every forward pass."""

import numpy as np

from scratch.distances import unit
from scratch.layer import Array, Layer


class Reweighted(Layer):
    """A layer with a weight "w" that is made of others: `weight()` makes it, `weight_gradients(dw)` are theirs.

    All other weights of the layer are kept under their names.
    """

    def __init__(self, layer: Layer) -> None:
        super().__init__()
        self.layer = layer
        self.params = dict(layer.params)

    def weight(self) -> Array:
        raise NotImplementedError(f"{type(self).__name__}.weight is not written")

    def weight_gradients(self, dw: Array) -> dict[str, Array]:
        raise NotImplementedError(f"{type(self).__name__}.weight_gradients is not written")

    def forward(self, x: Array) -> Array:
        self.layer.params = {**self.params, "w": self.weight()}
        return self.layer.forward(x)

    def backward(self, dy: Array) -> Array | None:
        self.layer.input_gradient = self.input_gradient
        dx: Array | None = self.layer.backward(dy)
        others = {name: g for name, g in self.layer.grads.items() if name != "w"}
        self.grads = {**others, **self.weight_gradients(self.layer.grads["w"])}
        return dx


class WeightNorm(Reweighted):
    """w = g v / |v|: the length of what leads to each output is a weight of its own (Salimans and Kingma, 2016).

    v: the shape of w, (..., n_out), |v| is taken over all axes but `axis`, the last unless told otherwise, and over all
    of them for None; g: as long as that axis, or (). To begin with v is the layer's w, and g its length.
    dg = sum(dw v / |v|), dv = (dw - dg v / |v|) g / |v|.  Raises ValueError for an axis that w has not.
    """

    def __init__(self, layer: Layer, *, axis: int | None = -1) -> None:
        super().__init__(layer)
        v = self.params.pop("w")
        if axis is not None and not -v.ndim <= axis < v.ndim:
            raise ValueError(f"axis is {axis}, expected one of the {v.ndim} of w, or None")
        others = list(range(v.ndim))
        if axis is not None:
            others.pop(axis)
        self.others = tuple(others)
        self.params["v"], self.params["g"] = v, np.sqrt((v * v).sum(axis=self.others))

    def weight(self) -> Array:
        v, g = self.params["v"], np.expand_dims(self.params["g"], self.others)
        length = np.sqrt((v * v).sum(axis=self.others, keepdims=True))
        self.direction, self.scale = v / length, g / length
        return g * self.direction

    def weight_gradients(self, dw: Array) -> dict[str, Array]:
        dg = (dw * self.direction).sum(axis=self.others, keepdims=True)
        return {"v": (dw - dg * self.direction) * self.scale, "g": dg.squeeze(self.others)}


class SpectralNorm(Reweighted):
    """w / sigma, sigma = v @ w @ u the largest singular value of w as a matrix (m, n_out) (Miyato et al., 2018).

    The singular vectors v: (m,) and u: (n_out,) are buffers: every forward pass in training goes so many `iterations`
    of the power method on, u = v @ w and v = w @ u brought to length 1, at inference they stay. In the gradient they
    are constants: dw = (d - sum(d w) / sigma outer(v, u)) / sigma, d being that of w / sigma.
    Raises ValueError for fewer than one iteration.
    """

    EPSILON = 1e-12

    def __init__(self, layer: Layer, *, iterations: int = 1) -> None:
        super().__init__(layer)
        if iterations < 1:
            raise ValueError(f"iterations is {iterations}, expected at least 1")
        self.iterations = iterations
        n_out = self.params["w"].shape[-1]
        self.buffers["v"] = np.full(self.params["w"].size // n_out, 1.0, self.params["w"].dtype)
        self.buffers["u"] = np.full(n_out, 1.0, self.params["w"].dtype)

    def weight(self) -> Array:
        self.w = self.params["w"]
        matrix = self.w.reshape(-1, self.w.shape[-1])
        v, u = self.buffers["v"], self.buffers["u"]
        for _ in range(self.iterations if self.training else 0):
            u = unit(v @ matrix, 0, self.EPSILON)[0]
            v = unit(matrix @ u, 0, self.EPSILON)[0]
        self.buffers.update(v=v, u=u)
        self.outer, self.sigma = np.outer(v, u).reshape(self.w.shape), v @ matrix @ u
        return self.w / self.sigma

    def weight_gradients(self, dw: Array) -> dict[str, Array]:
        along = (dw * self.w).sum() / self.sigma
        return {"w": (dw - along * self.outer) / self.sigma}
