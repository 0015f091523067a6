"""Which layers of two models correspond: by name, else in their order."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from reference.errors import RequestError
from reference.migration.difference import run_once
from reference.migration.matching import fitting, match, one_by_one, zipped
from reference.migration.models import Model
from reference.migration.models.own import Own
from reference.migration.moves import Move, Unit, own_weights, units, without_tied
from reference.pair import Array

Fit = Callable[[Unit, Unit], Move]
BY_NAME = "layers are taken by their names"
AS_MADE = "layers are taken in the order in which they were made"
AS_WRITTEN = "layers are taken in the order in which the Keras model was written"
AS_FIT = "layers are taken in the order in which their weights fit"


def alignments(
    a: Model, b: Model, names: dict[str, str], inputs: Sequence[Array] | None, layout: str, fit: Fit = match
) -> Iterator[tuple[list[Move], list[str]]]:
    """Every layer that has weights with its counterpart, in each way that may be right, and what is to be known of it.

    First in the order of the calls, where the models can be run; then in that in which layers were made, and in that in
    which a functional model was written, for Keras calls its branches, and counts them, in an order of its own; then by
    their names, where all have the same; then each with the first that fits.
    Raises RequestError, of the first way, where a layer has no counterpart in any.
    """
    called = None if inputs is None else [[s.name for s in run_once(m, inputs, layout, True).steps] for m in (a, b)]
    ways: list[tuple[str, dict[str, str], Sequence[Any]]] = [(AS_MADE, names, [None, None])]
    if called is not None:
        ways = [("", names, called), *ways]
        if any(written := [m.written() for m in (a, b)]):
            ways.append((AS_WRITTEN, names, [mine or other for mine, other in zip(written, called, strict=True)]))
    if not names and (alike := _named_alike(a, b)):
        ways.append((BY_NAME, alike, [None, None]))
    ways.append((AS_FIT, names, called or [None, None]))
    found: list[list[tuple[str, str]]] = []
    refused: RequestError | None = None
    for note, by_name, order in ways:
        try:
            moves = aligned(a, b, by_name, order, fit, fitting if note == AS_FIT else zipped)
        except RequestError as error:
            refused = refused or error
            continue
        pairs = sorted((m.source.name, m.target.name) for m in moves)
        if pairs not in found:
            yield moves, [note] * (note != ways[0][0]) + _uncalled(moves, called)
        found.append(pairs)
    if not found and refused is not None:
        raise refused


def _named_alike(a: Model, b: Model) -> dict[str, str]:
    """The layers by their names, where those of one model are those of the other."""
    mine, theirs = ({unit.name.split(".")[-1]: unit.name for unit in units(m)} for m in (a, b))
    whole = len(mine) == len(units(a)) and len(theirs) == len(units(b))
    return {mine[name]: theirs[name] for name in mine} if whole and mine.keys() == theirs.keys() else {}


def _uncalled(moves: Sequence[Move], called: Sequence[Sequence[str]] | None) -> list[str]:
    """A note for layers that a model has and never calls; a weight by itself is used, and not called."""
    if called is None:
        return []
    layers = [m for m in moves if not isinstance(m.source.layer, Own)]
    alone = [m for m in layers if m.source.name not in called[0] or m.target.name not in called[1]]
    said = "{} is not called as the model runs: that it corresponds to {} is not verified"
    return [said.format(m.target, m.source) for m in alone]


def aligned(
    a: Model,
    b: Model,
    names: dict[str, str],
    orders: Sequence[Any],
    fit: Fit = match,
    join: Callable[..., Any] = zipped,
) -> list[Move]:
    """Every layer that has weights with its counterpart. Raises RequestError where one has none."""
    mine, theirs = units(a, orders[0]), units(b, orders[1])
    if len(mine) != len(theirs):
        mine, theirs = without_tied(mine), without_tied(theirs)
    for kind, known, wanted in (("source", mine, names), ("target", theirs, names.values())):
        if unknown := [name for name in wanted if name not in {u.name for u in known}]:
            raise RequestError(
                f"the {kind} has no layer with weights called '{unknown[0]}', expected one of "
                f"{', '.join(repr(u.name) for u in known)}"
            )
    pairs: list[tuple[Unit, Unit]] = []
    for name, other in names.items():
        pairs += zip([u for u in mine if u.name == name], [u for u in theirs if u.name == other], strict=False)
    used = {id(u) for both in pairs for u in both}
    free = [u for u in mine if id(u) not in used], [u for u in theirs if id(u) not in used]
    beside, free = _beside_layers(free, a.framework != b.framework, fit)
    in_order, *rest = join(*free, fit)
    moves = [*beside, *(fit(x, y) for x, y in pairs), *in_order]
    if rest[0] or rest[1]:
        left, model = (rest[0][0], b) if rest[0] else (rest[1][0], a)
        raise RequestError(
            f"{left} of the {left.model.framework} model has no counterpart: the {model.framework} model has "
            f"{min(len(mine), len(theirs))} layers with weights, this one {max(len(mine), len(theirs))}"
        )
    if not moves:
        raise RequestError("neither model has a layer with weights; is the Keras model built?")
    return moves


def _beside_layers(
    free: tuple[list[Unit], list[Unit]], between: bool, fit: Fit
) -> tuple[list[Move], tuple[list[Unit], list[Unit]]]:
    """The weights that no pair knows with their counterparts, and the layers that are left of both models.

    `between` frameworks no class tells that two layers are one: those that no pair knows are such weights too.
    """
    own = {id(unit): own_weights(unit, between) for side in free for unit in side}
    mine, theirs = ([weight for unit in side for weight in own[id(unit)]] for side in free)
    moves = one_by_one(mine, theirs, fit)
    if moves is not None:
        return moves, ([u for u in free[0] if not own[id(u)]], [u for u in free[1] if not own[id(u)]])
    if alone := next((u for side in free for u in side if isinstance(u.layer, Own)), None):
        raise RequestError(
            f"'{alone.name}' belongs to no layer that has a counterpart, and the models have not as many such weights "
            "of the same sizes; make it a layer of the framework"
        )
    return [], free
