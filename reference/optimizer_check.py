"""Optimizers side by side: the same weights, the same gradients, every step."""

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from reference.asking import asked_once
from reference.compare import Finding, allowed_ulp, compare
from reference.fills import choose
from reference.frameworks import framework
from reference.pair import Array, Case, Pair
from reference.sides import generator
from scratch.optimizers import Optimizer

# Over so many steps what is wrong by little becomes much. Fewer in a case that has no option but those of longer ones.
STEPS, FEWER = 200, 48
# more than gradients are accumulated over in any case
FIRST_STEPS = 6
# Two of one shape are stepped in the first case only, and a vector or a number, in turn, in the shorter ones: most of
# what a case costs is a twin's tracing of each.
SHAPES: dict[str, tuple[int, ...]] = {"a": (3, 5), "b": (7,), "c": (7,), "d": ()}
LONGER, SHORTER = ("a", "b", "d"), (("a", "d"), ("a", "b"))
# A number has no elements beside it, whose rounding is larger than what is left of it near 0: it stays away from there.
NUMBER, SMALL_GRADIENT = 8.0, 0.01
# steps at which a weight that is trained has no gradient
WITHOUT = slice(12, 18)

# A float32 trajectory may drift from the float64 one by this multiple of what the framework's own does.
FLOAT32_MULTIPLE = 4.0

# The weights and gradients are changed by these shares of themselves to see how far rounding moves the weights. Where
# that moves them by more than WILD times the share of their whole way, the course is not comparable: a step by sign
# turns over at the coarse shares, which are those of float32, or the weights jump about a minimum at the fine ones, and
# float64 cannot follow that either. Other gradients are drawn then, at most TRIALS times, and smaller ones among them
# are left out step by step: what is left of a tiny gradient is the weight decay, which leads to such a minimum.
COARSE, FINE, WILD, TRIALS = (2.0**-20, -(2.0**-20)), (2.0**-40, -(2.0**-40), 2.0**-48), 1e3, 40
SIZES = (-9.0, 1.0)
# how often rounding is looked at where that matters
ROUNDINGS = 5

Weights = dict[str, Array]


@dataclass(frozen=True)
class Course:
    """Where the weights start, their gradients at all steps, steps first, and the learning rate at each.

    How far rounding moves each of the weights looked at, as in `reference.sides.Prepared`: `sensitivity` when weights
    and gradients are rounded, `amplification` when every operation is. `own` has where the pair's own optimizer takes
    them, by dtype.
    """

    start: Weights
    grads: Weights
    rates: list[float]
    sensitivity: Mapping[str, float] = field(default_factory=dict)
    amplification: Mapping[str, float] = field(default_factory=dict)
    own: Mapping[str, Weights] = field(default_factory=dict)

    @property
    def length(self) -> int:
        return len(self.rates)

    @property
    def look_at(self) -> list[int]:
        """The steps, counted from 1, after which the weights are compared: at the start, about the middle, the last."""
        half = self.length // 2
        return [1, 2, 3, 10, half, half + 1, half + 2, self.length]

    def nudged(self, noise: Weights, share: float) -> "Course":
        return replace(
            self,
            start={name: np.asarray(w * (1 + share * noise[name][0])) for name, w in self.start.items()},
            grads={name: g * (1 + share * noise[name]) for name, g in self.grads.items()},
        )


def optimizer_findings(
    pair: Pair, case: Case, judge: str, dtype: str, seed: int, optimizer: Callable[..., Any] | None
) -> list[Finding]:
    """The weights after some of 200 steps, or 48, weights of different shapes, lr halved in the middle."""
    course = course_of(pair, case, seed)
    got = course.own[dtype] if optimizer is None else _scratch(optimizer, case, course, dtype)
    truth, least = twin_course(pair, case, seed, judge, "float64"), allowed_ulp(course.length)
    names = [name for name in truth if not case.only or name in case.only]
    scale = dict(course.sensitivity if dtype == "float32" else course.amplification)

    if missing := [name for name in names if name not in got]:
        return [Finding(missing[0], False, problem="is not kept")]
    if alone := [name for name in got if name not in truth and (not case.only or name in case.only)]:
        return [Finding(alone[0], False, problem=f"is kept by scratch alone, not by the twin in {judge}")]

    def findings(allowed: Mapping[str, float]) -> list[Finding]:
        return [compare(name, got[name], truth[name], allowed[name], dtype, scale[name]) for name in names]

    found = findings(dict.fromkeys(names, least))
    # what rounding and the twin itself excuse beside can only be more, so both are asked only where that matters
    if not all(finding.agree for finding in found):
        rounded = _rounding(pair, case, seed)
        scale |= {name: max(scale[name], rounded[name]) for name in names}
        found = findings(dict.fromkeys(names, least))
    if dtype == "float32" and not all(finding.agree for finding in found):
        theirs = twin_course(pair, case, seed, judge, dtype)
        drift = {name: compare(name, theirs[name], truth[name], least, scale=scale[name]).ulp for name in names}
        found = findings({name: max(least, FLOAT32_MULTIPLE * drift[name]) for name in names})
    return [*found, *_changed(optimizer or pair.layer, case, course, dtype)]


