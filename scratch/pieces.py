"""Functions of large arrays, element by element, so that what they need beside lies in the cache."""

from collections.abc import Callable

import numpy as np

from scratch.layer import Array

PIECE = 12_000  # elements: so many temporary arrays of this size stay in the second-level cache


def by_pieces(f: Callable[[Array, Array], None], x: Array, out: Array | None = None) -> Array:
    """What `f(piece, into)` writes for each piece of x, in `out` if one is given; x: any shape.

    f is given float64, (elements,), whatever the dtype of x, which is that of the result.
    """
    y = np.empty_like(x) if out is None else out
    pieces = np.nditer(
        [x, y],
        flags=["external_loop", "buffered", "copy_if_overlap", "zerosize_ok"],
        op_flags=[["readonly"], ["writeonly"]],
        op_dtypes=[np.float64, np.float64],
        casting="same_kind",
        buffersize=PIECE,
    )
    with pieces:
        for piece, into in pieces:
            f(piece, into)
    return y
