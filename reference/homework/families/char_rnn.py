"""Character-level networks in one function: lossFun(inputs, targets, hprev) with weights and sizes in globals."""

import ast
import builtins
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reference.diagnosis.clock import Clock
from reference.diagnosis.diagnose import SINGLE, Diagnosing
from reference.diagnosis.evidence import Evidence
from reference.homework.attempt import IT, LEARNING_RATE, OUT, Attempt, Place, Reading
from reference.homework.diagnosing import evidence_of, place_of
from reference.homework.examination import plain_report
from reference.homework.family import NEVER, RATE, Family
from reference.homework.isolation.process import Call, Failure, New, Result, Set, SetGlobal, Worker
from reference.homework.isolation.process import Step as WorkerStep
from reference.homework.judge import Judge, Judged
from reference.homework.methods import Method
from reference.homework.problem import Layout, Problem, Scheme
from reference.homework.recurrence import CELL, CELLS, HIDDEN, Form, ask
from reference.homework.recurrent_weights import LSTM_GATES, ONE, schemes
from reference.homework.roles import Parameter, Plan, means
from reference.homework.subject import Subject
from reference.homework.trees import Leaf, leaves
from reference.homework.verdict import Cause, SymbolReport
from reference.pair import Array

GATES = {"simple_rnn": ONE, "lstm": LSTM_GATES}
INPUTS, TARGETS = r"inputs?|xs?|x_?idx|seq|data", r"targets?|ts?|ys?|labels?"
# names of sizes: of the letters, of the states, of both
VOCABULARY, NODES, BOTH = (
    r"\w*vocab\w*|v|xsize|d|ninput|inputsize|n?chars|outputsize",
    r"h|hsize|\w*hid\w*|nh",
    r"zsize|concat\w*",
)
LENGTH = r"\w*(seq|time|step|length|bptt)\w*"
# time, letters, nodes
SIZES, OTHER_SIZES = (5, 6, 4), (3, 5, 7)
COLUMNS = Layout(dict.fromkeys(("h_0", "c_0", "h", "c"), "n h -> h n"), said=("columns, one sequence at a time",))


@dataclass(frozen=True)
class Code:
    """The function, and the names it takes from outside: globals, or attributes of its object."""

    method: Method
    weights: tuple[str, ...]
    sizes: tuple[str, ...]


def loss_of(subject: Subject) -> Method | None:
    """The function that gives the loss and all gradients; None where there is none."""
    found = [*subject.methods.values()] if subject.is_class else [subject.forward]
    for method in found:
        if method is not None and re.match(r"loss|train_?step", method.name.lower()):
            names = [p.name for p in method.parameters]
            if len(names) >= 2 and means(names[0], INPUTS) and means(names[1], TARGETS) and _goes_back(method):
                return method
    return None


def _goes_back(method: Method) -> bool:
    """Whether a state is carried from step to step: one that is handed over, or the one before."""
    text = ast.unparse(method.node)
    carried = any(means(p.name, HIDDEN) for p in method.parameters[2:]) or re.search(r"\[[ti] - 1\]", text)
    return "tanh" in text and bool(carried)


def _kind(subject: Subject) -> str:
    method = loss_of(subject)
    return "" if method is None else "lstm" if "sigm" in ast.unparse(method.node).lower() else "simple_rnn"


