"""A layer with weights that only one of two models has, as a repair: its model is run without it, where it can be.

Where it cannot, for it gives something of another shape, the layer behind it in B reads what A's reads: then the place
is all that is wrong if everything behind it agrees.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from reference.migration.causes import same_weights
from reference.migration.counterparts import layout_of
from reference.migration.difference import apart, as_in_keras, run_once
from reference.migration.examples import for_model
from reference.migration.keras_causes import called_instead
from reference.migration.models import Model
from reference.migration.moves import Lone, Unit
from reference.migration.own_causes import own
from reference.migration.pairing import REFUSED, Cause, Pairing, Place, Repaired, Undo
from reference.pair import Array

WHOSE = "AB"


@dataclass(frozen=True)
class Unmatched:
    """A layer that only one model, A or B, has, or has in another size; and where, in words."""

    model: str
    layer: str
    text: str


def at_place(pairing: Pairing, place: Place) -> list[Lone]:
    """The layers that stand alone where two models first differ."""
    return [each for each in pairing.lone if each.at == place.rank]


def told(pairing: Pairing) -> list[Unmatched]:
    """Every layer that has no counterpart, and where it stands."""
    found = []
    for i, each in enumerate(pairing.lone):
        here = f"{'only in A' if each.side == 0 else 'only in B'}: {each.unit}{_between(each.between)}"
        if each.resized is not None:
            here = _resized(each, follows=each.follows and i > 0)
        found.append(Unmatched(WHOSE[each.side], each.unit.name, f"{here}{_there(pairing, each)}"))
    return found


def _resized(lone: Lone, follows: bool) -> str:
    sizes = lone.sizes or {}
    if follows:
        return f"with what is before it, {lone.resized} takes inputs of another size than A's {lone.unit}"
    wrong = next(key for key, (mine, theirs) in sizes.items() if mine != theirs)
    mine, theirs = sizes[wrong]
    bias = next((both for key, both in sizes.items() if key.rpartition(".")[2] == "b"), (mine, theirs))
    if wrong.rpartition(".")[2] == "w" and len(mine) > 1 and mine[-1] != theirs[-1] and bias[0] != bias[1]:
        return f"another size: {lone.resized} gives {theirs[-1]} features, A's {lone.unit} {mine[-1]}"
    return f"another size: '{wrong}' of {lone.resized} has the shape {theirs}, that of A's {lone.unit} {mine}"


def _between(both: tuple[Unit | None, Unit | None]) -> str:
    before, after = both
    if before is None or after is None:
        return f", behind {before}" if before else f", before {after}" if after else ""
    return f", between {before} and {after}"


def _there(pairing: Pairing, lone: Lone) -> str:
    """The place in the other model."""
    if lone.resized is not None:
        return ""
    other = [(move.target, move.source)[lone.side] for move in pairing.moves]
    before = other[lone.at - 1] if lone.at else None
    after = other[lone.at] if lone.at < len(other) else None
    where = _between((before, after)).removeprefix(", ")
    return f"; in {WHOSE[1 - lone.side]} its place is {where}" if where else ""


def left_out(pairing: Pairing, lone: Sequence[Lone]) -> Repaired | None:
    """The layers are left out of the models that have them; None where one gives something of another shape."""
    with contextlib.ExitStack() as stack:
        causes = []
        for each in lone:
            model = (pairing.a, pairing.b)[each.side]
            steps = [step for step in pairing.runs[each.side].steps if step.name == each.unit.name]
            kept = all(step.inputs and step.inputs[0].shape == step.y.shape for step in steps)
            undo = _without(model, each.unit) if kept and each.resized is None and not each.unit.level else None
            if undo is None:
                return None
            stack.callback(undo)
            causes.append(_cause(each))
        if {each.side for each in lone} == {0, 1} and len(lone) == 2:
            causes = [_another(*sorted(lone, key=lambda each: each.side))]
        return causes, stack.pop_all().close


def _without(model: Model, unit: Unit) -> Undo | None:
    """Have a layer give what it is given; how to undo it."""
    layer = unit.layer
    if model.framework == "keras":
        return called_instead(layer, lambda x, *more, **options: x)
    if model.framework != "torch":
        return None
    import torch

    several = isinstance(layer, torch.nn.RNNBase | torch.nn.MultiheadAttention)
    own = vars(layer).get("forward")
    layer.forward = (lambda x, *more, **options: (x, None)) if several else (lambda x, *more, **options: x)

    def undo() -> None:
        del layer.forward
        if own is not None:
            layer.forward = own

    return undo


def _cause(lone: Lone) -> Cause:
    if lone.side:
        return Cause("superfluous layer", f"without {lone.unit} B goes on as A does: leave it out", lone.unit.name)
    return Cause("missing layer", f"without {lone.unit} A goes on as B does: add it to B", lone.unit.name)


def _another(mine: Lone, theirs: Lone) -> Cause:
    text = f"B has {theirs.unit} where A has {mine.unit}; without them both go on alike"
    return Cause("another layer", text, theirs.unit.name)


def as_a_cause(pairing: Pairing, place: Place) -> Cause | None:
    """What has no counterpart at a place, as the cause, where all behind that agrees or nothing is."""
    lone = at_place(pairing, place)
    if not lone or not _agree_before(pairing, place, lone[0]) or not _agree_behind(pairing, place, lone):
        return None
    first, sides = lone[0], {each.side for each in lone}
    name = "another layer" if len(sides) > 1 else "superfluous layer" if first.side else "missing layer"
    name = "another size" if first.resized is not None else name
    whose = f"{first.unit} of {WHOSE[first.side]}"
    if place.unit == len(pairing.moves):
        return Cause(name, f"all before {whose} agrees, and no other layer with weights is behind", first.unit.name)
    after = pairing.moves[place.unit].target
    text = f"all before {whose} agrees, and all from {after} on where that reads what A's reads"
    return Cause(name, text, first.unit.name)


def _agree_before(pairing: Pairing, place: Place, lone: Lone) -> bool:
    """Whether what is before a layer without a counterpart is right: all weights are A's, and it reads the same."""
    if not all(map(same_weights, pairing.moves)):
        return False
    if lone.resized is None:
        ys = own(pairing, place.unit - 1) if place.unit else None
        return place.unit == 0 or (ys is not None and apart(*reversed(ys)) <= pairing.limit)
    units = (lone.unit, lone.resized)
    steps = [next(s for s in run.steps if s.name == u.name) for run, u in zip(pairing.runs, units, strict=True)]
    x, y = (
        as_in_keras(u.model, step.inputs[0], layout_of(u.model, u.layer).get("x", ""))
        for u, step in zip(units, steps, strict=True)
    )
    return apart(y, x) <= pairing.limit


