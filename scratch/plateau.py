"""A learning rate that falls when training gets no further."""

from dataclasses import dataclass, field
from typing import Literal

from scratch.schedules import Schedule, require_positive


@dataclass
class Plateau(Schedule):
    """lr goes to max(factor lr, min_lr) when a metric has not improved `patience` times in a row.

    `tell(metric)` after every step (or epoch), in which lr is `schedule(t)`. An improvement is at least `threshold`
    better than the best before, or that share of it better where the threshold is "relative"; better is lower, or
    higher with mode "max". For `cooldown` calls after a change nothing counts as bad.
    """

    lr: float = 0.1
    factor: float = 0.1
    patience: int = 10
    threshold: float = 1e-4
    threshold_mode: Literal["absolute", "relative"] = "absolute"
    mode: Literal["min", "max"] = "min"
    cooldown: int = 0
    min_lr: float = 0.0
    best: float | None = field(default=None, init=False)
    bad: int = field(default=0, init=False)
    cooling: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        require_positive(self, "factor", "patience")
        if self.factor >= 1:
            raise ValueError(f"factor is {self.factor}, expected below 1")

    def __call__(self, t: int) -> float:
        return self.lr

    def tell(self, metric: float) -> None:
        improved = self.better(metric)
        if improved:
            self.best = metric
        self.bad = 0 if improved or self.cooling else self.bad + 1
        self.cooling = max(0, self.cooling - 1)
        if self.bad >= self.patience:
            self.lr = max(self.lr * self.factor, self.min_lr)
            self.bad, self.cooling = 0, self.cooldown

    def better(self, metric: float) -> bool:
        if self.best is None:
            return True
        sign = 1 if self.mode == "max" else -1
        margin = self.threshold * (self.best if self.threshold_mode == "relative" else 1)
        return sign * metric > sign * self.best + margin
