"""Losses of embeddings, and their twins."""

import functools
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, indices, listed, normal
from reference.pair import Array, Case, Input, Pair, Twin
from reference.pairs.losses import KERAS_REDUCTIONS, REDUCTIONS
from scratch.metric_losses import Circle, TripletMarginWithDistance


def _torch_circle(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.losses import circle

    return lambda p, t: circle(p, t, o.gamma, o.margin, o.remove_diagonal, o.reduction)


def _keras_circle(keras: Any, o: SimpleNamespace) -> Any:
    loss = keras.losses.Circle(o.gamma, o.margin, o.remove_diagonal, KERAS_REDUCTIONS[o.reduction])
    return lambda p, t: loss(t, p)


def _on_the_sphere(*shape: int) -> Input:
    """Rows of length 1."""

    def fill(rng: np.random.Generator, size: tuple[int, ...]) -> Array:
        x = rng.standard_normal(size)
        return x / np.sqrt((x * x).sum(axis=-1, keepdims=True))

    return Input(shape, fill)


def _chosen(*labels: int) -> Input:
    return Input((len(labels),), lambda rng, size: np.array(labels), differentiable=False)


def _axes() -> Input:
    """Two rows that are one point, its opposite, and one at a right angle: distances of exactly 0, 1 and 2."""
    return Input((4, 2), lambda rng, size: np.array([[1.0, 0.0], [1.0, 0.0], [-1.0, 0.0], [0.0, 1.0]]))


def _draw_circle(rng: np.random.Generator) -> Case:
    batch = int(rng.integers(2, 9))
    options = {
        "gamma": float(rng.uniform(1.0, 20.0)),
        "margin": float(rng.uniform(0.0, 0.8)),
        "reduction": choose(rng, *REDUCTIONS),
    }
    return Case("", {"p": _on_the_sphere(batch, int(rng.integers(3, 7))), "t": indices(batch, below=3)}, options)


CIRCLE = Pair(
    "circle",
    Circle,
    torch=Twin(_torch_circle, likeness="composed", reason="PyTorch has none"),
    keras=Twin(_keras_circle),
    kind="loss",
    cases=(
        Case("mean", {"p": _on_the_sphere(7, 4), "t": indices(7, below=3)}),
        Case(
            "sum",
            {"p": _on_the_sphere(8, 3), "t": indices(8, below=3)},
            {"gamma": 6.0, "margin": 0.1, "reduction": "sum"},
        ),
        # 1 and 3 are alone
        Case("alone", {"p": _on_the_sphere(7, 4), "t": _chosen(0, 2, 1, 0, 3, 2, 2)}, {"gamma": 3.0}),
        Case(
            "none",
            {"p": normal(6, 3, scale=1.2), "t": indices(6, below=2)},
            {"gamma": 2.0, "remove_diagonal": False, "reduction": "none"},
        ),
        Case("one-label", {"p": _on_the_sphere(3, 5), "t": _chosen(1, 1, 1)}),
        Case(
            "kinks",
            {"p": _axes(), "t": _chosen(0, 1, 1, 0)},
            {"gamma": 1.5, "margin": 1.0, "remove_diagonal": False},
            smooth=False,
        ),
    ),
    draw=_draw_circle,
)


def _torch_triplet(torch: Any, o: SimpleNamespace) -> Any:
    distance = {
        "euclidean": torch.nn.PairwiseDistance(),
        "cosine": lambda x, y: 1 - torch.nn.functional.cosine_similarity(x, y),
    }
    return torch.nn.TripletMarginWithDistanceLoss(
        distance_function=distance[o.distance], margin=o.margin, swap=o.swap, reduction=o.reduction
    )


def _keras_triplet(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras import distances, losses

    distance = {
        "euclidean": distances.pairwise_distance,
        "cosine": lambda a, b: 1 - distances.pairwise_cosine(a, b),
    }
    loss = functools.partial(losses.triplet_margin_of, distance[o.distance], margin=o.margin, swap=o.swap)
    return losses.reduced(loss, o.reduction)


def _triplet(batch: int, features: int) -> dict[str, Input]:
    return {name: normal(batch, features) for name in ("a", "p", "n")}


def _draw_triplet(rng: np.random.Generator) -> Case:
    options = {
        "distance": choose(rng, "euclidean", "cosine"),
        "margin": float(rng.uniform(0.1, 2.0)),
        "swap": bool(rng.integers(2)),
        "reduction": choose(rng, *REDUCTIONS),
    }
    return Case("", _triplet(int(rng.integers(1, 8)), int(rng.integers(4, 9))), options)


_COSINE = {"distance": "cosine"}
TRIPLET_MARGIN_WITH_DISTANCE = Pair(
    "triplet_margin_with_distance",
    TripletMarginWithDistance,
    torch=Twin(_torch_triplet),
    keras=Twin(_keras_triplet, likeness="composed", reason="Keras has none"),
    kind="loss",
    cases=(
        Case("mean", _triplet(8, 5)),
        Case("cosine-sum", _triplet(8, 5), {**_COSINE, "margin": 0.25, "reduction": "sum"}),
        Case("swap-none", _triplet(7, 4), {"swap": True, "reduction": "none"}),
        Case("cosine-swap", _triplet(6, 3), {**_COSINE, "swap": True, "margin": 0.5}),
        Case(
            "kink",
            {
                "a": listed([1.0, 0.0]),
                "p": listed([2.0, 0.0]),
                "n": listed([0.0, 4.0]),
            },
            {**_COSINE, "margin": 1.0},
            smooth=False,
        ),
        Case(
            "equally-far",
            {"a": listed([1.0, 0.0]), "p": listed([2.0, 0.0]), "n": listed([0.0, 4.0])},
            {**_COSINE, "margin": 1.5, "swap": True},
            smooth=False,
            frameworks=("keras",),
            reason="of two equal distances PyTorch gives each half of the gradient",
        ),
    ),
    draw=_draw_triplet,
)
