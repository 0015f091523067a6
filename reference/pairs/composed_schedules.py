"""Schedules made of others and their twins, built as those of `reference.pairs.schedules`."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose
from reference.pair import Case, Pair, Twin
from reference.pairs.schedules import (
    EXPONENTIAL_DECAY,
    LINEAR_WARMUP,
    MULTI_STEP_DECAY,
    STEP_DECAY,
    F,
    random_lr,
    schedule_pair,
    schedulers,
)
from scratch.composed_schedules import (
    ChainedSchedule,
    ConstantFactor,
    LambdaSchedule,
    MultiplicativeSchedule,
    SequentialSchedule,
)
from scratch.schedules import ExponentialDecay, InverseTimeDecay, LinearWarmup, MultiStepDecay, Schedule, StepDecay

CONSTANT_FACTOR = schedule_pair(
    "constant_factor",
    ConstantFactor,
    Twin(lambda torch, o: lambda optimizer: schedulers(torch).ConstantLR(optimizer, o.factor, o.steps)),
    Twin(
        lambda keras, o: keras.optimizers.schedules.PiecewiseConstantDecay([o.steps - 1], [F(o.lr * o.factor), F(o.lr)])
    ),
    (Case("defaults", {}), Case("long", {}, {"lr": 0.7, "factor": 0.25, "steps": 100})),
    lambda rng: Case(
        "", {}, {"lr": random_lr(rng), "factor": float(rng.uniform(0.1, 0.9)), "steps": int(rng.integers(1, 200))}
    ),
    "In Keras a PiecewiseConstantDecay, whose boundary is the last step of its piece.",
)


# ---- functions


_ONCE_AN_EPOCH = "Keras' LearningRateScheduler is a callback, asked once an epoch and told the rate of the one before."

LAMBDA_SCHEDULE = schedule_pair(
    "lambda_schedule",
    LambdaSchedule,
    Twin(lambda torch, o: lambda optimizer: schedulers(torch).LambdaLR(optimizer, o.factor)),
    Twin(lambda keras, o: keras.callbacks.LearningRateScheduler(lambda epoch, lr: o.lr * o.factor(epoch))),
    (Case("inverse", {}, {"factor": InverseTimeDecay(1.0, 0.05)}),),
    lambda rng: Case("", {}, {"factor": InverseTimeDecay(1.0, float(rng.uniform(0.01, 0.5))), "lr": random_lr(rng)}),
    _ONCE_AN_EPOCH,
)

MULTIPLICATIVE_SCHEDULE = schedule_pair(
    "multiplicative_schedule",
    MultiplicativeSchedule,
    Twin(lambda torch, o: lambda optimizer: schedulers(torch).MultiplicativeLR(optimizer, o.factor)),
    Twin(
        lambda keras, o: keras.callbacks.LearningRateScheduler(lambda epoch, lr: lr * o.factor(epoch) if epoch else lr)
    ),
    (Case("nearer-to-1", {}, {"factor": LinearWarmup(1.0, 0.9, 150)}),),
    lambda rng: Case("", {}, {"factor": LinearWarmup(1.0, float(rng.uniform(0.9, 0.99)), 100), "lr": random_lr(rng)}),
    _ONCE_AN_EPOCH,
)


# ---- schedules of schedules

PAIR_OF: dict[type[Schedule], Pair] = {
    ConstantFactor: CONSTANT_FACTOR,
    ExponentialDecay: EXPONENTIAL_DECAY,
    LinearWarmup: LINEAR_WARMUP,
    MultiStepDecay: MULTI_STEP_DECAY,
    StepDecay: STEP_DECAY,
}


def _built(framework: str, module: Any, o: SimpleNamespace) -> list[Any]:
    """The twins of the parts."""
    twins = ((PAIR_OF[type(part)].twin(framework), SimpleNamespace(**vars(part))) for part in o.parts)
    return [twin.build(module, options) for twin, options in twins if twin.build]


def _torch_sequential(torch: Any, o: SimpleNamespace) -> Any:
    return lambda optimizer: schedulers(torch).SequentialLR(
        optimizer, [part(optimizer) for part in _built("torch", torch, o)], list(o.milestones)
    )


def _torch_chained(torch: Any, o: SimpleNamespace) -> Any:
    return lambda optimizer: schedulers(torch).ChainedScheduler(
        [part(optimizer) for part in _built("torch", torch, o)], optimizer
    )


def _keras_in_turn(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.schedules import InTurn

    return InTurn(_built("keras", keras, o), o.milestones, o.lr)


def _keras_at_once(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.schedules import AtOnce

    return AtOnce(_built("keras", keras, o), o.lr)


_WRITTEN = "Keras has no schedules of schedules; written with its operations"


def _part(rng: np.random.Generator) -> Schedule:
    return choose(
        rng,
        ConstantFactor(1.0, float(rng.uniform(0.2, 0.9)), int(rng.integers(1, 60))),
        ExponentialDecay(1.0, float(rng.uniform(0.9, 0.999))),
        LinearWarmup(1.0, float(rng.uniform(0.01, 0.5)), int(rng.integers(1, 60))),
        StepDecay(1.0, float(rng.uniform(0.3, 0.9)), int(rng.integers(5, 60))),
    )


def _draw_sequential(rng: np.random.Generator) -> Case:
    milestones = tuple(sorted(int(t) for t in rng.choice(np.arange(1, 200), rng.integers(1, 3), replace=False)))
    parts = tuple(_part(rng) for _ in range(len(milestones) + 1))
    return Case("", {}, {"parts": parts, "milestones": milestones, "lr": random_lr(rng)})


def _draw_chained(rng: np.random.Generator) -> Case:
    return Case("", {}, {"parts": tuple(_part(rng) for _ in range(int(rng.integers(1, 4)))), "lr": random_lr(rng)})


SEQUENTIAL_SCHEDULE = schedule_pair(
    "sequential_schedule",
    SequentialSchedule,
    Twin(_torch_sequential),
    Twin(_keras_in_turn, likeness="composed", reason=_WRITTEN),
    (
        Case(
            "warm-up",
            {},
            {
                "parts": (LinearWarmup(1.0, 0.1, 20), ExponentialDecay(1.0, 0.98), StepDecay(1.0, 0.7, 30)),
                "milestones": (20, 110),
            },
        ),
    ),
    _draw_sequential,
)

CHAINED_SCHEDULE = schedule_pair(
    "chained_schedule",
    ChainedSchedule,
    Twin(_torch_chained),
    Twin(_keras_at_once, likeness="composed", reason=_WRITTEN),
    (
        Case(
            "three",
            {},
            {"parts": (ConstantFactor(1.0, 0.5, 30), ExponentialDecay(1.0, 0.99), MultiStepDecay(1.0, 0.4, (70, 150)))},
        ),
    ),
    _draw_chained,
)
