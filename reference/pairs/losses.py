"""Losses and their twins."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import indices, listed, mixed, normal, one_hot, positive, probabilities, targets
from reference.pair import Case, Input, Pair, Twin
from scratch.losses import CrossEntropy, SoftmaxCrossEntropy

REDUCTIONS = ("mean", "sum", "none")


def _keras_reduction(o: SimpleNamespace) -> str:
    return {"mean": "sum_over_batch_size", "sum": "sum", "none": "none"}[o.reduction]


def _keras_softmax(keras: Any, o: SimpleNamespace) -> Any:
    kinds = keras.losses.CategoricalCrossentropy, keras.losses.SparseCategoricalCrossentropy
    rows, classes = (kind(from_logits=True, reduction=_keras_reduction(o)) for kind in kinds)
    return lambda x, t: rows(t, x) if len(t.shape) == len(x.shape) else classes(t, x)


def _torch_clipped(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.losses import CrossEntropy as Composed

    return Composed(o.low, o.high, o.reduction)


def _keras_clipped(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.losses import CrossEntropy as Composed

    return Composed(o.low, o.high, o.reduction)


def _targets(rng: np.random.Generator, batch: int, classes: int) -> Input:
    return [one_hot(batch, classes), indices(batch, below=classes), targets(batch, classes)][rng.integers(3)]


def _draw_softmax(rng: np.random.Generator) -> Case:
    batch, classes = int(rng.integers(1, 9)), int(rng.integers(2, 12))
    scale = float(10 ** rng.uniform(-2, 0.5))
    return Case(
        "",
        {"x": normal(batch, classes, scale=scale), "t": _targets(rng, batch, classes)},
        {"reduction": str(rng.choice(REDUCTIONS))},
    )


def _draw_clipped(rng: np.random.Generator) -> Case:
    batch, classes = int(rng.integers(1, 9)), int(rng.integers(2, 12))
    low = float(10 ** rng.uniform(-10, -2))
    return Case(
        "",
        {"p": probabilities(batch, classes, sharpness=3.0), "t": _targets(rng, batch, classes)},
        {"reduction": str(rng.choice(REDUCTIONS)), "low": low, "high": float(rng.choice([1 - low, math.inf]))},
    )


SOFTMAX_CROSS_ENTROPY = Pair(
    "softmax_cross_entropy",
    SoftmaxCrossEntropy,
    torch=Twin(lambda torch, o: torch.nn.CrossEntropyLoss(reduction=o.reduction)),
    keras=Twin(_keras_softmax),
    kind="loss",
    cases=(
        *(
            Case(f"{kind}-{reduction}", {"x": normal(4, 6), "t": t}, {"reduction": reduction})
            for reduction in REDUCTIONS
            for kind, t in (("one-hot", one_hot(4, 6)), ("indices", indices(4, below=6)), ("rows", targets(4, 6)))
        ),
        Case("batch1", {"x": normal(1, 5), "t": one_hot(1, 5)}),
        Case("two-classes", {"x": normal(3, 2), "t": indices(3, below=2)}),
        Case("large-logits", {"x": mixed(4, 6, scale=1000.0), "t": one_hot(4, 6)}),
        Case("confident", {"x": listed([800.0, -800.0, 0.0]), "t": one_hot(2, 3)}),
        Case(
            "unnormalised",
            {"x": normal(4, 6), "t": Input((4, 6), positive(4, 6).fill, differentiable=False)},
            frameworks=("torch",),
            reason="Keras' gradient is softmax(x) - t whatever the targets sum to, which is wrong unless that is 1",
        ),
    ),
    draw=_draw_softmax,
)

CROSS_ENTROPY = Pair(
    "cross_entropy",
    CrossEntropy,
    torch=Twin(
        _torch_clipped, likeness="composed", reason="PyTorch's own takes logits or log-probabilities, unclipped"
    ),
    keras=Twin(
        _keras_clipped,
        likeness="composed",
        reason="Keras' own divides the probabilities by their sum first, and clips at 1e-7 only",
    ),
    kind="loss",
    cases=(
        *(
            Case(f"{kind}-{reduction}", {"p": probabilities(4, 6), "t": t}, {"reduction": reduction})
            for reduction in REDUCTIONS
            for kind, t in (("one-hot", one_hot(4, 6)), ("indices", indices(4, below=6)), ("rows", targets(4, 6)))
        ),
        Case(
            "s2-clip",
            {"p": listed([0.0, 0.999, 0.25, 1e-9]), "t": targets(2, 4)},
            {"low": 1e-8, "high": 1 - 1e-8, "reduction": "sum"},
            smooth=False,
        ),
        Case("keras-clip", {"p": listed([0.0, 1.0, 0.25, 1e-9]), "t": targets(2, 4)}, smooth=False),
        Case(
            "s4-clip",
            {"p": listed([0.0, 1.0, 1e-12, 0.5]), "t": targets(2, 4)},
            {"low": 1e-10, "high": math.inf},
            smooth=False,
        ),
        Case("clipped-both", {"p": probabilities(5, 4, sharpness=3), "t": targets(5, 4)}, {"low": 0.1, "high": 0.6}),
        Case(
            "at-the-bounds",
            {"p": listed([0.25, 0.75, 0.5]), "t": targets(2, 3)},
            {"low": 0.25, "high": 0.75},
            smooth=False,
        ),
    ),
    draw=_draw_clipped,
)
