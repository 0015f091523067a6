"""Additive attention between projections, after Bahdanau: of one query or several, with values of their own or not."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reference.fills import normal
from reference.homework.families.attention import DROPOUT, FORMS, KEY, MASK, QUERY, VALUE, masked_as
from reference.homework.family import Family
from reference.homework.heads import BIASES, OUT_IN, WEIGHTS
from reference.homework.problem import Entry, Layout, Problem, Scheme, of_submissions, problem, vector_forms
from reference.homework.roles import means
from reference.homework.subject import Subject
from reference.pair import Array, Input
from scratch.additive_attention import BahdanauAttention
from scratch.layer import Layer

# what is asked: queries are the decoder's states, keys and values the encoder's outputs
ASKING = rf"{QUERY}|s|s(_?prev|_?t)?|(dec(oder)?|prev|previous|last)_?(h|hidden|state|s|out(put)?s?)*|hidden(_?state)?"
ASKED = rf"{KEY}|hs?|a|enc(oder)?_?(h|hs|hidden|states?|out(put)?s?)*|annotations?|memory|features"
W_Q = rf"{WEIGHTS['q']}|w_?(a|1|s|dec(oder)?)|{QUERY}"
W_K = rf"{WEIGHTS['k']}|u_?a?|w_?(2|h|enc(oder)?)|{KEY}"
W = r"(w_?)?v_?(a|t|w|weights?)?|w_?(o|out|score|3|s)|score"
B = rf"{BIASES['q']}|b_?(a|1|h)?|bias"
N_Q = r"(q|query|dec|decoder|state|s)_?(dim|size|features|units|hidden)|nq|dimq|dq|dec(oder)?_?hidden_?(dim|size)?"
N_K = r"(k|key|enc|encoder|value)_?(dim|size|features|units|hidden)|nk|dimk|dk|enc(oder)?_?hidden_?(dim|size)?"
HIDDEN = r"(n|num|d|dim)?_?(hiddens?|units|attn|attention|att|a|h)_?(dim|size|units)?|numhiddens|alignment_?(dim|size)"


class OfAnnotations(Layer):
    """BahdanauAttention whose keys are its values."""

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self.attention = BahdanauAttention(**options)
        self.params = self.attention.params

    def forward(self, q: Array, k: Array, mask: Array | None = None) -> Array:
        return self.attention.forward(q, k, k, mask)

    def backward(self, dy: Array) -> tuple[Array, Array]:
        dq, dk, dv = self.attention.backward(dy)
        self.grads = self.attention.grads
        return dq, dk + dv


OF_ANNOTATIONS = of_submissions("bahdanau_attention", OfAnnotations)
Sizes = tuple[int, int, int, int, int, int, int]
# samples, queries, keys, values; sizes of queries, keys and what they are brought to: all differ
SIZES: Sizes = (3, 2, 5, 7, 4, 6, 8)
OTHER: Sizes = (2, 4, 3, 5, 6, 7, 9)


@dataclass(frozen=True)
class Form:
    """`annotations`: the keys are the values. `one`: each sample has a single query. `single`: without a batch."""

    annotations: bool
    one: bool
    bias: bool
    mask: str
    single: bool = False


def _lengths(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Samples of different lengths: every one after the first lacks one key more at its end."""
    batch, _, keys = shape
    return np.arange(keys) < (keys - np.arange(batch) % (keys - 1))[:, None, None]


def _ask(seed: int, label: str, form: Form, sizes: Sizes) -> Problem:
    batch, queries, keys, n, n_q, n_k, n_hidden = sizes
    batch, queries = 1 if form.single else batch, 1 if form.one else queries
    inputs = {"q": normal(batch, queries, n_q), "k": normal(batch, keys, n_k)}
    if not form.annotations:
        inputs["v"] = normal(batch, keys, n)
    if form.mask:
        inputs["mask"] = Input((batch, 1, keys), _lengths, differentiable=False)
    pair = OF_ANNOTATIONS if form.annotations else "bahdanau_attention"
    options: dict[str, Any] = {"n_q": n_q, "n_k": n_k, "n_hidden": n_hidden, "bias": form.bias}
    found = problem(pair, inputs, seed, label=label, facts={"form": form}, **options)
    return masked_as(found, form.mask) if form.mask else found


