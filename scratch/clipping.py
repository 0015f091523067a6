"""Limits on gradients. Each function takes gradients by name and returns limited copies."""

import math
from collections.abc import Mapping

import numpy as np

from scratch.layer import Array


def clip_by_value(grads: Mapping[str, Array], limit: float) -> dict[str, Array]:
    """Every element into [-limit, limit]."""
    return {name: np.clip(g, -limit, limit) for name, g in grads.items()}


def clip_by_norm(grads: Mapping[str, Array], limit: float, epsilon: float = 0.0) -> dict[str, Array]:
    """g min(1, limit / (||g|| + epsilon)), each gradient by its own Euclidean norm."""
    return {name: g * _factor(float(np.sum(g * g)), limit, epsilon) for name, g in grads.items()}


def clip_by_global_norm(grads: Mapping[str, Array], limit: float, epsilon: float = 0.0) -> dict[str, Array]:
    """g min(1, limit / (||all g|| + epsilon)), with the norm of all gradients as one long vector.

    Their directions relative to each other stay what they were. Pascanu et al. (2013), algorithm 1.
    """
    factor = _factor(sum(float(np.sum(g * g)) for g in grads.values()), limit, epsilon)
    return {name: g * factor for name, g in grads.items()}


def _factor(squares: float, limit: float, epsilon: float) -> float:
    norm = math.sqrt(squares) + epsilon
    return limit / norm if norm > limit else 1.0
