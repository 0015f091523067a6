"""Networks over letters asked for their loss and gradients, with letters and weights of several sizes."""

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reference.diagnosis.clock import Clock
from reference.diagnosis.diagnose import SINGLE, Diagnosing
from reference.diagnosis.evidence import Evidence
from reference.homework.agreement import EPSILON_ALLOWED
from reference.homework.attempt import IT, OUT, Attempt, Place, Reading, locate, told_of
from reference.homework.diagnosing import evidence_of, place_of
from reference.homework.doubts import piles_up
from reference.homework.examination import plain_report
from reference.homework.family import RATE, Family
from reference.homework.isolation.process import Call, Failure, New, Result, Set, SetGlobal, Snapshot, Worker
from reference.homework.isolation.process import Step as WorkerStep
from reference.homework.judge import Judge, Judged
from reference.homework.letters.arguments import Arguments, constructed, layout_of, loss_of, named, object_of, size_of
from reference.homework.letters.course import Course, Kinds, course_of, outside
from reference.homework.problem import Problem, Scheme
from reference.homework.rates import set_rate
from reference.homework.recurrence import CELL, CELLS, HIDDEN, Form, ask
from reference.homework.recurrent_weights import LSTM_GATES, ONE, schemes
from reference.homework.roles import Plan, means, plain
from reference.homework.subject import Subject
from reference.homework.trees import Leaf, leaves
from reference.homework.verdict import Cause, SymbolReport
from reference.sides import scratch_side

GATES = {"simple_rnn": ONE, "lstm": LSTM_GATES}
Sizes = tuple[int, int, int]  # time, letters, nodes
SIZES, OTHER_SIZES = (5, 6, 4), (3, 5, 7)


@dataclass(frozen=True)
class Way:
    """A way to call it: what letters and those that follow come as, and how weights are kept, by its number."""

    kinds: Kinds
    scheme: int


