"""Two models of which only one has some layer with weights: which layers correspond, and which stand alone.

The layers of both are aligned as two spellings of a word: those that correspond keep their order, and what is left out
costs least. A layer of the same kind may stand beside one of another size.
"""

import contextlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reference.errors import RequestError
from reference.migration.absent_causes import ABSENT
from reference.migration.causes import match_anyway, same_weights
from reference.migration.counterparts import Side, at_level, counterparts, is_known
from reference.migration.matching import as_one, match_sides
from reference.migration.models import Model, Run
from reference.migration.moves import Lone, Move, Sizes, Unit, loose, units, without_tied
from reference.migration.shapes import scratch_shape

# what it costs that weights are others, or the name too, that a layer stands alone, that it has another size, and no
# size in common
OTHER, UNNAMED, ALONE, RESIZED, UNLIKE = 1, 2, 4, 6, 7
# of two layers, what tells whether they fit
Kinds = tuple[tuple[Any, ...], tuple[Any, ...]]


@dataclass(frozen=True)
class Way:
    """From a place in both models to their ends: what it costs, and its first step."""

    cost: int
    step: tuple[int, int] = (0, 0)
    move: Move | None = None
    sizes: Sizes | None = None


@dataclass(frozen=True, eq=False)
class Step:
    """The layers of A and of B, by number, that stand beside each other: counterparts, in two sizes, or one alone."""

    i: int | None
    j: int | None
    move: Move | None = None
    sizes: Sizes | None = None


def partly(
    a: Model, b: Model, names: dict[str, str], runs: Sequence[Run] | None
) -> tuple[list[Move], list[Lone]] | None:
    """The layers that correspond, in the order of the calls or in that in which they were made, and those that stand
    alone; None where nothing of both models corresponds.

    `names` has layers that correspond, by name.
    """
    if loose(a) or loose(b):
        return None
    orders: list[list[Any]] = [] if runs is None else [[[s.name for s in run.steps] for run in runs]]
    ways, misfits, seen = [], set[Kinds](), list[list[list[str]]]()
    for order in [*orders, [None, None]]:
        mine, theirs = (units(m, called) for m, called in zip((a, b), order, strict=True))
        if (both := [[unit.name for unit in found] for found in (mine, theirs)]) in seen:
            continue
        seen.append(both)
        if len(mine) != len(theirs):
            mine, theirs = without_tied(mine), without_tied(theirs)
        ways.append(_aligned(mine, theirs, names, misfits))
    _, moves, lone = min(ways, key=lambda way: way[0])
    alike = any(each.resized is not None and _in_common(each.sizes or {}) for each in lone)
    return (moves, lone) if moves or alike else None


def _aligned(
    mine: list[Unit], theirs: list[Unit], names: dict[str, str], misfits: set[Kinds]
) -> tuple[int, list[Move], list[Lone]]:
    """What it costs to align two models, the layers that correspond, and those that do not."""
    steps, i, j = list[Step](), 0, 0
    # layers at the start with the same weights need no thought
    while i < len(mine) and j < len(theirs) and _may(mine[i], theirs[j], names):
        move, step = _fitted(mine[i:], theirs[j:], misfits)
        if move is None or not same_weights(move):
            break
        steps.append(Step(i, j, move))
        i, j = i + step[0], j + step[1]
    start, table = (i, j), {(len(mine), len(theirs)): Way(0)}
    for i in reversed(range(start[0], len(mine) + 1)):
        for j in reversed(range(start[1], len(theirs) + 1)):
            if (i, j) not in table:
                found = _ways(mine[i:], theirs[j:], names, misfits, i, j, table)
                table[i, j] = min(found, key=lambda way: way.cost)
    i, j = start
    while (i, j) != (len(mine), len(theirs)):
        way = table[i, j]
        steps.append(Step(i if way.step[0] else None, j if way.step[1] else None, way.move, way.sizes))
        i, j = i + way.step[0], j + way.step[1]
    steps = _crossed(steps, mine, theirs, names, misfits)
    return sum(map(_cost, steps)), [step.move for step in steps if step.move], _lone(steps, mine, theirs)


def _cost(step: Step) -> int:
    if step.move is not None:
        return _cost_of_weights(step.move)
    return ALONE if step.sizes is None else RESIZED if _in_common(step.sizes) else UNLIKE


def _crossed(
    steps: list[Step], mine: list[Unit], theirs: list[Unit], names: dict[str, str], misfits: set[Kinds]
) -> list[Step]:
    """Layers that stand alone on either side and correspond, for branches are called in another order; at A's place."""

    def same(i: int, j: int) -> Step | None:
        move = _fitted(mine[i : i + 1], theirs[j : j + 1], misfits)[0]
        return Step(i, j, move) if move is not None and same_weights(move) else None

    def alike(i: int, j: int) -> Step | None:
        move = _fitted(mine[i : i + 1], theirs[j : j + 1], misfits)[0]
        return None if move is None else Step(i, j, move)

    def resized(i: int, j: int) -> Step | None:
        sizes = _sizes(mine[i], theirs[j])
        return Step(i, j, None, sizes) if sizes is not None and _in_common(sizes) else None

    for join in (same, alike, resized):
        for a, b in itertools.product([s for s in steps if s.j is None], [s for s in steps if s.i is None]):
            if a not in steps or b not in steps or a.i is None or b.j is None:
                continue
            if _may(mine[a.i], theirs[b.j], names) and (joined := join(a.i, b.j)) is not None:
                steps = [joined if step is a else step for step in steps if step is not b]
    return steps


