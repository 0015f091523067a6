"""What a forward pass hands back: its results, apart from what it keeps for the backward pass."""

from collections.abc import Sequence
from typing import Any

from reference.homework.family import CACHE
from reference.homework.roles import means
from reference.homework.trees import OBJECT


def results(value: Any, names: Sequence[str]) -> list[Any]:
    """The items of what was returned, without those that are called a cache. An array has none.

    `names` are those in the tuple that is returned; a first item is a result whatever it is called.
    """
    if isinstance(value, dict):
        return [item for key, item in value.items() if key != OBJECT and not means(str(key), CACHE)]
    if not isinstance(value, tuple | list):
        return []
    known = names if len(names) == len(value) else [""] * len(value)
    return [item for at, (item, name) in enumerate(zip(value, known, strict=True)) if not (at and means(name, CACHE))]
