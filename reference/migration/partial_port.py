"""The weights of the layers that two models have in common, where one of them has more layers."""

from typing import Any

import numpy as np

from reference.migration.difference import find_inputs, run_once
from reference.migration.lone_causes import left_out
from reference.migration.models import wrap
from reference.migration.moves import put
from reference.migration.order import Both, settled
from reference.migration.pairing import Pairing
from reference.migration.port import MOST, limit_of
from reference.migration.unequal import partly


def port_in_part(source: Any, target: Any, names: dict[str, str], example: Any, seed: int) -> bool:
    """Put the weights of layers that correspond into the target; false, and nothing is changed, where none do.

    Rows that a flattening puts in another order follow it, as far as that shows without the layers of one model alone.
    """
    a, b = wrap(source), wrap(target)
    inputs, layout = find_inputs(a, b, example, np.random.default_rng(seed))
    runs = None if inputs is None else [run_once(m, inputs, layout, True) for m in (a, b)]
    found = partly(a, b, names, runs)
    if found is None or not found[0]:
        return False
    moves, lone = found
    put(moves)
    if inputs is None or runs is None:
        return True
    room = min(10 * limit_of(a, b, len(moves)), MOST)
    pairing = Pairing(a, b, moves, inputs, layout, room, seed, tuple(runs))
    undo = [left[1] for each in lone if (left := left_out(pairing, [each])) is not None]
    try:
        settled(Both(a, b, inputs, layout, room), moves)
    finally:
        for each in reversed(undo):
            each()
    return True
