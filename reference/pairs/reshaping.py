"""Layers that move numbers, and their twins."""

import numpy as np

from reference.fills import choose, normal
from reference.pair import Case, Pair, Twin
from scratch.reshaping import Flatten, Permute, RepeatVector, Reshape


def _draw_flatten(rng: np.random.Generator) -> Case:
    return Case("", {"x": normal(*rng.integers(1, 7, rng.integers(2, 6)).tolist())})


FLATTEN = Pair(
    "flatten",
    Flatten,
    torch=Twin(lambda torch, o: torch.nn.Flatten()),
    keras=Twin(lambda keras, o: keras.layers.Flatten()),
    cases=(
        Case("images", {"x": normal(2, 5, 4, 3)}),
        Case("sequences", {"x": normal(3, 4, 2)}),
        Case("rows", {"x": normal(3, 4)}),
        Case("rank5", {"x": normal(2, 3, 2, 4, 5)}),
        Case("batch1", {"x": normal(1, 3, 2)}),
    ),
    draw=_draw_flatten,
    notes=(
        "All three let the last axis run fastest. With channels last that is the channel, with PyTorch's channels "
        "first it is the column, so a dense layer that follows needs its rows reordered: (h w c) to (c h w).",
    ),
)


def _draw_reshape(rng: np.random.Generator) -> Case:
    a, b, c = (int(n) for n in rng.choice(np.arange(1, 7), 3, replace=False))
    before: tuple[int, ...] = choose(rng, (a, b * c), (a * b, c), (b, a, c), (a * b * c,))
    after: tuple[int, ...] = choose(rng, (c, a, b), (b, c * a), (-1, b), (a, -1), (c, -1, b), (a * b * c,))
    return Case("", {"x": normal(int(rng.integers(1, 5)), *before)}, {"shape": after})


RESHAPE = Pair(
    "reshape",
    Reshape,
    torch=Twin(lambda torch, o: lambda x: torch.reshape(x, (len(x), *o.shape))),
    keras=Twin(lambda keras, o: keras.layers.Reshape(o.shape)),
    cases=(
        Case("images", {"x": normal(2, 60)}, {"shape": (5, 4, 3)}),
        Case("transposing-shape", {"x": normal(2, 5, 3)}, {"shape": (3, 5)}),
        Case("rest", {"x": normal(2, 5, 4, 3)}, {"shape": (-1, 6)}),
        Case("rest-in-the-middle", {"x": normal(3, 5, 8)}, {"shape": (4, -1, 2)}),
        Case("flat", {"x": normal(3, 5, 4)}, {"shape": (-1,)}),
        Case("batch1", {"x": normal(1, 6)}, {"shape": (2, 3)}),
    ),
    draw=_draw_reshape,
    notes=("The shape leaves out the batch, as in Keras; in PyTorch it is written out: x.reshape(len(x), ...).",),
)


def _draw_permute(rng: np.random.Generator) -> Case:
    rank = int(rng.integers(1, 5))
    sizes = (int(rng.integers(1, 4)), *rng.choice(np.arange(1, 7), rank, replace=False).tolist())
    return Case("", {"x": normal(*sizes)}, {"axes": tuple((1 + rng.permutation(rank)).tolist())})


PERMUTE = Pair(
    "permute",
    Permute,
    torch=Twin(lambda torch, o: lambda x: torch.permute(x, (0, *o.axes))),
    keras=Twin(lambda keras, o: keras.layers.Permute(o.axes)),
    cases=(
        Case("swap", {"x": normal(2, 4, 3)}, {"axes": (2, 1)}),
        Case("channels-first", {"x": normal(2, 5, 4, 3)}, {"axes": (3, 1, 2)}),
        Case("channels-last", {"x": normal(2, 3, 5, 4)}, {"axes": (2, 3, 1)}),
        Case("rank4", {"x": normal(2, 3, 5, 4, 6)}, {"axes": (3, 1, 4, 2)}),
        Case("nothing", {"x": normal(2, 4, 3)}, {"axes": (1, 2)}),
        Case("batch1", {"x": normal(1, 4, 3)}, {"axes": (2, 1)}),
    ),
    draw=_draw_permute,
)


def _draw_repeat(rng: np.random.Generator) -> Case:
    return Case("", {"x": normal(*rng.integers(1, 8, 2).tolist())}, {"n": int(rng.integers(1, 8))})


REPEAT_VECTOR = Pair(
    "repeat_vector",
    RepeatVector,
    torch=Twin(
        lambda torch, o: lambda x: x.unsqueeze(1).repeat(1, o.n, 1),
        likeness="composed",
        reason="unsqueeze and repeat; PyTorch has no layer for it",
    ),
    keras=Twin(lambda keras, o: keras.layers.RepeatVector(o.n)),
    cases=(
        Case("plain", {"x": normal(3, 4)}, {"n": 5}),
        Case("once", {"x": normal(3, 4)}, {"n": 1}),
        Case("batch1", {"x": normal(1, 4)}, {"n": 3}),
        Case("one-feature", {"x": normal(3, 1)}, {"n": 2}),
        Case("long", {"x": normal(2, 3)}, {"n": 40}),
    ),
    draw=_draw_repeat,
)