def _changed(make: Callable[..., Any], case: Case, course: Course, dtype: str) -> list[Finding]:
    """Gradients that some first steps changed: they are the caller's, who may look at them after the step."""
    optimizer = make(**case.options)
    weights = {name: w.astype(dtype) for name, w in course.start.items()}
    for t in range(FIRST_STEPS):
        given = {name: np.array(g[t], dtype) for name, g in course.grads.items()}
        before = {name: g.copy() for name, g in given.items()}
        optimizer.step(weights, given)
        changed = [name for name, g in before.items() if not np.array_equal(given[name], g)]
        if changed:
            problem = f"step {t + 1} changes the gradients of {', '.join(changed)} that it is given"
            return [Finding("gradients", False, problem=problem)]
    return []


@functools.lru_cache(maxsize=64)
def longer_cases(pair: Pair) -> tuple[Case, ...]:
    """The first case of a pair, and the fewest that have with it every option of the optimizer's own: every choice, and
    of a number whether it is 0."""
    around = inspect.signature(Optimizer).parameters
    given = pair.parameters.items()
    own = {name for name, p in given if name not in around or p.default != around[name].default} or pair.parameters

    def has(case: Case) -> set[tuple[str, Any]]:
        options = vars(pair.options(case)).items()
        return {(name, value if isinstance(value, str) else bool(value)) for name, value in options if name in own}

    longer, seen = [pair.cases[0]], has(pair.cases[0])
    left = [case for case in pair.cases[1:] if not case.differs]
    while left and has(most := max(left, key=lambda case: len(has(case) - seen))) - seen:
        longer.append(most)
        seen |= has(most)
    return tuple(longer)


def _stepped(pair: Pair, case: Case, seed: int) -> tuple[str, ...]:
    """Which of the weights that all cases may have a case has."""
    if case == pair.cases[0]:
        return tuple(SHAPES)
    if case.differs:
        return SHORTER[0]
    return LONGER if case in longer_cases(pair) else choose(generator(seed, pair.name, case.name, "weights"), *SHORTER)


