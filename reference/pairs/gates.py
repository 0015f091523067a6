"""Activations that join features, and their twins."""

import numpy as np

from reference.fills import constant, mixed, normal, tied
from reference.pair import Case, Pair, Twin
from reference.pairs.activations import composed, keras_function
from scratch.gates import GLU, Maxout


def _draw_glu(rng: np.random.Generator) -> Case:
    shape = rng.integers(1, 6, rng.integers(1, 5)).tolist()
    axis = int(rng.integers(-len(shape), len(shape)))
    shape[axis] *= 2
    return Case("", {"x": normal(*shape, scale=float(10 ** rng.uniform(-2, 0.5)))}, {"axis": axis})


def _draw_maxout(rng: np.random.Generator) -> Case:
    shape = rng.integers(1, 6, rng.integers(1, 4)).tolist()
    pieces = int(rng.integers(1, 5))
    return Case("", {"x": normal(*shape[:-1], shape[-1] * pieces)}, {"pieces": pieces})


GLU_PAIR = Pair(
    "glu",
    GLU,
    torch=Twin(lambda torch, o: torch.nn.GLU(dim=o.axis)),
    keras=Twin(keras_function("glu", axis="axis")),
    kind="activation",
    cases=(
        Case("vector", {"x": normal(10)}),
        Case("rows", {"x": normal(3, 8)}),
        Case("batch1", {"x": normal(1, 6)}),
        Case("one-pair", {"x": normal(5, 2)}),
        Case("channels", {"x": normal(2, 5, 3, 8)}),
        Case("middle", {"x": normal(3, 4, 5)}, {"axis": 1}),
        Case("first", {"x": normal(6, 4)}, {"axis": 0}),
        Case("large", {"x": mixed(4, 6, scale=3.0)}),
        Case("huge", {"x": mixed(4, 6, scale=1e4)}),
        Case("zero", {"x": constant(3, 4)}),
    ),
    draw=_draw_glu,
)

_NO_MAXOUT = "neither framework has it: a reshape and a maximum"
MAXOUT = Pair(
    "maxout",
    Maxout,
    torch=composed("torch", "maxout", "pieces", reason=_NO_MAXOUT),
    keras=composed("keras", "maxout", "pieces", reason=_NO_MAXOUT),
    kind="activation",
    cases=(
        Case("rows", {"x": normal(3, 10)}, {"pieces": 2}),
        Case("vector", {"x": normal(12)}, {"pieces": 4}),
        Case("batch1", {"x": normal(1, 6)}, {"pieces": 3}),
        Case("one-feature", {"x": normal(4, 5)}, {"pieces": 5}),
        Case("one-piece", {"x": normal(4, 5)}, {"pieces": 1}),
        Case("images", {"x": normal(2, 5, 4, 6)}, {"pieces": 3}),
        Case("ties", {"x": tied(4, 12)}, {"pieces": 4}, smooth=False),
        Case("equal", {"x": constant(3, 4)}, {"pieces": 2}, smooth=False),
    ),
    draw=_draw_maxout,
)
