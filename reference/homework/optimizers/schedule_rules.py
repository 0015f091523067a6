"""The forms of learning-rate schedules, and the settings that their parameters are by name."""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reference.homework.optimizers.settings import RATE
from scratch.cyclic_schedules import CosineDecay, CosineRestarts, Cyclic, WarmupCosineDecay
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
    r"(global|current|cur)_?(step|epoch|iter(ation)?)|tcur|numupdates"
)
INTERVAL = r"(time)?interval|\w*every|(epochs?|steps?)(per)?drop|drop(epochs?|steps?|after)|stepsize"
END = r"(end|min|final|last|lower)\w*(lr|rate|eta)|(lr|eta|rate|learningrate)(min|end|final)|alphamin"
BEGIN = r"(max|peak|target|initial|init|base|start)?(lr|learningrate|eta)(max|base|peak|0|init|initial)?|alpha0?"
# values unlike any default; the first pattern that a name fits says what it is
ROLES: Mapping[str, tuple[str, Any]] = {
    "end_lr": (END, 0.0043),
    "start_lr": (r"(start|warmup|warmupstart|initwarmup)(lr|learningrate|rate)|lrstart", 0.0021),
    "lr": (rf"{RATE}|{BEGIN}", 0.37),
    "max_lr": (r"(max|peak|upper|high|top)\w*(lr|rate)|lr(max|peak)", 0.91),
    "values": (r"values|rates|lrs|learningrates", (0.61, 0.2, 0.053)),
    "width": (r"d_?model|dim_?model|(model|hidden|embed\w*)_?(size|dim)", 64),
    "growth": (r"t_?mult\w*|cycle_?mult\w*|growth", 2),
    "warmup": (r"warmup\w*|numwarmup\w*", 7),
    "milestones": (r"milestones|boundaries|decayepochs", (5, 11)),
    "interval": (INTERVAL, 3),
    "power": (r"power|p|degree", 2.3),
    "steps": (r"(decay|total|max|num|n)?(steps?|epochs?|iters?|iterations?)\w*|total|tmax|period|t[a-z]*|t0|ti", 19),
    "rate": (r"(decay|drop|lr)?(rate|factor|decay)|drop|gamma|k|d|decay\w*|lambd\w*|rho|alpha|beta", 0.73),
}
LENGTHS = ("steps", "interval", "warmup")
WHOLE = "t / steps rounded down"


@dataclass(frozen=True)
class Rule:
    """A form of a schedule, of the settings in `needs`; `late` is how many steps later it counts."""

    said: str
    needs: tuple[str, ...]
    make: Callable[..., Callable[[int], float]]
    late: int = 0

    def rates(self, settings: Mapping[str, Any], first: int = 0) -> list[float]:
        """The rates at t = first, first + 1, ..."""
        schedule = self.make(**{name: settings[name] for name in self.needs})
        return [schedule(t + self.late) for t in range(first, first + TIMES)]


def _rule(said: str, needs: str, make: Callable[..., Callable[[int], float]], late: int = 0) -> Rule:
    return Rule(said, tuple(needs.split()), make, late)


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


def _warm_before(lr: float, end_lr: float, warmup: int, steps: int) -> Schedule:
    return WarmupCosineDecay(lr, 0.0, end_lr, warmup, steps)


def _warm_within(lr: float, end_lr: float, warmup: int, steps: int) -> Schedule:
    return WarmupCosineDecay(lr, 0.0, end_lr, warmup, max(steps - warmup, 1))


def _then_wave(ramp: Schedule, lr: float, end_lr: float, warmup: int, length: int) -> Callable[[int], float]:
    """A ramp, then a cosine that goes on after its end."""
    wave = CosineDecay(lr, end_lr, max(length, 1), True)
    return lambda t: ramp(t) if t < warmup else wave(t - warmup)


