"""Which layers are counterparts: by their classes, and by the shapes of their weights."""

import contextlib
from collections.abc import Callable
from typing import Any

import numpy as np

from reference.errors import RequestError
from reference.migration.counterparts import Side, at_level, counterparts, is_a, own_class, sides
from reference.migration.models.own import Own
from reference.migration.moves import NEUTRAL, Move, Unit
from reference.migration.shapes import scratch_shape
from reference.pair import Array, Pair, Slot, Twin


def zipped(
    mine: list[Unit], theirs: list[Unit], fit: Callable[[Unit, Unit], Move]
) -> tuple[list[Move], list[Unit], list[Unit]]:
    """Layers in their order with their counterparts, and what is left of either side."""
    moves = []
    while mine and theirs:
        a, b = mine[0], theirs[0]
        if found := as_one(a, theirs):
            several, (side, other) = found
            moves.append(match_sides(a, several, (side, other)))
            mine, theirs = mine[1:], theirs[len(several.parts) :]
        elif found := as_one(b, mine):
            several, (side, other) = found
            moves.append(match_sides(several, b, (other, side)))
            mine, theirs = mine[len(several.parts) :], theirs[1:]
        else:
            moves.append(fit(a, b))
            mine, theirs = mine[1:], theirs[1:]
    return moves, mine, theirs


def fitting(
    mine: list[Unit], theirs: list[Unit], fit: Callable[[Unit, Unit], Move]
) -> tuple[list[Move], list[Unit], list[Unit]]:
    """Every layer with the first that fits it and is not taken, and what is left of either side."""
    moves, left, free = [], [], list(theirs)
    for a in mine:
        for b in free:
            with contextlib.suppress(RequestError):
                moves.append(fit(a, b))
                free.remove(b)
                break
        else:
            left.append(a)
    return moves, left, free


def one_by_one(mine: list[Unit], theirs: list[Unit], fit: Callable[[Unit, Unit], Move]) -> list[Move] | None:
    """Every weight with one of its name that fits it, else with the first; None where one is left."""
    moves, free = [], list(theirs)
    for a in mine:
        for b in sorted(free, key=lambda each: _last(each) != _last(a)):
            with contextlib.suppress(RequestError):
                moves.append(fit(a, b))
                free.remove(b)
                break
        else:
            return None
    return None if free else moves


def _last(unit: Unit) -> str:
    return unit.name.rpartition(".")[2]


def as_one(one: Unit, others: list[Unit]) -> tuple[Unit, tuple[Side, Side]] | None:
    """PyTorch's next layers as what a pair composes the twin of a layer of, such as a separable convolution."""
    if others[0].model.framework != "torch" or one.model.framework == "torch":
        return None
    from reference.migration.written_attention import written_out

    for side in sides(one.model.framework):
        twin = side.pair.torch
        places = {slot.name.split(".")[0] for slot in twin.slots.values()}
        if len(places) > 1 and all(map(str.isdigit, places)) and is_a(side, one.model, one.layer):
            taken = others[: len(places)]
            parts = tuple(unit.name for unit in taken)
            several = Unit(taken[0].model, parts[0], [unit.layer for unit in taken], parts=parts)
            return several, (side, Side(side.pair, list, None, twin.slots, twin.frozen))
    return written_out(one, others)


# what a weight that a layer has not stands for, by its key in scratch and the source's array, None where it has none
Neutral = Callable[[str, "Array | None"], "float | None"]


def neutral_as_it_is(key: str, array: Array | None) -> float | None:
    """A scale or a shift that the source has not, or that does nothing in it."""
    value = NEUTRAL.get(key)
    return value if value is None or array is None or bool((array == value).all()) else None


def match(a: Unit, b: Unit, neutral_as: Neutral = neutral_as_it_is) -> Move:
    """How the weights of one go to the other. Raises RequestError where they do not correspond."""
    if isinstance(a.layer, Own) and isinstance(b.layer, Own):
        return _match_own(a, b)
    misfits = []
    for mine, theirs in counterparts(a.model, a.layer, b.model, b.layer):
        both = (at_level(mine, a.level), at_level(theirs, b.level))
        try:
            return match_sides(a, b, both, neutral_as)
        except RequestError as error:
            misfits.append(error)
    if (side := _of_one_class(a, b)) is not None:
        return match_sides(a, b, (side, side))
    if misfits:
        raise misfits[0]
    theirs_class = own_class(b.model.framework, b.layer).__name__
    raise RequestError(
        f"{a} of the {a.model.framework} model has no counterpart: in its place the {b.model.framework} model has "
        f"{b}, and no pair has {own_class(a.model.framework, a.layer).__name__} beside {theirs_class}"
    )


def _match_own(a: Unit, b: Unit) -> Move:
    """Weights that no pair knows: alike but for axes of length 1, or matrices of which one lies across the other.

    That they correspond is what running both models proves.
    """
    first, second = (tuple(unit.layer.value.shape) for unit in (a, b))
    shape, other = (tuple(n for n in each if n != 1) for each in (first, second))
    across = shape != other and len(shape) == 2 and shape == other[::-1]
    if shape != other and not across:
        raise RequestError(f"{a} has shape {first}, which does not fit {b}, of shape {second}")
    slots = _lying(shape, first, False), _lying(shape, second, across)
    nothing = Twin(None, likeness="none", reason="a weight that no pair knows")
    pair = Pair("own weight", Own, nothing, nothing, ())
    sides = (Side(pair, Own, None, {"value": slots[0]}), Side(pair, Own, None, {"value": slots[1]}))
    return Move(a, b, sides, {"value": shape})


