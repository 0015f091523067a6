"""Attention in several heads, and its twins."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, normal
from reference.pair import Array, Case, Input, Pair, Slot, Twin
from reference.pairs.attention import FUSED, mask
from scratch.multi_head_attention import MultiHeadAttention, SelfAttention


def padding_mask(batch: int, keys: int) -> Input:
    """(batch, 1, keys): true for as many keys as each sample's sequence is long, three at least."""

    def fill(rng: np.random.Generator, size: tuple[int, ...]) -> Array:
        return np.arange(size[-1]) < rng.integers(3, size[-1] + 1, size[0])[:, None, None]

    return Input((batch, 1, keys), fill, differentiable=False)


def packed(owner: str = "") -> dict[str, Slot]:
    """The slots of a torch.nn.MultiheadAttention at the path `owner` whose sizes are all alike."""
    slots = _biases(owner)
    for i, name in enumerate("qkv"):
        slots[f"w_{name}"] = Slot(f"{owner}in_proj_weight", "n heads size -> (heads size) n", part=(i, 3))
    return slots


def _biases(owner: str = "") -> dict[str, Slot]:
    slots = {
        f"b_{name}": Slot(f"{owner}in_proj_bias", "heads size -> (heads size)", part=(i, 3))
        for i, name in enumerate("qkv")
    }
    slots["w_o"] = Slot(f"{owner}out_proj.weight", "heads size n -> n (heads size)")
    return {**slots, "b_o": Slot(f"{owner}out_proj.bias")}


def keras_heads(owner: str) -> dict[str, Slot]:
    """The slots of a keras.layers.MultiHeadAttention at the path `owner`."""
    places = {"q": "query", "k": "key", "v": "value", "o": "output"}
    weights = {f"w_{name}": Slot(f"{owner}{place}_dense.kernel") for name, place in places.items()}
    return weights | {f"b_{name}": Slot(f"{owner}{place}_dense.bias") for name, place in places.items()}


SEPARATE = {f"w_{name}": Slot(f"{name}_proj_weight", "n heads size -> (heads size) n") for name in "qkv"}
KERAS = keras_heads("layer.")


