"""Mistakes that no change of one call shows: what an earlier call left behind, weights that moved too soon."""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from reference.diagnosis.bench import HAND, Hypothesis
from reference.diagnosis.evidence import Evidence
from reference.sides import Arrays, Side, built, gradient_name


def of_calls(evidence: Evidence) -> Iterator[Hypothesis]:
    """What may be wrong with how calls follow one another."""
    if evidence.moved:
        yield Hypothesis("updated-first", _moved, rank=HAND)
        for name in evidence.moved:
            yield Hypothesis("updated-first", safe(partial(_moved, name=name)), rank=HAND)
    if evidence.before is not None:
        yield Hypothesis("gradients-accumulated", _accumulated, rank=HAND)
        for name in evidence.arrays.params:
            yield Hypothesis("gradients-accumulated", safe(partial(_accumulated, name=name)), rank=HAND)
        yield Hypothesis("stale-state", _stale, rank=HAND)
        for name in _kept(evidence):
            yield Hypothesis("stale-state", safe(partial(_stale, name=name)), rank=HAND)
        yield Hypothesis("state-kept", _state_kept, rank=HAND)
    for place, mask in MASKS:
        for name in evidence.arrays.params:
            facts = {"part": place}
            yield Hypothesis("gradient-overwritten", safe(partial(_masked, name=name, mask=mask)), facts, rank=HAND + 1)


def safe(answers: Callable[[Evidence], Side | None]) -> Callable[[Evidence], Side | None]:
    """The same without warnings, and None where it makes no sense for the layer."""

    def run(evidence: Evidence) -> Side | None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return answers(evidence)
            except (ArithmeticError, ValueError, IndexError, KeyError, TypeError, AttributeError):
                return None

    return run


def _run(evidence: Evidence, between: Callable[[Any], None], arrays: Arrays | None = None) -> Side:
    """The answers of a layer to which something happens between forward and backward."""
    arrays = arrays or evidence.arrays
    layer = built(evidence.pair, evidence.case, arrays)
    return answers(evidence, layer, arrays, between)


def answers(evidence: Evidence, layer: Any, arrays: Arrays, between: Callable[[Any], None]) -> Side:
    """What a layer answers to which something happens between forward and backward."""
    y = np.asarray(layer.forward(*arrays.inputs.values()))
    between(layer)
    dx = layer.backward(arrays.dy)
    gradients = dx if isinstance(dx, tuple) else (dx,)
    wanted = [name for name, spec in evidence.case.inputs.items() if spec.differentiable]
    side = {"y": y, **{gradient_name(n): np.asarray(g) for n, g in zip(wanted, gradients, strict=True)}}
    side |= {gradient_name(name): np.asarray(layer.grads[name]) for name in layer.params}
    return side | {name: value.copy() for name, value in layer.buffers.items()}


def _moved(evidence: Evidence, name: str = "") -> Side:
    """The input's gradient with weights that the update has moved already."""

    def move(layer: Any) -> None:
        for one, value in evidence.moved.items():
            if not name or one == name:
                for holder in (layer, getattr(layer, "cell", layer)):
                    if one in holder.params:
                        holder.params[one] = value.copy()

    side = _run(evidence, move)
    return {
        **(evidence.side() or {}),
        **{gradient_name(n): side[gradient_name(n)] for n in evidence.arrays.inputs if gradient_name(n) in side},
    }


def _accumulated(evidence: Evidence, name: str = "") -> Side | None:
    """Gradients added to those of the call before."""
    assert evidence.before is not None
    first, second = replace(evidence, arrays=evidence.before).side(), evidence.side()
    if first is None or second is None:
        return None
    names = [gradient_name(n) for n in evidence.arrays.params if not name or n == name]
    return {**second, **{n: first[n] + second[n] for n in names}}


def _stale(evidence: Evidence, name: str = "") -> Side:
    """A backward pass that reads what the first forward pass has kept."""
    assert evidence.before is not None
    layer = built(evidence.pair, evidence.case, evidence.arrays)
    layer.forward(*evidence.before.inputs.values())
    kept = {n: v for n, v in vars(layer).items() if n not in ("params", "grads", "buffers") and name in ("", n)}
    return answers(evidence, layer, evidence.arrays, lambda it: vars(it).update(kept))


def _kept(evidence: Evidence) -> list[str]:
    layer = built(evidence.pair, evidence.case, evidence.arrays)
    before = set(vars(layer))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        layer.forward(*evidence.arrays.inputs.values())
    return sorted(set(vars(layer)) - before)


def _state_kept(evidence: Evidence) -> Side | None:
    """A recurrent layer that starts from the last state of the call before."""
    assert evidence.before is not None
    layer = built(evidence.pair, evidence.case, evidence.arrays)
    cell = getattr(layer, "cell", layer)
    if not hasattr(cell, "states"):
        return None
    layer.forward(*evidence.before.inputs.values())
    last = [history[-1].T.copy() for history in cell.history]
    take = type(cell)._take
    cell._take = lambda x, given: (tuple(last), take(cell, x, given)[1])
    return answers(evidence, layer, evidence.arrays, lambda it: None)


MASKS: tuple[tuple[str, Any], ...] = (
    ("sample", np.s_[-1:]),
    ("sample", np.s_[:1]),
    ("place", np.s_[:, -1:]),
    ("place", np.s_[:, :1]),
    ("place", np.s_[-1:, -1:]),
    ("place", np.s_[-1:, -1:, -1:]),
    ("place", np.s_[:, -1:, -1:]),
)


def _masked(evidence: Evidence, name: str, mask: Any) -> Side | None:
    """The gradient of a weight of which only the part of one sample or place is left."""
    dy = np.zeros_like(evidence.arrays.dy)
    if dy.ndim < 2 or (isinstance(mask, tuple) and dy.ndim <= len(mask)):
        return None
    dy[mask] = evidence.arrays.dy[mask]
    part, own = replace(evidence, arrays=replace(evidence.arrays, dy=dy)).side(), evidence.side()
    return {**own, gradient_name(name): part[gradient_name(name)]} if part and own else None
