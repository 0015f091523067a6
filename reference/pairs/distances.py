"""Distances and likenesses of two vectors, and their twins."""

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, constant, listed, normal
from reference.pair import Case, Input, Pair, Twin
from scratch.distances import PairwiseCosine, PairwiseDistance


def _keras(name: str, *options: str) -> Callable[[Any, SimpleNamespace], Any]:
    def build(keras: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.keras import distances

        return lambda a, b: getattr(distances, name)(a, b, **{option: getattr(o, option) for option in options})

    return build


def _two(*shape: int) -> dict[str, Input]:
    return {"a": normal(*shape), "b": normal(*shape)}


def _draw_distance(rng: np.random.Generator) -> Case:
    options = {
        "p": choose(rng, 0.5, 1.0, 2.0, 3.0, float(rng.uniform(1.2, 4.0)), math.inf),
        "epsilon": choose(rng, 0.0, 1e-6, 0.1),
        "keepdims": bool(rng.integers(2)),
    }
    return Case("", _two(*rng.integers(1, 7, rng.integers(2, 4)).tolist()), options)


PAIRWISE_DISTANCE = Pair(
    "pairwise_distance",
    PairwiseDistance,
    torch=Twin(lambda torch, o: torch.nn.PairwiseDistance(o.p, o.epsilon, o.keepdims)),
    keras=Twin(
        _keras("pairwise_distance", "p", "epsilon", "keepdims"), likeness="composed", reason="Keras has no such layer"
    ),
    cases=(
        Case("euclidean", _two(4, 6)),
        Case("absolute", _two(3, 5), {"p": 1.0, "keepdims": True}),
        Case("cubic", _two(2, 3, 5), {"p": 3.0}),
        Case("epsilon", _two(5, 4), {"epsilon": 0.1}),
        Case("below-one", _two(2, 3, 5), {"p": 0.5}),
        Case("largest", _two(4, 3, 5), {"p": math.inf, "keepdims": True}),
        Case(
            "two-largest",
            {"a": listed([1.0, 0.5, -2.0]), "b": listed([-1.5, 0.25, 0.5])},
            {"p": math.inf, "epsilon": 0.0},
            smooth=False,
        ),
        Case(
            "largest-is-nan",
            {"a": listed([1.0, math.nan, -2.0]), "b": listed([-1.5, 0.25, 0.5])},
            {"p": math.inf},
            smooth=False,
            only=("y",),
            reason="where the largest is no number the gradient is 0 in PyTorch, and none in TensorFlow",
        ),
        Case(
            "below-one-no-difference",
            {"a": listed([1.0, 0.5, 2.0]), "b": listed([1.0, 0.25, 1.0])},
            {"p": 0.5, "epsilon": 0.0},
            smooth=False,
        ),
        Case(
            "no-difference",
            {"a": listed([1.0, 0.5, 2.0]), "b": listed([1.5, 0.25, 1.0])},
            {"p": 1.0, "epsilon": 0.5},
            smooth=False,
        ),
        Case(
            "no-distance",
            {"a": constant(2, 3, value=1.0), "b": constant(2, 3, value=1.0)},
            {"epsilon": 0.0},
            smooth=False,
        ),
    ),
    draw=_draw_distance,
)


def _short(framework: str, **differs: float) -> Case:
    return Case(
        f"short-{framework}",
        {"a": normal(3, 5, scale=1e-9), "b": normal(3, 5)},
        frameworks=(framework,),
        differs=differs,
        reason="where a length is below epsilon PyTorch's gradient is that of the length all the same",
    )


def _draw_cosine(rng: np.random.Generator) -> Case:
    # sizes apart: without the first axis an output is no batch, though another axis be as long
    shape = rng.permutation(np.arange(2, 7))[: rng.integers(2, 4)].tolist()
    return Case("", _two(*shape), {"axis": int(rng.integers(-1, len(shape)))})


PAIRWISE_COSINE = Pair(
    "pairwise_cosine",
    PairwiseCosine,
    torch=Twin(lambda torch, o: torch.nn.CosineSimilarity(o.axis, o.epsilon)),
    keras=Twin(
        _keras("pairwise_cosine", "axis", "epsilon"),
        likeness="composed",
        reason="the Dot layer with normalize keeps an axis of size 1, and its epsilon is fixed",
    ),
    cases=(
        Case("vectors", _two(4, 6)),
        Case("axis", _two(2, 5, 3)),
        Case("last", _two(2, 3, 5), {"axis": -1}),
        Case("first", _two(5, 3), {"axis": 0}),
        _short("keras"),
        _short("torch", da=1e-2),
        Case(
            "epsilon",
            {"a": listed([3.0, 4.0]), "b": listed([0.5, 0.25])},
            {"epsilon": 5.0},
            smooth=False,
            frameworks=("keras",),
            reason="below epsilon PyTorch's gradient is that of the length all the same",
        ),
    ),
    draw=_draw_cosine,
)
