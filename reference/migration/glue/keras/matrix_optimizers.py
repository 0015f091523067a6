"""PyTorch's optimizers that look at a weight as a whole, in Keras, where the two differ."""

from typing import Any

import keras
from keras import ops


class TorchAdafactor(keras.optimizers.Adafactor):
    """Adafactor whose epsilon_1 is the least that sqrt(v) and the mean of the rows can be."""

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        index, dtype = self._get_variable_index(variable), variable.dtype
        t, g = ops.cast(self.iterations + 1, dtype), ops.cast(gradient, dtype)
        share, squares = ops.power(t, self.beta_2_decay), ops.square(g)

        def average(slot: Any, value: Any) -> Any:
            slot.assign(slot + (value - slot) * share)
            return slot

        if len(variable.shape) < 2:
            v = average(self._v[index], squares)
        else:
            rows = average(self._r[index], ops.mean(squares, -1))
            columns = average(self._c[index], ops.mean(squares, -2))
            mean = ops.maximum(ops.mean(rows, -1, keepdims=True), self.epsilon_1)
            v = ops.expand_dims(rows / mean, -1) * ops.expand_dims(columns, -2)
        u = g / ops.maximum(ops.sqrt(v), self.epsilon_1)
        largest = ops.maximum(self._rms(variable), ops.cast(self.epsilon_2, dtype))
        alpha = largest * ops.minimum(ops.cast(learning_rate, dtype), 1 / ops.sqrt(t))
        self.assign_sub(variable, alpha * u / ops.maximum(self._rms(u) / self.clip_threshold, ops.ones((), dtype)))


class TorchMuon(keras.optimizers.Muon):
    """Muon with a velocity that is an average, an epsilon of its own, and the scale of Jordan et al.

    `eps_on` is "sum" as in Keras or "average" as in PyTorch; `original` takes the place of `rms_rate`.
    """

    def __init__(self, *args: Any, eps: float, eps_on: str, original: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.eps, self.averaged, self.original = eps, eps_on == "average", original

    def _muon_update_step(self, gradient: Any, variable: Any, lr: Any, m: Any) -> None:
        super()._muon_update_step(gradient * (1 - self.momentum) if self.averaged else gradient, variable, lr, m)

    def lr_adjust(self, x: Any) -> Any:
        rows, columns = x.shape
        return x * max(1, rows / columns) ** 0.5 if self.original else super().lr_adjust(x)

    def zeropower_via_newtonschulz5(self, x: Any, steps: int) -> Any:
        norm = ops.sqrt(ops.sum(ops.square(x)))
        x = x / (ops.maximum(norm, self.eps) if self.averaged else norm + self.eps)
        for _ in range(steps):
            gram = x @ ops.transpose(x)
            x = self.muon_a * x + (self.muon_b * gram + self.muon_c * gram @ gram) @ x
        return x
