"""Losses: softmax with cross-entropy in its many forms, cross-entropy of probabilities, and those of regression."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from reference.fills import normal, one_hot, probabilities
from reference.homework.agreement import EPSILON_ALLOWED
from reference.homework.family import Family
from reference.homework.problem import Layout, Problem, problem
from reference.homework.subject import Subject
from reference.pair import Input

N, C = 6, 4
PREDICTION = (
    r"p|y|yhat|yp|ypred\w*|pred\w*|outputs?|out|a|z|x|logits?|scores?|probs?|probabilities|h|o|hypothesis|"
    r"estimated?|yout|inputs?|s|q|u|al|a2|a3"
)
TARGET = (
    r"t|targets?|labels?|ytrue|d|y|true|truth|onehot|gt|groundtruth|expected|actual|yt|teacher|answers?|c|"
    r"yonehot|ans|tbatch|ybatch|real|lab"
)
INPUTS = {"x": PREDICTION, "t": TARGET}


def _index(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    return rng.integers(0, C, shape)


def _signs(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    return rng.choice([-1.0, 1.0], shape)


def _bits(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    return rng.integers(0, 2, shape).astype(np.float64)


def _chances(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    return rng.uniform(0.05, 0.95, shape)


def _scales(asked: Problem) -> Mapping[str, float]:
    """What a loss, summed over everything, may be multiplied by, and how that is said."""
    n, all_of_them = asked.batch, asked.arrays.inputs["x"].size
    return {
        "loss averaged over the batch": 1 / n,
        "loss summed over the batch": 1.0,
        "loss averaged over all elements": 1 / all_of_them,
        "half the loss, averaged over the batch": 0.5 / n,
        "half the loss, summed": 0.5,
        "half the loss, averaged over all elements": 0.5 / all_of_them,
    }


def _asked(pair: str, x: Input, t: Input, seed: int, label: str, **options: Any) -> Problem:
    """A problem whose first input is called x whatever the pair calls it, of a loss summed, with cotangent 1."""
    found = problem(pair, {"x": x, "t": t}, seed, label=label, reduction="sum", **options)
    arrays = replace(found.arrays, dy=np.ones_like(found.arrays.dy))
    made = found.pair.layer(**found.case.options)
    y = np.asarray(made.forward(*arrays.inputs.values()))
    return replace(
        found,
        arrays=arrays,
        want={"y": y, "dx": made.backward()},
        remake=lambda seed: _asked(pair, x, t, seed, label, **options),
    )


def _layouts(asked: Problem) -> Sequence[Layout]:
    rows = Layout()
    columns = {"x": "n c -> c n", "t": "n c -> c n"} if asked.arrays.inputs["t"].ndim > 1 else {"x": "n c -> c n"}
    return rows, Layout(columns, said=("(classes, batch)",))


def loss(
    name: str,
    pair: str,
    names: str,
    forms: Sequence[tuple[Callable[..., Input], Callable[..., Input]]],
    *,
    rank: int = 6,
    scales: Callable[[Problem], Mapping[str, float]] = _scales,
    loose: float = 0.0,
    **options: Any,
) -> Family:
    """A family of one loss; `forms` are the predictions and targets it may take."""

    def ask(n: int, c: int, seed: int, label: str) -> list[Problem]:
        return [_asked(pair, x(n, c), t(n, c), seed, label, **options) for x, t in forms]

    def variants(subject: Subject, seed: int, base: Problem) -> Sequence[Problem]:
        rank = base.arrays.inputs["t"].ndim
        others = ask(3, C, seed, "other sizes")
        same = [p for p in others if p.arrays.inputs["t"].ndim == rank][:1]
        other = [p for p in others if p.arrays.inputs["t"].ndim != rank][:1]
        said = "one-hot targets" if rank == 1 else "class indices"
        return [*same, *(replace(p, label=said) for p in other)]

    return Family(
        name,
        classes=names,
        functions=names,
        pairs=(pair,),
        problems=lambda subject, seed: ask(N, C, seed, ""),
        variants=variants,
        layouts=_layouts,
        inputs=INPUTS,
        rank=rank,
        scales=scales,
        loose=loose,
        loss=True,
        gradient="" if "softmax" in pair or "sigmoid" in pair else "dp",
        reductions=lambda asked: {},
    )


def _given(fill: Callable[..., Any]) -> Callable[..., Input]:
    return lambda *shape: Input(shape, fill, differentiable=False)


def _indices(n: int, c: int) -> Input:
    return Input((n,), _index, differentiable=False)


def _one_hot(n: int, c: int) -> Input:
    return one_hot(n, c)


def _free(fill: Callable[..., Any]) -> Callable[..., Input]:
    return lambda *shape: Input(shape, fill)


CLASSES = ((normal, _one_hot), (normal, _indices))
SOFTMAX_CROSS_ENTROPY = loss(
    "softmax_cross_entropy",
    "softmax_cross_entropy",
    (
        r"soft_?max(with)?(loss|cost|cross\w*|ce\w*|criterion|output|classifier)\w*|.*cross_?entropy\w*|"
        r"temporalsoftmaxloss|softmaxce|ce(loss)?|.*logits.*|logloss|nll\w*|xent\w*"
    ),
    CLASSES,
    loose=EPSILON_ALLOWED,
)
CROSS_ENTROPY = loss(
    "cross_entropy",
    "cross_entropy",
    (
        r".*cross_?entropy\w*|logloss|ce(loss)?|negativeloglikelihood|nll(loss)?|"
        r"(get|compute|calc\w*)?(cost|loss)(value|function|fn)?|"
        r"(categorical|multiclass)\w*|xent\w*"
    ),
    ((probabilities, _one_hot), (probabilities, _indices)),
    loose=EPSILON_ALLOWED,
)
BINARY = loss(
    "binary_cross_entropy",
    "binary_cross_entropy",
    (
        r"b(inary)?(ce|crossentropy|cross_entropy)\w*|binary\w*|.*crossentropy\w*|sigmoidloss|"
        r"logisticloss|(get|compute|calc\w*)?(cost|loss)(value|function|fn)?"
    ),
    ((_free(_chances), _given(_bits)),),
    loose=EPSILON_ALLOWED,
)
SIGMOID_CE = loss(
    "sigmoid_cross_entropy",
    "sigmoid_cross_entropy",
    (
        r"sigmoid(with)?(loss|crossentropy|ce|bce)\w*|b(inary)?(ce|crossentropy)\w*(logits)\w*|"
        r"bcewithlogits\w*|logisticloss"
    ),
    ((normal, _given(_bits)),),
    loose=EPSILON_ALLOWED,
)
_NORMALS = _given(lambda rng, shape: rng.standard_normal(shape))
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
HUBER = loss("huber", "huber", r".*huber\w*", ((normal, _NORMALS),))
SMOOTH_L1 = loss("smooth_l1", "smooth_l1", r"smooth\w*", ((normal, _NORMALS),))
HINGE = loss("hinge", "hinge", r".*hinge\w*", ((normal, _given(_signs)),), rank=5)
SQUARED_HINGE = loss("squared_hinge", "squared_hinge", r"squaredhinge\w*", ((normal, _given(_signs)),))
LOG_COSH = loss("log_cosh", "log_cosh", r"logcosh\w*", ((normal, _NORMALS),))


# ---- softmax whose backward takes the targets: y = softmax(x), dx = y - t


def _output_problem(seed: int, label: str, n: int, c: int, indices: bool) -> Problem:
    found = problem("softmax", {"x": normal(n, c)}, seed, label=label)
    rng = np.random.default_rng(seed)
    t = rng.integers(0, c, n)
    rows = np.eye(c)[t]
    want = {"y": found.want["y"], "dx": found.want["y"] - rows}
    extras = {"t": t if indices else rows}
    return replace(found, want=want, extras=extras, remake=lambda seed: _output_problem(seed, label, n, c, indices))


def _output_layouts(asked: Problem) -> Sequence[Layout]:
    columns = {"x": "n c -> c n", "y": "n c -> c n"}
    if asked.extras["t"].ndim > 1:
        columns["t"] = "n c -> c n"
    return Layout(said=("with cross-entropy, y - t",)), Layout(
        columns, said=("with cross-entropy, y - t", "(classes, batch)")
    )


SOFTMAX_OUTPUT = Family(
    "softmax_output",
    classes=r"(my|stable|np)?soft_?max(?!.*(loss|cross|ce)).*|outputlayer",
    functions=r"soft_?max(forward|layer)?",
    pairs=("softmax_cross_entropy",),
    problems=lambda subject, seed: [_output_problem(seed, "", N, C, indices) for indices in (False, True)],
    variants=lambda subject, seed, base: [_output_problem(seed, "other sizes", 3, 5, base.extras["t"].ndim == 1)],
    layouts=_output_layouts,
    targets=TARGET,
    same_output="softmax",
    rank=5,
    reductions=lambda asked: {},
    input_scales=lambda asked: {"": 1.0, "gradients averaged over the batch": 1 / asked.batch},
)