def _lone(steps: list[Step], mine: list[Unit], theirs: list[Unit]) -> list[Lone]:
    found, at = [], 0
    for step in steps:
        if step.move is not None:
            at += 1
        elif step.i is None and step.j is not None:
            found.append(Lone(1, theirs[step.j], at, _around(theirs, step.j)))
        elif step.i is not None:
            other = None if step.j is None else theirs[step.j]
            found.append(Lone(0, mine[step.i], at, _around(mine, step.i), other, step.sizes))
    return found


def _around(found: list[Unit], i: int) -> tuple[Unit | None, Unit | None]:
    return (found[i - 1] if i else None), (found[i + 1] if i + 1 < len(found) else None)


def _ways(
    mine: list[Unit],
    theirs: list[Unit],
    names: dict[str, str],
    misfits: set[Kinds],
    i: int,
    j: int,
    table: dict[tuple[int, int], Way],
) -> list[Way]:
    """Every first step from a place; of those that cost the same the first is taken."""

    def way(cost: int, step: tuple[int, int], move: Move | None = None, sizes: Sizes | None = None) -> Way:
        return Way(cost + table[i + step[0], j + step[1]].cost, step, move, sizes)

    found = []
    if mine and theirs and _may(mine[0], theirs[0], names):
        move, step = _fitted(mine, theirs, misfits)
        if move is not None:
            found.append(way(_cost_of_weights(move), step, move))
        elif (sizes := _sizes(mine[0], theirs[0])) is not None:
            found.append(way(RESIZED if _in_common(sizes) else UNLIKE, (1, 1), None, sizes))
    if mine:
        found.append(way(ALONE, (1, 0)))
    if theirs:
        found.append(way(ALONE, (0, 1)))
    return found


def _cost_of_weights(move: Move) -> int:
    if same_weights(move):
        return 0
    same = move.source.name.split(".")[-1] == move.target.name.split(".")[-1]
    return OTHER if same else UNNAMED


def _may(a: Unit, b: Unit, names: dict[str, str]) -> bool:
    return names[a.name] == b.name if a.name in names else b.name not in names.values()


def _fitted(mine: list[Unit], theirs: list[Unit], misfits: set[Kinds]) -> tuple[Move | None, tuple[int, int]]:
    """The first layers of both as counterparts; several of PyTorch's may be one elsewhere. `misfits` is added to."""
    with contextlib.suppress(RequestError):
        if (found := as_one(mine[0], theirs)) is not None:
            several, sides = found
            return match_sides(mine[0], several, sides), (1, len(several.parts))
        if (found := as_one(theirs[0], mine)) is not None:
            several, (side, other) = found
            return match_sides(several, theirs[0], (other, side)), (len(several.parts), 1)
    kinds = _kind(mine[0]), _kind(theirs[0])
    if kinds not in misfits:
        with contextlib.suppress(RequestError):
            return match_anyway(mine[0], theirs[0]), (1, 1)
    misfits.add(kinds)
    return None, (1, 1)


def _kind(unit: Unit) -> tuple[Any, ...]:
    """What tells whether a layer fits another: its class, and the shapes of its weights."""
    weights = unit.model.variables(unit.layer).items()
    return type(unit.layer), unit.level, tuple((name, tuple(weight.shape)) for name, weight in weights)


def _sizes(a: Unit, b: Unit) -> Sizes | None:
    """The shapes, as in scratch, of the weights that two layers of one kind have; None where the kinds are others."""
    for mine, theirs in counterparts(a.model, a.layer, b.model, b.layer):
        sides = (at_level(mine, a.level), at_level(theirs, b.level))
        first, second = (_shapes(unit, side) for unit, side in zip((a, b), sides, strict=True))
        if any(key.rpartition(".")[2] not in ABSENT for key in first.keys() ^ second.keys()):
            continue
        both = {key: (shape, second[key]) for key, shape in first.items() if key in second}
        if both and all(len(x) == len(y) for x, y in both.values()) and any(x != y for x, y in both.values()):
            return both
    return None


def _shapes(unit: Unit, side: Side) -> dict[str, tuple[int, ...]]:
    found = {key: (slot, unit.model.get(unit.layer, slot.name)) for key, slot in side.slots.items()}
    shapes = {key: scratch_shape(slot, array.shape) for key, (slot, array) in found.items() if array is not None}
    return {key: shape for key, shape in shapes.items() if shape is not None}


def _in_common(sizes: Sizes) -> bool:
    """Whether a matrix, or a kernel, has as many inputs or as many outputs."""
    matrices = [both for both in sizes.values() if len(both[0]) > 1] or list(sizes.values())
    return any(x[-1] == y[-1] or x[-2:-1] == y[-2:-1] != () for x, y in matrices)


def without_uncalled(lone: Sequence[Lone], runs: Sequence[Run]) -> tuple[list[Lone], list[str]]:
    """The layers that stand alone and are called, and a note on each of the others."""
    called = [{step.name for step in run.steps} for run in runs]
    here = [each for each in lone if each.unit.name in called[each.side]]
    said = "{} of {} has no counterpart, and is never called as the model runs: it is left out"
    return here, [said.format(each.unit, "AB"[each.side]) for each in lone if each not in here]


def strangers(lone: Sequence[Lone]) -> bool:
    """Whether layers of both models stand in one place, of which nothing tells whether they do the same."""
    return any(
        x.side != y.side and x.at == y.at and not (_known(x) and _known(y))
        for x in lone
        for y in lone
        if x.resized is None and y.resized is None
    )


def _known(lone: Lone) -> bool:
    return is_known(lone.unit.model.framework, lone.unit.model, lone.unit.layer)
