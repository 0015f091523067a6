"""The statistics that batch normalisation keeps: a training step moves them, inference uses them."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from reference.homework.agreement import compare
from reference.homework.attempt import Attempt
from reference.homework.family import COMMON_ROLES, Doubt
from reference.homework.isolation.process import Call, Get, Ref, Result, Set
from reference.homework.problem import Problem
from reference.homework.roles import means
from reference.homework.subject import Subject
from reference.homework.trees import OBJECT, Leaf, leaves
from reference.homework.trying import Trying
from reference.homework.verdict import Quantity
from reference.pair import Array
from reference.sides import scratch_side
from scratch.normalisation import moments

OF_ALL = r"(running|moving|run|global|test|pop(ulation)?|avg)"
NAMES = {
    "running_mean": rf"{OF_ALL}(mean|mu|avg|m)s?|(mean|mu){OF_ALL}",
    "running_variance": rf"{OF_ALL}(var(iance)?|sigma2|std2|v)s?|var(iance)?{OF_ALL}",
}
Kept = Mapping[str, Leaf]
# what the dict that a function is given is called in the process apart
KEPT = "statistics"


def statistics_doubts(trying: Trying, attempt: Attempt) -> Iterator[Doubt]:
    """What a training step makes of the statistics, and the output at inference; nothing where none are kept.

    Of a function, what it makes of those it is given; its output at inference is a problem of its own.
    """
    if not trying.subject.made:
        yield from _of_function(trying, attempt)
        return
    asked = attempt.problem
    first = trying.run(attempt.reading, asked)  # a new object: some make their statistics at the first call
    if first is None or first.failure is not None:
        return
    _, state = trying.called(first, asked, {})
    kept = _kept(asked, state)
    if kept is None:
        return
    start = {leaf.path: asked.arrays.buffers[name].reshape(leaf.array.shape) for name, leaf in kept.items()}
    trained, after = trying.called(first, asked, start)
    if trained.failure is not None:
        return
    part = trying.subject.forward.name if trying.subject.forward else ""
    moved = _now(after, kept, asked)
    if _stay(moved, asked):
        if not _stored_elsewhere(trying.subject, kept):
            yield _unmoved(part)
            return
    else:
        yield _step(first, moved, part)
    switch = _switch(trying, first, after)
    if switch is None:
        return
    case = replace(asked.case, training=False)
    quiet = replace(asked, case=case, want=scratch_side(asked.pair, case, asked.arrays, "float64"))
    answered, after = trying.called(first, quiet, {**start, **switch})
    if answered.failure is not None:
        problem = answered.failure.said
        yield Doubt("wrong at inference", (Quantity("y", False, part=part, problem=problem),))
    elif answered.y is not None:
        noise = asked.noise.get("y", 0.0)
        y = compare("y", answered.y, quiet.want["y"], noise, part)
        still = _now(after, kept, asked)
        changed = [name for name in kept if not np.array_equal(still[name], asked.arrays.buffers[name])]
        stays = tuple(Quantity(name, False, part=part, problem="inference changes it") for name in changed)
        of_batch = not y.agree and compare("y", answered.y, asked.want["y"], noise, part).agree
        yield Doubt("wrong at inference", (y, *stays), cause="norm-batch-statistics-at-inference" if of_batch else "")


def _of_function(trying: Trying, attempt: Attempt) -> Iterator[Doubt]:
    """What a function makes of the statistics: in the dict that it is given them in, or among what it returns."""
    asked, call, forward = attempt.problem, attempt.call, trying.subject.forward
    if call is None or forward is None or not NAMES.keys() <= call.given.keys():
        return
    keys = {name: re.search(r"\['(\w+)'\]$", call.given[name][0]) for name in NAMES}
    moved: dict[str, Array] = {}
    if all(keys.values()):
        dicts = [a for a in (*call.args, *call.kwargs.values()) if isinstance(a, dict)]
        together = next(a for a in dicts if all(key[1] in a for key in keys.values() if key))  # not one of weights
        args = [Ref(KEPT) if a is together else a for a in call.args]
        kwargs = {key: Ref(KEPT) if a is together else a for key, a in call.kwargs.items()}
        done = trying.worker.run([Set(KEPT, together), Call(forward.name, args, kwargs), Get(KEPT)])
        after = done[-1].value if isinstance(done[-1], Result) else None
        if isinstance(after, dict):
            moved = {name: _shaped(after.get(key[1]), asked, name) for name, key in keys.items() if key}
    if (not moved or _stay(moved, asked)) and isinstance(attempt.value, tuple):
        said = dict(zip(forward.returns, attempt.value, strict=False))
        found = {name: [v for n, v in said.items() if means(n, pattern)] for name, pattern in NAMES.items()}
        moved = {name: _shaped(some[0], asked, name) for name, some in found.items() if some} or moved
    if moved.keys() == NAMES.keys():
        yield _unmoved(forward.name) if _stay(moved, asked) else _step(attempt, moved, forward.name)


def _shaped(found: Any, asked: Problem, name: str) -> Array:
    """A statistic in its own shape; NaN where it has become something else."""
    shape = asked.arrays.buffers[name].shape
    array = np.asarray(found, np.float64) if isinstance(found, np.ndarray | float | int) else np.full((), np.nan)
    return array.reshape(shape) if array.size == np.prod(shape) else np.full(shape, np.nan)


def _stay(moved: Mapping[str, Array], asked: Problem) -> bool:
    return all(np.array_equal(now, asked.arrays.buffers[name]) for name, now in moved.items())


def _unmoved(part: str) -> Doubt:
    problem = "a training step leaves it as it is"
    return Doubt("", tuple(Quantity(name, False, part=part, problem=problem) for name in NAMES))


def _kept(asked: Problem, state: Any) -> Kept | None:
    """Where both statistics are; None where not both are."""
    found: dict[str, Leaf] = {}
    for name, pattern in NAMES.items():
        size = asked.arrays.buffers[name].size
        for leaf in leaves(state):
            if isinstance(leaf.array, np.ndarray) and leaf.array.size == size and means(leaf.name, pattern):
                found.setdefault(name, leaf)
    return found if found.keys() == NAMES.keys() else None


def _now(state: Any, kept: Kept, asked: Problem) -> dict[str, Array]:
    """The statistics that an object holds; NaN where one has become something else."""
    by_path = {leaf.path: leaf.array for leaf in leaves(state)}
    return {name: _shaped(by_path.get(leaf.path), asked, name) for name, leaf in kept.items()}


def _step(first: Attempt, moved: Mapping[str, Array], part: str) -> Doubt:
    """A step is old + share (batch - old), with one share for both; the variance may be that with n - 1."""
    asked = first.problem
    x, old = asked.arrays.inputs["x"], asked.arrays.buffers
    mean, variance = (each.ravel() for each in moments(x, tuple(range(x.ndim - 1))))
    n = x.size // len(mean)
    share = _share(moved["running_mean"], old["running_mean"], mean)
    said = {"": variance, "unbiased variance in the running one": variance * n / (n - 1)}
    tried = {
        text: compare(
            "running_variance",
            moved["running_variance"],
            old["running_variance"] + share * (batch - old["running_variance"]),
            part=part,
        )
        for text, batch in said.items()
    }
    best = next((text for text, quantity in tried.items() if quantity.agree), "")
    wanted = old["running_mean"] + share * (mean - old["running_mean"])
    quantities = [compare("running_mean", moved["running_mean"], wanted, part=part), tried[best]]
    given = {**(first.init.given if first.init else {}), **(first.call.given if first.call else {})}
    momentum = given.get("momentum", ("", None))[1]
    if momentum is not None and quantities[0].agree and not np.isclose([momentum, 1 - momentum], share).any():
        problem = f"a step takes {share:.3g} of the batch's, where momentum is {momentum:g}"
        quantities[0] = replace(quantities[0], agree=False, problem=problem)
    if quantities[0].agree and not 0 < share < 1:
        problem = f"a step takes {share:.3g} of the batch's, expected between 0 and 1"
        quantities[0] = replace(quantities[0], agree=False, problem=problem)
    kept = f"running statistics keep {1 - share:.3g} of themselves at a step" if quantities[0].agree else ""
    return Doubt("in its running statistics", tuple(quantities), tuple(filter(None, (kept, best))))


def _share(new: Array, old: Array, batch: Array) -> float:
    """How much of the batch's a step takes in: the s that fits new = old + s (batch - old) best."""
    away = batch - old
    return float(((new - old) * away).sum() / (away * away).sum())


