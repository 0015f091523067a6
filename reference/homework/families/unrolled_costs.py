"""Costs of one vector of weights, with the gradient: nnCostFunction(params, ..., X, y), costFunction(theta, X, y)."""

import functools
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.fills import normal
from reference.homework.agreement import EPSILON_ALLOWED
from reference.homework.families.linear_losses import OTHER_STRENGTH, REGULARISATION, STRENGTH, of_one
from reference.homework.family import NEVER, Family
from reference.homework.loss_problems import class_indices
from reference.homework.methods import text_of
from reference.homework.problem import Entry, Layout, Problem, Scheme, of_submissions, problem, transposed
from reference.homework.roles import means
from reference.homework.subject import Subject, functions_of
from reference.pair import Array, Input, Pair
from reference.pairs.losses import fixed
from scratch.activations import Sigmoid
from scratch.binary_losses import SigmoidCrossEntropy
from scratch.dense import Dense
from scratch.layer import Layer
from scratch.regression_losses import MeanSquaredError

NAMES = (
    r"(?!.*(soft_?max|svm|hinge))(\w*cost_?func(tion)?\w*|cost(_?reg\w*)?|compute_?cost\w*|\w*cost_?(and_?)?grad\w*)"
)
UNROLLED = r"(nn|initial(nn)?|all)?_?(params?|parameters|thetas?|weights|w)(vec(tor)?|flat|unrolled|nn)?|nn_?weights"
SAMPLES, TARGETS = r"x\w*|data|features|inputs?", r"y\w*|t|labels?|targets?"
SIZES_OF = {
    "n_in": r"(n|num)?_?in(put)?s?(_?layer)?(_?(size|units|nodes|dim))?|n_?x",
    "n_hidden": r"(n|num)?_?hid(den)?(_?layer)?(_?(size|units|nodes|dim))?|n_?h",
    "n_out": r"(n|num)_?(labels|classes|out\w*)|out(put)?\w*|k|n_?y",
}
# samples, inputs, hidden nodes, classes
SIZES, OTHER = (7, 5, 4, 3), (5, 3, 6, 4)


@dataclass(frozen=True)
class Terms:
    """What a cost is made of: a mean over the samples or their sum, the error squared with a half or without.

    The squares of the weights are multiplied by reg / (2 n), or without the half, or without the n; those of biases,
    or of the weight of a column of ones, are `whole` with them or left out. Labels begin with `first`.
    """

    summed: bool = False
    half: bool = True
    penalty: tuple[bool, bool] = (True, True)
    whole: bool = False
    first: int = 0


class UnrolledCost(Layer):
    """The loss of a model, and the penalty on its weights.

    `kind`: a "network" of two layers of sigmoids with the binary cross-entropy of every class; "logistic" regression;
    "linear" regression with the squared error.
    """

    def __init__(self, kind: str, n_in: int, n_hidden: int, n_out: int, *, reg: float, terms: Terms) -> None:
        super().__init__()
        self.kind, self.reg, self.terms, self.n_out = kind, reg, terms, n_out
        sizes = ((n_in, n_hidden), (n_hidden, n_out)) if kind == "network" else ((n_in, 1),)
        self.dense = [Dense(*each, bias=kind == "network") for each in sizes]
        self.between = Sigmoid()
        self.loss = MeanSquaredError(reduction="sum") if kind == "linear" else SigmoidCrossEntropy(reduction="sum")
        self.params = {f"{name}{i}": w for i, layer in enumerate(self.dense, 1) for name, w in layer.params.items()}

    def forward(self, x: Array, t: Array) -> Array:
        for i, layer in enumerate(self.dense, 1):
            layer.load({name: self.params[f"{name}{i}"] for name in layer.params})
        z = self.dense[0].forward(x)
        if self.kind == "network":
            z = self.dense[1].forward(self.between.forward(z))
        rows = np.eye(self.n_out)[t.astype(int) - self.terms.first] if self.kind == "network" else t.reshape(-1, 1)
        self.share = (0.5 if self.kind == "linear" and self.terms.half else 1) / (1 if self.terms.summed else len(x))
        half, mean = self.terms.penalty
        self.decay = self.reg * (0.5 if half else 1) / (len(x) if mean else 1)
        squares = sum((self._decaying(name) ** 2).sum() for name in self.params)
        return np.asarray(self.loss.forward(z, rows) * self.share + self.decay * squares)

    def backward(self, dy: Array) -> tuple[()]:
        dz = self.loss.backward(dy * self.share)
        for layer in reversed(self.dense):
            dx = layer.backward(dz)
            if layer is not self.dense[0] and dx is not None:
                dz = self.between.backward(dx)
        self.grads = {f"{n}{i}": g for i, layer in enumerate(self.dense, 1) for n, g in layer.grads.items()}
        for name, gradient in self.grads.items():
            self.grads[name] = gradient + 2 * dy * self.decay * self._decaying(name)
        return ()

    def _decaying(self, name: str) -> Array:
        """What of a weight decays, the rest of it 0."""
        w = self.params[name]
        if self.terms.whole or (self.kind == "network" and name.startswith("w")):
            return w
        kept = w * 0
        kept[1:] = w[1:] if self.kind != "network" else 0
        return kept


