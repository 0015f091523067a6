"""Losses between distributions, and their twins."""

import functools
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose, listed, one_hot, positive, probabilities, targets
from reference.pair import Case, Pair, Twin
from reference.pairs.losses import KERAS_REDUCTIONS, PLACES, REDUCTIONS, composed, draw_shape, fixed, logs
from scratch.divergences import KLDivergence, KLDivergenceOfLogs


def _keras_kl(keras: Any, o: SimpleNamespace) -> Any:
    loss = keras.losses.KLDivergence(reduction=KERAS_REDUCTIONS[o.reduction])
    if o.epsilon == 1e-7:
        return lambda p, t: loss(t, p)
    return lambda p, t: loss(*(keras.ops.clip(x, o.epsilon, 1) for x in (t, p)))


KL_DIVERGENCE = Pair(
    "kl_divergence",
    KLDivergence,
    torch=composed(
        "torch", "kl_divergence", "epsilon", reason="PyTorch's own takes log-probabilities, of each element, unclipped"
    ),
    keras=Twin(_keras_kl),
    kind="loss",
    cases=(
        *(
            Case(reduction, {"p": probabilities(*at, 6), "t": targets(*at, 6)}, {"reduction": reduction})
            for reduction, at in PLACES.items()
        ),
        Case("batch1", {"p": probabilities(1, 5), "t": targets(1, 5)}),
        Case("positions", {"p": probabilities(2, 3, 5), "t": targets(2, 3, 5)}),
        Case("one-hot", {"p": probabilities(4, 6), "t": one_hot(4, 6)}),
        Case("clipped", {"p": probabilities(5, 4, sharpness=3), "t": targets(5, 4)}, {"epsilon": 0.1}),
        Case("zeros", {"p": listed([0.0, 1.0, 1e-9, 0.25]), "t": targets(2, 4)}, smooth=False),
        Case("above-1", {"p": positive(4, 6), "t": fixed(positive(4, 6))}),
        Case(
            "at-the-bounds",
            {"p": listed([0.25, 1.0, 0.5]), "t": fixed(listed([0.9, 0.3, 0.6]))},
            {"epsilon": 0.25},
            smooth=False,
        ),
    ),
    draw=lambda rng: Case(
        "",
        {"p": probabilities(*(shape := (*draw_shape(rng), 5)), sharpness=3.0), "t": targets(*shape)},
        {"reduction": choose(rng, *REDUCTIONS), "epsilon": choose(rng, 1e-7, 0.01)},
    ),
)


def _torch_kl_of_logs(torch: Any, o: SimpleNamespace) -> Any:
    if o.reduction == "mean":
        # PyTorch's own mean warns that it will become "batchmean" one day
        from reference.migration.glue.torch.losses import reduced

        return reduced(torch.nn.KLDivLoss(reduction="none", log_target=o.log_target), "mean")
    return torch.nn.KLDivLoss(reduction=o.reduction, log_target=o.log_target)


def _keras_kl_of_logs(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras import losses as glue

    loss = functools.partial(glue.kl_divergence_of_logs, log_target=o.log_target)
    if o.reduction == "batchmean":
        return lambda log_p, t: keras.ops.sum(loss(log_p, t)) / t.shape[0]
    return glue.reduced(loss, o.reduction)


def _draw_kl_of_logs(rng: np.random.Generator) -> Case:
    shape, as_logs = (*draw_shape(rng), int(rng.integers(2, 9))), bool(rng.integers(2))
    return Case(
        "",
        {"log_p": logs(*shape), "t": fixed(logs(*shape)) if as_logs else targets(*shape)},
        {"log_target": as_logs, "reduction": choose(rng, "batchmean", *REDUCTIONS)},
    )


KL_DIVERGENCE_OF_LOGS = Pair(
    "kl_divergence_of_logs",
    KLDivergenceOfLogs,
    torch=Twin(_torch_kl_of_logs),
    keras=Twin(
        _keras_kl_of_logs, likeness="composed", reason="Keras' KLDivergence takes probabilities, and sums each sample"
    ),
    kind="loss",
    cases=(
        *(
            Case(f"{kind}-{reduction}", {"log_p": logs(4, 6), "t": t}, {"log_target": as_logs, "reduction": reduction})
            for kind, t, as_logs in (("rows", targets(4, 6), False), ("logs", fixed(logs(4, 6)), True))
            for reduction in ("batchmean", *REDUCTIONS)
        ),
        Case("batch1", {"log_p": logs(1, 5), "t": targets(1, 5)}, {"reduction": "batchmean"}),
        Case("positions", {"log_p": logs(2, 3, 5), "t": targets(2, 3, 5)}, {"reduction": "batchmean"}),
        Case("one-hot", {"log_p": logs(4, 6), "t": one_hot(4, 6)}, {"reduction": "batchmean"}),
    ),
    draw=_draw_kl_of_logs,
    notes=("PyTorch's mean, its default, is over all elements; that of the samples is 'batchmean'.",),
)
