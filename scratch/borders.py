"""What is put around an image: zeros, or what the image itself goes on with."""

from typing import Literal, get_args

import numpy as np

from scratch.layer import Array
from scratch.windows import Pads, crop, pad

PaddingMode = Literal["zeros", "reflect", "replicate", "circular"]
Border = PaddingMode | Literal["symmetric"]
# what NumPy calls them
OF_NUMPY = {"reflect": "reflect", "symmetric": "symmetric", "replicate": "edge", "circular": "wrap"}


def require_mode(mode: str) -> None:
    """Raise ValueError unless there is such a mode."""
    if mode not in get_args(PaddingMode):
        raise ValueError(f"padding_mode is {mode!r}, expected 'zeros', 'reflect', 'replicate' or 'circular'")


def extend(x: Array, pads: Pads, mode: Border) -> Array:
    """`x` with `pads` around all its axes but the first and the last; for zeros `x` itself where nothing is added.

    "reflect" goes back from the border, which does not come twice, "symmetric" as well, but it does; "replicate"
    repeats it; "circular" goes on at the other end. Raises ValueError where there is too little to go back through, or
    around.
    """
    if mode == "zeros":
        return pad(x, pads)
    for axis, sides in enumerate(pads, start=1):
        x = x.take(_sources(x.shape[axis], sides, mode), axis)
    return x


def contract(dx: Array, pads: Pads, mode: Border) -> Array:
    """The transpose of `extend`: every element gets what its copies got as well."""
    if mode == "zeros":
        return crop(dx, pads)
    for axis, sides in enumerate(pads, start=1):
        size = dx.shape[axis] - sum(sides)
        summed = np.zeros((size, *np.delete(dx.shape, axis)), dx.dtype)
        np.add.at(summed, _sources(size, sides, mode), np.moveaxis(dx, axis, 0))
        dx = np.moveaxis(summed, 0, axis)
    return dx


def _sources(size: int, sides: tuple[int, int], mode: Border) -> Array:
    """Which element each of the extended axis is a copy of."""
    most = {"reflect": size - 1, "symmetric": size, "circular": size}.get(mode, max(sides))
    if max(sides) > most:
        raise ValueError(f"padding by {sides} in mode {mode!r} needs more than {size} elements along an axis")
    return np.pad(np.arange(size), sides, mode=OF_NUMPY[mode])  # type: ignore[call-overload]