def _lying(shape: tuple[int, ...], whole: tuple[int, ...], across: bool) -> Slot:
    """Where an array of this shape lies in one that has axes of length 1 too."""
    axes = [f"n{i}" for i in range(len(shape))]
    left = iter(reversed(axes) if across else axes)
    there = " ".join("1" if n == 1 else next(left) for n in whole)
    return Slot("value", f"{' '.join(axes)} -> {there}")


def _of_one_class(a: Unit, b: Unit) -> Side | None:
    """Layers of one class, which no pair need know: every weight and buffer is the one of its name."""
    if type(a.layer) is not type(b.layer) or a.model.framework != b.model.framework or a.level or b.level:
        return None
    mine, theirs = (_own(unit) for unit in (a, b))
    if not mine or mine != theirs or getattr(a.layer, "num_layers", 1) > 1:
        return None
    nothing = Twin(None, likeness="none", reason="a layer that no pair knows")
    pair = Pair(type(a.layer).__name__, type(a.layer), nothing, nothing, ())
    return Side(pair, type(a.layer), None, {name: Slot(name) for name in mine})


def _own(unit: Unit) -> list[str]:
    """The names by which a layer has its weights and buffers."""
    if unit.model.framework == "torch":
        return [*dict(unit.layer.named_parameters()), *dict(unit.layer.named_buffers())]
    if unit.model.framework != "keras":
        return []
    held = {id(v) for v in unit.layer.variables if "float" in str(v.dtype)}
    return sorted(name for name, value in vars(unit.layer).items() if id(value) in held)


def match_sides(a: Unit, b: Unit, both: tuple[Side, Side], neutral_as: Neutral = neutral_as_it_is) -> Move:
    """How the weights of one go to the other, by these sides of a pair. Raises RequestError where they do not fit.

    `neutral_as` tells what a weight that one of them has not stands for, None where nothing does.
    """
    shapes: dict[str, tuple[int, ...]] = {}
    neutral: dict[str, float] = {}
    for unit, side, other in ((a, both[0], b), (b, both[1], a)):
        _all_covered(unit, side, other)
    for key in both[0].slots:
        slots = both[0].slots[key], both[1].slots[key]
        found = [u.model.get(u.layer, s.name) for u, s in zip((a, b), slots, strict=True)]
        arrays = [array for array in found if array is not None]
        if not arrays:
            continue
        if len(arrays) == 1 and (value := neutral_as(key, found[0])) is not None:
            neutral[key] = value
            continue
        for unit, slot, array, other, theirs in zip((a, b), slots, found, (b, a), reversed(slots), strict=True):
            if array is None:
                raise RequestError(
                    f"{unit} has no '{slot.name}', which {other} has a counterpart of{_normed(theirs.name)}"
                )
        told = [scratch_shape(slot, array.shape) for slot, array in zip(slots, arrays, strict=True)]
        lie = list(zip(slots, arrays, strict=True))
        shape = next((each for each in told if each is not None and all(_fits(s, x, each) for s, x in lie)), None)
        if shape is None:
            raise RequestError(
                f"'{slots[0].name}' of {a} has shape {arrays[0].shape}, which does not fit '{slots[1].name}' of {b}, "
                f"of shape {arrays[1].shape}"
            )
        shapes[key] = shape
    return Move(a, b, both, shapes, neutral=neutral)


def _all_covered(unit: Unit, side: Side, other: Unit) -> None:
    """Raise RequestError unless every trainable weight of the layer is in a slot of the pair."""
    paths = [*(slot.name for slot in side.slots.values()), *side.frozen]
    found = {id(unit.model.find(unit.layer, path)) for path in paths}
    for name, weight in unit.model.variables(unit.layer).items():
        levelled = unit.level or getattr(unit.layer, "num_layers", 1) > 1
        if id(weight) not in found and not (levelled and f"_l{unit.level}" not in name):
            raise RequestError(
                f"'{name}' of {unit} would not be used: {other} has nothing that corresponds to it{_normed(name)}"
            )


def _normed(name: str) -> str:
    """What to do about a projection, and about weights that PyTorch computes from others."""
    if name.startswith("parametrizations."):
        which = name.split(".")[1]
        return f". Make it one weight first: torch.nn.utils.parametrize.remove_parametrizations(layer, '{which}')"
    if name.startswith("weight_hr"):
        return ". Keras' LSTM has no projection: put reference.migration.glue.projected_lstm in its place"
    if name.endswith(("_g", "_v")):
        return f". Make it one weight first: torch.nn.utils.remove_weight_norm(layer, '{name[:-2]}')"
    if name.endswith("_orig"):
        return f". Make it one weight first: torch.nn.utils.remove_spectral_norm(layer, '{name[:-5]}')"
    return ""


def _fits(slot: Any, array: Array, shape: tuple[int, ...]) -> bool:
    try:
        moved = slot.to_scratch(array, shape)
    except Exception:  # einops raises its own errors for shapes that do not divide
        return False
    return bool(np.shape(moved) == shape)
