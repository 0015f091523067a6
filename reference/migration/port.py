"""Weights from one model to another, and the proof that both then do the same."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from reference.errors import RequestError
from reference.migration.alignment import alignments
from reference.migration.buffers import carry
from reference.migration.difference import find_inputs, tried
from reference.migration.models import EPSILON, Model, roundings, shortest, wrap
from reference.migration.moves import Move, put
from reference.migration.moving_state import move_state
from reference.migration.order import Both, settled
from reference.migration.outputs import unmatched
from reference.migration.running import corrections
from reference.migration.training_only import not_compared, training_only

# of the largest element: what two runs of up to five layers may be apart; the short dtypes are rounded to after every
# operation, in an order that is the framework's own, so some units in the last place is all that can be asked
LIMITS = {"float64": 1e-12, "float32": 2e-5, "float16": 16 * EPSILON["float16"], "bfloat16": 16 * EPSILON["bfloat16"]}
# what is further apart is not the same in any dtype
MOST = 0.25


def limit_of(a: Model, b: Model, layers: int) -> float:
    """How far two models may be apart; rounding errors of each layer are handed on by those after it."""
    return min(LIMITS[shortest((a.precision(), b.precision()))] * max(1.0, layers / 5), MOST)


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
        return _port(a, b, dict(names or {}), example, optimizers, seed)
    except BaseException:
        b.restore(before)
        raise


def _port(a: Model, b: Model, names: dict[str, str], example: Any, optimizers: Any, seed: int) -> Ported:
    inputs, layout = find_inputs(a, b, example, np.random.default_rng(seed))
    before = b.snapshot()
    ways = list(alignments(a, b, names, inputs, layout))
    for way in ways:
        with contextlib.suppress(RequestError):
            moves, ported = _moved(a, b, way, inputs, layout, seed)
            if ported.agree:
                break
        b.restore(before)
    else:
        moves, ported = _moved(a, b, ways[0], inputs, layout, seed)
    more = [] if optimizers is None else move_state(optimizers[0], optimizers[1], moves)
    return replace(ported, notes=(*ported.notes, *more))


def _moved(
    a: Model, b: Model, way: tuple[list[Move], list[str]], inputs: Any, layout: str, seed: int
) -> tuple[list[Move], Ported]:
    """What comes of one way in which layers correspond: its moves, whose rows may be found to be in another order."""
    moves, notes = way
    put(moves)
    notes = [*carry(a, b, moves), *notes]
    if inputs is not None:
        moves = settled(Both(a, b, inputs, layout, min(10 * limit_of(a, b, len(moves)), MOST)), moves)
    layers = tuple((m.sides[0].pair.name, m.source.name, m.target.name) for m in moves)
    limit = limit_of(a, b, len(layers))
    if inputs is None:
        return moves, Ported(layers, {}, (*_notes(moves), *notes, "not run: give an example of the inputs"), limit)
    trial = tried(a, b, moves, inputs, layout, limit, seed)
    notes = [*_notes(moves), *corrections(moves), *notes, *unmatched(trial.still)]
    notes += [f"differs in training: {line}" for line in training_only(moves, trial)]
    notes += [*not_compared(trial), *roundings(a, b)]
    return moves, Ported(layers, trial.apart, tuple(notes), limit)


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
