"""Elementwise activations, and softmax."""

import ast
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from reference.fills import normal
from reference.homework.attempt import Attempt
from reference.homework.columns import rows_evident, rows_said
from reference.homework.family import Doubt, Family, another_number, numbers_named
from reference.homework.problem import Layout, Problem, of_submissions, problem
from reference.homework.samples import Lie, lies
from reference.homework.subject import Subject
from reference.homework.together import go_back_together
from reference.homework.trying import Trying
from reference.pair import Array, Input, Pair
from scratch.activations import Sigmoid, Softmax, Tanh
from scratch.smooth_activations import SiLU

SHAPE, OTHER = (5, 4), (3, 7)
# whose exponentials are beyond all numbers
LARGE, LARGE_INPUTS = 1000.0, "large inputs"
SINGLE = "one sample at a time"
SINGLE_FORMS = {"1 f -> f": "vectors", "1 f -> f 1": "(features, 1)"}
# written in more than one way, of which some overflow
OVERFLOW = ("sigmoid", "softplus", "silu", "mish")


def activation(
    pair: str,
    classes: str,
    functions: str = "",
    number: tuple[str, float] | None = None,
    rank: int = 5,
    spread: float = 1.5,
    unusual: Pair | None = None,
    **fixed: Any,
) -> Family:
    """A family of one elementwise activation; `number` is an option that a submission may set, with its usual value.

    `spread`: the deviation of its inputs, so large that they lie in all of its pieces. `unusual` is the pair for other
    values than the usual one, where that of the name has no such option.
    """

    name, usual = number or ("", 0.0)

    def ask(
        shape: tuple[int, ...], seed: int, options: Mapping[str, Any], label: str = "", scale: float = spread
    ) -> Problem:
        x = {"x": normal(*shape, scale=scale)}
        if unusual is not None and options[name] == usual:
            return problem(pair, x, seed, label=label, facts=options)
        return problem(unusual or pair, x, seed, label=label, facts=options, **options)

    def problems(subject: Subject, seed: int) -> list[Problem]:
        values = numbers_named(subject, ALPHA, usual) if number else []
        return [ask(SHAPE, seed, {**fixed, name: value}) for value in values] or [ask(SHAPE, seed, fixed)]

    def variants(subject: Subject, seed: int, base: Problem) -> Iterator[Problem]:
        yield ask(OTHER, seed, base.facts, "other sizes")
        if pair in OVERFLOW:
            yield ask(OTHER, seed, base.facts, LARGE_INPUTS, LARGE)
        other = another_number(subject, ALPHA, base.facts[name]) if number else None
        if other is not None:
            yield replace(ask(OTHER, seed, {**base.facts, name: other}, f"{name} {other:g}"), required=True)

    def layouts(asked: Problem) -> tuple[Layout]:
        value = asked.facts.get(name, usual)
        return (Layout(said=() if value == usual else (f"{name} {value:g}",)),)

    def values(asked: Problem, layout: Layout) -> Mapping[str, Sequence[Any]]:
        return {name: [value] for name, value in asked.facts.items()}

    return Family(
        pair,
        classes=classes,
        functions=functions or classes,
        problems=problems,
        variants=lambda subject, seed, base: list(variants(subject, seed, base)),
        layouts=layouts,
        values=values,
        roles={name: ALPHA},
        rank=rank,
        derivative=True,
        reductions=lambda asked: {},
    )


ALPHA = r"alpha|a|b|slope|leak|negativeslope|leakiness|ratio|k|beta|eps|epsilon|gamma|theta|threshold|lambda?|lambd"
TANH_NAMES = (
    r"(my|np|scaled|hyperbolic|lecun)?(tan|tanh|tan_?h)(layer|activation|function|fn|forward|h|old|"
    r"new)?[0-9]?|hipo\w*|hyperbolictangent"
)
RELU = activation("relu", r"(\w*)relu(layer|activation|function|fn|forward)?|rectifiedlinear\w*|ramp|relu.*", rank=4)
LEAKY_RELU = activation(
    "leaky_relu",
    r"(leaky|l)_?relu.*|leaky.*|\w*prelu.*",
    number=("negative_slope", 0.01),
    rank=6,
)
ELU = activation("elu", r"elu.*", number=("alpha", 1.0), rank=6)
SELU = activation("selu", r"selu.*", rank=7)
GELU = activation("gelu", r"gelu.*", rank=7)
GELU_TANH = activation("gelu", r"gelu.*", rank=7, approximate=True)
SIGMOID = activation("sigmoid", r"(my|np|f)?sigmoid.*|logistic(function|sigmoid)?|sig", rank=5)


