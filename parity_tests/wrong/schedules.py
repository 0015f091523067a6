"""Wrong versions of the learning rate schedules."""

import math
from dataclasses import replace
from typing import Any

from scratch.cyclic_schedules import CosineDecay, CosineRestarts, Cyclic, OneCycle, WarmupCosineDecay
from scratch.plateau import Plateau
from scratch.schedules import (
    ExponentialDecay,
    InverseSquareRoot,
    InverseTimeDecay,
    LinearWarmup,
    MultiStepDecay,
    PiecewiseConstant,
    PolynomialDecay,
    Schedule,
    StepDecay,
)
from wrong import Version, Versions
from wrong.common import made_by

# ---- mistakes that any schedule can make


class OneAhead(Schedule):
    """The first step is step 1."""

    def __call__(self, t: int) -> float:
        return super().__call__(t + 1)


class OneBehind(Schedule):
    """Step 0 comes twice."""

    def __call__(self, t: int) -> float:
        return super().__call__(max(t - 1, 0))


class Constant(Schedule):
    """The rate never changes."""

    def __call__(self, t: int) -> float:
        return super().__call__(0)


class EveryTenth(Schedule):
    """The rate changes every ten steps, as if they were an epoch."""

    def __call__(self, t: int) -> float:
        return super().__call__(t // 10 * 10)


class Compounded(Schedule):
    """The factor of every step is applied to what the step before has left."""

    def __call__(self, t: int) -> float:
        first = super().__call__(0)
        return math.prod((super(Compounded, self).__call__(k) / first for k in range(1, min(t, 5) + 1)), start=first)


class CountsItsCalls(Schedule):
    """Every call is the next step, whatever `t` is."""

    def __call__(self, t: int) -> float:
        calls = vars(self).get("calls", 0)
        object.__setattr__(self, "calls", calls + 1)
        return super().__call__(calls)


class OnlyForwards(Schedule):
    """Keeps the last step it was asked about, and never goes back behind it."""

    def __call__(self, t: int) -> float:
        object.__setattr__(self, "latest", max(t, vars(self).get("latest", 0)))
        return super().__call__(vars(self)["latest"])


ANY = (CountsItsCalls, OnlyForwards, OneAhead, OneBehind, Constant, EveryTenth, Compounded)


def but(schedule: Any, doc: str, name: str, **changed: Any) -> Version:
    """`schedule` with other options than those it is given: a value, or a function of the schedule as it was."""

    def made(**options: Any) -> Any:
        given = schedule(**options)
        return replace(given, **{key: value(given) if callable(value) else value for key, value in changed.items()})

    made.__name__, made.__doc__ = name, doc
    return made


class Straight(CosineDecay):
    """Falls along a line."""

    def __call__(self, t: int) -> float:
        return self.lr + (self.end_lr - self.lr) * min(t, self.steps) / self.steps


class FullWave(CosineDecay):
    """cos(2 pi t / steps): up again within `steps`."""

    def __call__(self, t: int) -> float:
        return super().__call__(2 * t)


class DecayFromStart(WarmupCosineDecay):
    """The decay counts its steps from 0, not from the end of the warm-up."""

    def __call__(self, t: int) -> float:
        return super().__call__(t) if t < self.warmup else super().__call__(t + self.warmup)


class WarmsFromZero(LinearWarmup):
    """Warms up from 0."""

    def __call__(self, t: int) -> float:
        return super().__call__(t) - self.start_lr * (1 - min(t, self.steps) / self.steps)


class ImprovesByAnything(Plateau):
    """Anything better than the best counts, without the threshold."""

    def better(self, metric: float) -> bool:
        sign = 1 if self.mode == "max" else -1
        return self.best is None or sign * metric > sign * self.best


class BestForgotten(Plateau):
    """Compares with the metric before instead of with the best."""

    def tell(self, metric: float) -> None:
        super().tell(metric)
        self.best = metric


class BadAddUp(Plateau):
    """Bad metrics add up though good ones lie between."""

    def tell(self, metric: float) -> None:
        bad, improved = self.bad, self.better(metric)
        super().tell(metric)
        if improved:
            self.bad = bad


class PatienceOneMore(Plateau):
    """Waits for one bad metric more than `patience`."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.patience += 1


class HalvedWhenAsked(Plateau):
    """Halves the rate when it is asked a second time."""

    def __call__(self, t: int) -> float:
        if vars(self).get("asked") == t:
            self.lr *= 0.5
        self.asked = t
        return super().__call__(t)


class CooldownIgnored(Plateau):
    """Takes no notice of `cooldown`."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.cooldown = 0


class NoFloor(Plateau):
    """Falls below min_lr."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.min_lr = 0.0


class AlwaysLower(Plateau):
    """Lower is better, whatever the mode."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.mode = "min"


def _usual_rate(schedule: Any) -> Version:
    return but(schedule, "Starts from the usual rate, whatever lr is.", "UsualRate", lr=schedule().lr)


def _versions(schedule: Any, *own: Version) -> Versions:
    return Versions(outputs=(*made_by(schedule, ANY), _usual_rate(schedule), *own))


WRONG = {
    "step_decay": _versions(
        StepDecay,
        but(StepDecay, "rate is taken off, not what is left.", "RateTakenOff", rate=lambda s: 1 - s.rate),
        but(StepDecay, "Drops one step late.", "OneStepLonger", steps=lambda s: s.steps + 1),
    ),
    "multi_step_decay": _versions(
        MultiStepDecay,
        but(MultiStepDecay, "Drops at the first only.", "FirstOnly", milestones=lambda s: s.milestones[:1]),
        but(MultiStepDecay, "rate is taken off.", "RateTakenOff", rate=lambda s: 1 - s.rate / 2),
    ),
    "piecewise_constant": _versions(
        PiecewiseConstant,
        but(
            PiecewiseConstant,
            "A boundary belongs to the next piece.",
            "BoundaryIncluded",
            boundaries=lambda s: tuple(b - 1 for b in s.boundaries),
        ),
        but(PiecewiseConstant, "Values are factors.", "Factors", values=lambda s: tuple(v * s.lr for v in s.values)),
    ),
    "exponential_decay": _versions(
        ExponentialDecay,
        but(ExponentialDecay, "rate is that of one step.", "RateOfOneStep", steps=lambda s: s.steps + 1),
        but(ExponentialDecay, "exp(-rate t).", "NaturalExponent", rate=lambda s: math.exp(-s.rate)),
    ),
    "inverse_time_decay": _versions(
        InverseTimeDecay,
        but(InverseTimeDecay, "Takes no notice of `staircase`.", "NoStairs", staircase=False),
        but(InverseTimeDecay, "Always in stairs.", "AlwaysStairs", staircase=True, steps=lambda s: s.steps + 1),
    ),
    "polynomial_decay": _versions(
        PolynomialDecay,
        but(PolynomialDecay, "Falls to 0.", "EndIgnored", end_lr=0.0),
        but(PolynomialDecay, "Always straight.", "PowerIgnored", power=1.0),
        but(PolynomialDecay, "Never starts anew.", "CycleIgnored", cycle=False),
    ),
    "linear_warmup": _versions(
        LinearWarmup,
        WarmsFromZero,
        but(LinearWarmup, "Is warm one step late.", "OneStepLonger", steps=lambda s: s.steps + 1),
    ),
    "inverse_square_root": _versions(
        InverseSquareRoot,
        but(InverseSquareRoot, "lr is the scale of the paper.", "Unscaled", lr=lambda s: s.lr / math.sqrt(s.warmup)),
    ),
    "cosine_decay": _versions(
        CosineDecay,
        *(Straight, FullWave),
        but(CosineDecay, "Falls to 0.", "EndIgnored", end_lr=0.0),
        but(CosineDecay, "Never comes up again.", "NeverPeriodic", periodic=False),
    ),
    "warmup_cosine_decay": _versions(
        WarmupCosineDecay,
        DecayFromStart,
        but(WarmupCosineDecay, "The warm-up is part of `steps`.", "StepsShared", steps=lambda s: s.steps - 1),
        but(WarmupCosineDecay, "Falls to 0.", "EndIgnored", end_lr=0.0),
    ),
    "cosine_restarts": _versions(
        CosineRestarts,
        but(CosineRestarts, "Every period is as long as the first.", "NeverGrows", growth=1),
        but(CosineRestarts, "Grows by whole factors only.", "GrowthCut", growth=lambda s: int(s.growth)),
        but(CosineRestarts, "Every period starts from lr.", "PeakIgnored", peak=1.0),
    ),
    "one_cycle": _versions(
        OneCycle,
        but(
            OneCycle, "Phases end where they should, not one step early.", "OneStepLonger", steps=lambda s: s.steps + 1
        ),
        but(OneCycle, "Always in two phases.", "TwoPhases", three_phases=False),
        but(OneCycle, "Always along a cosine.", "AlwaysCosine", shape="cos"),
    ),
    "cyclic": _versions(
        Cyclic,
        but(Cyclic, "Falls as fast as it rises.", "Symmetric", fall=lambda s: s.rise),
        but(Cyclic, "Every cycle is as high.", "AlwaysTriangular", shape="triangular"),
    ),
    "plateau": Versions(
        outputs=(
            ImprovesByAnything,
            BestForgotten,
            BadAddUp,
            PatienceOneMore,
            CooldownIgnored,
            NoFloor,
            AlwaysLower,
            HalvedWhenAsked,
            _usual_rate(Plateau),
        )
    ),
}
