"""One reading of a submission carried out: made, loaded with weights, called, and its arrays found again."""

import ast
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from reference.homework.family import CACHE, COMMON_ROLES, COTANGENT, OUTPUT, RATE, Family
from reference.homework.problem import Layout, Problem, Scheme
from reference.homework.process import Call, Failure, Get, New, Ref, Result, Set, Snapshot, Stub, Worker
from reference.homework.process import Step as WorkerStep
from reference.homework.roles import MOST_PLANS, Plan, means, plain, plans
from reference.homework.subject import Method, Subject, columns_evident
from reference.homework.trees import Leaf, gradient_likeness, leaves
from reference.pair import Array

IT, OPTIMIZER, DRAWN, OUT, BACK = "it", "opt", "drawn", "out", "back"
LEARNING_RATE = 0.5
# methods that make an object ready
SET_UP = (r"set(input)?shape", r"init\w*|build|setup|compile|create(weights|params)\w*")
OPTIONAL_ROLES = ("optimizer", "initializer", "lr", "training")


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
    """What came of a reading. `failure` is what stopped it; `at`: "init", "weights", "forward" or "backward"."""

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


# readings tried of one form of a problem before giving up on it
MOST_READINGS = 160
MOST_CALLS = 40


class Trying:
    """Tries readings of one subject as one family."""

    def __init__(self, worker: Worker, subject: Subject, family: Family) -> None:
        self.worker, self.subject, self.family = worker, subject, family
        self.refused: dict[str, Failure] = {}
        self.broken: dict[str, tuple[Failure, str]] = {}
        self.known_values: dict[tuple[int, int, int], tuple[Problem, dict[str, Sequence[Any]]]] = {}
        self.optimizer: WorkerStep = Set(OPTIMIZER, Stub("optimizer", lr=LEARNING_RATE))

    def readings(self, problem: Problem) -> Iterator[Attempt]:
        """Every reading with its forward call carried out, likeliest first."""
        return itertools.islice(self._readings(problem), MOST_READINGS)

    def _readings(self, problem: Problem) -> Iterator[Attempt]:
        layouts, schemes = len(self.layouts(problem)), self.family.schemes(problem)
        alike = [_shapes(scheme) for scheme in schemes]
        unnamed: set[int] = set()  # schemes that the names of parameters do not allow
        for init in range(MOST_PLANS if self.subject.init else 1):
            made = False
            failed: set[Any] = set()  # what fails with these shapes fails again
            for layout, scheme in itertools.product(range(layouts), range(len(schemes))):
                if scheme in unnamed or not failed.isdisjoint({alike[scheme], (layout, alike[scheme])}):
                    continue
                at, ran = "", False
                for call in range(MOST_CALLS):
                    attempt = self.run(Reading(layout, scheme, init, call), problem)
                    if attempt is None:
                        unnamed |= {scheme} if not call else set()
                        break
                    made, at, ran = True, attempt.at, ran or attempt.failure is None
                    if not attempt.known:
                        yield attempt
                    if at in ("init", "weights"):
                        break
                if at and not ran:
                    failed.add(alike[scheme] if at == "weights" else (layout, alike[scheme]))
            if not made:
                return

    def run(self, reading: Reading, problem: Problem, back: int | None = None) -> Attempt | None:
        """One reading carried out, with the backward plan number `back`; None where there is no such plan."""
        layout = self.layouts(problem)[reading.layout]
        scheme = self.family.schemes(problem)[reading.scheme]
        attempt = Attempt(reading, problem, layout, scheme)
        state: Any = None
        if self.subject.made:
            attempt.init = self._init_plan(attempt)
            if attempt.init is None:
                return None
        attempt.call = self._call_plan(attempt)
        if attempt.call is None:
            return None
        alike = self._alike(attempt)
        if back is None and alike in self.broken:
            attempt.failure, attempt.at = self.broken[alike]
            attempt.known = True
            return attempt
        if self.subject.made:
            state = self._make(attempt)
            if attempt.failure is None:
                self._place(attempt, state)
        if attempt.failure is None:
            self._forward(attempt)
        if attempt.failure is not None:
            if back is None:
                self.broken[alike] = attempt.failure, attempt.at
            return attempt
        if back is not None and attempt.failure is None:
            plan = self._back_plan(attempt, back)
            if plan is None:
                return None
            attempt.back = plan
            self._backward(attempt)
        return attempt

    def layouts(self, problem: Problem) -> Sequence[Layout]:
        """The family's; a loss looks the same in rows and columns, so columns need to be seen elsewhere in the file."""
        layouts = self.family.layouts(problem)
        source = self.subject.symbol.source
        over_columns = "axis=0" in source and not re.search(r"axis=(1|-1)", source)
        if self.family.loss and not over_columns and not columns_evident(self.worker.submission):
            return [layout for layout in layouts if not layout.said]
        return layouts

    def repeat(self, first: Attempt, again: Problem, back: int | None) -> Attempt | None:
        """The same object called once more, with other inputs."""
        attempt = Attempt(first.reading, again, first.layout, first.scheme, first.init, places=first.places)
        attempt.given = first.given
        attempt.call = self._call_plan(attempt)
        if attempt.call is None:
            return None
        self._forward(attempt)
        if back is not None and attempt.failure is None:
            attempt.back = self._back_plan(attempt, back)
            if attempt.back is not None:
                self._backward(attempt)
        return attempt

    def values(self, attempt: Attempt) -> dict[str, Sequence[Any]]:
        """What constructors and functions may be given beside their inputs."""
        key = id(attempt.problem), attempt.reading.layout, attempt.reading.scheme
        if key not in self.known_values:
            self.known_values[key] = attempt.problem, self._values(attempt)
        return dict(self.known_values[key][1])

    def _values(self, attempt: Attempt) -> dict[str, Sequence[Any]]:
        problem, scheme = attempt.problem, attempt.scheme
        flat = problem.flat(problem.arrays.params)
        weights = {
            f"weight {name}": [scheme.fill(entry, ids, flat) for ids in entry.ids]
            for name, entry in scheme.entries.items()
        }
        stubs: dict[str, Sequence[Any]] = {
            "optimizer": [Ref(OPTIMIZER)],
            "initializer": [Ref(DRAWN)],
            "training": [True],
            "mode": ["train"],
            "lr": [LEARNING_RATE],
        }
        return {**stubs, **self.family.values(problem, attempt.layout), **weights}

    def _roles(self, attempt: Attempt) -> dict[str, str]:
        weights = {f"weight {name}": entry.names for name, entry in attempt.scheme.entries.items()}
        return {**weights, **self.family.roles, **COMMON_ROLES}

    def _init_plan(self, attempt: Attempt) -> Plan | None:
        """The constructor's plan: as its names say, then as if they said nothing."""
        wildcards = [*self.family.wildcards, *(f"weight {name}" for name in attempt.scheme.entries)]
        values, roles = self.values(attempt), self._roles(attempt)
        named = plans(self.subject.init, roles, values, wildcards, OPTIONAL_ROLES)
        unnamed = plans(self.subject.init, {}, values, self.family.wildcards, OPTIONAL_ROLES)
        return _nth(itertools.chain(named, unnamed), attempt.reading.init)

    def _alike(self, attempt: Attempt) -> str:
        """What two readings have in common of which both or neither run: names and shapes."""
        given = [where for plan in (attempt.init, attempt.call) if plan for where in plan.given.values()]
        shapes = sorted((where, str(np.shape(value) or value)) for where, value in given)
        entries = {e.names: [ids.shape for ids in e.ids] for e in attempt.scheme.entries.values()}
        return repr((shapes, entries if self.subject.made else ()))

    def left_over(self, attempt: Attempt) -> list[str]:
        """The arrays that a new object has beside the weights that were found, and that its forward pass reads."""
        forward = self.subject.forward
        if not self.subject.is_class or not attempt.places or forward is None:
            return []
        state = self._make(replace(attempt, failure=None))
        taken = {place.leaf.path for place in attempt.places.values()}
        read = {n.attr for n in ast.walk(forward.node) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Load)}
        own = [leaf for leaf in leaves(state) if isinstance(leaf.array, np.ndarray) and leaf.path == f".{leaf.name}"]
        return [leaf.name for leaf in own if leaf.path not in taken and leaf.name in read and leaf.array.any()]

    def _make(self, attempt: Attempt) -> Any:
        """Make the object; its attributes."""
        plan = attempt.init
        assert plan is not None
        key = repr([(role, where, np.shape(v) or v) for role, (where, v) in plan.given.items()])
        if key in self.refused:
            attempt.failure, attempt.at = self.refused[key], "init"
            return None
        steps: list[WorkerStep] = [
            self.optimizer,
            Set(DRAWN, Stub("initializer", seed=3)),
            New(self.subject.name, plan.args, plan.kwargs, bind=IT),
            *self._after(attempt),
            Snapshot(IT),
        ]
        done = self.worker.run(steps)
        if self._failed(attempt, done, "init"):
            assert attempt.failure is not None
            self.refused[key] = attempt.failure
            return None
        last = done[-1]
        return last.value if isinstance(last, Result) else None

    def _after(self, attempt: Attempt) -> list[WorkerStep]:
        """What has to be called before a new object can be used, in that order."""
        steps: list[WorkerStep] = []
        for pattern in SET_UP:
            for name, method in self.subject.methods.items():
                if not means(name, pattern) or method is self.subject.forward:
                    continue
                found = plans(method.parameters, self._roles(attempt), self.values(attempt), (), OPTIONAL_ROLES)
                if (plan := _nth(found, 0)) is not None:
                    steps.append(Call(IT + method.path, plan.args, plan.kwargs, optional=True))
        return steps

    def _call_plan(self, attempt: Attempt) -> Plan | None:
        forward = self.subject.forward
        assert forward is not None
        values: dict[str, Sequence[Any]] = {name: [v] for name, v in self._inputs(attempt).items()}
        roles = dict(self.family.inputs)
        wildcards: list[str] = list(self.family.inputs)
        values = {**self.values(attempt), **values}
        roles = {**roles, **self._roles(attempt)} if self.subject.made else {**self._roles(attempt), **roles}
        if not self.subject.made:
            wildcards += [*(f"weight {name}" for name in attempt.scheme.entries), *self.family.wildcards]
        return _nth(plans(forward.parameters, roles, values, wildcards, OPTIONAL_ROLES), attempt.reading.call)

    def _inputs(self, attempt: Attempt) -> dict[str, Any]:
        arrays = attempt.problem.arrays.inputs
        return {name: attempt.layout.to_submission(name, array) for name, array in arrays.items()}

    def _place(self, attempt: Attempt, state: Any) -> bool:
        """Find where the object keeps its weights; False where they are not all found."""
        handed = _handed(attempt)
        scheme = Scheme({n: e for n, e in attempt.scheme.entries.items() if n not in handed})
        if not scheme.entries:
            return True
        whole = attempt.scheme if self._keeps(attempt) else scheme
        places = locate(attempt.problem, whole, state)
        if places is None and not self.subject.closure:  # they may appear at the first call
            done = self.worker.run([self._forward_step(attempt), Snapshot(IT)])
            if isinstance(done[-1], Failure):
                attempt.failure, attempt.at = done[-1], "forward"
                return False
            places = locate(attempt.problem, whole, done[-1].value)
        if places is None and self.subject.closure:
            return True
        if places is None:
            attempt.failure = Failure("LookupError", "its weights were not found among its attributes")
            attempt.at = "weights"
            return False
        attempt.places = places
        flat = np.append(attempt.problem.flat(attempt.problem.arrays.params), 0.0)
        for name, place in places.items():
            attempt.given[name] = (flat[place.ids] * place.share).astype(np.float64)
        return True

    def _keeps(self, attempt: Attempt) -> bool:
        """Whether weights are the constructor's business, and not handed to the forward pass."""
        return not any(role.startswith("weight ") for role in (attempt.call.given if attempt.call else ()))

    def _forward_step(self, attempt: Attempt) -> Call:
        assert attempt.call is not None and self.subject.forward is not None
        target = IT + self.subject.forward.path if self.subject.made else self.subject.name
        return Call(target, attempt.call.args, attempt.call.kwargs, bind=OUT)

    def _forward(self, attempt: Attempt) -> None:
        steps: list[WorkerStep] = [Set(IT + attempt.places[n].leaf.path, a) for n, a in attempt.given.items()]
        steps.append(self._forward_step(attempt))
        if self.subject.made:
            steps.append(Snapshot(IT))
        done = self.worker.run(steps)
        if self._failed(attempt, done, "forward"):
            return
        result = done[len(steps) - (2 if self.subject.made else 1)]
        assert isinstance(result, Result)
        attempt.value, attempt.mutated, attempt.aliased = result.value, result.mutated, result.aliased
        last = done[-1]
        kept = last.value if self.subject.made and isinstance(last, Result) and _empty(result.value) else None
        attempt.y = self._find_output(attempt, result.value if kept is None else kept)

    def _find_output(self, attempt: Attempt, value: Any) -> Array | None:
        """The output among what was returned: what fits, what agrees before what does not."""
        want = attempt.problem.want["y"]
        found = [attempt.layout.from_submission("y", value, want.shape)]
        found += [attempt.layout.from_submission("y", leaf.array, want.shape) for leaf in leaves(value)]
        fitting = [y for y in found if y is not None]
        return min(fitting, key=lambda y: _distance(y, want), default=None)

    def _back_plan(self, attempt: Attempt, number: int) -> Plan | None:
        backward = self.subject.backward
        assert backward is not None and attempt.call is not None
        values = self.values(attempt)
        dy = attempt.layout.to_submission("dy" if "dy" in attempt.layout.axes else "y", attempt.problem.arrays.dy)
        values["dy"] = [list(dy)] if "y" in attempt.layout.steps else [dy]
        values["lr"] = [LEARNING_RATE]
        given = attempt.call.given.items()
        values |= {role: [value] for role, (_, value) in given if role.startswith("weight ")}  # as they were forward
        values |= {name: [array] for name, array in self._inputs(attempt).items()}
        values["y"] = [Ref(OUT)]
        if isinstance(attempt.value, tuple | list) and len(attempt.value) > 1 and "y" not in attempt.layout.steps:
            rest = range(len(attempt.value) - 1, 0, -1)  # the cache is returned last
            values["y"] = [Ref(f"{OUT}[0]")]
            values["cache"] = [Ref(f"{OUT}[{i}]") for i in rest] + [Ref(OUT)]
        roles = {"dy": COTANGENT, "cache": CACHE, "lr": RATE, **self._roles(attempt), "y": OUTPUT, **self.family.inputs}
        wildcards = ["dy", "cache", "y", *self.family.inputs, *(f"weight {n}" for n in attempt.scheme.entries)]
        if extras := attempt.problem.extras:
            values |= {name: [attempt.layout.to_submission(name, array)] for name, array in extras.items()}
            targets = [name for name in extras if name not in self.family.extras]
            named = {name: pattern for name, pattern in self.family.extras.items() if name in extras}
            roles = {**dict.fromkeys(targets, self.family.targets), **named} | roles
            wildcards = [*targets, wildcards[0], *named, *wildcards[1:]]
            if targets:
                del values["dy"]
        roles |= self._second(roles)
        for index, name in enumerate(self.subject.forward.returns if self.subject.forward else ()):
            if name and isinstance(attempt.value, tuple) and "cache" in values and not means(name, COTANGENT):
                values[f"returned {name}"] = [Ref(f"{OUT}[{index}]")]
                roles = {f"returned {name}": re.escape(plain(name)), **roles}
        return _nth(plans(backward.parameters, roles, values, wildcards, ("lr",)), number)

    def _second(self, roles: Mapping[str, str]) -> dict[str, str]:
        """Whether an array beside the cotangent is the input or the output of the forward pass: its name says so.

        backward(dA, Z) after forward(A) is given the output, after forward(Z) the input.
        """
        backward, forward = self.subject.backward, self.subject.forward
        assert backward is not None and forward is not None
        if len(backward.parameters) != 2 or "x" not in roles:
            return {}
        theirs = {plain(p.name) for p in forward.parameters}
        name = plain(backward.parameters[1].name)
        if re.fullmatch(CACHE, name):
            return {}
        if name in theirs:
            return {"y": f"(?!{name}$)({roles['y']})", "x": f"{name}|{roles['x']}"}
        return {"x": f"(?!{name}$)({roles['x']})"} if self.subject.is_class else {}

    def _backward(self, attempt: Attempt) -> None:
        backward = self.subject.backward
        assert backward is not None and attempt.back is not None
        target = IT + backward.path if self.subject.made else backward.name
        steps: list[WorkerStep] = [Call(target, attempt.back.args, attempt.back.kwargs, bind=BACK)]
        if self.subject.made:
            steps += [Snapshot(IT), Get(f"{OPTIMIZER}.calls")]
        done = self.worker.run(steps)
        if self._failed(attempt, done[:1], "backward"):
            return
        values = [each.value for each in done if isinstance(each, Result)]
        attempt.returned = values[0]
        first = done[0]
        assert isinstance(first, Result)
        attempt.mutated = (*attempt.mutated, *(f"backward {key}" for key in first.mutated))
        if len(values) > 1:
            attempt.kept, attempt.recorded = values[1], values[2] if len(values) > 2 else None

    def _failed(self, attempt: Attempt, done: Sequence[Result | Failure], at: str) -> bool:
        if isinstance(done[-1], Failure):
            attempt.failure, attempt.at = done[-1], at
            return True
        return False


