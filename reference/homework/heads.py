"""What attention between learned projections is asked, and how its weights may be kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from reference.fills import normal
from reference.homework.families.attention import masked_as, seen_keys
from reference.homework.problem import Entry, Problem, Scheme, of_submissions, problem
from reference.pair import Array, Input, Pair
from scratch.multi_head_attention import MultiHeadAttention

_LAYER = r"(proj(ection|ected)?|lin(ear)?|layer|dense|fc|mat(rix)?|transform|net)?"
_OF = {"q": r"q(s|uer(y|ies))?", "k": r"k(s|eys?)?", "v": r"v(s|al(ue)?s?)?"}
_OUT = r"(o|out(put)?s?|c|concat|final|unify\w*|combine|fc)"
_WEIGHT, _BIAS = r"(w|weights?|kernel|theta)", r"(b|bias|biases)"


def _called(what: str, part: str) -> str:
    """The names of a weight or bias: Wq, W_query, q_proj, and W of an object that is called so."""
    return rf"({what}|to)?{part}{_LAYER}{what}?|{what}?{_LAYER}{part}{what}?|{what}?{part}{_LAYER}{what}"


WEIGHTS = {name: _called(_WEIGHT, pattern) for name, pattern in _OF.items()}
WEIGHTS["o"] = rf"{_called(_WEIGHT, _OUT)}|{_WEIGHT}?proj(ection)?{_WEIGHT}?"
BIASES = {
    name: rf"{_BIAS}{part}{_LAYER}|{_WEIGHT}?{part}{_LAYER}{_BIAS}|{_LAYER}{_BIAS}{part}"
    for name, part in {**_OF, "o": _OUT}.items()
}
BIASES["o"] += rf"|{_WEIGHT}?proj(ection)?{_BIAS}"
PACKED = r"(w|weights?|c|to|in)?_?(qkv|attn|inproj)(proj(ection)?|linear|w|weights?|kernel)*"

PACKED_BIAS = rf"({PACKED})?{_BIAS}({PACKED})?"
OUT_IN = "weights (out, in)"
Kept = Literal["apart", "together", "by heads"]


class Attended(MultiHeadAttention):
    """MultiHeadAttention of one input to itself, or with the heads side by side where nothing projects them."""

    def __init__(self, *args: Any, alone: bool, projected: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.alone, self.projected = alone, projected
        for name in () if projected else ("w_o", "b_o"):
            self.params.pop(name, None)

    def forward(self, *given: Array) -> Array:  # type: ignore[override]
        q, k, v, *mask = (given[0], given[0], *given) if self.alone else given
        return super().forward(q, k, v, *mask)

    def backward(self, dy: Array) -> Any:
        gradients = super().backward(dy)
        return sum(gradients) if self.alone else gradients

    def _joined(self) -> Array:
        n, heads, time, size = self.heads.shape
        return super()._joined() if self.projected else self.heads.transpose(0, 2, 1, 3).reshape(n, time, heads * size)

    def _parted(self, dy: Array) -> Array:
        return super()._parted(dy) if self.projected else dy.reshape(*dy.shape[:2], *self._shape).transpose(0, 2, 1, 3)

    @property
    def _shape(self) -> tuple[int, int]:
        return self.heads.shape[1], self.heads.shape[3]


ATTENDED = of_submissions("multi_head_attention", Attended)


@dataclass(frozen=True)
class Form:
    """What is asked: of one sequence `alone` or three, and of what sizes the heads are.

    The mask is one for all samples, or with `padding` one for all queries. `kept`: how the weights of queries, keys and
    values are.
    """

    alone: bool
    projected: bool
    bias: bool
    causal: bool
    mask: str
    padding: bool
    heads: int
    size: int
    value_size: int
    n_in: int
    single: bool = False
    kept: Kept = "apart"


def ask(seed: int, label: str, form: Form, n: int, times: tuple[int, int]) -> Problem:
    """A problem of n samples, of so many queries and keys."""
    queries, keys = (times[0], times[0]) if form.alone else times
    lead, width = 1 if form.single else n, form.heads * form.value_size
    names = {"x": queries} if form.alone else {"q": queries, "k": keys, "v": keys}
    inputs = {name: normal(lead, time, form.n_in) for name, time in names.items()}
    if form.mask:
        shape, fill = ((lead, 1, keys), _words) if form.padding else ((1, queries, keys), seen_keys)
        inputs["mask"] = Input(shape, fill, differentiable=False)
    # what it projects to is as wide as the heads together
    options: dict[str, Any] = {"n_in": form.n_in, "heads": form.heads, "bias": form.bias, "causal": form.causal}
    pair: str | Pair = "self_attention"
    if not (form.alone and form.projected and form.n_in == width):
        pair = "multi_head_attention"
        options |= {"size": form.size, "value_size": form.value_size, "n_out": width}
        if form.alone or not form.projected:
            pair = ATTENDED
            options |= {"alone": form.alone, "projected": form.projected}
    found = problem(pair, inputs, seed, label=label, facts={"form": form}, **options)
    return masked_as(found, form.mask) if form.mask else found


def _words(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Samples of different lengths: every one after the first lacks one key more at its end."""
    n, _, keys = shape
    return np.arange(keys) < (keys - np.arange(n) % keys)[:, None, None]


