"""How far a framework's weights move away from those of scratch, and whether that is chaos or another formula."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from reference.pair import Array
from reference.training.trainers import ScratchTrainer, TwinTrainer
from scratch.training import Recipe

# In float64 two implementations whose weights are this far apart have parted.
PARTED = 1e-12
# Steps from a common start. Adam's first one is all but blind to its betas, so one is too few.
RESTARTED_STEPS = 3

Batches = Iterator[tuple[Array, Array]]


@dataclass
class Drift:
    """How far a framework's weights are from those of scratch after each step; float64 only.

    `first` is the first step after which they had parted. `again` is how far apart a step takes them when both start
    it from the same weights, there and after every epoch since, at the most: still nothing where rounding errors have
    grown and nothing else.
    """

    largest: list[float] = field(default_factory=list)
    first: dict[str, Any] | None = None
    again: float | None = None

    def note(self, step: int, distances: Mapping[str, float]) -> bool:
        """Add what was found after a step; whether they parted in it."""
        name = max(distances, key=lambda key: distances[key])
        self.largest.append(distances[name])
        if self.first is not None or distances[name] <= PARTED:
            return False
        self.first = {"step": step, "parameter": name, "difference": distances[name]}
        return True

    def note_restart(self, apart: float) -> None:
        self.again = max(apart, self.again or 0.0)

    @property
    def same_formula(self) -> bool:
        """Never parted, or only by rounding errors that training made grow."""
        return self.first is None or (self.again is not None and self.again <= PARTED)


class Restarts:
    """Scratch and a framework, new ones, that start from the same weights whenever they are asked to."""

    def __init__(self, recipe: Recipe, name: str, seed: int, weights: Mapping[str, Array], x: Array) -> None:
        self.recipe, self.seed = recipe, seed
        self.twin = TwinTrainer(recipe, name, "float64", weights, x)
        self.fresh = self.twin.state()

    def apart(self, weights: Mapping[str, Array], batches: Batches) -> float:
        """The largest distance that one step makes.

        Some steps are taken from `weights` on; before each the framework is given the weights that scratch has, so
        that nothing grows, while each keeps the state of its own optimizer.
        """
        scratch = ScratchTrainer(self.recipe, "float64", self.seed)
        scratch.network.load(weights)
        self.twin.restore(self.fresh)
        largest = 0.0
        for x, t in itertools.islice(batches, RESTARTED_STEPS):
            self.twin.take(scratch.weights())
            scratch.step(x, t)
            self.twin.step(x, t)
            largest = max(largest, *self.twin.distances(scratch.weights()).values())
        return largest
