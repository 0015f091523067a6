"""Losses of embeddings, of triplets and of pairs that are alike or not, and the distances of vectors."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from reference.fills import normal
from reference.homework.agreement import EPSILON_ALLOWED
from reference.homework.embedding_losses import ContrastiveOfPairs, ContrastiveUnlike, SquaredTriplet
from reference.homework.families.losses import free, given, loss
from reference.homework.family import NEVER, Family, another_number, numbers_named
from reference.homework.problem import Problem, of_submissions, problem
from reference.homework.roles import means
from reference.homework.subject import Subject
from reference.pair import Input, Pair
from reference.sides import gradient_name

MARGIN = r"margin|alpha|m|delta|gap|eps(ilon)?margin"
ANCHOR = r"a|anch\w*|xa|fa|ea|za|q|query|(f|emb|e|z)\w*a(nchor)?"
POSITIVE = r"p|pos\w*|xp|fp|ep|zp|(f|emb|e|z)\w*p(os\w*)?"
NEGATIVE = r"n|neg\w*|xn|fn|en|zn|(f|emb|e|z)\w*n(eg\w*)?"
FIRST = r"a|x|u|\w*(1|left|first|a)|anchor|query"
SECOND = r"b|v|y|\w*(2|right|second|b)|other|positive|key"
LABEL = r"t|y|label\w*|ys?|target\w*|ytrue|same|issame|similar\w*|alike|truth|sim"
DISTANCE = r"d|dist\w*|distances?|ypred|pred\w*|x|dw|euclid\w*|inputs?"
# what nothing is said of without samples beside each other
SEVERAL = r"axis|batch|mean\(|len\(|shape|\bfor\b|keepdims|einsum"
SIZES, OTHER = (9, 4), (6, 3)
# inputs of a shape, for losses of a margin
Ask = Callable[[tuple[int, ...], float], Mapping[str, Input]]
MOST_DRAWS = 200


def _margins(subject: Subject, usual: float) -> list[float]:
    """What its margin may be: its default, what an option of this name is given, or a number in its code."""
    return numbers_named(subject, MARGIN, usual)


def _asked(
    pair: str | Pair,
    ask: Ask,
    shape: tuple[int, ...],
    seed: int,
    label: str = "",
    *,
    rows: bool = False,
    **options: Any,
) -> Problem:
    """A problem of a loss summed, with all its gradients; with `rows` the loss of each sample by itself.

    Drawn again until the margin leaves some samples out, and some of those in that it can leave out.
    """
    inputs = ask(shape, options["margin"])
    for draw in range(MOST_DRAWS):
        found = problem(pair, inputs, seed + 1000 * draw, label=label, reduction="sum", **options)
        apart = found.pair.layer(**{**found.case.options, "reduction": "none"})
        losses = np.atleast_1d(apart.forward(*found.arrays.inputs.values()))
        kept, n = np.count_nonzero(losses), len(losses)
        if kept == n == 1 or ((n + 1) // 2 if "t" in inputs else 0) < kept < n:
            break
    made = found.pair.layer(**found.case.options)
    total = np.asarray(made.forward(*found.arrays.inputs.values()))
    back = made.backward()
    names = [gradient_name(name) for name, each in inputs.items() if each.differentiable]
    grads = dict(zip(names, back if isinstance(back, tuple) else (back,), strict=True))
    y = losses if rows else total
    return replace(
        found,
        arrays=replace(found.arrays, dy=np.ones_like(y)),
        want={"y": y, **grads},
        facts={"rows": True} if rows else {},
        remake=lambda seed: _asked(pair, ask, shape, seed, label, rows=rows, **options),
    )


def _scales(halves: bool) -> Callable[[Problem], Mapping[str, float]]:
    """What such a loss, summed over the samples, may be multiplied by."""

    def scales(asked: Problem) -> Mapping[str, float]:
        if asked.facts.get("rows"):
            return {"the loss of each sample": 1.0, **({"half the loss of each sample": 0.5} if halves else {})}
        n = asked.batch if next(iter(asked.arrays.inputs.values())).ndim > 1 or halves else 1
        found = {"loss averaged over the batch": 1 / n, "loss summed over the batch": 1.0}
        half = {"half the loss, averaged over the batch": 0.5 / n, "half the loss, summed": 0.5}
        return {**found, **half} if halves else found

    return scales


def _family(
    name: str,
    pair: str | Pair,
    looks: Callable[[Subject], bool],
    ask: Ask,
    roles: Mapping[str, str],
    usual: float,
    *,
    halves: bool = False,
    single: bool = True,
    **options: Any,
) -> Family:
    """A family of one such loss. `usual` is its margin where a submission says none."""

    def problems(subject: Subject, seed: int) -> Iterator[Problem]:
        for margin in _margins(subject, usual):
            every = {**options, "margin": margin}
            yield _asked(pair, ask, SIZES, seed, **every)
            yield replace(_asked(pair, ask, SIZES, seed, rows=True, **every), fallback=1)
            if single and not re.search(SEVERAL, subject.symbol.source):
                yield _asked(pair, ask, SIZES[1:], seed, "single samples", **every)

    def variants(subject: Subject, seed: int, base: Problem) -> Iterator[Problem]:
        lone = base.label == "single samples"
        rows = bool(base.facts.get("rows"))
        sizes = OTHER[1:] if lone else OTHER
        yield _asked(pair, ask, sizes, seed, "other sizes", rows=rows, **_own(base))
        if (other := another_number(subject, MARGIN, base.options["margin"])) is not None:
            made = _asked(pair, ask, sizes, seed, f"margin {other:g}", rows=rows, **{**_own(base), "margin": other})
            yield replace(made, required=True)

    return Family(
        name,
        classes=NEVER,
        functions=NEVER,
        pairs=(pair if isinstance(pair, str) else pair.name,),
        problems=problems,
        variants=lambda subject, seed, base: list(variants(subject, seed, base)),
        values=lambda asked, layout: {"margin": [asked.options["margin"]]},
        roles={"margin": MARGIN},
        inputs=dict(roles),
        rank=9,
        looks=looks,
        scales=_scales(halves),
        loose=EPSILON_ALLOWED,
        loss=True,
        reductions=lambda asked: {},
    )


def _own(base: Problem) -> dict[str, Any]:
    """The options of a problem without how its losses are put together, which each form has of its own."""
    return {name: value for name, value in base.options.items() if name != "reduction"}


def _required(subject: Subject) -> list[str]:
    """What its forward pass has to be given, its options left out."""
    return [p.name for p in subject.handed if p.required and not means(p.name, r"margin|alpha|delta|gap")]


def _triplets(names: str) -> Callable[[Subject], bool]:
    """Whether it is called so and handed three arrays: what picks triplets from labels is something else."""
    return lambda subject: (
        means(subject.called, names)
        and len(wanted := [n for n in _required(subject) if n != "m"]) == 3
        and not any(means(n, r"label\w*|y|ytrue|target\w*") for n in wanted)
    )


def _three(shape: tuple[int, ...], margin: float) -> dict[str, Input]:
    return {name: normal(*shape) for name in ("a", "p", "n")}


def _labelled(values: Sequence[float], *, near: bool = False) -> Ask:
    """Pairs of which one half is alike; where they are `near`, about as far from each other as the margin."""

    def fill(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
        return rng.permutation(np.resize(np.array(values, np.float64), shape)) if shape else np.float64(values[0])

    def ask(shape: tuple[int, ...], margin: float) -> dict[str, Input]:
        scale = 0.7 * margin / np.sqrt(shape[-1]) if near else 1.0
        return {
            "a": normal(*shape, scale=scale),
            "b": normal(*shape, scale=scale),
            "t": Input(shape[:-1], fill, differentiable=False),
        }

    return ask


def _pairs(names: str) -> Callable[[Subject], bool]:
    """Whether it is called so and handed two arrays and labels."""
    return lambda subject: (
        means(subject.called, names) and len(wanted := _required(subject)) == 3 and any(means(n, LABEL) for n in wanted)
    )


TRIPLET_NAMES = r"(?!.*(batch|hard|mining|all|lifted|cosine))\w*triplet\w*"
TRIPLET_ROLES = {"a": ANCHOR, "p": POSITIVE, "n": NEGATIVE}
TRIPLET = _family("triplet_margin", "triplet_margin", _triplets(TRIPLET_NAMES), _three, TRIPLET_ROLES, 1.0)
TRIPLET_ABSOLUTE = _family(
    "triplet_of_absolutes", "triplet_margin", _triplets(TRIPLET_NAMES), _three, TRIPLET_ROLES, 1.0, p=1.0
)
TRIPLET_SQUARED = _family(
    "triplet_of_squares",
    of_submissions("triplet_margin", SquaredTriplet),
    _triplets(TRIPLET_NAMES),
    _three,
    TRIPLET_ROLES,
    0.2,
)
TRIPLET_COSINE = _family(
    "triplet_of_cosines",
    "triplet_margin_with_distance",
    _triplets(r"(?!.*(batch|hard|mining|all))\w*(triplet\w*cos\w*|cos\w*triplet)\w*"),
    _three,
    TRIPLET_ROLES,
    0.2,
    distance="cosine",
)
PAIR_ROLES = {"a": FIRST, "b": SECOND, "t": LABEL}
COSINE_EMBEDDING, COSINE_EMBEDDING_01 = (
    _family(
        name,
        "cosine_embedding",
        _pairs(r"(my)?cos(ine)?_?emb\w*"),
        _labelled(values),
        PAIR_ROLES,
        0.0,
        single=False,
    )
    for name, values in (("cosine_embedding", (1, -1)), ("cosine_embedding_of_bits", (1, 0)))
)
CONTRASTIVE_NAMES = r"(?!.*(infonce|ntxent|simclr|sup(ervised)?con|clip|divergence))\w*contrastive\w*"
CONTRASTIVE, CONTRASTIVE_UNLIKE = (
    _family(
        name,
        of_submissions("contrastive", ContrastiveOfPairs),
        _pairs(CONTRASTIVE_NAMES),
        _labelled((1, 0), near=True),
        PAIR_ROLES,
        1.0,
        halves=True,
        alike=alike,
    )
    for name, alike in (("contrastive", 1), ("contrastive_unlike", 0))
)


def _of_distances(names: str) -> Callable[[Subject], bool]:
    """Whether it is called so and handed distances and labels."""

    def looks(subject: Subject) -> bool:
        wanted = _required(subject)
        if not means(subject.called, names) or len(wanted) != 2:
            return False
        return any(means(a, LABEL) and means(b, DISTANCE) for a, b in (wanted, wanted[::-1]))

    return looks


def _lengths(shape: tuple[int, ...], margin: float) -> dict[str, Input]:
    size = shape[:1]
    bits = _labelled((1, 0))((*size, 1), margin)["t"]
    return {"d": Input(size, lambda rng, each: rng.uniform(0.1, 1.9, each) * margin), "t": bits}


CONTRASTIVE_DISTANCE, CONTRASTIVE_DISTANCE_UNLIKE = (
    _family(
        name,
        pair,
        _of_distances(CONTRASTIVE_NAMES),
        _lengths,
        {"d": DISTANCE, "t": LABEL},
        1.0,
        halves=True,
        single=False,
    )
    for name, pair in (
        ("contrastive_of_distances", "contrastive"),
        ("contrastive_of_distances_unlike", of_submissions("contrastive", ContrastiveUnlike)),
    )
)
HINGE_EMBEDDING = loss(
    "hinge_embedding",
    "hinge_embedding",
    r"(my)?hinge_?emb\w*",
    (
        (
            free(lambda rng, shape: rng.uniform(0.1, 1.9, shape)),
            given(lambda rng, shape: rng.choice([-1.0, 1.0], shape)),
        ),
    ),
    rank=9,
    numbers={"margin": 1.0},
    spelled={"margin": MARGIN},
)
