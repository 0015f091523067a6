"""Keras' schedules in PyTorch: what it has no scheduler for, as factors for `LambdaLR`."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch

Factor = Callable[[int], float]


def by_factor(factor: Factor) -> Any:
    """A function of an optimizer that gives a scheduler: lr times a factor of the step."""
    return lambda optimizer: torch.optim.lr_scheduler.LambdaLR(optimizer, factor)


def until(steps: int, schedule: Any) -> Any:
    """The same, of a scheduler that is not stepped any more after `steps` steps."""
    return lambda optimizer: Stopped(schedule(optimizer), steps)


class Stopped:
    """A scheduler that stops."""

    def __init__(self, scheduler: Any, steps: int) -> None:
        self.scheduler, self.left = scheduler, steps

    def step(self) -> None:
        if self.left:
            self.scheduler.step()
            self.left -= 1


def piecewise(factors: Sequence[float], boundaries: Sequence[int]) -> Factor:
    """Keras' PiecewiseConstantDecay: a boundary belongs to the piece before it."""
    return lambda step: factors[sum(step > boundary for boundary in boundaries)]


def inverse_time(rate: float, steps: int, staircase: bool) -> Factor:
    return lambda step: 1 / (1 + rate * (math.floor(step / steps) if staircase else step / steps))


def polynomial(end_factor: float, steps: int, power: float, cycle: bool) -> Factor:
    def factor(step: int) -> float:
        length = steps * math.ceil(max(step, 1) / steps) if cycle else steps
        return float((1 - end_factor) * (1 - min(step / length, 1.0)) ** power + end_factor)

    return factor


def inverse_square_root(warmup: int) -> Factor:
    return lambda step: warmup**0.5 * min((step + 1) ** -0.5, (step + 1) * warmup**-1.5)


def cosine(end_factor: float, steps: int) -> Factor:
    """CosineAnnealingLR, computed from the step."""
    return lambda step: end_factor + (1 - end_factor) * 0.5 * (1 + math.cos(math.pi * step / steps))


def cosine_restarts(end_factor: float, steps: int, growth: float, peak: float) -> Factor:
    """Keras' CosineDecayRestarts with m_mul, which PyTorch's has not, or a t_mul that is not whole."""

    def factor(step: int) -> float:
        begin, length, height = 0.0, float(steps), 1.0
        while step >= begin + length:
            begin, length, height = begin + length, length * growth, height * peak
        return end_factor + (1 - end_factor) * height * 0.5 * (1 + math.cos(math.pi * (step - begin) / length))

    return factor
