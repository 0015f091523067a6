"""Optimizers that take an option for another value late in a course, or in vectors alone."""

from collections.abc import Mapping
from typing import Any

from scratch.layer import Array
from scratch.optimizers import Optimizer, State

LATE = 60


class TakenForAnother(Optimizer):
    """Has the option called `option` at the value `instead` where `mistaken` says so."""

    option: str
    instead: Any

    def mistaken(self, w: Array) -> bool:
        raise NotImplementedError

    def update(self, w: Array, g: Array, state: State) -> None:
        asked = getattr(self, self.option)
        if self.mistaken(w):
            setattr(self, self.option, self.instead)
        super().update(w, g, state)
        setattr(self, self.option, asked)


class Late(TakenForAnother):
    def mistaken(self, w: Array) -> bool:
        return self.t >= LATE


class InVectors(TakenForAnother):
    def mistaken(self, w: Array) -> bool:
        return w.ndim == 1


class LateAround(Late):
    """Where what surrounds a step reads the option too."""

    def step(self, params: Mapping[str, Array], grads: Mapping[str, Array]) -> None:
        if self.t >= LATE:
            setattr(self, self.option, self.instead)
        super().step(params, grads)


def taken_for(option: str, instead: Any, *kinds: type[TakenForAnother]) -> tuple[type[Optimizer], ...]:
    """A mistake of each of these kinds: late and in vectors, unless said otherwise."""
    said = f"Takes `{option}` for {instead!r}"
    where = {Late: f"from step {LATE} on.", LateAround: f"from step {LATE} on.", InVectors: "in vectors."}
    return tuple(
        type(
            f"{option.title().replace('_', '')}{kind.__name__}",
            (kind,),
            {"__doc__": f"{said} {where[kind]}", "option": option, "instead": instead},
        )
        for kind in kinds or (Late, InVectors)
    )
