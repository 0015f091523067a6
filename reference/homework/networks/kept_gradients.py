"""The gradients that the objects of an engine keep, as arrays."""

from typing import Any

import numpy as np

from reference.homework.agreement import compare
from reference.homework.roles import means
from reference.homework.trees import leaves
from reference.pair import Array

GRADIENT = r"grad(ient)?s?|g|adjoint|derivative|dv"


def gradient_in(kept: Any, want: Array) -> Array | None:
    """The gradient that an operand keeps, None where none has its shape."""
    held = [leaf for leaf in leaves(kept) if any(means(each, GRADIENT) for each in leaf.path.split(".")[1:])]
    return next((got for leaf in held if (got := as_array(leaf.array)).shape == want.shape), None)


def as_array(value: Any) -> Array:
    try:
        return np.asarray(value, float)
    except (TypeError, ValueError):
        return np.full((), np.nan)


def same(got: Array | None, want: Array) -> bool:
    """Whether a gradient is right; of what nothing depends on there need not be any."""
    return compare("", got, want).agree if got is not None else not want.any()
