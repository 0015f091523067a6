"""Losses of two classes, and their twins."""

import functools
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, constant, listed, mixed, normal, one_hot, tied
from reference.pair import FRAMEWORKS, Case, Input, Pair, Twin
from reference.pairs.losses import composed, fixed, unlike_keras
from reference.pairs.regression_losses import draw_pointwise, keras_own, pointwise_cases, torch_own
from scratch.binary_losses import (
    BinaryCrossEntropy,
    BinaryFocalCrossEntropy,
    Hinge,
    SigmoidCrossEntropy,
    SoftMargin,
    SquaredHinge,
)


def chances(*shape: int) -> Input:
    """Probabilities of one class, between 0.02 and 0.98."""
    return Input(shape, lambda rng, size: rng.uniform(0.02, 0.98, size))


def labels(*shape: int) -> Input:
    """0 or 1."""
    return Input(shape, lambda rng, size: rng.integers(0, 2, size).astype(np.float64))


def signs(*shape: int) -> Input:
    """-1 or 1."""
    return Input(shape, lambda rng, size: rng.choice([-1.0, 1.0], size))


def _keras_binary(keras: Any, o: SimpleNamespace) -> Any:
    if o.weights is not None:
        weighted = ("weighted_binary_cross_entropy", "epsilon", "label_smoothing", "weights")
        return composed("keras", *weighted, reason="a weight").build(keras, o)  # type: ignore[misc]
    twin = keras_own(
        lambda keras, o: functools.partial(keras.losses.BinaryCrossentropy, label_smoothing=o.label_smoothing)
    )
    loss = twin.build(keras, o)  # type: ignore[misc]
    # Keras clips at 1e-7; what was clipped further in before stays as it is
    return loss if o.epsilon == 1e-7 else lambda p, t: loss(keras.ops.clip(p, o.epsilon, 1 - o.epsilon), t)


_UNCLIPPED = "PyTorch's own does not clip the probabilities, but their logarithms at -100"
_NO_PROBABILITY = {"nan": {"torch": "PyTorch refuses what is no probability"}}
_ROUNDED = dict.fromkeys(FRAMEWORKS, "it is no probability; clipped to 1 - 1e-7 it is rounded in float32")

BINARY_CROSS_ENTROPY = Pair(
    "binary_cross_entropy",
    BinaryCrossEntropy,
    spares={**_NO_PROBABILITY, "infinities": _ROUNDED},
    torch=composed("torch", "binary_cross_entropy", "epsilon", "label_smoothing", "weights", reason=_UNCLIPPED),
    keras=Twin(_keras_binary),
    kind="loss",
    cases=(
        *pointwise_cases(chances, labels),
        Case("between", {"p": chances(4, 6), "t": fixed(chances(4, 6))}),
        Case("smoothed", {"p": chances(4, 6), "t": fixed(chances(4, 6))}, {"label_smoothing": 0.2}),
        Case("weights", {"p": chances(4, 3), "t": fixed(labels(4, 3))}, {"weights": (0.5, 2.0, 1.5)}),
        Case("clipped", {"p": chances(4, 6), "t": fixed(labels(4, 6))}, {"epsilon": 0.2}),
        Case("certain", {"p": listed([0.0, 1.0, 0.25, 1e-9]), "t": fixed(listed([1.0, 1.0, 0.0, 1.0]))}, smooth=False),
        # 1 - 1e-7 is no float32, and log(1 - p) shows it: this bound is one in both dtypes
        Case(
            "certain-and-wrong",
            {"p": listed([0.0, 1.0, 0.25, 1e-9]), "t": fixed(listed([1.0, 0.0, 0.0, 1.0]))},
            {"epsilon": 2.0**-20},
            smooth=False,
        ),
        Case(
            "at-the-bounds",
            {"p": listed([0.25, 0.75, 0.5]), "t": fixed(labels(2, 3))},
            {"epsilon": 0.25},
            smooth=False,
        ),
        Case(
            "torch-own",
            {"p": listed([0.0, 1.0, 0.25]), "t": fixed(listed([1.0, 0.0, 1.0]))},
            smooth=False,
            frameworks=("torch",),
            twins={"torch": Twin(lambda torch, o: torch.nn.BCELoss(reduction=o.reduction))},
            differs={"y": 0.5, "dp": 0.5},
            reason=_UNCLIPPED,
        ),
        Case(
            "torch-own-inside",
            {"p": chances(4, 6), "t": fixed(labels(4, 6))},
            frameworks=("torch",),
            twins={"torch": Twin(lambda torch, o: torch.nn.BCELoss(reduction=o.reduction))},
            reason="away from 0 and 1 PyTorch's own is the same",
        ),
    ),
    draw=draw_pointwise(
        chances,
        labels,
        lambda rng: {"epsilon": choose(rng, 1e-7, 0.1), "label_smoothing": choose(rng, 0.0, 0.25)},
    ),
)