class ScaledTanh(Tanh):
    """y = outer tanh(inner x), as LeCun's 1.7159 tanh(2/3 x)."""

    def __init__(self, outer: float, inner: float) -> None:
        super().__init__()
        self.outer, self.inner = outer, inner

    @property
    def gain(self) -> float:
        """The slope where x is 0."""
        return self.outer * self.inner

    def value(self, x: Array) -> Array:
        return self.outer * np.tanh(self.inner * x)

    def slope(self, x: Array, y: Array) -> Array:
        return self.inner * (self.outer - y * y / self.outer)


SCALED = of_submissions("tanh", ScaledTanh)


def _tanh(shape: tuple[int, ...], seed: int, label: str, outer: float, inner: float) -> Problem:
    """A problem of tanh, or of one that is scaled."""
    facts: dict[str, Any] = {"outer": outer, "inner": inner}
    x = {"x": normal(*shape, scale=1.5)}
    if facts == {"outer": 1.0, "inner": 1.0}:
        return problem("tanh", x, seed, label=label, facts=facts)
    return problem(SCALED, x, seed, label=label, facts=facts, **facts)


def _tanhs(subject: Subject, seed: int) -> list[Problem]:
    """tanh, then scaled by the numbers that the code names."""
    nodes = [n for n in ast.walk(subject.symbol.node) if isinstance(n, ast.Constant | ast.BinOp)]
    named = [float(v) for n in nodes if (v := _value(n)) is not None and 0 < v < 10 and v not in (1.0, 2.0, 3.0)]
    scales = list(dict.fromkeys([1.0, *named]))[:4]
    return [_tanh(SHAPE, seed, "", a, b) for a, b in itertools.product(scales, scales)]


def _scales(outer: float, inner: float) -> tuple[str, ...]:
    """How a scaled tanh is said."""
    return (f"{outer:g} tanh({inner:g} x)",) if (outer, inner) != (1.0, 1.0) else ()


def _value(node: ast.AST) -> float | None:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.BinOp(
            left=ast.Constant(value=int() | float() as a), op=ast.Div(), right=ast.Constant(value=int() | float() as b)
        ) if b:
            return float(a / b)
    return None


TANH = Family(
    "tanh",
    classes=TANH_NAMES,
    functions=TANH_NAMES,
    problems=_tanhs,
    variants=lambda subject, seed, base: (_tanh(OTHER, seed, "other sizes", base.facts["outer"], base.facts["inner"]),),
    layouts=lambda asked: (Layout(said=_scales(**asked.facts)),),
    rank=5,
    derivative=True,
    reductions=lambda asked: {},
)
SOFTPLUS = activation("softplus", r"soft_?plus.*", rank=6)
SOFTSIGN = activation("softsign", r"soft_?sign.*", rank=6)


class Swish(SiLU):
    """y = x sigmoid(beta x) (Ramachandran et al., 2017); 1 gives SiLU."""

    def __init__(self, beta: float) -> None:
        super().__init__()
        self.beta = beta

    def value(self, x: Array) -> Array:
        return x * Sigmoid().forward(self.beta * x)

    def slope(self, x: Array, y: Array) -> Array:
        s = Sigmoid().forward(self.beta * x)
        return s + self.beta * x * s * (1 - s)


SWISH = of_submissions("silu", Swish)
SILU = activation("silu", r"(silu|swish).*", number=("beta", 1.0), unusual=SWISH, rank=6)
MISH = activation("mish", r"mish.*", rank=6)
IDENTITY = activation("identity", r"identity.*|linearactivation|activationlinear|noactivation", rank=6)
RELU6 = activation("relu6", r"relu_?6.*|clipped_?relu.*", rank=7, spread=6.0)
CELU = activation("celu", r"celu.*", number=("alpha", 1.0), rank=7)
HARD_SWISH = activation("hard_swish", r"h(ard)?_?(swish|silu).*", rank=7, spread=3.0)
LOG_SIGMOID = activation("log_sigmoid", r"log_?sigmoid.*", rank=7)
TANH_SHRINK = activation("tanh_shrink", r"tanh_?shrink.*", rank=7)
SQUAREPLUS = activation("squareplus", r"square_?plus.*", number=("b", 4.0), rank=7)
EXPONENTIAL = activation("exponential", r"exp(onential)?(activation|layer|fn)?", rank=7)
THRESHOLD = activation("threshold", r"threshold(ed)?_?(relu|layer|activation)\w*", number=("threshold", 1.0), rank=7)
HARD_SHRINK = activation("hard_shrink", r"hard_?shrink.*", number=("threshold", 0.5), rank=7)
SOFT_SHRINK = activation("soft_shrink", r"soft_?shrink.*", number=("threshold", 0.5), rank=7)
HARD_TANH = activation("hard_tanh", r"hard_?tanh.*", rank=7)
HARD_SIGMOID = activation("hard_sigmoid", r"hard_?sigmoid.*", rank=7, spread=3.0)


