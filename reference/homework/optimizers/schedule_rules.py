"""The forms of learning-rate schedules, and the settings that their parameters are by name."""

import functools
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reference.homework.optimizers.settings import RATE
from scratch.cyclic_schedules import CosineDecay, CosineRestarts, Cyclic
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

TIMES = 30
# schedules with a power of the step that is none at 0 count from 1
FIRST = {"inverse_square_root": 1}
MOST = 400
TIME = (
    r"t|epoch(num|idx|i)?|step(num)?|iter(ation)?s?|i|it|n|x|"
    r"(global|current|cur)_?(step|epoch|iter(ation)?)|tcur|numupdates?"
)
INTERVAL = r"(time)?interval|\w*every|(epochs?|steps?)(per)?drop|drop(epochs?|steps?|after)|stepsize"
END = r"(end|min|final|last|lower|stop)\w*(lr|rate|eta)|(lr|eta|rate|learningrate)(min|end|final)|alphamin"
BEGIN = r"(max|peak|target|initial|init|base|start)?(lr|learningrate|eta)(max|base|peak|0|init|initial)?|alpha0?"
# values unlike any default; the first pattern that a name fits says what it is
ROLES: Mapping[str, tuple[str, Any]] = {
    "end_lr": (END, 0.0043),
    "start_lr": (r"(start|warmup|warmup(start|begin|init)|initwarmup)(lr|learningrate|rate)|lrstart", 0.0021),
    "lr": (rf"{RATE}|{BEGIN}", 0.37),
    "max_lr": (r"(max|peak|upper|high|top)\w*(lr|rate)|lr(max|peak)", 0.91),
    "values": (r"values|rates|lrs|learningrates", (0.61, 0.2, 0.053)),
    "width": (r"d_?model|dim_?model|(model|hidden|embed\w*)_?(size|dim)", 64),
    "growth": (r"t_?mult\w*|cycle_?mult\w*|growth", 2),
    "warmup": (r"warmup\w*|numwarmup\w*", 7),
    "milestones": (r"milestones|boundaries|decayepochs", (5, 11)),
    "interval": (INTERVAL, 3),
    "power": (r"power|p|degree", 2.3),
    "steps": (
        r"(decay|total|max|num|n)?(steps?|epochs?|iters?|iterations?|updates?)\w*|total|tmax|period|t[a-z]*|t0|ti",
        19,
    ),
    "rate": (r"(decay|drop|lr)?(rate|factor|decay)|drop|gamma|k|d|decay\w*|lambd\w*|rho|alpha|beta", 0.73),
}
LENGTHS = ("steps", "interval", "warmup")
WHOLE = "t / steps rounded down"


@dataclass(frozen=True)
class Rule:
    """A form of a schedule, of the settings in `needs`; `late` is how many steps later it counts.

    `fed` of what makes each rate of the one before only.
    """

    said: str
    needs: tuple[str, ...]
    make: Callable[..., Callable[[int], float]]
    late: int = 0
    fed: bool = False

    def rates(self, settings: Mapping[str, Any], first: int = 0) -> list[float]:
        """The rates at t = first, first + 1, ..."""
        schedule = self.make(**{name: settings[name] for name in self.needs})
        return [schedule(t + self.late) for t in range(first, first + TIMES)]


def _rule(said: str, needs: str, make: Callable[..., Callable[[int], float]], late: int = 0, fed: bool = False) -> Rule:
    return Rule(said, tuple(needs.split()), make, late, fed)


def _natural(lr: float, rate: float, steps: int = 1) -> Schedule:
    return ExponentialDecay(lr, math.exp(-rate), steps)


def _whole(lr: float, rate: float, interval: int) -> Schedule:
    return InverseTimeDecay(lr, rate, interval, True)


def _whole_steps(lr: float, rate: float, steps: int) -> Schedule:
    return InverseTimeDecay(lr, rate, steps, True)


def _stairs(lr: float, rate: float, interval: int) -> Schedule:
    return StepDecay(lr, rate, interval)


def _periodic(lr: float, end_lr: float, steps: int) -> Schedule:
    return CosineDecay(lr, end_lr, steps, True)


