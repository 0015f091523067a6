"""Optimizers that step by a sign, and their twins; built as those of `reference.pairs.optimizers`."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose
from reference.pair import Case, Pair, Twin
from reference.pairs.optimizers import ALL_AROUND, CLIP_NORM, CLIP_VALUE_L2, CLIP_VALUE_UPHILL, L2, surrounded
from scratch.sign_optimizers import Lion, Rprop


def _torch_lion(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.optimizers import Lion, made

    return made(Lion, o, betas=(o.beta_1, o.beta_2))


def _keras_lion(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.optimizers import made

    return made(keras.optimizers.Lion, o, beta_1=o.beta_1, beta_2=o.beta_2)


def _draw_lion(rng: np.random.Generator) -> Case:
    return surrounded(rng, beta_1=choose(rng, 0.3, 0.5, 0.9), beta_2=choose(rng, 0.9, 0.99, 0.999))


LION = Pair(
    "lion",
    Lion,
    torch=Twin(_torch_lion, likeness="composed", reason="PyTorch has no Lion; written with its operations"),
    keras=Twin(_keras_lion),
    kind="optimizer",
    cases=(
        Case("defaults", {}, {}),
        Case("betas", {}, {"lr": 0.01, "beta_1": 0.5, "beta_2": 0.9, **ALL_AROUND}),
        Case("clip-by-value", {}, {"lr": 0.01, **CLIP_VALUE_L2}),
        Case("l2", {}, {"lr": 0.01, **L2}),
    ),
    draw=_draw_lion,
)


def _torch_rprop(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.optimizers import made

    return made(torch.optim.Rprop, o, etas=(o.decrease, o.increase), step_sizes=(o.smallest, o.largest))


def _keras_rprop(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.optimizers import Rprop, made

    return made(Rprop, o, decrease=o.decrease, increase=o.increase, smallest=o.smallest, largest=o.largest)


def _draw_rprop(rng: np.random.Generator) -> Case:
    options = {
        "lr": float(10 ** rng.uniform(-4, -1)),
        "decrease": choose(rng, 0.3, 0.5, 0.8),
        "increase": choose(rng, 1.1, 1.2, 1.5),
        "smallest": choose(rng, 1e-6, 1e-4),
        "largest": choose(rng, 0.05, 1.0, 50.0),
    }
    return Case("", {}, {**options, **choose(rng, {}, CLIP_NORM, {"accumulation_steps": 3})})


RPROP = Pair(
    "rprop",
    Rprop,
    torch=Twin(_torch_rprop),
    keras=Twin(_keras_rprop, likeness="composed", reason="Keras has no Rprop; written with its operations"),
    kind="optimizer",
    cases=(
        Case("defaults", {}, {}),
        Case("bounded", {}, {"smallest": 1e-3, "largest": 0.02}),
        Case("factors", {}, {"decrease": 0.8, "increase": 1.5, "largest": 1.0}),
        Case("nearly-largest", {}, {"lr": 48.0}),
        Case("accumulate", {}, {"accumulation_steps": 3}),
        Case("clip-by-value", {}, CLIP_VALUE_UPHILL),
    ),
    draw=_draw_rprop,
    notes=("Clipping changes no sign, so it shows only where the product of two gradients is too small for a number.",),
)
