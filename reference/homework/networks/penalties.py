"""Whether the penalty on large weights is in the gradients what it is in the loss."""

import ast
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from reference.homework.attempt import Attempt
from reference.homework.judge import Judged
from reference.homework.networks.calls import NetworkJudge, NetworkTrying
from reference.homework.networks.losses import scalar_of
from reference.homework.networks.methods import CALLED
from reference.homework.roles import means
from reference.homework.verdict import Quantity
from reference.pair import Array
from reference.sides import gradient_name

PENALTY = 0.3
# beside rounding, in float32 too; a mistake is a factor
CLOSE = 1e-4


def odd_penalty(trying: NetworkTrying, first: Attempt, judged: Judged) -> Quantity | None:
    """A gradient whose share of the penalty on large weights is not the slope of the loss's share; None if it is.

    Its factor is an argument of the backward pass or of the constructor. Where no loss is returned beside the
    gradients, all weights must have the same share.
    """
    again = _penalised(trying, first)
    if again is None or again.failure is not None:
        return None
    other = NetworkJudge(trying.subject, trying.family)
    other.keys = trying.keys
    found = other.whole(again).arrays
    part = trying.subject.backward.name if trying.subject.backward else ""
    shares: dict[str, float] = {}
    weights: dict[str, Array] = {}
    for name, w in first.problem.arrays.params.items():
        key = gradient_name(name)
        if key not in found or key not in judged.arrays:
            continue
        change = np.ravel(found[key][0] - judged.arrays[key][0])
        w = next((m for m in (w, w.T) if m.shape == found[key][0].shape), w).ravel()
        share = float(change @ w / (w @ w))
        if np.abs(change - share * w).max() > CLOSE * np.abs(change).max():
            return _odd(key, part, "its share of the penalty is no multiple of the weight")
        shares[key], weights[key] = share if abs(share) > 1e-12 else 0.0, w
    before, after = scalar_of(first.returned), scalar_of(again.returned)
    if before is None or after is None:
        return _unlike(shares, part)
    rise = after - before
    squares = sum(float(w @ w) for key, w in weights.items() if shares[key])
    of_weights = sum(float(w @ w) for key, w in weights.items() if key.startswith("dw"))
    biased = [key for key, share in shares.items() if share and not key.startswith("dw")]
    if biased and np.isclose(rise, shares[biased[0]] * of_weights / 2, rtol=CLOSE):
        return _odd(biased[0], part, "it has a share of the penalty, where the loss has none of this weight")
    for key, share in shares.items():
        if share and not np.isclose(rise, share * squares / 2, rtol=CLOSE):
            problem = "its share of the penalty is not the derivative of the loss's"
            return Quantity(key, False, got=share, want=2 * rise / squares, part=part, problem=problem)
    if abs(rise) > 1e-12 and shares and not squares and not _decays(trying):
        return _odd(next(iter(shares)), part, "the penalty is in the loss and in no gradient")
    return None


def _penalised(trying: NetworkTrying, first: Attempt) -> Attempt | None:
    """The same calls with a penalty; None where neither the backward pass nor the constructor takes one."""
    backward, back = trying.subject.backward, first.back
    assert backward is not None
    assert back is not None
    own = trying.subject.methods.get(backward.name)
    names = [p.name for p in own.parameters if means(p.name, CALLED["reg"])] if own is not None else []
    if names and names[0] not in [p.name for p in backward.parameters]:
        again = trying.run(first.reading, first.problem)
        if again is not None and again.failure is None:
            again.back = replace(back, kwargs={**back.kwargs, names[0]: PENALTY})
            trying.go_back(again)
        return again
    if first.init is None or "reg" not in first.init.given:
        return None
    other = NetworkTrying(trying.worker, trying.subject, trying.family)
    other.keys, other.template, other.penalty = trying.keys, trying.template, PENALTY
    return other.run(first.reading, first.problem, first.number)


def _unlike(shares: Mapping[str, float], part: str) -> Quantity | None:
    """A weight's gradient with another share of the penalty than the others have; None where none has."""
    found = {key: share for key, share in shares.items() if key.startswith("dw")}
    most = max(found.values(), key=abs, default=0.0)
    for key, share in found.items():
        if not np.isclose(share, most, rtol=CLOSE):
            text = f"its share of the penalty is {share / most:.4g} times that of the others"
            return _odd(key, part, text if share else "it has no share of the penalty, where the others have one")
    if most < 0:
        return _odd(next(iter(found)), part, "its share of the penalty has the wrong sign: the weight would grow")
    return None


def _decays(trying: NetworkTrying) -> bool:
    """Whether another method than the passes reads the factor: an update, which makes weights decay."""
    passes = [each.name for each in (trying.subject.forward, trying.subject.backward) if each is not None]
    others = [m.node for name, m in trying.subject.methods.items() if name not in passes]
    nodes = [n for node in others for n in ast.walk(node) if isinstance(n, ast.Attribute)]
    return any(means(n.attr, CALLED["reg"]) for n in nodes)


def _odd(name: str, part: str, problem: str) -> Quantity:
    return Quantity(name, False, part=part, problem=problem)
