"""How a submission is called: what its constructor, forward and backward pass are given, plan by plan."""

import ast
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reference.homework.attempt import CONTEXT, DRAWN, IT, LEARNING_RATE, OPTIMIZER, OUT, Attempt, outline
from reference.homework.columns import columns_counted, columns_evident, rows_evident
from reference.homework.family import CACHE, COMMON_ROLES, COTANGENT, HANDED, NEVER, OUTPUT, RATE, Family
from reference.homework.isolation.process import Call, Failure, Ref, Set, Stub, Worker
from reference.homework.isolation.process import Step as WorkerStep
from reference.homework.outputs_given import outputs_given
from reference.homework.problem import Layout, Problem
from reference.homework.roles import Plan, means, plain, plans
from reference.homework.subject import Subject
from reference.homework.trees import OBJECT

# methods that make an object ready
SET_UP = (r"set(input)?shape", r"init\w*|build|setup|compile|create(weights|params)\w*")
# what weights may be made by too, with the data at hand
LEARN = r"fit|train|learn"
OPTIONAL_ROLES = ("optimizer", "initializer", "lr", "training", "testing")


class Planner:
    """Makes plans of calls to one subject read as one family."""

    def __init__(self, worker: Worker, subject: Subject, family: Family) -> None:
        self.worker, self.subject, self.family = worker, subject, family
        self.refused: dict[str, Failure] = {}
        self.broken: dict[str, tuple[Failure, str]] = {}
        self.known_values: dict[tuple[int, int, int], tuple[Problem, dict[str, Sequence[Any]]]] = {}
        self.known_inits: dict[tuple[int, int, int], tuple[Problem, list[Plan], Iterator[Plan]]] = {}
        self.known_calls: dict[tuple[int, int, int], tuple[Problem, list[Plan], Iterator[Plan]]] = {}
        self.optimizer: WorkerStep = Set(OPTIMIZER, Stub("optimizer", lr=LEARNING_RATE))
        self.context = [Set(CONTEXT, Stub("context"))] if subject.is_handed(HANDED) else []

    @property
    def bound(self) -> list[str]:
        """What a reading binds names to: the object and what it is handed, and what its forward pass returns."""
        return [OUT, OPTIMIZER, *([IT] if self.subject.made else []), *([CONTEXT] if self.context else [])]

    def layouts(self, problem: Problem) -> Sequence[Layout]:
        """The family's; a loss looks the same in rows and columns, so columns need to be seen elsewhere in the file.

        One row of outputs speaks for itself: it gives one number in one layout.
        """
        layouts = self.family.layouts(problem)
        if not self.family.loss:
            return layouts
        source = self.subject.symbol.source
        over_columns = "axis=0" in source and not re.search(r"axis=(1|-1)", source)
        one_row = next(iter(problem.arrays.inputs.values())).shape[-1] == 1
        file = self.worker.submission
        counted = columns_counted(source) and not rows_evident(file)
        if not (one_row or over_columns or counted or columns_evident(file)):
            return [layout for layout in layouts if not layout.said]
        return layouts

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
            **self.phase(problem.case.training),
            "context": [Ref(CONTEXT)],
            "lr": [LEARNING_RATE],
        }
        return {**stubs, **self.family.values(problem, attempt.layout), **weights, "told": [self.subject.kind[1]]}

    def phase(self, training: bool) -> dict[str, Sequence[Any]]:
        """What says whether it is training: true, false, or the word that the code has for it."""
        pattern, usual = (r"train\w*", "train") if training else (r"(test|eval|infer|predict)\w*", "test")
        said = [n.value for node in self.subject.nodes for n in ast.walk(node) if isinstance(n, ast.Constant)]
        words = (word for word in said if isinstance(word, str) and re.fullmatch(pattern, word, re.I))
        return {"training": [training], "testing": [not training], "mode": [next(words, usual)]}

    def _roles(self, attempt: Attempt) -> dict[str, str]:
        weights = {f"weight {name}": entry.names for name, entry in attempt.scheme.entries.items()}
        kind = {"told": self.subject.kind[0]} if self.subject.kind[0] else {}
        return {**kind, **weights, **self.family.roles, **COMMON_ROLES}

    def _init_plan(self, attempt: Attempt) -> Plan | None:
        """The constructor's plan: as its names say, then as if they said nothing."""
        key = id(attempt.problem), attempt.reading.layout, attempt.reading.scheme
        if key not in self.known_inits:
            self.known_inits[key] = attempt.problem, [], self._init_plans(attempt)
        _, made, more = self.known_inits[key]
        number = attempt.reading.init
        made += itertools.islice(more, max(0, number + 1 - len(made)))
        return made[number] if number < len(made) else None

    def _init_plans(self, attempt: Attempt) -> Iterator[Plan]:
        wildcards = [*self.family.wildcards, *(f"weight {name}" for name in attempt.scheme.entries)]
        values, roles = self.values(attempt), self._roles(attempt)
        yield from plans(self.subject.init, roles, values, wildcards, OPTIONAL_ROLES)
        yield from plans(self.subject.init, {}, values, self.family.wildcards, OPTIONAL_ROLES)

    def _alike(self, attempt: Attempt) -> str:
        """What two readings have in common of which both or neither run: names and shapes."""
        given = [where for plan in (attempt.init, attempt.call) if plan for where in plan.given.values()]
        shapes = sorted((where, str(outline(value))) for where, value in given)
        entries = {e.names: [ids.shape for ids in e.ids] for e in attempt.scheme.entries.values()}
        return repr((shapes, entries if self.subject.made else ()))

    def _after(self, attempt: Attempt) -> list[WorkerStep]:
        """What has to be called before a new object can be used, in that order."""
        steps: list[WorkerStep] = []
        for pattern in SET_UP:
            for name, method in self.subject.methods.items():
                if not means(name, pattern) or method is self.subject.forward:
                    continue
                found = plans(method.parameters, self._roles(attempt), self.values(attempt), (), OPTIONAL_ROLES)
                if (plan := nth(found, 0)) is not None:
                    steps.append(Call(IT + method.path, plan.args, plan.kwargs, optional=True))
        return steps

    def _call_plan(self, attempt: Attempt) -> Plan | None:
        """The plan of this number for the forward pass; they are made once, one after the other."""
        key = id(attempt.problem), attempt.reading.layout, attempt.reading.scheme
        if key not in self.known_calls:
            self.known_calls[key] = attempt.problem, [], self._call_plans(attempt)
        _, made, more = self.known_calls[key]
        number = attempt.reading.call
        made += itertools.islice(more, max(0, number + 1 - len(made)))
        return made[number] if number < len(made) else None

    def _call_plans(self, attempt: Attempt) -> Iterator[Plan]:
        forward = self.subject.forward
        assert forward is not None
        values: dict[str, Sequence[Any]] = {name: [v] for name, v in self._inputs(attempt).items()}
        roles = {"context": HANDED, "told": self.subject.kind[0] or NEVER, **self.family.inputs}
        wildcards: list[str] = list(self.family.inputs)
        values = {**self.values(attempt), **values}
        roles = {**roles, **self._roles(attempt)} if self.subject.made else {**self._roles(attempt), **roles}
        if not self.subject.made or self.context:
            wildcards += [*(f"weight {name}" for name in attempt.scheme.entries), *self.family.wildcards]
        return plans(forward.parameters, roles, values, wildcards, OPTIONAL_ROLES)

    def _inputs(self, attempt: Attempt) -> dict[str, Any]:
        arrays = attempt.problem.arrays.inputs
        return {name: attempt.layout.to_submission(name, array) for name, array in arrays.items()}

    def _back_plan(self, attempt: Attempt, number: int) -> Plan | None:
        backward = self.subject.backward
        assert backward is not None
        assert attempt.call is not None
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
        elif isinstance(attempt.value, dict) and OBJECT not in attempt.value:
            kept = [key for key in attempt.value if means(str(key), CACHE)]
            values |= {"cache": [Ref(f"{OUT}[{key!r}]") for key in kept]} if kept else {}
        roles = {"dy": COTANGENT, "cache": CACHE, "lr": RATE, **self._roles(attempt), "y": OUTPUT, **self.family.inputs}
        if self.family.loss:  # the predictions before the loss that is made of them; some are handed what it has kept
            roles = {**self.family.inputs, **roles}
            if "output" in self.subject.attributes:
                first = next(iter(self.family.inputs))
                values[first] = [*values[first], Ref(f"{IT}.output")]
        wildcards = ["dy", "cache", "y", *self.family.inputs, *(f"weight {n}" for n in attempt.scheme.entries)]
        if extras := attempt.problem.extras:
            values |= {name: [attempt.layout.to_submission(name, array)] for name, array in extras.items()}
            targets = [name for name in extras if name not in self.family.extras]
            named = {name: pattern for name, pattern in self.family.extras.items() if name in extras}
            roles = {**dict.fromkeys(targets, self.family.targets), **named} | roles
            wildcards = [*targets, wildcards[0], *named, *wildcards[1:]]
            if targets:
                del values["dy"]
        if self.subject.is_handed(HANDED):
            roles = {"context": HANDED, **roles}
        if self.subject.kind[0]:
            roles = {"told": self.subject.kind[0], **roles}
        roles |= self._second(roles)
        if self.family.derivative and outputs_given(self.subject):
            roles["y"] = rf"{re.escape(plain(backward.parameters[0].name))}|{roles['y']}"
        # an option of the forward pass before anything else that its name may say: huber_grad(y, t, delta)
        roles = {role: roles[role] for role, _ in given if role in self.family.roles} | roles
        for index, name in enumerate(self.subject.forward.returns if self.subject.forward else ()):
            if name and isinstance(attempt.value, tuple) and "cache" in values and not means(name, COTANGENT):
                values[f"returned {name}"] = [Ref(f"{OUT}[{index}]")]
                roles = {f"returned {name}": re.escape(plain(name)), **roles}
        return nth(plans(backward.parameters, roles, values, wildcards, ("lr",)), number)

    def _second(self, roles: Mapping[str, str]) -> dict[str, str]:
        """Whether an array beside the cotangent is the input or the output of the forward pass: its name says so.

        backward(dA, Z) after forward(A) is given the output, after forward(Z) the input.
        """
        backward, forward = self.subject.backward, self.subject.forward
        assert backward is not None
        assert forward is not None
        if len(backward.parameters) != 2 or "x" not in roles:
            return {}
        theirs = {plain(p.name) for p in forward.parameters}
        name = plain(backward.parameters[1].name)
        if re.fullmatch(CACHE, name):
            return {}
        if name in theirs:
            return {"y": f"(?!{name}$)({roles['y']})", "x": f"{name}|{roles['x']}"}
        return {"x": f"(?!{name}$)({roles['x']})"} if self.subject.is_class else {}


def nth(found: Iterator[Plan], number: int) -> Plan | None:
    """The plan of this number; None where there are fewer."""
    return next((plan for index, plan in enumerate(found) if index == number), None)
