"""From what was judged wrong to why: the evidence for `reference.diagnosis`, and fresh answers to confirm a cause."""

import ast
import contextlib
import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from reference.diagnosis.clock import Clock
from reference.diagnosis.diagnose import ANYWHERE, Diagnosing
from reference.diagnosis.evidence import Evidence, Found
from reference.diagnosis.sentences import stated, worded
from reference.homework.attempt import Attempt
from reference.homework.family import Family
from reference.homework.isolation.process import Stopped
from reference.homework.judge import Judge, Judged
from reference.homework.probing import of_cases, of_numbers, of_probes, overview
from reference.homework.problem import Problem
from reference.homework.rereading import named, reread
from reference.homework.subject import Subject
from reference.homework.trees import leaves
from reference.homework.trying import Trying
from reference.homework.verdict import Cause, Fact, SymbolReport
from reference.pair import Array
from reference.sides import Arrays, gradient_name, scratch_side

# of a submission's numbers that may stand in the place of an option
MOST_NUMBERS = 16


@dataclass(frozen=True)
class Diagnosis:
    """Why an attempt was judged wrong. `right` is one of the same submission that is not, where there is one."""

    subject: Subject
    trying: Trying
    judge: Judge
    judged: Judged
    attempt: Attempt
    seed: int
    right: tuple[Judged, Attempt] | None = None

    @functools.cached_property
    def _constants(self) -> tuple[float, ...]:
        return numbers_in(self.subject, [unit.source for unit in self.trying.worker.submission.units])

    def _evidence(self, judged: Judged, attempt: Attempt) -> Evidence | None:
        found = evidence_of(self.judge.family, judged, attempt, functools.partial(self._again, attempt))
        right = evidence_of(self.judge.family, *self.right) if self.right else None
        return replace(found, constants=self._constants, right=right) if found is not None else None

    @functools.cached_property
    def _diagnosing(self) -> Diagnosing | None:
        evidence = self._evidence(self.judged, self.attempt)
        return Diagnosing(evidence, place_of(self.subject, self.judged)) if evidence else None

    def single(self, clock: Clock) -> tuple[Cause, ...]:
        """As far as it can be proved that one mistake was made, or several that have nothing to do with each other."""
        wrong = {q.name for q in self.judged.quantities if not q.agree}
        if self.attempt.mutated and not wrong & self.judged.arrays.keys():
            return (worded("input-changed", {"place": place_of(self.subject, self.judged)}),)
        return self._diagnosing.single(clock) if self._diagnosing else ()

    def elsewhere(self, clock: Clock) -> tuple[Cause, ...]:
        """One mistake with words of its own in another reading of the submission."""
        if self._diagnosing is None:
            return ()
        for judged, attempt in reread(self.trying, self.judge, self.judged, self.attempt, self._evidence, clock):
            evidence = self._evidence(judged, attempt)
            if evidence is not None:
                place = place_of(self.subject, self.judged)
                if causes := Diagnosing(evidence, place, named(evidence)).single(clock):
                    return causes
        return ()

    def double(self) -> tuple[Cause, ...]:
        """Two mistakes that meet in the same numbers."""
        return self._diagnosing.double() if self._diagnosing else ()

    def narrowing(self) -> tuple[Fact, ...]:
        """What narrows it down where no cause is proved: where it is wrong, and for what it is right."""
        facts = [*of_numbers(self.judged, self.attempt.problem)]
        if self.attempt.first is None:
            facts += of_cases(self.trying, self.judge, self.attempt, self.seed)
            facts += of_probes(self.trying, self.judge, self.judged, self.attempt)
        return tuple(facts)

    def _again(self, attempt: Attempt) -> Evidence | None:
        """What the same reading comes to with other inputs, where it is wrong."""
        for seed in range(101, 104):
            tried = _asked_again(self.trying, attempt, seed)
            if tried is None or tried.failure is not None:
                return None
            forward_only = attempt.back is None and self.subject.backward is not None
            other = self.judge.forward(tried) if forward_only else self.judge.whole(tried)
            if not other.right:
                return evidence_of(self.judge.family, other, tried)
        return None


