"""Which layers correspond: the pair whose twins are of the classes of two layers says where every weight goes.

Nothing is written down here. The twins of every pair are built once and their classes looked at, so a pair that is
added to `reference/pairs/` can be ported.
"""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from reference.migration.models import BASES, HOMES, Model
from reference.pair import Pair, Slot
from scratch.network import Composite

# containers, and what a composed twin may be that is no layer of its own
NOT_LAYERS = ("Sequential", "Model", "Functional", "TensorFlowTrainer", "Trainer", "Composite")


# where a recurrent layer of either framework, or of the glue, has its cell
CELL = "cell"


@dataclass(frozen=True, eq=False)
class Side:
    """One side of a pair: the class of the layer, of the layer it wraps if any, and where each weight lies in it."""

    pair: Pair
    layer: type
    inner: type | None
    slots: Mapping[str, Slot]
    frozen: tuple[str, ...] = ()


def own_class(framework: str, layer: Any) -> type:
    """The class of the framework that a layer is of, the nearest one; its own class where it is only a base."""
    for cls in type(layer).__mro__:
        if cls.__name__ == BASES[framework]:
            break
        if cls.__module__.startswith(HOMES[framework]) and cls.__name__ not in NOT_LAYERS:
            return cls
    return type(layer)


@functools.cache
def sides(framework: str) -> tuple[Side, ...]:
    """This side of every pair of a layer that has weights."""
    from reference.registry import pairs

    found = (_sides(framework, p) for p in pairs().values() if p.kind in ("layer", "activation"))
    return tuple(side for both in found for side in both)


def _sides(framework: str, pair: Pair) -> list[Side]:
    """The side of a pair and, where a recurrent layer has all its weights in a cell, that of the cell alone."""
    side, layer = _side(framework, pair)
    if side is None:
        return []
    cell = getattr(layer, CELL, None)
    within = CELL + "."
    if cell is None or not all(slot.name.startswith(within) for slot in side.slots.values()):
        return [side]
    slots = {key: replace(slot, name=slot.name.removeprefix(within)) for key, slot in side.slots.items()}
    frozen = tuple(name.removeprefix(within) for name in side.frozen)
    return [side, Side(pair, own_class(framework, cell), None, slots, frozen)]


def _side(framework: str, pair: Pair) -> tuple[Side | None, Any]:
    """The side of a pair and the layer that it was read from; None where it has none."""
    slots = {**pair.torch.slots, **pair.keras.slots}
    if not slots or "inexact" in (pair.torch.likeness, pair.keras.likeness):
        return None, None
    case = pair.cases[0]
    layer = pair.layer(**case.options)
    inner = layer.parts.get("forward") if isinstance(layer, Composite) else None
    if isinstance(layer, Composite) and inner is None:
        return None, None  # its parts are layers with pairs of their own
    if framework == "scratch":
        return Side(pair, type(layer), type(inner) if inner else None, {key: Slot(key) for key in slots}), layer
    from reference.frameworks import framework as adapter

    twin = pair.twin(framework)
    if twin.build is None or not twin.slots:
        return None, None
    layer, start = adapter(framework).build(twin, pair.options(case), "float64"), ""
    if not any(cls.__name__ == BASES[framework] for cls in type(layer).__mro__):
        # an object that calls a layer: the layer itself is at the start of all paths
        start = next(iter(twin.slots.values())).name.split(".")[0] + "."
        layer = getattr(layer, start[:-1], None)
        if layer is None:
            return None, None
    if type(layer).__name__ in NOT_LAYERS:
        return None, None
    slots = {key: replace(slot, name=slot.name.removeprefix(start)) for key, slot in twin.slots.items()}
    inner = getattr(layer, "forward_layer", None) if framework == "keras" else None
    return Side(pair, own_class(framework, layer), type(inner) if inner else None, slots, twin.frozen), layer


def is_known(framework: str, model: Model, layer: Any) -> bool:
    """Whether some pair has a layer of this class, so that nobody need look inside."""
    return any(is_a(side, model, layer) for side in sides(framework))


def layout_of(model: Model, layer: Any) -> Mapping[str, str]:
    """How the inputs and outputs of a PyTorch layer lie, as a pair's twin says it."""
    found = (side.pair.torch.layout for side in sides(model.framework) if is_a(side, model, layer))
    return next(found, {})


def is_a(side: Side, model: Model, layer: Any) -> bool:
    """Whether a layer is of the class of this side."""
    inner = model.inner(layer)
    own = isinstance(layer, side.layer) or _parametrized_alike(side, model, layer)
    return own and (side.inner is None or isinstance(inner, side.inner))


def _parametrized_alike(side: Side, model: Model, layer: Any) -> bool:
    """Whether weights of a PyTorch layer are computed from others as the side's are: each has a class of its own."""
    alike = type(layer).__name__ == side.layer.__name__ and hasattr(layer, "parametrizations")
    required = (slot.name for slot in side.slots.values() if slot.name.startswith("parametrizations."))
    return alike and all(model.get(layer, name) is not None for name in required)


def counterparts(source: Model, a: Any, target: Model, b: Any) -> list[tuple[Side, Side]]:
    """Both sides of every pair whose twins are of the classes of the layers a and b; the closest classes first."""
    other = {side.pair.name: side for side in sides(target.framework) if is_a(side, target, b)}
    found = [
        (side, other[side.pair.name])
        for side in sides(source.framework)
        if side.pair.name in other and is_a(side, source, a)
    ]
    return sorted(found, key=lambda both: _distance(both[0], a) + _distance(both[1], b))


def _distance(side: Side, layer: Any) -> int:
    classes = type(layer).__mro__
    return classes.index(side.layer) if side.layer in classes else 0


def at_level(side: Side, level: int) -> Side:
    """The same side for the layer `level` of PyTorch's recurrent layers that are several: weight_ih_l1."""
    if not level:
        return side
    slots = {key: replace(slot, name=_raised(slot.name, level)) for key, slot in side.slots.items()}
    return replace(side, slots=slots, frozen=tuple(_raised(name, level) for name in side.frozen))


def _raised(name: str, level: int) -> str:
    return re.sub(r"_l0(?=$|_)", f"_l{level}", name)
