"""Optimizers and their twins. A torch twin's builder gives a function of the weights; Keras' are given them later."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose
from reference.pair import Case, Options, Pair, Twin
from scratch.optimizers import SGD, Momentum, Nesterov

# what surrounds a step, the same for every optimizer
CLIP_VALUE = {"clip_value": 0.25}
CLIP_NORM = {"clip_norm": 2.0}
GLOBAL = {"clip_global_norm": 3.0}
L2 = {"weight_decay": 0.1}
DECOUPLED = {"weight_decay": 0.1, "decoupled": True}
TORCH_CLIP = {"clip_epsilon": 1e-6}
# in their order: clipped first, then turned uphill, the decay neither clipped nor turned nor accumulated
CLIP_VALUE_UPHILL = {**CLIP_VALUE, "maximize": True}
CLIP_VALUE_L2 = {**CLIP_VALUE_UPHILL, **L2}
# the average is of the weights after the decay and the step, and counts steps, not calls
EMA = {"ema_momentum": 0.7}
OVERWRITING = {"ema_momentum": 0.9, "ema_overwrite_frequency": 3}
ALL_AROUND = {"accumulation_steps": 3, "clip_global_norm": 0.2, **TORCH_CLIP, **DECOUPLED}
SURROUNDINGS: tuple[Options, ...] = (
    {},
    CLIP_VALUE,
    CLIP_NORM,
    {**CLIP_NORM, **TORCH_CLIP},
    GLOBAL,
    {**GLOBAL, **TORCH_CLIP},
    L2,
    DECOUPLED,
    {**GLOBAL, **DECOUPLED},
    {**CLIP_VALUE, **L2},
    {"maximize": True, **L2},
    {"accumulation_steps": 3},
    {"accumulation_steps": 2, "accumulation": "sum", **GLOBAL},
    {"ema_momentum": 0.99, **DECOUPLED},
    {**OVERWRITING, **CLIP_NORM},
    {**OVERWRITING, "accumulation_steps": 2},
)


def surrounded(rng: np.random.Generator, **options: Any) -> Case:
    """A random case with these options, a learning rate unless there is one, and something around the step."""
    lr = {"lr": float(10 ** rng.uniform(-4, -1))}
    return Case("", {}, {**lr, **options, **choose(rng, *SURROUNDINGS)})


def own_class(
    framework: str, build: Any, options: Options, reason: str, least: float = 1e-6, looked_at: str = "a after 200"
) -> Case:
    """What a framework's own class does where the options ask for something else."""
    return Case(
        f"{framework}-own-class",
        {},
        options,
        frameworks=(framework,),
        twins={framework: Twin(build)},
        differs={looked_at: least},
        only=(looked_at,),
        reason=reason,
    )


def named(o: SimpleNamespace, *names: str) -> dict[str, Any]:
    return {name: getattr(o, name) for name in names}


# ---- gradient descent


