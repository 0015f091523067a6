"""Dense layers whose kernel is normalised as PyTorch does it."""

from typing import Any

import keras
from keras import ops


class WeightNormDense(keras.layers.Dense):
    """PyTorch's weight_norm of a Linear: each column of the kernel has the length that `g` says.

    With an `axis` of 0 each row has, with None the kernel as a whole.
    """

    def __init__(self, units: int, axis: int | None = -1, **options: Any) -> None:
        super().__init__(units, **options)
        self.axis = axis

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        shape = () if self.axis is None else (self.kernel.shape[self.axis],)
        self.g = self.add_weight(shape=shape, initializer="ones", name="g")

    def call(self, inputs: Any, training: bool = False) -> Any:
        others = None if self.axis is None else 1 - self.axis % 2
        length = ops.sqrt(ops.sum(ops.square(self.kernel), axis=others, keepdims=True))
        g = ops.reshape(self.g, length.shape)
        y = ops.matmul(inputs, self.kernel * (g / length))
        return y + self.bias if self.use_bias else y


class SpectralNormDense(keras.layers.Dense):
    """PyTorch's spectral_norm of a Linear.

    Keras' own SpectralNormalization begins with the other vector, keeps one of the two, and writes the normalised
    kernel over the kernel.
    """

    def __init__(self, units: int, iterations: int = 1, **options: Any) -> None:
        super().__init__(units, **options)
        self.iterations = iterations

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        self.v = self.add_weight(shape=(input_shape[-1],), initializer="ones", trainable=False, name="v")
        self.u = self.add_weight(shape=(self.units,), initializer="ones", trainable=False, name="u")

    def call(self, inputs: Any, training: bool = False) -> Any:
        kernel, v, u = ops.convert_to_tensor(self.kernel), self.v.value, self.u.value
        if training:
            for _ in range(self.iterations):
                u = ops.normalize(ops.matmul(v, kernel), epsilon=1e-12)
                v = ops.normalize(ops.matmul(kernel, u), epsilon=1e-12)
            v, u = ops.stop_gradient(v), ops.stop_gradient(u)
            self.v.assign(v)
            self.u.assign(u)
        y = ops.matmul(inputs, kernel / ops.dot(v, ops.matmul(kernel, u)))
        return y + self.bias if self.use_bias else y
