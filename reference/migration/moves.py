"""From the weights of one layer to those of its counterpart."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from reference.errors import RequestError
from reference.migration.counterparts import Side, is_known
from reference.migration.models import Model
from reference.migration.models.own import Own
from reference.pair import Array, lay_out

Arrays = dict[str, Array]
# the shapes of weights as in scratch, in A and in B, by their keys
Sizes = dict[str, tuple[tuple[int, ...], tuple[int, ...]]]
# keys in scratch of what lies along the features of the inputs, and of the outputs
ALONG_INPUT = ("w", "w_x", "gamma", "beta", "running_mean", "running_variance")
ALONG_OUTPUT = ("w", "b")

# what a layer without a scale or a shift of its own does
NEUTRAL = {"gamma": 1.0, "beta": 0.0}


@dataclass(frozen=True)
class Unit:
    """A layer with weights in a model; `level` counts PyTorch's recurrent layers that are one module.

    Layers of PyTorch that are one in another framework are a list of them, called by the first one's name.
    """

    model: Model
    name: str
    layer: Any
    level: int = 0
    parts: tuple[str, ...] = ()

    def key(self, variable: str) -> tuple[str, str]:
        """The layer and the path that a gradient is kept under."""
        if isinstance(self.layer, Own):
            return self.layer.key
        if not self.parts:
            return self.name, variable
        place, path = variable.split(".", 1)
        return self.parts[int(place)], path

    def __str__(self) -> str:
        if self.parts:
            return f"layers {' and '.join(repr(part) for part in self.parts)}"
        if isinstance(self.layer, Own):
            return f"weight '{self.name}'"
        named = f"layer '{self.name}'" if self.name else "the layer"
        return f"{named} ({type(self.layer).__name__}{f', level {self.level}' if self.level else ''})"


def units(model: Model, order: list[str] | None = None) -> list[Unit]:
    """The layers that have weights: in the order of their names in `order`, then as they were made."""
    leaves = dict(model.leaves())
    # a custom module's own weights belong to no leaf
    names = [*dict.fromkeys(n for n in order or () if n in leaves), *leaves]
    found = []
    for name in dict.fromkeys(names):
        layer = leaves[name]
        if model.variables(layer) or _has_weights(model, layer):
            levels = layer.num_layers if model.framework == "torch" and hasattr(layer, "num_layers") else 1
            found += [Unit(model, name, layer, level) for level in range(levels)]
    return found


def _has_weights(model: Model, layer: Any) -> bool:
    """Whether there are any, frozen ones too, or running statistics."""
    if model.framework == "keras":
        return bool(layer.weights)
    if model.framework == "scratch":
        return bool({**layer.params, **layer.buffers})
    return bool(list(layer.parameters())) or (is_known("torch", model, layer) and bool(list(layer.buffers())))


def without_tied(found: list[Unit]) -> list[Unit]:
    """The layers without those whose weights are all a layer's before them, such as an output tied to an embedding."""
    own, seen = [], set[int]()
    for unit in found:
        weights = {id(v) for v in unit.model.variables(unit.layer).values()}
        if not weights or unit.level or not weights <= seen:
            own.append(unit)
        seen |= weights
    return own


def loose(model: Model) -> list[str]:
    """Weights that belong to none of the layers which correspond to something."""
    return [name for name, layer in model.leaves() if isinstance(layer, Own)]


def own_weights(unit: Unit, unknown: bool) -> list[Unit]:
    """The weights, one by one, that a layer has of its own and no pair says how they lie; none where a pair does.

    Those of a whole layer are asked for by `unknown`, and are all that it keeps.
    """
    if isinstance(unit.layer, Own):
        return [unit]
    model, layer = unit.model, unit.layer
    if not unknown or model.framework == "scratch" or is_known(model.framework, model, layer):
        return []
    weights, kept = model.variables(layer), layer.weights if model.framework == "keras" else layer.state_dict()
    if len(weights) < len(kept):
        return []  # statistics, or what is not trained
    named = {f"{unit.name}.{path}" if unit.name else path: (path, value) for path, value in weights.items()}
    return [Unit(model, name, Own(name, value, (unit.name, path))) for name, (path, value) in named.items()]


