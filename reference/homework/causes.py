"""Causes of a disagreement that can be told from the numbers alone: the right ones, changed in one way.

A cause is claimed only where the change, applied to what is wanted, gives every number of the submission.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from reference.homework.verdict import Cause
from reference.pair import Array

# of the largest element: how exactly a change must give the submission's numbers
EXACTLY = 1e-8


def causes_of(arrays: Mapping[str, tuple[Array, Array]], sizes: Mapping[str, int]) -> tuple[Cause, ...]:
    """Why quantities differ, as (got, want) by name, those that disagree only; the surest first."""
    return tuple(
        Cause(id, f"{name} {sentence}.", True)
        for name, (got, want) in arrays.items()
        for id, sentence in _causes(got, want, sizes)
    )


def _causes(got: Array, want: Array, sizes: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    if not np.isfinite(got).all() or not got.size:
        if np.isnan(got).any():
            yield "not-a-number", "holds NaN where every number should be finite"
        return
    if not got.any():
        yield "zero", "is zero everywhere"
        return
    if (factor := _factor(got, want)) is not None:
        yield _rescaled(factor, sizes)
        return
    for id, sentence, change in CHANGES:
        if (changed := change(want)) is not None and changed.shape == got.shape and _same(got, changed):
            yield id, sentence
            return
    yield from _permuted(got, want)


def _factor(got: Array, want: Array) -> float | None:
    """The one number that all of `want` is multiplied by; None where it is not one number."""
    if got.shape != want.shape or not want.any():
        return None
    factor = float((got * want).sum() / (want * want).sum())
    return factor if factor and _same(got, factor * want) else None


def _rescaled(factor: float, sizes: Mapping[str, int]) -> tuple[str, str]:
    """A factor in words: 1/6 is 1 over the batch size."""
    if np.isclose(factor, -1, rtol=1e-9):
        return "sign", "has the wrong sign"
    sign = "minus " if factor < 0 else ""
    size = abs(factor)
    known = {**sizes, "2": 2}
    for (one, n), (other, m) in itertools.product(known.items(), [*known.items(), ("", 1)]):
        number = n * m
        label = f"{n}" + (f" times {m}" if m > 1 else "")
        what = " and ".join(filter(None, [one, other])) if one != "2" or other else ""
        if np.isclose(size, 1 / number, rtol=1e-9):
            return "rescaled", f"is {sign}1/{number} of what it should be" + (f" ({label}: {what})" if what else "")
        if np.isclose(size, number, rtol=1e-9):
            return "rescaled", f"is {sign}{number} times what it should be" + (f" ({label}: {what})" if what else "")
    return "rescaled", f"is {factor:.6g} times what it should be"


def _same(got: Array, want: Array) -> bool:
    scale = float(np.abs(want).max(initial=0.0))
    return float(np.abs(got - want).max(initial=0.0)) <= EXACTLY * scale


def _flip(axis: int) -> Callable[[Array], Array | None]:
    return lambda want: np.flip(want, axis) if want.ndim > axis else None


def _turned(want: Array) -> Array | None:
    return want[::-1, ::-1] if want.ndim > 1 else None


CHANGES: Sequence[tuple[str, str, Callable[[Array], Array | None]]] = (
    ("flipped", "is turned by 180 degrees: a convolution in place of a cross-correlation, or the reverse", _turned),
    ("flipped", "is in reverse order along its first axis", _flip(0)),
    ("flipped", "is in reverse order along its second axis", _flip(1)),
    ("shifted", "is shifted by one along its first axis", lambda want: np.roll(want, 1, 0)),
    ("shifted", "is shifted by one along its first axis", lambda want: np.roll(want, -1, 0)),
    ("clipped", "is clipped to 1", lambda want: np.clip(want, -1, 1)),
    (
        "first-sample-only",
        "has the numbers of the first sample everywhere",
        lambda want: np.broadcast_to(want[:1], want.shape),
    ),
    ("absolute", "has lost its signs", np.abs),
    ("squared", "is squared", np.square),
)


def _permuted(got: Array, want: Array) -> Iterator[tuple[str, str]]:
    """Whether axes have changed places, or numbers were reshaped where they should have been transposed."""
    if want.ndim > 4:
        return
    for axes in itertools.permutations(range(want.ndim)):
        moved = want.transpose(axes)
        if list(axes) != list(range(want.ndim)) and moved.shape == got.shape and _same(got, moved):
            yield "transposed", f"has its axes in the order {axes}: it needs a transpose"
            return
        if moved.size == got.size and moved.shape != got.shape and _same(got, moved.reshape(got.shape)):
            yield "transposed", "is reshaped where its axes should be moved (transpose)"
            return