def explained(report: SymbolReport) -> SymbolReport:
    """The report with its causes, or what narrows the mistake down.

    The verdict stands whatever a submission does that is asked once more.
    """
    clock = Clock(ANYWHERE)
    for each in (report, *report.rivals):
        with contextlib.suppress(Stopped):
            if each.explainer is not None and (causes := each.explainer.single(clock)):
                return replace(each, causes=causes, explainer=None, rivals=())
    with contextlib.suppress(Stopped):
        if report.explainer is not None and (causes := report.explainer.elsewhere(clock) or report.explainer.double()):
            return replace(report, causes=causes, explainer=None, rivals=())
    facts = report.narrowing
    with contextlib.suppress(Stopped):
        facts += report.explainer.narrowing() if report.explainer is not None else ()
    if report.verdict == "wrong" and report.quantities and not report.causes:
        facts = (*overview(report.quantities), *facts)
    return replace(report, narrowing=facts, explainer=None, rivals=())


def with_uses(report: SymbolReport, reports: Sequence[SymbolReport], sources: Mapping[str, str]) -> SymbolReport:
    """A wrong report without a cause, with the wrong ones among what its code uses. `sources` are those of a file."""
    if report.verdict != "wrong" or report.causes:
        return report
    others = [each.symbol for each in reports if each.verdict in ("wrong", "crashed") and each.symbol != report.symbol]
    source = sources.get(report.symbol, "")
    used = [name for name in others if re.search(rf"(?<![\w.]){name}\(", source)]
    facts = (stated("narrow-uses", {"names": "; ".join(used)}),) if used else ()
    return replace(report, narrowing=(*report.narrowing, *facts))


def _asked_again(trying: Trying, attempt: Attempt, seed: int) -> Attempt | None:
    """The same reading with other inputs; after the same earlier call, if there was one."""
    usual, trying.optimizer = trying.optimizer, attempt.optimizer
    try:
        if attempt.first is None:
            return trying.run(attempt.reading, attempt.problem.again(seed), attempt.number)
        first = trying.run(attempt.reading, attempt.first.problem, attempt.number)
        return trying.repeat(first, attempt.problem.again(seed), attempt.number) if first else None
    finally:
        trying.optimizer = usual


def numbers_in(subject: Subject, sources: Sequence[str]) -> tuple[float, ...]:
    """The numbers that its code has, and those that names stand for in the file."""
    nodes = [*ast.walk(subject.symbol.node)]
    for tree in map(ast.parse, sources):
        nodes += [each.value for each in tree.body if isinstance(each, ast.Assign)]
    values = (n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, int | float))
    return tuple(dict.fromkeys(float(value) for value in values))[:MOST_NUMBERS]


def place_of(subject: Subject, judged: Judged) -> str:
    """Where the mistake is: "Tanh.backward (line 41)", the method whose numbers are wrong."""
    parts = {q.part for q in judged.quantities if not q.agree}
    methods = [m for m in (subject.forward, subject.backward) if m is not None]
    wrong = next((m for m in methods if m.name in parts), None)
    if wrong is None:
        return subject.name
    name = f"{subject.name}.{wrong.name}" if subject.is_class else wrong.name
    cell = subject.cell_of(wrong)
    elsewhere = f"cell {cell}, " if cell != subject.symbol.cell else ""
    return f"{name} ({elsewhere}line {wrong.node.lineno})"


