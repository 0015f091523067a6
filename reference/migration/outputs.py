"""What models give: every array in it by its place, and which of two models' arrays belong together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import einops
import numpy as np

from reference.errors import RequestError
from reference.migration.models import Run
from reference.pair import Array

# how an array of PyTorch may lie beside that of another framework: channels first; a state with an axis of layers
CHANNELS_FIRST, OF_ONE_LAYER = "b ... c -> b c ...", "b n -> 1 b n"


@dataclass(frozen=True)
class Output:
    """An array that both models give: its name, its place in each, and how it lies there if not as in Keras."""

    name: str
    places: tuple[str, str]
    lies: tuple[str, str] = ("", "")

    def of(self, runs: Sequence[Run]) -> tuple[Array, Array]:
        """The arrays of both runs, as in Keras."""
        first, second = (
            _back(run.outputs[place], lies) for run, place, lies in zip(runs, self.places, self.lies, strict=True)
        )
        return first, second

    def there(self, side: int, array: Array) -> Array:
        """An array as in Keras, as it lies in the model of this side."""
        return np.asarray(einops.rearrange(array, self.lies[side])) if self.lies[side] else array


def leaves(made: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Every array in nested tuples, lists and dicts, by its place: "" alone, else "0" or "1.state"."""
    if isinstance(made, Mapping):
        parts = [(str(key), value) for key, value in made.items()]
    elif isinstance(made, tuple | list):
        parts = [(str(i), value) for i, value in enumerate(made)]
    else:
        if hasattr(made, "dtype") and hasattr(made, "shape"):
            yield place, made
        return
    for key, value in parts:
        yield from leaves(value, f"{place}.{key}" if place else key)


def in_common(frameworks: Sequence[str], runs: Sequence[Run]) -> list[Output]:
    """The arrays that correspond: by name where both have the same names, else by place; the first ones only
    where one model gives more than the other."""
    mine, theirs = (list(run.outputs) for run in runs)
    if not mine or not theirs:
        raise RequestError(
            f"the {frameworks[bool(mine)]} model gives no array, expected arrays in tuples, lists or dicts"
        )
    if set(mine) == set(theirs):
        both = [(place, place) for place in mine]
    elif len(mine) == len(theirs):
        both = list(zip(mine, theirs, strict=True))
    else:
        both = [(mine[0], theirs[0])]
    found = []
    for i, places in enumerate(both):
        one, other = (run.outputs[place] for run, place in zip(runs, places, strict=True))
        lies = ("", "")
        if frameworks[0] != "torch" and frameworks[1] == "torch":
            lies = ("", _lies(one, other))
        elif frameworks[0] == "torch" and frameworks[1] != "torch":
            lies = (_lies(other, one), "")
        found.append(Output("y" if i == 0 else f"y {i + 1}", places, lies))
    return found


def _lies(as_keras: Array, as_torch: Array) -> str:
    """How an array of PyTorch lies: of the ways that fit its shape, the one in which its values are nearest."""
    ways = [way for way in ("", CHANNELS_FIRST, OF_ONE_LAYER) if _turned_shape(as_keras.shape, way) == as_torch.shape]
    return min(ways, key=lambda way: float(np.abs(_back(as_torch, way) - as_keras).max(initial=0)), default="")


def _turned_shape(shape: tuple[int, ...], way: str) -> tuple[int, ...] | None:
    if way == CHANNELS_FIRST:
        return (shape[0], shape[-1], *shape[1:-1]) if len(shape) > 2 else None
    if way == OF_ONE_LAYER:
        return (1, *shape) if len(shape) == 2 else None
    return shape


def _back(array: Array, lies: str) -> Array:
    if not lies:
        return array
    here, there = lies.split("->")
    return np.asarray(einops.rearrange(array, f"{there} -> {here}"))


def unmatched(runs: Sequence[Run]) -> list[str]:
    """A note where one model gives more arrays than the other."""
    counts = [len(run.outputs) for run in runs]
    if counts[0] == counts[1]:
        return []
    return [f"one model gives {counts[0]} outputs, the other {counts[1]}: only the first of each were compared"]
