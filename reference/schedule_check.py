"""Schedules side by side: the learning rate of every step."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from reference.asking import asked_once
from reference.compare import Finding, allowed_ulp, compare
from reference.frameworks import framework
from reference.pair import Array, Case, Pair
from reference.sides import generator

STEPS = 240


def schedule_findings(
    pair: Pair, case: Case, judge: str, dtype: str, seed: int, schedule: Callable[..., Any] | None
) -> list[Finding]:
    """The learning rates of 240 steps, asked for twice, and of these steps out of order.

    A schedule that can be told something is told a metric after each step, and remembers, so the order is its own.
    """
    metrics = metrics_of(pair, case, seed)
    made = (schedule or pair.layer)(**case.options)
    remembers = hasattr(made, "tell")
    got, again = [], []
    for t, metric in enumerate(metrics):
        got.append(float(made(t)))
        again.append(float(made(t)))
        if remembers:
            made.tell(metric)
    found = compare("lr", np.array(got), rates(pair, case, seed, judge), allowed_ulp(STEPS))
    any_order = [] if remembers else generator(seed, pair.name, "order").permutation(STEPS).tolist()
    steady = again == got and all(float(made(t)) == got[t] for t in any_order)
    return [
        found,
        Finding("order", steady, problem="" if steady else "gives another rate when a step is asked for again"),
    ]


@asked_once(64)
def rates(pair: Pair, case: Case, seed: int, judge: str) -> Array:
    """The learning rates of 240 steps of a twin."""
    twin, metrics = case.twins.get(judge, pair.twin(judge)), metrics_of(pair, case, seed)
    return np.array(framework(judge).schedule(twin, pair.options(case), metrics))


@functools.lru_cache(maxsize=64)
def metrics_of(pair: Pair, case: Case, seed: int) -> list[float]:
    """Losses that get better for some time, some of them by very little, and then for some time do not.

    Of a schedule that waits for more, what rises as such losses fall.
    """
    rng, floor, metrics = generator(seed, pair.name, case.name), 1.0, []
    for t in range(STEPS):
        if t // 30 % 2 == 0 and rng.random() < 0.5:
            floor *= 1.0 - rng.choice([0.1, 3e-4]) * rng.random()
        metrics.append(float(floor * rng.choice([1.0, rng.uniform(1.0, 1.2)])))
    return [2.0 - metric for metric in metrics] if case.options.get("mode") == "max" else metrics
