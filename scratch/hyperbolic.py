"""tanh for large float64 arrays, where NumPy's own is slow."""

import functools

import numpy as np
from numpy.lib import introspect

from scratch.layer import Array
from scratch.pieces import PIECE, by_pieces

LIMIT = 20  # beyond it tanh is 1 to the last bit
GRID = 256  # points of the table for each unit of x
TABLE = np.tanh(np.arange(-LIMIT * GRID, LIMIT * GRID + 1) / GRID)


def tanh(x: Array, out: Array | None = None) -> Array:
    """tanh(x), in `out` if one is given; x: any shape and dtype.

    NumPy's kernel for float64 gathers its coefficients, which processors without AVX-512 do slowly. There, arrays that
    are large enough to pay for it are looked up in a table; the result is within 4 units in the last place.
    """
    if x.dtype != np.float64 or x.size < PIECE or not _gathers_slowly():
        return np.tanh(x, out=out)
    with np.errstate(invalid="ignore"):  # NaN has no place in the table; it stays NaN in d
        return by_pieces(tabulated_tanh, x, out)


def tabulated_tanh(x: Array, out: Array) -> None:
    """Put tanh(x) into `out`, by tanh(k + d) = (tanh k + tanh d) / (1 + tanh k tanh d) with k the nearest point of the
    table and tanh d = d - d**3 / 3 + 2 d**5 / 15, whose next term is below the last place of |d| <= 1 / 512.

    Addition formula and series: NIST Digital Library of Mathematical Functions, 4.35.3 and 4.33.3.
    """
    d = np.clip(x, -LIMIT, LIMIT)
    k = np.rint(d * GRID)
    d -= k * (1 / GRID)
    tanh_k = TABLE.take((k + LIMIT * GRID).astype(np.intp), mode="clip")
    square = d * d
    tanh_d = d + d * square * (square * (2 / 15) - 1 / 3)
    np.divide(tanh_k + tanh_d, 1 + tanh_k * tanh_d, out=out)


@functools.cache
def _gathers_slowly() -> bool:
    """Whether NumPy's tanh of float64 is the kernel for AVX2, on this processor."""
    # there is none to name on processors that NumPy has only one kernel for
    kernels = introspect.opt_func_info(func_name="^tanh$", signature="float64").get("tanh", {}).values()
    return any("AVX2" in kernel["current"] or "X86_V3" in kernel["current"] for kernel in kernels)
