"""One trainer for each implementation of a recipe, all starting from the same weights."""

import math
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.frameworks import Job, Trainer, framework
from reference.pair import Array, Case, Pair, Slot, lay_out
from reference.registry import find, pairs
from scratch.training import Recipe, training_step

SCRATCH = "scratch"


class ScratchTrainer:
    """The NumPy side."""

    def __init__(self, recipe: Recipe, dtype: str, seed: int) -> None:
        self.recipe = recipe
        self.network = recipe.model(rng=seed, dtype=dtype)
        self.network.input_gradient = False
        self.loss = recipe.loss(**recipe.loss_options)
        self.optimizer = recipe.optimizer(**recipe.optimizer_options)

    def step(self, x: Array, t: Array) -> tuple[float, int]:
        return training_step(self.network, self.loss, self.optimizer, x, t, self.recipe.gradient_scale)

    def logits(self, x: Array) -> Array:
        return self.network.forward(x)

    def weights(self) -> dict[str, Array]:
        return self.network.params

    def state(self) -> dict[str, Array]:
        kept = {f"weight/{name}": w.copy() for name, w in self.network.params.items()}
        for name, slots in self.optimizer.state.items():
            kept |= {f"optimizer/{name}/{slot}": value.copy() for slot, value in slots.items()}
        return {**kept, "t": np.array(self.optimizer.t)}

    def restore(self, state: Mapping[str, Array]) -> None:
        self.optimizer.t = int(state["t"])
        self.network.load({k.removeprefix("weight/"): w for k, w in state.items() if k.startswith("weight/")})
        for key, value in state.items():
            if key.startswith("optimizer/"):
                _, name, slot = key.split("/")
                self.optimizer.state.setdefault(name, {})[slot] = value.copy()


class TwinTrainer:
    """A framework's side: takes and gives arrays as they lie in scratch."""

    def __init__(
        self,
        recipe: Recipe,
        name: str,
        dtype: str,
        weights: Mapping[str, Array],
        x: Array,
        pair: Pair | None = None,
    ) -> None:
        network = pair or find(recipe.name)
        self.twin = network.twin(name)
        self.slots = {key: self.twin.slots[key] for key in weights}
        job = Job(
            network=(self.twin, _options(network, {})),
            loss=_twin_of(recipe.loss, name, recipe.loss_options),
            optimizer=_twin_of(recipe.optimizer, name, recipe.optimizer_options),
            gradient_scale=recipe.gradient_scale,
            dtype=dtype,
            weights=lay_out(self.slots, weights),
            example=self.lay(x[:1]),
        )
        self.trainer: Trainer = framework(name).trainer(job)

    def lay(self, x: Array) -> Array:
        """A batch of inputs as the twin takes them."""
        return Slot("x", self.twin.layout.get("x", "")).to_twin(x)

    def step(self, x: Array, t: Array) -> tuple[float, int]:
        return self.trainer.step(self.lay(x), t)

    def logits(self, x: Array) -> Array:
        return self.trainer.logits(self.lay(x))

    def state(self) -> dict[str, Array]:
        return self.trainer.state()

    def restore(self, state: Mapping[str, Array]) -> None:
        self.trainer.restore(state)

    def weights(self) -> dict[str, Array]:
        return self.trainer.weights()

    def take(self, weights: Mapping[str, Array]) -> None:
        """Go on from scratch's weights, with the optimizer's state as it is."""
        theirs = {f"weight/{path}": w for path, w in lay_out(self.slots, weights).items()}
        self.trainer.restore({**self.trainer.state(), **theirs})

    def weights_like(self, weights: Mapping[str, Array]) -> dict[str, Array]:
        """The weights as they lie in scratch, where those given come from."""
        mine = self.trainer.weights()
        return {key: slot.to_scratch(mine[slot.name], weights[key].shape) for key, slot in self.slots.items()}

    def distances(self, weights: Mapping[str, Array]) -> dict[str, float]:
        """The largest difference of any element of each weight from that of scratch, by its name there."""
        mine = self.trainer.weights()
        return {key: _distance(slot.to_twin(weights[key]), _part(slot, mine)) for key, slot in self.slots.items()}


def _part(slot: Slot, arrays: Mapping[str, Array]) -> Array:
    """What a slot stands for in the twin's arrays."""
    place, count = slot.part
    return arrays[slot.name] if count == 1 else np.split(arrays[slot.name], count)[place]


def _distance(a: Array, b: Array) -> float:
    """The largest difference of any element; where one is not finite, infinite unless the other is the same."""
    with np.errstate(invalid="ignore"):
        largest = float(np.abs(a - b).max())
        if math.isfinite(largest):
            return largest
        same = (a == b) | (np.isnan(a) & np.isnan(b))
        differences = np.where(same, 0.0, np.abs(a - b))
    return float(np.where(np.isnan(differences), math.inf, differences).max())


def _twin_of(layer: Any, framework_name: str, options: Mapping[str, Any]) -> tuple[Any, SimpleNamespace]:
    (pair,) = [pair for pair in pairs().values() if pair.layer is layer]
    return pair.twin(framework_name), _options(pair, options)


def _options(pair: Pair, options: Mapping[str, Any]) -> SimpleNamespace:
    return pair.options(Case("", {}, options))