def code_of(worker: Worker, subject: Subject, method: Method) -> Code:
    """What the function takes from outside: a name within a shape or a slice is a size, any other a weight."""
    nodes = list(ast.walk(method.node))
    local = {p.name for p in method.parameters} | {
        n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    known = local | set(worker.submission.symbols) | set(dir(builtins)) | {"np", "numpy", "self"}
    shapes = [n for n in nodes if isinstance(n, ast.Tuple | ast.Slice)]
    inner = {n.id for shape in shapes for n in ast.iter_child_nodes(shape) if isinstance(n, ast.Name)}
    own = {
        n.attr for n in nodes if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id == "self"
    }
    free = {n.id for n in nodes if isinstance(n, ast.Name)} - known
    sizes = [name for name in sorted(free) if name in inner and any(means(name, p) for p in (VOCABULARY, NODES, BOTH))]
    weights = own - set(subject.methods) if subject.is_class else free - set(sizes)
    return Code(method, tuple(sorted(weights)), tuple(sizes))


def _named(code: Code, returned: Any, held: Mapping[str, Array]) -> Any:
    """What was returned, with names where the gradients come one after the other in the order of a list of weights."""
    lists = (n.elts for n in ast.walk(code.method.node) if isinstance(n, ast.Tuple | ast.List))
    words = ([str(each.value) if isinstance(each, ast.Constant) else "" for each in some] for some in lists)
    order = next((some for some in words if held and set(some) == held.keys()), [])
    parts = list(returned)[1 : 1 + len(order)] if isinstance(returned, tuple | list) else []
    if not order or [np.shape(part) for part in parts] != [held[name].shape for name in order]:
        return returned
    return {**{f"d{name}": part for name, part in zip(order, parts, strict=True)}, "rest": returned[1 + len(order) :]}


def places_of(code: Code, scheme: Scheme) -> dict[str, Place] | None:
    """The outside names that hold each array of a scheme; None where they do not fit one to one."""
    left = list(code.weights)
    places: dict[str, Place] = {}
    for name, entry in scheme.entries.items():
        named = next((each for each in left if means(each, entry.names)), None)
        if named is None:
            return None
        left.remove(named)
        places[name] = Place(Leaf(f".{named}", None), entry.ids[0], entry.share)
    return places if not any(means(each, r"w\w*|b\w?") for each in left) else None


class Examining:
    """One such function, asked for its loss and gradients."""

    def __init__(self, worker: Worker, subject: Subject, family: Family, code: Code) -> None:
        self.worker, self.code, self.family = worker, code, family
        self.subject = replace(subject, forward=code.method, backward=code.method)
        self.judge = Judge(self.subject, family)

    def problem(self, seed: int, sizes: tuple[int, int, int]) -> Problem:
        """Letters in and out; wanted are the loss, the gradients of all weights, and the last states."""
        time, letters, nodes = sizes
        cell = self.family.pairs[0]
        form = Form(states=CELLS[cell].states, output="loss", batch=1, letters=True)
        asked = ask(cell, form, seed, sizes=(time, letters, nodes, letters))
        return replace(asked, facts={**asked.facts, "outputs": ("h", "c") if "c" in asked.want else ("h",)})

    def schemes(self, asked: Problem) -> Sequence[Scheme]:
        """How the weights may be kept."""
        return schemes(asked.ids(), GATES[self.family.pairs[0]], True, True, False)

    def ask(self, asked: Problem, number: int) -> Attempt | None:
        """One call with the weights kept as a scheme says, and what came of it; None where it does not fit."""
        scheme = self.schemes(asked)[number]
        places = places_of(self.code, scheme)
        if places is None:
            return None
        flat = np.append(asked.flat(asked.arrays.params), 0.0)
        given = {name: np.asarray(flat[place.ids] * place.share) for name, place in places.items()}
        steps: list[WorkerStep] = [SetGlobal(name, self._size(name, asked)) for name in self.code.sizes]
        held = {place.leaf.path[1:]: given[name] for name, place in places.items()}
        if self.subject.is_class:
            steps += [
                New(self.subject.name, self._made_of(asked), {}, bind=IT),
                *(Set(f"{IT}.{name}", w) for name, w in held.items()),
            ]
        else:
            steps += [SetGlobal(name, w) for name, w in held.items()]
        target = IT + self.code.method.path if self.subject.is_class else self.code.method.name
        steps.append(Call(target, self._arguments(asked), {}, bind=OUT))
        attempt = Attempt(Reading(0, 0, 0, 0), asked, COLUMNS, scheme)
        attempt.places, attempt.given, attempt.call = places, given, Plan((), {}, {})
        last = self.worker.run(steps)[-1]
        if isinstance(last, Failure):
            attempt.failure, attempt.at = last, "forward"
        elif isinstance(last, Result):
            attempt.value, attempt.returned = last.value, _named(self.code, last.value, held)
            loss = next((leaf.array for leaf in leaves(last.value) if np.size(leaf.array) == 1), None)
            attempt.y = None if loss is None else np.asarray(loss, np.float64).reshape(())
        return attempt

    def judged(self, attempt: Attempt) -> Judged:
        """Without the gradients of what went in: nothing returns them."""
        if attempt.failure is not None:
            return self.judge.forward(attempt)
        arrays = replace(attempt.problem.arrays, inputs={"letters": attempt.problem.arrays.inputs["x"]})
        return self.judge.whole(replace(attempt, problem=replace(attempt.problem, arrays=arrays)))

    def causes(self, judged: Judged, attempt: Attempt, number: int) -> tuple[Cause, ...]:
        """Why it is wrong, as far as letters and weights of another draw confirm it."""

        def again() -> Evidence | None:
            other = self.ask(self.problem(101, SIZES), number)
            return None if other is None or other.failure else evidence_of(self.family, self.judged(other), other)

        evidence = evidence_of(self.family, judged, attempt, again)
        return Diagnosing(evidence, place_of(self.subject, judged)).single(Clock(SINGLE)) if evidence else ()

    def _arguments(self, asked: Problem) -> tuple[Any, ...]:
        inputs = asked.arrays.inputs
        return tuple(self._argument(parameter, asked, inputs) for parameter in self.code.method.parameters)

    def _argument(self, parameter: Parameter, asked: Problem, inputs: Mapping[str, Array]) -> Any:
        if means(parameter.name, INPUTS):
            return [int(k) for k in inputs["x"][0].argmax(axis=-1)]
        if means(parameter.name, TARGETS):
            return [int(k) for k in asked.extras["t"][0].argmax(axis=-1)]
        state = (
            "c_0" if "c_0" in inputs and means(parameter.name, CELL) else "h_0" if means(parameter.name, HIDDEN) else ""
        )
        return COLUMNS.to_submission(state, inputs[state]) if state else parameter.default

    def _made_of(self, asked: Problem) -> tuple[Any, ...]:
        """What its constructor needs: the sizes, how long a text is, a rate."""
        wanted = [parameter.name for parameter in self.subject.init if parameter.required]
        return tuple(
            LEARNING_RATE
            if means(name, RATE)
            else asked.facts["time"]
            if means(name, LENGTH)
            else self._size(name, asked)
            for name in wanted
        )

    def _size(self, name: str, asked: Problem) -> int:
        letters, nodes = asked.options["n_in"], asked.options["n_hidden"]
        return int(letters + nodes if means(name, BOTH) else nodes if means(name, NODES) else letters)


def examine(worker: Worker, subject: Subject, family: Family, seed: int) -> SymbolReport:
    """The verdict, on two sets of letters of other sizes."""
    method = loss_of(subject)
    if method is None:
        return replace(plain_report(subject, "unsupported", "it gives no loss"), pair=family.pairs[0])
    asking = Examining(worker, subject, family, code_of(worker, subject, method))
    best: tuple[Judged, Attempt, int] | None = None
    first, other = asking.problem(seed, SIZES), asking.problem(seed + 1, OTHER_SIZES)
    for number in range(len(asking.schemes(first))):
        attempt = asking.ask(first, number)
        if attempt is None:
            continue
        judged = asking.judged(attempt)
        if judged.right:
            attempt = asking.ask(other, number) or attempt
            judged = asking.judged(attempt)
        if best is None or judged.score > best[0].score:
            best = judged, attempt, number
        if any(q.name == "y" and q.agree for q in judged.quantities):
            break
    return _report(asking, best)


def _report(asking: Examining, best: tuple[Judged, Attempt, int] | None) -> SymbolReport:
    subject, family, method = asking.subject, asking.family, asking.code.method
    if best is None:
        missing = "its weights were not found among the names it takes from outside"
        return replace(plain_report(subject, "unsupported", missing), pair=family.pairs[0])
    judged, attempt, number = best
    failure = attempt.failure
    if failure is not None:
        own = bool(failure.trace) and failure.type in ("NameError", "AttributeError")
        report = plain_report(subject, "crashed" if own else "unsupported", f"{failure.type}: {failure.message}")
    else:
        report = plain_report(subject, "correct" if judged.right else "wrong", "")
    said = (*attempt.layout.said, *attempt.scheme.said, *judged.conventions)
    return replace(
        report,
        pair=family.pairs[0],
        parts={"forward": method.name, "backward": method.name},
        conventions=tuple(dict.fromkeys(said)),
        quantities=tuple(judged.quantities),
        causes=asking.causes(judged, attempt, number) if report.verdict == "wrong" else (),
    )


def _family(pair: str) -> Family:
    return Family(
        f"char_{pair}",
        classes=NEVER,
        functions=NEVER,
        pairs=(pair,),
        problems=lambda subject, seed: (),
        looks=lambda subject: _kind(subject) == pair,
        rank=14,
        examine=examine,
        reductions=lambda asked: {"gradients averaged over time": 1 / asked.facts["time"]},
    )


CHAR_RNN, CHAR_LSTM = _family("simple_rnn"), _family("lstm")
