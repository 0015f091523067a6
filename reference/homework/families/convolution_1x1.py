"""Convolution with kernels of 1 x 1, which many write as a product: recognised by its name."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from reference.homework.families.convolution import CONV2D, conv2d, has_bias, weight_forms
from reference.homework.problem import Problem, Scheme
from reference.homework.subject import Subject

NAMES = (
    r"(?!.*(depth|separable))(\w*(1x1|1by1|onebyone|pointwise)\w*(conv|corr)\w*|"
    r"\w*(conv|corr)\w*(1x1|1by1|pointwise)\w*)"
)
# batch, height, width, channels, filters
SIZES, ONE_IMAGE, OTHER = (2, 6, 7, 4, 5), (1, 6, 7, 4, 5), (2, 5, 8, 4, 5)


def _problems(subject: Subject, seed: int) -> Iterator[Problem]:
    bias = has_bias(subject)
    yield conv2d(*SIZES, (1, 1), seed, bias=bias)
    yield replace(conv2d(*ONE_IMAGE, (1, 1), seed, bias=bias), fallback=1)


def _variants(subject: Subject, seed: int, base: Problem) -> Iterator[Problem]:
    _, h, w, c, o = OTHER
    yield conv2d(base.batch, h, w, c, o, (1, 1), seed, "other sizes", bias=has_bias(subject))


def _schemes(asked: Problem) -> Sequence[Scheme]:
    """The kernels as of any convolution, or as a matrix."""
    (plain,) = CONV2D.schemes(asked)
    ids = weight_forms(asked.ids()["w"], "kh kw i o", ("o (kh kw i)", "(kh kw i) o"))
    w = plain.entries["w"]
    return (replace(plain, entries={**plain.entries, "w": replace(w, ids=(*w.ids, *ids))}),)


CONV1X1 = replace(
    CONV2D,
    name="conv1x1",
    classes=NAMES,
    functions=NAMES,
    pairs=("conv2d",),
    problems=_problems,
    variants=lambda subject, seed, base: list(_variants(subject, seed, base)),
    schemes=_schemes,
    rank=9,
)