def _torch_heads(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.attention import MultiheadAttention

    sizes = {"kdim": o.n_key, "vdim": o.n_value}
    more = {"add_bias_kv": o.bias_kv, "add_zero_attn": o.zero_kv}
    return MultiheadAttention(o.n_in, o.heads, bias=o.bias, causal=o.causal, **sizes, **more)


def _torch_any_heads(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.attention import AnyHeads

    return AnyHeads(o)


def _keras_heads(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.attention import MultiHeadAttention as Called

    size = o.size or o.n_in // o.heads
    return Called(o.heads, size, value_dim=o.value_size, output_shape=o.n_out, use_bias=o.bias, causal=o.causal)


ALL_BUT_KEY_BIAS = ("y", "dq", "dk", "dv", "dw_q", "db_q", "dw_k", "dw_v", "db_v", "dw_o", "db_o")
KEY_BIAS = "the gradient of the keys' bias is 0 in truth, and rounding errors in any two implementations"
KERAS_ADDS_WRONG = (
    "Keras adds a bias (heads, 1) along the second axis instead of the third when that has as many elements, "
    "which is when there are as many keys or queries as heads"
)


def _heads_case(
    name: str, batch: int, queries: int, keys: int, n_in: int, heads: int, masked: Input | None = None, **more: Any
) -> Case:
    fields = {key: more.pop(key) for key in ("only", "frameworks", "differs", "twins", "reason") if key in more}
    if more.get("bias", True):
        fields = {"only": ALL_BUT_KEY_BIAS, "reason": KEY_BIAS, **fields}
    # scores that are not large: where one weight is nearly 1, the gradients of q and k are what rounding errors leave
    inputs = {"q": normal(batch, queries, n_in, scale=0.3), "k": normal(batch, keys, more.get("n_key") or n_in)}
    inputs["v"] = normal(batch, keys, more.get("n_value") or n_in)
    return Case(name, inputs | ({"mask": masked} if masked else {}), {"n_in": n_in, "heads": heads, **more}, **fields)


def _draw_heads(kind: str, least: int = 1) -> Any:
    def draw(rng: np.random.Generator) -> Case:
        batch, queries, keys, heads = rng.integers((1, 3, 3, least), (4, 8, 8, 4)).tolist()
        n_in = heads * int(rng.integers(2, 6))
        masked = choose(rng, None, mask(batch, queries, keys), mask(1, queries, keys), padding_mask(batch, keys))
        options: dict[str, Any] = {"bias": bool(rng.integers(3)), "causal": bool(rng.integers(2))}
        if kind != "equal":
            options["n_key"], options["n_value"] = (n_in + rng.integers(1, 4, 2)).tolist()
        if kind == "any":
            options["size"], options["value_size"], options["n_out"] = rng.integers(2, 6, 3).tolist()
        return _heads_case("", batch, queries, keys, n_in, heads, masked, **options)

    return draw


def _stock_heads(keras: Any, o: SimpleNamespace) -> Any:
    called = _keras_heads(keras, o)
    called.layer = keras.layers.MultiHeadAttention(o.heads, o.n_in // o.heads)
    return called


MULTI_HEAD_ATTENTION = Pair(
    "multi_head_attention",
    MultiHeadAttention,
    torch=Twin(_torch_heads, packed()),
    keras=Twin(_keras_heads, KERAS),
    cases=(
        _heads_case("plain", 2, 4, 5, 6, 3),
        _heads_case("one-head", 2, 4, 5, 3, 1),
        _heads_case("heads-of-one", 2, 4, 5, 3, 3),
        _heads_case("batch1", 1, 3, 2, 8, 2),
        _heads_case("one-query", 2, 1, 5, 6, 2),
        _heads_case("no-bias", 2, 4, 5, 6, 3, bias=False),
        _heads_case("causal", 2, 5, 7, 6, 3, causal=True),
        _heads_case("mask", 2, 4, 5, 6, 3, mask(2, 4, 5)),
        _heads_case("mask-for-all", 2, 4, 5, 6, 3, mask(1, 4, 5)),
        _heads_case("padding", 3, 4, 5, 6, 2, padding_mask(3, 5)),
        _heads_case("causal-mask", 2, 4, 5, 6, 3, mask(2, 4, 5), causal=True),
        _heads_case(
            "keras-bias",
            *(2, 4, 3, 3, 3),
            only=("y",),
            frameworks=("keras",),
            differs={"y": 0.1},
            reason=KERAS_ADDS_WRONG,
        ),
        _heads_case(
            "stock-keras",
            *(2, 4, 5, 6, 2),
            only=("y",),
            frameworks=("keras",),
            differs={"y": 1e-10},
            twins={"keras": Twin(_stock_heads, KERAS)},
            reason="Keras rounds its scale to float32: 1 / sqrt(3) is off by 2e-8",
        ),
    ),
    draw=_draw_heads("equal"),
    spares=FUSED,
    notes=(
        "Keras' layer is called with query, value, key; PyTorch's with query, key, value, and batch_first=True.",
        "A mask is true where a query may attend, in Keras too; PyTorch's boolean masks are true where it may not.",
        "The bias of the keys adds the same to all scores of a query: its gradient is 0.",
    ),
)


CROSS_ATTENTION = Pair(
    "cross_attention",
    MultiHeadAttention,
    torch=Twin(_torch_heads, SEPARATE | _biases()),
    keras=Twin(_keras_heads, KERAS),
    cases=(
        _heads_case("sizes", 2, 4, 5, 6, 3, n_key=7, n_value=8),
        _heads_case("key-size", 2, 4, 5, 6, 2, n_key=3),
        _heads_case("value-size", 2, 4, 5, 6, 2, n_value=7),
        _heads_case("batch1", 1, 3, 2, 8, 2, n_key=5, n_value=5),
        _heads_case("no-bias", 2, 4, 5, 6, 3, n_key=7, n_value=8, bias=False),
        _heads_case("mask", 2, 4, 5, 6, 3, mask(2, 4, 5), n_key=7, n_value=8),
        _heads_case("causal", 2, 5, 7, 6, 3, n_key=4, n_value=8, causal=True),
    ),
    draw=_draw_heads("cross"),
    spares=FUSED,
    notes=("Where sizes differ, PyTorch keeps three projections: q_proj_weight, k_proj_weight, v_proj_weight.",),
)

ANY_HEADS = Pair(
    "multi_head_attention_sizes",
    MultiHeadAttention,
    torch=Twin(
        _torch_any_heads,
        {f"w_{name}": Slot(f"{name}.weight", "n heads size -> (heads size) n") for name in "qkv"}
        | {f"b_{name}": Slot(f"{name}.bias", "heads size -> (heads size)") for name in "qkv"}
        | {"w_o": Slot("out.weight", "heads size n -> n (heads size)"), "b_o": Slot("out.bias")},
        likeness="composed",
        reason="torch.nn.MultiheadAttention's heads are n_in / heads wide, keys and values alike",
    ),
    keras=Twin(_keras_heads, KERAS),
    cases=(
        _heads_case("sizes", 2, 4, 5, 6, 3, size=7, value_size=8, n_out=9),
        _heads_case("one-number", 2, 4, 5, 6, 3, size=1, value_size=2),
        _heads_case("all-sizes", 2, 3, 4, 5, 2, n_key=6, n_value=7, size=8, value_size=9, n_out=10),
        _heads_case("mask", 2, 4, 5, 6, 3, mask(2, 4, 5), size=7, value_size=2, n_out=8),
        _heads_case("no-bias", 2, 4, 5, 6, 3, size=2, value_size=7, n_out=1, bias=False, causal=True),
    ),
    draw=_draw_heads("any"),
    spares=FUSED,
)


def _keras_more(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.attention import ExtendedMultiHeadAttention

    return ExtendedMultiHeadAttention(
        o.heads, o.n_in // o.heads, bias_kv=o.bias_kv, zero_kv=o.zero_kv, use_bias=o.bias, causal=o.causal
    )


def _more_case(name: str, masked: Input | None = None, **more: Any) -> Case:
    made = _heads_case(name, 2, 4, 5, 6, 3, masked, **{"bias_kv": True, **more})
    # beside a key that is the same for all samples, the bias of the others matters
    return replace(made, only=(), reason="")


def _draw_more(rng: np.random.Generator) -> Case:
    # a single head that gives nearly all to the key of zeros has gradients that are what rounding errors leave
    drawn = _draw_heads("equal", least=2)(rng)
    extra = {"bias_kv": bool(rng.integers(2)), "zero_kv": True}
    extra_grads = ("dextra_k", "dextra_v") if extra["bias_kv"] else ()
    # the declared cases ask for the gradient of the keys' bias too
    left = "of the sums that make the gradient of the keys' bias only the small share of the extra keys is left"
    only = (*ALL_BUT_KEY_BIAS, *extra_grads) if drawn.options["bias"] else ()
    return replace(drawn, options={**drawn.options, **extra}, only=only, reason=left)


EXTRA = {"k": "heads size -> 1 1 (heads size)", "v": "heads size -> 1 1 (heads size)"}
MORE_KEYS = Pair(
    "multi_head_attention_bias_kv",
    MultiHeadAttention,
    torch=Twin(_torch_heads, packed() | {f"extra_{name}": Slot(f"bias_{name}", axes) for name, axes in EXTRA.items()}),
    keras=Twin(
        _keras_more,
        KERAS | {f"extra_{name}": Slot(f"layer.extra_{name}") for name in "kv"},
        likeness="composed",
        reason="a keras.layers.MultiHeadAttention that is given more keys and values; Keras has no such option",
    ),
    cases=(
        _more_case("bias-kv"),
        _more_case("zero", bias_kv=False, zero_kv=True),
        _more_case("both", zero_kv=True),
        _more_case("mask", mask(2, 4, 5)),
        _more_case("padding", padding_mask(2, 5), zero_kv=True),
        _more_case("causal", causal=True),
        _more_case("causal-mask", mask(1, 4, 5), causal=True, zero_kv=True),
        _more_case("no-bias", bias=False, zero_kv=True),
    ),
    draw=_draw_more,
    spares=FUSED,
    notes=("add_bias_kv and add_zero_attn of PyTorch: one more key and value, the same for all samples.",),
)


def _torch_self(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.attention import SelfAttention as Called

    return Called(o.n_in, o.heads, bias=o.bias, causal=o.causal)


def _keras_self(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.attention import SelfAttention as Called

    return Called(o.heads, o.n_in // o.heads, use_bias=o.bias, causal=o.causal)


def _self_case(
    name: str, batch: int, time: int, n_in: int, heads: int, masked: Input | None = None, **more: Any
) -> Case:
    inputs = {"x": normal(batch, time, n_in, scale=0.5)} | ({"mask": masked} if masked else {})
    only = ("y", "dx", *ALL_BUT_KEY_BIAS[4:]) if more.get("bias", True) else ()
    return Case(name, inputs, {"n_in": n_in, "heads": heads, **more}, only=only, reason=KEY_BIAS)


def _draw_self(rng: np.random.Generator) -> Case:
    batch, time, heads = rng.integers((1, 3, 1), (4, 8, 4)).tolist()
    masked = choose(rng, None, mask(batch, time, time), mask(1, time, time), padding_mask(batch, time))
    n_in = heads * int(rng.integers(2, 6))
    return _self_case("", batch, time, n_in, heads, masked, bias=bool(rng.integers(3)), causal=bool(rng.integers(2)))


SELF_ATTENTION = Pair(
    "self_attention",
    SelfAttention,
    torch=Twin(_torch_self, packed()),
    keras=Twin(_keras_self, KERAS),
    cases=(
        _self_case("plain", 2, 5, 6, 3),
        _self_case("one-head", 2, 5, 4, 1),
        _self_case("batch1", 1, 4, 6, 2),
        _self_case("no-bias", 2, 5, 6, 3, bias=False),
        _self_case("causal", 2, 5, 6, 3, causal=True),
        _self_case("mask", 2, 5, 6, 3, mask(2, 5, 5)),
        _self_case("padding", 3, 5, 6, 2, padding_mask(3, 5)),
        _self_case("causal-padding", 3, 5, 6, 2, padding_mask(3, 5), causal=True),
        _self_case("long", 2, 20, 6, 3),
    ),
    draw=_draw_self,
    spares=FUSED,
)
