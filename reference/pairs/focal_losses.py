"""The focal loss of several classes, and its twins."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, indices, listed, mixed, normal, one_hot, positive, probabilities, targets
from reference.pair import Case, Pair, Twin
from reference.pairs.losses import KERAS_REDUCTIONS, PLACES, REDUCTIONS, WEIGHTS, composed, draw_shape, fixed
from scratch.focal_losses import CategoricalFocalCrossEntropy


def _keras(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.losses import one_hot_like

    def loss(p: Any, t: Any) -> Any:
        own = keras.losses.CategoricalFocalCrossentropy(
            alpha=keras.ops.convert_to_tensor(o.alpha, p.dtype),  # a list would be rounded to float32
            gamma=o.gamma,
            from_logits=o.from_logits,
            label_smoothing=o.label_smoothing,
            reduction=KERAS_REDUCTIONS[o.reduction],
        )
        return own(one_hot_like(t, p), p)

    return loss


def _draw(rng: np.random.Generator) -> Case:
    # of several samples, as in cross-entropy
    shape, classes = (int(rng.integers(3, 7)), *draw_shape(rng)[1:]), int(rng.integers(2, 9))
    from_logits = bool(rng.integers(2))
    t = choose(rng, one_hot(*shape, classes), indices(*shape, below=classes), targets(*shape, classes))
    return Case(
        "",
        {"p": normal(*shape, classes) if from_logits else probabilities(*shape, classes, sharpness=1.5), "t": fixed(t)},
        {
            "alpha": choose(rng, 0.25, float(rng.uniform(0.1, 2.0)), tuple(rng.uniform(0.2, 3.0, classes).tolist())),
            "gamma": choose(rng, 0.0, 1.0, float(rng.uniform(0.5, 4.0))),
            "from_logits": from_logits,
            "label_smoothing": choose(rng, 0.0, 0.2),
            "reduction": choose(rng, *REDUCTIONS),
        },
    )


_CERTAIN = listed([0.0, 1.0, 0.0])
CATEGORICAL_FOCAL_CROSS_ENTROPY = Pair(
    "categorical_focal_cross_entropy",
    CategoricalFocalCrossEntropy,
    torch=composed(
        "torch",
        "categorical_focal_cross_entropy",
        *("alpha", "gamma", "from_logits", "label_smoothing"),
        reason="PyTorch itself has none",
    ),
    keras=Twin(_keras),
    kind="loss",
    cases=(
        *(Case(r, {"p": probabilities(*at, 6), "t": one_hot(*at, 6)}, {"reduction": r}) for r, at in PLACES.items()),
        *(
            Case(
                f"logits-{r}", {"p": normal(*at, 6), "t": indices(*at, below=6)}, {"reduction": r, "from_logits": True}
            )
            for r, at in PLACES.items()
        ),
        Case("batch1", {"p": probabilities(1, 5), "t": one_hot(1, 5)}),
        Case("not-normalised", {"p": positive(4, 6), "t": targets(4, 6)}, {"gamma": 1.5}),
        Case("alphas", {"p": probabilities(5, 6), "t": indices(5, below=6)}, {"alpha": WEIGHTS}),
        Case("alphas-logits", {"p": normal(5, 6), "t": targets(5, 6)}, {"alpha": WEIGHTS, "from_logits": True}),
        Case("gamma-0", {"p": positive(4, 6), "t": targets(4, 6)}, {"gamma": 0.0, "alpha": 1.0}),
        Case("gamma-0.5", {"p": probabilities(4, 6), "t": one_hot(4, 6)}, {"gamma": 0.5}),
        Case("smoothed", {"p": probabilities(4, 6), "t": one_hot(4, 6)}, {"label_smoothing": 0.2, "alpha": 0.75}),
        Case("large-logits", {"p": mixed(4, 6, scale=20.0), "t": one_hot(4, 6)}, {"from_logits": True}),
        Case("huge-logits", {"p": mixed(4, 6, scale=2000.0), "t": one_hot(4, 6)}, {"from_logits": True}),
        # float32 has no 1 - 1e-7
        Case("certain", {"p": _CERTAIN, "t": fixed(_CERTAIN)}, smooth=False, single=False),
        Case("at-the-bounds", {"p": listed([1e-7, 1 - 1e-7]), "t": targets(2, 2)}, smooth=False),
        Case("clipped", {"p": listed([0.0, 1.0, 1e-9]), "t": targets(2, 3)}, smooth=False),
    ),
    draw=_draw,
    notes=("With gamma 0 and alpha 1 it is Keras' CategoricalCrossentropy.",),
)
