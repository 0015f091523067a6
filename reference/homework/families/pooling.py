"""Pooling in one and two dimensions, and flattening."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from reference.fills import normal
from reference.homework.families.convolution import GREY_2D, LAYOUTS_2D, SINGLE_2D, STRIDE, accepts
from reference.homework.family import Family
from reference.homework.problem import Layout, Problem, problem
from reference.homework.roles import means
from reference.homework.subject import Subject
from reference.pair import Array, Input

# what either kind of pooling is called by a parameter
KINDS = {"max_pool2d": ["max", "max", "MAX"], "avg_pool2d": ["average", "ave", "AVERAGE"]}
MEANT = {"max_pool2d": r"max\w*", "avg_pool2d": r"av(g|e|erage)\w*|mean\w*"}
ROLES = {
    "kh": r"(p|pool|k|kernel|f|filter|window)(_?h|height|sizeh)|ph|hp|poolh|h|p",
    "kw": r"(p|pool|k|kernel|f|filter|window)(_?w|width|sizew)|pw|wp|poolw|w|q",
    "sh": r"s(tride)?s?(h|height|y)|sh",
    "sw": r"s(tride)?s?(w|width|x)|sw",
    "kernel": r"(pool|kernel|filter|window|f|k)(ing)?(size|s|shape|dim|width)?|ksize|size|ks|fs|f|k|p|ps",
    "stride": STRIDE,
    "padding": r"pad\w*",
    "kind": r"mode|type|kind|pooling(type|mode)?|method",
    "shape": r"(input|in|x|image|img|data)(put)?_?(shape|size|dim)",
}


def _layouts(asked: Problem) -> Sequence[Layout]:
    found = list(LAYOUTS_2D)
    channels = asked.arrays.inputs["x"].shape[-1]
    if asked.batch == 1:
        found += SINGLE_2D[:2] if channels > 1 else SINGLE_2D[4:5]
    elif channels == 1:
        found += [Layout({"x": "n h w 1 -> n h w", "y": "n h w 1 -> n h w"}, said=GREY_2D[0].said)]
    step = ("stride 1",) if asked.facts.get("unsaid") else ()
    return [replace(each, said=(*each.said, *step)) for each in found]


def _values(asked: Problem, layout: Layout) -> Mapping[str, Sequence[Any]]:
    kh, kw = asked.options["kernel"]
    s = asked.options["stride"]
    sh, sw = s if isinstance(s, tuple) else (s, s)
    p = asked.options.get("padding", 0)
    return {
        "kh": [kh],
        "kw": [kw],
        "sh": [sh],
        "sw": [sw],
        # as many forms of what has two sizes: the plans have the same numbers
        "kernel": [kh if kh == kw else (kh, kw), (kh, kw)],
        "stride": [sh if sh == sw else (sh, sw), (sh, sw)],
        "padding": [p, (p, p)] if p else [p, "valid", "VALID", (p, p)],
        "kind": asked.facts.get("words", KINDS[asked.pair.name]),
    }


def pool(
    pair: str, n: int, h: int, w: int, c: int, k: tuple[int, int], s: Any, seed: int, label: str = "", **more: Any
) -> Problem:
    fill = more.pop("fill", normal)
    return problem(pair, {"x": fill(n, h, w, c)}, seed, label=label, kernel=k, stride=s, **more)


def _whole(*shape: int) -> Input:
    """Small whole numbers, of which most windows hold the largest twice."""
    return Input(shape, lambda rng, shape: rng.integers(-2, 3, shape).astype(np.float64))


def _high(*shape: int) -> Input:
    """Images whose last row is low, so that no maximum is there: a place counted wrongly is one of the image still."""

    def fill(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        x = rng.standard_normal(shape)
        x[:, -1] -= 10
        return x

    return Input(shape, fill)


def _low(*shape: int) -> Input:
    """Numbers below zero, of which a zero around them would be the largest."""
    return Input(shape, lambda rng, shape: -1.0 - np.abs(rng.standard_normal(shape)))


def _stride_apart(subject: Subject) -> bool:
    return accepts(subject, STRIDE) and accepts(subject, rf"{ROLES['kernel']}|{ROLES['kh']}")


def _both(subject: Subject, one: str, other: str) -> bool:
    """Whether a height and a width are given by parameters of their own."""
    return accepts(subject, ROLES[one]) and accepts(subject, ROLES[other])


def _taken_apart(subject: Subject, pattern: str) -> bool:
    """Whether a parameter of such a name is two numbers in the code: `sh, sw = stride`, `stride[0]`."""
    names = {p.name for p in subject.given if means(p.name, pattern)}
    for node in (n for each in subject.nodes for n in ast.walk(each)):
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=[_, _])], value=ast.Name(id=name) | ast.Attribute(attr=name)) | (
                ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name), slice=ast.Constant(value=0 | 1))
            ) if name in names:
                return True
    return False


def _pads(subject: Subject) -> bool:
    """Whether it takes padding as a number."""
    words = [p for p in subject.given if means(p.name, ROLES["padding"]) and isinstance(p.default, str)]
    return accepts(subject, ROLES["padding"]) and not words


def _other_kind(subject: Subject, pair: str) -> tuple[str, list[str]] | None:
    """The other kind of pooling and the words for it, of code that is told the kind; None where none is understood."""
    (other,) = KINDS.keys() - {pair}
    if not accepts(subject, ROLES["kind"]):
        return None
    nodes = [subject.symbol.node, *([subject.partner.node] if subject.partner else [])]
    texts = {n.value for node in nodes for n in ast.walk(node) if isinstance(n, ast.Constant)}
    words = {k: sorted(t for t in texts if isinstance(t, str) and means(t, meant)) for k, meant in MEANT.items()}
    if not any(words.values()):
        return None
    word = (words[other] or KINDS[other])[0]
    # one for each of this kind, in small or capital letters as that is: the plans have the same numbers
    return other, [word.upper() if each.isupper() else word for each in KINDS[pair]]


def _problems(pair: str) -> Any:
    def problems(subject: Subject, seed: int) -> Sequence[Problem]:
        forms = [
            (3, 6, 8, 5, (2, 2), 2),
            (3, 6, 6, 5, (2, 2), 2),
            (1, 6, 8, 5, (2, 2), 2),
            (3, 6, 8, 1, (2, 2), 2),
            (1, 6, 8, 1, (2, 2), 2),
            (3, 26, 26, 5, (2, 2), 2),
        ]
        found = [replace(pool(pair, *form, seed), fallback=int(number > 1)) for number, form in enumerate(forms)]
        if not accepts(subject, STRIDE):  # then windows may be 1 apart too
            apart = ((3, 6, 8, 5, (2, 2), 1), (1, 6, 8, 1, (2, 2), 1))
            found += [replace(pool(pair, *form, seed, facts={"unsaid": True}), fallback=1) for form in apart]
        return found

    return problems


def _variants(pair: str) -> Any:
    def variants(subject: Subject, seed: int, base: Problem) -> Iterator[Problem]:
        n, h, w, c = base.arrays.inputs["x"].shape
        step = base.options["stride"]
        yield pool(pair, n, h + 2, w + 2, c, (2, 2), step, seed, "other sizes", facts=base.facts)
        apart = _stride_apart(subject)
        steps = _both(subject, "sh", "sw") or _taken_apart(subject, STRIDE)
        own = _both(subject, "kh", "kw") or _taken_apart(subject, ROLES["kernel"])
        if steps or own or accepts(subject, ROLES["kernel"]):
            # a stride that has a parameter of its own, but not two, is the same both ways
            stride = step if base.facts.get("unsaid") else 3 if apart and not steps else (2, 3)
            label = "windows that are not square"
            asked = pool(pair, n, 8, 6, c, (2, 3), stride, seed, label, fill=_high, facts=base.facts)
            # a height and a width that it takes are not to be exchanged; many go back by square windows only
            yield replace(asked, required="output" if own else False)
        if pair.startswith("max"):
            yield pool(pair, n, h, w, c, (2, 2), step, seed, "equal maxima", fill=_whole, facts=base.facts)
        if apart:
            yield pool(pair, n, 7, 7, c, (3, 3), 2, seed, "overlapping windows")
        if apart and pair.startswith("max") and _pads(subject):
            yield pool(pair, n, 7, 7, c, (3, 3), 2, seed, "padding 1", padding=1, fill=_low)
        if (kind := _other_kind(subject, pair)) is not None:
            other, words = kind
            facts = {**base.facts, "words": words}
            yield replace(pool(other, n, h, w, c, (2, 2), step, seed, f"mode {words[0]!r}", facts=facts), required=True)

    return lambda subject, seed, base: list(variants(subject, seed, base))


def pooling(pair: str, names: str, rank: int) -> Family:
    return Family(
        pair,
        classes=names,
        functions=names,
        problems=_problems(pair),
        variants=_variants(pair),
        layouts=_layouts,
        values=_values,
        roles=ROLES,
        wildcards=("kernel", "stride", "kh", "kw"),
        rank=rank,
        reductions=lambda asked: {},
    )


ANY = r".*pool(ing)?(2d|layer|forward)?\w*"
MAX_POOL = pooling("max_pool2d", r".*max_?pool\w*", 8)
AVG_POOL = pooling("avg_pool2d", r".*(avg|average|mean)_?pool\w*", 8)
SOME_POOL_MAX = pooling("max_pool2d", ANY, 7)
SOME_POOL_AVG = pooling("avg_pool2d", ANY, 7)


def _flatten(n: int, h: int, w: int, c: int, seed: int, label: str = "") -> Problem:
    """Channels last; the layouts say how the flattened axis runs where channels come first."""
    found = problem("flatten", {"x": normal(n, h, w, c)}, seed, label=label)
    shape = found.arrays.inputs["x"].shape
    return replace(
        found,
        want={**found.want, "y": found.want["y"].reshape(shape)},
        arrays=replace(found.arrays, dy=found.arrays.dy.reshape(shape)),
        remake=lambda seed: _flatten(n, h, w, c, seed, label),
    )


FLATTEN = Family(
    "flatten",
    classes=r".*flatten\w*",
    functions=r".*flatten\w*",
    problems=lambda subject, seed: [_flatten(2, 4, 5, 3, seed)],
    variants=lambda subject, seed, base: [_flatten(3, 2, 4, 5, seed, "other sizes")],
    layouts=lambda asked: (
        Layout({"y": "n h w c -> n (h w c)"}),
        Layout({"y": "n h w c -> (h w c) n"}, said=("(features, batch)",)),
    ),
    rank=7,
    reductions=lambda asked: {},
)
