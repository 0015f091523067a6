"""Convolutions along one axis, of sequences."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from reference.fills import normal
from reference.homework.families.convolution import (
    BIAS,
    PADDING,
    ROLES,
    STRIDE,
    WEIGHT,
    accepts,
    has_channels,
    weight_forms,
)
from reference.homework.family import Family
from reference.homework.problem import Entry, Layout, Problem, Scheme, problem, vector_forms
from reference.homework.subject import Subject

LAYOUTS_1D = (
    Layout({"x": "n t c -> n c t", "y": "n t c -> n c t"}, said=("(batch, channels, time)",)),
    Layout(said=("(batch, time, channels)",)),
)
SINGLE_1D = (
    Layout({"x": "1 t c -> c t", "y": "1 t c -> c t"}, said=("one sample at a time, (channels, time)",)),
    Layout({"x": "1 t c -> t c", "y": "1 t c -> t c"}, said=("one sample at a time, (time, channels)",)),
    Layout({"x": "1 t 1 -> t", "y": "1 t 1 -> t"}, said=("one sequence without channels",)),
)


def _layouts_1d(asked: Problem) -> Sequence[Layout]:
    if asked.batch > 1:
        return LAYOUTS_1D
    plain = asked.options["n_in"] == asked.options["n_out"] == 1
    return [*LAYOUTS_1D, *(SINGLE_1D[2:] if plain else SINGLE_1D[:2])]


def _schemes_1d(asked: Problem) -> Sequence[Scheme]:
    ids = asked.ids()
    forms = ["o i k", "k i o", "o k i", "i o k"]
    if asked.options["n_in"] == asked.options["n_out"] == 1:
        forms = ["(o i k)", *forms]
    weight = Entry(WEIGHT, weight_forms(ids["w"], "k i o", forms))
    return (Scheme({"w": weight, "b": Entry(BIAS, (*vector_forms(ids["b"]), ids["b"][None, :, None]))}),)


def _values_1d(asked: Problem, layout: Layout) -> Mapping[str, Sequence[Any]]:
    o = asked.options
    p = o["padding"]
    n, t, c = asked.arrays.inputs["x"].shape
    first = "c t" in layout.axes.get("x", "").split("->")[-1]
    return {
        "n_in": [o["n_in"]],
        "n_out": [o["n_out"]],
        "kernel": [o["kernel"]],
        "kw": [o["kernel"]],
        "stride": [o.get("stride", 1)],
        "padding": [p, "valid", "VALID"] if p == 0 else [p, "same", "SAME"],
        "filter_shape": [(o["n_out"], o["n_in"], o["kernel"]), (o["kernel"], o["n_in"], o["n_out"])],
        "shape": [(c, t) if first else (t, c)],
        "image": [t],
        "batch": [n],
    }


def conv1d(n: int, t: int, c: int, o: int, k: int, seed: int, label: str = "", **more: Any) -> Problem:
    p = more.pop("padding", 0)
    return problem("conv1d", {"x": normal(n, t, c)}, seed, label=label, n_in=c, n_out=o, kernel=k, padding=p, **more)


def _variants_1d(subject: Subject, seed: int, base: Problem) -> Iterator[Problem]:
    n, t, c = base.arrays.inputs["x"].shape
    o, k = base.options["n_out"], base.options["kernel"]
    yield conv1d(n, t + 2, c, o, k, seed, "other sizes")
    if accepts(subject, STRIDE):
        yield conv1d(n, 11, c, o, k, seed, "stride 2", stride=2)
    if accepts(subject, PADDING):
        yield conv1d(n, t, c, o, k, seed, "padding 1", padding=1)


CONV1D = Family(
    "conv1d",
    classes=r".*conv\w*1d\w*|(?!.*2d)(?!.*3d).*conv\w*|cnn\w*",
    functions=r".*conv\w*1d\w*|(?!.*2d)(?!.*3d)(?!.*singlestep).*conv\w*",
    problems=lambda subject, seed: [
        conv1d(2, 9, 4, 5, 3, seed),
        replace(conv1d(1, 9, 4, 5, 3, seed), fallback=1),
        *([] if has_channels(subject) else [replace(conv1d(1, 9, 1, 1, 4, seed), fallback=1)]),
    ],
    variants=lambda subject, seed, base: list(_variants_1d(subject, seed, base)),
    layouts=_layouts_1d,
    schemes=_schemes_1d,
    values=_values_1d,
    roles=ROLES,
    wildcards=("n_in", "n_out", "kernel"),
    rank=6,
)
