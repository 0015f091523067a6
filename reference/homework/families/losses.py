"""Losses: softmax with cross-entropy in its many forms, cross-entropy of probabilities, and those of regression."""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reference.fills import normal, one_hot, probabilities
from reference.homework.agreement import EPSILON_ALLOWED
from reference.homework.family import Family, another_number, number_given
from reference.homework.loss_problems import (
    MASK,
    PADDING_MASK,
    TIME,
    C,
    Form,
    N,
    apart,
    bits,
    class_indices,
    ignores,
    ignoring,
    layouts,
    mask_needed,
    masked,
    scales,
    summed,
    takes_mask,
)
from reference.homework.problem import Problem
from reference.homework.roles import means
from reference.homework.subject import Subject
from reference.pair import Input, Pair

PREDICTION = (
    r"p|y|yhat|yp|ypred\w*|pred\w*|outputs?|out|a|z|x|logits?|scores?|probs?|probabilities|h|o|hypothesis|"
    r"estimated?|yout|inputs?|s|q|u|al|a2|a3|dvalues"
)
TARGET = (
    r"t|targets?|labels?|ytrue|d|y|true|truth|onehot|gt|groundtruth|expected|actual|yt|teacher|answers?|c|"
    r"yonehot|ans|tbatch|ybatch|real|lab"
)
INPUTS = {"x": PREDICTION, "t": TARGET, "mask": MASK, "padding": PADDING_MASK}