def _torch_sgd(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.optimizers import made

    return made(torch.optim.SGD, o)


def _keras_sgd(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.optimizers import made

    return made(keras.optimizers.SGD, o)


def _draw_sgd(rng: np.random.Generator) -> Case:
    return surrounded(rng, lr=float(10 ** rng.uniform(-4, 0)))


SGD_PAIR = Pair(
    "sgd",
    SGD,
    torch=Twin(_torch_sgd),
    keras=Twin(_keras_sgd),
    kind="optimizer",
    cases=(
        Case("plain", {}),
        Case("large-lr", {}, {"lr": 0.5}),
        Case("clip-by-value", {}, {"lr": 0.1, **CLIP_VALUE_L2}),
        Case("clip-by-norm", {}, {"lr": 0.1, **CLIP_NORM}),
        Case("clip-by-norm-torch", {}, {"lr": 0.1, **CLIP_NORM, **TORCH_CLIP}),
        Case("clip-by-global-norm", {}, {"lr": 0.1, **GLOBAL}),
        Case("clip-by-global-norm-torch", {}, {"lr": 0.1, **GLOBAL, **TORCH_CLIP}),
        Case("l2", {}, {"lr": 0.1, **L2}),
        Case("decoupled-decay", {}, {"lr": 0.1, **DECOUPLED}),
        Case("all-around", {}, {"lr": 0.1, **ALL_AROUND}),
        Case("accumulate-mean", {}, {"lr": 0.1, "accumulation_steps": 3}),
        Case("accumulate-sum", {}, {"lr": 0.1, "accumulation_steps": 2, "accumulation": "sum", **GLOBAL}),
        Case("ema", {}, {"lr": 0.1, **EMA, **DECOUPLED}),
        Case("ema-of-nothing", {}, {"lr": 0.1, "ema_momentum": 0.0}),
        Case("ema-overwriting", {}, {"lr": 0.1, **OVERWRITING}),
        Case("ema-overwriting-always", {}, {"lr": 0.1, "ema_momentum": 0.4, "ema_overwrite_frequency": 1}),
        Case("ema-accumulating", {}, {"lr": 0.1, "accumulation_steps": 3, **OVERWRITING}),
        own_class(
            "keras",
            lambda keras, o: keras.optimizers.SGD(
                o.lr, use_ema=True, ema_momentum=o.ema_momentum, gradient_accumulation_steps=o.accumulation_steps
            ),
            {"lr": 0.1, "accumulation_steps": 3, **EMA},
            "Keras takes the average whenever it is given gradients, those that it only gathers too",
            looked_at="a ema after 200",
        ),
    ),
    draw=_draw_sgd,
    notes=(
        "clip_grad_norm_ adds 1e-6 to the norm it divides by, Keras' clipnorm and global_clipnorm nothing: that is "
        "clip_epsilon. clip_grad_norm_ of all weights is Keras' global_clipnorm; clipnorm is per weight.",
        "weight_decay is added to the gradient in PyTorch, and taken off the weights in Keras: that is decoupled.",
        "maximize is PyTorch's alone: it turns the gradient round before weight decay is added.",
        "Keras' gradient_accumulation_steps takes the mean; PyTorch's .grad is the sum of what was not set to zero.",
        "Keras' use_ema is ema_momentum; in PyTorch an AveragedModel with get_ema_multi_avg_fn, updated after every "
        "step, does the same beside the optimizer. Keras' fit ends with the averages in the place of the weights.",
    ),
)


# ---- momentum


def _torch_momentum(nesterov: bool) -> Any:
    def build(torch: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.torch.optimizers import VelocityOfSteps, made

        hooks = [VelocityOfSteps()] if o.velocity_of == "steps" else []
        options = {"momentum": o.momentum, "dampening": o.dampening, "nesterov": nesterov}
        return made(torch.optim.SGD, o, *hooks, **options)

    return build


def _keras_momentum(nesterov: bool) -> Any:
    def build(keras: Any, o: SimpleNamespace) -> Any:
        from reference.migration.glue.keras.optimizers import TorchMomentum, made

        if o.velocity_of == "steps" and not o.dampening:
            return made(keras.optimizers.SGD, o, momentum=o.momentum, nesterov=nesterov)
        options = {"momentum": o.momentum, "dampening": o.dampening, "velocity_of": o.velocity_of}
        return made(TorchMomentum, o, nesterov=nesterov, **options)

    return build


def _draw_momentum(dampened: bool) -> Any:
    def draw(rng: np.random.Generator) -> Case:
        return surrounded(
            rng,
            lr=float(10 ** rng.uniform(-4, -1)),
            momentum=choose(rng, 0.5, 0.9, 0.99),
            velocity_of=choose(rng, "gradients", "steps"),
            **({"dampening": choose(rng, 0.0, 0.1, 0.9)} if dampened else {}),
        )

    return draw


def _own_momentum(nesterov: bool) -> tuple[Case, ...]:
    lr_change = "after lr was halved, the steps of before go on with their own lr in Keras, with the new one in PyTorch"

    def torch_own(torch: Any, o: SimpleNamespace) -> Any:
        return lambda weights: torch.optim.SGD(weights, lr=o.lr, momentum=o.momentum, nesterov=nesterov)

    def keras_own(keras: Any, o: SimpleNamespace) -> Any:
        return keras.optimizers.SGD(o.lr, momentum=np.float64(o.momentum), nesterov=nesterov)

    steps, gradients = ({"lr": 0.1, "momentum": 0.99, "velocity_of": kind} for kind in ("steps", "gradients"))
    return (
        own_class("torch", torch_own, steps, lr_change, least=1e-4),
        own_class("keras", keras_own, gradients, lr_change, least=1e-4),
    )


MOMENTUM = Pair(
    "momentum",
    Momentum,
    torch=Twin(_torch_momentum(False)),
    keras=Twin(_keras_momentum(False)),
    kind="optimizer",
    cases=(
        Case("defaults", {}),
        Case("gradients", {}, {"lr": 0.1}),
        Case("steps", {}, {"lr": 0.1, "velocity_of": "steps"}),
        Case("long", {}, {"lr": 0.1, "momentum": 0.99}),
        Case("dampened", {}, {"lr": 0.1, "momentum": 0.8, "dampening": 0.5}),
        Case("clip-by-value", {}, {"lr": 0.1, "momentum": 0.0, **CLIP_VALUE_L2}),
        Case("all-around", {}, {"lr": 0.1, **ALL_AROUND}),
        *_own_momentum(nesterov=False),
    ),
    draw=_draw_momentum(dampened=True),
    notes=("With a constant lr both velocities give the same weights. Dampening is PyTorch's alone.",),
)

NESTEROV = Pair(
    "nesterov",
    Nesterov,
    torch=Twin(_torch_momentum(True)),
    keras=Twin(_keras_momentum(True)),
    kind="optimizer",
    cases=(
        Case("defaults", {}),
        Case("gradients", {}, {"lr": 0.1}),
        Case("steps", {}, {"lr": 0.1, "velocity_of": "steps"}),
        Case("long", {}, {"lr": 0.1, "momentum": 0.99}),
        Case("clip-by-value", {}, {"lr": 0.1, **CLIP_VALUE_L2}),
        Case("all-around", {}, {"lr": 0.1, **ALL_AROUND}),
        *_own_momentum(nesterov=True),
    ),
    draw=_draw_momentum(dampened=False),
)