def _far_apart(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Rows of which the largest of one is nothing beside that of the next; within a row none is nothing."""
    rows: Array = 1.5 * rng.standard_normal(shape) + 5 * LARGE * np.arange(shape[0])[:, None]
    return rows


def over_samples(trying: Trying, attempt: Attempt) -> Iterator[Doubt]:
    """A remark on one that runs over columns in a file that has samples in rows."""
    if attempt.layout.axes and rows_evident(trying.worker.submission):
        said = "right over columns, while the rest of the file has its samples in rows: those need axis 1"
        yield Doubt("", (), noted=said)


class PassingSoftmax(Softmax):
    """y = softmax(x); the gradient that is handed back is that with respect to x already."""

    def backward(self, dy: Array) -> Array:
        return dy.copy()


PASSING = of_submissions("softmax", PassingSoftmax)


def lying(subject: Subject) -> Lie:
    """How samples lie in what a softmax is handed, as its own words say or else the rest of the file."""
    return "rows" if rows_said(subject.symbol.source) else lies(subject)


def of_lie(lie: Lie, rows: Layout, columns: Layout) -> Sequence[Layout]:
    """The layouts that are right where samples lie so."""
    return {"rows": (rows,), "columns": (columns,), "column": (columns,)}.get(lie, (rows, columns))


def _over_sample(asked: Problem) -> Sequence[Layout]:
    """Over rows or columns, whichever samples are."""
    if axes := asked.facts.get("axes"):
        return [Layout({"x": axes, "y": axes}, said=(SINGLE_FORMS[axes],))]
    passing = ("its gradient comes from the loss",) if asked.facts.get("passing") else ()
    rows = Layout(said=("over rows", *passing))
    columns = Layout({"x": "n f -> f n", "y": "n f -> f n"}, said=("over columns", *passing))
    return of_lie(asked.facts["lie"], rows, columns)


def _normalised(pair: str, names: str) -> Family:
    """A family of an activation over a whole sample."""

    def ask(subject: Subject, shape: tuple[int, ...], seed: int, label: str) -> Problem:
        facts: dict[str, Any] = {"lie": lying(subject)}
        if pair == "softmax" and go_back_together(subject):
            return problem(PASSING, {"x": normal(*shape)}, seed, label=label, facts={**facts, "passing": True})
        return problem(pair, {"x": normal(*shape, scale=1.5)}, seed, label=label, facts=facts)

    def alone(n: int, seed: int, axes: str) -> Problem:
        return problem(pair, {"x": normal(1, n, scale=1.5)}, seed, label=SINGLE, facts={"axes": axes})

    def variants(subject: Subject, seed: int, base: Problem) -> tuple[Problem, ...]:
        if base.label == SINGLE:
            return (alone(3, seed, base.facts["axes"]),)
        far = problem(base.pair, {"x": Input(OTHER, _far_apart)}, seed, label=LARGE_INPUTS, facts=base.facts)
        return ask(subject, OTHER, seed, "other sizes"), far

    return Family(
        pair,
        classes=names,
        functions=names,
        problems=lambda subject, seed: (ask(subject, SHAPE, seed, ""),),
        variants=variants,
        layouts=_over_sample,
        doubts=over_samples,
        derivative=True,
        same_output=pair,
        reductions=lambda asked: {},
        rank=5,
        single=lambda subject, seed: [alone(5, seed, axes) for axes in SINGLE_FORMS],
        of_one=lambda subject: lying(subject) in ("column", "single"),
    )


SOFTMAX = _normalised("softmax", r"(my|stable|np)?soft_?max(?!.*(loss|cross|ce$|cost)).*")
LOG_SOFTMAX = _normalised("log_softmax", r"log_?soft_?max.*")
SPARSEMAX = _normalised("sparsemax", r"sparse_?max.*")
