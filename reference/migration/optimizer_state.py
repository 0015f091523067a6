"""What an optimizer remembers, in each framework.

A velocity is kept as a sum of gradients here, as PyTorch keeps it; Keras keeps the steps: -lr times that.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from reference.errors import RequestError
from reference.migration.moves import Move, Unit
from reference.pair import Array
from scratch.adam_optimizers import Adam, AMSGrad
from scratch.optimizers import SGD, Momentum, Nesterov, Optimizer

ADAM, MOMENTUM, PLAIN = "Adam", "SGD with momentum", "SGD"
SLOTS = {ADAM: ("m", "v"), MOMENTUM: ("velocity",), PLAIN: ()}
EPSILON = ("epsilon", "epsilon added")
# what is done around a step; most of it only Keras and scratch do in the optimizer
AVERAGE, OF_WEIGHTS, SCHEDULE = "average", "moving average of the weights", "schedule of the learning rate"
AROUND: dict[str, Any] = {
    **dict.fromkeys(("clipvalue", "clipnorm", "global_clipnorm", "clip epsilon", "loss scale", OF_WEIGHTS, SCHEDULE)),
    "maximize": False,
}


@dataclass(frozen=True)
class State:
    """An optimizer at rest: its kind, settings by name, steps taken, and how to read and write a weight's arrays.

    `read(unit, path)` gives arrays by slot, none where no step was taken; `write(unit, path, arrays, t)` puts them.
    """

    kind: str
    settings: dict[str, Any]
    t: int
    read: Callable[[Unit, str], dict[str, Array]]
    write: Callable[[Unit, str, dict[str, Array], int], None]
    finish: Callable[[int], None] = field(default=lambda t: None)


def state_of(optimizer: Any, moves: Sequence[Move], side: int) -> State:
    """The state of an optimizer, whose weights are those of this side of the moves."""
    if isinstance(optimizer, Optimizer):
        return _scratch(optimizer, moves, side)
    homes = {cls.__module__.split(".")[0] for cls in type(optimizer).__mro__}
    if "torch" in homes:
        return _torch(optimizer)
    if "keras" in homes:
        return _keras(optimizer, moves, side)
    raise RequestError(f"{type(optimizer).__name__} is no optimizer of PyTorch, Keras or scratch")


def _unknown(optimizer: Any) -> RequestError:
    return RequestError(
        f"the state of {type(optimizer).__name__} has no counterpart; Adam, AdamW and SGD with or without momentum have"
    )


def _torch(optimizer: Any) -> State:
    import torch

    if len({str({k: v for k, v in g.items() if k != "params"}) for g in optimizer.param_groups}) > 1:
        raise RequestError(
            "the PyTorch optimizer has groups of weights with other settings each; one group is expected"
        )
    group = optimizer.param_groups[0]
    names: dict[str, str]
    settings: dict[str, Any] = {
        "lr": float(group["lr"]),
        "weight decay": group["weight_decay"],
        "decoupled decay": False,
        **AROUND,
        "maximize": group["maximize"],
    }
    averages = _averages(optimizer)
    if averages:
        settings[OF_WEIGHTS] = (averages.momentum, averages.overwrite_frequency)
    if isinstance(optimizer, torch.optim.Adam) and not group["amsgrad"]:
        names = {"m": "exp_avg", "v": "exp_avg_sq"}
        raw = _hooked(optimizer, "epsilon")
        beta_1, beta_2 = group["betas"]
        settings |= _adam(beta_1, beta_2, group["eps"] if raw is None else raw, "corrected" if raw is None else "raw")
        settings["decoupled decay"] = bool(group["decoupled_weight_decay"] and group["weight_decay"])
        kind = ADAM
    elif isinstance(optimizer, torch.optim.SGD):
        names = {"velocity": "momentum_buffer"} if group["momentum"] else {}
        kind = MOMENTUM if names else PLAIN
        settings |= _momentum(group["momentum"], group["nesterov"], group["dampening"]) if names else {}
    else:
        raise _unknown(optimizer)
    if (decay := _hooked(optimizer, "weight_decay")) is not None:
        settings |= {"weight decay": decay, "decoupled decay": True}
    names |= {AVERAGE: "ema"} if averages else {}
    steps = [int(slots["step"]) for slots in optimizer.state.values() if "step" in slots]
    steps += [averages.t] if averages else []

    def read(unit: Unit, path: str) -> dict[str, Array]:
        slots = optimizer.state.get(unit.model.find(unit.layer, path), {})
        return {mine: slots[name].cpu().numpy() for mine, name in names.items() if slots.get(name) is not None}

    def write(unit: Unit, path: str, arrays: dict[str, Array], t: int) -> None:
        weight = unit.model.find(unit.layer, path)
        if weight.requires_grad and arrays:
            made = {names[slot]: torch.tensor(np.array(a), dtype=weight.dtype) for slot, a in arrays.items()}
            optimizer.state[weight] = made | ({"step": torch.tensor(float(t))} if kind == ADAM else {})

    def finish(t: int) -> None:
        if averages:
            averages.t = t

    return State(kind, settings, max(steps, default=0), read, write, finish)


def _averages(optimizer: Any) -> Any:
    """The hook of glue.torch.optimizers that keeps averages of the weights, None where there is none."""
    from reference.migration.glue.torch.optimizers import MovingAverage

    hooks = optimizer._optimizer_step_post_hooks.values()
    return next((hook for hook in hooks if isinstance(hook, MovingAverage)), None)


def _hooked(optimizer: Any, name: str) -> Any:
    """A setting that a hook of glue.torch.optimizers has, None where there is none."""
    hooks = optimizer._optimizer_step_pre_hooks.values()
    return next((getattr(hook, name) for hook in hooks if hasattr(hook, name)), None)


def _keras(optimizer: Any, moves: Sequence[Move], side: int) -> State:
    import keras

    from reference.migration.glue.keras.optimizers import TorchAdam, TorchMomentum

    if not optimizer.built:
        first = (moves[0].source, moves[0].target)[side]
        optimizer.build(first.model.model.trainable_variables)
    around = _around_keras(optimizer)
    # one that follows a schedule is where its steps bring it: the same start is what counts
    lr = float(optimizer._learning_rate(0) if around[SCHEDULE] else optimizer.learning_rate.numpy())
    settings: dict[str, Any] = {"lr": lr, "weight decay": float(optimizer.weight_decay or 0.0), **around}
    settings["decoupled decay"] = settings["weight decay"] > 0
    if l2 := float(getattr(optimizer, "l2", 0.0)):  # glue.keras.optimizers.LikeTorch
        settings["weight decay"] = l2
    factor = 1.0
    lists: dict[str, Any]
    if isinstance(optimizer, keras.optimizers.Adam) and not optimizer.amsgrad:
        kind, lists = ADAM, {"m": optimizer._momentums, "v": optimizer._velocities}
        corrected = isinstance(optimizer, TorchAdam)
        epsilon = optimizer.corrected_epsilon if corrected else optimizer.epsilon
        beta_1, beta_2 = float(optimizer.beta_1), float(optimizer.beta_2)
        settings |= _adam(beta_1, beta_2, float(epsilon), "corrected" if corrected else "raw")
    elif isinstance(optimizer, keras.optimizers.SGD):
        kind, lists = (MOMENTUM, {"velocity": optimizer.momentums}) if optimizer.momentum else (PLAIN, {})
        settings |= _momentum(optimizer.momentum, optimizer.nesterov, 0.0) if lists else {}
        factor = -lr
    elif isinstance(optimizer, TorchMomentum):
        kind, lists = MOMENTUM, {"velocity": optimizer.kept["velocity"]}
        o = optimizer.options
        settings |= _momentum(o.momentum, o.nesterov, o.dampening)
        factor = lr if o.velocity_of == "steps" else 1.0
    else:
        raise _unknown(optimizer)

    if around[OF_WEIGHTS] is not None:
        lists = {**lists, AVERAGE: optimizer._model_variables_moving_average}

    def variables(unit: Unit, path: str) -> dict[str, Any]:
        index = optimizer._get_variable_index(unit.model.find(unit.layer, path))
        return {slot: some[index] for slot, some in lists.items()}

    def known(unit: Unit, path: str) -> bool:
        variable = unit.model.find(unit.layer, path)
        return variable is not None and any(variable is each for each in optimizer._trainable_variables)

    def read(unit: Unit, path: str) -> dict[str, Array]:
        if not known(unit, path):
            return {}
        return {slot: v.numpy() / _scale(slot, factor) for slot, v in variables(unit, path).items()}

    def write(unit: Unit, path: str, arrays: dict[str, Array], t: int) -> None:
        for slot, variable in variables(unit, path).items() if known(unit, path) else ():
            variable.assign(arrays[slot] * _scale(slot, factor))

    return State(kind, settings, int(optimizer.iterations.numpy()), read, write, optimizer.iterations.assign)


def _around_keras(optimizer: Any) -> dict[str, Any]:
    """What a Keras optimizer does around a step. Raises RequestError for what has a state that is not moved."""
    import keras

    if optimizer.gradient_accumulation_steps:
        raise _accumulating(f"gradient_accumulation_steps={optimizer.gradient_accumulation_steps}")
    schedule = optimizer._learning_rate
    followed = isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule)
    average = (optimizer.ema_momentum, optimizer.ema_overwrite_frequency)
    return {
        **AROUND,
        "clipvalue": optimizer.clipvalue,
        "clipnorm": optimizer.clipnorm,
        "global_clipnorm": optimizer.global_clipnorm,
        "clip epsilon": getattr(optimizer, "clip_epsilon", None) or None,
        "maximize": getattr(optimizer, "uphill", False),
        "loss scale": optimizer.loss_scale_factor,
        OF_WEIGHTS: average if optimizer.use_ema else None,
        SCHEDULE: f"{type(schedule).__name__}({schedule.get_config()})" if followed else None,
    }


def _accumulating(what: str) -> RequestError:
    return RequestError(f"{what}: the state of an optimizer that accumulates gradients has no counterpart")


def _scratch(optimizer: Optimizer, moves: Sequence[Move], side: int) -> State:
    if optimizer.accumulation_steps > 1:
        raise _accumulating(f"accumulation_steps={optimizer.accumulation_steps}")
    decoupled = bool(optimizer.decoupled and optimizer.weight_decay)
    settings: dict[str, Any] = {
        "lr": optimizer.lr,
        "weight decay": optimizer.weight_decay,
        "decoupled decay": decoupled,
        **AROUND,
        "clipvalue": optimizer.clip_value,
        "clipnorm": optimizer.clip_norm,
        "global_clipnorm": optimizer.clip_global_norm,
        "clip epsilon": optimizer.clip_epsilon or None,
        "maximize": optimizer.maximize,
    }
    averages = optimizer.ema_momentum is not None
    if averages:
        settings[OF_WEIGHTS] = (optimizer.ema_momentum, optimizer.ema_overwrite_frequency)
    factor = 1.0
    if isinstance(optimizer, Adam) and not isinstance(optimizer, AMSGrad):
        kind, names = ADAM, {"m": "m", "v": "v"}
        o = optimizer
        settings |= _adam(o.beta_1, o.beta_2, o.epsilon, o.epsilon_on)
    elif isinstance(optimizer, Momentum):
        kind, names = MOMENTUM, {"velocity": "v"}
        settings |= _momentum(optimizer.momentum, isinstance(optimizer, Nesterov), optimizer.dampening)
        factor = optimizer.lr if optimizer.velocity_of == "steps" else 1.0
    elif isinstance(optimizer, SGD):
        kind, names = PLAIN, {}
    else:
        raise _unknown(optimizer)

    names |= {AVERAGE: "ema"} if averages else {}

    def name_of(unit: Unit, path: str) -> str:
        return f"{unit.name}.{path}" if unit.name else path

    def read(unit: Unit, path: str) -> dict[str, Array]:
        slots = optimizer.state.get(name_of(unit, path), {})
        return {mine: slots[name] / _scale(mine, factor) for mine, name in names.items() if name in slots}

    def write(unit: Unit, path: str, arrays: dict[str, Array], t: int) -> None:
        kept = {names[slot]: np.array(a) * _scale(slot, factor) for slot, a in arrays.items()}
        if path in unit.layer.params:
            optimizer.state[name_of(unit, path)] = kept

    def finish(t: int) -> None:
        optimizer.t = t

    return State(kind, settings, optimizer.t, read, write, finish)


def _scale(slot: str, factor: float) -> float:
    return factor if slot == "velocity" else 1.0


def _adam(beta_1: float, beta_2: float, epsilon: float, added: str) -> dict[str, Any]:
    return {"beta_1": beta_1, "beta_2": beta_2, "epsilon": epsilon, "epsilon added": added}


def _momentum(momentum: Any, nesterov: bool, dampening: float) -> dict[str, Any]:
    return {"momentum": float(momentum), "nesterov": bool(nesterov), "dampening": dampening}
