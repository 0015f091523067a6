"""Losses of margins between classes, and their twins."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, constant, indices, listed, normal, one_hot, targets, tied
from reference.pair import FRAMEWORKS, Case, Input, Pair, Twin
from reference.pairs.binary_losses import labels, signs
from reference.pairs.losses import PLACES, REDUCTIONS, WEIGHTS, composed, draw_shape, fixed
from reference.pairs.regression_losses import draw_pointwise, keras_own, torch_own
from scratch.margin_losses import CategoricalHinge, Contrastive, HingeEmbedding, MultiLabelMargin, MultiMargin


def _keras_categorical(keras: Any, o: SimpleNamespace) -> Any:
    build = keras_own(lambda keras, o: keras.losses.CategoricalHinge).build
    assert build is not None
    return build(keras, SimpleNamespace(**vars(o), per_sample=True))


def _draw_categorical(rng: np.random.Generator) -> Case:
    shape = (*draw_shape(rng), int(rng.integers(2, 8)))
    return Case("", {"p": normal(*shape), "t": one_hot(*shape)}, {"reduction": choose(rng, *REDUCTIONS)})


CATEGORICAL_HINGE = Pair(
    "categorical_hinge",
    CategoricalHinge,
    torch=composed("torch", "categorical_hinge", reason="PyTorch's MultiMarginLoss sums over the wrong classes"),
    keras=Twin(_keras_categorical),
    kind="loss",
    cases=(
        *(Case(r, {"p": normal(*at, 6), "t": one_hot(*at, 6)}, {"reduction": r}) for r, at in PLACES.items()),
        Case("batch1", {"p": normal(1, 5), "t": one_hot(1, 5)}),
        Case("all-right", {"p": listed([-3.0, 5.0, -4.0]), "t": fixed(listed([0.0, 1.0, 0.0]))}),
        Case("all-negative", {"p": listed([-3.0, -5.0, -4.0]), "t": fixed(listed([0.0, 1.0, 0.0]))}),
        Case("positions", {"p": normal(2, 3, 5), "t": one_hot(2, 3, 5)}),
        Case("kink", {"p": listed([-3.0, 1.0, -4.0]), "t": fixed(listed([0.0, 1.0, 0.0]))}, smooth=False),
        Case("ties", {"p": tied(4, 6), "t": one_hot(4, 6)}, smooth=False),
        Case("rows", {"p": normal(4, 6), "t": fixed(targets(4, 6))}),
    ),
    draw=_draw_categorical,
)


def _torch_multi_margin(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch import losses as glue

    own = torch.nn.MultiMarginLoss(p=o.p, margin=o.margin, weight=glue.weights(o.class_weights), reduction="none")
    return glue.reduced(lambda x, t: glue.margins(own, x, t) * (1 if o.over_classes else x.shape[-1]), o.reduction)


def _chosen(name: str, t: Input, scores: tuple[float, ...], **options: Any) -> Case:
    """The same scores in each of two rows, where some margins are kept just so: the kink."""
    return Case(name, {"x": listed(scores), "t": t}, options, smooth=False)


def _draw_multi_margin(rng: np.random.Generator) -> Case:
    shape, classes = draw_shape(rng), int(rng.integers(2, 12))
    return Case(
        "",
        {
            "x": normal(*shape, classes),
            "t": choose(rng, indices(*shape, below=classes), one_hot(*shape, classes)),
        },
        {
            "margin": float(rng.uniform(0.2, 2.0)),
            "p": choose(rng, 1, 2),
            "class_weights": choose(rng, None, tuple(rng.uniform(0.2, 3.0, classes).tolist())),
            "over_classes": bool(rng.integers(2)),
            "reduction": choose(rng, *REDUCTIONS),
        },
    )


_SVM = {"over_classes": False}
MULTI_MARGIN = Pair(
    "multi_margin",
    MultiMargin,
    spares={
        "nan": {"torch": "PyTorch drops a margin that is NaN"},
        "infinities": dict.fromkeys(
            FRAMEWORKS, "a difference of two infinities is NaN, which PyTorch drops, or its margin"
        ),
    },
    torch=Twin(_torch_multi_margin),
    keras=composed(
        "keras",
        "multi_margin",
        *("margin", "p", "class_weights", "over_classes"),
        reason="Keras has none; of the wrong classes its CategoricalHinge takes the largest alone",
    ),
    kind="loss",
    cases=(
        *(Case(r, {"x": normal(*at, 6), "t": indices(*at, below=6)}, {"reduction": r}) for r, at in PLACES.items()),
        *(
            Case(f"svm-{r}", {"x": normal(*at, 6), "t": one_hot(*at, 6)}, {**_SVM, "reduction": r})
            for r, at in PLACES.items()
        ),
        Case("batch1", {"x": normal(1, 5), "t": indices(1, below=5)}),
        Case("one-class", {"x": normal(3, 1), "t": indices(3, below=1)}),
        Case("positions", {"x": normal(2, 3, 4, 5), "t": indices(2, 3, 4, below=5)}, {"p": 2, "margin": 0.5}),
        Case("squared", {"x": normal(4, 6), "t": indices(4, below=6)}, {"p": 2}),
        Case("squared-weights", {"x": normal(5, 6), "t": indices(5, below=6)}, {"p": 2, "class_weights": WEIGHTS}),
        Case("wide", {"x": normal(4, 6), "t": one_hot(4, 6)}, {"margin": 3.0}),
        Case("weights", {"x": normal(5, 6), "t": indices(5, below=6)}, {"class_weights": WEIGHTS}),
        Case("svm-weights", {"x": normal(5, 6), "t": one_hot(5, 6)}, {"class_weights": WEIGHTS, **_SVM}),
        _chosen("kink", indices(2, below=1), (1.0, 0.0, 2.0, -0.5)),
        _chosen("kink-squared", indices(2, below=1), (1.0, 0.0, 2.0, -0.5), p=2),
        Case("ties", {"x": tied(4, 6), "t": indices(4, below=6)}, smooth=False),
        Case("kept", {"x": listed((5.0, 1.0, -2.0)), "t": indices(2, below=1)}),
    ),
    draw=_draw_multi_margin,
)


def _torch_multi_label(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch import losses as glue

    own = torch.nn.MultiLabelMarginLoss(reduction="none")
    return glue.reduced(lambda x, t: glue.multi_label_margins(own, x, t), o.reduction)


def _several(*shape: int) -> dict[str, Input]:
    return {"x": normal(*shape), "t": fixed(labels(*shape))}


MULTI_LABEL_MARGIN = Pair(
    "multi_label_margin",
    MultiLabelMargin,
    spares={"nan": {"torch": "PyTorch drops a margin that is NaN"}},
    torch=Twin(_torch_multi_label),
    keras=composed("keras", "multi_label_margin", reason="Keras has none"),
    kind="loss",
    cases=(
        *(Case(r, _several(*at, 6), {"reduction": r}) for r, at in PLACES.items()),
        Case("far", {"x": normal(3, 5, scale=3.0), "t": fixed(labels(3, 5))}),
        Case("all-right", {"x": normal(2, 4), "t": fixed(constant(2, 4, value=1.0))}),
        Case(
            "kink",
            {"x": listed([1.0, 0.0, 0.5, -2.0]), "t": fixed(listed([1.0, 0.0, 0.0, 0.0]))},
            smooth=False,
        ),
    ),
    draw=lambda rng: Case(
        "", _several(*draw_shape(rng), int(rng.integers(2, 8))), {"reduction": choose(rng, *REDUCTIONS)}
    ),
)

HINGE_EMBEDDING = Pair(
    "hinge_embedding",
    HingeEmbedding,
    torch=torch_own(lambda torch, o, r: torch.nn.HingeEmbeddingLoss(margin=o.margin, reduction=r)),
    keras=composed("keras", "hinge_embedding", "margin", reason="Keras has none; its Hinge is of scores"),
    kind="loss",
    cases=(
        *(Case(r, {"p": normal(*at, 5), "t": fixed(signs(*at, 5))}, {"reduction": r}) for r, at in PLACES.items()),
        Case("samples", {"p": normal(4, 6), "t": fixed(signs(4, 6))}, {"per_sample": True, "reduction": "sum"}),
        Case("margin", {"p": normal(4, 6), "t": fixed(signs(4, 6))}, {"margin": 0.25}),
        Case("kink", {"p": listed([0.5, 1.0, -1.0]), "t": fixed(listed([-1.0, -1.0, 1.0]))}, smooth=False),
    ),
    draw=draw_pointwise(normal, signs, lambda rng: {"margin": float(rng.uniform(0.1, 2.0))}),
)

CONTRASTIVE = Pair(
    "contrastive",
    Contrastive,
    torch=composed("torch", "contrastive", "margin", reason="PyTorch has none; its HingeEmbeddingLoss does not square"),
    keras=composed("keras", "contrastive", "margin", reason="Keras has none"),
    kind="loss",
    cases=(
        *(Case(r, {"p": normal(*at, 5), "t": fixed(labels(*at, 5))}, {"reduction": r}) for r, at in PLACES.items()),
        Case("samples", {"p": normal(4, 6), "t": fixed(labels(4, 6))}, {"per_sample": True, "reduction": "sum"}),
        Case("margin", {"p": normal(4, 6), "t": fixed(labels(4, 6))}, {"margin": 0.25}),
        Case("far", {"p": normal(4, 6, scale=20.0), "t": fixed(labels(4, 6))}, {"margin": 1.75, "reduction": "none"}),
        Case("kink", {"p": listed([0.5, 1.0, -1.0]), "t": fixed(listed([0.0, 0.0, 1.0]))}),
    ),
    draw=draw_pointwise(normal, labels, lambda rng: {"margin": float(rng.uniform(0.1, 2.0))}),
)