def _flat(ids: Array) -> Array:
    """(n_in, heads, size) -> (n_in, heads size), a bias (heads, size) -> (heads size,)."""
    return ids.reshape(*ids.shape[:-2], -1)


def schemes(asked: Problem) -> Sequence[Scheme]:
    """Weights of all heads together, as (in, out) or (out, in), of q, k and v in one, or of each head by itself."""
    ids, kept = asked.ids(), asked.facts["form"].kept
    qkv = {name: _flat(ids[f"w_{name}"]) for name in "qkv"}
    apart = {name: ids[f"w_{name}"].transpose(1, 0, 2) for name in "qkv"}
    o = {"o": ids["w_o"].reshape(-1, ids["w_o"].shape[-1])} if "w_o" in ids else {}
    bias = {name: ids[f"b_{name}"].ravel() for name in "qkvo" if f"b_{name}" in ids}
    biases = {f"b_{name}": Entry(BIASES[name], (b, b[None], b[None, None])) for name, b in bias.items()}
    if kept == "by heads":
        each = [(name, head, array) for name in "qkv" for head, array in enumerate(apart[name])]
        weights = {f"w_{name}{head}": Entry(WEIGHTS[name], (array,)) for name, head, array in each}
        return (Scheme({**weights, **_entries(o)}, ("weights of each head",)),)
    if kept == "together":
        whole = np.concatenate(list(qkv.values()), axis=1)
        more = {}
        if bias:
            more["b_qkv"] = Entry(PACKED_BIAS, (np.concatenate([bias[name] for name in "qkv"]),))
            more |= {"b_o": biases["b_o"]} if "b_o" in biases else {}
        said = "one weight for queries, keys and values"
        plain, turned = {"w_qkv": Entry(PACKED, (whole,)), **_entries(o)}, {name: w.T.copy() for name, w in o.items()}
        return (
            Scheme({**plain, **more}, (said,)),
            Scheme({"w_qkv": Entry(PACKED, (whole.T.copy(),)), **_entries(turned), **more}, (said, OUT_IN)),
        )
    turned = {name: w.T.copy() for name, w in {**qkv, **o}.items()}
    plain = _entries({**qkv, **o})
    for name, array in apart.items():
        plain[f"w_{name}"] = Entry(WEIGHTS[name], (qkv[name], array))
    return Scheme({**plain, **biases}), Scheme({**_entries(turned), **biases}, (OUT_IN,))


def _entries(weights: Mapping[str, Array]) -> dict[str, Entry]:
    return {f"w_{name}": Entry(WEIGHTS[name], (w,)) for name, w in weights.items()}
