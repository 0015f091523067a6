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
