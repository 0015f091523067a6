"""Containers of layers are given layers that only note what they are asked, and held to the composition of these."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reference.homework.agreement import compare
from reference.homework.attempt import IT, LEARNING_RATE, OUT, OWN_MISTAKES, told_of
from reference.homework.examination import plain_report
from reference.homework.family import COMMON_ROLES, COTANGENT, RATE, Family
from reference.homework.isolation.process import Call, Failure, Get, New, Ref, Result, Set, Step, Stub, Worker
from reference.homework.methods import Method
from reference.homework.networks.container_code import Container, container_of, others_called
from reference.homework.networks.methods import TARGET
from reference.homework.roles import Parameter, Plan, means, plain, plans
from reference.homework.subject import BACKWARD, Subject
from reference.homework.verdict import Quantity, SymbolReport, Verdict
from reference.pair import Array

NODES, SAMPLES = 5, 3
X = r"x\w*|inputs?(data)?|data|features?|images?|samples?|a|out"
FORWARD_ROLES = {"x": X, **COMMON_ROLES}
BACK_ROLES = {
    "lr": RATE,
    "t": rf"{TARGET}|y\w*|t\w*",
    "dy": COTANGENT,
    "y": r"y_?(hat|pred\w*|out\w*)|pred\w*|out(put)?\w*|probs?",
    "x": X,
    "once": r"(n_?|num_?)?(epochs?|iter\w*|steps?|nepochs|nbepochs)",
    "all": r"batch_?size|bs|batch",
    "quiet": r"verbose|print\w*|log\w*|debug|show\w*|shuffle",
}
SLOPE = r"\w*(prime|grad(ient)?s?|deriv\w*|delta|d)|d(loss|cost|error)\w*"


class _Stopped(Exception):
    """What stops an examination: the code breaks, or how it is called is not understood."""

    def __init__(self, failure: Failure | None, at: str) -> None:
        super().__init__(at)
        self.failure, self.at = failure, at


@dataclass
class Links:
    """Layers x @ m + c that note what they are asked; `calls` is what each of them noted."""

    matrices: list[Array]
    vectors: list[Array]
    name: str
    calls: list[list[tuple[str, Array, Array]]]

    @property
    def names(self) -> list[str]:
        return [f"{self.name}{i}" for i in range(len(self.matrices))]

    def forward(self, x: Array) -> Array:
        for m, c in zip(self.matrices, self.vectors, strict=True):
            x = x @ m + c
        return x

    def without_last(self) -> "Links":
        return Links(self.matrices[:-1], self.vectors[:-1], self.name, self.calls[:-1])

    def of(self, layer: int, kind: str) -> list[tuple[Array, Array]]:
        return [(given, out) for which, given, out in self.calls[layer] if which == kind]


class Containment:
    """One container examined."""

    def __init__(self, worker: Worker, subject: Subject, container: Container, seed: int) -> None:
        self.worker, self.subject, self.container = worker, subject, container
        self.random = np.random.default_rng(seed)
        self.remark = ""

    def examined(self) -> Iterator[Quantity]:
        """What is compared, in the order in which it is asked; the first that is wrong ends it."""
        three, two = self._links(3, "a"), self._links(2, "b")
        self._made(three, IT)
        for again in ("", "at the second call"):
            yield self._through(IT, three, again)
            if self.container.back:
                yield self._back(three, again)
        self._made(two, "other")
        yield self._through("other", two, "of another object")
        yield self._through(IT, three, "while another object is used")

    def _through(self, of: str, links: Links, when: str) -> Quantity:
        x, method = self._array(), self.container.through[0]
        value = self._called(of, method, {"x": [x], "training": [True], "mode": ["train"]}, FORWARD_ROLES, links)
        arrays = [each for each in (value, _stacked(value)) if isinstance(each, np.ndarray)]
        got = next((each for each in arrays if each.shape == x.shape), None)
        if got is None and value is not None:
            return Quantity(
                "y", False, part=method.name, problem=f"{method.name} returned {_shape(value)} {when}".strip()
            )
        if got is None:
            raise _Stopped(None, f"{method.name} returned nothing")
        self.x, self.y = x, got
        found = compare("y", np.asarray(got, float), links.forward(x), part=method.name)
        said = "" if found.agree else " ".join(filter(None, [_way(links, x, got), when]))
        return replace(found, problem=f"{method.name} {said}") if said else found

    def _back(self, links: Links, when: str) -> Quantity:
        method = self.container.back[0]
        dy, t = self._array(), self._array()
        values = {
            **{"dy": [dy], "t": [t], "x": [self.x], "y": [self.y], "lr": [LEARNING_RATE]},
            **{"once": [1], "all": [SAMPLES], "quiet": [False]},
        }
        value = self._called(IT, method, values, BACK_ROLES, links)
        handed = any(means(p.name, COTANGENT) and not means(p.name, BACK_ROLES["t"]) for p in method.parameters)
        if not handed and len(links.calls) > 1 and not links.of(-1, "backward"):
            links, self.remark = links.without_last(), "the last layer's gradient is taken to be that of the loss"
        problem = _chained(links, dy if handed else None)
        if not problem and handed and value is not None and np.shape(value) == dy.shape:
            wanted = links.of(0, "backward")[-1][1]
            problem = "" if _same(np.asarray(value), wanted) else "does not return what the first layer returned"
        elif handed and value is None:
            self.remark = f"{method.name} returns no gradient of the input"
        said = " ".join(filter(None, [method.name, problem, when]))
        return Quantity("dx", not problem, part=method.name, problem=said if problem else "")

    # ---- calls

    def _links(self, count: int, name: str) -> Links:
        shape = (count, NODES, NODES)
        matrices = [*self.random.standard_normal(shape)]
        return Links(matrices, [*self.random.standard_normal(shape[:2])], name, [])

    def _array(self) -> Array:
        return self.random.standard_normal((SAMPLES, NODES))

    def _made(self, links: Links, bind: str) -> None:
        """An object that has been given the layers, with a loss wherever its passes call one."""
        container, subject = self.container, self.subject
        refs = [Ref(name) for name in links.names]
        steps: list[Step] = [
            Set(name, Stub("link", m=m, c=c, names=dict(container.called)))
            for name, m, c in zip(links.names, links.matrices, links.vectors, strict=True)
        ]
        values: dict[str, Sequence[Any]] = {"optimizer": [Stub("optimizer", lr=LEARNING_RATE)], "lr": [LEARNING_RATE]}
        values["loss"] = [Stub("slope", slopes=["()"])]
        roles = {**COMMON_ROLES, "loss": r"\w*(loss|cost|criterion|objective)\w*|lastlayer"}
        if container.given == "list":
            values, roles = (
                {"layers": [refs], **values},
                {"layers": re.escape(plain(container.taker)), **roles},
            )
        plan = next(plans(subject.init, roles, values), None)
        if plan is None:
            raise _Stopped(None, "its constructor takes what is not understood")
        given = (*refs, *plan.args) if container.given == "each" else plan.args
        steps.append(New(subject.name, given, plan.kwargs, bind=bind))
        if container.given == "add":
            steps += [Call(f"{bind}.{container.taker}", (ref,)) for ref in refs]
        passes = [m.node for m in (*container.through, *container.back)]
        for name, called in others_called(passes, {*subject.methods, container.layers}).items():
            slopes = [c for c in called if means(c, SLOPE) or any(means(c, p) for p in BACKWARD[:3])]
            slopes += ["()"] * means(name, SLOPE)
            steps.append(Set(f"{bind}.{name}", Stub("slope", slopes=slopes, called=called), inplace=False))
        self._run(steps, "its constructor")

    def _called(self, of: str, method: Method, values: Any, roles: Any, links: Links) -> Any:
        """What a method returned; what the layers noted meanwhile is put into `links`."""
        plan = self._plan(method.parameters, values, roles)
        if plan is None:
            raise _Stopped(None, f"{method.name} takes what is not understood")
        steps = [Set(f"{name}.calls", [], inplace=False) for name in links.names]
        call = Call(of + method.path, plan.args, plan.kwargs, bind=OUT)
        done = self._run([*steps, call, *(Get(f"{name}.calls") for name in links.names)], method.name)
        links.calls = [[tuple(each) for each in result.value] for result in done[len(steps) + 1 :]]
        return done[len(steps)].value

    def _plan(self, parameters: Sequence[Parameter], values: Any, roles: Any) -> Plan | None:
        kept = [
            p
            for p in parameters
            if p.required or means(p.name, f"{roles.get('once', '(?!)')}|{roles.get('all', '(?!)')}")
        ]
        return next(plans(kept, roles, values, ["x"] if "x" in values and "dy" not in values else ["dy"]), None)

    def _run(self, steps: Sequence[Step], at: str) -> list[Result]:
        done = self.worker.run(steps)
        if isinstance(done[-1], Failure):
            raise _Stopped(done[-1], at)
        return [each for each in done if isinstance(each, Result)]


def examine_container(worker: Worker, subject: Subject, family: Family, seed: int) -> SymbolReport:
    """The verdict on a class that goes through the layers it is given."""
    container = container_of(subject)
    if container is None:
        return plain_report(subject, "unsupported", "it is no container of layers that it is given")
    examination = Containment(worker, subject, container, seed)
    found: list[Quantity] = []
    try:
        for quantity in examination.examined():
            found = [*(q for q in found if q.name != quantity.name), quantity]
            if not quantity.agree:
                return _report(subject, container, "wrong", "", found)
    except _Stopped as stopped:
        why = f"{stopped.failure.type}: {stopped.failure.message}" if stopped.failure else ""
        if stopped.failure and stopped.failure.trace and stopped.failure.type in OWN_MISTAKES:
            return _report(subject, container, "crashed", told_of(stopped.failure), found)
        text = f"it could not be asked as a container of layers: {stopped.at}"
        text = f"{text} ({why})" if why else text
        return _as_other(worker, subject, family, seed) or _report(subject, container, "unsupported", text, found)
    remark = examination.remark if container.back else "its output only: nothing in it goes back through the layers"
    return _report(subject, container, "correct", remark, found)


def _as_other(worker: Worker, subject: Subject, family: Family, seed: int) -> SymbolReport | None:
    """What those families say whose names it has; None where they say nothing."""
    from reference.homework.families import families

    for other in families():
        if other.rank < family.rank and other.examine is not None and means(subject.name, other.classes):
            report = other.examine(worker, subject, other, seed)
            if report.verdict != "unsupported":
                return report
    return None


def _report(
    subject: Subject, container: Container, verdict: Verdict, remark: str, found: Sequence[Quantity]
) -> SymbolReport:
    parts = {"forward": container.through[0].name, **({"backward": container.back[0].name} if container.back else {})}
    conventions = (f"a container of layers, kept in {container.layers}",)
    report = plain_report(subject, verdict, remark)
    return replace(report, pair="sequential", parts=parts, quantities=tuple(found), conventions=conventions)


def _same(got: Array, want: Array) -> bool:
    return got.shape == want.shape and compare("", got, want).agree


def _stacked(value: Any) -> Array | None:
    """The outputs of single samples as one array."""
    if not isinstance(value, list) or len(value) != SAMPLES or any(np.size(each) != NODES for each in value):
        return None
    return np.stack([np.reshape(each, NODES) for each in value])


def _shape(value: Any) -> str:
    return f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else f"a {type(value).__name__}"


def _way(links: Links, x: Array, got: Any) -> str:
    """How a wrong output came about, as far as other ways through the layers give it."""
    if idle := [str(i + 1) for i in range(len(links.matrices)) if not links.of(i, "forward")]:
        return f"leaves out layer {', '.join(idle)} of {len(links.matrices)}"
    turned = Links(links.matrices[::-1], links.vectors[::-1], links.name, links.calls)
    if _same(np.asarray(got), turned.forward(x)):
        return "goes through the layers in backward order"
    for i in range(1, len(links.matrices)):
        if not any(_same(given, out) for given, _ in links.of(i, "forward") for _, out in links.of(i - 1, "forward")):
            return f"does not give layer {i + 1} what layer {i} returned"
    return "does not return what the last layer returned"


def _chained(links: Links, dy: Array | None) -> str:
    """What is wrong with the way back through the layers; `dy` is what the last should be handed. "" for nothing."""
    last = len(links.matrices) - 1
    calls = [links.of(i, "backward") for i in range(last + 1)]
    if idle := [str(i + 1) for i, each in enumerate(calls) if not each]:
        return f"leaves out layer {', '.join(idle)} of {last + 1}"
    times = {len(each) for each in calls}
    if len(times) > 1:
        return "does not call all layers equally often"
    forward_order = all(_same(calls[i + 1][0][0], calls[i][0][1]) for i in range(last))
    if forward_order and last:
        return "goes back through the layers in forward order"
    if dy is not None and not _same(calls[last][0][0], dy):
        return "does not give the last layer what it is handed"
    for i in range(last, 0, -1):
        for (_, out), (given, _) in zip(calls[i], calls[i - 1], strict=True):
            if not _same(given, out):
                return f"does not give layer {i} what layer {i + 1} returned"
    return ""
