"""Attention between learned projections: of a sequence to itself or to another, in one head or in several."""

import ast
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from reference.homework.families.attention import DROPOUT, FORMS, KEY, MASK, QUERY, SIZE, VALUE
from reference.homework.family import INPUT, NEVER, Family
from reference.homework.heads import BIASES, PACKED, PACKED_BIAS, WEIGHTS, Form, Kept, ask, schemes
from reference.homework.problem import Layout, Problem
from reference.homework.roles import means
from reference.homework.subject import Subject

HEADS = r"(n|num|no)?(of)?(attn|attention)?_?(heads?|h|nhead)(num|count)?|h"
VALUE_SIZE = r"dv|(value|val|v)_?(dim|size|features)|dimv"
WIDTH = r"(d|n|dim)_?(out|hidden|h)(put|puts)?|(out|output|hidden)_?(dim|size|features|channels)"
N_IN = (
    r"d|(d|n|dim)_?(model|in|input|inputs|emb|embd|embed|x)|(model|input|in|emb|embed|embedding|hidden)_?(dim|size|"
    r"features|dims)|embed|dim|nembd|embeddingdim|features|channels|c"
)
# what a result may be called as well
PLAIN = r"(q|k|v|o|c)(s|uer(y|ies)|eys?|al(ue)?s?|ut(put)?s?|oncat)?$"
CAUSAL = r"(is)?_?(causal|masked|autoregressive)(mask)?|(use)?causalmask"


def _named(subject: Subject, names: str) -> bool:
    return any(means(p.name, names) for p in subject.given)


def _has(subject: Subject, names: str) -> bool:
    """Whether it keeps or is handed an array of such a name, if only in a dict."""
    words = (n.value for node in subject.nodes for n in ast.walk(node) if isinstance(n, ast.Constant))
    keys = [word for word in words if isinstance(word, str) and word.isidentifier()]
    return any(means(name, names) for name in (*subject.attributes, *keys, *(p.name for p in subject.handed)))


def _has_weights(subject: Subject, of: str) -> bool:
    """Whether it surely has weights by the names of q, k, v or o: a plain `out` may be what is kept of a result."""
    return _has(subject, rf"(?!{PLAIN})({WEIGHTS[of]}|{BIASES[of]})")


def _forms(subject: Subject) -> Iterator[Form]:
    """Those that its names allow, likeliest first."""
    alone = sum(subject.is_handed(names) for names in (QUERY, KEY, VALUE)) < 3
    several = _named(subject, HEADS)
    projections = (True,) if several or _has_weights(subject, "o") else (True, False)
    masks = (
        [(form, padding) for padding in (False, True) for form in FORMS] if subject.is_handed(MASK) else [("", False)]
    )
    # of layers that it holds nothing is known here
    biases = (True, False) if _has(subject, f"{BIASES['q']}|{PACKED_BIAS}") or _holds(subject) else (False,)
    for causal, mask, bias, sizes in itertools.product(_causal(subject), masks, biases, _sizes(subject, several)):
        for projected in projections if _has(subject, WEIGHTS["o"]) or several else (False,):
            yield Form(alone, projected, bias, causal, *mask, *sizes, kept=_kept(subject))


def _holds(subject: Subject) -> bool:
    """Whether it makes objects of classes, which may be layers."""
    calls = (n for node in subject.nodes for n in ast.walk(node) if isinstance(n, ast.Call))
    return subject.is_class and any(isinstance(call.func, ast.Name) and call.func.id[:1].isupper() for call in calls)


def _kept(subject: Subject) -> Kept:
    """How it keeps the weights of queries, keys and values."""
    if _has(subject, WEIGHTS["q"]) and _has(subject, WEIGHTS["k"]):
        return "apart"
    return "together" if _has(subject, PACKED) else "by heads"


def _causal(subject: Subject) -> tuple[bool, ...]:
    """Whether later keys are hidden: as its name says, or its code; what is an option is so as it is left."""
    source = subject.symbol.source
    if _named(subject, CAUSAL):
        default = next(p.default for p in subject.given if means(p.name, CAUSAL))
        return (bool(default),)
    if means(subject.called, r"\w*(causal|masked|decoder)\w*") and not subject.is_handed(MASK):
        return (True,)
    return (False, True) if "tril" in source or "triu" in source or "causal" in source.lower() else (False,)


def _sizes(subject: Subject, several: bool) -> Iterator[tuple[int, int, int, int]]:
    """How many heads, of what sizes, and of how many inputs."""
    if several:
        yield (2, 4, 4, 8) if not _named(subject, WIDTH) else (2, 4, 4, 7)
        return
    if _named(subject, VALUE_SIZE) or not subject.made:
        yield 1, 3, 7, 4
        if not subject.made:
            yield 1, 3, 3, 4
    elif _named(subject, f"{SIZE}|{WIDTH}"):
        yield 1, 3, 3, 4
    yield 1, 4, 4, 4


