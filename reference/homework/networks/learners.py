"""Models that learn in one method and predict in another: their weights are held to gradient descent, step by step."""

import contextlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from reference.homework.attempt import IT, LEARNING_RATE, OWN_MISTAKES, told_of
from reference.homework.examination import plain_report
from reference.homework.family import RATE, Family
from reference.homework.isolation.process import Call, Failure, New, Result, Seed, Snapshot, Stopped, Worker
from reference.homework.methods import Method
from reference.homework.networks.learner_fits import SAMPLES, STEPS, Course, Fit, Task, fits
from reference.homework.networks.learner_weights import Weights, found_weights
from reference.homework.networks.losses import ABSORBED
from reference.homework.networks.methods import TARGET
from reference.homework.rates import named_rates, written_rates
from reference.homework.roles import means, plans
from reference.homework.subject import Subject
from reference.homework.trees import leaves
from reference.homework.verdict import SymbolReport
from reference.pair import Array

LEARN = r"fit|train\w*|learn|gradient_?descent|optimi[sz]e"
PREDICT = r"predict\w*|think|forward|decision\w*|output|query|hypothesis|infer"
RECORD = r"\w*(loss|cost|mse)(es|s)?(history|list)?|\w*history"
FEATURES, CLASSES, TESTS = 5, 3, 40
MOST_PREDICTIONS = 3
REGRESSION = r"\w*(adaline|regress|logistic|logreg|linreg)\w*"
OTHER_RULES = (
    r"(?i)momentum|veloc|beta|decay|lambd|penalt|regulari|l2|minimize|fmin|lstsq|shuffle|permut|choice|inv\(|solve\("
    r"|newton|adam|hessian|for \w+ in range\((n|m|len)|in zip\("
)
ROLES = {
    "x": r"x\w*|inputs?\w*|train\w*(inputs?|x|data|set)\w*|data|features?",
    "t": rf"{TARGET}|y\w*|t\w*|train\w*outputs?\w*",
    "epochs": r"(n|num|max|nb|numberof)?(train(ing)?)?(epochs?|iter(ation)?s?|steps?)(num|count)?",
    "lr": RATE,
    "all": r"(mini)?batch(size)?|bs",
    "quiet": r"verbose|print\w*|debug|shuffle|plot\w*",
    "reg": r"reg\w*|lambda?\w*|lam|l2\w*|l1\w*|weightdecay|momentum|tol\w*",
    "sizes": r"(layer|net(work)?)?_?(sizes|dims|nodes|units|structure|topology|arch(itecture)?)|layers?",
    "seed": r"(random_?)?(seed|state)",
    "no": r"no_?bias",
    "yes": r"(fit_?)?intercept|(use_?|with_?|add_?)?bias",
    "n_in": r"(n|num|d)?_?(in|inputs?|features?|inputsize|inputdim|dim)(size|dim|nodes|s)?",
    "n_out": r"(n|num|d)?_?(out|outputs?|class(es)?)(size|dim|nodes|s)?",
    "n_hidden": r"(n|num)?_?(h|hidden)(size|dim|nodes|units|layer|neurons|s)?",
}

# what is given wherever there is a parameter for it, whatever its default
SETTINGS = ("epochs", "lr", "all", "quiet", "reg", "sizes", "seed", "no", "yes")


def tasks(seed: int, n_in: int, n_out: int) -> Iterator[Task]:
    """Two classes, several, and numbers, in the forms that targets have; `n_out` is 0 where any number will do."""
    random = np.random.default_rng(seed)
    x = random.standard_normal((SAMPLES, n_in))
    two, several = np.arange(SAMPLES) % 2, np.arange(SAMPLES) % (n_out or CLASSES)
    column, rows = two[:, None].astype(float), np.eye(n_out or CLASSES)[several]
    numbers = random.standard_normal((SAMPLES, 1))
    if n_out < 2:
        yield Task("two classes", x, two, column)
        yield Task("two classes", x, column, column)
        yield Task("two classes", x, 2 * two - 1, column)
    if n_out != 1:
        yield Task("classes", x, rows, rows)
        yield Task("classes", x, several, rows)
    if n_out < 2:
        yield Task("signs", x, 2 * two - 1, 2 * column - 1)
        yield Task("numbers", x, numbers.ravel(), numbers)
        yield Task("numbers", x, numbers, numbers)


