"""Initializers side by side: not the same numbers, but the same distribution."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from reference.compare import Finding
from reference.frameworks import framework
from reference.pair import Array, Case, Pair
from reference.sides import generator

# Each statistic of a sample may be this many of its standard errors from the twin's. Five is passed by chance once
# in two million.
STANDARD_ERRORS = 5.0


def initializer_findings(
    pair: Pair, case: Case, judge: str, dtype: str, seed: int, initializer: Callable[..., Any] | None
) -> list[Finding]:
    """Mean, deviation, largest element and distribution of a large sample against the twin's.

    `ulp` and `allowed` count standard errors here: of the mean, of the standard deviation, of the largest element
    (in units of its expected distance from the bound, for uniform distributions) and of the largest distance between
    the two cumulative distributions (Kolmogorov and Smirnov). The shape is that of a real weight, so a wrong fan
    shows in the deviation.
    """
    (shape,) = (spec.shape for spec in case.inputs.values())
    rng = generator(seed, pair.name, case.name)
    made = (initializer or pair.layer)(**case.options)
    ours = np.asarray(made(shape, rng, dtype))
    twin = pair.twin(judge)
    laid = twin.slots["w"].to_twin(np.empty(shape)).shape if "w" in twin.slots else shape
    theirs = framework(judge).draw(twin, pair.options(case), laid, int(rng.integers(2**31)))
    kept = Finding("dtype", ours.dtype == dtype, problem="" if ours.dtype == dtype else f"does not keep {dtype}")
    return [kept, *_statistics(ours.ravel().astype(np.float64), theirs.ravel().astype(np.float64))]


def _statistics(a: Array, b: Array) -> list[Finding]:
    n = len(a)
    std = b.std()
    kurtosis = float(((b - b.mean()) ** 4).mean() / std**4) if std else 1.0
    error_of = {
        "mean": float(std * math.sqrt(2 / n)),
        "deviation": float(std * math.sqrt(max(kurtosis - 1, 0.1) / (2 * n))),
    }
    findings = [
        _finding("mean", a.mean(), b.mean(), error_of["mean"]),
        _finding("deviation", a.std(), b.std(), error_of["deviation"]),
    ]
    if kurtosis < 2:  # uniform has 1.8: the largest of n falls short of the bound by about bound / n
        bound = float(np.abs(b).max())
        findings.append(_finding("bound", np.abs(a).max(), bound, 2 * bound / n))
    both = np.sort(np.concatenate([a, b]))
    below = [np.searchsorted(np.sort(sample), both, side="right") / n for sample in (a, b)]
    distance = float(np.abs(below[0] - below[1]).max())
    return [*findings, _finding("distribution", distance, 0.0, math.sqrt(1 / (2 * n)))]


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