def _has_values(subject: Subject) -> bool:
    """Whether it is handed values, and not only weights that are called v."""
    names = [p.name for p in subject.handed]
    weighed = subject.is_class or any(means(name, W) and not means(name, VALUE) for name in names)
    return weighed and subject.is_handed(VALUE)


def _forms(subject: Subject) -> Iterator[Form]:
    masks = tuple(FORMS) if subject.is_handed(MASK) else ("",)
    annotations = not _has_values(subject) or not subject.is_handed(ASKED)
    biased = any(means(name, B) for name in (*subject.attributes, *(p.name for p in subject.handed)))
    for mask, one, bias in itertools.product(masks, (False, True), (True, False) if biased else (False,)):
        yield Form(annotations, one, bias, mask)


def _problems(subject: Subject, seed: int) -> Iterator[Problem]:
    forms = list(_forms(subject))
    yield from (_ask(seed, "one query" if form.one else "", form, SIZES) for form in forms)
    for form in forms:
        yield replace(_ask(seed, "a single sample", replace(form, single=True), SIZES), fallback=1)


def _variants(subject: Subject, seed: int, base: Problem) -> Iterator[Problem]:
    form = base.facts["form"]
    yield _ask(seed, "other sizes", form, OTHER)
    if form.mask and not any(p.required and means(p.name, MASK) for p in subject.handed):
        yield replace(_ask(seed, "no mask", replace(form, mask=""), OTHER), required=True)


def _layouts(asked: Problem) -> Sequence[Layout]:
    form = asked.facts["form"]
    said = tuple(filter(None, ["(time, features)" if form.single else "(batch, time, features)", form.mask]))
    many, lone = ("1 t f -> t f", "1 1 f -> f") if form.single else ("", "n 1 f -> n f")
    masks = ("1 1 k -> k",) if form.single else ("n 1 k -> n k", "")
    axes = {"k": many, "v": many, **dict.fromkeys(("q", "y"), lone if form.one else many)}
    whole = [axes] if not form.one else [axes, {**axes, "q": many, "y": many}, {**axes, "q": many}]
    return [
        Layout({**{name: to for name, to in each.items() if to}, **({"mask": mask} if mask else {})}, said=said)
        for each in whole
        for mask in (masks if form.mask else ("",))
    ]


def _schemes(asked: Problem) -> Sequence[Scheme]:
    ids = asked.ids()
    w = {"w": Entry(W, vector_forms(ids["w"]))}
    if "b" in ids:
        w["b"] = Entry(B, vector_forms(ids["b"]))
    names = {"w_q": W_Q, "w_k": W_K}
    plain = {name: Entry(called, (ids[name],)) for name, called in names.items()}
    turned = {name: Entry(called, (ids[name].T.copy(),)) for name, called in names.items()}
    return Scheme({**plain, **w}), Scheme({**turned, **w}, (OUT_IN,))


def _values(asked: Problem, layout: Layout) -> Mapping[str, Sequence[Any]]:
    sizes = {name: [asked.options[name]] for name in ("n_q", "n_k", "n_hidden")}
    return {**sizes, "dropout": [0.0], "bias": [asked.facts["form"].bias]}


_NAMES = r"(?!.*(multi|luong|dot)).*(additive|bahdanau|concat)_?\w*att\w*|additive|bahdanau"
BAHDANAU = Family(
    "bahdanau_attention",
    classes=_NAMES,
    functions=rf"({_NAMES})(?<!backward)(?<!grad)",
    problems=lambda subject, seed: list(_problems(subject, seed)),
    variants=lambda subject, seed, base: list(_variants(subject, seed, base)),
    layouts=_layouts,
    schemes=_schemes,
    values=_values,
    roles={"n_q": N_Q, "n_k": N_K, "n_hidden": HIDDEN, "dropout": DROPOUT, "bias": r"(use|with|has)?_?bias"},
    inputs={"q": ASKING, "k": rf"{ASKED}|{VALUE}", "v": VALUE, "mask": MASK},
    wildcards=("n_hidden",),
    rank=9,
    reductions=lambda asked: {"gradients averaged over the batch": 1 / asked.batch},
)