def _problems(subject: Subject, seed: int) -> Iterator[Problem]:
    forms = list(_forms(subject))
    yield from (ask(seed, "", form, 3, (5, 6)) for form in forms)
    for form in forms:
        yield replace(ask(seed, "a single sequence", replace(form, single=True), 1, (5, 6)), fallback=1)


def _variants(subject: Subject, seed: int, base: Problem) -> Iterator[Problem]:
    form = base.facts["form"]
    sizes = {"heads": 3, "n_in": 15, "size": 5, "value_size": 5} if form.heads > 1 else {}
    if form.heads > 1 and form.n_in != form.heads * form.size:
        sizes["n_in"] = 4
    other = replace(form, **sizes)
    yield ask(seed, "other sizes", other, 2, (6, 4))
    if form.mask and not any(p.required and means(p.name, MASK) for p in subject.handed):
        yield replace(ask(seed, "no mask", replace(form, mask="", padding=False), 2, (6, 4)), required=True)
    if _named(subject, CAUSAL):
        label = "no causal mask" if form.causal else "a causal mask"
        yield replace(ask(seed, label, replace(form, causal=not form.causal), 2, (6, 6)), required=True)


# how a mask lies: of (1, queries, keys), and with padding of (batch, 1, keys)
MASKS = {False: ("1 q k -> q k", "1 q k -> 1 1 q k", ""), True: ("n 1 k -> n k", "n 1 k -> n 1 1 k", "")}


def _layouts(asked: Problem) -> Sequence[Layout]:
    form = asked.facts["form"]
    said = ["(time, features)" if form.single else "(batch, time, features)"]
    said += [form.mask] if form.mask else []
    said += ["for each sample"] if form.padding else []
    said += ["causal"] if form.causal else []
    axes = dict.fromkeys(("x", "q", "k", "v", "y"), "1 t f -> t f") if form.single else {}
    if not form.mask:
        return (Layout(axes, said=tuple(said)),)
    return [Layout({**axes, "mask": mask}, said=tuple(said)) for mask in MASKS[form.padding]]


def _values(asked: Problem, layout: Layout) -> Mapping[str, Sequence[Any]]:
    form = asked.facts["form"]
    times = asked.arrays.inputs["x" if form.alone else "q"].shape[1]
    return {
        "n_in": [form.n_in],
        "heads": [form.heads],
        "size": [form.size],
        "value_size": [form.value_size],
        "width": [form.heads * form.value_size],
        "time": [times, 16],
        "bias": [form.bias],
        "causal": [form.causal],
        "dropout": [0.0],
        "batch": [asked.batch],
    }


def looks(subject: Subject) -> bool:
    """Whether it has weights for queries, keys and values; what a constructor makes of sizes may have any name."""
    if not means(subject.called, r"(?!.*(additive|bahdanau))\w*(att|head|mha)\w*"):
        return False
    return all(_has_weights(subject, of) or _makes(subject, WEIGHTS[of]) for of in "qkv")


def _makes(subject: Subject, names: str) -> bool:
    """Whether its constructor sets an attribute of such a name; one that only keeps what it is called with does not."""
    makers = [n for n in ast.walk(subject.symbol.node) if isinstance(n, ast.FunctionDef) and n.name == "__init__"]
    nodes = [n for maker in makers for n in ast.walk(maker) if isinstance(n, ast.Attribute)]
    return bool(subject.init) and any(means(n.attr, names) for n in nodes if isinstance(n.ctx, ast.Store))


ROLES = {
    "heads": HEADS,
    "size": SIZE,
    "value_size": VALUE_SIZE,
    "width": WIDTH,
    "n_in": N_IN,
    "time": r"(block|context|seq\w*|max)_?(size|length|len)\w*|t|maxseqlen\w*",
    "bias": r"(use|qkv|with|has)?_?bias",
    "causal": CAUSAL,
    "dropout": DROPOUT,
    "batch": r"batch\w*",
}
_NAMES = r"\w*(multi_?head|self)_?\w*att\w*|mha|mhsa|(causal|masked|cross)\w*att\w*"
MULTI_HEAD_ATTENTION = Family(
    "multi_head_attention",
    classes=_NAMES,
    functions=NEVER,
    looks=looks,
    pairs=("multi_head_attention", "self_attention"),
    problems=lambda subject, seed: list(_problems(subject, seed)),
    variants=lambda subject, seed, base: list(_variants(subject, seed, base)),
    layouts=_layouts,
    schemes=schemes,
    values=_values,
    roles=ROLES,
    inputs={"x": INPUT, "q": QUERY, "k": KEY, "v": VALUE, "mask": MASK},
    wildcards=("n_in", "heads"),
    rank=9,
    reductions=lambda asked: {"gradients averaged over the batch": 1 / asked.batch},
)
