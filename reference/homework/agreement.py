"""How near a submission's numbers must be to the right ones."""

import math

import numpy as np

from reference.homework.verdict import Quantity
from reference.pair import Array

# Students' float64 code differs from ours by rounding: other orders of sums, exp without the shift, 1/(1+exp(-x)).
# The least mistake that anybody makes, an epsilon in another place, is a thousand times larger on our inputs.
FLOAT64_ALLOWED = 1e-9
# the same where the code computes in float32
FLOAT32_ALLOWED = 3e-5
# 1e-7 or 1e-8 added where a logarithm or a root is taken
EPSILON_ALLOWED = 2e-5


def compare(name: str, got: Array, want: Array, noise: float = 0.0, part: str = "", loose: float = 0.0) -> Quantity:
    """One quantity against what is wanted; `noise` is how far rounding moves it, in units of eps."""
    allowed = max(FLOAT32_ALLOWED if got.dtype in (np.float32, np.float16) else FLOAT64_ALLOWED, loose)
    finite = np.abs(want[np.isfinite(want)])
    scale = max(float(finite.max(initial=0.0)), 1e3 * noise * float(np.finfo(np.float64).eps))
    with np.errstate(all="ignore"):
        same = (got == want) | (np.isnan(got) & np.isnan(want))
        error = np.where(same, 0.0, np.abs(got.astype(np.float64) - want))
    error = np.where(np.isnan(error), math.inf, error)
    if not error.size:
        return Quantity(name, True, allowed=allowed, part=part)
    worst = np.unravel_index(int(error.argmax()), error.shape)
    largest = float(error[worst])
    relative = largest / scale if scale else (0.0 if largest == 0 else math.inf)
    place = tuple(int(i) for i in worst)
    return Quantity(name, relative <= allowed, relative, allowed, place, float(got[worst]), float(want[worst]), part)


def far(got: Array, want: Array) -> float:
    """The largest difference of two arrays; infinite where it is not finite."""
    with np.errstate(all="ignore"):
        largest = float(np.abs(got - want).max(initial=0.0))
    return largest if math.isfinite(largest) else math.inf
