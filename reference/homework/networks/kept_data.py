"""Networks of two layers that keep their data: NeuralNetwork(x, y) with feedforward() and backprop(), which learns.

A step is held to gradient descent on a squared error, or on a cross-entropy, of any step size: all weights must move by
the same multiple of their gradients.
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reference.diagnosis.sentences import worded
from reference.homework.attempt import OWN_MISTAKES, told_of
from reference.homework.examination import plain_report
from reference.homework.family import Family
from reference.homework.isolation.process import Call, Failure, New, Result, Snapshot, Step, Worker
from reference.homework.roles import means, plain
from reference.homework.subject import Subject
from reference.homework.trees import leaves
from reference.homework.verdict import Cause, Quantity, SymbolReport
from reference.pair import Array
from scratch.activations import Activation, find_activation

X = r"x|inputs?|(input|training|train)?(data|x)|xtrain|trainx|features"
Y = r"y|targets?|labels?|outputs?|ytrain|trainy|t|expected\w*|answers?"
FORWARD = r"feed_?forward|forward\w*|think|predict"
BACKWARD = r"back\w*prop\w*|backward\w*|back"
ACTIVATIONS = ("sigmoid", "tanh", "relu")
ALLOWED = 1e-7
SIZES = ((5, 3), (8, 3))
Weights = Mapping[str, Array]


@dataclass(frozen=True)
class Lesson:
    """One object after its constructor, after feedforward and after backprop, as every array it has, by path."""

    x: Array
    y: Array
    made: Weights
    fed: Weights
    learnt: Weights


@dataclass(frozen=True)
class Net:
    """Where a network keeps two weights and their biases, "" for none, and what stands between them."""

    names: tuple[str, str]
    biases: tuple[str, str]
    kinds: tuple[str, str]

    @property
    def weights(self) -> list[str]:
        return [name for name in (*self.names, *self.biases) if name]

    def forward(self, step: Lesson) -> tuple[Array, Array, Activation, Activation]:
        """The hidden layer, the output, and the two activations as they remember them."""
        w, b = step.made, [step.made[name].reshape(1, -1) if name else 0.0 for name in self.biases]
        hidden, out = map(find_activation, self.kinds)
        h = hidden.forward(step.x @ w[self.names[0]] + b[0])
        return h, out.forward(h @ w[self.names[1]] + b[1]), hidden, out

    def gradients(self, step: Lesson, mistake: str = "", crossed: bool = False) -> dict[str, Array]:
        """Those of half the squared error, or of the cross-entropy where it is `crossed`, with a mistake or without."""
        h, y, hidden, out = self.forward(step)
        error = y - step.y
        slope = _slope(out, y) if mistake == "toy/derivative-twice" else out.backward(np.ones_like(y))
        delta = error if crossed or mistake == "toy/no-output-derivative" else error * slope
        w2 = step.learnt[self.names[1]] if mistake == "toy/updated-first" else step.made[self.names[1]]
        back = (error if mistake == "toy/error-not-delta" else delta) @ w2.T
        inner = _slope(hidden, h) if mistake == "toy/derivative-twice" else hidden.backward(np.ones_like(h))
        dh = back if mistake == "toy/no-hidden-derivative" else back * inner
        found = {self.names[0]: step.x.T @ dh, self.names[1]: h.T @ delta}
        for name, each in zip(self.biases, (dh, delta), strict=True):
            if name:
                found[name] = each.sum(axis=0).reshape(step.made[name].shape)
        return found


def _slope(activation: Activation, at: Array) -> Array:
    """Its derivative where its output is taken for its input."""
    again = find_activation(activation)
    again.forward(at)
    return again.backward(np.ones_like(at))


MISTAKES = (
    *("toy/derivative-twice", "toy/no-hidden-derivative", "toy/no-output-derivative", "toy/error-not-delta"),
    "toy/updated-first",
)


def keeps_data(subject: Subject) -> bool:
    """Whether it is made of x and y, and has a forward and a backward pass that need nothing more."""
    required = [p.name for p in subject.init if p.required]
    return (
        subject.is_class
        and len(required) == 2
        and means(required[0], X)
        and means(required[1], Y)
        and all(_method(subject, pattern) for pattern in (FORWARD, BACKWARD))
    )


def _method(subject: Subject, pattern: str) -> str:
    """The method of such a name that needs nothing, "" for none."""
    for name, method in subject.methods.items():
        if re.fullmatch(pattern, plain(name)) and not any(p.required for p in method.parameters):
            return name
    return ""


def examine_kept_data(worker: Worker, subject: Subject, family: Family, seed: int) -> SymbolReport:
    """The verdict on such a network."""
    steps: list[Lesson] = []
    for number, (n, features) in enumerate(SIZES):
        found = _taken(worker, subject, seed + number, n, features)
        if isinstance(found, Failure):
            own = bool(found.trace) and found.type in (*OWN_MISTAKES, "ValueError", "TypeError", "IndexError")
            return _report(subject, "crashed" if own else "unsupported", remark=told_of(found) if own else found.said)
        steps.append(found)
    nets = list(_nets(steps[0]))
    if not nets:
        return _report(subject, "unsupported", remark="it keeps no two weights that fit the data")
    outputs = {net: [_output(net, step) for step in steps] for net in nets}
    right = [net for net, found in outputs.items() if all(each.agree for each in found)]
    if not right:
        worst = outputs[min(nets, key=lambda net: max(each.max_rel for each in outputs[net]))]
        odd = max(worst, key=lambda each: each.max_rel)
        return _report(subject, "wrong", [replace(odd, part=_method(subject, FORWARD))])
    net = right[0]
    told = [f"{net.kinds[0]} between, {net.kinds[1]} at the end"]
    y = outputs[net][0]
    for crossed, said in ((False, "gradients of the squared error"), (True, "gradients of cross-entropy")):
        if crossed and net.kinds[1] != "sigmoid":
            continue
        moved = _moved(net, steps, net, crossed=crossed)
        if all(each.agree for each in moved):
            return _report(subject, "correct", [y, *moved], conventions=[*told, said])
    moved = _moved(net, steps, net)
    part = _method(subject, BACKWARD)
    quantities = [replace(y, part=_method(subject, FORWARD)), *(replace(each, part=part) for each in moved)]
    place = f"{subject.name}.{part} (line {subject.methods[part].node.lineno})"
    return _report(subject, "wrong", quantities, list(_causes(net, steps, place))[:1])


def _taken(worker: Worker, subject: Subject, seed: int, n: int, features: int) -> Lesson | Failure:
    """What an object has at each stage; or what stopped it."""
    rng = np.random.default_rng([seed, 3])
    x, y = rng.uniform(0.1, 1.0, (n, features)), rng.uniform(0.1, 0.9, (n, 1))
    steps: list[Step] = [New(subject.name, [x, y], bind="net"), Snapshot("net")]
    for pattern in (FORWARD, BACKWARD):
        steps += [Call(f"net.{_method(subject, pattern)}"), Snapshot("net")]
    done = worker.run(steps)
    if isinstance(done[-1], Failure):
        return done[-1]
    made, fed, learnt = (_arrays(each) for each in (done[1], done[3], done[5]))
    returned = done[2].value if isinstance(done[2], Result) else None
    if isinstance(returned, np.ndarray):
        fed = {**fed, "returned": returned}
    return Lesson(x, y, made, fed, learnt)


def _arrays(result: Result | Failure) -> dict[str, Array]:
    value = result.value if isinstance(result, Result) else None
    return {leaf.path: leaf.array.copy() for leaf in leaves(value) if isinstance(leaf.array, np.ndarray)}


def _nets(step: Lesson) -> Iterator[Net]:
    """The readings of what it keeps: two matrices that fit the data one after the other, with biases or without."""
    data = (step.x, step.y)
    free = {name: a for name, a in step.made.items() if not any(np.array_equal(a, each) for each in data)}
    for first, second in itertools.permutations([n for n, a in free.items() if a.ndim == 2], 2):
        w1, w2 = free[first], free[second]
        if w1.shape[0] != step.x.shape[1] or w2.shape != (w1.shape[1], 1) or w1.shape[0] == 1:
            continue
        biases = [
            [
                "",
                *(
                    n
                    for n, a in free.items()
                    if n not in (first, second) and a.size == size and 1 in (a.ndim, *a.shape[:1])
                ),
            ]
            for size in (w1.shape[1], 1)
        ]
        for chosen in itertools.product(*biases):
            for kinds in itertools.product(ACTIVATIONS, (*ACTIVATIONS, "identity")):
                yield Net((first, second), (chosen[0], chosen[1]), (kinds[0], kinds[1]))


def _output(net: Net, step: Lesson) -> Quantity:
    """What it kept, or returned, that is nearest to the output."""
    want = net.forward(step)[1]
    fitting = [a for a in step.fed.values() if a.shape == want.shape and not np.array_equal(a, step.y)]
    if not fitting:
        return Quantity("y", False, np.inf, problem="it keeps no output")
    return min((_compared("y", a, want) for a in fitting), key=lambda each: each.max_rel)


def _compared(name: str, got: Array, want: Array) -> Quantity:
    away = np.where(np.isfinite(got), np.abs(got - want), np.inf) / (np.abs(want).max() or 1.0)
    at = tuple(int(i) for i in np.unravel_index(int(away.argmax()), want.shape))
    far = float(away[at])
    return Quantity(name, far <= ALLOWED, far, ALLOWED, at, float(got[at]), float(want[at]))


def _moved(net: Net, steps: Sequence[Lesson], names: Net, mistake: str = "", crossed: bool = False) -> list[Quantity]:
    """How far each weight moved, against its gradient at the step size that the last weight says."""
    worst: dict[str, Quantity] = {}
    for step in steps:
        want = net.gradients(step, mistake, crossed)
        change = {name: step.made[name] - step.learnt[name] for name in net.weights}
        last = net.names[1]
        size = float((change[last] * want[last]).sum() / ((want[last] ** 2).sum() or 1.0))
        size = size if size > 0 else 1.0
        for name in net.weights:
            said = f"d{plain(name.lstrip('.'))}"
            found = _compared(said, change[name] / size, want[name])
            if said not in worst or found.max_rel > worst[said].max_rel:
                worst[said] = found
    return list(worst.values())


def _causes(net: Net, steps: Sequence[Lesson], place: str) -> Iterator[Cause]:
    """The mistakes that give these very steps."""
    turned = [
        replace(step, learnt={n: 2 * step.made[n] - a if n in step.made else a for n, a in step.learnt.items()})
        for step in steps
    ]
    for crossed in (False, True):
        if all(each.agree for each in _moved(net, turned, net, crossed=crossed)):
            yield worded("sign/ascent", {"place": place})
    for mistake, crossed in itertools.product(MISTAKES, (False, True)):
        if all(each.agree for each in _moved(net, steps, net, mistake, crossed)):
            yield worded(mistake, {"place": place})
    still = [n for n in net.weights if all(np.array_equal(s.made[n], s.learnt[n]) for s in steps)]
    if still:
        yield worded("toy/not-moved", {"place": place, "names": "; ".join(n.lstrip(".") for n in still)})


def _report(
    subject: Subject,
    verdict: Any,
    quantities: Sequence[Quantity] = (),
    causes: Sequence[Cause] = (),
    conventions: Sequence[str] = (),
    remark: str = "",
) -> SymbolReport:
    parts = {"forward": _method(subject, FORWARD), "backward": _method(subject, BACKWARD)}
    return replace(
        plain_report(subject, verdict, remark),
        pair="network",
        parts=parts,
        quantities=tuple(quantities),
        causes=tuple(causes),
        conventions=tuple(conventions),
    )