@functools.lru_cache(maxsize=64)
def course_of(pair: Pair, case: Case, seed: int) -> Course:
    """Random gradients, of sizes from 1e-9 to 10, so that an epsilon in another place shows.

    The inputs of a case are weights of other shapes or values, beside or in the place of those that all cases have.
    """
    lr = pair.options(case).lr
    steps = STEPS if case in longer_cases(pair) or case.differs else FEWER
    rates = [lr] * (steps // 2) + [lr / 2] * (steps // 2)
    smallest, largest = SIZES
    shapes = {name: SHAPES[name] for name in _stepped(pair, case, seed)}
    for trial in range(TRIALS):
        rng = generator(seed, pair.name, case.name, *["again"] * trial)
        start = {name: np.asarray(rng.standard_normal(shape)) for name, shape in shapes.items()}
        start |= {name: np.asarray(each.fill(rng, each.shape)) for name, each in case.inputs.items()}
        smaller = smallest + (largest - smallest) * trial / TRIALS
        sizes = {name: np.asarray(10.0 ** rng.uniform(smaller, largest, w.shape)) for name, w in start.items()}
        sizes["a"].flat[-1] = 10.0**largest  # whatever is drawn, what limits gradients has something to limit
        if "d" in start:
            start["d"] += NUMBER
            np.minimum(sizes["d"], SMALL_GRADIENT, out=sizes["d"])
        grads = {name: size * rng.standard_normal((steps, *size.shape)) for name, size in sizes.items()}
        still = grads.get("b", grads["a"])
        still.reshape(steps, -1)[:, 0] = 0  # as of a weight that nothing reaches
        still[WITHOUT] = 0
        noise = {name: rng.uniform(-1, 1, g.shape) for name, g in grads.items()}
        course = Course(start, grads, rates)
        base, *nudged = _nudged_courses(pair, case, course, noise, (*COARSE, *FINE))
        way = max(_apart(base[f"{name} after {steps}"], w) for name, w in start.items())
        coarse = _moved(base, nudged[: len(COARSE)], COARSE)
        fine = _moved(base, nudged[len(COARSE) :], FINE)
        # the start itself moves by its own size
        if max(*coarse.values(), *fine.values()) <= WILD * way + max(np.abs(w).max() for w in start.values()):
            break
    single, eps = _scratch(pair.layer, case, course, "float32"), float(np.finfo(np.float32).eps)
    amplification = {name: max(coarse[name], fine[name], _apart(single[name], w) / eps) for name, w in base.items()}
    own = {"float64": base, "float32": single}
    return replace(course, sensitivity=coarse, amplification=amplification, own=own)


def _nudged_courses(pair: Pair, case: Case, course: Course, noise: Weights, shares: tuple[float, ...]) -> list[Weights]:
    """The weights looked at, in float64: of the course itself, then of the course nudged by each share.

    One optimizer steps all of them at once, side by side along a new last axis. What looks at more than an element,
    such as a norm, sees then more than its own; it gives other numbers than on the course alone, and takes each alone.
    """
    courses = [course, *(course.nudged(noise, share) for share in shares)]
    alone = _scratch(pair.layer, case, course, "float64")
    beside = Course(
        {name: np.stack([each.start[name] for each in courses], axis=-1) for name in course.start},
        {name: np.stack([each.grads[name] for each in courses], axis=-1) for name in course.grads},
        course.rates,
    )
    together = _scratch(pair.layer, case, beside, "float64")
    if all(np.array_equal(w, together[name][..., 0], equal_nan=True) for name, w in alone.items()):
        return [{name: w[..., i] for name, w in together.items()} for i in range(len(courses))]
    return [alone, *(_scratch(pair.layer, case, each, "float64") for each in courses[1:])]


def _moved(base: Weights, nudged: Sequence[Weights], shares: tuple[float, ...]) -> dict[str, float]:
    """How far nudges by these shares move the weights looked at, as multiples of the share; the largest."""
    return {
        name: max(_apart(w[name], base[name]) / abs(share) for share, w in zip(shares, nudged, strict=True))
        for name in base
    }


@functools.lru_cache(maxsize=64)
def _rounding(pair: Pair, case: Case, seed: int) -> dict[str, float]:
    """How far rounding every operation moves the weights looked at: float64 against NumPy's longer numbers.

    Ftrl's n'**p - n**p has no more digits than g**2 adds to n. No other gradients show that, nor does float32 where
    n + g**2 is n there; and what float32 itself makes of it cannot excuse it. Nothing is told where longdouble is no
    longer than float64.
    """
    course, eps = course_of(pair, case, seed), float(np.finfo(np.float64).eps)
    rng = generator(seed, pair.name, case.name, "rounding")
    moved = dict.fromkeys(course.own["float64"], 0.0)
    for _ in range(ROUNDINGS):  # by chance what is rounded may be all but exact
        noise = {name: rng.uniform(-1, 1, g.shape) for name, g in course.grads.items()}
        short, long = (
            _scratch(pair.layer, case, course.nudged(noise, COARSE[0]), t) for t in ("float64", "longdouble")
        )
        moved = {name: max(each, _apart(short[name], long[name]) / eps) for name, each in moved.items()}
    # further than that no course goes that is comparable
    most = WILD * max(float(np.abs(w).max()) for w in course.start.values())
    return {name: min(each, most) for name, each in moved.items()}


def averages_of(optimizer: Any) -> dict[str, Array]:
    """The averages of weights that an optimizer keeps; code that is checked may keep none."""
    found: dict[str, Array] = getattr(optimizer, "averages", {})
    return found


def _apart(a: Array, b: Array) -> float:
    return float(np.abs(a - b).max())


@asked_once(512)
def twin_course(pair: Pair, case: Case, seed: int, judge: str, dtype: str) -> Weights:
    """The weights of a twin; asked for by every optimizer that is compared with it, in every dtype."""
    course, twin = course_of(pair, case, seed), case.twins.get(judge, pair.twin(judge))
    # a weight that is not looked at is not stepped: tracing its steps would take longest
    looked_at = {quantity.partition(" ")[0] for quantity in case.only} or course.start.keys()
    names = [name for name in course.start if name in looked_at]
    start, grads = ([arrays[name].astype(dtype) for name in names] for arrays in (course.start, course.grads))
    seen = framework(judge).steps(twin, pair.options(case), dtype, names, start, grads, course.rates, course.look_at)
    return {
        f"{name} {kind} after {t}" if kind else f"{name} after {t}": w
        for t, kinds in zip(course.look_at, seen, strict=True)
        for kind, arrays in kinds.items()
        for name, w in zip(names, arrays, strict=True)
    }


def _scratch(make: Callable[..., Any], case: Case, course: Course, dtype: str) -> Weights:
    # a weight may lie otherwise in memory than its gradient: what is made of it by `ravel` is then a copy
    order: Literal["C", "F"] = "F" if dtype == "float64" else "C"
    weights = {name: w.astype(dtype, order=order) for name, w in course.start.items()}
    grads = {name: g.astype(dtype) for name, g in course.grads.items()}
    held = dict(weights)  # an optimizer steps arrays that others hold, not a dict
    # written anew at every step, and in another order than the weights
    given = {name: np.empty(g.shape[1:], dtype) for name, g in reversed(grads.items())}
    optimizer = make(**case.options)
    seen: Weights = {}
    for t, rate in enumerate(course.rates, start=1):
        if t > 1 or not isinstance(optimizer, Optimizer):  # one of our own first shows the lr it has by default
            optimizer.lr = rate
        for name, g in grads.items():
            given[name][...] = g[t - 1]
        optimizer.step(weights, given)
        if t in course.look_at:
            seen |= {f"{name} after {t}": w.copy() for name, w in {**held, **averages_of(optimizer)}.items()}
    return seen
