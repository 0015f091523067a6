"""Expressions that bring a weight from how it lies in one twin to how it lies in the other, from their slots."""

import math
from collections.abc import Mapping

from reference.pair import Slot


def arranged(value: str, pattern: str) -> str:
    """An expression for `value` rearranged; itself where there is no pattern."""
    return f'rearrange({value}, "{pattern}")' if pattern else value


def moved(value: str, here: Slot, there: Slot, shape: tuple[int, ...]) -> str:
    """An expression for what lies as in the slot `here`, laid out as in the slot `there`."""
    one = _directly(here, there)
    if one is not None:
        return arranged(value, one)
    return forward(inverse(value, here, shape), there, shape)


def _directly(here: Slot, there: Slot) -> str | None:
    """One pattern for both slots, empty where they lie alike; None where it takes more."""
    if here.sizes or there.sizes or _ends(here) != _ends(there):
        return None
    if not here.axes and not there.axes:
        return ""
    if not here.axes or not there.axes:
        start, end = (side.strip() for side in (there.axes or here.axes).split("->"))
        if "(" in start or "(" in end:
            return None
        pattern = (start, end) if there.axes else (end, start)
    else:
        (a, here_lies), (b, there_lies) = ([side.strip() for side in slot.axes.split("->")] for slot in (here, there))
        names = dict(zip(_names(a), _names(b), strict=False))
        if _shape_of(a) != _shape_of(b) or (
            "(" in here_lies + there_lies and _shape_of(here_lies) != _shape_of(there_lies)
        ):
            return None
        renamed = " ".join(_renamed(here_lies, names))
        if "(" in renamed and renamed.replace("( ", "(").replace(" )", ")") != there_lies:
            return None
        pattern = (renamed.replace("( ", "(").replace(" )", ")"), there_lies)
    return "" if pattern[0] == pattern[1] else f"{pattern[0]} -> {pattern[1]}"


def _names(side: str) -> list[str]:
    return side.replace("(", "").replace(")", "").split()


def _shape_of(side: str) -> str:
    return " ".join(_renamed(side, dict.fromkeys(_names(side), "x")))


def _renamed(side: str, names: Mapping[str, str]) -> list[str]:
    return [names.get(token, token) for token in side.replace("(", "( ").replace(")", " )").split()]


def _ends(slot: Slot) -> list[str]:
    """The order of the gates in the twin; empty where it is that of scratch."""
    return slot.blocks.split("->")[1].split() if _turns(slot) else []


def _turns(slot: Slot) -> bool:
    """Its gates change places."""
    here, there = slot.blocks.split("->") if slot.blocks else ("", "")
    return here.split() != there.split()


def _known(slot: Slot, shape: tuple[int, ...]) -> dict[str, int]:
    """The sizes of the axes of a slot, from the shape of the array in scratch."""
    start = slot.axes.split("->")[0]
    known = dict(slot.sizes)
    if "gate" in _names(start) and slot.blocks:
        known["gate"] = len(slot.blocks.split("->")[0].split())
    groups: list[list[str]] = []
    inside = False
    for token in start.replace("(", "( ").replace(")", " )").split():
        if token in "()":
            inside = token == "("
            if inside:
                groups.append([])
        elif inside:
            groups[-1].append(token)
        else:
            groups.append([token])
    if ["..."] in groups:  # however many there are, none of them has to be told
        return known
    for group, size in zip(groups, shape, strict=True):
        missing = [name for name in group if name not in known and not name.isdigit()]
        if len(missing) == 1:
            known[missing[0]] = size // math.prod(known.get(name, 1) for name in group if name != missing[0])
    return known


def _needed(pattern_side: str, known: Mapping[str, int]) -> str:
    """The sizes that have to be told: all but one of every group."""
    words = []
    for group in pattern_side.split("(")[1:]:
        names = [name for name in group.split(")")[0].split() if not name.isdigit()]
        told = sorted((name for name in names), key=lambda name: name not in ("gate", *known))[: len(names) - 1]
        words += [f", {name}={known[name]}" for name in told]
    return "".join(words)


def forward(value: str, slot: Slot, shape: tuple[int, ...]) -> str:
    """An expression for an array of scratch as it lies in a twin."""
    if not slot.axes:
        return value
    return _moved(value, slot, shape, *_sides(slot.axes), *_sides(slot.blocks))


def inverse(value: str, slot: Slot, shape: tuple[int, ...]) -> str:
    """An expression for what lies in a twin, laid out as in scratch."""
    if not slot.axes:
        return value
    start, end = _sides(slot.axes)
    if "(...)" in end:
        return f"{value}.reshape({shape})"
    return _moved(value, slot, shape, end, start, *reversed(_sides(slot.blocks)))


def _sides(pattern: str) -> tuple[str, str]:
    start, _, end = pattern.partition("->")
    return start.strip(), end.strip()


def _moved(value: str, slot: Slot, shape: tuple[int, ...], start: str, end: str, here: str, there: str) -> str:
    """From the axes `start` to `end`, gates from the order `here` to `there`."""
    known = _known(slot, shape)
    if _turns(slot):
        apart, gates = " ".join(_names(_sides(slot.axes)[0])), here.split()
        value = f'rearrange({value}, "{start} -> {apart}"{_needed(start, known)})'
        value += f".take({[gates.index(gate) for gate in there.split()]}, axis={apart.split().index('gate')})"
        start = apart
    return value if start == end else f'rearrange({value}, "{start} -> {end}"{_needed(start, known)})'
