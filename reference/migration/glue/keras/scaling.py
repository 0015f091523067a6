"""Rescaling that Keras lacks. Arrays are channels last, as Keras has them."""

from typing import Any

from keras import ops


def local_response_norm(x: Any, size: int, alpha: float, beta: float, k: float) -> Any:
    """Divides by the activity of neighbouring channels, for any dtype and even sizes too.

    In float32, for an odd size, it is tf.nn.local_response_normalization(x, size // 2, k, alpha / size, beta).
    """
    sides = [(0, 0)] * (len(x.shape) - 1)
    squares = ops.pad(ops.square(x), [*sides, (size // 2, (size - 1) // 2)])
    total = sum(squares[..., i : i + x.shape[-1]] for i in range(size))
    return x / ops.power(k + alpha / size * total, beta)
