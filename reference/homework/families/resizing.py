"""Layers without weights that change how large images and sequences are: pooled, repeated, framed by zeros."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from reference.fills import normal
from reference.homework.families.convolution import LAYOUTS_2D, STRIDE, accepts
from reference.homework.families.convolution_1d import LAYOUTS_1D
from reference.homework.families.pooling import ROLES
from reference.homework.family import Family
from reference.homework.problem import Layout, Problem, problem
from reference.homework.subject import Subject

IMAGES, OTHER_IMAGES = (3, 5, 7, 6), (4, 6, 7, 5)
SEQUENCES, OTHER_SEQUENCES = (3, 8, 5), (2, 9, 4)


def _resized(
    pair: str,
    names: str,
    layouts: Sequence[Layout],
    shapes: tuple[tuple[int, ...], tuple[int, ...]],
    rank: int,
    **numbers: tuple[str, int, int],
) -> Family:
    """A family of one such layer on inputs of two shapes.

    `numbers` are its options: what they are called, and what each is first, and then where it can be given.
    """
    shape, other = shapes

    def ask(seed: int, size: tuple[int, ...], label: str, options: Mapping[str, int]) -> Problem:
        return problem(pair, {"x": normal(*size)}, seed, label=label, **dict[str, Any](options))

    def variants(subject: Subject, seed: int, base: Problem) -> list[Problem]:
        found = [ask(seed, other, "other sizes", base.options)]
        given = {name: then for name, (called, _, then) in numbers.items() if accepts(subject, called)}
        if given:
            said = ", ".join(f"{name} {value}" for name, value in given.items())
            found.append(replace(ask(seed, other, said, {**base.options, **given}), required=True))
        return found

    return Family(
        pair,
        classes=names,
        functions=names,
        problems=lambda subject, seed: [ask(seed, shape, "", {name: first for name, (_, first, _) in numbers.items()})],
        variants=variants,
        layouts=lambda asked: layouts,
        values=lambda asked, layout: {name: [asked.options[name], (asked.options[name],) * 2] for name in numbers},
        roles={name: called for name, (called, _, _) in numbers.items()},
        wildcards=tuple(numbers),
        rank=rank,
        reductions=lambda asked: {},
    )


def _gathered(layouts: Sequence[Layout]) -> list[Layout]:
    """The layouts of inputs whose outputs are (batch, channels)."""
    return [replace(each, axes={name: axes for name, axes in each.axes.items() if name == "x"}) for each in layouts]


OF_IMAGES, OF_SEQUENCES = (IMAGES, OTHER_IMAGES), (SEQUENCES, OTHER_SEQUENCES)
AVERAGE, LARGEST = r".*global_?(avg|average|mean)_?pool(ing)?", r".*global_?max_?pool(ing)?"
GLOBAL_AVG_2D = _resized("global_avg_pool2d", rf"{AVERAGE}(2d)?\w*|gap(2d)?", _gathered(LAYOUTS_2D), OF_IMAGES, 9)
GLOBAL_MAX_2D = _resized("global_max_pool2d", rf"{LARGEST}(2d)?\w*|gmp(2d)?", _gathered(LAYOUTS_2D), OF_IMAGES, 9)
GLOBAL_AVG_1D = _resized("global_avg_pool1d", rf"{AVERAGE}_?1d\w*", _gathered(LAYOUTS_1D), OF_SEQUENCES, 10)
GLOBAL_MAX_1D = _resized("global_max_pool1d", rf"{LARGEST}_?1d\w*", _gathered(LAYOUTS_1D), OF_SEQUENCES, 10)
MAX_1D, AVG_1D = (
    _resized(pair, names, LAYOUTS_1D, OF_SEQUENCES, 9, kernel=(ROLES["kernel"], 2, 3), stride=(STRIDE, 2, 2))
    for pair, names in (
        ("max_pool1d", r".*max_?pool\w*1d\w*"),
        ("avg_pool1d", r".*(avg|average|mean)_?pool\w*1d\w*"),
    )
)
UP_SAMPLING = _resized(
    "up_sampling2d",
    r".*up_?sampl\w*|nearest_?neighbou?r_?up\w*",
    LAYOUTS_2D,
    OF_IMAGES,
    7,
    size=(r"scale_?(factor)?|(up)?size|factor|s|k|kernel\w*|stride|ratio|n", 2, 3),
)
ZERO_PADDING = _resized(
    "zero_padding2d",
    r"zero_?pad\w*|pad(ding)?(2d|layer|images?)",
    LAYOUTS_2D,
    OF_IMAGES,
    7,
    padding=(r"pad\w*|p|n", 1, 2),
)
CROPPING = _resized(
    "cropping2d", r"crop(ping)?(2d|layer)\w*", LAYOUTS_2D, OF_IMAGES, 7, cropping=(r"crop\w*|c|n|size", 1, 1)
)
