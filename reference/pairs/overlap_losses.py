"""Losses of how far two regions overlap, and their twins."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, constant
from reference.pair import Case, Options, Pair, Twin
from reference.pairs.binary_losses import chances, labels
from reference.pairs.losses import KERAS_REDUCTIONS, REDUCTIONS, composed, fixed
from scratch.overlap_losses import Dice, Tversky

EPSILON = 1e-7
# sums over images, which leave a loss for each sample and class
IMAGES = {"axis": (1, 2)}


def _keras(name: str, options: Callable[[SimpleNamespace], Options]) -> Twin:
    """A loss of Keras' own, or with another epsilon one that is composed."""

    def build(keras: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.keras import losses as glue

        if o.epsilon == EPSILON:
            own = getattr(keras.losses, name)(**options(o), axis=o.axis, reduction=KERAS_REDUCTIONS[o.reduction])
            return lambda p, t: own(t, p)
        names = ("alpha", "beta") if name == "Tversky" else ()
        given = {each: getattr(o, each) for each in (*names, "axis", "epsilon")}
        return glue.reduced(lambda p, t: getattr(glue, name.lower())(p, t, **given), o.reduction)

    return Twin(build)


def _cases(**options: Any) -> tuple[Case, ...]:
    images = {"p": chances(2, 4, 5, 3), "t": fixed(labels(2, 4, 5, 3))}
    return (
        Case("whole", {"p": chances(4, 6), "t": fixed(labels(4, 6))}, options),
        *(Case(f"images-{r}", images, {**options, **IMAGES, "reduction": r}) for r in REDUCTIONS),
        Case("samples", {"p": chances(3, 7), "t": fixed(labels(3, 7))}, {**options, "axis": (1,), "reduction": "none"}),
        Case("of-classes", images, {**options, "axis": (0, 1, 2), "reduction": "none"}),
        Case("batch1", {"p": chances(1, 5), "t": fixed(labels(1, 5))}, {**options, "axis": (1,), "reduction": "none"}),
        Case("soft-targets", {"p": chances(4, 6), "t": fixed(chances(4, 6))}, options),
        Case("nothing-there", {"p": chances(4, 6), "t": fixed(constant(4, 6))}, {**options, "axis": (1,)}),
        Case("epsilon", {"p": chances(4, 6), "t": fixed(labels(4, 6))}, {**options, "epsilon": 0.5}),
    )


def _draw(**drawn: Callable[[np.random.Generator], Any]) -> Callable[[np.random.Generator], Case]:
    def draw(rng: np.random.Generator) -> Case:
        shape = tuple(rng.integers(1, 6, 3).tolist())
        return Case(
            "",
            {"p": chances(*shape), "t": fixed(choose(rng, labels, chances)(*shape))},
            {
                **{name: each(rng) for name, each in drawn.items()},
                "axis": choose(rng, None, (0,), (2,), (1, 2), (0, 1), (0, 2), (0, 1, 2)),
                "epsilon": choose(rng, EPSILON, float(rng.uniform(0.0, 1.0))),
                "reduction": choose(rng, *REDUCTIONS),
            },
        )

    return draw


_NONE = "PyTorch has none"

DICE = Pair(
    "dice",
    Dice,
    torch=composed("torch", "dice", "axis", "epsilon", reason=_NONE),
    keras=_keras("Dice", lambda o: {}),
    kind="loss",
    cases=_cases(),
    draw=_draw(),
    notes=(
        "Keras sums over everything unless axis says otherwise: one loss of a batch, not the mean of its samples'.",
    ),
)


def _share(rng: np.random.Generator) -> float:
    return float(rng.uniform(0.1, 1.5))


def _keras_by_name(keras: Any, o: SimpleNamespace) -> Any:
    own = keras.losses.Tversky(alpha=o.alpha, beta=o.beta)
    return lambda p, t: own(t, p)


TVERSKY = Pair(
    "tversky",
    Tversky,
    torch=composed("torch", "tversky", "alpha", "beta", "axis", "epsilon", reason=_NONE),
    # by another name: see the case
    keras=_keras("Tversky", lambda o: {"alpha": o.beta, "beta": o.alpha}),
    kind="loss",
    cases=(
        *_cases(alpha=0.3, beta=0.9),
        Case("defaults", {"p": chances(3, 5), "t": fixed(labels(3, 5))}),
        Case(
            "keras-by-name",
            {"p": chances(4, 6), "t": fixed(labels(4, 6))},
            {"alpha": 0.2, "beta": 0.8},
            frameworks=("keras",),
            twins={"keras": Twin(_keras_by_name)},
            differs={"y": 0.01, "dp": 0.01},
            reason="Keras' alpha weighs what is missed, though its documentation says false positives, beta the others",
        ),
    ),
    draw=_draw(alpha=_share, beta=_share),
    notes=(
        "Keras' alpha and beta have changed places: its alpha is of false negatives, though the paper and Keras' own "
        "documentation have it of false positives.",
    ),
)