class Examining:
    """One network over letters, asked for its loss and gradients."""

    def __init__(self, worker: Worker, subject: Subject, family: Family, course: Course) -> None:
        self.worker, self.course, self.family = worker, course, family
        self.subject = replace(subject, forward=course.forward, backward=course.backward)
        self.judge = Judge(self.subject, family)
        self.place = ""
        self.refused: Failure | None = None
        self.states: dict[tuple[int, ...], Any] = {}
        # the one name from outside that holds all weights
        self.holder = IT if subject.is_class else next((n for n in course.weights if self._holds(n)), "")

    @property
    def sizes(self) -> tuple[Sizes, Sizes]:
        """Two of time, letters and nodes to ask with. What a name from outside holds has sizes of its own."""
        if self.subject.is_class or not self.holder:
            return SIZES, OTHER_SIZES
        shapes = [leaf.array.shape for leaf in leaves(self._state(self.problem(0, SIZES))) if np.ndim(leaf.array) == 2]
        lengths = sorted({max(shape) for shape in shapes if min(shape) == 1})
        for letters, nodes in itertools.permutations(lengths, 2):
            if next(self.ways(self.problem(0, (SIZES[0], letters, nodes))), None):
                return (SIZES[0], letters, nodes), (OTHER_SIZES[0], letters, nodes)
        return SIZES, OTHER_SIZES

    def _holds(self, name: str) -> bool:
        """Whether what a name stands for holds several matrices."""
        there = self.worker.run([Snapshot(name)])[-1]
        arrays = leaves(there.value) if isinstance(there, Result) and isinstance(there.value, dict) else ()
        return sum(np.ndim(leaf.array) == 2 for leaf in arrays) > 2

    def problem(self, seed: int, sizes: Sizes) -> Problem:
        """Letters in and out; wanted are the loss, the gradients of all weights, and the last states."""
        time, letters, nodes = sizes
        cell = self.family.pairs[0]
        handed = [p.name for p in self.course.forward.parameters]
        named = {"h_0": HIDDEN, "c_0": CELL}
        states = tuple(s for s in CELLS[cell].states if any(means(name, named[s]) for name in handed))
        form = Form(states=states, output="loss", batch=1, letters=True)
        asked = ask(cell, form, seed, sizes=(time, letters, nodes, letters))
        return replace(asked, facts={**asked.facts, "outputs": ("h", "c") if "c" in asked.want else ("h",)})

    def ways(self, asked: Problem) -> Iterator[Way]:
        """Every way of keeping weights that it may have, for each of what letters may come as."""
        fitting = [k for k, scheme in enumerate(self._schemes(asked)) if self._places(asked, scheme) is not None]
        yield from (Way(kinds, number) for kinds in self.course.kinds for number in fitting)

    def _schemes(self, asked: Problem) -> Sequence[Scheme]:
        return schemes(asked.ids(), GATES[self.family.pairs[0]], True, True, False)

    def ask(self, asked: Problem, way: Way, before: Problem | None = None) -> Attempt | None:
        """One course with the weights kept as a scheme says, and what came of it; None where it does not fit.

        On an object that has been asked `before` with the same weights.
        """
        scheme = self._schemes(asked)[way.scheme]
        places = self._places(asked, scheme)
        if places is None:
            return None
        flat = np.append(asked.flat(asked.arrays.params), 0.0)
        given = {name: np.asarray(flat[place.ids] * place.share) for name, place in places.items()}
        layout = layout_of(places, self.course.text)
        attempt = Attempt(Reading(0, 0, 0, 0), asked, layout, scheme)
        attempt.places, attempt.given, attempt.call = places, given, Plan((), {}, {})
        if made := self._made(asked):
            self.worker.run(made)
        for each in filter(None, (before, asked)):
            if attempt.failure is None:
                self._go(attempt, Arguments(self.course, each, way.kinds, layout))
        return attempt

    def _made(self, asked: Problem) -> list[WorkerStep]:
        """The steps that set sizes, and make the object."""
        own = self.holder not in ("", IT)  # of which the file has made it
        steps: list[WorkerStep] = [SetGlobal(name, size_of(name, asked)) for name in self.course.sizes if not own]
        steps += [SetGlobal(name, asked.facts["time"]) for name in self.course.lengths]
        if self.subject.is_class:
            steps.append(New(self.subject.name, *constructed(self.subject, asked), bind=IT))
        return steps

    def _go(self, attempt: Attempt, arguments: Arguments) -> None:
        """The calls: forward, back, and for the loss where a function of its own gives it."""
        course, holder = self.course, self.holder
        held = [(place.leaf.path, attempt.given[name]) for name, place in attempt.places.items()]
        steps: list[WorkerStep] = [Set(holder + path, w) if holder else SetGlobal(path[1:], w) for path, w in held]
        steps.append(Call(object_of(self.subject, course.forward), arguments.forward(), {}, bind=OUT))
        done = self.worker.run(steps)[-1]
        if isinstance(done, Failure):
            attempt.failure, attempt.at = done, "forward"
            return
        attempt.value = attempt.returned = done.value
        calls: list[WorkerStep] = []
        if course.loss is not None:
            calls.append(Call(object_of(self.subject, course.loss), arguments.loss(done.value), {}, optional=True))
        if not course.at_once:
            calls.append(Call(object_of(self.subject, course.backward), arguments.backward(done.value), {}))
        later = self.worker.run(calls) if calls else []
        results = [attempt.value, *(each.value for each in later if isinstance(each, Result))]
        if not course.at_once and isinstance(later[-1], Failure):
            attempt.failure, attempt.at = later[-1], "backward"
        attempt.returned = results[-1]
        attempt.returned = named(course.backward.node, attempt.returned, attempt.places)
        if holder:
            kept = self.worker.run([Snapshot(holder)])[-1]
            attempt.kept = kept.value if isinstance(kept, Result) else None
            if not any(means(p.name, RATE) for p in (*course.handed, *self.subject.init)):  # those are given it
                set_rate(self.worker, [course.backward.node], attempt)
        attempt.y = loss_of(results, attempt.kept, attempt.problem)

    def _places(self, asked: Problem, scheme: Scheme) -> dict[str, Place] | None:
        """Where each array of a scheme is kept; None where they do not fit one to one."""
        if self.holder:
            return locate(asked, scheme, self._state(asked))
        left = list(self.course.weights)
        places: dict[str, Place] = {}
        for name, entry in scheme.entries.items():
            named = next((each for each in left if means(each, entry.names)), None)
            if named is None:
                return None
            left.remove(named)
            places[name] = Place(Leaf(f".{named}", None), entry.ids[0], entry.share)
        return places if not any(means(each, r"w\w*|b\w?") for each in left) else None

    def _state(self, asked: Problem) -> Any:
        """What a new object holds, or the name from outside."""
        key = (asked.facts["time"], asked.options["n_in"], asked.options["n_hidden"])
        if key not in self.states:
            done = self.worker.run([*self._made(asked), Snapshot(self.holder)])[-1]
            self.states[key] = done.value if isinstance(done, Result) else None
            self.refused = done if isinstance(done, Failure) else None
        return self.states[key]

    def judged(self, attempt: Attempt) -> Judged:
        """Without the gradients of what went in: nothing returns them. A loss may have an epsilon in its logarithm."""
        if attempt.failure is not None:
            return self.judge.forward(attempt)
        arrays = replace(attempt.problem.arrays, inputs={"letters": attempt.problem.arrays.inputs["x"]})
        attempt = replace(attempt, problem=replace(attempt.problem, arrays=arrays))
        near = Judge(self.subject, replace(self.family, loose=EPSILON_ALLOWED)).forward(attempt)
        judge = self.judge
        if self.course.at_once and near.factor != 1:  # returned with the loss, the gradients are that one's
            judge = Judge(self.subject, replace(self.family, reductions=lambda asked: {"": near.factor}))
        judged = judge.whole(attempt)
        own = [q for q in near.quantities if q.name == "y"]
        if own[0].agree and "y" in judged.arrays:  # a cause has nothing to say of an epsilon
            judged.arrays["y"] = (judged.arrays["y"][1], judged.arrays["y"][1])
        judged.quantities = [*own, *(q for q in judged.quantities if q.name != "y")]
        judged.conventions = list(dict.fromkeys([*near.conventions, *judged.conventions]))
        return judged

    def causes(self, way: Way) -> tuple[Cause, ...]:
        """Why it is wrong, as far as letters and weights of another draw confirm it."""

        def evidence(seed: int, again: Callable[[], Evidence | None] | None = None) -> Evidence | None:
            attempt = self.ask(_calm(self.problem(seed, self.sizes[0])), way)
            if attempt is None or attempt.failure:
                return None
            judged = self.judged(attempt)
            self.place = place_of(self.subject, judged)
            return evidence_of(self.family, judged, attempt, again)

        found = evidence(100, lambda: evidence(101))
        return Diagnosing(found, self.place).single(Clock(SINGLE)) if found else ()

    def report(self, best: tuple[Judged, Attempt, Way] | None) -> SymbolReport:
        """What there is to say of the way that fits best."""
        subject, family, course = self.subject, self.family, self.course
        if best is None:
            missing = "its weights were not found among the names it takes from outside"
            missing = self.refused.said if self.refused else missing
            return replace(plain_report(subject, "unsupported", missing), pair=family.pairs[0])
        judged, attempt, way = best
        failure = attempt.failure
        again = self._again(attempt, way) if judged.right and failure is None else None
        judged, remark = again or (judged, "")
        if failure is not None:
            # what makes its letters itself was called as it is meant to be
            sure = judged.right or (course.at_once and course.makes_letters)
            own = bool(failure.trace) and (failure.type in ("NameError", "AttributeError") or sure)
            report = plain_report(subject, "crashed" if own else "unsupported", told_of(failure))
        else:
            report = plain_report(subject, "correct" if judged.right else "wrong", remark)
        said = (*attempt.layout.said, *attempt.scheme.said, *judged.conventions)
        causes = self.causes(way) if report.verdict == "wrong" and not again else ()
        return replace(
            report,
            pair=family.pairs[0],
            parts={"forward": course.forward.name, "backward": course.backward.name},
            conventions=tuple(dict.fromkeys(said)),
            quantities=tuple(judged.quantities),
            causes=causes,
        )

    def _again(self, attempt: Attempt, way: Way) -> tuple[Judged, str] | None:
        """What is wrong at the second call of an object with other letters, and how that is said; None if nothing is.

        One that keeps its own state goes on from it.
        """
        asked, states = attempt.problem, CELLS[self.family.pairs[0]].states
        if not self.subject.is_class or asked.options["form"].states != states:
            return None
        second = self.ask(asked, way, asked.again(7))
        if second is None or (judged := self.judged(second)).right:
            return None
        first = self.ask(asked.again(7), way)
        if first is not None and piles_up(self.judged(first), judged):
            if any(re.search(r"zero|reset|clear|init", plain(name)) for name in self.subject.methods):
                return None
            return judged, "gradients pile up over calls and are never cleared"
        return judged, "right at the first call, wrong at the second"