def examine_learner(worker: Worker, subject: Subject, family: Family, seed: int) -> SymbolReport:
    """The verdict on a class that learns in one method, full batches and few steps of it."""
    asking = Learner(worker, subject, seed)
    learn = asking.learn
    if learn is None or not asking.counts:
        return plain_report(subject, "unsupported", "it has no method that learns for a number of steps")
    signs = bool(re.search(r"(?i)adaline", subject.name))
    numbers = bool(re.search(r"(?i)linear|ridge|regressor", subject.name)) and "exp(" not in subject.symbol.source
    # what is no gradient descent, or more than that
    plainly = not re.search(OTHER_RULES, subject.symbol.source) and means(subject.name, REGRESSION)
    several: list[tuple[Task, Fit]] = []
    for task in tasks(seed, *asking.sizes()):
        kind = "signs" if signs else "numbers" if numbers else "classes"
        asked = kind == task.name or (kind == "classes" and task.name not in ("signs", "numbers"))
        course = asking.course(task) if asked else None
        for fit in fits(course, asking.rates) if course is not None else ():
            if fit.right:
                return _report(subject, learn, task, fit, "correct")
            several.append((task, fit))
    # where one begins as it should, it is that
    begun = [one for one in several if one[1].begins] or several
    found = [(task, fit) for task, fit in begun if fit.telling(plainly)]
    if found:
        task, fit = max(found, key=lambda one: sum(q.agree for q in one[1].quantities))
        return _report(subject, learn, task, fit, "wrong")
    failure = asking.failure
    if failure is not None and failure.trace and failure.type in OWN_MISTAKES:
        return plain_report(subject, "crashed", told_of(failure))
    if several:
        text = "it learns by another rule than gradient descent, or another model than the usual ones"
        return plain_report(subject, "unsupported", text)
    why = f" ({failure.type}: {failure.message})" if failure is not None else ""
    return plain_report(subject, "unsupported", f"how it learns is not understood{why}")


def as_learner(worker: Worker, subject: Subject, family: Family, seed: int) -> SymbolReport | None:
    """The verdict where it is told whether it learns as it should; None for anything else."""
    with contextlib.suppress(Stopped):
        report = examine_learner(worker, subject, family, seed)
        return report if report.verdict in ("correct", "wrong") else None
    return None


def _report(subject: Subject, learn: Method, task: Task, fit: Fit, verdict: Any) -> SymbolReport:
    form = fit.form
    kind = f"{form.depth} dense layers, {form.hidden} between" if form.depth > 1 else "one dense layer"
    said = (kind, f"{form.output} at the end", f"gradients of {form.loss}", *filter(None, [fit.said]))
    report = plain_report(subject, verdict, "")
    parts = {"backward": learn.name}
    pair = "sequential" if form.depth > 1 else "dense"
    return replace(report, pair=pair, parts=parts, quantities=tuple(fit.quantities), conventions=said)


