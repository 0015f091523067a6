"""A reading of a submission and what came of it, and where a submission keeps its weights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from reference.homework.isolation.process import Failure
from reference.homework.problem import Layout, Problem, Scheme
from reference.homework.roles import Plan, means, plain
from reference.homework.trees import Leaf, gradient_likeness, leaves
from reference.pair import Array

IT, OPTIMIZER, DRAWN, OUT, BACK, CONTEXT = "it", "opt", "drawn", "out", "back", "context"
LEARNING_RATE = 0.375
# Exceptions that no reading of ours provokes: the code itself uses what is not there.
OWN_MISTAKES = (
    *("NameError", "UnboundLocalError", "AttributeError", "ZeroDivisionError", "KeyError", "RecursionError"),
    *("MemoryError", "NotImplementedError", "SystemExit", "KeyboardInterrupt", "Breach"),
    "EOFError",  # of input()
)


@dataclass(frozen=True)
class Reading:
    """Which of the layouts, schemes and plans, by their number."""

    layout: int
    scheme: int
    init: int
    call: int


@dataclass(frozen=True)
class Place:
    """Where a submission keeps one array of weights, and which elements it holds."""

    leaf: Leaf
    ids: Array
    share: float = 1.0


@dataclass
class Attempt:
    """What came of a reading. `failure` is what stopped it; `at`: "init", "weights", "forward" or "backward".

    `number` is that of the plan of the backward call, `first` the call before it on the same object,
    `optimizer` what it was handed as one. `rate` is what it moves its weights by; where that is unknown it is 1, and
    `rates` are the numbers in its code that it may be.
    """

    reading: Reading
    problem: Problem
    layout: Layout
    scheme: Scheme
    init: Plan | None = None
    call: Plan | None = None
    back: Plan | None = None
    places: dict[str, Place] = field(default_factory=dict)
    given: dict[str, Array] = field(default_factory=dict)
    value: Any = None
    y: Array | None = None
    failure: Failure | None = None
    at: str = ""
    returned: Any = None
    kept: Any = None
    recorded: Any = None
    mutated: tuple[Any, ...] = ()
    aliased: tuple[Any, ...] = ()
    known: bool = False
    misshapen: Mapping[str, Leaf] = field(default_factory=dict)
    number: int | None = None
    first: "Attempt | None" = None
    optimizer: Any = None
    rate: float = LEARNING_RATE
    rates: Sequence[float] = ()

    @property
    def handed(self) -> set[str]:
        """The arrays of weights that the forward call is given."""
        given = self.call.given if self.call else {}
        return {role.removeprefix("weight ") for role in given if role.startswith("weight ")}


def outline(value: Any) -> Any:
    """What of an argument decides whether a call runs: that it is an array, and its shape; any other value itself."""
    if isinstance(value, list | tuple):
        return type(value)(outline(each) for each in value)
    return ("array", *value.shape) if isinstance(value, np.ndarray) and value.ndim else value


def locate(problem: Problem, scheme: Scheme, state: Any) -> dict[str, Place] | None:
    """Where each array of a scheme is kept; None where one that may not miss is not found."""
    found = [leaf for leaf in leaves(state) if isinstance(leaf.array, np.ndarray)]
    places: dict[str, Place] = {}
    taken: set[str] = set()
    for name, entry in scheme.entries.items():
        best: tuple[int, Leaf, Array] | None = None
        for leaf in found:
            for ids in entry.ids:
                if leaf.array.shape != ids.shape or leaf.path in taken:
                    continue
                likeness = _weight_likeness(leaf, entry.names)
                if likeness and (best is None or likeness > best[0]):
                    best = (likeness, leaf, ids)
        if best is not None:
            places[name] = Place(best[1], best[2], entry.share)
            taken.add(best[1].path)
        elif not entry.may_miss:
            return None
    return places


def misshapen(problem: Problem, scheme: Scheme, state: Any) -> dict[str, Leaf]:
    """The one vector that is named as a weight of a scheme and has the length of another's axis, if all else is found.

    A bias for each input channel in place of each filter, say. Sizes are distinct, so it is no matter of layout.
    """
    for name, entry in scheme.entries.items():
        others = {n: e for n, e in scheme.entries.items() if n != name}
        axes = {n for e in others.values() for n in e.ids[0].shape} - set(entry.ids[0].shape) - {1}
        named = [leaf for leaf in leaves(state) if means(leaf.name, entry.names) and np.size(leaf.array) in axes]
        vectors = [leaf for leaf in named if max(np.shape(leaf.array)) == np.size(leaf.array)]
        if len(vectors) == 1 and others and locate(problem, Scheme(others), state) is not None:
            return {name: vectors[0]}
    return {}


def _weight_likeness(leaf: Leaf, names: str) -> int:
    name = plain(leaf.name)
    if means(leaf.name, names):
        return 3
    owner = Leaf(leaf.owner, leaf.array).name
    if name in ("val", "value", "data", "v") and means(owner, names):
        return 3
    if owner and means(owner + leaf.name, names):  # of a layer that is kept as a part: .query.W
        return 3
    if gradient_likeness(leaf, Leaf("", leaf.array)) == 0 or name.startswith(("d", "grad", "m", "v", "x", "l")):
        return 0
    return 1


def crash_of(attempt: Attempt) -> str:
    """What the code itself broke with, "" where it may have been our call."""
    failure = attempt.failure
    if failure is None or not failure.trace:
        return ""
    return told_of(failure) if failure.type in OWN_MISTAKES or attempt.at == "backward" else ""


def told_of(failure: Failure) -> str:
    """An exception with its line."""
    place = f" (line {failure.line})" if failure.line else ""
    return f"{failure.said}{place}"
