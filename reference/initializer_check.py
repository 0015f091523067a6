"""Initializers side by side: not the same numbers, but the same distribution."""

import functools
import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np

from reference.asking import asked_once
from reference.compare import Finding, allowed_ulp, compare
from reference.frameworks import framework
from reference.pair import Array, Case, Pair, Slot
from reference.sides import generator

# Each statistic of a sample may be this many of its standard errors from the twin's. By chance a normal one passes
# that twice in a thousand million; the unit of the others is chosen such that they pass it as rarely.
STANDARD_ERRORS = 6.0
CHANCE = 2e-9

# what is counted as a tail, in deviations: beyond where a truncated normal distribution ends (2 / 0.8796)
TAIL = 2.3

# The largest singular value of random matrices has a distribution of its own (Tracy and Widom), in a unit of its own;
# so many of these are passed as rarely.
SINGULAR_UNITS = 10.0

# the size of a weight that is drawn only to see what its seed does; whole gates of a bias fit
SMALL = 12


def initializer_findings(
    pair: Pair, case: Case, judge: str, dtype: str, seed: int, initializer: Callable[..., Any] | None
) -> list[Finding]:
    """A large sample against the twin's, its dtype, and what its seed does."""
    make = initializer or pair.layer
    ours = _drawn(make, case, chance_of(pair, case, seed), dtype)
    problems = {"dtype": "" if ours.dtype == dtype else f"does not keep {dtype}"}
    if getattr(pair.layer, "same", "nothing") != "values":
        problems["seed"] = _of_its_seed(make, case)
    kept = [Finding(name, not problem, problem=problem) for name, problem in problems.items()]
    return [*kept, *sample_findings(pair, case, judge, seed, ours)]


def sample_findings(pair: Pair, case: Case, judge: str, seed: int, ours: Array) -> list[Finding]:
    """A large sample against the twin's, number by number where both must be equal; see `scratch.Initializer.same`.

    `ulp` and `allowed` count standard errors here: of the mean, of the standard deviation, of the extremes of uniform
    distributions, of the share in the tails, of the largest distance between the two cumulative distributions
    (Kolmogorov and Smirnov) and of the largest singular value, which dependent numbers make larger. Of orthogonal
    matrices, whose singular values are one, of the mean of the diagonal, which signs that are not random move, and of
    the likeness of rows or columns that cannot all be orthogonal. The shape is that of a real weight, so a wrong fan
    shows in the deviation.
    """
    (shape,) = (spec.shape for spec in case.inputs.values())
    if ours.shape != shape:
        return [Finding("shape", False, problem=f"has shape {ours.shape}, expected {shape}")]
    theirs, same = _twin(pair, case, seed, judge), getattr(pair.layer, "same", "nothing")
    if same == "values":
        return [compare("values", ours.astype(theirs.dtype), theirs, allowed_ulp(1))]
    a, b = ours.astype(np.float64), theirs.astype(np.float64)
    findings = _statistics(a.ravel(), b.ravel())
    if len(shape) > 1:
        findings += _as_matrices(a.reshape(-1, shape[-1]), b.reshape(-1, shape[-1]), same == "products")
    return [finding for finding in findings if not case.only or finding.name in case.only]


def chance_of(pair: Pair, case: Case, seed: int) -> int:
    """The seed that a sample is drawn with."""
    return int(generator(seed, pair.name, case.name).integers(2**31))


@functools.lru_cache(maxsize=1)  # both frameworks are asked about the same
def _drawn(make: Callable[..., Any], case: Case, chance: int, dtype: str) -> Array:
    (shape,) = (spec.shape for spec in case.inputs.values())
    return np.asarray(make(**case.options)(shape, chance, dtype))


def _shared() -> Any:
    """The state of the generators that everyone shares."""
    state: Any = np.random.get_state()
    return random.getstate(), state[1].tobytes(), state[2:]


@functools.lru_cache(maxsize=1)  # whatever the framework and the dtype
def _of_its_seed(make: Callable[..., Any], case: Case) -> str:
    """What is wrong with the seed of a random initializer: the same one gives the same numbers, another one others.

    A generator is drawn from, without a seed there is a new one, and those that everyone shares are left alone.
    """
    initializer = make(**case.options)
    small = tuple(min(n, SMALL) for n in next(iter(case.inputs.values())).shape)
    before = _shared()
    first, again, other = (np.array(initializer(small, seed)) for seed in (1, 1, 2))
    if not np.array_equal(first, again):
        return "draws other numbers with the same seed"
    if np.array_equal(first, other):
        return "draws the same numbers with another seed"
    rng = np.random.default_rng(1)
    first, again = (np.array(initializer(small, rng)) for _ in range(2))
    if np.array_equal(first, again) or not np.array_equal(first, initializer(small, np.random.default_rng(1))):
        return "does not draw from the generator that it is given"
    if np.array_equal(initializer(small), initializer(small)):
        return "draws the same numbers every time without a seed"
    if before != _shared():
        return "draws from the generator that everyone shares, or seeds it"
    return ""


