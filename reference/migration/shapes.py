"""The shape that an array has in scratch, from the shapes that its twins have."""

import math
import re

from reference.pair import Slot

Shape = tuple[int, ...]


def scratch_shape(slot: Slot, shape: Shape) -> Shape | None:
    """The shape in scratch of what lies in a twin's array of this shape; None where the slot does not tell it.

    "(heads size) n" does not tell how many heads there are, nor "(c m) 1 kh kw" how many channels: another twin may.
    """
    count = slot.part[1]
    if count > 1:
        if not shape or shape[0] % count:
            return None
        shape = (shape[0] // count, *shape[1:])
    if not slot.axes:
        return shape
    here, there = (_axes(side) for side in slot.axes.split("->"))
    if len(there) != len(shape):
        return None
    sizes = {"1": 1, **slot.sizes}
    if slot.blocks:
        sizes["gate"] = len(slot.blocks.split("->")[0].split())
    for names, size in zip(there, shape, strict=True):
        unknown = [name for name in names if name not in sizes]
        known = math.prod(sizes[name] for name in names if name in sizes)
        if len(unknown) > 1 or size % known:
            return None
        if unknown:
            sizes[unknown[0]] = size // known
        elif size != known:
            return None
    return tuple(math.prod(sizes[name] for name in names) for names in here)


def _axes(side: str) -> list[list[str]]:
    """The names in each axis: "(gate hidden) n" has [["gate", "hidden"], ["n"]]."""
    return [(grouped or single).split() for grouped, single in re.findall(r"\(([^)]*)\)|(\S+)", side)]