def _warmup(lr: float, warmup: int, start_lr: float = 0.0) -> Schedule:
    return LinearWarmup(lr, start_lr, warmup)


def _then_wave(ramp: Callable[[int], float], wave: Schedule, warmup: int) -> Callable[[int], float]:
    """A ramp, then a cosine from its end."""
    return lambda t: ramp(t) if t < warmup else wave(t - warmup)


# by what is said of it, how a warm-up of n steps to lr goes: from 0, or from its first or its second step on
RAMPS: Mapping[str, Callable[[float, int], Callable[[int], float]]] = {
    "": lambda lr, n: LinearWarmup(lr, 0.0, n),
    "it begins at lr / (warm-up + 1)": lambda lr, n: lambda t: LinearWarmup(lr, 0.0, n + 1)(t + 1),
    "it begins at lr / warm-up": lambda lr, n: lambda t: LinearWarmup(lr, 0.0, n)(t + 1),
}
WAVES = {"": False, "the wave goes on": True}


def _warm_waves() -> Iterator[Rule]:
    """A warm-up and then a cosine, of what is left of the steps or of as many more; first from a rate that is given."""
    for (on, goes_on), within in itertools.product(WAVES.items(), (True, False)):
        counted = "steps count the warm-up" if within else "steps after the warm-up"

        def wave(lr: float, end_lr: float, warmup: int, steps: int, goes_on: bool, within: bool) -> Schedule:
            return CosineDecay(lr, end_lr, max(steps - warmup, 1) if within else steps, goes_on)

        def from_rate(
            lr: float, end_lr: float, start_lr: float, warmup: int, steps: int, goes_on: bool, within: bool
        ) -> Callable[[int], float]:
            after = wave(lr, end_lr, warmup, steps, goes_on, within)
            return _then_wave(LinearWarmup(lr, start_lr, warmup), after, warmup)

        given = functools.partial(from_rate, goes_on=goes_on, within=within)
        yield _rule("; ".join(filter(None, [counted, on])), "lr end_lr start_lr warmup steps", given)
        for begins, ramp in RAMPS.items():

            def made(
                lr: float,
                end_lr: float,
                warmup: int,
                steps: int,
                ramp: Callable[[float, int], Callable[[int], float]],
                goes_on: bool,
                within: bool,
            ) -> Callable[[int], float]:
                return _then_wave(ramp(lr, warmup), wave(lr, end_lr, warmup, steps, goes_on, within), warmup)

            make = functools.partial(made, ramp=ramp, goes_on=goes_on, within=within)
            yield _rule("; ".join(filter(None, [counted, begins, on])), "lr end_lr warmup steps", make)


def _triangles(lr: float, max_lr: float, interval: int) -> Schedule:
    return Cyclic(lr, max_lr, interval, interval)


def _pieces(values: Sequence[float], milestones: Sequence[int]) -> Schedule:
    return PiecewiseConstant(values[0], tuple(values[1:]), tuple(milestones))


def _pieces_from(values: Sequence[float], milestones: Sequence[int]) -> Schedule:
    """A boundary is the first of the next piece."""
    return _pieces(values, [milestone - 1 for milestone in milestones])


def _of_width(width: int, warmup: int) -> Schedule:
    return InverseSquareRoot((width * warmup) ** -0.5, warmup)


def _held_first(lr: float, rate: float, hold: int) -> Callable[[int], float]:
    """lr for the first `hold` steps, times the rate at each step from there on."""
    return lambda t: ExponentialDecay(lr, rate)(max(0, t - hold + 1))


def _held_natural(lr: float, rate: float, hold: int) -> Callable[[int], float]:
    return _held_first(lr, math.exp(-rate), hold)


def _not_below(lr: float, rate: float, end_lr: float) -> Callable[[int], float]:
    return lambda t: max(ExponentialDecay(lr, rate)(t), end_lr)


def _of_root(lr: float) -> Schedule:
    return InverseSquareRoot(lr, 1)


