"""Changes of a correct result: a factor, a sign, axes that changed places, and the like."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from reference.diagnosis.evidence import Evidence, Found, nearly
from reference.pair import Array

# of the largest element: how exactly a change must give the submission's numbers
EXACTLY = 1e-8
# the facts of a sentence, and how sure it is that this and not a change of the code is what was done
Transform = tuple[str, Mapping[str, str]]


def transformed(evidence: Evidence) -> dict[str, tuple[Transform, ...]]:
    """For each wrong quantity what makes it of the right one, the likeliest first."""
    return {name: tuple(_transforms(one, evidence.sizes)) for name, one in evidence.wrong.items()}


def _transforms(one: Found, sizes: Mapping[str, int]) -> Iterator[Transform]:
    got, want = one.got, one.want
    if not np.isfinite(got).all() or not got.size:
        return
    if not got.any():
        yield "zero", {}
        return
    if got.shape == want.shape and (factor := _factor(got, want)) is not None:
        named = _named(factor, sizes)
        if want.size > 1 or named:  # any number is another times some factor
            scaled = {"factor": _short(factor), "named": named or f"{factor:.6g}"}
            yield ("sign", {}) if named == "-1" else ("rescaled", scaled)
            return
    for id, facts, change in CHANGES:
        if (changed := change(want)) is not None and changed.shape == got.shape and _same(got, changed):
            yield id, facts
            return
    yield from _permuted(got, want)


def _factor(got: Array, want: Array) -> float | None:
    """The one number that all of `want` is multiplied by; None where it is not one number."""
    square = float((want * want).sum())
    factor = float((got * want).sum() / square) if square else 0.0
    return factor if factor and _same(got, factor * want) else None


def _named(factor: float, sizes: Mapping[str, int]) -> str:
    """A factor as what it is made of: 1/6 is 1 over the batch size; "" where it is made of no sizes."""
    if np.isclose(factor, -1, rtol=1e-9):
        return "-1"
    known = {**{f"{word} ({n})": n for word, n in sizes.items()}, "2": 2}
    single = [(f"1 / {word}", 1 / n) for word, n in known.items()] + list(known.items())
    double = [
        one
        for (word, n), (other, m) in itertools.product(known.items(), repeat=2)
        for one in (
            (f"1 / ({word} times {other})", 1 / (n * m)),
            (f"{word} times {other}", n * m),
            (f"{word} / {other}", n / m),
        )
    ]
    found = (said for said, number in (*single, *double) if number != 1 and np.isclose(abs(factor), number, rtol=1e-9))
    said = next(found, "")
    return f"-{said}" if said and factor < 0 else said


def _short(factor: float) -> str:
    """A factor as people write it: 4, 1/6, 0.582785."""
    sign, size = "-" if factor < 0 else "", abs(factor)
    if np.isclose(size, round(size), rtol=1e-9):
        return f"{sign}{round(size)} times"
    if np.isclose(1 / size, round(1 / size), rtol=1e-9):
        return f"{sign}1/{round(1 / size)} of"
    return f"{sign}{size:.6g} times"


def _same(got: Array, want: Array) -> bool:
    return nearly(got, want, EXACTLY)


def _flip(axis: int) -> Callable[[Array], Array | None]:
    return lambda want: np.flip(want, axis) if want.ndim > axis else None


def _rolled(axis: int, by: int) -> Callable[[Array], Array | None]:
    return lambda want: np.roll(want, by, axis) if want.ndim > axis else None


def _turned(first: int) -> Callable[[Array], Array | None]:
    return lambda want: np.flip(want, (first, first + 1)) if want.ndim > first + 1 else None


def _everywhere(place: int) -> Callable[[Array], Array | None]:
    return lambda want: np.broadcast_to(want[place], want.shape) if want.ndim > 1 else None


CHANGES: Sequence[tuple[str, Mapping[str, str], Callable[[Array], Array | None]]] = (
    *(("flipped", {}, _turned(first)) for first in range(3)),
    *(("flipped", {}, _flip(axis)) for axis in range(4)),
    *(("shifted", {}, _rolled(axis, by)) for axis in (0, 1, 2) for by in (1, -1)),
    *(("clipped", {"bound": str(bound)}, lambda want, b=bound: np.clip(want, -b, b)) for bound in (0.1, 1, 5)),
    ("first-sample-only", {}, _everywhere(0)),
    ("last-sample-only", {}, _everywhere(-1)),
    ("absolute", {}, np.abs),
    ("squared", {}, np.square),
)


def _permuted(got: Array, want: Array) -> Iterator[Transform]:
    """Whether axes have changed places, or numbers were reshaped where they should have been transposed."""
    if not 1 < want.ndim <= 4:
        return
    for axes in itertools.permutations(range(want.ndim)):
        moved = want.transpose(axes)
        if list(axes) != list(range(want.ndim)) and moved.shape == got.shape and _same(got, moved):
            yield "transposed", {}
            return
        if moved.size == got.size and moved.shape != got.shape and _same(got, moved.reshape(got.shape)):
            yield "reshaped-not-transposed", {}
            return
