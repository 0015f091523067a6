"""The order of features where flattening, concatenation and reshaping put them in another than the source has.

It is a matter of the models, not of their weights: where these leave two features alike (units that are never on), both
models are run with other weights until they are not.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from reference.migration import examples
from reference.migration.difference import apart, run_once
from reference.migration.models import Model, Run, Step
from reference.migration.moves import Move, put
from reference.pair import Array

# runs with other weights, at most, and without fewer ties
DRAWS, IN_VAIN = 32, 4


@dataclass(frozen=True)
class Both:
    """Two models and inputs, of which B has the weights of A as far as `moves` say."""

    a: Model
    b: Model
    inputs: Sequence[Array]
    layout: str
    room: float  # of the largest element: what features that are the same may be apart

    def run(self) -> tuple[Run, ...]:
        return tuple(run_once(m, self.inputs, self.layout) for m in (self.a, self.b))

    def features(self, runs: Sequence[Run], move: Move) -> tuple[Array, ...] | None:
        """What a layer reads in both models: (samples, features); None where it is no layer of features in rows."""
        if move.source.level or move.target.level:
            return None
        steps = [_step(run, unit.name) for run, unit in zip(runs, (move.source, move.target), strict=True)]
        if any(s is None or not s.inputs for s in steps):
            return None
        mine, theirs = (s.inputs[0] for s in steps if s is not None)
        rows = mine.ndim == 2 or not move.sides[0].pair.torch.layout.get("x")
        if not rows or mine.ndim < 2 or mine.shape != theirs.shape or not move.takes_rows(mine.shape[-1]):
            return None
        return tuple(x.reshape(-1, x.shape[-1]) for x in (mine, theirs))


def settled(both: Both, moves: Sequence[Move]) -> list[Move]:
    """The moves with the order of their rows, and of a dense layer's columns before a reshape; B's weights follow."""
    return _settled(both, list(moves), 0, len(moves), True)


def _settled(both: Both, moves: list[Move], start: int, stop: int, reshaped: bool) -> list[Move]:
    runs = both.run()
    for place in range(start, stop):
        rows = _rows(both, runs, moves, place)
        if rows is not None:
            moves[place] = replace(moves[place], rows=rows)
            put(moves[place : place + 1])
        elif reshaped and (found := _after_reshape(both, runs, moves, place)) is not None:
            moves = found
        else:
            continue
        runs = both.run()
    return moves


def _rows(both: Both, runs: Sequence[Run], moves: Sequence[Move], place: int) -> Array | None:
    """The order of the source's features in which the target's inputs come, None where they come as they are."""
    found = both.features(runs, moves[place])
    if found is None or apart(*found) <= both.room or found[0].dtype.kind != "f":
        return None
    mine, theirs = found
    order = matched(mine, theirs, both.room)
    if order is None:
        return None
    ties, vain = _ties(mine), 0
    for drawn in itertools.islice(_drawn(both, moves, moves[place]), DRAWS):
        if not ties or vain == IN_VAIN:
            break
        mine, theirs = (np.concatenate(each) for each in zip((mine, theirs), drawn, strict=True))
        left = _ties(mine)
        ties, vain = left, vain + 1 if left == ties else 0
        order = None
    order = matched(mine, theirs, both.room) if order is None else order
    return None if order is None or bool((order == np.arange(order.size)).all()) else order


def _ties(x: Array) -> int:
    """How many features are the same as another in every sample."""
    return int(x.shape[1] - np.unique(x, axis=1).shape[1])


def _drawn(both: Both, moves: Sequence[Move], move: Move) -> Iterator[tuple[Array, ...]]:
    """What a layer reads in both models with other weights: those of each array in another order, and other signs."""
    rng = np.random.default_rng(17)
    while True:
        before = both.a.snapshot(), both.b.snapshot()
        try:
            for each in moves:
                _shuffle(each, rng)
            put(moves)
            with np.errstate(all="ignore"):
                found = both.features(both.run(), move)
        finally:
            both.a.restore(before[0])
            both.b.restore(before[1])
        if found is None or not all(np.isfinite(x).all() for x in found):
            return
        scale = float(np.abs(found[1]).max()) or 1.0
        yield tuple(x / scale for x in found)


def _shuffle(move: Move, rng: np.random.Generator) -> None:
    unit, side = move.source, move.sides[0]
    for key, slot in side.slots.items():
        array = unit.model.get(unit.layer, slot.name) if key in move.shapes else None
        if array is not None:
            drawn = rng.permutation(array.ravel()).reshape(array.shape)
            signs = 1 if "variance" in key else rng.choice([-1, 1], array.shape)
            unit.model.set(unit.layer, slot.name, (drawn * signs).astype(array.dtype))


def matched(mine: Array, theirs: Array, room: float) -> Array | None:
    """The order in which mine's columns are theirs, up to `room` of the largest element; None where there is none.

    Of columns that are alike the first is taken first.
    """
    # most are far nearer, and the less room there is, the fewer columns are looked at
    near = _matched(mine, theirs, room / 16)
    return _matched(mine, theirs, room) if near is None else near


def _matched(mine: Array, theirs: Array, room: float) -> Array | None:
    allowed = room * float(np.abs(theirs).max(initial=0))
    weights = np.random.default_rng(19).uniform(0.5, 1, len(mine)) / len(mine)
    # columns that are near each other are so on any line: few are left to be looked at
    on_line, theirs_on_line = weights @ mine, weights @ theirs
    by_place = np.argsort(on_line, kind="stable")
    starts = np.searchsorted(on_line[by_place], theirs_on_line - allowed, "left")
    ends = np.searchsorted(on_line[by_place], theirs_on_line + allowed, "right")
    free = np.ones(mine.shape[1], bool)
    order = np.empty(mine.shape[1], int)
    for i, (start, end) in enumerate(zip(starts, ends, strict=True)):
        near = np.sort(by_place[start:end])
        near = near[free[near]]
        if not near.size:
            return None
        far = np.abs(mine[:, near] - theirs[:, i : i + 1]).max(axis=0)
        best = int(np.argmin(far))
        if not far[best] <= allowed:
            return None
        order[i] = near[best]
        free[near[best]] = False
    return order


def _after_reshape(both: Both, runs: Sequence[Run], moves: Sequence[Move], place: int) -> list[Move] | None:
    """The moves with the columns of a dense layer in another order, where this makes the inputs at `place` agree:
    its outputs become images, whose channels are last in the one model and first in the other."""
    if ("torch" in (both.a.framework, both.b.framework)) is (both.a.framework == both.b.framework):
        return None
    if _image_apart(both, runs, moves[place]) is not True:
        return None
    for dense in reversed(range(place)):
        if moves[dense].columns is not None or not moves[dense].gives_columns():
            continue
        for columns in _orders(both, runs, moves[dense]):
            tried = list(moves)
            tried[dense] = replace(tried[dense], columns=columns)
            put(tried[dense : dense + 1])
            tried = _settled(both, tried, dense + 1, place, False)
            if _image_apart(both, both.run(), moves[place]) is False:
                return tried
            put(moves[dense:place])
    return None


def _image_apart(both: Both, runs: Sequence[Run], move: Move) -> bool | None:
    """Whether the images that a layer reads differ; None where it reads none."""
    units = (move.source, move.target)
    steps = [_step(run, unit.name) for run, unit in zip(runs, units, strict=True)]
    if any(s is None or not s.inputs or s.inputs[0].ndim < 3 for s in steps):
        return None
    layout = move.sides[0].pair.torch.layout.get("x", "")
    mine, theirs = (
        examples.back(s.inputs[0], layout) if u.model.framework == "torch" else s.inputs[0]
        for s, u in zip(steps, units, strict=True)
        if s is not None
    )
    return apart(mine, theirs) > both.room


def _orders(both: Both, runs: Sequence[Run], move: Move) -> Iterator[Array]:
    """The orders in which a layer's outputs may be wanted: for every shape of images that has as many elements."""
    after: list[list[Step]] = []
    for run, unit in zip(runs, (move.source, move.target), strict=True):
        place = next((i for i, s in enumerate(run.steps) if s.name == unit.name), len(run.steps))
        after.append(list(run.steps[place:]))
    if not all(after) or any(steps[0].y.ndim != 2 for steps in after):
        return
    size = after[0][0].y.shape[1]
    seen = set()
    for model, steps in zip((both.a, both.b), after, strict=True):
        for x in (x for s in steps for x in (*s.inputs[:1], s.y) if x.ndim > 2 and x[0].size == size):
            shape = (*x.shape[2:], x.shape[1]) if model.framework == "torch" else x.shape[1:]
            if shape in seen:
                continue
            seen.add(shape)
            # where each of (channels, *space) lies among (*space, channels)
            order = np.moveaxis(np.arange(size).reshape(shape), -1, 0).ravel()
            yield order if both.b.framework == "torch" else np.argsort(order)


def _step(run: Run, name: str) -> Step | None:
    return next((s for s in run.steps if s.name == name), None)
