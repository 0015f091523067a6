"""Attention that a PyTorch model writes out with linear layers, as one layer of Keras: which of them are which part."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import replace

from reference.errors import RequestError
from reference.migration.counterparts import Side, is_a, sides
from reference.migration.matching import match_sides
from reference.migration.moves import Unit
from reference.pair import Slot

# the parts that one linear layer each gives, in the order of the calls: queries, keys and values together or not
TOGETHER = ((("q", "k", "v"), ("o",)), (("q",), ("k", "v"), ("o",)), (("q",), ("k",), ("v",), ("o",)))


def written_out(one: Unit, others: list[Unit]) -> tuple[Unit, tuple[Side, Side]] | None:
    """PyTorch's next linear layers that have the weights of a layer of attention; None where they have not."""
    for side in sides(one.model.framework):
        if not _of_heads(side) or not is_a(side, one.model, one.layer):
            continue
        for layers in TOGETHER:
            taken = others[: len(layers)]
            if len(taken) < len(layers) or any(type(unit.layer).__name__ != "Linear" for unit in taken):
                continue
            parts = tuple(unit.name for unit in taken)
            several = Unit(taken[0].model, parts[0], [unit.layer for unit in taken], parts=parts)
            sides_here = side, Side(side.pair, list, None, dict(_slots(side.pair.torch.slots, layers)))
            with contextlib.suppress(RequestError):
                match_sides(one, several, sides_here)
                return several, sides_here
    return None


def _of_heads(side: Side) -> bool:
    """Whether each part has a weight of its own in the pair's twin in PyTorch, beside a bias."""
    return set(side.pair.torch.slots) == {f"{kind}_{part}" for kind in "wb" for part in "qkvo"} and not any(
        slot.part[1] > 1 for slot in side.pair.torch.slots.values()
    )


def _slots(slots: Mapping[str, Slot], layers: tuple[tuple[str, ...], ...]) -> Iterator[tuple[str, Slot]]:
    for number, parts in enumerate(layers):
        for place, part in enumerate(parts):
            for kind, name in (("w", "weight"), ("b", "bias")):
                key = f"{kind}_{part}"
                yield key, replace(slots[key], name=f"{number}.{name}", part=(place, len(parts)))
