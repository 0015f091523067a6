"""Convolutions of volumes."""

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
    has_bias,
    weight_forms,
)
from reference.homework.family import Family
from reference.homework.problem import Entry, Layout, Problem, Scheme, problem, vector_forms
from reference.homework.subject import Subject

VOLUME = "n d h w c"
LAYOUTS_3D = (
    Layout(
        {"x": f"{VOLUME} -> n c d h w", "y": f"{VOLUME} -> n c d h w"},
        said=("(batch, channels, depth, height, width)",),
    ),
    Layout(said=("(batch, depth, height, width, channels)",)),
)
SINGLE_3D = (
    Layout(
        {"x": "1 d h w c -> c d h w", "y": "1 d h w c -> c d h w"},
        said=("one sample at a time, (channels, depth, height, width)",),
    ),
    Layout({"x": "1 d h w 1 -> d h w", "y": "1 d h w 1 -> d h w"}, said=("one volume without channels",)),
)


def _layouts_3d(asked: Problem) -> Sequence[Layout]:
    if asked.batch > 1:
        return LAYOUTS_3D
    return SINGLE_3D if asked.options["n_in"] == asked.options["n_out"] == 1 else SINGLE_3D[:1]


def _schemes_3d(asked: Problem) -> Sequence[Scheme]:
    ids = asked.ids()
    forms = ["o i kd kh kw", "kd kh kw i o", "i o kd kh kw"]
    if asked.options["n_in"] == asked.options["n_out"] == 1:
        forms.append("(i o kd) kh kw")
    entries = {"w": Entry(WEIGHT, weight_forms(ids["w"], "kd kh kw i o", forms))}
    if "b" in ids:
        b = ids["b"]
        entries["b"] = Entry(BIAS, (*vector_forms(b), b[None, :, None, None, None], b[:, None, None, None, None]))
    return (Scheme(entries),)


def _values_3d(asked: Problem, layout: Layout) -> Mapping[str, Sequence[Any]]:
    o = asked.options
    k, s, p = o["kernel"], o.get("stride", 1), o["padding"]
    return {
        "n_in": [o["n_in"]],
        "n_out": [o["n_out"]],
        "kernel": [k, (k, k, k)],
        "stride": [s, (s, s, s)],
        "padding": [p, (p, p, p), "valid"] if p == 0 else [p, (p, p, p), "same"],
        "filter_shape": [(o["n_out"], o["n_in"], k, k, k), (k, k, k, o["n_in"], o["n_out"])],
    }


def conv3d(size: tuple[int, ...], n_out: int, k: int, seed: int, label: str = "", **more: Any) -> Problem:
    """Of an input of this size: batch, depth, height, width, channels."""
    more = {"padding": 0, **more}
    return problem("conv3d", {"x": normal(*size)}, seed, label=label, n_in=size[-1], n_out=n_out, kernel=k, **more)


def _problems_3d(subject: Subject, seed: int) -> Iterator[Problem]:
    biased = has_bias(subject)
    yield conv3d((2, 5, 6, 7, 3), 4, 3, seed, bias=biased)
    yield replace(conv3d((1, 5, 6, 7, 3), 4, 3, seed, bias=biased), fallback=1)
    yield replace(conv3d((1, 5, 6, 7, 1), 1, 3, seed, bias=biased), fallback=1)


def _variants_3d(subject: Subject, seed: int, base: Problem) -> Iterator[Problem]:
    size, o, k = base.arrays.inputs["x"].shape, base.options["n_out"], base.options["kernel"]
    bias = base.options["bias"]
    n, c = size[0], size[-1]
    yield conv3d((n, 7, 5, 6, c), o, k - 1, seed, "other sizes", bias=bias)
    if accepts(subject, STRIDE):
        yield conv3d((n, 7, 5, 9, c), o, k, seed, "stride 2", stride=2, bias=bias)
    if accepts(subject, PADDING):
        yield conv3d(size, o, k, seed, "padding 1", padding=1, bias=bias)


CONV3D = Family(
    "conv3d",
    classes=r".*conv\w*3d\w*|(my)?3d_?conv\w*",
    functions=r"(?!.*singlestep).*conv\w*3d\w*|3d_?conv\w*",
    problems=lambda subject, seed: list(_problems_3d(subject, seed)),
    variants=lambda subject, seed, base: list(_variants_3d(subject, seed, base)),
    layouts=_layouts_3d,
    schemes=_schemes_3d,
    values=_values_3d,
    roles=ROLES,
    wildcards=("n_in", "n_out", "kernel"),
    rank=6,
)