@functools.cache
def _pair(kind: str) -> Pair:
    name = {"network": "sequential", "logistic": "sigmoid_cross_entropy", "linear": "mean_squared_error"}[kind]
    return of_submissions(name, functools.partial(UnrolledCost, kind))


def _ask(kind: str, seed: int, sizes: tuple[int, ...], label: str, **options: Any) -> Problem:
    n, n_in, n_hidden, n_out = sizes
    classes = n_out if kind == "network" else 2
    first = options["terms"].first
    drawn = class_indices(n, classes)
    t = normal(n) if kind == "linear" else Input((n,), lambda rng, shape: first + drawn.fill(rng, shape))
    inputs = {"x": fixed(normal(n, n_in)), "t": fixed(t)}
    return of_one(problem(_pair(kind), inputs, seed, label=label, n_in=n_in, n_hidden=n_hidden, n_out=n_out, **options))


def _kind(subject: Subject) -> str:
    """Which cost a function of one vector of weights, samples and targets may be; "" for none."""
    if subject.made or not means(subject.called, NAMES):
        return ""
    found = [p for p in subject.handed if means(p.name, UNROLLED)]
    known = "|".join((UNROLLED, SAMPLES, TARGETS, REGULARISATION, *SIZES_OF.values()))
    understood = all(means(p.name, known) for p in subject.handed if p.required)
    if len(found) != 1 or not (understood and subject.is_handed(SAMPLES) and subject.is_handed(TARGETS)):
        return ""
    if sum(subject.is_handed(pattern) for pattern in SIZES_OF.values()) == len(SIZES_OF):
        return "network"
    text = text_of(subject.forward, functions_of(subject)) if subject.forward else ""
    return "logistic" if re.search(r"sigmoid|exp\(|log\(", text) else "linear"


def _problems(kind: str, subject: Subject, seed: int) -> Iterator[Problem]:
    """Every cost that a course may ask for, those of the best known one first; its labels from 0 on, then from 1 on."""
    reg = STRENGTH if subject.is_handed(REGULARISATION) else 0.0
    both = (True, False)
    penalties = [*itertools.product(both, both)] if reg else [(True, True)]
    firsts, wholes = (0, 1)[: 1 + (kind == "network")], (False, True)[: 1 + bool(reg)]
    halves = both[: 1 + (kind == "linear")]
    for summed, half, penalty, whole, first in itertools.product((False, True), halves, penalties, wholes, firsts):
        yield _ask(kind, seed, SIZES, "", reg=reg, terms=Terms(summed, half, penalty, whole, first))


def _variants(kind: str, subject: Subject, seed: int, base: Problem) -> list[Problem]:
    reg = OTHER_STRENGTH if base.options["reg"] else 0.0
    return [_ask(kind, seed, OTHER, "other sizes", reg=reg, terms=base.options["terms"])]


def _schemes(asked: Problem) -> Sequence[Scheme]:
    """Rows of [bias, weights] for each node, one after the other; or column after column, as MATLAB unrolls them."""
    ids = asked.ids()
    if "b1" not in ids:
        return (Scheme({"w": Entry(UNROLLED, (ids["w1"].ravel(),))}), Scheme({"w": Entry(UNROLLED, (ids["w1"],))}))
    tables = [np.concatenate([ids[f"b{i}"][:, None], transposed(ids[f"w{i}"])], axis=1) for i in (1, 2)]
    rows, columns = ([np.ravel(table) for table in some] for some in (tables, [table.T for table in tables]))
    unrolled = {"": rows, "unrolled column after column": columns}
    entries = {said: {"w": Entry(UNROLLED, (np.concatenate(parts),))} for said, parts in unrolled.items()}
    return tuple(Scheme(each, (said,) if said else ()) for said, each in entries.items())


def _values(asked: Problem, layout: Layout) -> Mapping[str, Sequence[Any]]:
    return {**{name: [asked.options[name]] for name in SIZES_OF}, "reg": [asked.options["reg"]]}


def _family(kind: str) -> Family:
    return Family(
        f"{kind}_cost",
        classes=NEVER,
        functions=NEVER,
        looks=lambda subject: _kind(subject) == kind,
        pairs=(_pair(kind).name,),
        problems=functools.partial(_problems, kind),
        variants=functools.partial(_variants, kind),
        layouts=lambda asked: (Layout(), Layout({"t": "n -> n 1"})),
        schemes=_schemes,
        values=_values,
        roles={**SIZES_OF, "reg": REGULARISATION},
        inputs={"x": SAMPLES, "t": TARGETS},
        rank=10,
        loose=EPSILON_ALLOWED,
        loss=True,
        reductions=lambda asked: {},
    )


NETWORK_COST, LOGISTIC_COST, LINEAR_COST = map(_family, ("network", "logistic", "linear"))
