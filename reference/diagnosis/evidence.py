"""What there is to explain: a layer's arrays, and what a submission made of them in the place of its answers."""

import functools
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import DTypeLike

from reference.pair import Array, Case, Pair
from reference.sides import Arrays, Side, scratch_side
from scratch.initializers import Initializer, Seed

# of the largest element: how exactly a change must give the submission's numbers, in float64 and in float32
EXACTLY, EXACTLY_FLOAT32 = 1e-9, 3e-5


@dataclass(frozen=True)
class Found:
    """One quantity of a submission and what was wanted of it, as it lies there. `wrong` as it was judged.

    `ids` are the places of its elements in the layer's array, where the two do not lie alike.
    """

    got: Array
    want: Array
    wrong: bool
    ids: Array | None = None

    def back(self, array: Array) -> Array:
        """An array that lies as `got` does, flat and in the order of the layer's."""
        flat = array.ravel()
        if self.ids is None:
            return flat
        moved = np.empty_like(flat)
        moved[self.ids.ravel()] = flat
        return moved


class Change(Protocol):
    """A change of the correct code, in force within `planted`."""

    def planted(self) -> AbstractContextManager[None]: ...


@dataclass(frozen=True)
class Evidence:
    """A problem and the answers to it. `arrays` are all that the layer of `pair` is given.

    `found` has every quantity that was found, the right ones too: a cause must give them all. `lost` are the wrong
    ones of which there are no numbers to compare, `strays` all arrays that came out, to look for them in another shape,
    `returned` those of the backward pass. `loose` is the error allowed where more than rounding is, `scales` factors
    that would be right, where what was wanted cannot be told from what is wrong. `noise`: how far rounding moves a
    quantity, in eps. `again()` asks the submission once more with fresh inputs; None where that fails. `before` is what
    an earlier call was given, `moved` the weights as they are after the call. `constants` are the numbers in the code.
    `turned` are the arrays of two axes that lie the other way round in the submission: "x", "dout", "w".
    `right` is what the submission answers to a problem that it is right for, which a mistake must leave so.
    """

    pair: Pair
    case: Case
    arrays: Arrays
    found: Mapping[str, Found]
    sizes: Mapping[str, int] = field(default_factory=dict)
    lost: Sequence[str] = ()
    strays: Sequence[Array] = ()
    returned: Sequence[Array] = ()
    loose: float = 0.0
    scales: Sequence[float] = ()
    noise: Mapping[str, float] = field(default_factory=dict)
    again: "Callable[[], Evidence | None] | None" = None
    before: Arrays | None = None
    moved: Mapping[str, Array] = field(default_factory=dict)
    constants: Sequence[float] = ()
    right: "Evidence | None" = None
    turned: frozenset[str] = frozenset()

    @property
    def wrong(self) -> dict[str, Found]:
        return {name: one for name, one in self.found.items() if one.wrong}

    @functools.cached_property
    def output_only(self) -> bool:
        """Whether nothing but the output is looked at: then no layer needs to go back."""
        return self.found.keys() | set(self.lost) == {"y"}

    def side(self, change: Change | None = None) -> Side | None:
        """What the layer answers, with a change in its code; None where it breaks."""
        try:
            with change.planted() if change else nullcontext(), undrawn(), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                only = self.output_only
                side = scratch_side(self.pair, self.case, self.arrays, "float64", output_only=only)
        except Exception:
            return None  # a change of code may raise whatever code can raise
        # and give whatever code can give
        arrays = {name: np.asarray(one) for name, one in side.items() if isinstance(one, np.ndarray | np.generic)}
        return {name: one for name, one in arrays.items() if one.dtype != object}

    def same(self, name: str, got: Array, want: Array) -> bool:
        """Whether two arrays are one quantity, up to rounding."""
        if got.shape != want.shape:
            return False
        allowed = max(EXACTLY_FLOAT32 if got.dtype in (np.float32, np.float16) else EXACTLY, self.loose)
        return nearly(got, want, allowed, self.noise.get(name, 0.0))


@contextmanager
def undrawn() -> Iterator[None]:
    """Within, weights are zeros at first: they are loaded, and to draw them takes longer than many a layer."""
    drawn = Initializer.__call__
    Initializer.__call__ = _zeros  # type: ignore[method-assign]
    try:
        yield
    finally:
        Initializer.__call__ = drawn  # type: ignore[method-assign]


def _zeros(self: Initializer, shape: tuple[int, ...], rng: Seed = None, dtype: DTypeLike = np.float64) -> Array:
    return np.zeros(shape, dtype)


def nearly(got: Array, want: Array, allowed: float, noise: float = 0.0) -> bool:
    """Whether no element differs by more than `allowed` of the largest; what is not finite must be the same."""
    finite = np.isfinite(want)
    if not np.array_equal(finite, np.isfinite(got)):
        return False
    scale = float(np.abs(want[finite]).max(initial=0.0))
    scale = max(scale, 1e3 * noise * float(np.finfo(np.float64).eps))
    return float(np.abs(got[finite] - want[finite]).max(initial=0.0)) <= allowed * scale


@dataclass(frozen=True)
class Scaling:
    """How what was wanted follows from the layer's own answer: multiplied, then clipped where `clip` is not 0."""

    factor: float
    clip: float = 0.0

    def __call__(self, own: Array) -> Array:
        scaled = own * self.factor
        return np.clip(scaled, -self.clip, self.clip) if self.clip else scaled


def scalings(evidence: Evidence, own: Side) -> dict[str, Scaling] | None:
    """For each quantity found the scaling that the judge allowed; None where the layer's answers are other ones."""
    known: dict[str, Scaling] = {}
    for name, one in evidence.found.items():
        if name not in own or own[name].size != one.want.size:
            return None
        scaling = _scaling(own[name].ravel(), one.back(one.want))
        if scaling is None:
            return None
        known[name] = scaling
    return known


def _scaling(own: Array, want: Array) -> Scaling | None:
    finite = np.isfinite(own)
    own, want = own[finite], want[finite]
    if not own.any():
        return Scaling(1.0)
    for clip in (0.0, float(np.abs(want).max())):
        inside = np.abs(want) < clip if clip else np.ones(want.shape, bool)
        square = float((own[inside] ** 2).sum())
        factor = float((own[inside] * want[inside]).sum()) / square if square else 1.0
        scaling = Scaling(1.0 if abs(factor - 1) < EXACTLY else factor, clip)
        if nearly(scaling(own), want, EXACTLY):
            return scaling
    return None
