"""Who stands alone: where two sides disagree, all the others are asked about the same number."""

import functools
import math
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from reference.compare import Finding
from reference.edges import every_case
from reference.frameworks import installed
from reference.pair import FRAMEWORKS, Array, Case, Pair
from reference.parity import CONTRACT, DERIVATIVE, Check, check, drawn, judges_of
from reference.registry import find
from reference.sides import Arrays, derivative, gradient_name, make_arrays, scratch_side, twin_side

SCRATCH, NUMERICAL = "scratch", "the numerical derivative"

# One side is with another when it is nearer to it than this share of what the two that disagree are apart.
NEAR = 0.25

# The numerical derivative is looked at in no more elements than this.
ELEMENTS = 400


@dataclass(frozen=True)
class Vote:
    """What each side has at one place of a quantity, and whom the others side with.

    `ours` and `theirs` are the two that disagree; `beside` says for each other side which of the two it is near to,
    or "" for neither; `silent` says why a side could not be asked.
    """

    quantity: str
    index: tuple[int, ...]
    values: Mapping[str, float]
    ours: str
    theirs: str
    beside: Mapping[str, str] = field(default_factory=dict)
    silent: Mapping[str, str] = field(default_factory=dict)

    @property
    def alone(self) -> str:
        """The side that all others contradict; "" where there is none, or nobody else to ask."""
        sided = set(self.beside.values())
        if sided == {self.theirs}:
            return self.ours
        return self.theirs if sided == {self.ours} else ""

    @property
    def sentence(self) -> str:
        """ "torch and the numerical derivative side with keras: scratch stands alone" """
        parts = []
        for party in (self.ours, self.theirs, ""):
            names = [name for name, side in self.beside.items() if side == party]
            if names:
                verb = "sides" if len(names) == 1 else "side"
                parts.append(f"{' and '.join(names)} {verb} with {party or 'neither'}")
        return ", ".join(parts) + (f": {self.alone} stands alone" if self.alone else "")


def find_case(pair: Pair, name: str, seed: int) -> Case | None:
    """The case of a pair with this name: a declared one, or a random one however many are usually drawn."""
    for case in every_case(pair):
        if case.name == name:
            return case
    number = re.fullmatch(r"random(\d+)", name)
    return drawn(pair, int(number[1]), seed) if number and pair.draw else None


def vote(
    pair: Pair,
    case: Case,
    disagreeing: Check,
    finding: Finding,
    layer: Callable[..., Any] | None = None,
    ours: str = SCRATCH,
) -> Vote | None:
    """The vote on a finding of a check that disagrees; None where no other side has an opinion.

    With a foreign `layer`, called `ours`, the pair's own layer is asked too. A contract is kept or broken, and a
    wrong shape has no numbers: nothing is asked there.
    """
    if disagreeing.framework == CONTRACT or finding.problem:
        return None
    if pair.kind in ("optimizer", "schedule", "initializer"):
        return _vote_by_checks(pair, case, disagreeing, finding, layer, ours)
    arrays = make_arrays(pair, case, disagreeing.seed)
    if finding.name not in _expected(arrays):
        return None
    sides = _Sides(pair, case, arrays, disagreeing.dtype, layer, ours)
    theirs, index = disagreeing.framework, finding.index
    if theirs == DERIVATIVE:  # it was compared along random directions; here a place is wanted
        theirs, index = NUMERICAL, sides.worst_place(finding.name)
    values, silent = {}, {}
    for name, ask in sides.all().items():
        try:
            value = ask(finding.name, index)
        except Exception as error:
            silent[name] = f"{type(error).__name__}: {error}"
        else:
            if value is not None:
                values[name] = value
    if ours not in values or theirs not in values:
        return None
    return _count(Vote(finding.name, index, values, ours, theirs, silent=silent))


def vote_on(disagreeing: Check, finding: Finding) -> Vote | None:
    """The vote on a finding of a check of a registered pair."""
    pair = find(disagreeing.pair)
    case = find_case(pair, disagreeing.case, disagreeing.seed)
    return vote(pair, case, disagreeing, finding) if case else None


def _count(asked: Vote) -> Vote | None:
    """`asked` with `beside` filled in from its values."""
    mine, other = asked.values[asked.ours], asked.values[asked.theirs]
    apart = _distance(mine, other)
    if apart == 0:
        return None
    if math.isfinite(apart):
        near = NEAR * apart
    else:
        near = NEAR * min((abs(value) for value in (mine, other) if math.isfinite(value)), default=0.0)
    beside = {}
    for name, value in asked.values.items():
        if name in (asked.ours, asked.theirs):
            continue
        distances = {asked.ours: _distance(value, mine), asked.theirs: _distance(value, other)}
        nearest = min(distances, key=lambda party: distances[party])
        beside[name] = nearest if distances[nearest] <= near else ""
    return Vote(asked.quantity, asked.index, asked.values, asked.ours, asked.theirs, beside, asked.silent)


