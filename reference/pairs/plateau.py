"""Plateau and its twins, built as those of `reference.pairs.schedules`."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose
from reference.pair import Case, Twin
from reference.pairs.schedules import own_class, random_lr, schedule_pair, schedulers
from scratch.plateau import Plateau


def _torch_plateau(torch: Any, o: SimpleNamespace) -> Any:
    # it waits for more bad calls than its patience, Keras for as many
    return lambda optimizer: schedulers(torch).ReduceLROnPlateau(
        optimizer,
        o.mode,
        factor=o.factor,
        patience=o.patience - 1,
        threshold=o.threshold,
        threshold_mode=o.threshold_mode[:3],
        cooldown=o.cooldown,
        min_lr=o.min_lr,
        eps=0.0,
    )


def _keras_plateau(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.schedules import RelativePlateau

    kind = RelativePlateau if o.threshold_mode == "relative" else keras.callbacks.ReduceLROnPlateau
    # the call after a change is the first of its cooldown, and the last one counts already
    cooldown = o.cooldown + 1 if o.cooldown else 0
    common = {"factor": o.factor, "patience": o.patience, "min_lr": o.min_lr, "mode": o.mode}
    return kind(min_delta=o.threshold, cooldown=cooldown, **common)


def _draw_plateau(rng: np.random.Generator) -> Case:
    options = {
        "lr": random_lr(rng),
        "factor": float(rng.uniform(0.1, 0.9)),
        "patience": int(rng.integers(1, 12)),
        "threshold": choose(rng, 0.0, 1e-4, 0.03),
        "threshold_mode": choose(rng, "absolute", "relative"),
        "mode": choose(rng, "min", "max"),
        "cooldown": int(rng.integers(0, 6)),
        "min_lr": choose(rng, 0.0, 1e-5),
    }
    return Case("", {}, options)


PLATEAU = schedule_pair(
    "plateau",
    Plateau,
    Twin(_torch_plateau),
    Twin(_keras_plateau),
    (
        Case("defaults", {}),
        Case("relative", {}, {"threshold_mode": "relative", "threshold": 0.03, "factor": 0.5, "patience": 5}),
        Case("impatient", {}, {"patience": 1, "factor": 0.9, "min_lr": 0.01}),
        Case("cooldown", {}, {"patience": 3, "cooldown": 4, "factor": 0.7}),
        Case("cooldown-of-one", {}, {"patience": 2, "cooldown": 1, "factor": 0.7}),
        Case("accuracy", {}, {"mode": "max", "patience": 4, "factor": 0.5}),
        Case("high-threshold", {}, {"threshold": 0.03, "patience": 4, "factor": 0.7}),
        Case("accuracy-threshold", {}, {"mode": "max", "threshold": 0.03, "patience": 2, "factor": 0.7}),
        Case("no-threshold", {}, {"threshold": 0.0, "patience": 2, "factor": 0.9}),
        Case("sensitive", {}, {"lr": 0.7, "patience": 1, "factor": 0.95}),
        own_class(
            "torch",
            lambda torch, o: (
                lambda optimizer: schedulers(torch).ReduceLROnPlateau(
                    optimizer,
                    factor=o.factor,
                    patience=o.patience,
                    threshold=o.threshold,
                    threshold_mode="abs",
                    eps=0.0,
                )
            ),
            {"patience": 3, "factor": 0.5},
            "PyTorch waits for more bad calls than its patience, Keras for as many",
        ),
        own_class(
            "keras",
            lambda keras, o: keras.callbacks.ReduceLROnPlateau(
                factor=o.factor, patience=o.patience, min_delta=o.threshold, cooldown=o.cooldown
            ),
            {"patience": 3, "factor": 0.7, "cooldown": 4},
            "the last call of a cooldown counts in Keras, not in PyTorch",
        ),
    ),
    _draw_plateau,
    "The default threshold is a share of the best in PyTorch, absolute in Keras.",
)
