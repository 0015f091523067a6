"""Optimizers and their twins. A torch twin's builder gives a function of the weights; Keras' are given them later."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.pair import Case, Pair, Twin
from scratch.optimizers import SGD, Adam


def _torch_adam(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.optimizers import KerasAdam

    kind = torch.optim.Adam if o.epsilon_on == "corrected" else KerasAdam
    return lambda weights: kind(weights, lr=o.lr, betas=(o.beta_1, o.beta_2), eps=o.epsilon)


def _keras_adam(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.optimizers import TorchAdam

    kind = TorchAdam if o.epsilon_on == "corrected" else keras.optimizers.Adam
    # Keras would round Python numbers to float32 in its bias correction, whatever the dtype of the weights
    beta_1, beta_2 = np.float64(o.beta_1), np.float64(o.beta_2)
    return kind(o.lr, beta_1=beta_1, beta_2=beta_2, epsilon=o.epsilon, clipvalue=o.clip_value)


def _draw_sgd(rng: np.random.Generator) -> Case:
    return Case("", {}, {"lr": float(10 ** rng.uniform(-4, 0)), "clip_value": [None, 0.3][rng.integers(2)]})


def _draw_adam(rng: np.random.Generator) -> Case:
    return Case(
        "",
        {},
        {
            "lr": float(10 ** rng.uniform(-4, -1)),
            "beta_1": float(rng.choice([0.0, 0.5, 0.9])),
            "beta_2": float(rng.choice([0.9, 0.99, 0.999])),
            "epsilon": float(10 ** rng.uniform(-9, -3)),
            "epsilon_on": str(rng.choice(["corrected", "raw"])),
            "clip_value": [None, 0.3][rng.integers(2)],
        },
    )


SGD_PAIR = Pair(
    "sgd",
    SGD,
    torch=Twin(lambda torch, o: lambda weights: torch.optim.SGD(weights, lr=o.lr)),
    keras=Twin(lambda keras, o: keras.optimizers.SGD(o.lr, clipvalue=o.clip_value)),
    kind="optimizer",
    cases=(
        Case("plain", {}, {"lr": 0.01}),
        Case("large-lr", {}, {"lr": 0.5}),
        Case("clip-by-value", {}, {"lr": 0.1, "clip_value": 0.25}),
    ),
    draw=_draw_sgd,
)

ADAM = Pair(
    "adam",
    Adam,
    torch=Twin(_torch_adam),
    keras=Twin(_keras_adam),
    kind="optimizer",
    cases=(
        Case("defaults", {}, {}),
        Case("keras-epsilon", {}, {"epsilon": 1e-7, "epsilon_on": "raw"}),
        Case("large-epsilon", {}, {"lr": 0.01, "epsilon": 1e-3}),
        Case("large-keras-epsilon", {}, {"lr": 0.01, "epsilon": 1e-3, "epsilon_on": "raw"}),
        Case("betas", {}, {"lr": 0.01, "beta_1": 0.5, "beta_2": 0.9}),
        Case("clip-by-value", {}, {"clip_value": 0.25}),
    ),
    draw=_draw_adam,
    notes=(
        "PyTorch adds epsilon to the bias-corrected root of v, Keras to the raw one. The two agree when PyTorch's is "
        "1 / sqrt(1 - beta_2**t) times Keras' at step t; no constant does. `epsilon_on` says which one is meant.",
        "Keras rounds beta_1 and beta_2 to float32 in the bias correction, even of float64 weights, which moves a "
        "first step by 7e-6 of its size; given as numpy.float64 they are not rounded.",
    ),
)
