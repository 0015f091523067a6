"""Attention with keys and values that heads share, and its twins."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, normal
from reference.pair import Array, Case, Input, Pair, Slot, Twin
from reference.pairs.attention import FUSED
from reference.pairs.multi_head_attention import ALL_BUT_KEY_BIAS, KEY_BIAS
from scratch.grouped_query_attention import GroupedQueryAttention

OF_GATE = ("dw_g", "db_g")


def near_mask(batch: int, queries: int, keys: int) -> Input:
    """True in about half of all places, and always at the keys beside the place of each query."""

    def fill(rng: np.random.Generator, size: tuple[int, ...]) -> Array:
        place = np.minimum(np.arange(queries), keys - 1)[:, None]
        return (rng.random(size) < 0.5) | (np.abs(place - np.arange(keys)) < 2)

    return Input((batch, queries, keys), fill, differentiable=False)


def _torch_grouped(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.grouped_query_attention import GroupedQueryAttention

    options = {"window": o.window, "gate": o.gate, "bias": o.bias, "causal": o.causal}
    return GroupedQueryAttention(o.n_in, o.heads, o.kv_heads, o.size, **options)


def _keras_grouped(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.attention import GroupedQueryAttention

    options = {"sliding_window": o.window, "use_gate": o.gate, "use_bias": o.bias, "causal": o.causal}
    return GroupedQueryAttention(o.size, o.heads, o.kv_heads, **options)


def _case(
    name: str,
    shape: tuple[int, int, int, int],
    heads: tuple[int, int],
    size: int,
    masked: Input | None = None,
    **more: Any,
) -> Case:
    """A case with (batch, queries, keys, n_in) and as many heads of queries, and of keys."""
    batch, queries, keys, n_in = shape
    inputs = {"q": normal(batch, queries, n_in, scale=0.3), "k": normal(batch, keys, n_in)}
    inputs["v"] = normal(batch, keys, n_in)
    options = {"n_in": n_in, "heads": heads[0], "kv_heads": heads[1], "size": size, **more}
    only = (*ALL_BUT_KEY_BIAS, *(OF_GATE if more.get("gate") else ())) if more.get("bias", True) else ()
    return Case(name, inputs | ({"mask": masked} if masked else {}), options, only=only, reason=KEY_BIAS)


def _draw(rng: np.random.Generator) -> Case:
    batch, time, keys, n_in = rng.integers((1, 3, 3, 2), (4, 7, 7, 8)).tolist()
    kv_heads, shared = rng.integers((1, 1), (4, 4)).tolist()
    window = choose(rng, None, 2, 3)
    # with a window a query has keys near its place only where there are as many
    queries = min(time, keys) if window else time
    return _case(
        "",
        (batch, queries, keys, n_in),
        (kv_heads * shared, kv_heads),
        int(rng.integers(2, 6)),
        choose(rng, None, near_mask(batch, queries, keys), near_mask(1, queries, keys)),
        window=window,
        gate=bool(rng.integers(2)),
        bias=bool(rng.integers(3)),
        causal=bool(rng.integers(2)),
    )


SLOTS = {f"w_{name}": Slot(f"{name}.weight", "n heads size -> (heads size) n") for name in "qkvg"}
SLOTS |= {f"b_{name}": Slot(f"{name}.bias", "heads size -> (heads size)") for name in "qkvg"}
SLOTS |= {"w_o": Slot("out.weight", "heads size n -> n (heads size)"), "b_o": Slot("out.bias")}
PLACES = {"q": "query", "k": "key", "v": "value", "g": "gate", "o": "output"}
KERAS_SLOTS = {f"w_{name}": Slot(f"layer._{place}_dense.kernel") for name, place in PLACES.items()}
KERAS_SLOTS |= {f"b_{name}": Slot(f"layer._{place}_dense.bias") for name, place in PLACES.items()}

GROUPED_QUERY_ATTENTION = Pair(
    "grouped_query_attention",
    GroupedQueryAttention,
    torch=Twin(
        _torch_grouped,
        SLOTS,
        likeness="composed",
        reason="PyTorch has no such module; projections around F.scaled_dot_product_attention with enable_gqa",
    ),
    keras=Twin(_keras_grouped, KERAS_SLOTS),
    cases=(
        _case("plain", (2, 4, 5, 7), (6, 2), 3),
        _case("one-for-all", (2, 4, 5, 7), (3, 1), 2),
        _case("each-its-own", (2, 4, 5, 6), (3, 3), 2),
        _case("batch1", (1, 3, 2, 5), (4, 2), 3),
        _case("no-bias", (2, 4, 5, 7), (4, 2), 3, bias=False),
        _case("causal", (2, 5, 6, 7), (4, 2), 3, causal=True),
        _case("mask", (2, 4, 5, 7), (4, 2), 3, near_mask(2, 4, 5)),
        _case("mask-for-all", (3, 4, 5, 7), (4, 2), 3, near_mask(1, 4, 5), causal=True),
        _case("window", (2, 6, 7, 5), (4, 2), 3, window=3),
        _case("window-of-one", (2, 4, 5, 7), (4, 2), 3, window=1, bias=False),
        _case("window-causal", (2, 6, 7, 5), (4, 2), 3, window=2, causal=True),
        _case("window-mask", (2, 6, 7, 5), (4, 2), 3, near_mask(2, 6, 7), window=3),
        _case("window-mask-causal", (2, 6, 7, 5), (6, 3), 2, near_mask(1, 6, 7), window=4, causal=True),
        _case("gate", (2, 4, 5, 7), (6, 2), 3, gate=True),
        _case("gate-no-bias", (2, 4, 5, 7), (4, 2), 3, gate=True, bias=False),
        _case("gate-window", (3, 6, 7, 5), (4, 1), 2, near_mask(3, 6, 7), gate=True, window=3, causal=True),
    ),
    draw=_draw,
    spares=FUSED,
    notes=(
        "Heads that follow one another share keys: repeat_interleave, not repeat.",
        "Keras' sliding_window looks to both sides unless the mask is causal too.",
    ),
)
