"""Losses of vectors, and their twins."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, constant, listed, mixed, normal
from reference.pair import Case, Input, Options, Pair, Twin
from reference.pairs.binary_losses import signs
from reference.pairs.losses import KERAS_REDUCTIONS, PLACES, REDUCTIONS, composed, draw_shape, fixed
from scratch.similarity_losses import CosineEmbedding, CosineSimilarity, MarginRanking, TripletMargin


def _keras_cosine(keras: Any, o: SimpleNamespace) -> Any:
    loss = keras.losses.CosineSimilarity(axis=-1, reduction=KERAS_REDUCTIONS[o.reduction])
    return lambda p, t: loss(t, p)


COSINE_SIMILARITY = Pair(
    "cosine_similarity",
    CosineSimilarity,
    torch=composed(
        "torch",
        "cosine_similarity",
        "epsilon",
        reason="PyTorch has the similarity as a function, the loss is minus that",
    ),
    keras=Twin(_keras_cosine),
    kind="loss",
    cases=(
        *(Case(r, {"p": normal(*at, 6), "t": fixed(normal(*at, 6))}, {"reduction": r}) for r, at in PLACES.items()),
        Case("batch1", {"p": normal(1, 5), "t": fixed(normal(1, 5))}),
        Case("vector", {"p": normal(7), "t": fixed(normal(7))}),
        Case("positions", {"p": normal(2, 3, 5), "t": fixed(normal(2, 3, 5))}),
        Case("long", {"p": normal(3, 5, scale=1e4), "t": fixed(normal(3, 5))}),
        *(
            Case(
                f"short-{framework}",
                {"p": normal(3, 5, scale=1e-8), "t": fixed(normal(3, 5))},
                frameworks=(framework,),
                differs=differs,
                reason="where a length is below epsilon PyTorch's gradient is that of the length all the same",
            )
            for framework, differs in (("keras", {}), ("torch", {"dp": 1e-2}))
        ),
        Case("at-epsilon", {"p": listed([1e-7, 0.0]), "t": fixed(listed([0.5, 0.25]))}, smooth=False),
        Case("zero-target", {"p": normal(3, 5), "t": fixed(constant(3, 5))}),
        Case(
            "zero",
            {"p": constant(3, 5), "t": fixed(normal(3, 5))},
            only=("y",),
            smooth=False,
            reason="at 0 there is no direction: PyTorch's gradient is one over its epsilon, Keras' NaN",
        ),
    ),
    draw=lambda rng: Case(
        "",
        {"p": normal(*(shape := (*draw_shape(rng), int(rng.integers(4, 9))))), "t": fixed(normal(*shape))},
        {"reduction": choose(rng, *REDUCTIONS)},
    ),
)


def _pair_of(batch: int, features: int) -> dict[str, Input]:
    return {"a": normal(batch, features), "b": normal(batch, features), "t": fixed(signs(batch))}


def _drawn(
    inputs: Callable[[int, int], dict[str, Input]], options: Callable[[np.random.Generator], Options]
) -> Callable[[np.random.Generator], Case]:
    def draw(rng: np.random.Generator) -> Case:
        given = inputs(int(rng.integers(1, 8)), int(rng.integers(4, 9)))
        return Case("", given, {"reduction": choose(rng, *REDUCTIONS), **options(rng)})

    return draw


COSINE_EMBEDDING = Pair(
    "cosine_embedding",
    CosineEmbedding,
    torch=Twin(lambda torch, o: torch.nn.CosineEmbeddingLoss(margin=o.margin, reduction=o.reduction)),
    keras=composed("keras", "cosine_embedding", "margin", reason="Keras has none"),
    kind="loss",
    cases=(
        *(Case(r, _pair_of(8, 5), {"reduction": r}) for r in REDUCTIONS),
        Case("margin", _pair_of(8, 5), {"margin": 0.3}),
        Case("negative-margin", _pair_of(8, 5), {"margin": -0.4, "reduction": "none"}),
        Case("batch1", {**_pair_of(1, 6), "t": fixed(constant(1, value=1.0))}),
        Case(
            "kink",
            {"a": listed([1.0, 0.0]), "b": listed([0.0, 1.0]), "t": fixed(constant(2, value=-1.0))},
            smooth=False,
        ),
        Case("alike", {"a": normal(4, 6), "b": normal(4, 6), "t": fixed(constant(4, value=1.0))}),
        Case("unlike", {"a": normal(4, 6), "b": normal(4, 6), "t": fixed(constant(4, value=-1.0))}, {"margin": -0.5}),
    ),
    draw=_drawn(_pair_of, lambda rng: {"margin": float(rng.uniform(-0.5, 0.5))}),
)


def _triplet(batch: int, features: int) -> dict[str, Input]:
    return {name: normal(batch, features) for name in ("a", "p", "n")}


TRIPLET_MARGIN = Pair(
    "triplet_margin",
    TripletMargin,
    torch=Twin(
        lambda torch, o: torch.nn.TripletMarginLoss(
            margin=o.margin, p=o.p, eps=o.epsilon, swap=o.swap, reduction=o.reduction
        )
    ),
    keras=composed("keras", "triplet_margin", "margin", "p", "epsilon", "swap", reason="Keras has none"),
    kind="loss",
    cases=(
        *(Case(r, _triplet(8, 5), {"reduction": r}) for r in REDUCTIONS),
        Case("batch1", _triplet(1, 6)),
        Case("margin", _triplet(8, 5), {"margin": 0.25, "reduction": "none"}),
        Case("swap", _triplet(8, 5), {"swap": True}),
        Case("absolute", _triplet(8, 5), {"p": 1.0}),
        Case("cubic", _triplet(8, 5), {"p": 3.0, "swap": True, "reduction": "sum"}),
        Case("epsilon", _triplet(8, 5), {"epsilon": 0.1}),
        Case("far", {"a": normal(4, 6), "p": normal(4, 6), "n": mixed(4, 6, scale=100.0)}),
        Case(
            "kink",
            {"a": listed([0.0, 0.0]), "p": listed([0.5, 0.25]), "n": listed([-1.5, 0.25])},
            {"p": 1.0, "epsilon": 0.0},
            smooth=False,
        ),
        Case(
            "no-difference",
            {"a": listed([1.0, 0.5]), "p": listed([1.5, 0.25]), "n": listed([1.25, 0.0])},
            {"p": 1.0, "epsilon": 0.5},
            smooth=False,
        ),
        *(
            Case(
                f"no-distance-{p:.0f}",
                {"a": listed([1.0, 0.5]), "p": listed([1.0, 0.5]), "n": listed([1.25, 0.0])},
                {"p": p, "epsilon": 0.0},
                smooth=False,
            )
            for p in (1.0, 2.0, 3.0)
        ),
        Case(
            "equally-far",
            {"a": listed([1.0, 0.0]), "p": listed([0.0, 1.0]), "n": listed([2.0, 2.0])},
            {"p": 1.0, "epsilon": 0.0, "swap": True},
            smooth=False,
            frameworks=("keras",),
            reason="of two equal distances PyTorch gives each half of the gradient",
        ),
    ),
    draw=_drawn(
        _triplet,
        lambda rng: {
            "margin": float(rng.uniform(0.1, 2.0)),
            "p": choose(rng, 1.0, 2.0, 3.0, float(rng.uniform(1.2, 4.0))),
            "swap": bool(rng.integers(2)),
        },
    ),
)


def _scores(*shape: int) -> dict[str, Input]:
    return {"a": normal(*shape), "b": normal(*shape), "t": fixed(signs(*shape))}


MARGIN_RANKING = Pair(
    "margin_ranking",
    MarginRanking,
    torch=Twin(lambda torch, o: torch.nn.MarginRankingLoss(margin=o.margin, reduction=o.reduction)),
    keras=composed("keras", "margin_ranking", "margin", reason="Keras has none"),
    kind="loss",
    cases=(
        *(Case(r, _scores(*at), {"reduction": r}) for r, at in PLACES.items()),
        Case("margin", _scores(9), {"margin": 0.5}),
        Case("rows", _scores(4, 6), {"margin": -0.25}),
        Case("batch1", _scores(1)),
        Case(
            "kink",
            {"a": listed([1.0, 0.5, 2.0]), "b": listed([1.0, 1.0, 1.5]), "t": fixed(listed([1.0, 1.0, -1.0]))},
            {"margin": -0.5},
            smooth=False,
        ),
    ),
    draw=_drawn(_scores, lambda rng: {"margin": float(rng.uniform(-0.5, 1.0))}),
)
