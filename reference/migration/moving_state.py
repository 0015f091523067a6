"""The state of an optimizer from one framework to another, so that training goes on where it stopped."""

import math
from collections.abc import Sequence
from typing import Any

from reference.errors import RequestError
from reference.migration.moves import Move
from reference.migration.optimizer_state import AVERAGE, EPSILON, OF_WEIGHTS, SLOTS, state_of
from reference.pair import Array


def move_state(source: Any, target: Any, moves: Sequence[Move]) -> list[str]:
    """Put the state of one optimizer into the other; what else is to be known.

    Raises RequestError where they do not do the same.
    """
    a, b = state_of(source, moves, 0), state_of(target, moves, 1)
    if a.kind != b.kind:
        raise RequestError(f"the optimizers do not correspond: {a.kind} in the source, {b.kind} in the target")
    for name in a.settings:
        if name not in EPSILON and not _same(a.settings[name], b.settings[name]):
            mine, theirs = ("none" if s.settings[name] is None else s.settings[name] for s in (a, b))
            raise RequestError(
                f"the optimizers do not correspond: {name} is {mine} in the source, {theirs} in the target"
            )
    slots = [*SLOTS[a.kind], *([AVERAGE] if a.settings[OF_WEIGHTS] is not None else [])]
    for move in moves:
        kept: dict[str, dict[str, Array]] = {}
        for slot in slots:
            found = move.gathered(lambda path, slot=slot, move=move: a.read(move.source, path).get(slot))
            for path, array in move.laid_out(found).items():
                kept.setdefault(path, {})[slot] = array
        for path, arrays in kept.items():
            b.write(move.target, path, arrays, a.t)
        for path in move.shared():
            b.write(move.target, path, a.read(move.source, path), a.t)
    b.finish(a.t)
    notes = [
        f"the {where}'s learning rate was set by a scheduler of PyTorch, which the optimizer knows nothing of: set it "
        "up for the target"
        for where, optimizer in (("source", source), ("target", target))
        if any("initial_lr" in group for group in getattr(optimizer, "param_groups", ()))
    ]
    if any(not _same(a.settings[name], b.settings[name]) for name in EPSILON if name in a.settings):
        mine, theirs = (f"{s.settings['epsilon']:g} added to the {s.settings['epsilon added']} root" for s in (a, b))
        notes.append(f"epsilon is {mine} in the source, {theirs} in the target: training will drift apart")
    return notes


def _same(x: Any, y: Any) -> bool:
    return bool(x == y) if not isinstance(x, float | int) or y is None else math.isclose(x, y, rel_tol=1e-6)
