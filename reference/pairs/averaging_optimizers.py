"""Optimizers that average the weights, and their twins; built as those of `reference.pairs.optimizers`."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose
from reference.pair import Case, Pair, Twin
from reference.pairs.optimizers import ALL_AROUND, CLIP_VALUE_L2, GLOBAL, named, surrounded
from scratch.averaging_optimizers import ASGD


def _torch_asgd(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.optimizers import made

    return made(torch.optim.ASGD, o, **named(o, "lambd", "alpha", "t0"))


def _keras_asgd(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.optimizers import ASGD, made

    return made(ASGD, o, **named(o, "lambd", "alpha", "t0"))


def _draw_asgd(rng: np.random.Generator) -> Case:
    return surrounded(
        rng,
        lambd=float(10 ** rng.uniform(-4, 0)),
        alpha=choose(rng, 0.0, 0.5, 0.75, 1.0),
        t0=choose(rng, -1.0, 0.0, 1.0, 6.5, 1e6),
    )


ASGD_PAIR = Pair(
    "asgd",
    ASGD,
    torch=Twin(_torch_asgd),
    keras=Twin(_keras_asgd, likeness="composed", reason="Keras has no ASGD; written with its operations"),
    kind="optimizer",
    cases=(
        Case("averaged", {}, {"lr": 0.1, "lambd": 0.1, "t0": 8.0}),
        Case("defaults", {}),
        Case("from-the-start", {}, {"lr": 0.5, "lambd": 0.5, "alpha": 1.0, "t0": -1.0}),
        Case("constant-rate", {}, {"lr": 0.1, "lambd": 0.05, "alpha": 0.0, "t0": 1.5}),
        Case("clip-by-value", {}, {"lr": 0.1, "lambd": 0.02, "alpha": 0.5, "t0": 0.0, **CLIP_VALUE_L2}),
        Case("all-around", {}, {"lr": 0.1, "lambd": 0.1, "t0": 2.0, **ALL_AROUND}),
        Case("both-averages", {}, {"lr": 0.1, "t0": 3.0, "ema_momentum": 0.8, "ema_overwrite_frequency": 5, **GLOBAL}),
    ),
    draw=_draw_asgd,
    notes=(
        "PyTorch keeps the average in optimizer.state[weight]['ax'] and never puts it into the weights.",
        "A new lr is followed one step late: PyTorch computes each eta at the end of the step before.",
        "PyTorch keeps eta and mu in its default dtype: in float32 for weights of float64 unless set_default_dtype.",
    ),
)
