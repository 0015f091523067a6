"""Attention and its twins."""

import functools
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, constant, normal
from reference.pair import Array, Case, Input, Pair, Twin
from scratch.attention import DotProductAttention, SinusoidalPositions

# seen with PyTorch 2.11 on an Intel Xeon
_DROPPED = "on some processors, those with AVX-512, PyTorch's fused attention drops a NaN"
FUSED = {edge: {"torch": _DROPPED} for edge in ("nan", "infinities")}
HEADS_THIRD = dict.fromkeys(("q", "k", "v", "y"), "n h t d -> n t h d")


def mask(*shape: int) -> Input:
    """True in about 6 of 10 places, and always at the first three keys.

    Of a query that may attend to one key alone, all gradients but the value's are 0 in truth and rounding errors in any
    two implementations.
    """

    def fill(rng: np.random.Generator, size: tuple[int, ...]) -> Array:
        allowed = rng.random(size) < 0.6
        allowed[..., :3] = True
        return allowed

    return Input(shape, fill, differentiable=False)


def added(*shape: int) -> Input:
    """Numbers to add to the scores."""
    return Input(shape, normal(*shape).fill, differentiable=False)


def far_apart(*shape: int) -> Input:
    """Numbers to add to the scores: exp overflows from key to key, and from query to query."""
    return Input(shape, lambda rng, size: 1000.0 * (np.indices(size)[-1] % 2 - np.indices(size)[-2]), False)


def nothing(*shape: int) -> Input:
    """True, but for the last query, which may attend to nothing."""

    def fill(rng: np.random.Generator, size: tuple[int, ...]) -> Array:
        allowed = np.ones(size, bool)
        allowed[..., -1, :] = False
        return allowed

    return Input(shape, fill, differentiable=False)


