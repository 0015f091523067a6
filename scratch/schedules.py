"""Learning rates that change: `schedule(t)` is the lr of step t = 0, 1, 2, ..."""

import bisect
import math
from dataclasses import dataclass


class Schedule:
    """The learning rate as a function of the step."""

    def __call__(self, t: int) -> float:
        raise NotImplementedError(f"{type(self).__name__}.__call__ is not written")


def require_positive(schedule: Schedule, *names: str) -> None:
    """Raise ValueError unless these settings are above 0."""
    for name in names:
        if not getattr(schedule, name) > 0:
            raise ValueError(f"{name} is {getattr(schedule, name)}, expected above 0")


def blend(start: float, end: float, share: float) -> float:
    """From `start` at share 0 straight to `end` at share 1."""
    return start + (end - start) * share


def cosine_blend(start: float, end: float, share: float) -> float:
    """From `start` at share 0 to `end` at share 1, along half a wave of the cosine."""
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2


@dataclass(frozen=True)
class StepDecay(Schedule):
    """lr rate**floor(t / steps)"""

    lr: float = 0.1
    rate: float = 0.5
    steps: int = 10

    def __post_init__(self) -> None:
        require_positive(self, "steps")

    def __call__(self, t: int) -> float:
        return self.lr * self.rate ** (t // self.steps)


@dataclass(frozen=True)
class MultiStepDecay(Schedule):
    """lr rate**n, where n of the `milestones` have been reached: t >= milestone."""

    lr: float = 0.1
    rate: float = 0.5
    milestones: tuple[int, ...] = (30, 80)

    def __call__(self, t: int) -> float:
        return self.lr * self.rate ** bisect.bisect_right(sorted(self.milestones), t)


@dataclass(frozen=True)
class PiecewiseConstant(Schedule):
    """values[n], where n of the `boundaries` have been passed: t > boundary, so a boundary is the last of its piece."""

    lr: float = 0.1
    values: tuple[float, ...] = (0.05, 0.01)
    boundaries: tuple[int, ...] = (30, 80)

    def __post_init__(self) -> None:
        if len(self.values) != len(self.boundaries):
            raise ValueError(f"there are {len(self.values)} values after lr, expected {len(self.boundaries)}")

    def __call__(self, t: int) -> float:
        return (self.lr, *self.values)[bisect.bisect_left(sorted(self.boundaries), t)]


@dataclass(frozen=True)
class ExponentialDecay(Schedule):
    """lr rate**(t / steps)"""

    lr: float = 0.1
    rate: float = 0.96
    steps: int = 1

    def __post_init__(self) -> None:
        require_positive(self, "steps")

    def __call__(self, t: int) -> float:
        return float(self.lr * self.rate ** (t / self.steps))


@dataclass(frozen=True)
class InverseTimeDecay(Schedule):
    """lr / (1 + rate t / steps); with `staircase`, t / steps is rounded down."""

    lr: float = 0.1
    rate: float = 0.5
    steps: int = 1
    staircase: bool = False

    def __post_init__(self) -> None:
        require_positive(self, "steps")

    def __call__(self, t: int) -> float:
        return self.lr / (1 + self.rate * (t // self.steps if self.staircase else t / self.steps))


@dataclass(frozen=True)
class PolynomialDecay(Schedule):
    """end_lr + (lr - end_lr) (1 - t / steps)**power, and end_lr after `steps`.

    With `cycle`, `steps` grows to the next multiple of itself that t does not exceed: lr jumps up and decays again.
    """

    lr: float = 0.1
    end_lr: float = 0.0
    steps: int = 100
    power: float = 1.0
    cycle: bool = False

    def __post_init__(self) -> None:
        require_positive(self, "steps", "power")

    def __call__(self, t: int) -> float:
        steps = self.steps * max(1, math.ceil(t / self.steps)) if self.cycle else self.steps
        return float(self.end_lr + (self.lr - self.end_lr) * (1 - min(t, steps) / steps) ** self.power)


@dataclass(frozen=True)
class LinearWarmup(Schedule):
    """From start_lr straight to lr within `steps`, and lr from there on. Goyal et al. (2017), section 2.2."""

    lr: float = 0.1
    start_lr: float = 0.001
    steps: int = 20

    def __post_init__(self) -> None:
        require_positive(self, "steps")

    def __call__(self, t: int) -> float:
        return blend(self.start_lr, self.lr, min(t, self.steps) / self.steps)


@dataclass(frozen=True)
class InverseSquareRoot(Schedule):
    """lr min(t' / warmup, sqrt(warmup / t')) with t' = t + 1: up to lr within `warmup` steps, down with 1 / sqrt.

    Vaswani et al. (2017), section 5.3, where lr is 1 / sqrt(n_model warmup).
    """

    lr: float = 0.1
    warmup: int = 20

    def __post_init__(self) -> None:
        require_positive(self, "warmup")

    def __call__(self, t: int) -> float:
        return self.lr * min((t + 1) / self.warmup, math.sqrt(self.warmup / (t + 1)))
