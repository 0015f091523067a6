"""Scaled dot-product attention."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from reference.fills import normal
from reference.homework.family import Family
from reference.homework.problem import Layout, Problem, problem
from reference.homework.roles import means
from reference.homework.subject import Subject
from reference.pair import Array, Input

QUERY = r"(x)?q(s|uer(y|ies))?|qmat"
KEY = r"(x)?k(s|eys?)?|kmat"
VALUE = r"(x)?v(s|al|als|alues?)?|vmat"
MASK = r"\w*mask\w*"
SIZE = r"d(k|q|head|qk|kq|attn)|(head|key|query|qk|attn|attention|k|q)_?(dim|size|features)|dim(k|q|head|attn)|dhead"
DROPOUT = r"\w*drop\w*"
# batch, queries, keys, size, values: all sizes differ
SIZES, OTHER = (3, 2, 5, 7, 4), (2, 5, 3, 6, 7)


def seen_keys(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Which keys each query sees: always the first, and not all."""
    seen = rng.random(shape) < 0.5
    seen[..., 0], seen[..., -1] = True, np.arange(shape[-2]) % 2 == 0
    return seen


def _ask(seed: int, sizes: tuple[int, ...], label: str, mask: str) -> Problem:
    n, queries, keys, size, values = sizes
    lead = (n,) if n else ()
    inputs = {
        "q": normal(*lead, queries, size),
        "k": normal(*lead, keys, size),
        "v": normal(*lead, keys, values),
    }
    if mask:
        inputs["mask"] = Input((*lead, queries, keys), seen_keys, differentiable=False)
    found = problem("dot_product_attention", inputs, seed, label=label, facts={"mask": mask})
    return masked_as(found, mask) if mask else found


# how a mask says what is seen, in words, and made of what is seen
FORMS: Mapping[str, Callable[[Array], Array]] = {
    "a mask of what is seen": lambda seen: seen,
    "a mask of what is seen, as numbers": lambda seen: seen.astype(np.float64),
    "a mask that is added": lambda seen: np.where(seen, 0.0, -1e9),
    "a mask of what is hidden": lambda seen: ~seen,
    "a mask of what is hidden, as numbers": lambda seen: 1.0 - seen,
}


def masked_as(found: Problem, mask: str) -> Problem:
    """A problem with its mask in one of the forms."""
    inputs = {**found.arrays.inputs, "mask": FORMS[mask](found.arrays.inputs["mask"])}
    return replace(
        found,
        arrays=replace(found.arrays, inputs=inputs),
        remake=lambda seed: masked_as(replace(found, remake=None).again(seed), mask),
    )


def _masks(subject: Subject) -> tuple[str, ...]:
    """The masks to ask for: none where the code takes none."""
    return tuple(FORMS) if any(means(p.name, MASK) for p in subject.handed) else ("",)


def _needs_mask(subject: Subject) -> bool:
    return any(p.required and means(p.name, MASK) for p in subject.handed)


def _problems(subject: Subject, seed: int) -> Iterator[Problem]:
    for mask in _masks(subject):
        yield _ask(seed, SIZES, "", mask)
    for mask in _masks(subject):
        yield replace(_ask(seed, (0, *SIZES[1:]), "a single sequence", mask), fallback=1)


def _variants(subject: Subject, seed: int, base: Problem) -> Iterator[Problem]:
    mask, sizes = base.facts["mask"], OTHER if base.arrays.inputs["q"].ndim > 2 else (0, *OTHER[1:])
    yield _ask(seed, sizes, "other sizes", mask)
    if mask and not _needs_mask(subject):
        yield replace(_ask(seed, sizes, "no mask", ""), required=True)


def _layouts(asked: Problem) -> tuple[Layout]:
    axes = "(batch, time, features)" if asked.arrays.inputs["q"].ndim > 2 else "(time, features)"
    return (Layout(said=(axes, *filter(None, [asked.facts["mask"]]))),)


def _values(asked: Problem, layout: Layout) -> Mapping[str, Sequence[float]]:
    size = asked.arrays.inputs["q"].shape[-1]
    return {"size": [size], "temperature": [math.sqrt(size), 1 / math.sqrt(size)], "dropout": [0.0]}


ATTENTION = Family(
    "dot_product_attention",
    classes=r"(?!.*(multi|head|self|cross|additive|bahdanau|luong)).*attention\w*",
    functions=r"(?!.*(multi|head|additive|bahdanau|luong)).*attention(?!.*back)\w*",
    problems=_problems,
    variants=lambda subject, seed, base: list(_variants(subject, seed, base)),
    layouts=_layouts,
    values=_values,
    roles={"size": rf"d|dim|{SIZE}", "temperature": r"temp(erature)?|scal(e|ing)", "dropout": DROPOUT},
    inputs={"q": QUERY, "k": KEY, "v": VALUE, "mask": MASK},
    rank=8,
    reductions=lambda asked: {},
)
