"""The bilinear layer, which Keras lacks."""

from typing import Any

import keras
from keras import ops


class Bilinear(keras.layers.Layer):
    """sum over i and j of x_i w_oij z_j, plus b_o, as torch.nn.Bilinear."""

    def __init__(self, n_out: int, bias: bool) -> None:
        super().__init__()
        self.n_out, self.with_bias = n_out, bias

    def build(self, x_shape: Any, z_shape: Any) -> None:
        self.kernel = self.add_weight(shape=(self.n_out, x_shape[-1], z_shape[-1]), name="kernel")
        if self.with_bias:
            self.bias = self.add_weight(shape=(self.n_out,), initializer="zeros", name="bias")

    def call(self, x: Any, z: Any) -> Any:
        y = ops.einsum("...oj,...j->...o", ops.einsum("...i,oij->...oj", x, self.kernel), z)
        return y + self.bias if self.with_bias else y