def signs(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    """Labels of -1 and 1."""
    return rng.choice([-1.0, 1.0], shape)


def chances(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    """Probabilities, none of them near 0 or 1."""
    return rng.uniform(0.05, 0.95, shape)


@dataclass(frozen=True)
class Asking:
    """What a loss is asked; see `loss`."""

    pair: str | Pair
    forms: Sequence[Form]
    classes: bool
    numbers: Mapping[str, float]
    spelled: Mapping[str, str]
    fixed: Mapping[str, Any]

    def problems(self, subject: Subject, seed: int) -> list[Problem]:
        """All forms: with a mask where one is taken, then each loss apart, over time, or of a single output, as rarer.

        The loss of each element is only that where a gradient goes with it, or where it is called no mean: else it
        lacks that.
        """
        ask = self._of(subject)
        if self.classes and takes_mask(subject):
            leads = [(shape, as_bool) for shape in ((*TIME, C), (N, C)) for as_bool in (True, False)]
            asked = [found for shape, as_bool in leads for found in ask(shape, seed, as_bool=as_bool)]
            without = [] if mask_needed(subject) else [*ask((N, C), seed), *ask((*TIME, C), seed)]
            return [*asked, *(replace(found, fallback=1) for found in without)]
        if not self.classes and ".squeeze(" in subject.symbol.source:  # written for one output
            return ask((N, 1), seed)
        rarer = [*ask((N, C), seed, rows=True), *ask((*TIME, C) if self.classes else (N, 1), seed)]
        if not self.classes and (subject.backward is not None or means(subject.called, r"squared?(loss|error)")):
            rarer[1:1] = ask((N, C), seed, rows=False)
        return [*ask((N, C), seed), *(replace(found, fallback=1) for found in rarer)]

    def variants(self, subject: Subject, seed: int, base: Problem) -> list[Problem]:
        """Other sizes and kinds of targets, other masks or targets that are left out, then other options."""
        return [
            *self._sizes(subject, seed, base),
            *self._masks(subject, seed, base),
            *self._numbers(subject, seed, base),
        ]

    def _sizes(self, subject: Subject, seed: int, base: Problem) -> Iterator[Problem]:
        rank, mask = base.arrays.inputs["t"].ndim, base.arrays.inputs.get("mask")
        as_bool, rows = None if mask is None else mask.dtype == bool, base.facts.get("rows")
        for other in self._of(subject)(_smaller(base), seed, as_bool=as_bool, rows=rows):
            label = "one-hot targets" if other.arrays.inputs["t"].ndim > rank else "class indices"
            yield replace(other, label="other sizes" if other.arrays.inputs["t"].ndim == rank else label)

    def _masks(self, subject: Subject, seed: int, base: Problem) -> Iterator[Problem]:
        shape, mask = _smaller(base), base.arrays.inputs.get("mask")
        by_rank = {len(target(*shape).shape): (made(*shape), target(*shape)) for made, target in self.forms}
        given, options = by_rank[base.arrays.inputs["t"].ndim], self._options(subject)
        if mask is not None:
            if not mask_needed(subject):
                yield summed(self.pair, *given, seed, "no mask", **options)
            yield masked(self.pair, *given, seed, "a mask of another type", as_bool=mask.dtype != bool, **options)
        elif self.classes and ignores(subject) and "rows" not in base.facts:
            yield ignoring(self.pair, *by_rank[base.arrays.inputs["x"].ndim - 1], seed, "targets of -1", **options)

    def _numbers(self, subject: Subject, seed: int, base: Problem) -> Iterator[Problem]:
        for name in self.numbers:
            if (other := another_number(subject, self.spelled[name], base.options[name])) is not None:
                ask = self._of(subject, **{name: other})
                asked = ask(_smaller(base), seed, f"{name} {other:g}", rows=base.facts.get("rows"))
                alike = [found for found in asked if found.arrays.inputs["t"].ndim == base.arrays.inputs["t"].ndim]
                yield from (replace(found, required=True) for found in alike)

    def _options(self, subject: Subject) -> dict[str, Any]:
        """The options as the submission has them."""
        given = {name: number_given(subject, self.spelled[name], usual) for name, usual in self.numbers.items()}
        return {**self.fixed, **given}

    def _of(self, subject: Subject, **changed: float) -> Callable[..., list[Problem]]:
        """Makes the forms of a problem, with the options as the submission has them but for those `changed`."""
        options = {**self._options(subject), **changed}

        def ask(
            shape: tuple[int, ...],
            seed: int,
            label: str = "",
            as_bool: bool | None = None,
            rows: bool | None = None,
        ) -> list[Problem]:
            make = summed if as_bool is None else functools.partial(masked, as_bool=as_bool)
            if rows is not None:
                make = functools.partial(apart, rows=rows)
            return [make(self.pair, x(*shape), t(*shape), seed, label, **options) for x, t in self.forms]

        return ask


def _smaller(base: Problem) -> tuple[int, ...]:
    """Other sizes than those of a problem, with as many classes."""
    x = base.arrays.inputs["x"]
    return (*((2, 7) if x.ndim > 2 else (3,)), x.shape[-1])


def loss(
    name: str,
    pair: str | Pair,
    names: str,
    forms: Sequence[Form],
    *,
    classes: bool = False,
    rank: int = 6,
    loose: float = 0.0,
    numbers: Mapping[str, float] | None = None,
    spelled: Mapping[str, str] | None = None,
    fixed: Mapping[str, Any] | None = None,
) -> Family:
    """A family of one loss; `forms` are the predictions and targets it may take.

    `classes`: one loss of each row, which may come over time and with a mask; else one of each element. `numbers` are
    options by name, with what they are where a submission has no default for them, `spelled` what else they are called.
    Options that are `fixed` no submission is given.
    """
    pair_name = pair if isinstance(pair, str) else pair.name
    numbers = numbers or {}
    called = {name: name for name in numbers} | dict(spelled or {})
    asking = Asking(pair, forms, classes, numbers, called, fixed or {})
    return Family(
        name,
        classes=names,
        functions=names,
        pairs=(pair_name,),
        problems=asking.problems,
        variants=asking.variants,
        layouts=layouts,
        values=lambda asked, layout: {name: [asked.options[name]] for name in asking.numbers},
        roles=called,
        inputs=INPUTS,
        rank=rank,
        scales=scales,
        loose=loose,
        loss=True,
        gradient="" if any(word in pair_name for word in ("softmax", "sigmoid", "margin")) else "dp",
        reductions=lambda asked: {},
    )


def given(fill: Callable[..., Any]) -> Callable[..., Input]:
    """Targets, which have no gradient."""
    return lambda *shape: Input(shape, fill, differentiable=False)


def free(fill: Callable[..., Any]) -> Callable[..., Input]:
    """Predictions."""
    return lambda *shape: Input(shape, fill)


CLASSES = ((normal, one_hot), (normal, class_indices))
CLASS_PROBABILITIES = ((probabilities, one_hot), (probabilities, class_indices))
SMOOTHING = r"label_?smooth(ing)?(value|factor|eps)?|smoothing"
SOFTMAX_CROSS_ENTROPY = loss(
    "softmax_cross_entropy",
    "softmax_cross_entropy",
    (
        r"(time|temporal|seq(uence)?|masked)?soft_?max(with)?(loss|cost|cross\w*|ce\w*|criterion|output|classifier)\w*|.*cross_?entropy\w*|"
        r"softmaxce|ce(with)?softmax\w*|ce(loss)?|.*logits.*|logloss|nll\w*|xent\w*"
    ),
    CLASSES,
    classes=True,
    loose=EPSILON_ALLOWED,
    numbers={"label_smoothing": 0.0},
    spelled={"label_smoothing": SMOOTHING},
)
CROSS_ENTROPY = loss(
    "cross_entropy",
    "cross_entropy",
    (
        r".*cross_?entropy\w*|logloss|ce(loss)?|negativeloglikelihood|nll(loss)?|"
        r"(get|compute|calc\w*)?(cost|loss)(value|function|fn)?|"
        r"(categorical|multiclass)(?!\w*(hinge|svm|margin))\w*|xent\w*"
    ),
    CLASS_PROBABILITIES,
    classes=True,
    loose=EPSILON_ALLOWED,
    numbers={"label_smoothing": 0.0},
    spelled={"label_smoothing": SMOOTHING},
)
BINARY = loss(
    "binary_cross_entropy",
    "binary_cross_entropy",
    (
        r"b(inary)?(ce|crossentropy|cross_entropy)\w*|binary\w*|.*crossentropy\w*|sigmoidloss|"
        r"logisticloss|(get|compute|calc\w*)?(cost|loss)(value|function|fn)?"
    ),
    ((free(chances), given(bits)),),
    loose=EPSILON_ALLOWED,
)
SIGMOID_CE = loss(
    "sigmoid_cross_entropy",
    "sigmoid_cross_entropy",
    (
        r"sigmoid(with)?(loss|crossentropy|ce|bce)\w*|b(inary)?(ce|crossentropy)\w*(logits)\w*|"
        r"bcewithlogits\w*|logisticloss"
    ),
    ((normal, given(bits)),),
    loose=EPSILON_ALLOWED,
)
_NORMALS = given(lambda rng, shape: rng.standard_normal(shape))
MSE = loss(
    "mean_squared_error",
    "mean_squared_error",
    (
        r".*(mse|mean_?squared?|squared?error|sumsq\w*|l2loss|quadratic|leastsquares|sse|squaredloss|"
        r"mse\w*)\w*|meansquare\w*"
    ),
    ((normal, _NORMALS),),
)
MAE = loss("mean_absolute_error", "mean_absolute_error", r".*(mae|absolute|l1loss)\w*", ((normal, _NORMALS),))
HUBER = loss("huber", "huber", r".*huber\w*", ((normal, _NORMALS),), numbers={"delta": 1.0})
SMOOTH_L1 = loss("smooth_l1", "smooth_l1", r"smooth\w*", ((normal, _NORMALS),), numbers={"beta": 1.0})
HINGE = loss("hinge", "hinge", r".*hinge\w*", ((normal, given(signs)),), rank=5)
SQUARED_HINGE = loss("squared_hinge", "squared_hinge", r"squaredhinge\w*", ((normal, given(signs)),))
LOG_COSH = loss("log_cosh", "log_cosh", r"logcosh\w*", ((normal, _NORMALS),))
