"""Weights from one model to another, and the proof that both then do the same."""

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from reference.errors import RequestError
from reference.migration.difference import differences, find_inputs, flattened_order, run_once
from reference.migration.models import Model, wrap
from reference.migration.moves import Move, Unit, loose, match, units, zipped
from reference.migration.optimizer_state import move_state

# of the largest element: what two float64 or float32 runs of up to five layers may be apart
LIMITS = {"float64": 1e-12, "float32": 2e-5}


def limit_of(a: Model, b: Model, layers: int) -> float:
    """How far two models may be apart; rounding errors of each layer are handed on by those after it."""
    kind = "float64" if {a.dtype(), b.dtype()} == {"float64"} else "float32"
    return LIMITS[kind] * max(1.0, layers / 5)


@dataclass(frozen=True)
class Ported:
    """What was moved, and how far the two models are apart, as a share of the largest element of each quantity.

    `differences` has "y", "dx", gradients and buffers by their names in the target, in training mode, and "y at
    inference"; it is empty where no inputs were found, which `notes` then says.
    """

    layers: tuple[tuple[str, str, str], ...]  # the pair, the layer in the source, the layer in the target
    differences: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    limit: float = LIMITS["float64"]

    @property
    def worst(self) -> float:
        return max(self.differences.values(), default=0.0)

    @property
    def agree(self) -> bool:
        return self.worst <= self.limit


def port(
    source: Any,
    target: Any,
    *,
    names: Mapping[str, str] | None = None,
    example: Any = None,
    optimizers: tuple[Any, Any] | None = None,
    seed: int = 7,
) -> Ported:
    """Put the weights of `source` into `target`: a Keras model, a PyTorch module or a network of scratch each.

    Layers are taken in the order in which they are called or, where only that agrees, were made; or those in `names`
    by name: {"conv1": "conv2d_3"}, from the source's to the target's. `example` is an input, a tuple of its shape, or a
    list of inputs, as Keras and scratch have them (channels last); a Keras model tells its own. `optimizers`, the
    source's and the target's, have their state moved as well: Adam, AdamW, and SGD with momentum. Then both models run
    on random inputs.

    Raises RequestError, and leaves the target as it was, where a layer has no counterpart, a shape does not fit, or a
    weight would not be used.
    """
    a, b = wrap(source), wrap(target)
    before = b.snapshot()
    try:
        return _port(a, b, dict(names or {}), example, optimizers, np.random.default_rng(seed))
    except BaseException:
        b.restore(before)
        raise


def _port(a: Model, b: Model, names: dict[str, str], example: Any, optimizers: Any, rng: np.random.Generator) -> Ported:
    inputs, layout = find_inputs(a, b, example, rng)
    # in the order of the calls, where the models can be run
    orders = [None if inputs is None else [s.name for s in run_once(m, inputs, layout).steps] for m in (a, b)]
    before = b.snapshot()

    def in_order(orders: Sequence[Any]) -> Ported:
        return _moved(a, b, aligned(a, b, names, orders), inputs, layout, optimizers, rng)

    if inputs is not None and optimizers is None:
        # Keras calls the branches of a functional model in an order of its own
        for each, notes in ((orders, ()), ((None, None), ("layers are taken in the order in which they were made",))):
            with contextlib.suppress(RequestError):
                ported = in_order(each)
                if ported.agree:
                    return replace(ported, notes=(*ported.notes, *notes))
            b.restore(before)
    return in_order(orders)


def _moved(
    a: Model, b: Model, moves: list[Move], inputs: Any, layout: str, optimizers: Any, rng: np.random.Generator
) -> Ported:
    """What comes of these moves."""
    put(moves)
    if inputs is not None:
        moves = _with_flattening(a, b, moves, inputs, layout)
    notes = _notes(moves)
    if optimizers is not None:
        notes += move_state(optimizers[0], optimizers[1], moves)
    layers = tuple((m.sides[0].pair.name, m.source.name, m.target.name) for m in moves)
    limit = limit_of(a, b, len(layers))
    if inputs is None:
        return Ported(layers, {}, (*notes, "not run: give an example of the inputs"), limit)
    return Ported(layers, differences(a, b, moves, inputs, layout, rng), tuple(notes), limit)


def aligned(
    a: Model, b: Model, names: dict[str, str], orders: Sequence[Any], fit: Callable[[Unit, Unit], Move] = match
) -> list[Move]:
    """Every layer that has weights with its counterpart. Raises RequestError where one has none."""
    for model in (a, b):
        if alone := loose(model):
            raise RequestError(
                f"'{alone[0]}' of the {model.framework} model belongs to no layer that has a counterpart; make it a "
                "layer of the framework"
            )
    mine, theirs = units(a, orders[0]), units(b, orders[1])
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
    in_order, *rest = zipped(*free, fit)
    moves = [*(fit(x, y) for x, y in pairs), *in_order]
    if rest[0] or rest[1]:
        left, model = (rest[0][0], b) if rest[0] else (rest[1][0], a)
        raise RequestError(
            f"{left} of the {left.model.framework} model has no counterpart: the {model.framework} model has "
            f"{min(len(mine), len(theirs))} layers with weights, this one {max(len(mine), len(theirs))}"
        )
    if not moves:
        raise RequestError("neither model has a layer with weights; is the Keras model built?")
    return moves


def put(moves: Iterable[Move]) -> None:
    """Put the weights in their places. Raises RequestError for a shape that does not fit."""
    for move in moves:
        for path, array in move.values().items():
            there = move.target.model.get(move.target.layer, path)
            if there is None or there.shape != array.shape:
                shape = None if there is None else there.shape
                raise RequestError(f"'{path}' of {move.target} has shape {shape}, the source's is {array.shape}")
            move.target.model.set(move.target.layer, path, array)
        for path in move.frozen():
            move.target.model.freeze(move.target.layer, path)


def _notes(moves: Sequence[Move]) -> list[str]:
    held = [f"{m.target.name}.{path}" for m in moves for path in m.frozen()]
    notes = [f"{path} is held at zero and not trained: the source has one bias" for path in held]
    for move in moves:
        mine, theirs = (set(side.frozen) for side in move.sides)
        moved = {n for n in mine - theirs if move.source.model.find(move.source.layer, n) is not None}
        if any(n in move.source.model.variables(move.source.layer) for n in moved):
            notes.append(
                f"{move.source} trains two biases, the target the sum of them: trained on, it moves half as far"
            )
    return notes


def _with_flattening(a: Model, b: Model, moves: list[Move], inputs: Any, layout: str) -> list[Move]:
    """Rows of layers after a flattening, brought from channels last to channels first or back where numbers say so."""
    if "torch" not in (a.framework, b.framework) or a.framework == b.framework:
        return moves
    for place in range(len(moves)):
        runs = [run_once(model, inputs, layout) for model in (a, b)]
        rows = flattened_order(runs, moves[place])
        if rows is not None:
            moves[place] = moves[place].turned(rows)
            put(moves[place : place + 1])
    return moves