def _wave_within(lr: float, end_lr: float, warmup: int, steps: int) -> Callable[[int], float]:
    return _then_wave(LinearWarmup(lr, 0.0, warmup), lr, end_lr, warmup, steps - warmup)


def _wave_after(lr: float, end_lr: float, warmup: int, steps: int) -> Callable[[int], float]:
    return _then_wave(LinearWarmup(lr, 0.0, warmup), lr, end_lr, warmup, steps)


def _triangles(lr: float, max_lr: float, interval: int) -> Schedule:
    return Cyclic(lr, max_lr, interval, interval)


def _pieces(values: Sequence[float], milestones: Sequence[int]) -> Schedule:
    return PiecewiseConstant(values[0], tuple(values[1:]), tuple(milestones))


def _pieces_from(values: Sequence[float], milestones: Sequence[int]) -> Schedule:
    """A boundary is the first of the next piece."""
    return _pieces(values, [milestone - 1 for milestone in milestones])


def _of_width(width: int, warmup: int) -> Schedule:
    return InverseSquareRoot((width * warmup) ** -0.5, warmup)


def _never_zero(lr: float, end_lr: float, warmup: int, steps: int) -> Callable[[int], float]:
    ramp, after = LinearWarmup(lr, 0.0, warmup + 1), _warm_within(lr, end_lr, warmup, steps)
    return lambda t: ramp(t + 1) if t < warmup else after(t)


RULES: Mapping[str, Sequence[Rule]] = {
    "step_decay": [_rule("", "lr rate interval", _stairs)],
    "exponential_decay": [
        _rule("rate ** (t / steps)", "lr rate steps", ExponentialDecay),
        _rule("rate ** t", "lr rate", ExponentialDecay),
        _rule("exp(-rate t)", "lr rate", _natural),
        _rule("exp(-rate t / steps)", "lr rate steps", _natural),
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
    ],
    "multi_step_decay": [_rule("", "lr rate milestones", MultiStepDecay)],
    "warmup_cosine_decay": [
        _rule("steps count the warm-up", "lr end_lr warmup steps", _warm_within),
        _rule("steps after the warm-up", "lr end_lr warmup steps", _warm_before),
        _rule("steps count the warm-up; the wave goes on", "lr end_lr warmup steps", _wave_within),
        _rule("steps after the warm-up; the wave goes on", "lr end_lr warmup steps", _wave_after),
        _rule("steps count the warm-up; it begins at lr / (warm-up + 1)", "lr end_lr warmup steps", _never_zero),
    ],
}


def wanted(pair: str, known: Mapping[str, Any], numbers: Sequence[float]) -> Iterator[tuple[Rule, list[float]]]:
    """The rates of each form of a schedule, with the settings given and the numbers of the code for the others."""
    lengths = [role for role in known if role in LENGTHS]
    # what is called an interval asks for whole ones
    stepwise = pair == "inverse_time_decay" and lengths == ["interval"]
    for rule in RULES[pair]:
        own = dict(known)
        needed = [name for name in rule.needs if name in LENGTHS]
        if stepwise and needed != ["interval"]:
            continue
        if len(lengths) == len(needed) == 1:
            own.setdefault(needed[0], own[lengths[0]])
        missing = [name for name in rule.needs if name not in own]
        choices = [_candidates(name, numbers) for name in missing]
        for chosen in itertools.islice(itertools.product(*choices), MOST):
            yield rule, rule.rates({**own, **dict(zip(missing, chosen, strict=True))}, FIRST.get(pair, 0))


def _candidates(name: str, numbers: Sequence[float]) -> list[Any]:
    if name in LENGTHS:
        return [int(n) for n in numbers if n >= 2 and n == int(n)]
    if name == "growth":
        return [n for n in numbers if n >= 1]
    if name in ("milestones", "values"):
        return []
    if name in ("end_lr", "start_lr"):
        return [0.0, *(n for n in numbers if 0 < n < 1)]
    return [n for n in numbers if n > 0]
