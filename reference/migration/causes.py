"""What may be wrong in a layer of a port, each as a repair: of weights here, of settings in `setting_causes`."""

import contextlib
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from reference.errors import RequestError
from reference.migration import absent_causes, activation_causes, mask_causes, option_causes, setting_causes
from reference.migration.counterparts import Side, at_level, is_a, sides
from reference.migration.matching import match, match_sides
from reference.migration.moves import Move, Unit
from reference.migration.pairing import Cause, Finder, Pairing, Undo
from reference.pair import Array

Arrays = Mapping[str, Array]


def put_back(pairing: Pairing, unit: int) -> tuple[Move, Undo]:
    """Give B's layer the weights of A's; how to undo it."""
    move = pairing.moves[unit]
    found = {path: move.target.model.get(move.target.layer, path) for path in [*move.values(), *move.frozen()]}
    kept = {path: array for path, array in found.items() if array is not None}

    def undo() -> None:
        for path, array in kept.items():
            move.target.model.set(move.target.layer, path, array)

    for path, array in move.values().items():
        move.target.model.set(move.target.layer, path, array)
    for path in move.frozen():
        move.target.model.set(move.target.layer, path, np.zeros_like(kept[path]))
    return move, undo


def both_weights(move: Move) -> tuple[Arrays, Arrays]:
    """The weights of A's layer and of B's, as in scratch and in A's order; two biases as their sum."""
    back = Move(move.target, move.source, (move.sides[1], move.sides[0]), move.shapes)
    mine, theirs = (
        each.with_second_biases(each.gathered(lambda path, u=each.source: u.model.get(u.layer, path)))
        for each in (move, back)
    )
    return mine, move.ordered(theirs, back=True)


def alike(x: Array, y: Array) -> bool:
    return x.shape == y.shape and bool(np.allclose(x, y, rtol=1e-6, atol=1e-9))


def same_weights(move: Move) -> bool:
    """Whether both layers have the same weights."""
    return not _unequal(*both_weights(move))


def _unequal(mine: Arrays, theirs: Arrays) -> list[str]:
    return [key for key in mine if not alike(mine[key], theirs[key])]


def wrong_weights(pairing: Pairing, unit: int) -> tuple[Cause, Undo] | None:
    """B's weights are A's in another order, doubled, transposed, or none of A's."""
    move = pairing.moves[unit]
    want, theirs = both_weights(move)
    wrong = _unequal(want, theirs)
    if not wrong:
        return None
    known = itertools.chain(_known(move, want, theirs, wrong), _of_another(pairing, unit, theirs, wrong))
    name, text = next(known, _unrelated(want, theirs, wrong))
    _, undo = put_back(pairing, unit)
    return Cause(name, f"{move.target}: {text}", move.target.name), undo


def _known(move: Move, want: Arrays, theirs: Arrays, wrong: list[str]) -> Iterator[tuple[str, str]]:
    if move.rows is not None or move.columns is not None:
        yield from _misordered(move, want, theirs)
    blocks = {key: s.blocks for side in move.sides for key, s in side.slots.items() if s.blocks}
    if blocks:
        said = next(iter(blocks.values()))
        gates = said.split("->")[0].split()
        for order in itertools.permutations(range(len(gates))):
            turned = {key: _gates(w, order) if key in blocks else w for key, w in want.items()}
            if not _unequal(turned, theirs) and list(order) != sorted(order):
                taken = ", ".join(
                    f"{gates[i]} as {gate}" for gate, i in zip(gates, order, strict=True) if gates[i] != gate
                )
                yield "swapped gates", f"its gates are in another order ({taken}); the order here is {said}"
    if all(key.rpartition(".")[2] in ("b", "b_h") and alike(theirs[key], 2 * want[key]) for key in wrong):
        yield "bias doubled", "its bias is twice what it should be: PyTorch adds two biases, and both were loaded"
    if all(want[key].ndim == 2 and alike(want[key].T, theirs[key]) for key in wrong):
        yield "transposed", f"{', '.join(wrong)} is the transpose of what it should be"


