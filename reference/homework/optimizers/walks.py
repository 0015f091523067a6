"""The steps that an optimizer took, and how far they are from those of a rule."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from reference.diagnosis.sentences import stated
from reference.homework.isolation.process import Failure
from reference.homework.optimizers.forms import Form
from reference.homework.optimizers.rules import Rule
from reference.homework.verdict import Fact, Quantity
from reference.pair import Array

# of the way that a weight has gone, and of its size
ALLOWED, ROUNDING = 1e-7, 1e-13
Steps = list[dict[str, Any]]


@dataclass
class Walk:
    """The steps that an optimizer took in one form: the weights after each, or what stopped it."""

    form: Form
    first: int = 1
    weights: dict[str, Array] = field(default_factory=dict)
    grads: list[dict[str, Array]] = field(default_factory=list)
    steps: Steps = field(default_factory=list)
    stuck: Failure | str = ""

    @property
    def moved(self) -> bool:
        """Whether any of the weights has changed."""
        return not all(np.array_equal(now[name], w) for now in self.steps for name, w in self.weights.items())


@dataclass(frozen=True)
class Held:
    """A walk held to a rule."""

    walk: Walk
    rule: Rule
    share: float
    quantity: Quantity
    settings: Mapping[str, Any]

    @property
    def right(self) -> bool:
        return self.quantity.agree


def compared(walk: Walk, want: Steps, part: str) -> Quantity:
    """The weights after every step, where they differ most from those wanted. `part` is the method's name."""
    worst = Quantity("w", True, 0.0, ALLOWED, part=part)
    gone = {name: np.zeros(w.shape) for name, w in walk.weights.items()}
    last: Mapping[str, Any] = walk.weights
    for number, (got, wanted) in enumerate(zip(walk.steps, want, strict=True), start=1):
        for name, w in wanted.items():
            gone[name] = gone[name] + np.abs(w - last[name])
            found = np.asarray(got[name])
            if found.shape != w.shape or found.dtype.kind not in "fiu":
                told = f"{called(name)} has the shape {found.shape} after step {number}, expected {w.shape}"
                return Quantity("w", False, np.inf, ALLOWED, part=part, problem=told)
            worst = max(worst, worst_of(found, w, gone[name], number, name, part), key=lambda q: q.max_rel)
        last = wanted
    return worst


def narrowed(walk: Walk, want: Steps) -> Iterator[Fact]:
    """How many steps are right at first, and which weights throughout."""
    prefixes = [replace(walk, steps=walk.steps[:n]) for n in range(1, len(want) + 1)]
    right = sum(compared(each, want[: len(each.steps)], "").agree for each in prefixes)
    if right:
        yield stated("narrow-steps", {"k": str(right), "all": str(len(want))})
    each_right = {name: compared(walk, [{name: now[name]} for now in want], "").agree for name in walk.weights}
    good, bad = ([called(name) for name, agree in each_right.items() if agree is which] for which in (True, False))
    if good and bad:
        yield stated("narrow-weights", {"names": "; ".join(bad), "right": "; ".join(good)})


def gradient(random: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """A gradient whose elements have sizes from 1e-5 to 10."""
    return random.choice([-1.0, 1.0], shape) * 10 ** random.uniform(-5, 1, shape)


def worst_of(got: Array, want: Array, gone: Array, step: int, name: str, part: str) -> Quantity:
    """Where one weight differs most, against the way it has gone."""
    single = 1e5 if got.dtype == np.float32 else 1.0
    floor = ROUNDING * single * (np.abs(want) + 1)
    with np.errstate(all="ignore"):
        away = np.abs(got - want)
        share = np.where(np.isfinite(got), away / (gone + floor / (ALLOWED * single)), np.inf)
    index = tuple(int(i) for i in np.unravel_index(int(np.argmax(share)), want.shape))
    allowed = ALLOWED * single
    agree = bool(share[index] <= allowed)
    g, w = float(got[index]), float(want[index])
    at = f" at [{', '.join(map(str, index))}]" if index else ""
    told = "" if agree else f"{called(name)} after step {step}:{at} you have {g:.4g}, expected {w:.4g}"
    return Quantity("w", agree, float(share[index]), allowed, index, g, w, part, told)


def called(place: str) -> str:
    """A weight by its name: "['W1']" -> "W1"."""
    name = place.strip(".[]'")
    return f"weight {name}" if name.isdecimal() else name or "the weight"