def evidence_of(
    family: Family, judged: Judged, attempt: Attempt, again: Callable[[], Evidence | None] | None = None
) -> Evidence | None:
    """What diagnosis needs to know of an attempt; None where the problem has what its layer has not."""
    problem = attempt.problem
    arrays = _given(problem)
    if arrays is None:
        return None
    names = {q.name for q in judged.quantities if not q.agree}
    said = {family.gradient: gradient_name(next(iter(problem.arrays.inputs)))} if family.gradient else {}
    ids = _ids(problem, judged)
    found = {
        said.get(name, name): Found(got, want, name in names, _fitting(ids.get(name), got))
        for name, (got, want) in judged.arrays.items()
    }
    sizes = {"the batch size": problem.batch}
    first = next(iter(arrays.inputs.values()))
    if first.ndim == 3:
        sizes["the number of steps"] = first.shape[1]
    last = problem.want["y"] if problem.want["y"].ndim else first
    if last.ndim:
        sizes["the size of the last axis"] = last.shape[-1]
    return Evidence(
        problem.pair,
        problem.case,
        arrays,
        found,
        {name: n for name, n in sizes.items() if n > 1},
        tuple(name for name in names if name not in judged.arrays),
        _numbers((attempt.returned, attempt.kept)),
        _numbers(attempt.returned),
        family.loose,
        _scales(family, problem),
        problem.noise,
        again,
        _given(attempt.first.problem) if attempt.first else None,
        _moved(attempt),
        turned=frozenset(_turned(attempt, judged)),
    )


def _given(problem: Problem) -> Arrays | None:
    """The arrays of a problem with all inputs that its layer takes; None where the two do not fit."""
    given = {**problem.arrays.inputs, **problem.extras}
    layer = problem.pair.layer(**problem.case.options)
    if not problem.case.inputs.keys() <= given.keys() or layer.params.keys() != problem.arrays.params.keys():
        return None
    arrays = replace(problem.arrays, inputs={name: given[name] for name in problem.case.inputs})
    try:
        y = scratch_side(problem.pair, problem.case, arrays, "float64")["y"]
    except ValueError:
        return arrays  # it is asked what its layer refuses
    # the axes of what comes out may lie apart in the problem
    return replace(arrays, dy=arrays.dy.reshape(y.shape)) if y.size == arrays.dy.size else arrays


def _scales(family: Family, problem: Problem) -> tuple[float, ...]:
    """What results may rightly be multiplied by: that of a loss, that of a gradient."""
    made = [scales(problem) for scales in (family.scales, family.input_scales) if scales is not None]
    return tuple(sorted({factor for each in made for factor in each.values()}))


def _numbers(value: object) -> list[Array]:
    """All arrays and numbers in it."""
    found = [leaf.array for leaf in leaves(value)]
    return [np.asarray(one) for one in found if isinstance(one, np.ndarray | np.generic | float)]


def _ids(problem: Problem, judged: Judged) -> dict[str, Array]:
    """For each gradient the places of a submission's elements in the layer's array, where it is kept in one array."""
    own = problem.ids()
    return {
        gradient_name(name): place.ids - own[name].min()
        for name, place in judged.places.items()
        if name in own and place.ids.size == own[name].size and np.isin(place.ids, own[name]).all()
    }


def _fitting(ids: Array | None, got: Array) -> Array | None:
    return ids if ids is not None and ids.shape == got.shape else None


def _turned(attempt: Attempt, judged: Judged) -> Iterator[str]:
    """The arrays of two axes that lie the other way round in the submission."""
    for name, axes in attempt.layout.axes.items():
        before, _, after = (side.split() for side in axes.partition("->"))
        if len(before) == 2 and after == before[::-1]:
            yield {"y": "dout"}.get(name, name)
    for name, place in judged.places.items():
        if place.ids.ndim == 2 and min(place.ids.shape) > 1 and place.ids[0, 1] != place.ids[0, 0] + 1:
            yield name


def _moved(attempt: Attempt) -> dict[str, Array]:
    """The weights after the call, where each is kept as the layer has it."""
    if attempt.kept is None:
        return {}
    kept = {leaf.path: leaf.array for leaf in leaves(attempt.kept)}
    flat = attempt.problem.flat(attempt.problem.arrays.params)
    moved = flat.astype(np.float64).copy()
    for place in attempt.places.values():
        now = kept.get(place.leaf.path)
        if not isinstance(now, np.ndarray) or now.shape != place.ids.shape:
            return {}
        at = place.ids.ravel()
        moved[at[at >= 0]] = now.ravel()[at >= 0] / place.share
    ids = attempt.problem.ids()
    return {} if np.array_equal(moved, flat) else {name: moved[at] for name, at in ids.items()}
