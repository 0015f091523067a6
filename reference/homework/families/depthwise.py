"""Convolutions of each channel by itself, alone and before one of single pixels."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from reference.fills import normal
from reference.homework.families.convolution import (
    BIAS,
    LAYOUTS_2D,
    PADDING,
    ROLES,
    STRIDE,
    WEIGHT,
    accepts,
    weight_forms,
)
from reference.homework.family import Family
from reference.homework.problem import Entry, Layout, Problem, Scheme, problem, vector_forms
from reference.homework.subject import Subject
from reference.pair import Array

DEPTHWISE_WEIGHT = r"(w|weights?|kernel)?(depthwise|depth|dw|d)(w|weights?|kernels?|filters?)?"
POINTWISE_WEIGHT = r"(w|weights?|kernel)?(pointwise|point|pw|p)(w|weights?|kernels?|filters?)?"
SHAPE, OTHER = (2, 7, 6, 4), (3, 6, 8, 5)


def _ask(pair: str, seed: int, shape: tuple[int, ...], label: str = "", **more: Any) -> Problem:
    filters = {"n_out": shape[-1] + 3} if pair == "separable_conv2d" else {}
    options = {"n_in": shape[-1], "kernel": (3, 3), "stride": 1, "padding": 0, "bias": True, **filters, **more}
    return problem(pair, {"x": normal(*shape)}, seed, label=label, **options)


def _variants(pair: str, subject: Subject, seed: int, base: Problem) -> Iterator[Problem]:
    bias = base.options["bias"]
    yield _ask(pair, seed, OTHER, "other sizes", bias=bias)
    if accepts(subject, STRIDE):
        yield replace(_ask(pair, seed, SHAPE, "stride 2", bias=bias, stride=2), required=True)
    if accepts(subject, PADDING):
        yield replace(_ask(pair, seed, SHAPE, "padding 1", bias=bias, padding=1), required=True)


def _values(asked: Problem, layout: Layout) -> Mapping[str, Sequence[Any]]:
    o = asked.options
    filters = {"n_out": [o["n_out"]]} if "n_out" in o else {}
    kernel, stride, padding = o["kernel"][0], o["stride"], o["padding"]
    return {
        "n_in": [o["n_in"]],
        **filters,
        "kh": [kernel],
        "kw": [kernel],
        "kernel": [kernel, (kernel, kernel)],
        "stride": [stride, (stride, stride)],
        "padding": [padding, *([] if padding else ["valid"]), (padding, padding)],
    }


def _bias(ids: Mapping[str, Array]) -> dict[str, Entry]:
    if "b" not in ids:
        return {}
    b = ids["b"]
    return {"b": Entry(BIAS, (*vector_forms(b), b[:, None, None], b[None, :, None, None], b[None, None, None, :]))}


def _depthwise(ids: Array, names: str) -> Entry:
    return Entry(names, weight_forms(ids, "kh kw c 1", ("c kh kw", "c 1 kh kw", "kh kw c", "kh kw c 1", "1 c kh kw")))


def _schemes(asked: Problem) -> Sequence[Scheme]:
    ids = asked.ids()
    if "w" in ids:
        return (Scheme({"w": _depthwise(ids["w"], WEIGHT), **_bias(ids)}),)
    pointwise = weight_forms(ids["w_pointwise"], "1 1 i o", ("i o", "o i", "o i 1 1", "1 1 i o"))
    entries = {
        "w_depthwise": _depthwise(ids["w_depthwise"], DEPTHWISE_WEIGHT),
        "w_pointwise": Entry(POINTWISE_WEIGHT, pointwise),
    }
    return (Scheme({**entries, **_bias(ids)}),)


def _channelwise(pair: str, names: str) -> Family:
    return Family(
        pair,
        classes=names,
        functions=names,
        problems=lambda subject, seed: [_ask(pair, seed, SHAPE, bias=bias) for bias in (True, False)],
        variants=lambda subject, seed, base: list(_variants(pair, subject, seed, base)),
        layouts=lambda asked: LAYOUTS_2D,
        schemes=_schemes,
        values=_values,
        roles={name: ROLES[name] for name in ("n_in", "n_out", "kh", "kw", "kernel", "stride", "padding")},
        wildcards=("n_in", "n_out", "kernel"),
        rank=8,
    )


DEPTHWISE = _channelwise("depthwise_conv2d", r"(?!.*(1d|3d|separable)).*depth_?wise\w*|dw_?conv\w*")
SEPARABLE = _channelwise("separable_conv2d", r"(?!.*(1d|3d)).*separable\w*")
