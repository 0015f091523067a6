"""A wrong submission asked other things, to see when it comes out right: what narrows a mistake without a cause."""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from reference.diagnosis.narrowing import narrowed
from reference.diagnosis.sentences import stated
from reference.homework.attempt import Attempt
from reference.homework.judge import Judge, Judged
from reference.homework.problem import Problem
from reference.homework.subject import Subject
from reference.homework.trying import Trying
from reference.homework.verdict import Fact, Quantity
from reference.pair import Array
from reference.sides import Arrays, scratch_side

MOST_CASES = 12
PLAIN = "@plain"


def overview(quantities: Sequence[Quantity]) -> Iterator[Fact]:
    """That no cause was found, where numbers are wrong, and how many of the quantities."""
    wrong = list(dict.fromkeys(q.name for q in quantities if not q.agree))
    if any(not q.agree and math.isfinite(q.want) for q in quantities):
        yield stated("narrow-none", {})
    right = list(dict.fromkeys(q.name for q in quantities if q.name not in wrong))
    if wrong and right:
        facts = {"names": "; ".join(wrong), "right": "; ".join(right)}
        yield stated("narrow-quantities", {**facts, "n": str(len(right)), "all": str(len(wrong) + len(right))})
    elif len(wrong) > 1:
        yield stated("narrow-all", {"names": "; ".join(wrong)})


def of_numbers(judged: Judged, problem: Problem) -> Iterator[Fact]:
    """Where each wrong quantity is wrong; what is the same of several is said once."""
    x = problem.arrays.inputs.get("x")
    found: dict[tuple[str, tuple[tuple[str, str], ...]], list[str]] = {}
    for quantity in judged.quantities:
        if not quantity.agree and quantity.name in judged.arrays:
            got, want = judged.arrays[quantity.name]
            axes = axes_of(quantity.name, want, problem)
            for fact in narrowed(quantity.name, got, want, quantity.allowed, axes, x):
                rest = tuple(each for each in fact.facts if each[0] != "name")
                found.setdefault((fact.id, rest), []).append(quantity.name)
    for (id, rest), names in found.items():
        yield stated(id, {"name": "; ".join(names), **dict(rest)})


def axes_of(name: str, array: Array, problem: Problem) -> list[str]:
    """What the axes of a quantity are, as words of the catalogue. All sizes of a problem are distinct."""
    axes = [f"@axis {axis}" for axis in range(array.ndim)]
    if name in {"d" + weight for weight in problem.arrays.params}:
        return axes
    if array.ndim > 1 and len(array) == problem.batch:
        axes[0] = "@sample"
        if array.ndim == 4:
            axes[1:] = ["@row", "@column", "@channel"]
        elif array.ndim == 3 and array.shape[1] == problem.facts.get("time"):
            axes[1:] = ["@step", "@feature"]
        elif array.ndim == 2:
            axes[1] = "@feature"
    return axes


def of_cases(trying: Trying, judge: Judge, attempt: Attempt, seed: int) -> Iterator[Fact]:
    """For which other forms of the problem the same code is right."""
    family, base = trying.family, attempt.problem
    outcomes: dict[str, bool] = {base.label or PLAIN: False}
    for problem in itertools.islice(family.problems(trying.subject, seed), MOST_CASES):
        # the reading may mean another one there, so being wrong says nothing
        if (other := _judged(trying, judge, attempt, problem)) is not None and other.right:
            outcomes.setdefault(problem.label or PLAIN, True)
    for problem in itertools.islice(family.variants(trying.subject, seed + 1, base), MOST_CASES):
        if problem.case.training and (other := _judged(trying, judge, attempt, problem)) is not None:
            outcomes.setdefault(problem.label or PLAIN, other.right)
    good, bad = ([label for label, right in outcomes.items() if right is which] for which in (True, False))
    if good:
        yield stated("narrow-cases", {"bad": "; ".join(bad), "good": "; ".join(good)})


