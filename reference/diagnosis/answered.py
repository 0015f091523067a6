"""What a layer answers with two changes in its code, kept for the next submission that is asked the same.

A class hands in the same layer many times, and is given the same arrays: then its pairs of mistakes have the same
answers, of which only the comparison is new. Outputs alone are kept, as gradients are many and large.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np

from reference.diagnosis.evidence import Evidence
from reference.sides import Side

# of how many problems answers are kept, and how many numbers those of one may have
MOST_PROBLEMS, MOST_NUMBERS = 4, 4_000_000

Pair = tuple[int, int]
# with each answer what its key names by an address, so that nothing else can come to lie there
Kept = dict[Pair, tuple[Any, Any, Side | None]]
_kept: OrderedDict[Hashable, tuple[Evidence, Kept]] = OrderedDict()


class Answered:
    """The answers to one problem by the two changes that they are of; those of another problem are not touched."""

    def __init__(self, evidence: Evidence) -> None:
        key = _key(evidence) if evidence.output_only else None
        if key is None:
            self._known: Kept | None = None
            return
        self._known = _kept.setdefault(key, (evidence, {}))[1]
        _kept.move_to_end(key)
        while len(_kept) > MOST_PROBLEMS:
            _kept.popitem(last=False)

    def side(self, first: Any, second: Any, answer: Callable[[], Side | None]) -> Side | None:
        """The answer with both changes, which is asked for once."""
        if self._known is None:
            return answer()
        key = id(first), id(second)
        if key not in self._known:
            side = answer()
            if sum(array.size for array in (side or {}).values()) * (len(self._known) + 1) > MOST_NUMBERS:
                return side
            self._known[key] = first, second, side
        return self._known[key][2]


def _key(evidence: Evidence) -> Hashable:
    """What the answers depend on: the layer, its options, and every array."""
    digest = hashlib.blake2b()
    arrays = evidence.arrays
    for group in (arrays.inputs, arrays.params, arrays.buffers, {"dy": arrays.dy}):
        for name, array in group.items():
            digest.update(f"{name} {array.shape} {array.dtype}".encode())
            digest.update(np.ascontiguousarray(array).data)
    return evidence.pair.layer, repr(sorted(evidence.case.options.items())), evidence.case.training, digest.digest()
