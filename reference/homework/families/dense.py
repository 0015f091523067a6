"""Dense layers: affine, linear, fully connected."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from reference.fills import normal
from reference.homework.family import HANDED, Family
from reference.homework.problem import Entry, Layout, Problem, Scheme, problem, transposed, vector_forms
from reference.homework.roles import means
from reference.homework.subject import Subject

N_IN = (
    r"(n|num|dim|size|d)?(in|input|inputs|prev|previous|fanin|incoming|from)(s|dims?|sizes?|features?|"
    r"nodes?|units?|neurons?|channels?|shape|num|n|dimension|count)?|nnodes1|nodes1|n1|nin|ninputs?|"
    r"inputnum|nfeatures|nfeature|features|insize|dimin|prevnodes|ni|fi|size1|l1|nodes?in|numinputs?"
)
N_OUT = (
    r"(n|num|dim|size|d)?(out|output|outputs|next|fanout|to|cur|hidden)(s|dims?|sizes?|features?|nodes?|"
    r"units?|neurons?|channels?|shape|num|n|dimension|count)?|nnodes2|nodes2|n2|nout|noutputs?|outputnum|"
    r"units|neurons|nneurons|nunits|numneurons|numunits|outsize|dimout|nodes|no|fo|size2|l2|nodes?out|"
    r"numoutputs?"
)
WEIGHT = r"w(eights?)?[0-9]?|weight(s)?(matrix)?|kernels?|theta|wmat|matrix|wmatrix|mat"
BIAS = r"b(ias(es)?)?[0-9]?|bs|b0|offset|intercept|bvec"

ALONE = {"alone": True}
PRODUCT = r"(time)?_?mat(rix)?_?mul(tiplication)?"


def _problems(subject: Subject, seed: int) -> Sequence[Problem]:
    bias = _has_bias(subject)
    return (
        problem("dense", {"x": normal(6, 4)}, seed, n_in=4, n_out=3, bias=bias),
        replace(problem("dense", {"x": normal(2, 6, 4)}, seed, n_in=4, n_out=3, bias=bias), fallback=1),
    )


def _single(subject: Subject, seed: int) -> Sequence[Problem]:
    asked = problem("dense", {"x": normal(1, 4)}, seed, n_in=4, n_out=3, bias=_has_bias(subject), facts=ALONE)
    return [replace(asked, label="one sample at a time")]


def _has_bias(subject: Subject) -> bool:
    """Whether anything in it may be one; a product of matrices has none."""
    if not means(subject.called, PRODUCT):
        return True
    words = (n.value for node in subject.nodes for n in ast.walk(node) if isinstance(n, ast.Constant))
    names = (*subject.attributes, *(p.name for p in subject.given), *(word for word in words if isinstance(word, str)))
    two = len([p for p in subject.handed if not means(p.name, HANDED)]) == 2  # matrices, whatever they are called
    return not two and any(means(name, rf"b\w?\d?|\w*bias\w*|{BIAS}") for name in names)


def _variants(subject: Subject, seed: int, base: Problem) -> Sequence[Problem]:
    shape, bias = base.arrays.inputs["x"].shape, base.options["bias"]
    lone = [1] * len(shape[:-1])
    other = {"x": normal(*shape[:-1], 3)}
    return (
        problem("dense", other, seed, label="other sizes", facts=base.facts, n_in=3, n_out=7, bias=bias),
        problem(
            "dense",
            {"x": normal(*lone, 4)},
            seed,
            label="a single sample",
            facts=base.facts,
            n_in=4,
            n_out=2,
            bias=bias,
        ),
    )


def _equal(asked: Problem, seed: int) -> Sequence[Problem]:
    """Where arrays fit that belong elsewhere; of the layouts of single samples only."""
    sizes = {
        "a single sample": (1, 4, 3),
        "as many samples as inputs": (4, 4, 3),
        "as many inputs as outputs": (6, 4, 4),
        "as many samples as outputs": (3, 4, 3),
        "as many samples as inputs and outputs": (4, 4, 4),
    }
    return [
        problem("dense", {"x": normal(n, n_in)}, seed, label=label, n_in=n_in, n_out=n_out, bias=asked.options["bias"])
        for label, (n, n_in, n_out) in sizes.items()
        if asked.arrays.inputs["x"].ndim == 2
    ]


def _layouts(asked: Problem) -> Sequence[Layout]:
    if asked.arrays.inputs["x"].ndim > 2:
        return (Layout(said=("(batch, time, features)",)),)
    columns = {"x": "n f -> f n", "y": "n f -> f n"}
    if "alone" in asked.facts:
        vectors = Layout({"x": "1 f -> f", "y": "1 f -> f"}, said=("vectors",))
        return vectors, Layout(said=("(1, features)",)), Layout(columns, said=("(features, 1)",))
    return Layout(said=("(batch, features)",)), Layout(columns, said=("(features, batch)",))


def _schemes(asked: Problem) -> Sequence[Scheme]:
    ids = asked.ids()
    entries = {"w": Entry(WEIGHT, (ids["w"], transposed(ids["w"])))}
    if "b" in ids:
        entries["b"] = Entry(BIAS, vector_forms(ids["b"]))
    return (Scheme(entries),)


def _values(asked: Problem, layout: Layout) -> Mapping[str, Sequence[Any]]:
    return {
        "n_in": [asked.options["n_in"]],
        "n_out": [asked.options["n_out"]],
        "batch": [asked.batch],
        "shape": [(asked.options["n_in"],)],
        "activation": [None],
    }


DENSE = Family(
    "dense",
    classes=rf".*(dense|affine|linear|fullyconnected|fclayer|innerproduct|perceptron).*|{PRODUCT}|fc[0-9]?|fcl|layer|fc.*",
    functions=(
        r"(temporal|time|my|naive)?(affine|dense|linear|fc|fullyconnected|innerproduct)(forward|fwd|layer|"
        r"forwardpass|propagation|forwardprop)?"
    ),
    problems=_problems,
    variants=_variants,
    layouts=_layouts,
    schemes=_schemes,
    values=_values,
    roles={"n_in": N_IN, "n_out": N_OUT, "batch": r"batch\w*|nsamples", "shape": r"inputshape|inshape|shapein"},
    wildcards=("n_in", "n_out"),
    equal=_equal,
    single=_single,
)
