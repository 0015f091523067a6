"""Sparsemax and its twins."""

import math

import numpy as np

from reference.fills import constant, listed, mixed, normal
from reference.pair import Case, Pair, Twin
from reference.pairs.activations import composed, keras_function
from scratch.sparsemax import Sparsemax

WRONG_IN_KERAS = (
    "with TensorFlow, keras.activations.sparsemax takes the sum of all cumulative sums for the last of them: right "
    "only where one probability is 1 and the others 0"
)
BY_SORTING = "a sort and cumulative sums"
NAN_UNSORTED = "TensorFlow's sort leaves a NaN where it falls: the threshold may be that of the numbers before it"


def _draw(rng: np.random.Generator) -> Case:
    shape = rng.integers(2, 7, rng.integers(1, 5)).tolist()
    axis = int(rng.integers(-len(shape), len(shape)))
    return Case("", {"x": normal(*shape, scale=float(10 ** rng.uniform(-2, 0.5)))}, {"axis": axis})


SPARSEMAX = Pair(
    "sparsemax",
    Sparsemax,
    torch=composed("torch", "sparsemax", "axis", reason=f"PyTorch has no sparsemax; {BY_SORTING}"),
    keras=composed("keras", "sparsemax", "axis", reason=f"Keras' own is wrong with TensorFlow; {BY_SORTING}"),
    kind="activation",
    cases=(
        Case("rows", {"x": normal(4, 6)}),
        Case("vector", {"x": normal(5)}),
        Case("columns", {"x": normal(4, 6)}, {"axis": 0}),
        Case("middle", {"x": normal(3, 5, 4)}, {"axis": 1}),
        Case("first", {"x": normal(3, 5, 4)}, {"axis": 0}),
        Case("channels", {"x": normal(2, 4, 3, 5)}, {"axis": 3}),
        Case("one-class", {"x": normal(3, 1)}),
        Case("all-inside", {"x": normal(4, 6, scale=0.02)}),
        Case("large", {"x": mixed(4, 6, scale=1000.0)}),
        Case("shifted", {"x": listed([1e4, 1e4 + 0.5, 1e4 - 0.125, 1e4 - 2])}),
        Case("equal", {"x": constant(3, 5, value=2.0)}),
        Case("equal-below", {"x": listed([0.5, 0.25, 0.25, -3.0])}),
        Case("at-the-threshold", {"x": listed([-0.5, 0.0, -0.75, -3.0])}, smooth=False),
        Case("minus-infinity", {"x": listed([-math.inf, 0.0, 0.5, -2.0])}, smooth=False),
        Case(
            "nan-between",
            {"x": listed([0.0, math.nan, 1.0])},
            only=("y",),
            smooth=False,
            frameworks=("torch",),
            reason=f"the gradient is of no use; {NAN_UNSORTED}",
        ),
        Case(
            "stock-keras",
            {"x": normal(4, 6, scale=0.1)},
            only=("y",),
            frameworks=("keras",),
            differs={"y": 0.1},
            twins={"keras": Twin(keras_function("sparsemax", axis="axis"))},
            reason=WRONG_IN_KERAS,
        ),
    ),
    draw=_draw,
    spares={"nan": {"keras": NAN_UNSORTED}},
)
