"""Readings carried out: a submission made, loaded with weights, called, and its arrays found again."""

import ast
import functools
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np

from reference.homework.agreement import far
from reference.homework.attempt import BACK, DRAWN, IT, OPTIMIZER, OUT, Attempt, Reading, locate, misshapen, outline
from reference.homework.isolation.process import Call, Failure, Get, New, Ref, Result, Set, Snapshot, Stub
from reference.homework.isolation.process import Step as WorkerStep
from reference.homework.planning import Planner
from reference.homework.problem import Problem, Scheme
from reference.homework.rates import set_rate
from reference.homework.returned import results
from reference.homework.roles import MOST_PLANS, means
from reference.homework.trees import leaves
from reference.pair import Array

# readings tried of one form of a problem before giving up on it
MOST_READINGS = 160
MOST_CALLS = 40


class Trying(Planner):
    """Tries readings of one subject as one family. `settings` are given to constructors beside what is planned."""

    settings: Mapping[str, Any] = MappingProxyType({})

    @functools.cached_property
    def tried(self) -> list[Attempt]:
        """Every reading that was asked for so far."""
        return []

    def readings(self, problem: Problem) -> Iterator[Attempt]:
        """Every reading with its forward call carried out, likeliest first."""
        for attempt in itertools.islice(self._readings(problem), MOST_READINGS):
            self.tried.append(attempt)
            yield attempt

    def _readings(self, problem: Problem) -> Iterator[Attempt]:
        layouts, schemes = len(self.layouts(problem)), self.family.schemes(problem)
        alike = [scheme.shapes for scheme in schemes]
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
        attempt = Attempt(reading, problem, layout, scheme, number=back, optimizer=self.optimizer)
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
            self.go_back(attempt)
        return attempt

    def repeat(self, first: Attempt, again: Problem, back: int | None) -> Attempt | None:
        """The same object called once more, with other inputs."""
        attempt = Attempt(first.reading, again, first.layout, first.scheme, first.init, places=first.places)
        attempt.number, attempt.first, attempt.optimizer = back, first, self.optimizer
        attempt.given = first.given
        attempt.call = self._call_plan(attempt)
        if attempt.call is None:
            return None
        self._forward(attempt)
        if back is not None and attempt.failure is None:
            attempt.back = self._back_plan(attempt, back)
            if attempt.back is not None:
                self.go_back(attempt)
        return attempt

    def backward_again(self, first: Attempt, back: int) -> Attempt | None:
        """A second backward pass after one forward pass, with the weights as they were; None where either fails."""
        attempt = self.run(first.reading, first.problem, back)
        if attempt is None or attempt.failure is not None:
            return None
        self.worker.run(_weights(attempt))
        self.go_back(again := replace(attempt))
        return again if again.failure is None else None

    def called(self, first: Attempt, asked: Problem, settings: Mapping[str, Any]) -> tuple[Attempt, Any]:
        """The same object with these attributes set, by path, called once more; and what it holds then."""
        attempt = Attempt(first.reading, asked, first.layout, first.scheme, first.init, places=first.places)
        attempt.given, attempt.call = first.given, self._call_plan(attempt)
        done = self.worker.run([Set(IT + path, value, inplace=False) for path, value in settings.items()])
        if attempt.call is None or (done and self._failed(attempt, done, "forward")):
            return attempt, None
        self._forward(attempt)
        after = self.worker.run([Snapshot(IT)])[-1]
        return attempt, after.value if isinstance(after, Result) else None

    def beside(self, first: Attempt, again: Problem, back: int) -> Attempt | None:
        """The same calls while other objects of the class, or the function, are called too; None where something fails.

        One does its forward and backward pass between this one's two, and another all of it after them.
        """
        attempt = self.run(first.reading, first.problem)
        if attempt is None or attempt.failure is not None:
            return None
        kept = {f"first_{name}": name for name in self.bound}
        keep = [Set(mine, Ref(name)) for mine, name in kept.items()]
        restore = [Set(name, Ref(mine)) for mine, name in kept.items()]
        self.worker.run(keep)
        other = self.run(first.reading, again, back)
        attempt.number, attempt.back = back, self._back_plan(attempt, back)
        if other is None or other.failure is not None or attempt.back is None:
            return None
        self.worker.run(restore)
        self.go_back(attempt)
        if attempt.failure is not None:
            return attempt
        self.worker.run(keep)
        self.run(first.reading, again, back)
        if self.subject.made:
            done = self.worker.run([*restore, Snapshot(IT)])
            attempt.kept = done[-1].value if isinstance(done[-1], Result) else attempt.kept
        return attempt

    def left_over(self, attempt: Attempt) -> list[str]:
        """The arrays that a new object has beside weights and statistics, and that its forward pass reads."""
        forward = self.subject.forward
        if not self.subject.is_class or not attempt.places or forward is None:
            return []
        state = self._make(replace(attempt, failure=None))
        taken = {place.leaf.path for place in attempt.places.values()}
        read = {n.attr for n in ast.walk(forward.node) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Load)}
        own = [leaf for leaf in leaves(state) if isinstance(leaf.array, np.ndarray) and leaf.path == f".{leaf.name}"]
        kept = [pattern for name, pattern in self.family.roles.items() if name in attempt.problem.arrays.buffers]
        own = [leaf for leaf in own if not any(means(leaf.name, pattern) for pattern in kept)]
        # of two values, one of them 0, is a mask
        own = [leaf for leaf in own if leaf.array.any() and (leaf.array.all() or np.unique(leaf.array).size > 2)]
        return [leaf.name for leaf in own if leaf.path not in taken and leaf.name in read]

    def _make(self, attempt: Attempt) -> Any:
        """Make the object; its attributes."""
        plan = attempt.init
        assert plan is not None
        key = repr([(role, where, outline(v)) for role, (where, v) in plan.given.items()])
        if key in self.refused:
            attempt.failure, attempt.at = self.refused[key], "init"
            return None
        steps: list[WorkerStep] = [
            self.optimizer,
            Set(DRAWN, Stub("initializer", seed=3)),
            New(self.subject.name, plan.args, {**plan.kwargs, **self.settings}, bind=IT),
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

    def _place(self, attempt: Attempt, state: Any) -> bool:
        """Find where the object keeps its weights; False where they are not all found."""
        handed = attempt.handed
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
            attempt.failure = Failure("", "its weights were not found among its attributes")
            attempt.at, attempt.misshapen = "weights", misshapen(attempt.problem, whole, state)
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
        assert attempt.call is not None
        assert self.subject.forward is not None
        return Call(self.subject.target(self.subject.forward), attempt.call.args, attempt.call.kwargs, bind=OUT)

    def _forward(self, attempt: Attempt) -> None:
        steps = [*_weights(attempt), *self.context, self._forward_step(attempt)]
        if self.subject.made:
            steps.append(Snapshot(IT))
        done = self.worker.run(steps)
        if self._failed(attempt, done, "forward"):
            return
        result = done[len(steps) - (2 if self.subject.made else 1)]
        assert isinstance(result, Result)
        attempt.value, attempt.mutated, attempt.aliased = result.value, result.mutated, result.aliased
        last = done[-1]
        empty = next(leaves(result.value), None) is None
        kept = last.value if self.subject.made and isinstance(last, Result) and empty else None
        attempt.y = self._find_output(attempt, result.value if kept is None else kept)

    def _find_output(self, attempt: Attempt, value: Any) -> Array | None:
        """The output among what was returned: what fits, what agrees before what does not.

        What lies in a cache is the output only where nothing beside it fits: a right value there excuses no wrong one.
        """
        want = attempt.problem.want["y"]
        names = self.subject.forward.returns if self.subject.forward else ()
        for some in ([value, *results(value, names)], [leaf.array for leaf in leaves(value)]):
            found = [attempt.layout.from_submission("y", each, want.shape) for each in some]
            if fitting := [y for y in found if y is not None]:
                return min(fitting, key=lambda y: far(y, want))
        return None

    def go_back(self, attempt: Attempt) -> None:
        backward = self.subject.backward
        assert backward is not None
        assert attempt.back is not None
        steps: list[WorkerStep] = [
            Call(self.subject.target(backward), attempt.back.args, attempt.back.kwargs, bind=BACK)
        ]
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
            set_rate(self.worker, [backward.node], attempt)

    def _failed(self, attempt: Attempt, done: Sequence[Result | Failure], at: str) -> bool:
        if isinstance(done[-1], Failure):
            attempt.failure, attempt.at = done[-1], at
            return True
        return False


def _weights(attempt: Attempt) -> list[WorkerStep]:
    return [Set(IT + attempt.places[n].leaf.path, a) for n, a in attempt.given.items()]
