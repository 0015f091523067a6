"""What a loss and its gradient may be multiplied by, each scale by what is said of it."""

import math
from collections.abc import Collection, Mapping

from reference.homework.problem import Problem

Scales = Mapping[str, float]


def as_known(known: Collection[str], scales: Scales) -> Scales:
    """The scales that were recognised in an earlier attempt; all of them where none of those is there."""
    return {said: scale for said, scale in scales.items() if said in known} or scales


def as_much(scales: Scales, said: str) -> list[str]:
    """What is said of each scale that comes to as much as this one does here."""
    return [other for other, scale in scales.items() if math.isclose(scale, scales[said])]


def of_gradients(problem: Problem, factor: float, together: bool) -> Scales:
    """What the gradient of a loss that is scaled by `factor` may be scaled by.

    Of a mean over the samples also the gradient without that mean, unless both came `together`; of losses given apart
    also that of their mean.
    """
    if problem.facts.get("rows"):
        return {"": factor, "gradients averaged over the batch": factor / problem.batch}
    terms = 1 / (factor * problem.batch)
    whole = math.isclose(terms, max(1, round(terms)))  # the rest of it is a mean, or a sum
    return {"": factor, **({"gradients of single samples": 1 / terms} if whole and not together else {})}
