"""Embedding of bags and its twins."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, indices, normal
from reference.pair import FRAMEWORKS, Case, Input, Pair, Slot, Twin
from scratch.embedding_bag import EmbeddingBag, RaggedEmbeddingBag

TORCH = {"w": Slot("weight")}
KERAS = {"w": Slot("embeddings")}
SUMS = "Keras has no bags: an Embedding, then sums or maxima of segments"


def _options(o: SimpleNamespace) -> dict[str, Any]:
    return {"mode": o.mode, "padding_idx": o.padding}


def _torch_weighted(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.embedding import WeightedEmbeddingBag

    return WeightedEmbeddingBag(o.n_tokens, o.n_out, **_options(o))


def _torch_ragged(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.embedding import RaggedEmbeddingBag

    return RaggedEmbeddingBag(o.n_tokens, o.n_out, **_options(o))


def _torch(torch: Any, o: SimpleNamespace) -> Any:
    return torch.nn.EmbeddingBag(o.n_tokens, o.n_out, **_options(o))


def _keras_weighted(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.embedding import WeightedEmbeddingBag

    return WeightedEmbeddingBag(o.n_tokens, o.n_out, mode=o.mode, padding=o.padding)


def _keras(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.embedding import EmbeddingBag

    return EmbeddingBag(o.n_tokens, o.n_out, mode=o.mode, padding=o.padding)


def _starts(o: SimpleNamespace, w: Any, every: Any) -> Any:
    """The row of the padding is 0 at first."""
    return w * (np.arange(len(w)) != o.padding)[:, None]


def _case(name: str, shape: tuple[int, int], n_tokens: int, n_out: int, **options: Any) -> Case:
    given = {"n_tokens": n_tokens, "n_out": n_out, **options}
    return Case(name, {"x": indices(*shape, below=n_tokens)}, given)


def _weighted(name: str, shape: tuple[int, int], n_tokens: int, n_out: int, **options: Any) -> Case:
    inputs = {"x": indices(*shape, below=n_tokens), "weights": normal(*shape)}
    return Case(name, inputs, {"n_tokens": n_tokens, "n_out": n_out, "mode": "sum", **options})


def _ragged(
    name: str, lengths: Sequence[int], n_tokens: int, n_out: int, weighted: bool = False, **options: Any
) -> Case:
    """A case of bags that are so long."""
    total = sum(lengths)
    inputs = {
        "x": indices(total, below=n_tokens),
        "lengths": Input((len(lengths),), lambda rng, size: np.array(lengths), differentiable=False),
        **({"weights": normal(total)} if weighted else {}),
    }
    return Case(name, inputs, {"n_tokens": n_tokens, "n_out": n_out, **options})


def _sizes(rng: np.random.Generator) -> tuple[tuple[int, int], int, int]:
    batch, length, n_tokens, n_out = (int(n) for n in rng.integers(1, 8, 4))
    return (batch, length), n_tokens, n_out


def _padding(rng: np.random.Generator, n_tokens: int) -> dict[str, Any]:
    return {"padding": choose(rng, None, int(rng.integers(n_tokens)))}


def _draw(rng: np.random.Generator) -> Case:
    shape, n_tokens, n_out = _sizes(rng)
    mode = choose(rng, "sum", "mean", "max")
    return _case("", shape, n_tokens, n_out, mode=mode, **_padding(rng, n_tokens))


def _draw_weighted(rng: np.random.Generator) -> Case:
    shape, n_tokens, n_out = _sizes(rng)
    return _weighted("", shape, n_tokens, n_out, **_padding(rng, n_tokens))


def _draw_ragged(rng: np.random.Generator) -> Case:
    (batch, length), n_tokens, n_out = _sizes(rng)
    lengths = [length, *(int(n) for n in rng.integers(0, 5, batch))]
    mode, weighted = choose(rng, ("sum", False), ("sum", True), ("mean", False), ("max", False))
    return _ragged("", lengths, n_tokens, n_out, weighted, mode=mode)


PADDING = "The padding is in no bag, so a mean is that of the others, and a bag of nothing else is 0."

EMBEDDING_BAG = Pair(
    "embedding_bag",
    EmbeddingBag,
    torch=Twin(_torch, TORCH),
    keras=Twin(_keras, KERAS, likeness="composed", reason=SUMS),
    cases=(
        _case("mean", (4, 5), 7, 3),
        _case("sum", (4, 5), 7, 3, mode="sum"),
        _case("max", (4, 5), 7, 3, mode="max"),
        *(_case(f"{mode}-padding", (5, 4), 3, 6, mode=mode, padding=1) for mode in ("mean", "sum", "max")),
        _case("one-token", (5, 1), 4, 3, mode="max"),
        _case("few-tokens", (4, 9), 2, 3, mode="max"),
        Case("only-padding", {"x": indices(3, 4, below=1)}, {"n_tokens": 5, "n_out": 2, "padding": 0}),
        _case("batch1", (1, 4), 3, 2),
    ),
    draw=_draw,
    starts={"w": _starts},
    notes=(PADDING, "On a CPU PyTorch's scale_grad_by_freq takes the frequency of another row: it has no twin."),
)

WEIGHTED_EMBEDDING_BAG = Pair(
    "weighted_embedding_bag",
    EmbeddingBag,
    torch=Twin(_torch_weighted, TORCH),
    keras=Twin(_keras_weighted, KERAS, likeness="composed", reason=SUMS),
    cases=(
        _weighted("plain", (4, 5), 7, 3),
        _weighted("padding", (5, 4), 3, 2, padding=1),
        _weighted("one-token", (5, 1), 4, 3),
        _weighted("few-tokens", (4, 9), 2, 3),
        _weighted("batch1", (1, 4), 3, 2),
    ),
    draw=_draw_weighted,
    starts={"w": _starts},
    notes=("PyTorch takes weights with the mode 'sum' alone.",),
)

RAGGED_EMBEDDING_BAG = Pair(
    "ragged_embedding_bag",
    RaggedEmbeddingBag,
    torch=Twin(_torch_ragged, TORCH),
    keras=Twin(_keras, KERAS, likeness="composed", reason=SUMS),
    cases=(
        _ragged("mean", (3, 1, 5, 2), 7, 6),
        _ragged("sum", (3, 1, 5, 2), 7, 6, mode="sum"),
        _ragged("max", (3, 1, 5, 2), 7, 6, mode="max"),
        *(_ragged(f"{mode}-empty", (2, 0, 6, 1, 0), 3, 4, mode=mode) for mode in ("mean", "sum", "max")),
        _ragged("weighted", (3, 0, 5, 2), 7, 6, weighted=True, mode="sum"),
        _ragged("batch1", (4,), 3, 2),
    ),
    draw=_draw_ragged,
    spares={
        samples: dict.fromkeys(FRAMEWORKS, "tokens are as many as the lengths add up to, and not as bags")
        for samples in ("many", "single")
    },
    notes=("PyTorch is given where each bag begins (offsets), which is the sum of the lengths before it.",),
)
