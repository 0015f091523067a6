"""Layers that move numbers, and their twins."""

import numpy as np

from reference.fills import normal
from reference.pair import Case, Pair, Twin
from scratch.reshaping import Flatten


def _draw(rng: np.random.Generator) -> Case:
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
    draw=_draw,
    notes=(
        "All three let the last axis run fastest. With channels last that is the channel, with PyTorch's channels "
        "first it is the column, so a dense layer that follows needs its rows reordered: (h w c) to (c h w).",
    ),
)
