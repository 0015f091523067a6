"""Cyclic schedules and their twins, built as those of `reference.pairs.schedules`."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose
from reference.pair import Case, Twin
from reference.pairs.schedules import F, own_class, random_lr, schedule_pair, schedulers, warm
from scratch.cyclic_schedules import CosineDecay, CosineRestarts, Cyclic, OneCycle, WarmupCosineDecay

KERAS = "Keras has no such schedule; written with its operations"


def _alpha(o: SimpleNamespace) -> np.float64:
    """Keras has the end as a share of the beginning."""
    return F(o.end_lr / o.lr)


# ---- cosines


def _torch_cosine(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.schedules import by_factor, cosine, until

    if o.periodic:
        return by_factor(cosine(o.end_lr / o.lr, o.steps))
    return until(o.steps, lambda optimizer: schedulers(torch).CosineAnnealingLR(optimizer, o.steps, o.end_lr))


def _keras_cosine(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.schedules import PeriodicCosine

    kind = PeriodicCosine if o.periodic else keras.optimizers.schedules.CosineDecay
    return kind(F(o.lr), o.steps, _alpha(o))


_AFTER = "after its steps Keras' stays at the end, PyTorch's rises again"

COSINE_DECAY = schedule_pair(
    "cosine_decay",
    CosineDecay,
    Twin(_torch_cosine),
    Twin(_keras_cosine),
    (
        Case("defaults", {}),
        Case("end", {}, {"lr": 0.5, "end_lr": 0.05, "steps": 240}),
        Case("periodic", {}, {"end_lr": 0.001, "steps": 33, "periodic": True}),
        own_class(
            "torch",
            lambda torch, o: lambda optimizer: schedulers(torch).CosineAnnealingLR(optimizer, o.steps),
            {},
            _AFTER,
        ),
        own_class(
            "keras",
            lambda keras, o: keras.optimizers.schedules.CosineDecay(F(o.lr), o.steps),
            {"periodic": True},
            _AFTER,
        ),
    ),
    lambda rng: Case(
        "",
        {},
        {
            "lr": random_lr(rng),
            "end_lr": choose(rng, 0.0, 1e-5),
            "steps": int(rng.integers(2, 300)),
            "periodic": choose(rng, False, True),
        },
    ),
    "CosineAnnealingLR computes each rate from the one before. Where it turns the digits cancel, and of the waves that "
    "follow some 3e-13 are rounding; here they come from LambdaLR.",
)


def _torch_warm_cosine(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.schedules import until

    def both(optimizer: Any) -> Any:
        up = schedulers(torch).LinearLR(optimizer, o.start_lr / o.lr, 1.0, o.warmup)
        down = schedulers(torch).CosineAnnealingLR(optimizer, o.steps, o.end_lr)
        return schedulers(torch).SequentialLR(optimizer, [up, down], [o.warmup])

    return until(o.warmup + o.steps, both)


def _keras_warm_cosine(keras: Any, o: SimpleNamespace) -> Any:
    return keras.optimizers.schedules.CosineDecay(
        F(o.start_lr), o.steps, _alpha(o), warmup_target=F(o.lr), warmup_steps=o.warmup
    )


WARMUP_COSINE_DECAY = schedule_pair(
    "warmup_cosine_decay",
    WarmupCosineDecay,
    Twin(_torch_warm_cosine, likeness="composed", reason="SequentialLR of LinearLR and CosineAnnealingLR"),
    Twin(_keras_warm_cosine),
    (Case("defaults", {}), Case("end", {}, {"lr": 0.5, "end_lr": 0.05, "warmup": 100, "steps": 99})),
    lambda rng: warm(
        rng, end_lr=choose(rng, 0.0, 1e-5), warmup=int(rng.integers(1, 100)), steps=int(rng.integers(2, 200))
    ),
)


def _torch_restarts(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.schedules import by_factor, cosine_restarts

    if o.peak != 1 or o.growth != int(o.growth):
        return by_factor(cosine_restarts(o.end_lr / o.lr, o.steps, o.growth, o.peak))
    return lambda optimizer: schedulers(torch).CosineAnnealingWarmRestarts(optimizer, o.steps, o.growth, o.end_lr)


def _keras_restarts(keras: Any, o: SimpleNamespace) -> Any:
    kind = keras.optimizers.schedules.CosineDecayRestarts
    return kind(F(o.lr), o.steps, F(o.growth), F(o.peak), _alpha(o))


COSINE_RESTARTS = schedule_pair(
    "cosine_restarts",
    CosineRestarts,
    Twin(_torch_restarts),
    Twin(_keras_restarts),
    (
        Case("defaults", {}),
        Case("growing", {}, {"lr": 0.5, "end_lr": 0.05, "steps": 13, "growth": 2}),
        Case("lower-peaks", {}, {"end_lr": 0.001, "steps": 17, "growth": 1.5, "peak": 0.7}),
    ),
    lambda rng: Case(
        "",
        {},
        {
            "lr": random_lr(rng),
            "end_lr": choose(rng, 0.0, 1e-5),
            "steps": int(rng.integers(2, 100)),
            "growth": choose(rng, 1, 1.7, 2),
            "peak": choose(rng, 1.0, 1.0, 0.8),
        },
    ),
    "Keras finds the restart by a logarithm, so with growth 3 rounding can put it a step late.",
    "Lower peaks, and growth by a factor that is not whole, are Keras' alone.",
)


# ---- cycles


def _torch_one_cycle(torch: Any, o: SimpleNamespace) -> Any:
    return lambda optimizer: schedulers(torch).OneCycleLR(
        optimizer,
        o.lr,
        o.steps,
        pct_start=o.rise,
        anneal_strategy=o.shape,
        cycle_momentum=False,
        div_factor=o.start_divisor,
        final_div_factor=o.end_divisor,
        three_phase=o.three_phases,
    )


def _keras_one_cycle(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.schedules import OneCycle

    return OneCycle(o)


ONE_CYCLE = schedule_pair(
    "one_cycle",
    OneCycle,
    Twin(_torch_one_cycle),
    Twin(_keras_one_cycle, likeness="composed", reason=KERAS),
    (
        Case("defaults", {}),
        Case("linear", {}, {"lr": 0.7, "steps": 300, "rise": 0.45, "shape": "linear", "end_divisor": 10.0}),
        Case("three-phases", {}, {"rise": 0.25, "start_divisor": 5.0, "end_divisor": 100.0, "three_phases": True}),
    ),
    lambda rng: Case(
        "",
        {},
        {
            "lr": random_lr(rng),
            "steps": int(rng.integers(240, 400)),
            "rise": float(rng.uniform(0.05, 0.45)),
            "start_divisor": float(rng.uniform(2, 50)),
            "end_divisor": float(10 ** rng.uniform(0, 5)),
            "shape": choose(rng, "cos", "linear"),
            "three_phases": choose(rng, False, True),
        },
    ),
    "OneCycleLR also moves the momentum, unless cycle_momentum is off; here it is the learning rate alone.",
)


def _torch_cyclic(torch: Any, o: SimpleNamespace) -> Any:
    return lambda optimizer: schedulers(torch).CyclicLR(
        optimizer, o.lr, o.max_lr, o.rise, o.fall, o.shape, o.rate, cycle_momentum=False
    )


def _keras_cyclic(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.schedules import Cyclic

    return Cyclic(o)


def _draw_cyclic(rng: np.random.Generator) -> Case:
    lr = random_lr(rng)
    options = {
        "lr": lr,
        "max_lr": lr * float(rng.uniform(1, 20)),
        "rise": int(rng.integers(15, 60)),
        "fall": int(rng.integers(15, 60)),
        "shape": choose(rng, "triangular", "triangular2", "exp_range"),
        "rate": float(rng.uniform(0.95, 1.0)),
    }
    return Case("", {}, options)


CYCLIC = schedule_pair(
    "cyclic",
    Cyclic,
    Twin(_torch_cyclic),
    Twin(_keras_cyclic, likeness="composed", reason=KERAS),
    (
        Case("defaults", {}),
        Case("skewed", {}, {"lr": 0.02, "rise": 7, "fall": 31}),
        Case("halved", {}, {"shape": "triangular2", "rise": 25, "fall": 15}),
        Case("shrinking", {}, {"shape": "exp_range", "rise": 9, "fall": 16}),
    ),
    _draw_cyclic,
)
