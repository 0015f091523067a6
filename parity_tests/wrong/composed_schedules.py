"""Wrong versions of the schedules that are made of others."""

import math

from scratch.composed_schedules import (
    ChainedSchedule,
    ConstantFactor,
    LambdaSchedule,
    MultiplicativeSchedule,
    SequentialSchedule,
)
from wrong import Version, Versions
from wrong.common import made_by
from wrong.schedules import CountsItsCalls, EveryTenth, OneAhead, OneBehind, OnlyForwards, but


class Lasting(ConstantFactor):
    """The factor is never taken back."""

    def __call__(self, t: int) -> float:
        return self.lr * self.factor


class Divided(ConstantFactor):
    """Divides by the factor."""

    def __call__(self, t: int) -> float:
        return self.lr / self.factor if t < self.steps else self.lr


class FactorIsRate(LambdaSchedule):
    """The function gives the rate itself, not a factor of it."""

    def __call__(self, t: int) -> float:
        return self.factor(t)


class FactorsMultiply(LambdaSchedule):
    """The factor of every step is applied to the rate of the one before, as MultiplicativeLR."""

    def __call__(self, t: int) -> float:
        return self.lr * math.prod(map(self.factor, range(1, t + 1)))


class LastFactorOnly(MultiplicativeSchedule):
    """The factor is one of the first rate, as LambdaLR's."""

    def __call__(self, t: int) -> float:
        return self.lr * (self.factor(t) if t else 1)


class LastFactorMissing(MultiplicativeSchedule):
    """The factor of the step itself is not in the product."""

    def __call__(self, t: int) -> float:
        return self.lr * math.prod(map(self.factor, range(1, t)))


class GoesOn(SequentialSchedule):
    """Every part counts the steps from the very beginning."""

    def __call__(self, t: int) -> float:
        n = sum(t >= milestone for milestone in self.milestones)
        return self.lr * self.parts[n](t)


class MilestoneBefore(SequentialSchedule):
    """A milestone still belongs to the part before it."""

    def __call__(self, t: int) -> float:
        n = sum(t > milestone for milestone in self.milestones)
        return self.lr * self.parts[n](t - (0, *self.milestones)[n])


class GoesOnFromThere(SequentialSchedule):
    """A part begins with the rate that the one before has come to."""

    def __call__(self, t: int) -> float:
        rate, begin = self.lr, 0
        for milestone, part in zip(self.milestones, self.parts, strict=False):
            if t < milestone:
                break
            rate, begin = rate * part(milestone - begin), milestone
        return rate * self.parts[sum(t >= milestone for milestone in self.milestones)](t - begin)


class FirstTwo(SequentialSchedule):
    """The second part is never left."""

    def __call__(self, t: int) -> float:
        return self.lr * (self.parts[0](t) if t < self.milestones[0] else self.parts[1](t - self.milestones[0]))


class Smallest(ChainedSchedule):
    """The smallest of the parts."""

    def __call__(self, t: int) -> float:
        return self.lr * min(part(t) for part in self.parts)


class Average(ChainedSchedule):
    """The mean of the parts."""

    def __call__(self, t: int) -> float:
        return self.lr * sum(part(t) for part in self.parts) / len(self.parts)


class LastOnly(ChainedSchedule):
    """The last part overwrites the others."""

    def __call__(self, t: int) -> float:
        return self.lr * self.parts[-1](t)


ANY = (CountsItsCalls, OnlyForwards, OneAhead, OneBehind, EveryTenth)


def _versions(schedule: Version, *more: Version) -> Versions:
    return Versions(outputs=(*made_by(schedule, ANY), *more))  # type: ignore[arg-type]


WRONG = {
    "constant_factor": _versions(
        ConstantFactor,
        Lasting,
        Divided,
        but(ConstantFactor, "lasts one step more.", "OneMore", steps=lambda s: s.steps + 1),
    ),
    "lambda_schedule": _versions(LambdaSchedule, FactorIsRate, FactorsMultiply),
    "multiplicative_schedule": _versions(MultiplicativeSchedule, LastFactorOnly, LastFactorMissing),
    "sequential_schedule": _versions(SequentialSchedule, GoesOn, MilestoneBefore, GoesOnFromThere, FirstTwo),
    "chained_schedule": _versions(ChainedSchedule, Smallest, Average, LastOnly),
}
