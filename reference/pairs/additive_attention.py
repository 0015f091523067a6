"""Additive attention and its twins."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, normal
from reference.pair import Array, Case, Input, Pair, Slot, Twin
from scratch.additive_attention import AdditiveAttention, BahdanauAttention


def seen(batch: int, keys: int) -> Input:
    """True for the first keys of each sample, two at least, as padded sequences have them, but for one in between."""

    def fill(rng: np.random.Generator, size: tuple[int, ...]) -> Array:
        lengths = rng.integers(2, keys, (batch, 1, 1))
        return (np.arange(keys) < lengths) | (np.arange(keys) == keys - 1)

    return Input((batch, 1, keys), fill, differentiable=False)


def _torch(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.additive_attention import AdditiveAttention as Composed

    return Composed(o.size, o.weighted, o.causal)


def _keras(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.additive_attention import AdditiveAttention as Called

    return Called(o.weighted, o.causal)


def _torch_bahdanau(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.additive_attention import BahdanauAttention as Composed

    return Composed(o.n_q, o.n_k, o.n_hidden, o.bias, o.causal)


def _keras_bahdanau(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.additive_attention import BahdanauAttention as Composed

    return Composed(o.n_hidden, o.bias, o.causal)


def _inputs(sizes: tuple[int, ...], n_q: int, n_k: int, masked: bool) -> dict[str, Input]:
    batch, queries, keys, n = sizes
    inputs = {"q": normal(batch, queries, n_q), "k": normal(batch, keys, n_k), "v": normal(batch, keys, n)}
    return inputs | ({"mask": seen(batch, keys)} if masked else {})


def _case(name: str, sizes: tuple[int, ...], size: int, masked: bool = False, **options: Any) -> Case:
    return Case(name, _inputs(sizes, size, size, masked), {"size": size, **options})


def _bahdanau_case(name: str, sizes: tuple[int, ...], masked: bool = False, **options: Any) -> Case:
    given = {"n_q": 5, "n_k": 3, "n_hidden": 8, **options}
    return Case(name, _inputs(sizes, given["n_q"], given["n_k"], masked), given)


def _sizes(rng: np.random.Generator) -> tuple[int, ...]:
    batch, queries, keys, n = rng.integers((1, 1, 3, 1), (4, 8, 8, 7)).tolist()
    return batch, queries, keys, n


def _draw(rng: np.random.Generator) -> Case:
    options = {"weighted": choose(rng, True, True, False), "causal": choose(rng, True, False)}
    return _case("", _sizes(rng), int(rng.integers(2, 7)), choose(rng, True, False), **options)


def _draw_bahdanau(rng: np.random.Generator) -> Case:
    n_q, n_k, n_hidden = (int(n) for n in rng.integers(1, 7, 3))
    options = {"bias": choose(rng, True, False), "causal": choose(rng, True, False)}
    sizes = _sizes(rng)
    return _bahdanau_case("", sizes, choose(rng, True, False), n_q=n_q, n_k=n_k, n_hidden=n_hidden, **options)


ADDITIVE_ATTENTION = Pair(
    "additive_attention",
    AdditiveAttention,
    torch=Twin(
        _torch,
        {"w": Slot("scale")},
        likeness="composed",
        reason="PyTorch has no additive attention; a sum of tanh, a softmax and a product",
    ),
    keras=Twin(_keras, {"w": Slot("layer.scale")}),
    cases=(
        _case("plain", (2, 4, 5, 7), 6),
        _case("self", (2, 5, 5, 4), 4),
        _case("one-query", (2, 1, 4, 3), 5),
        _case("batch1", (1, 4, 5, 2), 3),
        _case("unweighted", (2, 4, 5, 7), 6, weighted=False),
        _case("one-number", (3, 4, 5, 2), 1),
        _case("causal", (2, 5, 5, 3), 4, causal=True),
        _case("causal-more-keys", (2, 4, 6, 3), 5, causal=True),
        _case("mask", (3, 4, 6, 7), 5, True),
        _case("causal-mask", (3, 5, 6, 7), 4, True, causal=True),
        Case("heads", {"q": normal(2, 3, 4, 6), "k": normal(2, 3, 5, 6), "v": normal(2, 3, 5, 7)}, {"size": 6}),
    ),
    draw=_draw,
    notes=("keras.layers.AdditiveAttention is called with a list of query, value, key, and projects none of them.",),
)
BAHDANAU_ATTENTION = Pair(
    "bahdanau_attention",
    BahdanauAttention,
    torch=Twin(
        _torch_bahdanau,
        {
            "w_q": Slot("query.weight", "n_q n_hidden -> n_hidden n_q"),
            "w_k": Slot("key.weight", "n_k n_hidden -> n_hidden n_k"),
            "b": Slot("query.bias"),
            "w": Slot("attention.scale"),
        },
        likeness="composed",
        reason="PyTorch has no additive attention; two linear layers and a sum of tanh, a softmax and a product",
    ),
    keras=Twin(
        _keras_bahdanau,
        {
            "w_q": Slot("query.kernel"),
            "w_k": Slot("key.kernel"),
            "b": Slot("query.bias"),
            "w": Slot("attention.scale"),
        },
        likeness="composed",
        reason="keras.layers.AdditiveAttention projects nothing; two Dense layers before it",
    ),
    cases=(
        _bahdanau_case("plain", (2, 4, 6, 7)),
        _bahdanau_case("bias", (2, 4, 6, 7), bias=True),
        _bahdanau_case("one-query", (2, 1, 4, 6)),
        _bahdanau_case("batch1", (1, 4, 6, 2), bias=True),
        _bahdanau_case("same-sizes", (2, 5, 5, 4), n_q=4, n_k=4, n_hidden=4),
        _bahdanau_case("causal", (2, 4, 6, 7), causal=True),
        _bahdanau_case("mask", (3, 4, 6, 7), True, bias=True),
        _bahdanau_case("causal-mask", (3, 5, 6, 7), True, causal=True),
    ),
    draw=_draw_bahdanau,
)