@asked_once(8)
def _twin(pair: Pair, case: Case, seed: int, judge: str) -> Array:
    """What a twin draws, laid out as in scratch; the arrays are large."""
    (spec,) = case.inputs.values()
    twin, chance = case.twins.get(judge, pair.twin(judge)), generator(seed, pair.name, case.name, judge)
    # vectors lie alike everywhere
    slot = twin.slots.get("w", Slot("")) if len(spec.shape) > 1 else Slot("")
    shape = slot.to_twin(np.empty(spec.shape)).shape
    drawn = framework(judge).draw(twin, pair.options(case), shape, int(chance.integers(2**31)))
    return slot.to_scratch(drawn, spec.shape)


def _statistics(a: Array, b: Array) -> list[Finding]:
    n, std = len(a), float(b.std())
    kurtosis = float(((b - b.mean()) ** 4).mean() / std**4) if std else 1.0
    tails = [float((np.abs(x - b.mean()) > TAIL * std).mean()) for x in (a, b)]
    share = sum(tails) / 2
    both = np.concatenate([np.sort(a), np.sort(b)])
    order = both.argsort(kind="stable")  # two sorted runs are merged, which is fast
    ahead = np.where(order < n, 1, -1).cumsum()
    after = np.append(np.diff(both[order]) > 0, True)  # equal numbers count at once
    distance = float(np.abs(ahead[after]).max()) / n
    findings = [
        _finding("mean", a.mean(), b.mean(), std * math.sqrt(2 / n)),
        _finding("deviation", a.std(), std, std * math.sqrt(max(kurtosis - 1, 0.1) / (2 * n))),
        _finding("tails", tails[0], tails[1], math.sqrt(2 * share * (1 - share) / n)),
        _finding("distribution", distance, 0.0, math.sqrt(math.log(2 / CHANCE) / n) / STANDARD_ERRORS),
    ]
    if kurtosis < 2:  # uniform has 1.8: the extremes of n fall short of the bounds by some of these parts
        part = float(np.ptp(b)) / n
        error = part * math.log(1 / CHANCE) / STANDARD_ERRORS
        findings += [_finding("least", a.min(), b.min(), error), _finding("largest", a.max(), b.max(), error)]
    return findings


def _as_matrices(a: Array, b: Array, products: bool) -> list[Finding]:
    n, m, std = *a.shape, float(b.std())
    if not products:
        largest = [_largest_singular_value(w - b.mean()) for w in (a, b)]
        unit = std * 0.5 * (n**-0.5 + m**-0.5) ** (1 / 3)
        return [_finding("singular value", largest[0], largest[1], unit * SINGULAR_UNITS / STANDARD_ERRORS)]
    diagonals = [float(np.diagonal(w).mean()) for w in (a, b)]
    short, long = zip(*((w.T @ w, w @ w.T) if n >= m else (w @ w.T, w.T @ w) for w in (a, b)), strict=True)
    ours, theirs = (np.asarray(product, np.float32) for product in short)
    findings = [
        _finding("diagonal", diagonals[0], diagonals[1], std * math.sqrt(2 / min(n, m))),
        compare("products", ours, theirs, allowed_ulp(max(n, m))),
    ]
    if n != m:
        findings.append(_largest_product(*(product[~np.eye(len(product), dtype=bool)] for product in long)))
    return findings


def _largest_singular_value(w: Array) -> float:
    """From the eigenvalues of the smaller of its two products, which takes a fraction of the time of a whole SVD."""
    short = w.T @ w if w.shape[0] >= w.shape[1] else w @ w.T
    return math.sqrt(np.linalg.eigvalsh(short)[-1])


def _largest_product(a: Array, b: Array) -> Finding:
    """Of the products along the longer side, which are random: the largest shows parts that are alike."""
    # the largest of n normal numbers falls by one part in e for every 1 / sqrt(2 log n) deviations (Gumbel)
    part = float(b.std()) / math.sqrt(2 * math.log(b.size))
    return _finding("likeness", np.abs(a).max(), np.abs(b).max(), part * math.log(1 / CHANCE) / STANDARD_ERRORS)


def _finding(name: str, got: float, want: float, error: float) -> Finding:
    off = abs(float(got) - float(want))
    errors = off / error if error else (0.0 if off == 0 else math.inf)
    return Finding(
        name,
        errors <= STANDARD_ERRORS,
        max_abs=off,
        max_rel=off / abs(want) if want else off,
        ulp=errors,
        allowed=STANDARD_ERRORS,
        got=float(got),
        want=float(want),
    )
