"""Learning rates made of others: from a function, one schedule after the other, several at once."""

import bisect
import math
from collections.abc import Callable
from dataclasses import dataclass

from scratch.schedules import Schedule, require_positive


@dataclass(frozen=True)
class ConstantFactor(Schedule):
    """lr factor within `steps`, and lr from there on."""

    lr: float = 0.1
    factor: float = 1 / 3
    steps: int = 5

    def __post_init__(self) -> None:
        require_positive(self, "steps")

    def __call__(self, t: int) -> float:
        return self.lr * (self.factor if t < self.steps else 1)


@dataclass(frozen=True)
class LambdaSchedule(Schedule):
    """lr factor(t), for any function of the step, such as another schedule."""

    factor: Callable[[int], float]
    lr: float = 0.1

    def __call__(self, t: int) -> float:
        return self.lr * self.factor(t)


@dataclass(frozen=True)
class MultiplicativeSchedule(Schedule):
    """lr factor(1) factor(2) ... factor(t): each step's rate is a factor of the one before."""

    factor: Callable[[int], float]
    lr: float = 0.1

    def __call__(self, t: int) -> float:
        return self.lr * math.prod(map(self.factor, range(1, t + 1)))


@dataclass(frozen=True)
class SequentialSchedule(Schedule):
    """lr parts[n](t - milestones[n - 1]), where n of the `milestones` have been reached: every part begins at 0.

    The parts are schedules too; an lr of theirs is a factor. Raises ValueError unless there is a milestone less than
    there are parts.
    """

    parts: tuple[Schedule, ...]
    milestones: tuple[int, ...]
    lr: float = 0.1

    def __post_init__(self) -> None:
        if len(self.parts) != len(self.milestones) + 1:
            raise ValueError(f"there are {len(self.parts)} parts, expected {len(self.milestones) + 1}")

    def __call__(self, t: int) -> float:
        n = bisect.bisect_right(self.milestones, t)
        return self.lr * self.parts[n](t - (0, *self.milestones)[n])


@dataclass(frozen=True)
class ChainedSchedule(Schedule):
    """lr parts[0](t) parts[1](t) ...: all of the parts at once, an lr of theirs being a factor."""

    parts: tuple[Schedule, ...]
    lr: float = 0.1

    def __call__(self, t: int) -> float:
        return self.lr * math.prod(part(t) for part in self.parts)