RULES: Mapping[str, Sequence[Rule]] = {
    "step_decay": [
        _rule("", "lr rate interval", _stairs),
        _rule("steps count from 1", "lr rate interval", _stairs, late=1),
    ],
    "exponential_decay": [
        _rule("rate ** (t / steps)", "lr rate steps", ExponentialDecay),
        _rule("rate ** t", "lr rate", ExponentialDecay),
        _rule("exp(-rate t)", "lr rate", _natural),
        _rule("exp(-rate t / steps)", "lr rate steps", _natural),
        _rule("not below the end rate", "lr rate end_lr", _not_below),
        _rule("the first rate is multiplied already", "lr rate", ExponentialDecay, late=1, fed=True),
        _rule("the first rate is multiplied already, not below the end rate", "lr rate end_lr", _not_below, 1, True),
        _rule("held at first", "lr rate hold", _held_first, fed=True),
        _rule("held at first", "lr rate hold", _held_natural, fed=True),
    ],
    "inverse_time_decay": [
        _rule(WHOLE, "lr rate interval", _whole),
        _rule("", "lr rate steps", InverseTimeDecay),
        _rule("", "lr rate", InverseTimeDecay),
        _rule(WHOLE, "lr rate steps", _whole_steps),
    ],
    "cosine_decay": [
        _rule("", "lr end_lr steps", CosineDecay),
        _rule("the wave goes on", "lr end_lr steps", _periodic),
    ],
    "polynomial_decay": [
        _rule("", "lr end_lr steps power", PolynomialDecay),
        _rule("linear", "lr end_lr steps", PolynomialDecay),
    ],
    "linear_warmup": [
        _rule("", "lr start_lr warmup", _warmup),
        _rule("from 0", "lr warmup", _warmup),
        _rule("from lr / warmup", "lr warmup", _warmup, late=1),
    ],
    "cosine_restarts": [
        _rule("", "lr end_lr steps", CosineRestarts),
        _rule("each longer than the one before", "lr end_lr steps growth", CosineRestarts),
    ],
    "cyclic": [_rule("", "lr max_lr interval", _triangles)],
    "piecewise_constant": [
        _rule("", "values milestones", _pieces),
        _rule("a boundary is the first step of its piece", "values milestones", _pieces_from),
    ],
    "inverse_square_root": [
        _rule("", "width warmup", _of_width, late=-1),
        _rule("steps from 0", "width warmup", _of_width),
        _rule("", "lr warmup", InverseSquareRoot, late=-1),
        _rule("lr / sqrt(t)", "lr", _of_root, late=-1),
        _rule("lr / sqrt(t + 1)", "lr", _of_root),
    ],
    "multi_step_decay": [_rule("", "lr rate milestones", MultiStepDecay)],
    "warmup_cosine_decay": [*_warm_waves()],
}


def wanted(
    pair: str, known: Mapping[str, Any], numbers: Sequence[float], fed: bool = False
) -> Iterator[tuple[Rule, list[float]]]:
    """The rates of each form of a schedule, with the settings given and the numbers of the code for the others.

    `fed` where each rate is made of the one before.
    """
    lengths = [role for role in known if role in LENGTHS]
    # what is called an interval asks for whole ones
    stepwise = pair == "inverse_time_decay" and lengths == ["interval"]
    for rule in RULES[pair]:
        own = dict(known)
        needed = [name for name in rule.needs if name in LENGTHS]
        if (stepwise and needed != ["interval"]) or (rule.fed and not fed):
            continue
        if len(lengths) == len(needed) == 1:
            own.setdefault(needed[0], own[lengths[0]])
        missing = [name for name in rule.needs if name not in own]
        choices = [_candidates(name, numbers) for name in missing]
        for chosen in itertools.islice(itertools.product(*choices), MOST):
            yield rule, rule.rates({**own, **dict(zip(missing, chosen, strict=True))}, FIRST.get(pair, 0))


def _candidates(name: str, numbers: Sequence[float]) -> list[Any]:
    if name in (*LENGTHS, "hold"):
        return [int(n) for n in numbers if n >= 2 and n == int(n)]
    if name == "growth":
        return [n for n in numbers if n >= 1]
    if name in ("milestones", "values"):
        return []
    if name in ("end_lr", "start_lr"):
        return [0.0, *(n for n in numbers if 0 < n < 1)]
    return [n for n in numbers if n > 0]
