"""Adaptive optimizers and their twins, built as those of `reference.pairs.optimizers`."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose
from reference.pair import Case, Pair, Twin
from reference.pairs.optimizers import ALL_AROUND, CLIP_VALUE_L2, L2, named, own_class, surrounded
from scratch.adaptive_optimizers import Adadelta, Adagrad, Ftrl, RMSprop

# ---- Adagrad


def _torch_adagrad(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.optimizers import made

    # epsilon inside the root is one that the accumulator starts with
    inside, outside = (o.epsilon, 0.0) if o.epsilon_inside else (0.0, o.epsilon)
    start = o.initial_accumulator + inside
    return made(torch.optim.Adagrad, o, lr_decay=o.lr_decay, initial_accumulator_value=start, eps=outside)


def _keras_adagrad(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.optimizers import TorchAdagrad, made

    if o.epsilon_inside and not o.lr_decay:
        start = o.initial_accumulator
        return made(keras.optimizers.Adagrad, o, initial_accumulator_value=start, epsilon=o.epsilon)
    return made(TorchAdagrad, o, **named(o, "initial_accumulator", "lr_decay", "epsilon", "epsilon_inside"))


def _draw_adagrad(rng: np.random.Generator) -> Case:
    return surrounded(
        rng,
        initial_accumulator=choose(rng, 0.0, 0.1, 1.0),
        lr_decay=choose(rng, 0.0, 0.0, 0.01, 0.1),
        epsilon=float(10 ** rng.uniform(-10, -3)),
        epsilon_inside=choose(rng, False, True),
    )


_ROOT = "the same epsilon is added outside the root in PyTorch, inside in Keras"

ADAGRAD = Pair(
    "adagrad",
    Adagrad,
    torch=Twin(_torch_adagrad),
    keras=Twin(_keras_adagrad),
    kind="optimizer",
    cases=(
        Case("defaults", {}, {}),
        Case("keras-defaults", {}, {"initial_accumulator": 0.1, "epsilon": 1e-7, "epsilon_inside": True}),
        Case("large-epsilon", {}, {"epsilon": 1e-3}),
        Case("large-keras-epsilon", {}, {"epsilon": 1e-3, "epsilon_inside": True}),
        Case("lr-decay", {}, {"lr": 0.1, "lr_decay": 0.05, "initial_accumulator": 0.5, **ALL_AROUND}),
        Case("clip-by-value", {}, {"lr": 0.1, **CLIP_VALUE_L2}),
        own_class(
            "torch",
            lambda torch, o: lambda weights: torch.optim.Adagrad(weights, lr=o.lr, eps=o.epsilon),
            {"epsilon": 1e-3, "epsilon_inside": True},
            _ROOT,
        ),
        own_class(
            "keras",
            lambda keras, o: keras.optimizers.Adagrad(o.lr, initial_accumulator_value=0.0, epsilon=o.epsilon),
            {"epsilon": 1e-3},
            _ROOT,
        ),
    ),
    draw=_draw_adagrad,
    notes=("PyTorch's accumulator starts from 0, Keras' from 0.1; a learning rate that decays is PyTorch's alone.",),
)


# ---- RMSprop


def _torch_rmsprop(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.optimizers import KerasRMSprop, VelocityOfSteps, made

    kind = KerasRMSprop if o.epsilon_inside else torch.optim.RMSprop
    hooks = [VelocityOfSteps()] if o.velocity_of == "steps" and o.momentum else []
    return made(kind, o, *hooks, alpha=o.rho, momentum=o.momentum, centered=o.centered, eps=o.epsilon)


def _keras_rmsprop(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.optimizers import TorchRMSprop, made

    options = named(o, "rho", "momentum", "centered", "epsilon")
    if o.epsilon_inside and (o.velocity_of == "steps" or not o.momentum):
        return made(keras.optimizers.RMSprop, o, **options)
    return made(TorchRMSprop, o, **options, **named(o, "epsilon_inside", "velocity_of"))


def _draw_rmsprop(rng: np.random.Generator) -> Case:
    return surrounded(
        rng,
        rho=choose(rng, 0.9, 0.99),
        momentum=choose(rng, 0.0, 0.5, 0.9),
        centered=choose(rng, False, True),
        epsilon=float(10 ** rng.uniform(-8, -3)),
        epsilon_inside=choose(rng, False, True),
        velocity_of=choose(rng, "gradients", "steps"),
    )


_KERAS_WAY = {"epsilon_inside": True, "velocity_of": "steps"}

RMSPROP = Pair(
    "rmsprop",
    RMSprop,
    torch=Twin(_torch_rmsprop),
    keras=Twin(_keras_rmsprop),
    kind="optimizer",
    cases=(
        Case("defaults", {}, {}),
        Case("keras-defaults", {}, {"rho": 0.9, "epsilon": 1e-7, **_KERAS_WAY}),
        Case("momentum", {}, {"momentum": 0.9}),
        Case("keras-momentum", {}, {"rho": 0.9, "momentum": 0.9, "epsilon": 1e-3, **_KERAS_WAY}),
        Case("centered", {}, {"rho": 0.9, "centered": True, "momentum": 0.5}),
        Case("keras-centered", {}, {"rho": 0.9, "centered": True, "epsilon": 1e-4, **_KERAS_WAY}),
        Case("clip-by-value", {}, CLIP_VALUE_L2),
        Case("all-around", {}, ALL_AROUND),
        own_class(
            "torch",
            lambda torch, o: lambda weights: torch.optim.RMSprop(weights, lr=o.lr, alpha=o.rho, eps=o.epsilon),
            {"epsilon": 1e-3, "epsilon_inside": True},
            _ROOT,
        ),
        own_class(
            "keras",
            lambda keras, o: keras.optimizers.RMSprop(o.lr, rho=o.rho, epsilon=o.epsilon),
            {"epsilon": 1e-3},
            _ROOT,
        ),
    ),
    draw=_draw_rmsprop,
    notes=("Epsilon is outside the root in PyTorch, inside in Keras; the velocity is as in momentum.",),
)


# ---- Adadelta


def _torch_adadelta(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.optimizers import made

    return made(torch.optim.Adadelta, o, rho=o.rho, eps=o.epsilon)


def _keras_adadelta(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.optimizers import made

    return made(keras.optimizers.Adadelta, o, rho=o.rho, epsilon=o.epsilon)


def _draw_adadelta(rng: np.random.Generator) -> Case:
    return surrounded(
        rng,
        lr=float(10 ** rng.uniform(-2, 0.5)),
        rho=choose(rng, 0.5, 0.9, 0.95),
        epsilon=float(10 ** rng.uniform(-8, -3)),
    )


ADADELTA = Pair(
    "adadelta",
    Adadelta,
    torch=Twin(_torch_adadelta),
    keras=Twin(_keras_adadelta),
    kind="optimizer",
    cases=(
        Case("defaults", {}, {}),
        Case("keras-defaults", {}, {"lr": 0.001, "rho": 0.95, "epsilon": 1e-7}),
        Case("large-epsilon", {}, {"epsilon": 1e-2, "rho": 0.5, **ALL_AROUND}),
        Case("clip-by-value", {}, CLIP_VALUE_L2),
    ),
    draw=_draw_adadelta,
    notes=("The default lr is 1 in PyTorch, as in the paper, and 0.001 in Keras.",),
)


# ---- Ftrl


def _torch_ftrl(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.optimizers import Ftrl, made

    return made(Ftrl, o, **named(o, "lr_power", "initial_accumulator", "l1", "l2", "shrinkage", "beta"))


def _keras_ftrl(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.optimizers import made

    return made(
        keras.optimizers.Ftrl,
        o,
        learning_rate_power=o.lr_power,
        initial_accumulator_value=o.initial_accumulator,
        l1_regularization_strength=o.l1,
        l2_regularization_strength=o.l2,
        l2_shrinkage_regularization_strength=o.shrinkage,
        beta=o.beta,
    )


def _draw_ftrl(rng: np.random.Generator) -> Case:
    return surrounded(
        rng,
        lr_power=choose(rng, -0.5, -0.5, -0.7, -1.0, 0.0),
        initial_accumulator=choose(rng, 0.01, 0.1, 1.0),
        l1=choose(rng, 0.0, 0.01, 0.5),
        l2=choose(rng, 0.0, 0.1, 1.0),
        shrinkage=choose(rng, 0.0, 0.1),
        beta=choose(rng, 0.0, 0.5, 1.0),
    )


FTRL = Pair(
    "ftrl",
    Ftrl,
    torch=Twin(_torch_ftrl, likeness="composed", reason="PyTorch has no Ftrl; written with its operations"),
    keras=Twin(_keras_ftrl),
    kind="optimizer",
    cases=(
        Case("defaults", {}, {}),
        Case("penalties", {}, {"lr": 0.1, "l1": 0.5, "l2": 0.3, "beta": 0.7}),
        Case("shrinkage", {}, {"lr": 0.1, "shrinkage": 0.2, **ALL_AROUND}),
        Case("no-accumulator", {}, {"lr": 0.1, "initial_accumulator": 0.0, "beta": 1.0}),
        Case("power", {}, {"lr": 0.1, "lr_power": -0.8, "l1": 0.1, **L2}),
        Case("clip-by-value", {}, {"lr": 0.1, **CLIP_VALUE_L2}),
    ),
    draw=_draw_ftrl,
    notes=("Keras' l2 is half of the lambda_2 of the paper. With l1, weights of little gradient are exactly 0.",),
)
