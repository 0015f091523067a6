"""Cross-entropies of probabilities, with what is added to them or clipped off before the logarithm."""

from collections.abc import Callable

import numpy as np

from reference.homework.recipes.judging import Numbers, Reading
from reference.pair import Array
from scratch.losses import CrossEntropy, Reduction

# what is added inside a logarithm so that it stays finite
EPSILONS = (1e-7, 1e-8, 1e-10, 1e-12, 1e-15)


def probabilities(rng: np.random.Generator, batch: int, classes: int) -> Array:
    """Rows (batch, classes) that sum to one, none of them near 0 or 1."""
    p = rng.uniform(0.1, 1.0, (batch, classes))
    return p / p.sum(axis=1, keepdims=True)


def class_cost(
    p: Array, t: Array, epsilon: float = 0.0, low: float = 0.0, high: float = np.inf, reduction: Reduction = "mean"
) -> Array:
    """-sum t log(clip(p, low, high) + epsilon) of rows p and t, the mean or the sum over them."""
    loss = CrossEntropy(low=low, high=high, reduction=reduction)
    return loss(np.clip(p, low, high) + epsilon, t)


def with_epsilons(
    right: Callable[[float], Numbers], wrong: Callable[[frozenset[str], float], Numbers] | None = None
) -> list[Reading]:
    """The readings of a cross-entropy: as it is, and with each of EPSILONS added inside the logarithm."""

    def reading(epsilon: float) -> Reading:
        said = f"{epsilon:g} is added inside the logarithm" if epsilon else ""
        return Reading(right(epsilon), said, (lambda switches: wrong(switches, epsilon)) if wrong else None)

    return [reading(epsilon) for epsilon in (0.0, *EPSILONS)]
