"""Distances and likenesses of two vectors, which Keras has no layers for."""

import math
from typing import Any

from keras import ops


def pairwise_distance(a: Any, b: Any, p: float = 2.0, epsilon: float = 1e-6, keepdims: bool = False) -> Any:
    """The p-norm of a - b + epsilon along the last axis, with no gradient where it is 0, as PyTorch's."""
    d = a - b + epsilon
    if p == math.inf:
        return ops.norm(d, ord=p, axis=-1, keepdims=keepdims)
    size = ops.abs(d)
    # a power below 1 has no slope at 0
    power = ops.where(size == 0, 0, ops.where(size == 0, 1, size) ** p)
    total = ops.sum(power, axis=-1, keepdims=keepdims)
    return ops.where(total == 0, 0, ops.where(total == 0, 1, total) ** (1 / p))


def pairwise_cosine(a: Any, b: Any, axis: int = 1, epsilon: float = 1e-8) -> Any:
    """The cosine of each pair of vectors along an axis, as Keras' Dot with `normalize`, whose epsilon is fixed."""
    return ops.sum(ops.normalize(a, axis, epsilon=epsilon) * ops.normalize(b, axis, epsilon=epsilon), axis=axis)
