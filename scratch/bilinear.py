"""The layer that is linear in each of two inputs."""

import numpy as np
from numpy.typing import DTypeLike

from scratch.initializers import GlorotUniform, Initializer, Seed
from scratch.layer import Array, Layer, require_size


class Bilinear(Layer):
    """y_o = sum over i and j of x_i w_oij z_j, plus b_o

    x: (..., n_x), z: (..., n_z) -> y: (..., n_out);  w: (n_out, n_x, n_z), b: (n_out,).
    """

    def __init__(
        self,
        n_x: int,
        n_z: int,
        n_out: int,
        *,
        bias: bool = True,
        init: Initializer = GlorotUniform(),
        rng: Seed = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__()
        self.params["w"] = init((n_out, n_x, n_z), rng, dtype)
        if bias:
            self.params["b"] = np.zeros(n_out, dtype)

    def forward(self, x: Array, z: Array) -> Array:
        _, n_x, n_z = self.params["w"].shape
        require_size(self, "x", x, -1, n_x)
        require_size(self, "z", z, -1, n_z)
        self.x, self.z = x, z
        y = np.einsum("...i,oij,...j->...o", x, self.params["w"], z, optimize=True)
        return y + self.params["b"] if "b" in self.params else y

    def backward(self, dy: Array) -> tuple[Array, Array]:
        w = self.params["w"]
        rows, x, z = (a.reshape(-1, a.shape[-1]) for a in (dy, self.x, self.z))
        self.grads["w"] = np.einsum("no,ni,nj->oij", rows, x, z, optimize=True)
        if "b" in self.params:
            self.grads["b"] = rows.sum(axis=0)
        dx = np.einsum("...o,oij,...j->...i", dy, w, self.z, optimize=True)
        dz = np.einsum("...o,oij,...i->...j", dy, w, self.x, optimize=True)
        return dx, dz