def _distance(a: float, b: float) -> float:
    if a == b or (math.isnan(a) and math.isnan(b)):
        return 0.0
    return abs(a - b) if math.isfinite(a) and math.isfinite(b) else math.inf


def _expected(arrays: Arrays) -> dict[str, Array]:
    """For every quantity of a layer, an array of its shape."""
    others = {**arrays.inputs, **arrays.params}
    return {"y": arrays.dy, **{gradient_name(name): array for name, array in others.items()}, **arrays.buffers}


class _Sides:
    """The sides of a layer's case. Each is asked for a quantity at a place, and has None or an error to answer."""

    def __init__(
        self, pair: Pair, case: Case, arrays: Arrays, dtype: str, layer: Callable[..., Any] | None, ours: str
    ) -> None:
        self.pair, self.case, self.arrays, self.dtype, self.layer, self.ours = pair, case, arrays, dtype, layer, ours
        self.shapes = {name: array.shape for name, array in _expected(arrays).items()}
        self.sources = {gradient_name(name): name for name in (*arrays.inputs, *arrays.params)}

    def all(self) -> dict[str, Callable[[str, tuple[int, ...]], float | None]]:
        """The disagreeing dtype for ours; the frameworks and the derivative in float64, where the truth is."""
        pair, case, arrays = self.pair, self.case, self.arrays
        runs = {self.ours: lambda: scratch_side(pair, case, arrays, self.dtype, self.layer)}
        if self.layer is not None:
            runs[SCRATCH] = lambda: scratch_side(pair, case, arrays, "float64")
        judges = judges_of(pair, case, "float64")
        for framework in FRAMEWORKS:
            if framework in judges and framework in installed():
                runs[framework] = functools.partial(twin_side, pair, case, arrays, "float64", framework)
        sides: dict[str, Callable[[str, tuple[int, ...]], float | None]] = {}
        for name, run in runs.items():
            sides[name] = functools.partial(self._element, run)
        if DERIVATIVE in judges:
            sides[NUMERICAL] = self._slope
        return sides

    def _element(self, run: Callable[[], dict[str, Array]], quantity: str, index: tuple[int, ...]) -> float | None:
        array = run()[quantity]
        if array.shape != self.shapes[quantity]:
            raise ValueError(f"{quantity} has shape {array.shape}, expected {self.shapes[quantity]}")
        return float(array[index])

    def _slope(self, quantity: str, index: tuple[int, ...]) -> float | None:
        if quantity not in self.sources:
            return None
        direction = np.zeros(self.shapes[quantity])
        direction[index] = 1.0
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a layer that drops the imaginary part has no complex step
            return derivative(self.pair, self.case, self.arrays, self.layer)(self.sources[quantity], direction)

    def worst_place(self, quantity: str) -> tuple[int, ...]:
        """Where the gradient of a layer and the numerical derivative are furthest apart, of ELEMENTS places."""
        gradient = scratch_side(self.pair, self.case, self.arrays, "float64", self.layer)[quantity]
        places = np.random.default_rng(0).permutation(gradient.size)[:ELEMENTS]
        indices = [tuple(int(i) for i in np.unravel_index(place, gradient.shape)) for place in places]
        return max(indices, key=lambda index: _distance(float(gradient[index]), self._slope(quantity, index) or 0.0))


def _vote_by_checks(
    pair: Pair, case: Case, disagreeing: Check, finding: Finding, layer: Callable[..., Any] | None, ours: str
) -> Vote | None:
    """For optimizers, schedules and initializers: the same check by the other framework."""
    theirs = disagreeing.framework
    values = {ours: finding.got, theirs: finding.want}
    beside, silent = {}, {}
    for other in FRAMEWORKS:
        if other == theirs or other not in judges_of(pair, case, disagreeing.dtype) or other not in installed():
            continue
        try:
            second = check(pair, case, other, disagreeing.dtype, disagreeing.seed, layer).findings
        except Exception as error:
            silent[other] = f"{type(error).__name__}: {error}"
            continue
        same = next((found for found in second if found.name == finding.name), second[0])
        if same.problem:
            silent[other] = same.problem
            continue
        near = NEAR * _distance(finding.got, finding.want)
        if same.agree:
            beside[other] = ours
        elif same.index == finding.index:
            values[other] = same.want
            beside[other] = theirs if _distance(same.want, finding.want) <= near else ""
    return Vote(finding.name, finding.index, values, ours, theirs, beside, silent) if beside or silent else None
