"""Optimizers and schedules as the code of the facts calls them."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from reference.migration.facts.arrays import numpy
from reference.pair import Array


def descend_keras(optimizer: Any, w: Any, grads: Any, rates: Any = None, average: str = "") -> Array:
    """Where an optimizer takes the weight w with these gradients, steps first; or an average that it keeps of it."""
    import keras

    variable = keras.Variable(numpy(w), dtype=str(numpy(w).dtype))
    optimizer.build([variable])
    for t, g in enumerate(numpy(grads)):
        if rates is not None:
            optimizer.learning_rate.assign(rates[t])
        optimizer.apply([keras.ops.convert_to_tensor(g)], [variable])
    return np.array((optimizer.kept[average][0] if average else variable).numpy())


def descend_torch(make: Callable[[list[Any]], Any], w: Any, grads: Any, rates: Any = None, average: str = "") -> Array:
    """The same in PyTorch; `make` makes the optimizer of a list of parameters."""
    import torch

    parameter = torch.nn.Parameter(torch.tensor(numpy(w)))
    optimizer = make([parameter])
    for t, g in enumerate(numpy(grads)):
        if rates is not None:
            for group in optimizer.param_groups:
                group["lr"] = rates[t]
        parameter.grad = torch.tensor(g)
        optimizer.step()
    return np.array((optimizer.state[parameter][average] if average else parameter).detach().numpy())


def adam_as_keras(optimizer: Any, epsilon: float) -> Any:
    """A PyTorch Adam whose epsilon follows Keras': epsilon / sqrt(1 - beta_2**t) at step t."""
    step = optimizer.step

    def stepped() -> None:
        optimizer.steps_taken = getattr(optimizer, "steps_taken", 0) + 1
        for group in optimizer.param_groups:
            group["eps"] = epsilon / math.sqrt(1 - group["betas"][1] ** optimizer.steps_taken)
        step()

    optimizer.step = stepped
    return optimizer


def rescaled(optimizer: Any) -> Any:
    """A PyTorch SGD whose velocity keeps the rates its gradients came with, as Keras' does."""
    step, last = optimizer.step, [0.0]

    def stepped() -> None:
        for group in optimizer.param_groups:
            for w in group["params"]:
                velocity = optimizer.state[w].get("momentum_buffer")
                if velocity is not None:
                    velocity *= last[0] / group["lr"]
            last[0] = group["lr"]
        step()

    optimizer.step = stepped
    return optimizer


def shrinking(optimizer: Any, decay: float) -> Any:
    """A PyTorch optimizer with decoupled weight decay."""
    step = optimizer.step

    def stepped() -> None:
        for group in optimizer.param_groups:
            for w in group["params"]:
                w.data *= 1 - group["lr"] * decay
        step()

    optimizer.step = stepped
    return optimizer


def averaging(optimizer: Any, momentum: float, overwrite_frequency: int | None = None) -> Any:
    """A PyTorch optimizer with Keras' use_ema."""
    from reference.migration.glue.torch.optimizers import MovingAverage

    optimizer.register_step_post_hook(MovingAverage(momentum, overwrite_frequency))
    return optimizer


def with_grads(*grads: Any) -> list[Any]:
    """PyTorch parameters that have these gradients."""
    import torch

    parameters = [torch.nn.Parameter(torch.zeros_like(g)) for g in grads]
    for w, g in zip(parameters, grads, strict=True):
        w.grad = g.clone()
    return parameters


def averaged(w: Any, grads: Any, momentum: float, steps: int = 20) -> Array:
    """The moving average of a weight under SGD in PyTorch."""
    import torch
    from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

    module = torch.nn.ParameterList([torch.nn.Parameter(torch.tensor(numpy(w)))])
    average = AveragedModel(module, multi_avg_fn=get_ema_multi_avg_fn(momentum))
    for t in range(steps):
        module[0].data -= 0.1 * torch.tensor(numpy(grads)[t])
        average.update_parameters(module)
    return np.array(average.module[0].detach().numpy())


def once_keras(w: Any, rows: Any, grads: Any) -> Array:
    """A table after one step of Adam on gradients of some of its rows."""
    import keras
    import tensorflow as tf

    variable, optimizer = keras.Variable(numpy(w)), keras.optimizers.Adam(0.01)
    optimizer.build([variable])
    for _ in range(2):
        optimizer.apply([tf.IndexedSlices(grads, rows, w.shape)], [variable])
    return np.array(variable.numpy())


def once_torch(w: Any, rows: Any, grads: Any) -> Array:
    """The same in PyTorch."""
    import torch

    parameter = torch.nn.Parameter(torch.tensor(numpy(w)))
    optimizer = torch.optim.Adam([parameter], lr=0.01, eps=1e-7)
    parameter.grad = torch.zeros_like(parameter).index_add_(0, rows, grads)
    for _ in range(2):
        optimizer.step()
    return np.array(parameter.detach().numpy())


def rates_keras(schedule: Any, steps: int) -> Array:
    """The learning rates of the first steps."""
    return np.array([float(schedule(i)) for i in range(steps)])


def rates_torch(make: Callable[[Any], Any], lr: float, steps: int) -> Array:
    """The same under a scheduler that is stepped after every batch."""
    import torch

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)
    scheduler, rates = make(optimizer), []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return np.array(rates)
