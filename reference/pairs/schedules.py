"""Schedules and their twins. A torch twin's builder gives a function of the optimizer, Keras' the schedule itself."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import choose
from reference.pair import Case, Options, Pair, Twin
from scratch.schedules import (
    ExponentialDecay,
    InverseSquareRoot,
    InverseTimeDecay,
    LinearWarmup,
    MultiStepDecay,
    PiecewiseConstant,
    PolynomialDecay,
    StepDecay,
)

# Keras' schedules compute in float32 when their numbers are Python's, in float64 when they are NumPy's
F = np.float64
LAMBDA = "PyTorch has no such scheduler; the formula is given to its LambdaLR"


def schedulers(torch: Any) -> Any:
    return torch.optim.lr_scheduler


def random_lr(rng: np.random.Generator) -> float:
    return float(10 ** rng.uniform(-4, 0))


def own_class(framework: str, build: Any, options: Options, reason: str, least: float = 1e-3) -> Case:
    """What a framework's own class does where the options ask for something else."""
    twins, differs = {framework: Twin(build)}, {"lr": least}
    return Case(f"{framework}-own-class", {}, options, (), True, (framework,), True, differs, twins, reason)


def schedule_pair(
    name: str, schedule: Any, torch: Twin, keras: Twin, cases: tuple[Case, ...], draw: Any, *notes: str
) -> Pair:
    return Pair(name, schedule, torch, keras, cases, kind="schedule", draw=draw, notes=notes)


# ---- steps and powers

STEP_DECAY = schedule_pair(
    "step_decay",
    StepDecay,
    Twin(lambda torch, o: lambda optimizer: schedulers(torch).StepLR(optimizer, o.steps, o.rate)),
    Twin(lambda keras, o: keras.optimizers.schedules.ExponentialDecay(F(o.lr), o.steps, F(o.rate), staircase=True)),
    (Case("defaults", {}), Case("slow", {}, {"lr": 0.7, "rate": 0.1, "steps": 77}), Case("every", {}, {"steps": 1})),
    lambda rng: Case("", {}, {"lr": random_lr(rng), "rate": rng.uniform(0.1, 0.99), "steps": int(rng.integers(1, 99))}),
)


def _milestones(rng: np.random.Generator) -> tuple[int, ...]:
    return tuple(sorted(int(t) for t in rng.choice(np.arange(1, 239), rng.integers(1, 5), replace=False)))


def _keras_multi_step(keras: Any, o: SimpleNamespace, shift: int) -> Any:
    values = [F(o.lr * o.rate**n) for n in range(len(o.milestones) + 1)]
    return keras.optimizers.schedules.PiecewiseConstantDecay([t + shift for t in o.milestones], values)


MULTI_STEP_DECAY = schedule_pair(
    "multi_step_decay",
    MultiStepDecay,
    Twin(lambda torch, o: lambda optimizer: schedulers(torch).MultiStepLR(optimizer, list(o.milestones), o.rate)),
    Twin(lambda keras, o: _keras_multi_step(keras, o, shift=-1)),
    (
        Case("defaults", {}),
        Case("one", {}, {"lr": 0.7, "rate": 0.1, "milestones": (100,)}),
        Case("close", {}, {"milestones": (1, 2, 3, 200)}),
        own_class(
            "keras",
            lambda keras, o: _keras_multi_step(keras, o, shift=0),
            {},
            "a boundary is the last step of its piece in Keras, a milestone the first of the next in PyTorch",
        ),
    ),
    lambda rng: Case(
        "", {}, {"lr": random_lr(rng), "rate": float(rng.uniform(0.1, 0.9)), "milestones": _milestones(rng)}
    ),
)