def of_probes(trying: Trying, judge: Judge, judged: Judged, attempt: Attempt) -> Iterator[Fact]:
    """What comes out right on simpler numbers."""
    wrong = [q.name for q in judged.quantities if not q.agree]
    found: dict[tuple[str, ...], list[str]] = {}
    for when, change in PROBES.items():
        simpler = _simpler(attempt.problem, change)
        other = _judged(trying, judge, attempt, simpler) if simpler else None
        if other is None:
            continue
        right = {q.name for q in other.quantities if q.agree and q.name in other.arrays}
        if names := tuple(name for name in wrong if name in right):
            found.setdefault(names, []).append(when)
    for names, whens in found.items():
        yield stated("narrow-when", {"names": "; ".join(names), "when": "; ".join(whens)})


def _judged(trying: Trying, judge: Judge, attempt: Attempt, problem: Problem) -> Judged | None:
    """The same reading of another problem; None where it did not run."""
    reading = attempt.reading
    if reading.layout >= len(trying.layouts(problem)) or reading.scheme >= len(trying.family.schemes(problem)):
        return None
    tried = trying.run(attempt.reading, problem, attempt.number)
    if tried is None or tried.failure is not None:
        return None
    return judge.forward(tried) if _forward_only(trying.subject, attempt) else judge.whole(tried)


def _forward_only(subject: Subject, attempt: Attempt) -> bool:
    return attempt.back is None and subject.backward is not None


# ---- simpler problems


def _simpler(problem: Problem, change: Callable[[Problem], Arrays | None]) -> Problem | None:
    """The problem with other arrays; None where they are no simpler, or its answers are not simply the layer's."""
    if problem.remake is not None or problem.extras:
        return None
    arrays = change(problem)
    if arrays is None or not arrays.inputs.keys() >= problem.case.inputs.keys():
        return None
    want = scratch_side(problem.pair, problem.case, arrays, "float64")
    # agreement in what is zero says nothing, and an error is measured against what is wanted
    return replace(problem, arrays=arrays, want=want) if all(one.any() for one in want.values()) else None


def _one_sample(problem: Problem) -> Arrays | None:
    batch, arrays = problem.batch, problem.arrays
    if batch < 2 or any(len(a) != batch for a in (*arrays.inputs.values(), arrays.dy)):
        return None
    return replace(arrays, inputs={n: a[:1] for n, a in arrays.inputs.items()}, dy=arrays.dy[:1])


def _with_x(problem: Problem, change: Callable[[Array], Array]) -> Arrays | None:
    x = problem.arrays.inputs.get("x")
    if x is None or not np.issubdtype(x.dtype, np.floating):
        return None
    other = change(x)
    return None if np.array_equal(x, other) else replace(problem.arrays, inputs={**problem.arrays.inputs, "x": other})


def _positive(problem: Problem) -> Arrays | None:
    return _with_x(problem, np.abs)


def _no_ties(problem: Problem) -> Arrays | None:
    """Inputs in the same order of which no two are equal."""

    def apart(x: Array) -> Array:
        ranks = np.argsort(np.argsort(x, axis=None, kind="stable"))
        return x if len(np.unique(x)) == x.size else (ranks - x.size / 2 + 0.25).reshape(x.shape) / x.size

    return _with_x(problem, apart)


def _even_cotangent(problem: Problem) -> Arrays | None:
    return replace(problem.arrays, dy=np.ones_like(problem.arrays.dy))


def _zero_state(problem: Problem) -> Arrays | None:
    inputs = problem.arrays.inputs
    states = [name for name in inputs if name in ("h_0", "c_0") and inputs[name].any()]
    zeros = {name: np.zeros_like(inputs[name]) for name in states}
    return replace(problem.arrays, inputs={**inputs, **zeros}) if states else None


def _weights(fill: float, pattern: Sequence[str]) -> Callable[[Problem], Arrays | None]:
    """The weights of these names all the same."""

    def change(problem: Problem) -> Arrays | None:
        params: Mapping[str, Array] = problem.arrays.params
        even = {n: np.full_like(w, fill) for n, w in params.items() if n in pattern and not (w == fill).all()}
        return replace(problem.arrays, params={**params, **even}) if even else None

    return change


PROBES: Mapping[str, Callable[[Problem], Arrays | None]] = {
    "@one-sample": _one_sample,
    "@positive-inputs": _positive,
    "@no-ties": _no_ties,
    "@even-cotangent": _even_cotangent,
    "@zero-state": _zero_state,
    "@zero-bias": _weights(0.0, ("b", "b_h", "beta")),
    "@even-gamma": _weights(1.0, ("gamma",)),
}
