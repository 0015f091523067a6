"""Embedding and its twins."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import indices
from reference.pair import Case, Input, Pair, Slot, Twin
from scratch.embedding import Embedding

TORCH = {"w": Slot("weight")}
KERAS = {"w": Slot("embeddings")}


def _padded(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.embedding import PaddedEmbedding

    return PaddedEmbedding(o.n_tokens, o.n_out, padding=o.padding)


def _one_token(*shape: int, token: int) -> Input:
    return Input(shape, lambda rng, size: np.full(size, token), differentiable=False)


def _case(name: str, shape: tuple[int, ...], n_tokens: int, n_out: int, **options: Any) -> Case:
    # the gradient of the padding row is withheld, so it is not the derivative of the output
    smooth = "padding" not in options
    inputs = {"x": indices(*shape, below=n_tokens)}
    return Case(name, inputs, {"n_tokens": n_tokens, "n_out": n_out, **options}, smooth=smooth)


def _draw(padded: bool) -> Any:
    def draw(rng: np.random.Generator) -> Case:
        shape = tuple(rng.integers(1, 9, rng.integers(1, 4)).tolist())
        n_tokens, n_out = (int(n) for n in rng.integers(1, 20, 2))
        padding = {"padding": int(rng.integers(n_tokens))} if padded else {}
        return _case("", shape, n_tokens, n_out, **padding)

    return draw


EMBEDDING = Pair(
    "embedding",
    Embedding,
    torch=Twin(
        lambda torch, o: torch.nn.Embedding(o.n_tokens, o.n_out, scale_grad_by_freq=o.scale_by_frequency), TORCH
    ),
    keras=Twin(lambda keras, o: keras.layers.Embedding(o.n_tokens, o.n_out), KERAS),
    cases=(
        _case("sentences", (3, 5), 7, 4),
        _case("words", (6,), 5, 3),
        _case("rank3", (2, 3, 4), 6, 5),
        _case("batch1", (1, 4), 3, 2),
        _case("few-tokens", (4, 9), 2, 3),
        _case("one-number", (3, 4), 6, 1),
        _case("unseen-rows", (2, 3), 40, 4),
        Case(
            "scaled-by-frequency",
            {"x": indices(3, 7, below=5)},
            {"n_tokens": 6, "n_out": 4, "scale_by_frequency": True},
            smooth=False,  # the mean of its gradients is not the derivative of the output
            frameworks=("torch",),
            reason="scale_grad_by_freq is PyTorch's alone",
        ),
        Case("one-token", {"x": _one_token(3, 4, token=1)}, {"n_tokens": 5, "n_out": 2}),
        Case(
            "int32",
            {"x": Input((3, 4), lambda rng, size: rng.integers(0, 6, size, np.int32), differentiable=False)},
            {"n_tokens": 6, "n_out": 5},
        ),
    ),
    draw=_draw(padded=False),
    notes=(
        "The rows of tokens that occur several times get the sum of their gradients.",
        "An index out of range raises in scratch and PyTorch; Keras takes -1 for the last row, on a GPU for zeros.",
        "PyTorch fills the table from N(0, 1), Keras from U(-0.05, 0.05).",
    ),
)

EMBEDDING_PADDING = Pair(
    "embedding_padding",
    Embedding,
    torch=Twin(lambda torch, o: torch.nn.Embedding(o.n_tokens, o.n_out, padding_idx=o.padding), TORCH),
    keras=Twin(
        _padded,
        KERAS,
        likeness="composed",
        reason="Keras' mask_zero hides row 0 from later layers, but trains it like any other",
    ),
    cases=(
        _case("first-row", (4, 7), 3, 5, padding=0),
        _case("last-row", (4, 7), 3, 5, padding=2),
        _case("middle-row", (2, 3, 6), 4, 2, padding=1),
        _case("batch1", (1, 8), 3, 4, padding=0),
        Case("only-padding", {"x": _one_token(3, 4, token=2)}, {"n_tokens": 5, "n_out": 3, "padding": 2}, smooth=False),
        Case("no-padding", {"x": indices(3, 4, below=4)}, {"n_tokens": 5, "n_out": 2, "padding": 4}),
        Case(
            "mask-zero",
            {"x": _one_token(3, 4, token=0)},
            {"n_tokens": 5, "n_out": 2, "padding": 0},
            smooth=False,
            frameworks=("keras",),
            differs={"dw": 1.0},
            twins={"keras": Twin(lambda keras, o: keras.layers.Embedding(o.n_tokens, o.n_out, mask_zero=True), KERAS)},
            reason="Keras' mask_zero trains row 0, where PyTorch's padding_idx does not",
        ),
    ),
    draw=_draw(padded=True),
    starts={"w": lambda o, w, every: w * (np.arange(len(w)) != o.padding)[:, None]},
)
