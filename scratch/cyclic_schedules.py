"""Learning rates that follow a cosine, or that go up and down."""

from dataclasses import dataclass
from typing import Literal

from scratch.schedules import Schedule, blend, cosine_blend, require_positive

# ---- cosines


@dataclass(frozen=True)
class CosineDecay(Schedule):
    """end_lr + (lr - end_lr) (1 + cos(pi t / steps)) / 2, and end_lr after `steps`. Loshchilov and Hutter (2017).

    With `periodic` the wave goes on after `steps`: up to lr again, and so forth, as in PyTorch.
    """

    lr: float = 0.1
    end_lr: float = 0.0
    steps: int = 100
    periodic: bool = False

    def __post_init__(self) -> None:
        require_positive(self, "steps")

    def __call__(self, t: int) -> float:
        return cosine_blend(self.lr, self.end_lr, (t if self.periodic else min(t, self.steps)) / self.steps)


@dataclass(frozen=True)
class WarmupCosineDecay(Schedule):
    """From start_lr straight to lr within `warmup` steps; from there CosineDecay over `steps` more."""

    lr: float = 0.1
    start_lr: float = 0.001
    end_lr: float = 0.0
    warmup: int = 20
    steps: int = 100

    def __post_init__(self) -> None:
        require_positive(self, "warmup", "steps")

    def __call__(self, t: int) -> float:
        if t < self.warmup:
            return blend(self.start_lr, self.lr, t / self.warmup)
        return cosine_blend(self.lr, self.end_lr, min(t - self.warmup, self.steps) / self.steps)


@dataclass(frozen=True)
class CosineRestarts(Schedule):
    """CosineDecay that starts anew: after `steps`, then after steps * growth, steps * growth**2, ...

    Each start is from `peak` times the lr of the one before. Loshchilov and Hutter (2017): SGDR, where peak is 1.
    """

    lr: float = 0.1
    end_lr: float = 0.0
    steps: int = 20
    growth: float = 1
    peak: float = 1.0

    def __post_init__(self) -> None:
        require_positive(self, "steps")
        if self.growth < 1:
            raise ValueError(f"growth is {self.growth}, expected at least 1")

    def __call__(self, t: int) -> float:
        place, length, restarts = float(t), float(self.steps), 0
        while place >= length:
            place, length, restarts = place - length, length * self.growth, restarts + 1
        start = self.end_lr + (self.lr - self.end_lr) * self.peak**restarts
        return cosine_blend(start, self.end_lr, place / length)


# ---- cycles


@dataclass(frozen=True)
class OneCycle(Schedule):
    """Up from lr / start_divisor to lr in the first `rise` of `steps`, then down to lr / start_divisor / end_divisor.

    With `three_phases` down to where it came from first, as fast as it rose, and to the end from there. `shape` is
    that of every phase. Smith and Topin (2018); steps are counted to the last one, so a phase ends one step early.
    """

    lr: float = 0.1
    steps: int = 240
    rise: float = 0.3
    start_divisor: float = 25.0
    end_divisor: float = 1e4
    shape: Literal["cos", "linear"] = "cos"
    three_phases: bool = False

    def __post_init__(self) -> None:
        require_positive(self, "steps", "start_divisor", "end_divisor")
        if not 1 < self.rise * self.steps < (self.steps / 2 if self.three_phases else self.steps):
            raise ValueError(f"rise is {self.rise} of {self.steps} steps, which leaves no steps for one of the phases")

    def __call__(self, t: int) -> float:
        low, top = self.lr / self.start_divisor, self.rise * self.steps - 1
        points = [(0.0, low), (top, self.lr), (self.steps - 1.0, low / self.end_divisor)]
        if self.three_phases:
            points.insert(2, (2 * top, low))
        phase = sum(t > end for end, _ in points[1:-1])
        (begin, start), (end, goal) = points[phase : phase + 2]
        return (cosine_blend if self.shape == "cos" else blend)(start, goal, (t - begin) / (end - begin))


@dataclass(frozen=True)
class Cyclic(Schedule):
    """From lr up to max_lr within `rise` steps, down within `fall`, and again. Smith (2017).

    `shape`: "triangular"; "triangular2", every cycle half as high as the one before; "exp_range", rate**t as high.
    """

    lr: float = 0.001
    max_lr: float = 0.1
    rise: int = 20
    fall: int = 20
    shape: Literal["triangular", "triangular2", "exp_range"] = "triangular"
    rate: float = 0.99

    def __post_init__(self) -> None:
        require_positive(self, "rise", "fall")

    def __call__(self, t: int) -> float:
        cycle, place = divmod(t, self.rise + self.fall)
        share = place / self.rise if place <= self.rise else (self.rise + self.fall - place) / self.fall
        height = {"triangular": 1.0, "triangular2": 0.5**cycle, "exp_range": self.rate**t}[self.shape]
        return blend(self.lr, self.max_lr, share * height)
