"""Gradients from the function alone, to judge a backward pass by."""

from collections.abc import Callable

import numpy as np

from scratch.layer import Array


def central_difference(f: Callable[[Array], float], x: Array, h: float = 1e-4) -> Array:
    """df/dx of a scalar function, element by element: (f(x + h) - f(x - h)) / 2h.

    The error is h**2 f''' / 6 from the formula plus about eps |f| / h from rounding.
    """
    x = np.array(x)
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        value = x[index]
        x[index] = value + h
        above = f(x)
        x[index] = value - h
        gradient[index] = (above - f(x)) / (2 * h)
        x[index] = value
    return gradient
