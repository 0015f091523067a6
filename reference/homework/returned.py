"""What a forward pass hands back: its results, apart from what it keeps for the backward pass."""

from collections.abc import Sequence
from typing import Any

from reference.homework.family import CACHE
from reference.homework.roles import means
from reference.homework.trees import OBJECT

KEPT = r"outputs?|out|y(pred|hat)?|a(ctivations?)?"


def results(value: Any, names: Sequence[str]) -> list[Any]:
    """The items of what was returned, without those that are called a cache. An array has none.

    `names` are those in the tuple that is returned; a first item is a result whatever it is called. What an object
    keeps by the name of an output is its result, where it returns nothing.
    """
    if isinstance(value, dict) and OBJECT in value and (kept := [v for k, v in value.items() if means(k, KEPT)]):
        return kept
    if isinstance(value, dict):
        return [item for key, item in value.items() if key != OBJECT and not means(str(key), CACHE)]
    if not isinstance(value, tuple | list):
        return []
    known = names if len(names) == len(value) else [""] * len(value)
    return [item for at, (item, name) in enumerate(zip(value, known, strict=True)) if not (at and means(name, CACHE))]
