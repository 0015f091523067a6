"""What a model that learns may be: a network whose gradient descent comes to the same, step by step."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from reference.homework.agreement import compare
from reference.homework.networks.forms import FOLLOWING, Form, Network
from reference.homework.networks.learner_weights import Weights
from reference.homework.networks.losses import losses_of
from reference.homework.verdict import Quantity
from reference.pair import Array

SAMPLES, STEPS = 11, 3
LOOSE = 1e-7  # differences of weights lose digits


@dataclass(frozen=True)
class Task:
    """What is learnt: samples, the targets as the submission has them and as rows, and an output of `width`."""

    name: str
    x: Array
    t: Array
    rows: Array


@dataclass
class Course:
    """How far a submission came on one task: its weights at the beginning, after one step and after several.

    `recorded` is the first of the losses that it kept in a list, None where it kept none.
    """

    task: Task
    begun: Weights
    one: Weights
    several: Weights
    tests: Array
    predicted: Mapping[str, Array]
    recorded: float | None = None


@dataclass
class Fit:
    """A network that may be what a submission trains, and what agrees with it."""

    form: Form
    share: float
    quantities: list[Quantity] = field(default_factory=list)
    said: str = ""

    @property
    def right(self) -> bool:
        return all(q.agree for q in self.quantities)

    @property
    def begins(self) -> bool:
        """Whether its first step is right."""
        return all(q.agree for q in self.quantities if q.name.startswith("d"))

    def telling(self, plainly: bool) -> bool:
        """Whether it is surely this network, so that what does not agree is wrong.

        Some of it moves as it should at once, or all of it the other way; of what is `plainly` gradient descent on a
        model with a name, what it predicts tells as much.
        """
        output = all(q.agree for q in self.quantities if q.name == "y")
        if self.begins:  # where its output is right, it goes on by another rule
            return all(q.agree for q in self.quantities if q.name != "y") or (plainly and not output)
        moved = any(q.agree for q in self.quantities if q.name.startswith("d"))
        return moved or self.share < 0 or (plainly and output)


def fits(course: Course, rates: Sequence[float]) -> Iterator[Fit]:
    """Each network that it may train, the likeliest first."""
    begun = course.begun
    outputs = {
        "numbers": ("identity",),
        "signs": ("identity",),
        "two classes": ("sigmoid",),
        "classes": ("softmax", "sigmoid"),
    }
    between = ("sigmoid", "tanh", "relu") if len(begun.sizes) > 2 else ("relu",)
    for output, hidden, rate in itertools.product(outputs[course.task.name], between, rates):
        for loss in FOLLOWING[output]:
            if output != "identity" or loss == "half the squared error":
                form = Form(begun.sizes, hidden, output, loss, bias=begun.bias)
                yield _one_by_one(course, form, rate) or _fitted(course, form, rate)


def _fitted(course: Course, form: Form, rate: float) -> Fit:
    """How a course agrees with gradient descent on a form."""
    task, n = course.task, SAMPLES
    slopes = _slopes(form, course.begun.params, task.x, task.rows)
    shares = {"": 1.0, "gradients averaged over the batch": 1 / n}
    if form.loss == "half the squared error":
        shares |= {"the squared error without the half": 2.0, "without the half, averaged over the batch": 2 / n}
        shares |= {"averaged over all elements": 2 / n / task.rows.shape[1]}
    got = {name: (w - course.one.params[name]) / rate for name, w in course.begun.params.items()}

    def compared(share: float) -> list[Quantity]:
        return [compare(f"d{name}", got[name], share * slopes[name], part="fit", loose=LOOSE) for name in got]

    said = max(shares, key=lambda each: sum(q.agree for q in compared(shares[each])))
    share = shares[said]
    against = any(all(q.agree for q in compared(-each)) for each in shares.values())
    fit = Fit(form, -share if against else share, compared(share), said)
    later, params = course.several.params, course.begun.params
    for _ in range(STEPS):
        params = _stepped(form, params, task.x, task.rows, rate * share)
    for name, w in params.items():
        fit.quantities.append(compare(f"{name} after {STEPS} steps", later[name], w, part="fit", loose=LOOSE))
    predicted = [_predicts(course, form, name, got) for name, got in course.predicted.items()]
    fit.quantities[:0] = sorted(predicted, key=lambda q: q.agree)
    if said := _contradicts(course, form, share):
        fit.quantities.append(Quantity("dw1", False, part="fit", problem=f"it is {said}"))
    return fit


def _contradicts(course: Course, form: Form, share: float) -> str:
    """What the gradients are instead of those of the loss that it records; a mean of a sum's is left to the rate."""
    if course.recorded is None:
        return ""
    made = Network(form)
    made.load(course.begun.params)
    known = losses_of(form, made.forward(course.task.x), course.task.rows, np.asarray(course.recorded))
    loss = known.get(form.loss)
    said = loss.contradicted(share, course.task.rows.shape[1], SAMPLES) if loss else ""
    return "" if said.startswith("the sum") else said


def _one_by_one(course: Course, form: Form, rate: float) -> Fit | None:
    """A course that is gradient descent on one sample after the other, in their order; None where it is not."""
    x, t, params = course.task.x, course.task.rows, course.begun.params
    for _ in range(STEPS):
        for i in range(SAMPLES):
            params = _stepped(form, params, x[i : i + 1], t[i : i + 1], rate)
    later = [compare(f"{n} after {STEPS} rounds", course.several.params[n], w, loose=LOOSE) for n, w in params.items()]
    fit = Fit(form, 1.0, later, "one sample after the other")
    if not fit.right:
        return None
    fit.quantities[:0] = [_predicts(course, form, name, got) for name, got in course.predicted.items()]
    return fit


def _stepped(form: Form, params: Mapping[str, Array], x: Array, t: Array, rate: float) -> Mapping[str, Array]:
    slopes = _slopes(form, params, x, t)
    return {name: w - rate * slopes[name] for name, w in params.items()}


def _slopes(form: Form, params: Mapping[str, Array], x: Array, t: Array) -> dict[str, Array]:
    made = Network(form)
    made.load(params)
    made.backward(np.ones_like(made.forward(x, t)))
    return dict(made.grads)


def _predicts(course: Course, form: Form, part: str, got: Array) -> Quantity:
    """The outputs, or the classes that follow from them, on samples that it has not seen."""
    made = Network(form)
    made.load(course.several.params)
    y = made.forward(course.tests)
    classes = y.argmax(axis=1) if y.shape[1] > 1 else (y.ravel() > 0.5).astype(int)
    signs = 2 * (y.ravel() > 0) - 1 if course.task.name == "signs" else 2 * classes - 1
    usual = [y, classes, classes[:, None], signs, *([y.ravel()] if y.shape[1] == 1 else [])]
    if got.dtype.kind not in "biuf" or got.shape not in [each.shape for each in usual]:
        return Quantity("y", False, part=part, problem=f"it has shape {got.shape}, expected {classes.shape}")
    number = got.astype(float)
    whole = bool(np.isin(got, np.arange(-1, y.shape[1] + 1)).all())  # classes are held to classes
    fitting = [each for each in usual if each.shape == got.shape and (not whole or each.dtype.kind == "i")]
    found = [compare("y", number, each.astype(float), part=part, loose=LOOSE) for each in fitting or usual[:1]]
    return min(found, key=lambda q: (not q.agree, q.max_rel))
