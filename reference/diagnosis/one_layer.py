"""Mistakes in one layer of a network, while the others of its kind are right."""

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from reference.diagnosis.bench import Hypothesis
from reference.diagnosis.evidence import Change, Evidence
from reference.sides import Side
from scratch.layer import Layer
from scratch.network import Sequential


def of_layers(evidence: Evidence, of_class: Callable[[type], Sequence[Hypothesis]]) -> Iterator[Hypothesis]:
    """What may be wrong with each layer alone, where it may be the wrong one."""
    layers = _layers(evidence.pair.layer(**evidence.case.options))
    weighted = 0
    for k, layer in enumerate(layers):
        weighted += bool(layer.params)
        if len(layers) > 1 and _may_be_wrong(evidence, k):
            place = f"@layer {weighted}" if layer.params else f"@after-layer {weighted}"
            for one in of_class(type(layer)):
                if one.change is not None:
                    answers = functools.partial(_answers, k=k, change=one.change)
                    yield replace(one, answers=answers, facts={**one.facts, "layer": place}, change=None)


def _layers(made: Any) -> list[Layer]:
    inner = getattr(made, "layers", None)
    return inner.layers if isinstance(inner, Sequential) else []


def _answers(evidence: Evidence, k: int, change: Change) -> Side | None:
    """What the network answers with a change that only its layer `k` has."""

    def planted(method: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any) -> Any:
            with change.planted():
                return method(*args)

        return run

    def plant(layer: Any) -> None:
        layer.forward, layer.backward = planted(layer.forward), planted(layer.backward)

    return _changed(evidence, k, plant)


def _changed(evidence: Evidence, k: int, change: Callable[[Any], None]) -> Side | None:
    def make(**options: Any) -> Any:
        made = evidence.pair.layer(**options)
        change(_layers(made)[k])
        return made

    return replace(evidence, pair=replace(evidence.pair, layer=make)).side()


def _may_be_wrong(evidence: Evidence, k: int) -> bool:
    """Whether a mistake on the way back through a layer would leave alone what is right.

    It shows in the gradients of the layer's own weights, or in all that lies before it.
    """
    own = evidence.side()
    if "y" in evidence.wrong or own is None:
        return True
    reached = [_reached(evidence, own, k, which) for which in ("grads", "dx")]
    return any(names and names <= evidence.wrong.keys() for names in reached)


def _reached(evidence: Evidence, own: Side, k: int, which: str) -> set[str]:
    """The quantities found that change with a layer's own gradients, or with the one that it passes on."""

    def double(layer: Any) -> None:
        right = layer.backward

        def backward(dy: Any) -> Any:
            dx = right(dy)
            if which == "grads":
                layer.grads.update({name: 2 * gradient for name, gradient in layer.grads.items()})
            return 2 * dx if which == "dx" else dx

        layer.backward = backward

    side = _changed(evidence, k, double) or {}
    return {name for name in evidence.found if name in side and not np.array_equal(side[name], own[name])}
