"""The running statistics of batch normalisation, of which each framework keeps something else.

Keras' momentum is the share kept of the old value, PyTorch's the share of the new. Into the running variance goes the
batch's, in PyTorch times N / (N - 1). Both are conventions, no mistakes of a port.
"""

from collections.abc import Sequence

import numpy as np

from reference.migration.models import Run
from reference.migration.moves import Move, Unit
from reference.pair import Array

VARIANCE = "running_variance"


def kept(unit: Unit) -> float:
    """The share of the old running statistics that a layer keeps."""
    momentum = float(unit.layer.momentum)
    return 1 - momentum if unit.model.framework == "torch" else momentum


def multiplies(unit: Unit) -> bool:
    """Whether a layer multiplies the batch's variance by N / (N - 1) before it goes into the running one."""
    return bool(getattr(unit.layer, "unbiased", unit.model.framework == "torch"))


def corrected(move: Move) -> bool:
    """Whether only one of two layers multiplies."""
    return VARIANCE in move.shapes and multiplies(move.source) != multiplies(move.target)


def corrections(moves: Sequence[Move]) -> list[str]:
    """A note on the layers of which only one multiplies."""
    names = ", ".join(f"'{move.target.name}'" for move in moves if corrected(move))
    return [
        f"running variance of {names}: PyTorch takes the batch's times N / (N - 1) into it, Keras as it is. Trained "
        "on, they part by that; reference.migration.glue has both for either framework"
    ] * bool(names)


def as_the_target(move: Move, before: Array, after: Array, runs: Sequence[Run]) -> Array:
    """What the target's running variance is after steps in which the source's went from `before` to `after`."""
    calls = [step for step in runs[0].steps if step.name == move.source.name]
    counts = {step.inputs[0].size // before.size for step in calls}
    if np.array_equal(before, after) or not corrected(move):  # at inference nothing moves
        return after
    if len(counts) != 1 or move.source.layer.momentum is None or max(counts) < 2:
        return after
    n = counts.pop()
    old = kept(move.source) ** len(calls) * before
    share = n / (n - 1) if multiplies(move.target) else (n - 1) / n
    return old + (after - old) * share