def _torch_dot_product(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.attention import DotProductAttention as Called

    return Called(o.scale, o.causal)


def _keras_dot_product(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.attention import dot_product_attention

    return lambda q, k, v, mask=None: dot_product_attention(q, k, v, mask, o.scale, o.causal)


def _dot_product_case(
    name: str,
    batch: int,
    heads: int,
    queries: int,
    keys: int,
    size: int,
    n: int,
    masked: Input | None = None,
    **more: Any,
) -> Case:
    # scores that are not large: where one weight is nearly 1, the gradients of q and k are what rounding errors leave
    inputs = {"q": normal(batch, heads, queries, size, scale=0.5), "k": normal(batch, heads, keys, size)}
    inputs["v"] = normal(batch, heads, keys, n)
    fields = {key: more.pop(key) for key in ("only", "frameworks", "differs", "twins", "reason") if key in more}
    return Case(name, inputs | ({"mask": masked} if masked else {}), more, **fields)


def _draw_dot_product(rng: np.random.Generator) -> Case:
    # more queries and keys than samples, so that a mask of theirs is not taken for one of each sample
    batch, heads, queries, keys, size, n = rng.integers((1, 1, 4, 4, 2, 1), (4, 4, 8, 8, 7, 7)).tolist()
    masked = choose(rng, None, mask(batch, heads, queries, keys), mask(queries, keys), added(batch, 1, queries, keys))
    scale = choose(rng, None, float(rng.uniform(0.1, 1)))
    return _dot_product_case(
        "", batch, heads, queries, keys, size, n, masked, scale=scale, causal=bool(rng.integers(2))
    )


DOT_PRODUCT_ATTENTION = Pair(
    "dot_product_attention",
    DotProductAttention,
    torch=Twin(_torch_dot_product),
    keras=Twin(_keras_dot_product, layout=HEADS_THIRD),
    cases=(
        _dot_product_case("plain", 2, 3, 4, 5, 6, 7),
        _dot_product_case("self", 2, 3, 5, 5, 4, 4),
        _dot_product_case("one-key", 2, 3, 4, 1, 5, 6, only=("y", "dv"), reason="the other gradients are 0 in truth"),
        _dot_product_case("one-query", 2, 3, 1, 4, 5, 6),
        _dot_product_case("batch1", 1, 1, 4, 5, 3, 2),
        _dot_product_case("scale", 2, 3, 4, 5, 6, 7, scale=0.7),
        _dot_product_case("causal", 2, 3, 5, 5, 4, 7, causal=True),
        _dot_product_case("causal-more-keys", 2, 3, 4, 6, 5, 7, causal=True),
        _dot_product_case("causal-fewer-keys", 2, 3, 6, 4, 5, 7, causal=True),
        _dot_product_case("mask", 2, 3, 4, 5, 6, 7, mask(2, 3, 4, 5)),
        _dot_product_case("mask-for-all", 2, 3, 4, 5, 6, 7, mask(4, 5)),
        _dot_product_case("added", 2, 3, 4, 5, 6, 7, added(2, 3, 4, 5)),
        _dot_product_case("added-far-apart", 2, 3, 4, 5, 6, 7, far_apart(4, 5)),
        _dot_product_case("added-large", 2, 3, 4, 5, 6, 7, Input((4, 5), constant(4, 5, value=800.0).fill, False)),
        _dot_product_case("causal-mask", 2, 3, 5, 6, 4, 7, mask(2, 1, 5, 6), causal=True),
        _dot_product_case("causal-added", 2, 3, 5, 6, 4, 7, added(5, 6), causal=True),
        _dot_product_case("sharp", 2, 3, 4, 5, 6, 7, scale=4.0),
        _dot_product_case(
            "attends-to-nothing",
            *(2, 3, 4, 5, 6, 7),
            nothing(4, 5),
            frameworks=("torch",),
            reason="Keras lets a query that may attend to nothing attend to everything alike",
        ),
        _dot_product_case(
            "attends-to-nothing-keras",
            *(2, 3, 4, 5, 6, 7),
            nothing(4, 5),
            only=("y",),
            frameworks=("keras",),
            differs={"y": 0.1},
            reason="Keras lets a query that may attend to nothing attend to everything alike",
        ),
        _dot_product_case(
            "stock-keras",
            *(2, 3, 4, 5, 3, 7),
            only=("y",),
            frameworks=("keras",),
            differs={"y": 1e-10},
            twins={"keras": Twin(lambda keras, o: keras.ops.dot_product_attention, layout=HEADS_THIRD)},
            reason="Keras rounds its scale to float32: 1 / sqrt(3) is off by 2e-8",
        ),
    ),
    draw=_draw_dot_product,
    notes=("A boolean mask is true where a query may attend, in all three; torch.nn.MultiheadAttention's is not.",),
)


def _keras_luong(keras: Any, o: SimpleNamespace) -> Any:
    layer = keras.layers.Attention()
    return lambda q, k, v: layer([q, v, k], use_causal_mask=o.causal)


def _luong_case(name: str, batch: int, queries: int, keys: int, size: int, n: int, causal: bool = False) -> Case:
    inputs = {"q": normal(batch, queries, size, scale=0.5), "k": normal(batch, keys, size)}
    return Case(name, inputs | {"v": normal(batch, keys, n)}, {"causal": causal})


def _draw_luong(rng: np.random.Generator) -> Case:
    batch, queries, keys, size, n = rng.integers((1, 3, 3, 2, 1), (4, 8, 8, 5, 7)).tolist()
    return _luong_case("", batch, queries, keys, size, n, causal=bool(rng.integers(2)))


LUONG_ATTENTION = Pair(
    "luong_attention",
    functools.partial(DotProductAttention, scale=1.0),
    torch=Twin(_torch_dot_product),
    keras=Twin(_keras_luong),
    cases=(
        _luong_case("plain", 2, 4, 5, 3, 6),
        _luong_case("self", 2, 5, 5, 4, 4),
        _luong_case("batch1", 1, 3, 4, 2, 5),
        _luong_case("causal", 2, 5, 6, 3, 7, causal=True),
    ),
    draw=_draw_luong,
    spares={"infinities": {"keras": "where all scores of a query are minus infinity Keras has NaN, PyTorch 0"}},
    notes=("keras.layers.Attention leaves the scores unscaled, and is called with a list of query, value, key.",),
)


def _torch_positions(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.attention import SinusoidalPositions as Composed

    return Composed(o.base)


def _keras_positions(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.attention import sinusoidal_positions

    return lambda x: sinusoidal_positions(x, o.base)


def _draw_positions(rng: np.random.Generator) -> Case:
    return Case("", {"x": normal(*rng.integers(1, 12, 3).tolist())}, {"base": float(10 ** rng.uniform(1, 5))})


NO_POSITIONS = "there is no layer of positions that are not learned"
SINUSOIDAL_POSITIONS = Pair(
    "sinusoidal_positions",
    SinusoidalPositions,
    torch=Twin(_torch_positions, likeness="composed", reason=NO_POSITIONS),
    keras=Twin(_keras_positions, likeness="composed", reason=NO_POSITIONS),
    cases=(
        Case("plain", {"x": normal(2, 5, 6)}),
        Case("odd", {"x": normal(2, 4, 7)}),
        Case("one-feature", {"x": normal(2, 5, 1)}),
        Case("one-step", {"x": normal(3, 1, 4)}),
        Case("batch1", {"x": normal(1, 6, 4)}),
        Case("long", {"x": normal(2, 60, 5)}),
        Case("base", {"x": normal(2, 5, 6)}, {"base": 100.0}),
    ),
    draw=_draw_positions,
)