def _shapes(scheme: Scheme) -> Any:
    """The names and shapes of all arrays of a scheme."""
    return tuple((name, entry.names, tuple(ids.shape for ids in entry.ids)) for name, entry in scheme.entries.items())


def _handed(attempt: Attempt) -> set[str]:
    """The arrays of weights that the forward call is given."""
    given = attempt.call.given if attempt.call else {}
    return {role.removeprefix("weight ") for role in given if role.startswith("weight ")}


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


def _weight_likeness(leaf: Leaf, names: str) -> int:
    name = plain(leaf.name)
    if means(leaf.name, names):
        return 3
    if name in ("val", "value", "data") and means(Leaf(leaf.owner, leaf.array).name, names):
        return 3
    if gradient_likeness(leaf, Leaf("", leaf.array)) == 0 or name.startswith(("d", "grad", "m", "v", "x", "l")):
        return 0
    return 1


def _nth(found: Iterator[Plan], number: int) -> Plan | None:
    return next((plan for index, plan in enumerate(found) if index == number), None)


def _empty(value: Any) -> bool:
    return value is None or not any(True for _ in leaves(value))


def _distance(got: Array, want: Array) -> float:
    with np.errstate(all="ignore"):
        far = float(np.abs(got - want).max(initial=0.0))
    return far if np.isfinite(far) else np.inf


def parameters_named(method: Method) -> Mapping[str, str]:
    return {p.name: plain(p.name) for p in method.parameters}
