"""What a submission is asked, and how the answer may be laid out.

Everything is kept in scratch's layout and brought to the submission's: inputs by named axes, weights by the place of
each element among all weights. The answers expected are those of the layers in scratch/, which parity has verified.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from reference.pair import Array, Case, Input, Pair, Slot, Twin
from reference.registry import find
from reference.sides import Arrays, Side, make_arrays, prepare, scratch_side


@dataclass(frozen=True)
class Problem:
    """Inputs, weights and cotangent for one configuration, and what the layer in scratch answers.

    `label` says how it differs from the plainest problem of its family: "stride 2", "padding 1". `facts` are what the
    family's calls need to know beside the options, such as the kernel's height; `extras` are arrays that a backward
    pass is given beside those of the forward pass, such as targets.
    `remake(seed)` gives it with other inputs, where its answers are not simply the layer's. A `fallback` is asked only
    where no form of a lower number ran: 1 for one sample without a batch, say, 2 for one without channels too. What is
    `required` a submission may not get wrong, an option that it has a parameter for; or nothing but its "output".
    """

    label: str
    pair: Pair
    case: Case
    arrays: Arrays
    want: Side
    noise: Mapping[str, float]
    facts: Mapping[str, Any] = field(default_factory=dict)
    extras: Mapping[str, Array] = field(default_factory=dict)
    remake: Callable[[int], "Problem"] | None = None
    fallback: int = 0
    required: bool | Literal["output"] = False

    @property
    def options(self) -> Mapping[str, Any]:
        return self.case.options

    @property
    def batch(self) -> int:
        """How many samples there are."""
        return len(next(iter(self.arrays.inputs.values())))

    def again(self, seed: int) -> "Problem":
        """The same weights with other inputs and another cotangent."""
        if self.remake is not None:
            return self.remake(seed + 1)
        other = make_arrays(self.pair, self.case, seed + 1)
        arrays = replace(self.arrays, inputs=other.inputs, dy=other.dy).cast("float32").cast("float64")
        want = scratch_side(self.pair, self.case, arrays, "float64")
        arrays, extras = _apart(arrays, self.extras)
        return replace(self, arrays=arrays, want=want, extras={**self.extras, **extras})

    def flat(self, arrays: Mapping[str, Array]) -> Array:
        """These weights, or their gradients, one after the other in the order of the layer's."""
        parts = [np.ravel(arrays[name]) for name in self.arrays.params]
        return np.concatenate(parts) if parts else np.zeros(0)

    def ids(self) -> dict[str, Array]:
        """For each weight the places of its elements in `flat`."""
        ends = np.cumsum([0, *(w.size for w in self.arrays.params.values())])
        shapes = {name: w.shape for name, w in self.arrays.params.items()}
        return {name: np.arange(ends[i], ends[i + 1]).reshape(shape) for i, (name, shape) in enumerate(shapes.items())}


def problem(
    pair: str | Pair,
    inputs: Mapping[str, Input],
    seed: int,
    *,
    label: str = "",
    facts: Mapping[str, Any] | None = None,
    training: bool = True,
    apart: Sequence[str] = (),
    **options: Any,
) -> Problem:
    """A problem of a pair. The inputs named in `apart` are only for the backward pass, as targets are.

    Raises ValueError for options that do not go together.
    """
    layer = find(pair) if isinstance(pair, str) else pair
    case = Case(f"homework {label}".strip(), inputs, options, training=training)
    prepared = prepare(layer, case, seed)
    # numbers that float32 holds too, so that a submission that keeps its weights in it is given the same
    arrays = prepared.arrays.cast("float32").cast("float64")
    want = scratch_side(layer, case, arrays, "float64")
    arrays, extras = _apart(arrays, apart)
    return Problem(label, layer, case, arrays, want, prepared.amplification, facts or {}, extras)


def of_submissions(name: str, layer: Callable[..., Any]) -> Pair:
    """A pair without twins, whose layer is only asked of submissions; `name` is the pair that they are said to be."""
    none = Twin(None, likeness="none", reason="it is only asked of submissions")
    return Pair(name, layer, none, none, ())


def _apart(arrays: Arrays, names: Iterable[str]) -> tuple[Arrays, dict[str, Array]]:
    """The arrays without the inputs of these names, and those."""
    taken = {name: arrays.inputs[name] for name in names if name in arrays.inputs}
    return replace(arrays, inputs={n: a for n, a in arrays.inputs.items() if n not in taken}), taken


@dataclass(frozen=True)
class Layout:
    """How the arrays of a problem lie in a submission.

    `axes` maps an input, "y" or "dy" to its axes as in a Slot: "n f -> f n". `steps` names those that come as a list
    of what the first axis there holds, as sequences do. `said` is what a report says of it.
    """

    axes: Mapping[str, str] = field(default_factory=dict)
    steps: frozenset[str] = frozenset()
    said: tuple[str, ...] = ()

    def to_submission(self, name: str, array: Array) -> Any:
        """`array` as the submission has it."""
        laid = np.ascontiguousarray(Slot(name, self.axes.get(name, "")).to_twin(array))
        return list(laid) if name in self.steps else laid

    def shape(self, name: str, shape: tuple[int, ...]) -> tuple[int, ...]:
        return Slot(name, self.axes.get(name, "")).to_twin(np.empty(shape)).shape

    def from_submission(self, name: str, got: Any, shape: tuple[int, ...]) -> Array | None:
        """What a submission gave, in scratch's layout; None where it does not fit."""
        if isinstance(got, list | tuple) and got and all(isinstance(each, np.ndarray) for each in got):
            if len({each.shape for each in got}) > 1:
                return None
            got = np.stack(got)
        if isinstance(got, int | float | complex):
            got = np.asarray(got)
        if not isinstance(got, np.ndarray) or got.dtype == bool:
            return None
        wanted = self.shape(name, shape)
        if got.shape != wanted:
            # an axis of one more or fewer is no mistake: (4,) for (4, 1)
            if tuple(n for n in got.shape if n != 1) != tuple(n for n in wanted if n != 1):
                return None
            got = got.reshape(wanted)
        return Slot(name, self.axes.get(name, "")).to_scratch(got, shape)


@dataclass(frozen=True)
class Entry:
    """One array of weights in a submission: the names it may have, and which elements it holds.

    `ids` are alternatives, each an array of places in `Problem.flat`; places of -1 hold zero. `share` is how much of
    the weight it is, where several arrays are added up, as two biases are.
    """

    names: str
    ids: tuple[Array, ...]
    share: float = 1.0
    may_miss: bool = False


@dataclass(frozen=True)
class Scheme:
    """How a submission keeps all its weights."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    said: tuple[str, ...] = ()

    @property
    def shapes(self) -> tuple[tuple[str, str, tuple[tuple[int, ...], ...]], ...]:
        """The names and shapes of all arrays."""
        return tuple((name, e.names, tuple(ids.shape for ids in e.ids)) for name, e in self.entries.items())

    def fill(self, entry: Entry, ids: Array, flat: Array) -> Array:
        """The values of one array."""
        padded = np.append(flat, 0.0)
        return np.asarray(padded[ids] * entry.share)


def transposed(ids: Array) -> Array:
    return np.ascontiguousarray(ids.T)


def vector_forms(ids: Array) -> tuple[Array, ...]:
    """A bias as (n,), (1, n) and (n, 1)."""
    return ids, ids[None], ids[:, None]


def product(shape: Sequence[int]) -> int:
    return math.prod(shape)
