"""A bias, a scale or a shift that only one of two layers has, as a repair: the other's is made to do nothing."""

import numpy as np

from reference.migration.moves import NEUTRAL
from reference.migration.pairing import Cause, Finder, Pairing, Undo
from reference.pair import Array

# what a weight is called in words, and how a layer is told to have it in each framework
ABSENT = {
    "b": ("bias", {"torch": "bias=True", "keras": "use_bias=True"}),
    "gamma": ("scale", {"torch": "affine=True or elementwise_affine=True", "keras": "scale=True"}),
    "beta": ("shift", {"torch": "affine=True or elementwise_affine=True", "keras": "center=True"}),
}


def neutral_anyway(key: str, array: Array | None) -> float | None:
    """What a weight stands for that one of two layers has not, whatever the other's is."""
    last = key.rpartition(".")[2]
    return NEUTRAL.get(last, 0.0) if last in ABSENT else None


def absent(pairing: Pairing, unit: int) -> tuple[Cause, Undo] | None:
    """Weights that only one of two layers has, and that do something there."""
    move = pairing.moves[unit]
    texts, kept = [], []
    for key, value in move.neutral.items():
        what, written = ABSENT[key.rpartition(".")[2]]
        for of, side in zip((move.source, move.target), move.sides, strict=True):
            paths = [side.slots[key].name, *(side.frozen if what == "bias" else ())]
            found = {path: of.model.get(of.layer, path) for path in paths}
            telling = {path: array for path, array in found.items() if array is not None and (array != value).any()}
            if telling:
                kept += [(of, path, array, np.full_like(array, value)) for path, array in telling.items()]
                if of is move.target:
                    text = f"it has a {what}, A's has none: {written[of.model.framework].replace('True', 'False')}"
                else:
                    text = f"it has no {what}, A's has one: {written[move.target.model.framework]}"
                texts.append((f"{what} missing" if of is move.source else f"superfluous {what}", text))
    if not texts:
        return None
    for of, path, _, array in kept:
        of.model.set(of.layer, path, array)

    def undo() -> None:
        for of, path, array, _ in kept:
            of.model.set(of.layer, path, array)

    return Cause(texts[0][0], f"{move.target}: {'; '.join(text for _, text in texts)}", move.target.name), undo


FINDERS: tuple[Finder, ...] = (absent,)