def _calm(asked: Problem) -> Problem:
    """The same with small weights, of which no gradient is large enough to be clipped to 5."""
    arrays = replace(asked.arrays, params={name: 0.3 * w for name, w in asked.arrays.params.items()})
    given = {**arrays.inputs, **asked.extras}
    whole = replace(arrays, inputs={name: given[name] for name in asked.case.inputs})
    return replace(asked, arrays=arrays, want=scratch_side(asked.pair, asked.case, whole, "float64"))


def examine(worker: Worker, subject: Subject, family: Family, seed: int) -> SymbolReport:
    """The verdict, on two sets of letters of other sizes, and on the second of two calls of one object."""
    course = course_of(subject)
    if course is None:
        return replace(plain_report(subject, "unsupported", "it gives no loss"), pair=family.pairs[0])
    known = set(worker.submission.symbols) | {"self"}
    weights, sizes, lengths = outside(course, known)
    asking = Examining(worker, subject, family, replace(course, weights=weights, sizes=sizes, lengths=lengths))
    best: tuple[Judged, Attempt, Way] | None = None
    first, other = (asking.problem(seed + k, sizes) for k, sizes in enumerate(asking.sizes))
    for way in asking.ways(first):
        attempt = asking.ask(first, way)
        if attempt is None:
            continue
        judged = asking.judged(attempt)
        if judged.right:
            attempt = asking.ask(other, way) or attempt
            judged = asking.judged(attempt)
        if best is None or judged.score > best[0].score:
            best = judged, attempt, way
        # where those that follow may come as columns, a right loss does not tell
        if judged.right or (course.takes_indices and any(q.name == "y" and q.agree for q in judged.quantities)):
            break
    return asking.report(best)