def _torch_piecewise(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.schedules import by_factor, piecewise

    return by_factor(piecewise([1.0, *(value / o.lr for value in o.values)], o.boundaries))


def _draw_piecewise(rng: np.random.Generator) -> Case:
    boundaries = _milestones(rng)
    values = tuple(random_lr(rng) for _ in boundaries)
    return Case("", {}, {"lr": random_lr(rng), "values": values, "boundaries": boundaries})


PIECEWISE_CONSTANT = schedule_pair(
    "piecewise_constant",
    PiecewiseConstant,
    Twin(_torch_piecewise, likeness="composed", reason=LAMBDA),
    Twin(
        lambda keras, o: keras.optimizers.schedules.PiecewiseConstantDecay(
            list(o.boundaries), [F(value) for value in (o.lr, *o.values)]
        )
    ),
    (Case("defaults", {}), Case("up", {}, {"lr": 0.03, "values": (0.5,), "boundaries": (1,)})),
    _draw_piecewise,
)


def _draw_exponential(rng: np.random.Generator) -> Case:
    rate = float(rng.uniform(0.1, 0.98))
    # PyTorch has the factor of a single step; the nearer that is to 1, the further its rounding goes over many steps
    steps = int(rng.integers(1, 2 + int(-60 * np.log(rate))))
    return Case("", {}, {"lr": random_lr(rng), "rate": rate, "steps": steps})


EXPONENTIAL_DECAY = schedule_pair(
    "exponential_decay",
    ExponentialDecay,
    Twin(lambda torch, o: lambda optimizer: schedulers(torch).ExponentialLR(optimizer, o.rate ** (1 / o.steps))),
    Twin(lambda keras, o: keras.optimizers.schedules.ExponentialDecay(F(o.lr), o.steps, F(o.rate))),
    (
        Case("defaults", {}),
        Case("slow", {}, {"lr": 0.7, "rate": 0.5, "steps": 70}),
        own_class(
            "keras",
            lambda keras, o: keras.optimizers.schedules.ExponentialDecay(o.lr, o.steps, o.rate),
            {},
            "given Python's numbers, Keras' schedules compute in float32, also where everything else is float64",
            least=1e-9,
        ),
    ),
    _draw_exponential,
    "PyTorch's is stepped by whoever trains, once an epoch or once a batch; Keras' counts the optimizer's steps.",
)


def _torch_inverse_time(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.schedules import by_factor, inverse_time

    return by_factor(inverse_time(o.rate, o.steps, o.staircase))


INVERSE_TIME_DECAY = schedule_pair(
    "inverse_time_decay",
    InverseTimeDecay,
    Twin(_torch_inverse_time, likeness="composed", reason=LAMBDA),
    Twin(lambda keras, o: keras.optimizers.schedules.InverseTimeDecay(F(o.lr), o.steps, F(o.rate), o.staircase)),
    (
        Case("defaults", {}),
        Case("slow", {}, {"lr": 0.7, "rate": 2.0, "steps": 30}),
        Case("staircase", {}, {"lr": 0.7, "rate": 2.0, "steps": 30, "staircase": True}),
    ),
    lambda rng: Case(
        "",
        {},
        {
            "lr": random_lr(rng),
            "rate": float(rng.uniform(0.1, 3)),
            "steps": int(rng.integers(1, 100)),
            "staircase": choose(rng, False, True),
        },
    ),
)


def _torch_polynomial(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.schedules import by_factor, polynomial

    if o.end_lr or o.cycle:
        return by_factor(polynomial(o.end_lr / o.lr, o.steps, o.power, o.cycle))
    return lambda optimizer: schedulers(torch).PolynomialLR(optimizer, o.steps, o.power)


POLYNOMIAL_DECAY = schedule_pair(
    "polynomial_decay",
    PolynomialDecay,
    Twin(_torch_polynomial),
    Twin(
        lambda keras, o: keras.optimizers.schedules.PolynomialDecay(
            F(o.lr), o.steps, F(o.end_lr), F(o.power), cycle=o.cycle
        )
    ),
    (
        Case("defaults", {}),
        Case("square", {}, {"lr": 0.7, "power": 2.0, "steps": 150}),
        Case("end", {}, {"end_lr": 0.01, "power": 0.5}),
        Case("cycle", {}, {"end_lr": 0.001, "steps": 50, "cycle": True}),
    ),
    lambda rng: Case(
        "",
        {},
        {
            "lr": random_lr(rng),
            "end_lr": choose(rng, 0.0, 1e-5),
            "steps": int(rng.integers(1, 300)),
            "power": choose(rng, 0.5, 1.0, 2.0, 2.7),
            "cycle": choose(rng, False, True),
        },
    ),
    "PyTorch's decays to 0 and stays there; another end and cycles are Keras' alone, and given to LambdaLR.",
)

LINEAR_WARMUP = schedule_pair(
    "linear_warmup",
    LinearWarmup,
    Twin(
        lambda torch, o: lambda optimizer: schedulers(torch).LinearLR(optimizer, o.start_lr / o.lr, 1.0, o.steps),
    ),
    Twin(lambda keras, o: keras.optimizers.schedules.PolynomialDecay(F(o.start_lr), o.steps, F(o.lr), F(1.0))),
    (Case("defaults", {}), Case("long", {}, {"lr": 0.5, "start_lr": 0.1, "steps": 200})),
    lambda rng: warm(rng, steps=int(rng.integers(1, 240))),
    "In Keras a polynomial of power 1 from the low rate to the high one; CosineDecay has a warm-up of its own.",
)


def warm(rng: np.random.Generator, **more: Any) -> Case:
    lr = random_lr(rng)
    return Case("", {}, {"lr": lr, "start_lr": lr * float(rng.uniform(0.01, 0.9)), **more})


def _torch_inverse_root(torch: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.torch.schedules import by_factor, inverse_square_root

    return by_factor(inverse_square_root(o.warmup))


def _keras_inverse_root(keras: Any, o: SimpleNamespace) -> Any:
    from reference.migration.glue.keras.schedules import InverseSquareRoot

    return InverseSquareRoot(o)


INVERSE_SQUARE_ROOT = schedule_pair(
    "inverse_square_root",
    InverseSquareRoot,
    Twin(_torch_inverse_root, likeness="composed", reason=LAMBDA),
    Twin(_keras_inverse_root, likeness="composed", reason="Keras has no such schedule; written with its operations"),
    (Case("defaults", {}), Case("long", {}, {"lr": 0.7, "warmup": 200})),
    lambda rng: Case("", {}, {"lr": random_lr(rng), "warmup": int(rng.integers(1, 240))}),
)
