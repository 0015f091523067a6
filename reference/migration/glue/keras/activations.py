"""Activations that Keras lacks, or rounds to float32."""

import math
from typing import Any

from keras import activations, ops


def gelu(x: Any, approximate: bool) -> Any:
    """GELU with constants of x's own precision; TensorFlow rounds them to float32."""
    if approximate:
        return 0.5 * x * (1 + ops.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)))
    return 0.5 * x * (1 + ops.erf(x * math.sqrt(0.5)))


def softplus(x: Any, beta: float, threshold: float) -> Any:
    """Softplus with PyTorch's beta and threshold; Keras' own is exact, with beta 1 and no threshold."""
    z = beta * x
    exact = activations.softplus(z) / beta
    return exact if math.isinf(threshold) else ops.where(z > threshold, x, exact)


def hard_tanh(x: Any, low: float, high: float) -> Any:
    """x between two bounds, whose gradient is 0 at the bounds as in PyTorch; Keras' own has 1, and is for -1 and 1."""
    return ops.where(x <= low, ops.full_like(x, low), ops.where(x >= high, ops.full_like(x, high), x))


def maxout(x: Any, pieces: int) -> Any:
    """The maximum of each `pieces` neighbouring features; equal maxima share the gradient evenly."""
    return ops.max(ops.reshape(x, (*x.shape[:-1], -1, pieces)), axis=-1)


def sparsemax(x: Any, axis: int) -> Any:
    """keras.activations.sparsemax as it should be: with TensorFlow its threshold is that of other sums."""
    largest = ops.moveaxis(-ops.sort(-x, axis), axis, -1)
    sums = ops.cumsum(largest, -1) - 1
    k = ops.arange(1, x.shape[axis] + 1, dtype=x.dtype)
    size = ops.maximum(ops.sum(ops.cast(k * largest > sums, "int32"), -1, keepdims=True), 1)
    threshold = ops.take_along_axis(sums, size - 1, -1) / ops.cast(size, x.dtype)
    return ops.relu(x - ops.moveaxis(threshold, -1, axis))
