"""Buffers that no pair knows, from one PyTorch module to another: counts of batches, tables of positions."""

from collections.abc import Sequence
from typing import Any

from reference.migration.models import Model
from reference.migration.moves import Move


def carry(a: Model, b: Model, moves: Sequence[Move]) -> list[str]:
    """Copy what both modules keep in their state; notes on buffers that only one of them has."""
    if a.framework != "torch" or b.framework != "torch":
        return []
    import torch

    mine, theirs = _kept(a.model), _kept(b.model)
    places = {move.source.name: move.target.name for move in moves}
    notes = []
    for name, buffer in mine.items():
        layer, _, own = name.rpartition(".")
        there = theirs.pop(".".join(filter(None, (places.get(layer, layer), own))), None)
        if there is None or there.shape != buffer.shape:
            notes.append(f"buffer '{name}' of the source has no counterpart in the target, and is left behind")
            continue
        with torch.no_grad():
            there.copy_(buffer)
    return [*notes, *(f"buffer '{name}' of the target stays as it is: the source has none" for name in theirs)]


def _kept(module: Any) -> dict[str, Any]:
    """The buffers that a state_dict has, by name."""
    kept = module.state_dict().keys()
    return {name: buffer for name, buffer in module.named_buffers() if name in kept}
