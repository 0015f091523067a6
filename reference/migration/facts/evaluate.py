"""Run a fact: both expressions on the same arrays, and how far apart they are."""

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.compare import compare
from reference.migration.facts import LIMIT, Fact, tools, training
from reference.migration.rows import NOT
from reference.sides import generator

SEED = 7


@dataclass(frozen=True)
class Outcome:
    """What came of a fact: `ulp` and `share` between Keras and PyTorch, `damage` between the naive port and the right
    one as a share of the largest element, in words what each gave where that is short, and whether it is as said."""

    ulp: float
    share: float
    damage: float
    keras: str
    torch: str
    naive: str
    holds: bool


def evaluate(fact: Fact) -> Outcome:
    """Run the code of a fact. What does not hold is told in the outcome; a defect of the code is an exception."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a naive port may well be warned of
        return _evaluate(fact)


def _evaluate(fact: Fact) -> Outcome:
    given = _given(fact)
    keras, torch = (_side(fact, name, code, given) for name, code in (("keras", fact.keras), ("torch", fact.torch)))
    ulp, share = _apart(fact, keras, torch)
    damage, said = math.nan, ""
    if fact.naive:
        naive = _side(fact, fact.naive_in, fact.naive, given)
        _, damage = _apart(fact, naive, torch if fact.naive_in == "torch" else keras)
        said = _short(naive[0])
    agree = ulp <= LIMIT or share <= fact.within
    holds = (share >= 1e-12) if fact.verdict == NOT else agree and (not fact.naive or damage >= fact.least)
    return Outcome(ulp, share, damage, _short(keras[0]), _short(torch[0]), said, holds)


def _given(fact: Fact) -> dict[str, Any]:
    rng = generator(SEED, fact.name)
    names: dict[str, Any] = {"np": np, "math": math, "rng": rng, "normal": lambda *shape: rng.standard_normal(shape)}
    exec(fact.given, names)
    return names


def _side(fact: Fact, name: str, code: str, given: Mapping[str, Any]) -> list[Any]:
    """The value of an expression, then the gradients asked for, as NumPy has them."""
    run = tools.in_torch if name == "torch" else tools.in_keras
    given = {**given, f"trained_{name}": getattr(training, f"trained_{name}")}
    return run(code, given, fact.dtype, fact.gradient, lambda y: generator(SEED, fact.name, "dy").standard_normal(y))


def _apart(fact: Fact, a: list[Any], b: list[Any]) -> tuple[float, float]:
    """The largest difference in ulp and as a share; infinite between things that are not numbers and differ."""
    ulps, shares = [], []
    for mine, other in zip(a, b, strict=True):
        ulp, share = _difference(mine, other, fact)
        ulps.append(ulp)
        shares.append(share)
    return max(ulps), max(shares)


def _difference(a: Any, b: Any, fact: Fact) -> tuple[float, float]:
    if not (_is_numbers(a) and _is_numbers(b)):
        return (0.0, 0.0) if a == b and type(a) is type(b) else (math.inf, math.inf)
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        return math.inf, math.inf
    if fact.signs and (np.signbit(a) != np.signbit(b))[~np.isnan(a) & ~np.isnan(b)].any():
        return math.inf, math.inf
    kind = np.float32 if fact.dtype == "float32" else np.float64
    found = compare("y", a.astype(kind), b.astype(kind), LIMIT)
    return found.ulp, found.max_rel


def _is_numbers(value: Any) -> bool:
    return isinstance(value, np.ndarray | np.generic | int | float) and not isinstance(value, bool)


def _short(value: Any) -> str:
    """A value in words, where it takes few."""
    if isinstance(value, np.ndarray):
        if value.size > 4:
            return ""
        return np.array2string(value, precision=5, separator=", ").replace("\n", "")
    return f"{value:.6g}" if isinstance(value, float) else str(value)
