"""Activations with weights, and those that gate one half of the features by the other."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from reference.fills import normal
from reference.homework.families.convolution import accepts
from reference.homework.family import NEVER, Family
from reference.homework.problem import Entry, Layout, Problem, Scheme, problem, vector_forms
from reference.homework.roles import plain
from reference.homework.subject import Subject

SLOPE = r"alphas?|a|slopes?|w(eights?)?|leak|p"
FEATURES = r"(n|num)_?(features?|parameters?|channels?|units)?|dim|size|shape|c"
SHAPE, OTHER = (5, 4), (3, 6)


def _learns(subject: Subject) -> bool:
    """Whether a class keeps a gradient of its slopes; one that does not is a leaky ReLU under another name."""
    names = {plain(name) for name in subject.set_attributes}
    return bool(
        subject.is_class
        and re.fullmatch(r"\w*(prelu|parametricrelu)\w*", plain(subject.called))
        and any(re.fullmatch(rf"(d|g|grad)({SLOPE})|({SLOPE})grad", name) for name in names)
    )


def _sloped(seed: int, shape: tuple[int, int], label: str, shared: bool) -> Problem:
    """With one slope for all features, or one for each."""
    return problem("prelu", {"x": normal(*shape, scale=1.5)}, seed, label=label, shape=(1,) if shared else shape[1:])


def _values(asked: Problem, layout: Layout) -> Mapping[str, Sequence[Any]]:
    n = asked.options["shape"][0]
    return {"n": [n, (n,)], "alpha": [0.25]}


def _variants(subject: Subject, seed: int, base: Problem) -> list[Problem]:
    shared = base.options["shape"] == (1,)
    found = [_sloped(seed, OTHER, "other sizes", shared)]
    if shared and accepts(subject, FEATURES):
        found.append(replace(_sloped(seed, SHAPE, "a slope for each feature", False), required=True))
    return found


def _schemes(asked: Problem) -> Sequence[Scheme]:
    ids = asked.ids()["w"]
    alone = (ids.reshape(()),) if ids.size == 1 else ()
    return (Scheme({"w": Entry(SLOPE, (*alone, *vector_forms(ids)))}),)


PRELU = Family(
    "prelu",
    classes=NEVER,
    functions=NEVER,
    problems=lambda subject, seed: [_sloped(seed, SHAPE, "", shared) for shared in (True, False)],
    variants=_variants,
    schemes=_schemes,
    values=_values,
    roles={"n": FEATURES, "alpha": r"alpha|init\w*|a"},
    wildcards=("n",),
    looks=_learns,
    rank=7,
)


def _gated(seed: int, shape: tuple[int, int], label: str = "") -> Problem:
    return problem("glu", {"x": normal(*shape)}, seed, label=label, axis=-1)


GLU = Family(
    "glu",
    classes=r"glu(_?(layer|activation))?|gated_?linear_?units?",
    functions=r"glu(_?(layer|activation|forward))?|gated_?linear_?units?",
    problems=lambda subject, seed: [_gated(seed, (5, 6))],
    variants=lambda subject, seed, base: [_gated(seed, (3, 8), "other sizes")],
    values=lambda asked, layout: {"axis": [-1, 1]},
    roles={"axis": r"axis|dim"},
    rank=7,
    reductions=lambda asked: {},
)
