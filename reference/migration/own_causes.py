"""Several mistakes at one place: layers that are wrong by themselves are put right first, whatever comes behind them.

A layer that reads the same in both models and gives something else is wrong itself; what is wrong between layers is
then looked for with the layers as they should be.
"""

import contextlib
import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from reference.migration.difference import apart, as_in_keras, run_once
from reference.migration.pairing import REFUSED, Finder, Pairing, Place, Repaired
from reference.pair import Array

MOST = 3  # mistakes in one layer
Both = tuple[tuple[Finder, int], ...]


def put_right(pairing: Pairing, place: Place, finders: Sequence[Finder]) -> Repaired | None:
    """Repair every layer before the place that gives something else than the other model's; None where none does."""
    causes = []
    with contextlib.ExitStack() as stack:
        for unit in range(min(place.unit, len(pairing.moves))):
            if _gave_the_same(pairing, unit) or not _wrong(pairing, unit):
                continue
            for causes_here, undo in _repairs(pairing, unit, finders):
                if not pairing.budget.one_more():
                    undo()
                    return None
                if not _wrong(pairing, unit):
                    causes += causes_here
                    stack.callback(undo)
                    break
                undo()
        return (causes, stack.pop_all().close) if causes else None


def two_of_layers(pairing: Pairing, units: Sequence[int], finders: Sequence[Finder]) -> Iterator[Both]:
    """Two causes in layers whose outputs do not compare, such as all steps and the last one."""
    units = [unit for unit in units if own(pairing, unit) is None]
    yield from itertools.combinations([(finder, unit) for unit in units for finder in finders], 2)


def _repairs(pairing: Pairing, unit: int, finders: Sequence[Finder]) -> Iterator[Repaired]:
    """What the finders know of a layer, one or several at once, applied."""
    known = [finder for finder in finders if (found := repaired(pairing, [(finder, unit)])) and found[1]() is None]
    for count in range(1, MOST + 1):
        for some in itertools.combinations(known, count):
            if (found := repaired(pairing, [(finder, unit) for finder in some])) is not None:
                yield found


def repaired(pairing: Pairing, some: Sequence[tuple[Finder, int]]) -> Repaired | None:
    """Repairs, one upon the other; None unless all of them apply."""
    causes = []
    with contextlib.ExitStack() as stack:
        for finder, unit in some:
            found = finder(pairing, unit)
            if found is None:
                return None
            causes.append(found[0])
            stack.callback(found[1])
        return causes, stack.pop_all().close


def _gave_the_same(pairing: Pairing, unit: int) -> bool:
    """Whether a layer gave the same when both models were last run, with the activation that it may have."""
    steps = pairing.step(0, unit), pairing.step(1, unit)
    if None in steps or pairing.moves[unit].columns is not None:
        return False
    with contextlib.suppress(RuntimeError, ValueError):  # of a rank that the layout has not
        ys = [_as_in_keras(pairing, unit, side, step.y) for side, step in enumerate(steps)]
        return apart(*reversed(ys)) <= pairing.limit
    return False


def _as_in_keras(pairing: Pairing, unit: int, side: int, y: Array) -> Array:
    layout = pairing.moves[unit].sides[0].pair.torch.layout
    return as_in_keras((pairing.a, pairing.b)[side], y, layout.get("y", layout.get("x", "")))


def _wrong(pairing: Pairing, unit: int) -> bool:
    both = own(pairing, unit)
    return both is not None and apart(*reversed(both)) > pairing.limit


def own(pairing: Pairing, unit: int) -> tuple[Array, Array] | None:
    """What a layer gives in both models, as in Keras, without the activation that Keras has in it; None where that is
    not to be compared."""
    move = pairing.moves[unit]
    ys = []
    for side, (model, of) in enumerate(((pairing.a, move.source), (pairing.b, move.target))):
        if of.level or isinstance(of.layer, list):
            return None
        with contextlib.suppress(*REFUSED), _bare(model.framework, of.layer):
            step = next((s for s in run_once(model, pairing.inputs, pairing.layout).steps if s.name == of.name), None)
            ys += [] if step is None else [_as_in_keras(pairing, unit, side, step.y)]
    if len(ys) < 2:
        return None
    if {y.ndim for y in ys} == {2, 3}:  # all steps of a recurrent layer, and the last
        both_ways = hasattr(move.source.layer, "forward_layer") or getattr(move.source.layer, "bidirectional", False)
        ys = [_last(y, both_ways) if y.ndim == 3 else y for y in ys]
    mine, theirs = ys
    if mine.ndim != theirs.ndim:
        return None
    return (mine if move.columns is None else mine[..., move.columns]), theirs


def _last(y: Array, both_ways: bool) -> Array:
    """The last state of each direction, of all steps: (batch, time, features) -> (batch, features)."""
    n = y.shape[-1] // 2 if both_ways else y.shape[-1]
    return np.concatenate([y[:, -1, :n], y[:, 0, n:]], axis=-1)


@contextlib.contextmanager
def _bare(framework: str, layer: object) -> Iterator[None]:
    """Inside, a layer of Keras that has weights and an activation computes without the activation."""
    own = getattr(layer, "activation", None)
    if framework != "keras" or own is None or hasattr(layer, "cell"):
        yield
        return
    import keras

    layer.activation = keras.activations.linear  # type: ignore[attr-defined]
    try:
        yield
    finally:
        layer.activation = own  # type: ignore[attr-defined]
