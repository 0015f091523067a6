"""Losses of linear classifiers, from weights and samples: svm_loss_naive(W, X, y, reg) and the like."""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from reference.fills import normal, one_hot
from reference.homework.agreement import EPSILON_ALLOWED
from reference.homework.families.dense import BIAS, WEIGHT
from reference.homework.families.losses import INPUTS, TARGET
from reference.homework.families.margins import NAMES as SVM
from reference.homework.family import INPUT, NEVER, Family
from reference.homework.loss_problems import class_indices
from reference.homework.problem import Entry, Layout, Problem, Scheme, of_submissions, problem, transposed, vector_forms
from reference.homework.roles import means
from reference.homework.subject import Subject
from reference.pair import Array, Pair
from reference.pairs.losses import fixed
from scratch.dense import Dense
from scratch.layer import Layer
from scratch.losses import Loss, SoftmaxCrossEntropy
from scratch.margin_losses import MultiMargin

REGULARISATION = r"reg\w*|lam(bda)?\w*|l2\w*|(weight)?decay|wd|alpha|c"
# samples, features, classes: all sizes differ
SIZES, OTHER = (6, 4, 3), (5, 3, 7)
STRENGTH, OTHER_STRENGTH = 0.375, 0.0625


class LinearLoss(Layer):
    """loss(x @ w + b, t) + share reg sum(w**2), the loss a mean over the samples or their sum."""

    def __init__(self, loss: Loss, n_in: int, n_out: int, *, bias: bool, reg: float, share: float) -> None:
        super().__init__()
        self.dense, self.loss, self.decay = Dense(n_in, n_out, bias=bias), loss, share * reg
        self.params, self.grads = self.dense.params, self.dense.grads

    def forward(self, x: Array, t: Array) -> Array:
        loss = self.loss.forward(self.dense.forward(x), t)
        return np.asarray(loss + self.decay * (self.params["w"] ** 2).sum())

    def backward(self, dy: Array) -> tuple[()]:
        self.dense.backward(self.loss.backward(dy))
        self.grads["w"] = self.grads["w"] + dy * 2 * self.decay * self.params["w"]
        return ()


LOSSES: Mapping[str, Callable[..., Loss]] = {
    "softmax_cross_entropy": SoftmaxCrossEntropy,
    "multi_margin": functools.partial(MultiMargin, over_classes=False),
}


@functools.cache
def _pair(name: str, reduction: str) -> Pair:
    return of_submissions(name, lambda **options: LinearLoss(LOSSES[name](reduction=reduction), **options))


def _ask(
    name: str, seed: int, sizes: tuple[int, int, int], label: str, *, rows: bool, reduction: str, **options: Any
) -> Problem:
    n, n_in, n_out = sizes
    x = {"x": fixed(normal(n, n_in)), "t": one_hot(n, n_out) if rows else class_indices(n, n_out)}
    facts = {"rows": rows, "reduction": reduction}
    found = problem(_pair(name, reduction), x, seed, label=label, facts=facts, n_in=n_in, n_out=n_out, **options)
    return of_one(found)


def of_one(found: Problem) -> Problem:
    """The same with the cotangent that a loss has: 1."""
    arrays = replace(found.arrays, dy=np.ones_like(found.arrays.dy))
    made = found.pair.layer(**found.options)
    made.load(arrays.params)
    want = {"y": made.forward(*arrays.inputs.values())}
    made.backward(arrays.dy)
    want |= {f"d{key}": gradient for key, gradient in made.grads.items()}
    remake = functools.partial(_again, replace(found, remake=None))
    return replace(found, arrays=arrays, want=want, remake=remake)


def _again(found: Problem, seed: int) -> Problem:
    return of_one(found.again(seed - 1))


def looks(subject: Subject, names: str) -> bool:
    """Whether a function is called so, and is given one array of weights, samples and targets."""
    if subject.made or not means(subject.called, names):
        return False
    weights = [p for p in subject.handed if means(p.name, WEIGHT)]
    return len(weights) == 1 and subject.is_handed(INPUT) and subject.is_handed(TARGET)


def _problems(name: str, subject: Subject, seed: int) -> Iterator[Problem]:
    """Class indices before one-hot rows; the penalty as it is or half of it, the loss a mean or a sum."""
    penalty = subject.is_handed(REGULARISATION)
    for rows in (False, True):
        for reduction in ("mean", "sum"):
            for share in (1.0, 0.5) if penalty else (1.0,):
                options = {"bias": subject.is_handed(BIAS), "reg": STRENGTH if penalty else 0.0, "share": share}
                yield _ask(name, seed, SIZES, "", rows=rows, reduction=reduction, **options)


def _variants(name: str, subject: Subject, seed: int, base: Problem) -> list[Problem]:
    options = {key: base.options[key] for key in ("bias", "share")}
    reg = OTHER_STRENGTH if base.options["reg"] else 0.0
    return [_ask(name, seed, OTHER, "other sizes", **base.facts, reg=reg, **options)]


def _layouts(asked: Problem) -> Sequence[Layout]:
    columns = {"x": "n f -> f n"} | ({"t": "n c -> c n"} if asked.facts["rows"] else {})
    return Layout(), Layout(columns, said=("(features, batch)",))


def _schemes(asked: Problem) -> Sequence[Scheme]:
    ids = asked.ids()
    entries = {"w": Entry(WEIGHT, (ids["w"], transposed(ids["w"])))}
    if "b" in ids:
        entries["b"] = Entry(BIAS, vector_forms(ids["b"]))
    said = "loss averaged over the batch" if asked.facts["reduction"] == "mean" else "loss summed over the batch"
    penalty = ("half the squares of the weights",) if asked.options["share"] == 0.5 else ()
    return (Scheme(entries, (said, *penalty)),)


def linear(name: str, pair: str, names: str) -> Family:
    """A family of such functions, whose loss is that of a pair."""
    return Family(
        name,
        classes=NEVER,
        functions=NEVER,
        looks=lambda subject: looks(subject, names),
        pairs=(pair,),
        problems=lambda subject, seed: list(_problems(pair, subject, seed)),
        variants=lambda subject, seed, base: _variants(pair, subject, seed, base),
        layouts=_layouts,
        schemes=_schemes,
        values=lambda asked, layout: {"reg": [asked.options["reg"]]},
        roles={"reg": REGULARISATION},
        inputs={"x": INPUT, "t": INPUTS["t"]},
        rank=9,
        loose=EPSILON_ALLOWED,
        loss=True,
        reductions=lambda asked: {},
    )


LINEAR_SOFTMAX = linear(
    "linear_softmax",
    "softmax_cross_entropy",
    r"\w*soft_?max\w*(loss|cost|cross\w*|ce|grad\w*)\w*|softmax(regression)?|\w*cross_?entropy\w*",
)
LINEAR_SVM = linear("linear_svm", "multi_margin", SVM)
