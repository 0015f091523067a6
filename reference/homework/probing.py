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
from reference.sides import Arrays, gradient_name, scratch_side

MOST_CASES = 12
PLAIN = "@plain"
Simplify = Callable[[Problem], Iterator[Arrays]]


def overview(quantities: Sequence[Quantity]) -> Iterator[Fact]:
    """That no cause was found of wrong numbers that nothing else is said of, and how many are wrong."""
    wrong = list(dict.fromkeys(q.name for q in quantities if not q.agree))
    if any(not q.agree and math.isfinite(q.want) and not q.problem for q in quantities):
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
    if name in {gradient_name(weight) for weight in problem.arrays.params}:
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
        right = set(wrong)
        for simpler in (simplers := _simpler(attempt.problem, change)):
            other = _judged(trying, judge, attempt, simpler) or Judged()
            right &= {q.name for q in other.quantities if q.agree and q.name in other.arrays}
            if not right:
                break
        if simplers and (names := tuple(name for name in wrong if name in right)):
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


def _simpler(problem: Problem, change: Simplify) -> list[Problem]:
    """The problem with other arrays; none where they are no simpler, or its answers are not simply the layer's."""
    inputs = problem.arrays.inputs.keys()
    if problem.remake is not None or problem.extras or not inputs >= problem.case.inputs.keys():
        return []
    found = []
    for arrays in change(problem):
        try:
            want = scratch_side(problem.pair, problem.case, arrays, "float64")
        except ValueError:
            return []  # the layer takes no such arrays
        if not all(one.any() and np.isfinite(one).all() for one in want.values()):
            return []  # agreement in what is zero says nothing, and an error is measured against what is wanted
        facts = {**problem.facts, "time": arrays.inputs["x"].shape[1]} if "time" in problem.facts else problem.facts
        found.append(replace(problem, arrays=arrays, want=want, facts=facts))
    return found


def _one_sample(problem: Problem) -> Iterator[Arrays]:
    """Each of several samples: of one it may be chance that it is right."""
    batch, arrays = problem.batch, problem.arrays
    if batch > 1 and all(a.shape[:1] == (batch,) for a in (*arrays.inputs.values(), arrays.dy)):
        for k in range(batch):
            inputs = {n: a[k : k + 1] for n, a in arrays.inputs.items()}
            yield replace(arrays, inputs=inputs, dy=arrays.dy[k : k + 1])


def _one_step(problem: Problem) -> Iterator[Arrays]:
    """Each of several time steps, where each has an output."""
    x, dy, time = problem.arrays.inputs.get("x"), problem.arrays.dy, problem.facts.get("time", 1)
    if time > 1 and x is not None and x.ndim == dy.ndim == 3 and x.shape[1] == dy.shape[1] == time:
        for t in range(time):
            steps = {n: a[:, t : t + 1] for n, a in problem.arrays.inputs.items() if a.ndim > 1 and a.shape[1] == time}
            yield replace(problem.arrays, inputs={**problem.arrays.inputs, **steps}, dy=dy[:, t : t + 1])


def _with_x(problem: Problem, change: Callable[[Array], Array]) -> Iterator[Arrays]:
    x = problem.arrays.inputs.get("x")
    if x is not None and np.issubdtype(x.dtype, np.floating) and not np.array_equal(x, other := change(x)):
        yield replace(problem.arrays, inputs={**problem.arrays.inputs, "x": other})


def _positive(problem: Problem) -> Iterator[Arrays]:
    return _with_x(problem, np.abs)


def _no_ties(problem: Problem) -> Iterator[Arrays]:
    """Inputs in the same order of which no two are equal."""

    def apart(x: Array) -> Array:
        ranks = np.argsort(np.argsort(x, axis=None, kind="stable"))
        return x if len(np.unique(x)) == x.size else (ranks - x.size / 2 + 0.25).reshape(x.shape) / x.size

    return _with_x(problem, apart)


def _even_cotangent(problem: Problem) -> Iterator[Arrays]:
    yield replace(problem.arrays, dy=np.ones_like(problem.arrays.dy))


def _zero_state(problem: Problem) -> Iterator[Arrays]:
    inputs = problem.arrays.inputs
    states = [name for name in inputs if name in ("h_0", "c_0") and inputs[name].any()]
    if states:
        yield replace(problem.arrays, inputs={**inputs, **{name: np.zeros_like(inputs[name]) for name in states}})


def _weights(fill: float, names: Sequence[str]) -> Simplify:
    """The weights of these names all the same."""

    def change(problem: Problem) -> Iterator[Arrays]:
        params: Mapping[str, Array] = problem.arrays.params
        even = {n: np.full_like(w, fill) for n, w in params.items() if n in names and not (w == fill).all()}
        if even:
            yield replace(problem.arrays, params={**params, **even})

    return change


PROBES: Mapping[str, Simplify] = {
    "@one-sample": _one_sample,
    "@one-step": _one_step,
    "@positive-inputs": _positive,
    "@no-ties": _no_ties,
    "@even-cotangent": _even_cotangent,
    "@zero-state": _zero_state,
    "@zero-bias": _weights(0.0, ("b", "b_h", "beta")),
    "@even-gamma": _weights(1.0, ("gamma",)),
}