def _switch(trying: Trying, attempt: Attempt, state: Any) -> dict[str, Any] | None:
    """The attributes to set for inference, none where an argument says it; None where nothing is known to."""
    given = attempt.call.given if attempt.call else {}
    if given.keys() & {"training", "testing", "mode"}:
        return {}
    attributes = {name: value for name, value in state.items() if name != OBJECT} if isinstance(state, dict) else {}
    now = trying.phase(True)
    plain = {name for name, value in attributes.items() if isinstance(value, bool | str)}
    told = {name: role for name in plain for role in now if means(name, COMMON_ROLES[role])}
    then = {name: trying.phase(False)[role][0] for name, role in told.items() if attributes[name] in now[role]}
    return {f".{name}": value for name, value in then.items()} or None


def _stored_elsewhere(subject: Subject, kept: Kept) -> bool:
    """Whether a method that was not called stores the statistics."""
    called = {method.name for method in (subject.forward, subject.backward) if method}
    others = [method for name, method in subject.methods.items() if name not in called]
    names = [leaf.name for leaf in kept.values()]
    stored = {
        n.attr
        for method in others
        for n in ast.walk(method.node)
        if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store)
    }
    return not stored.isdisjoint(names)


def statistics_given(attempt: Attempt) -> bool:
    """Whether the submission was handed its running statistics, and told that it is not in training."""
    given = {**(attempt.init.given if attempt.init else {}), **(attempt.call.given if attempt.call else {})}
    return {"running_mean", "running_variance"} <= given.keys() and not given.keys().isdisjoint(
        {"mode", "training", "testing"}
    )