def _of_another(pairing: Pairing, unit: int, theirs: Arrays, wrong: list[str]) -> Iterator[tuple[str, str]]:
    """Weights that are A's, and belong elsewhere: to another weight of the layer, or to another layer."""
    telling = [key for key in wrong if np.unique(theirs[key]).size > 1]
    want = both_weights(pairing.moves[unit])[0]
    whose = {key: next((k for k in want if k != key and alike(want[k], theirs[key])), None) for key in telling}
    if telling and all(whose.values()):
        yield "swapped weights", "; ".join(f"its {key} is A's {other}" for key, other in whose.items())
    for i, other in enumerate(pairing.moves):
        if i == unit or not telling:
            continue
        elsewhere = both_weights(other)[0]
        if all(key in elsewhere and alike(elsewhere[key], theirs[key]) for key in telling):
            whose_are = "is that" if len(telling) == 1 else "are those"
            yield "swapped weights", f"its {', '.join(telling)} {whose_are} of A's {other.source}"


def _misordered(move: Move, want: Arrays, theirs: Arrays) -> Iterator[tuple[str, str]]:
    along, whose = ("rows", "inputs come") if move.rows is not None else ("columns", "outputs go")
    if not _unequal(want, move.ordered(theirs)):
        yield (
            "flatten order",
            f"its {along} are in A's order, its {whose} in another: channels run fastest where Keras flattens, columns "
            f"where PyTorch does, and what is joined comes in the order of its concatenation; reorder the {along}",
        )
    elif all(alike(_sorted(want[key], along), _sorted(theirs[key], along)) for key in want):
        yield "flatten order", f"its {along} are A's, and in the order neither of A's {whose.split()[0]} nor of its own"


def _sorted(array: Array, along: str) -> Array:
    """Rows, or columns, in an order that does not depend on how they lie."""
    lines = array if along == "rows" or array.ndim < 2 else array.T
    return lines[np.lexsort(lines.reshape(len(lines), -1).T[::-1])]


def _gates(array: Array, order: tuple[int, ...]) -> Array:
    return np.concatenate([np.split(array, len(order), axis=-1)[i] for i in order], axis=-1)


def _unrelated(want: Arrays, theirs: Arrays, wrong: list[str]) -> tuple[str, str]:
    if all(np.unique(theirs[key]).size == 1 for key in want):
        return "initial weights", "its weights are those of a new layer, not A's; load them"
    matrices = [key for key in want if want[key].ndim > 1]
    if matrices and all(key in wrong and _correlation(want[key], theirs[key]) < 0.9 for key in matrices):
        key = matrices[0]
        return "initial weights", (
            f"its weights have nothing to do with A's ({key} has a deviation of {theirs[key].std():.2g}, A's "
            f"{want[key].std():.2g}); each framework draws new weights in its own way, so load them"
        )
    return "weights", f"its {', '.join(wrong)} is not A's" if len(wrong) == 1 else f"its {', '.join(wrong)} are not A's"


def _correlation(x: Array, y: Array) -> float:
    if x.shape != y.shape or x.size < 3 or not x.std() or not y.std():
        return 0.0
    return float(abs(np.corrcoef(x.ravel(), y.ravel())[0, 1]))


def match_anyway(a: Unit, b: Unit) -> Move:
    """`match`, and for layers that no map of weights makes equal, the map of what both have, or with which a pair shows
    the difference."""
    try:
        return match(a, b)
    except RequestError:
        with contextlib.suppress(RequestError):
            return match(a, b, absent_causes.neutral_anyway)
        for mine, theirs in _shown(a, b):
            try:
                return match_sides(a, b, (at_level(mine, a.level), at_level(theirs, b.level)))
            except RequestError:
                continue
        raise


def _shown(a: Unit, b: Unit) -> Iterator[tuple[Side, Side]]:
    """Sides of pairs whose cases show how PyTorch's own class differs where it does not belong."""
    for framework, (mine, theirs) in itertools.product(("torch",), ((a, b), (b, a))):
        if theirs.model.framework != framework:
            continue
        for side in sides(mine.model.framework):
            for case in side.pair.cases:
                twin = case.twins.get(framework)
                if twin is None or not isinstance(mine.layer, side.layer):
                    continue
                if any(own.pair is side.pair and is_a(own, theirs.model, theirs.layer) for own in sides(framework)):
                    continue  # the layer belongs there, whatever the case shows
                other = replace(side, layer=type(theirs.layer), slots=twin.slots, frozen=twin.frozen)
                yield (side, other) if mine is a else (other, side)


FINDERS: tuple[Finder, ...] = (
    wrong_weights,
    *absent_causes.FINDERS,
    *setting_causes.FINDERS,
    *mask_causes.FINDERS,
    *option_causes.FINDERS,
    *activation_causes.FINDERS,
)
