"""Batch and layer normalisation."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reference.fills import normal
from reference.homework.columns import columns_evident
from reference.homework.families.convolution import LAYOUTS_2D
from reference.homework.family import Doubt, Family
from reference.homework.problem import Entry, Layout, Problem, Scheme, problem, vector_forms
from reference.homework.roles import means
from reference.homework.running_statistics import NAMES, statistics_doubts
from reference.homework.subject import Subject
from reference.homework.verdict import Quantity

if TYPE_CHECKING:
    from reference.homework.attempt import Attempt
    from reference.homework.trying import Trying

EPSILON = r"eps(ilon)?|e|delta|smallnumber"
GAMMA = r"gamma|g|scale|w(eights?)?|alpha"
BETA = r"beta|b(ias)?|shift|offset"
# asked where the running statistics can be given
AT_INFERENCE = "at inference"
USUAL = (1e-5, 1e-8, 1e-7, 1e-3, 1e-6, 1e-10, 1e-12)


# given where it can be: so large that its place shows
EXPLICIT = 2.3e-3


def epsilons(subject: Subject) -> list[float]:
    """The one epsilon to give where it can be given; else those that the code names, then the usual ones."""
    if any(means(name, EPSILON) for p in subject.given for name in (p.name, *p.keys)):
        return [EXPLICIT]
    small = [
        n.value
        for n in ast.walk(subject.symbol.node)
        if isinstance(n, ast.Constant) and isinstance(n.value, float) and 0 < n.value <= 0.1
    ]
    return list(dict.fromkeys([*small, *USUAL]))[:10]


def schemes(asked: Problem) -> Sequence[Scheme]:
    """gamma and beta as vectors, or as they broadcast over images."""
    ids = {name: asked.ids()[name] for name in ("gamma", "beta")}
    forms = {name: vector_forms(one) for name, one in ids.items()}
    if asked.arrays.inputs["x"].ndim == 4:
        for name, one in ids.items():
            forms[name] += (one[None, :, None, None], one[:, None, None], one[None, None, None])
    return (Scheme({"gamma": Entry(GAMMA, forms["gamma"]), "beta": Entry(BETA, forms["beta"])}),)


def _values(asked: Problem, layout: Layout) -> Mapping[str, Sequence[Any]]:
    n = asked.arrays.inputs["x"].shape[-1]
    return {
        "n": [n, (n,)],
        "epsilon": [asked.options["epsilon"]],
        "momentum": [0.9],
        "shape": [(n,)],
        **{name: [buffer.copy()] for name, buffer in asked.arrays.buffers.items()},
    }


def _layouts(asked: Problem) -> Sequence[Layout]:
    over_time = asked.arrays.inputs["x"].ndim > 2
    if asked.arrays.inputs["x"].ndim == 4:
        return LAYOUTS_2D
    columns = dict.fromkeys(("x", "y"), "n t c -> c t n" if over_time else "n c -> c n")
    return Layout(said=("(batch, features)",)), Layout(columns, said=("(features, batch)",))


ROLES = {
    "n": (
        r"n|d|dim|size|nfeatures?|numfeatures?|features|channels|shape|normalizedshape|hidden\w*|"
        r"inputsize|nout|units|c"
    ),
    "epsilon": EPSILON,
    "momentum": r"momentum|decay|rho|m",
    "shape": r"input_?shape|inshape|shapein",
    **NAMES,
}


def _batch(seed: int, shape: tuple[int, ...], label: str, epsilon: float, training: bool = True) -> Problem:
    """Of rows, or of images whose channels each have their statistics."""
    pair, x = "batch_norm2d" if len(shape) > 2 else "batch_norm1d", {"x": normal(*shape, scale=0.3)}
    return problem(pair, x, seed, label=label, training=training, channels=shape[-1], epsilon=epsilon)


def _rows(subject: Subject, seed: int) -> list[Problem]:
    return [_batch(seed, ROWS, "", epsilon) for epsilon in epsilons(subject)]


def _images(subject: Subject, seed: int) -> list[Problem]:
    return [_batch(seed, IMAGES, "", epsilon) for epsilon in epsilons(subject)]


def _batch_variants(subject: Subject, seed: int, base: Problem) -> list[Problem]:
    shape, other = (ROWS, (5, 3)) if base.arrays.inputs["x"].ndim == 2 else (IMAGES, (3, 2, 4, 5))
    epsilon = base.options["epsilon"]
    return [
        _batch(seed, other, "other sizes", epsilon),
        _batch(seed, shape, AT_INFERENCE, epsilon, training=False),
    ]


ROWS, IMAGES = (6, 4), (2, 3, 5, 4)
BATCH_NORM = Family(
    "batch_norm1d",
    classes=r".*batch_?norm\w*|bn\w*",
    functions=r".*batch_?norm\w*|bn\w*",
    problems=lambda subject, seed: [
        *_rows(subject, seed),
        *(replace(asked, fallback=1) for asked in _images(subject, seed)),
    ],
    variants=_batch_variants,
    pairs=("batch_norm1d", "batch_norm2d"),
    layouts=_layouts,
    schemes=schemes,
    values=_values,
    roles=ROLES,
    wildcards=("n",),
    rank=8,
    reductions=lambda asked: {},
    doubts=statistics_doubts,
)
OF_IMAGES = r".*spatial_?(batch)?_?norm\w*|.*batch_?norm\w*2d\w*|bn2d\w*"
SPATIAL = replace(
    BATCH_NORM,
    name="batch_norm2d",
    classes=OF_IMAGES,
    functions=OF_IMAGES,
    problems=_images,
    pairs=("batch_norm2d",),
    rank=9,
)


def _layer(seed: int, shape: tuple[int, ...], label: str, epsilon: float) -> Problem:
    x = {"x": normal(*shape, scale=0.3)}
    return problem("layer_norm", x, seed, label=label, shape=shape[-1:], epsilon=epsilon)


def over_samples(trying: "Trying", attempt: "Attempt") -> Iterator[Doubt]:
    """Wrong where it goes over the first axis, that of samples unless the file computes W @ x elsewhere."""
    if attempt.layout.axes and not columns_evident(trying.worker.submission):
        part = trying.subject.forward.name if trying.subject.forward else ""
        yield Doubt("", (Quantity("y", False, part=part, problem="taken over the samples"),), cause="norm-over-samples")


LAYER_NORM = Family(
    "layer_norm",
    classes=r".*layer_?norm\w*|ln\w*",
    functions=r".*layer_?norm\w*|ln\w*",
    problems=lambda subject, seed: [_layer(seed, (6, 4), "", e) for e in epsilons(subject)],
    variants=lambda subject, seed, base: [
        _layer(seed, (5, 3), "other sizes", base.options["epsilon"]),
        _layer(seed, (3, 2, 4), "inputs over time", base.options["epsilon"]),
    ],
    layouts=_layouts,
    schemes=schemes,
    values=_values,
    roles=ROLES,
    wildcards=("n",),
    rank=8,
    reductions=lambda asked: {},
    doubts=over_samples,
)