@dataclass(frozen=True)
class Move:
    """From a layer to its counterpart: both sides of the pair, and the shape of every weight in scratch.

    `rows` is the order in which the target's inputs take the source's, where a flattening differs; `columns` that of
    its outputs, where they are made an image.
    """

    source: Unit
    target: Unit
    sides: tuple[Side, Side]
    shapes: Mapping[str, tuple[int, ...]]
    rows: Array | None = None
    columns: Array | None = None
    # what only one of the layers has, a scale of 1 or a shift of 0
    neutral: Mapping[str, float] = field(default_factory=dict)

    def values(self) -> Arrays:
        """The target's weights and buffers by path. A bias that the target has not is added to the one it has."""
        found = self.gathered(lambda path: self.source.model.get(self.source.layer, path))
        second = {path: self.source.model.get(self.source.layer, path) for path in self.shared()}
        paths = {self.sides[1].slots[key].name: value for key, value in self.neutral.items()}
        there = {path: self.target.model.get(self.target.layer, path) for path in paths}
        second |= {path: None if a is None else np.full_like(a, paths[path]) for path, a in there.items()}
        return self.laid_out(self.with_second_biases(found)) | {p: a for p, a in second.items() if a is not None}

    def with_second_biases(self, arrays: Arrays) -> Arrays:
        """The source's weights as in scratch, with PyTorch's second bias added to the one that stands for both."""
        return {key: array + self._second(key) for key, array in arrays.items()}

    def gathered(self, get: Any) -> Arrays:
        """What `get(path)` gives for the source's weights, as in scratch."""
        slots = self.sides[0].slots
        arrays = {key: (slots[key], get(slots[key].name)) for key in self.shapes}
        return {key: slot.to_scratch(a, self.shapes[key]) for key, (slot, a) in arrays.items() if a is not None}

    def laid_out(self, arrays: Arrays) -> Arrays:
        """Arrays as in scratch by their paths in the target."""
        whole = lay_out(self.sides[1].slots, self.ordered(arrays))
        return {name: a for name, a in whole.items() if self.target.model.find(self.target.layer, name) is not None}

    def frozen(self) -> list[str]:
        """Weights of the target that nothing in the source stands for: held at zero, not trained."""
        present = self.target.model.find
        mine = self.shared()
        return [n for n in self.sides[1].frozen if n not in mine and present(self.target.layer, n) is not None]

    def path(self, key: str) -> str:
        """Where in the target a key of scratch lies; "" where nowhere."""
        return self.sides[1].slots[key].name if key in self.shapes else ""

    def trained(self, side: int) -> set[str]:
        """The keys in scratch of the weights that the layer of this side trains."""
        unit = (self.source, self.target)[side]
        trained = {id(v) for v in unit.model.variables(unit.layer).values()}
        slots = self.sides[side].slots
        keys = [*self.shapes, *self.neutral]
        return {key for key in keys if id(unit.model.find(unit.layer, slots[key].name)) in trained}

    def shared(self) -> list[str]:
        """Weights that scratch has not, but both layers have: PyTorch's second biases."""
        found = [name for name in self.sides[0].frozen if name in self.sides[1].frozen]
        units = (self.source, self.target)
        return [name for name in found if all(u.model.find(u.layer, name) is not None for u in units)]

    def _second(self, key: str) -> Any:
        """PyTorch's second bias, which the one of the target stands for too."""
        slot = self.sides[0].slots[key]
        second = slot.name.replace("bias_ih", "bias_hh")
        if second not in self.sides[0].frozen or second in self.sides[1].frozen:
            return 0.0
        array = self.source.model.get(self.source.layer, second)
        return 0.0 if array is None else slot.to_scratch(array, self.shapes[key])

    def ordered(self, arrays: Mapping[str, Array], back: bool = False) -> Arrays:
        """Arrays as in scratch, their features in the order of the target's, or `back` in that of the source's."""
        rows, columns = (np.argsort(each) if back and each is not None else each for each in (self.rows, self.columns))
        found = {}
        for key, array in arrays.items():
            last = key.rpartition(".")[2]
            turned = array if rows is None or last not in ALONG_INPUT else array[rows]
            found[key] = turned if columns is None or last not in ALONG_OUTPUT else turned[..., columns]
        return found

    def takes_rows(self, count: int) -> bool:
        """Whether the weights can follow `count` features of the inputs that come in another order."""
        named = {key.rpartition(".")[2]: shape for key, shape in self.shapes.items()}
        along = [shape for key, shape in named.items() if key in ALONG_INPUT]
        return bool(along) and all(len(shape) < 3 and shape[0] == count for shape in along)

    def gives_columns(self) -> bool:
        """Whether the outputs are rows of features that can come in another order: those of a dense layer."""
        return set(self.shapes) <= {"w", "b"} and len(self.shapes.get("w", ())) == 2


@dataclass(frozen=True)
class Lone:
    """A layer that has no counterpart: the side it stands on, how many layers before it correspond, and its neighbours.

    `resized` is the layer of B that is of the same kind in the place of A's; `sizes` then has what their weights'
    shapes are in scratch.
    """

    side: int
    unit: Unit
    at: int
    between: tuple[Unit | None, Unit | None]
    resized: Unit | None = None
    sizes: Sizes | None = None

    @property
    def follows(self) -> bool:
        """Whether it is only its inputs that are of another size, or all its weights lie along them."""
        last = {key: (mine[-1], theirs[-1]) for key, (mine, theirs) in (self.sizes or {}).items() if len(mine) > 1}
        return self.resized is not None and all(mine == theirs for mine, theirs in last.values())


def put(moves: Iterable[Move]) -> None:
    """Put the weights in their places. Raises RequestError for a shape that does not fit."""
    for move in moves:
        for path, array in move.values().items():
            there = move.target.model.get(move.target.layer, path)
            if there is None or there.shape != array.shape:
                shape = None if there is None else there.shape
                raise RequestError(f"'{path}' of {move.target} has shape {shape}, the source's is {array.shape}")
            move.target.model.set(move.target.layer, path, array)
        for path in move.frozen():
            move.target.model.freeze(move.target.layer, path)