def _torch_sigmoid(torch: Any, o: SimpleNamespace, reduction: str) -> Any:
    from reference.migration.glue.torch import losses as glue

    weights = {"weight": glue.weights(o.weights), "pos_weight": glue.weights(o.positive_weight)}
    own = torch.nn.BCEWithLogitsLoss(**weights, reduction=reduction)
    return glue.smoothed(own, o.label_smoothing) if o.label_smoothing else own


def _keras_sigmoid(keras: Any, o: SimpleNamespace) -> Any:
    if o.positive_weight == 1.0 and o.weights is None:
        twin = keras_own(
            lambda keras, o: functools.partial(
                keras.losses.BinaryCrossentropy, from_logits=True, label_smoothing=o.label_smoothing
            )
        )
    else:
        options = ("positive_weight", "label_smoothing", "weights")
        twin = composed("keras", "weighted_sigmoid_cross_entropy", *options, reason="a weight")
    return twin.build(keras, o)  # type: ignore[misc]


def _torch_multi_label(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.losses import weights

    return torch.nn.MultiLabelSoftMarginLoss(weights(o.weights), reduction=o.reduction)


SIGMOID_CROSS_ENTROPY = Pair(
    "sigmoid_cross_entropy",
    SigmoidCrossEntropy,
    spares={
        "infinities": {
            "keras": "Keras' loss has infinity times a target of 0 in it",
            "torch": "PyTorch's loss takes infinity from infinity where the logit is minus infinity",
        }
    },
    torch=torch_own(_torch_sigmoid),
    keras=Twin(_keras_sigmoid),
    kind="loss",
    cases=(
        *pointwise_cases(normal, labels),
        Case("between", {"p": normal(4, 6), "t": fixed(chances(4, 6))}),
        Case("smoothed", {"p": normal(4, 6), "t": fixed(chances(4, 6))}, {"label_smoothing": 0.2}),
        Case("weighted", {"p": normal(4, 6), "t": fixed(labels(4, 6))}, {"positive_weight": 2.5}),
        Case(
            "weights",
            {"p": normal(4, 3), "t": fixed(labels(4, 3))},
            {"positive_weight": (0.5, 2.0, 1.5), "weights": (3.0, 0.7, 1.2)},
        ),
        Case(
            "weighted-smoothed-samples",
            {"p": normal(4, 6), "t": fixed(labels(4, 6))},
            {"positive_weight": 0.5, "label_smoothing": 0.1, "per_sample": True, "reduction": "sum"},
        ),
        *(
            Case(
                f"multi-label-{reduction}",
                {"p": normal(4, 3), "t": fixed(labels(4, 3))},
                {"weights": (0.5, 2.0, 1.5), "per_sample": True, "reduction": reduction},
                frameworks=("torch",),
                twins={"torch": Twin(_torch_multi_label)},
                beside=(),
                reason="PyTorch has it a second time, as MultiLabelSoftMarginLoss",
            )
            for reduction in ("mean", "none")
        ),
        Case("large", {"p": mixed(4, 6, scale=1000.0), "t": fixed(labels(4, 6))}),
        Case(
            "confident",
            {"p": listed([20.0, 25.0, 30.0, 35.0]), "t": fixed(constant(2, 4, value=1.0))},
            only=("y",),
            reason="the gradients of both are sigmoid(x) - t, whose digits cancel",
        ),
        Case(
            "confident-not",
            {"p": listed([-20.0, -25.0, -30.0, -35.0]), "t": fixed(constant(2, 4))},
            only=("dp",),
            reason="the loss of PyTorch is x + log(1 + exp(-x)), whose digits cancel",
        ),
        Case("zero", {"p": tied(4, 6), "t": fixed(labels(4, 6))}),
    ),
    draw=draw_pointwise(
        normal,
        labels,
        lambda rng: {
            "positive_weight": choose(rng, 1.0, float(rng.uniform(0.2, 4.0))),
            "label_smoothing": choose(rng, 0.0, 0.25),
        },
    ),
)


def _keras_focal(keras: Any, o: SimpleNamespace) -> Any:
    balanced = {} if o.alpha is None else {"apply_class_balancing": True, "alpha": o.alpha}
    return functools.partial(
        keras.losses.BinaryFocalCrossentropy, gamma=o.gamma, label_smoothing=o.label_smoothing, **balanced
    )


BINARY_FOCAL_CROSS_ENTROPY = Pair(
    "binary_focal_cross_entropy",
    BinaryFocalCrossEntropy,
    spares=_NO_PROBABILITY,
    torch=composed(
        "torch", "binary_focal_cross_entropy", "gamma", "alpha", "label_smoothing", reason="PyTorch itself has none"
    ),
    keras=keras_own(_keras_focal),
    kind="loss",
    cases=(
        *pointwise_cases(chances, labels),
        Case("gamma-0", {"p": chances(4, 6), "t": fixed(labels(4, 6))}, {"gamma": 0.0}),
        *unlike_keras(
            Case(
                "gamma-0-certain",
                {"p": listed([0.0, 1.0, 0.25]), "t": fixed(listed([0.0, 1.0, 1.0]))},
                {"gamma": 0.0},
                smooth=False,
            ),
            {"dp": 1.0},
            "of a prediction that is right Keras' gradient is 0 times infinity where gamma is 0",
        ),
        Case("gamma-0.5", {"p": chances(4, 6), "t": fixed(labels(4, 6))}, {"gamma": 0.5}),
        Case("balanced", {"p": chances(4, 6), "t": fixed(labels(4, 6))}, {"alpha": 0.25}),
        Case("balanced-0", {"p": chances(4, 6), "t": fixed(labels(4, 6))}, {"alpha": 0.0}),
        Case(
            "smoothed-balanced",
            {"p": chances(4, 6), "t": fixed(chances(4, 6))},
            {"alpha": 0.75, "label_smoothing": 0.2, "gamma": 3.0},
        ),
    ),
    draw=draw_pointwise(
        chances,
        labels,
        lambda rng: {
            "gamma": float(rng.uniform(0.5, 4.0)),
            "alpha": choose(rng, None, float(rng.uniform(0.1, 0.9))),
            "label_smoothing": choose(rng, 0.0, 0.25),
        },
    ),
)

# ---- margins

_ZERO_ONE = "Keras takes 0 and 1 for -1 and 1 where there is no other label; PyTorch's formula takes them as they are"
_KINK = {"p": tied(4, 6), "t": fixed(signs(4, 6))}


def _margin_cases() -> tuple[Case, ...]:
    return (
        *pointwise_cases(normal, signs),
        Case("kink", _KINK, smooth=False),
        *unlike_keras(
            Case("zeros-and-ones", {"p": normal(4, 6), "t": fixed(one_hot(4, 6))}), {"y": 0.01, "dp": 0.1}, _ZERO_ONE
        ),
    )


HINGE = Pair(
    "hinge",
    Hinge,
    torch=composed("torch", "hinge", reason="PyTorch has none; its HingeEmbeddingLoss is another"),
    keras=keras_own(lambda keras, o: keras.losses.Hinge),
    kind="loss",
    cases=_margin_cases(),
    draw=draw_pointwise(normal, signs),
)

SQUARED_HINGE = Pair(
    "squared_hinge",
    SquaredHinge,
    torch=composed("torch", "squared_hinge", reason="PyTorch has none"),
    keras=keras_own(lambda keras, o: keras.losses.SquaredHinge),
    kind="loss",
    cases=_margin_cases(),
    draw=draw_pointwise(normal, signs),
)

SOFT_MARGIN = Pair(
    "soft_margin",
    SoftMargin,
    torch=torch_own(lambda torch, o, reduction: torch.nn.SoftMarginLoss(reduction=reduction)),
    keras=composed("keras", "soft_margin", reason="Keras has none"),
    kind="loss",
    cases=(
        *pointwise_cases(normal, signs),
        Case("zero", _KINK),
        Case("large", {"p": mixed(4, 6, scale=100.0), "t": fixed(signs(4, 6))}),
        Case("confident", {"p": listed([20.0, -25.0, 30.0, -35.0]), "t": fixed(listed([1.0, -1.0, 1.0, -1.0]))}),
    ),
    draw=draw_pointwise(normal, signs),
)
