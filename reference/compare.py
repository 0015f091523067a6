"""How far apart two arrays are, and how far they may be. The one place where a tolerance is decided."""

import math
from dataclasses import dataclass

import numpy as np

from reference.pair import Array

# Rounding errors of a sum of n terms behave as a random walk: with overwhelming probability they stay below
# SPREAD * sqrt(n) * eps of its scale (Higham and Mary, 2019, give 1 - 2n exp(-SPREAD**2 / 2) for unit u = eps / 2).
SPREAD = 4.0

# float64 quantities further apart than this share of their largest element need a stated reason, whatever n is
FLOAT64_CEILING = 1e-12


def allowed_ulp(length: int) -> float:
    """The allowed difference of two results of reductions over `length` terms, in ulp of the largest element.

    Capped in float64 by FLOAT64_CEILING, which sqrt(length) reaches at a million terms.
    """
    return min(SPREAD * math.sqrt(max(length, 4)), FLOAT64_CEILING / float(np.finfo(np.float64).eps))


@dataclass(frozen=True)
class Finding:
    """One compared quantity. `ulp` and `allowed` are in units of eps times its scale.

    The scale is the largest element of what was wanted or, where that is larger, how far rounding moves the quantity
    (see `reference.sides.Prepared`). Where that makes the limit looser than FLOAT64_CEILING of the
    largest element, `reason` says so.
    Where the two disagree, `index` is the place of the largest difference, `got` and `want` are the values there, and
    `whose` says whose `got` is; `problem` says what is wrong where numbers cannot: a shape, a dtype, a broken contract.
    """

    name: str
    agree: bool
    max_abs: float = 0.0
    max_rel: float = 0.0
    ulp: float = 0.0
    allowed: float = 0.0
    index: tuple[int, ...] = ()
    got: float = math.nan
    want: float = math.nan
    problem: str = ""
    reason: str = ""
    whose: str = "scratch"


def compare(
    name: str, got: Array, want: Array, allowed: float, dtype: str | None = None, scale: float = 0.0
) -> Finding:
    """Compare two arrays; `allowed` is in units of eps times the larger of the largest |want| and `scale`.

    NaN agrees with NaN, an infinity with itself. Shapes must be equal, and the dtype of `got` must be `dtype`.
    """
    if got.shape != want.shape:
        return Finding(name, False, problem=f"has shape {got.shape}, expected {want.shape}")
    if dtype is not None and got.dtype != dtype:
        return Finding(name, False, problem=f"has dtype {got.dtype}, expected {dtype}")
    if got.size == 0:
        return Finding(name, True, allowed=allowed)
    with np.errstate(invalid="ignore"):
        same = (got == want) | (np.isnan(got) & np.isnan(want))
        error = np.where(same, 0.0, np.abs(got.astype(np.float64) - want.astype(np.float64)))
    error = np.where(np.isnan(error), math.inf, error)
    finite = np.abs(want[np.isfinite(want)])
    largest = float(finite.max()) if finite.size else 0.0
    scale = max(scale, largest)
    eps = float(np.finfo(got.dtype).eps)
    worst = np.unravel_index(int(error.argmax()), error.shape)
    max_abs = float(error[worst])
    max_rel, ulp = _ratio(max_abs, largest), _ratio(max_abs, scale * eps)
    loose = got.dtype == np.float64 and allowed * eps * scale > FLOAT64_CEILING * largest
    return Finding(
        name,
        ulp <= allowed,
        max_abs=max_abs,
        max_rel=max_rel,
        ulp=ulp,
        allowed=allowed,
        index=tuple(int(i) for i in worst),
        got=float(got[worst]),
        want=float(want[worst]),
        reason=f"rounding moves it by {scale * eps:.0e}" if loose else "",
    )


def equal(a: Array, b: Array) -> bool:
    """Whether two arrays hold the same numbers in the same shape. NaN is NaN."""
    # mostly they are the same to the bit, which is seen in a tenth of the time
    same = a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()
    return same or bool(np.array_equal(a, b, equal_nan=True))


def _ratio(error: float, unit: float) -> float:
    if error == 0:
        return 0.0
    return error / unit if unit else math.inf