def _agree_behind(pairing: Pairing, place: Place, lone: Sequence[Lone]) -> bool:
    """Whether the models agree in all that is behind a place, where B's layer there reads what A's reads.

    Only what they give is compared, at inference, and no gradient.
    """
    if place.unit == len(pairing.moves):
        return all(each.resized is not None for each in lone) or _ends_there(pairing, lone)
    runs, read = pairing.runs, pairing.at(place)
    move = pairing.moves[place.unit]
    if read is None:
        return False
    x = for_model(pairing.b, read[:1], move.sides[0].pair.torch.layout.get("x", ""))[0]
    try:
        with contextlib.suppress(*REFUSED), _reading(pairing.b, move.target, x):
            pairing.runs = (runs[0], run_once(pairing.b, pairing.inputs, pairing.layout))
            return pairing.same_from(place.unit + 1)
        return False
    finally:
        pairing.runs = runs


def _ends_there(pairing: Pairing, lone: Sequence[Lone]) -> bool:
    """Whether one model gives what the layer reads that only the other has, at its end."""
    if len({each.side for each in lone}) > 1:
        return False
    side, unit = lone[0].side, lone[0].unit
    step = next(step for step in pairing.runs[side].steps if step.name == unit.name)
    given = pairing.runs[1 - side].y
    return bool(step.inputs) and apart(step.inputs[0], given) <= pairing.limit


@contextlib.contextmanager
def _reading(model: Model, unit: Unit, x: Array) -> Iterator[None]:
    """Inside, a layer reads these numbers as its first input."""
    (given,), layer = model.tensors([x]), unit.layer
    if isinstance(layer, list) or model.framework not in ("keras", "torch"):
        raise RuntimeError("a layer that cannot be given other numbers")
    if model.framework == "keras":
        own: Callable[..., object] = layer.call
        undo = called_instead(layer, lambda first, *more, **options: own(given, *more, **options))
    else:
        undo = layer.register_forward_pre_hook(lambda layer, args: (given, *args[1:])).remove
    try:
        yield
    finally:
        undo()