class Learner:
    """Calls of one class."""

    def __init__(self, worker: Worker, subject: Subject, seed: int) -> None:
        self.worker, self.subject, self.seed = worker, subject, seed
        methods = [m for m in subject.methods.values() if not m.stub]
        self.learn = next((m for m in methods if means(m.name, LEARN) and _takes(m, "x") and _takes(m, "t")), None)
        found = [m for m in methods if means(m.name, PREDICT) and _takes(m, "x") and m is not self.learn]
        self.predict = sorted(found, key=lambda m: not means(m.name, r"\w*proba\w*|forward|think|output|query"))
        self.failure: Failure | None = None
        self.rates: Sequence[float] = (LEARNING_RATE,)

    @property
    def counts(self) -> bool:
        """Whether it can be told how many steps to take."""
        given = (*self.subject.init, *(self.learn.parameters if self.learn else ()))
        return any(means(p.name, ROLES["epochs"]) for p in given)

    def sizes(self) -> tuple[int, int]:
        """How many inputs and outputs its weights are made for, where it makes them at once; else any."""
        values = self._values(FEATURES, 0)
        init = next(plans([p for p in self.subject.init if p.required or _setting(p.name)], ROLES, values), None)
        done = self.worker.run([New(self.subject.name, init.args, init.kwargs, bind=IT), Snapshot(IT)]) if init else []
        state = done[-1].value if done and isinstance(done[-1], Result) else {}
        shapes = [leaf.array.shape for leaf in leaves(state) if np.ndim(leaf.array) == 2 and min(leaf.array.shape)]
        return (shapes[0][0], shapes[-1][1]) if shapes else (FEATURES, 0)

    def course(self, task: Task) -> Course | None:
        """What it makes of a task; None where it does not run, or its weights are not found."""
        states = [self._state(task, steps) for steps in (0, 1, STEPS)]
        if any(state is None for state in states):
            return None
        found = found_weights(states, (task.x.shape[1], task.rows.shape[1]), SAMPLES)
        if found is None:
            return None
        tests = _near_thresholds(
            np.random.default_rng(self.seed + 1).standard_normal((TESTS, task.x.shape[1])), found[2]
        )
        predicted = {}
        for method in self.predict[:MOST_PREDICTIONS]:
            plan = next(plans(method.parameters, {"x": ROLES["x"]}, {"x": [tests]}, ["x"]), None)
            done = self.worker.run([Call(IT + method.path, plan.args, plan.kwargs, optional=True)])[0] if plan else None
            if isinstance(done, Result) and isinstance(done.value, np.ndarray):
                predicted[method.name] = done.value
        absorbed = re.search(ABSORBED, self.subject.symbol.source, re.I)
        recorded = None if absorbed else _recorded(states[-1])
        return Course(task, found[0], found[1], found[2], tests, predicted, recorded)

    def _values(self, n_in: int, n_out: int) -> dict[str, Sequence[Any]]:
        last = n_out or CLASSES
        sizes: dict[str, Sequence[Any]] = {"n_in": [n_in], "n_out": [last], "n_hidden": [7], "sizes": [[n_in, 7, last]]}
        return {
            **{"epochs": [1], "lr": [LEARNING_RATE], "all": [SAMPLES], "reg": [0.0], **sizes},
            **{"quiet": [False], "no": [False], "yes": [True], "seed": [1]},
        }

    def _state(self, task: Task, steps: int) -> Any:
        """Everything it holds after so many steps; what it draws at random is the same each time."""
        assert self.learn is not None
        values = {**self._values(task.x.shape[1], task.rows.shape[1]), "x": [task.x], "t": [task.t], "epochs": [steps]}
        init = next(plans([p for p in self.subject.init if p.required or _setting(p.name)], ROLES, values), None)
        call = next(plans([p for p in self.learn.parameters if p.required or _setting(p.name)], ROLES, values), None)
        if init is None or call is None:
            return None
        new = New(self.subject.name, init.args, init.kwargs, bind=IT)
        done = self.worker.run([Seed(5), new, Call(IT + self.learn.path, call.args, call.kwargs), Snapshot(IT)])
        if isinstance(done[-1], Failure):
            self.failure = self.failure or done[-1]
            return None
        if not {"lr"} & (init.given.keys() | call.given.keys()):
            nodes = [self.learn.node]
            self.rates = named_rates(self.worker, nodes, done[-1].value) or [1.0, *written_rates(nodes)]
        return done[-1].value


def _near_thresholds(tests: Array, learnt: Weights) -> Array:
    """Samples whose outputs, of a linear model with one, lie where decisions change, most of them near 0."""
    w = learnt.params["w1"]
    if len(learnt.sizes) > 2 or w.shape[1] > 1 or not np.isfinite(w).all() or not w.any():
        return tests
    outputs = tests @ w + learnt.params.get("b1", 0.0)
    return tests + (2 * np.linspace(-1, 1, len(tests))[:, None] ** 3 - outputs) * w.T / (w.T @ w)


def _recorded(state: Any) -> float | None:
    """The first of as many losses as there were steps, in a list of the object."""
    kept = [leaf for leaf in leaves(state) if means(leaf.name, RECORD) and isinstance(leaf.array, float)]
    names = Counter(leaf.path.rpartition("[")[0] for leaf in kept if leaf.path.endswith("]"))
    lists = [path for path, count in names.items() if count == STEPS]
    return next((float(leaf.array) for leaf in kept if lists and leaf.path == f"{lists[0]}[0]"), None)


def _takes(method: Method, role: str) -> bool:
    return any(means(p.name, ROLES[role]) for p in method.parameters)


def _setting(name: str) -> bool:
    return any(
        means(name, ROLES[role]) for role in ("epochs", "lr", "all", "reg", "quiet", "no", "yes", "sizes", "seed")
    )
