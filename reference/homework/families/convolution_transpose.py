"""Transposed convolutions of images."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from reference.fills import normal
from reference.homework.families.convolution import (
    BIAS,
    CONV2D,
    LAYOUTS_2D,
    SINGLE_2D,
    STRIDE,
    WEIGHT,
    accepts,
    has_bias,
    weight_forms,
)
from reference.homework.problem import Entry, Problem, Scheme, problem, vector_forms
from reference.homework.subject import Subject

NAMES = r".*(conv\w*transposed?|trans(posed?)?_?conv|deconv|conv\w*tran|fractionallystrided)\w*"

ONE_GREY = next(each for each in SINGLE_2D if set(each.axes.values()) == {"1 h w 1 -> h w"})


def _ask(seed: int, sizes: tuple[int, int, int, int, int], label: str, k: int, bias: bool, stride: int = 1) -> Problem:
    n, h, w, c, o = sizes
    x = {"x": normal(n, h, w, c)}
    return problem(
        "conv2d_transpose", x, seed, label=label, n_in=c, n_out=o, kernel=(k, k), stride=stride, padding=0, bias=bias
    )


def _variants(subject: Subject, seed: int, base: Problem) -> Iterator[Problem]:
    bias = base.options["bias"]
    grey = base.options["n_in"] == 1
    yield _ask(seed, (1, 6, 7, 1, 1) if grey else (2, 6, 7, 4, 5), "other sizes", 2, bias)
    if accepts(subject, STRIDE):
        yield _ask(seed, (1, 4, 3, 1, 1) if grey else (2, 4, 3, 4, 5), "stride 2", 3, bias, stride=2)


def _schemes(asked: Problem) -> Sequence[Scheme]:
    ids = asked.ids()
    forms = ["i o kh kw", "o i kh kw", "kh kw o i", "kh kw i o", "o kh kw i", "i kh kw o"]
    if asked.options["n_in"] == asked.options["n_out"] == 1:
        forms += ["(i o kh) kw"]
    entries = {"w": Entry(WEIGHT, weight_forms(ids["w"], "kh kw i o", forms))}
    if "b" in ids:
        b = ids["b"]
        entries["b"] = Entry(BIAS, (*vector_forms(b), b[:, None, None], b[None, :, None, None], b[None, None, None]))
    return (Scheme(entries),)


CONV2D_TRANSPOSE = replace(
    CONV2D,
    name="conv2d_transpose",
    classes=NAMES,
    functions=NAMES,
    problems=lambda subject, seed: [
        _ask(seed, (2, 4, 6, 7, 5), "", 3, has_bias(subject)),
        replace(_ask(seed, (1, 4, 6, 1, 1), "", 3, has_bias(subject)), fallback=1),
    ],
    variants=lambda subject, seed, base: list(_variants(subject, seed, base)),
    layouts=lambda asked: (*LAYOUTS_2D, *([ONE_GREY] if asked.options["n_in"] == 1 else [])),
    schemes=_schemes,
    rank=7,
)
