"""Finding arrays in what a submission keeps and returns."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.homework.roles import plain
from reference.pair import Array

OBJECT = "__class__"
# kept by layers beside weights: inputs, columns, moments
MOST_LEAVES = 5000
NOT_A_WEIGHT = r"(d|grad|delta|l)?(x|input\w*|inputs|col\w*|out\w*|y|t|mask|cache\w*|loss)"


@dataclass(frozen=True)
class Leaf:
    """An array and where it is: the path after the object, `.W` or `.params['W']`, and the last name on it."""

    path: str
    array: Any

    @property
    def name(self) -> str:
        """The last name on the path, "" for a place in a list."""
        names = re.findall(r"\.(\w+)|\['([^']*)'\]", self.path)
        return "".join(names[-1]) if names else ""

    @property
    def owner(self) -> str:
        """The path without its last step."""
        return re.sub(r"(\.\w+|\[[^\]]*\])$", "", self.path)


def leaves(tree: Any) -> Iterator[Leaf]:
    """Every array below, and every list of arrays of one shape as one leaf more; of very many the first."""
    yield from itertools.islice(_leaves(tree, ""), MOST_LEAVES)


def _leaves(tree: Any, path: str) -> Iterator[Leaf]:
    if isinstance(tree, np.ndarray | float | int) and not isinstance(tree, bool):
        yield Leaf(path, tree)
    elif isinstance(tree, dict):
        owned = OBJECT in tree
        for key, value in tree.items():
            if not (isinstance(key, str) and key.startswith("__")):
                step = f".{key}" if owned else f"[{key!r}]"
                yield from _leaves(value, path + step)
        stacked = _stacked([v for k, v in sorted(tree.items(), key=lambda kv: str(kv[0])) if isinstance(k, int)])
        if stacked is not None:
            yield Leaf(path, stacked)
    elif isinstance(tree, list | tuple):
        stacked = _stacked(tree)
        if stacked is not None:
            yield Leaf(path, stacked)
        for index, value in enumerate(tree):
            yield from _leaves(value, f"{path}[{index}]")


def _stacked(items: Any) -> Array | None:
    if items and all(isinstance(item, np.ndarray) for item in items) and len({a.shape for a in items}) == 1:
        return np.stack(items)
    return None


def gradient_likeness(leaf: Leaf, weight: Leaf) -> int:
    """How much the name of an array says that it is the gradient of the weight: 3 surely, 0 not at all."""
    w, g = plain(weight.name), plain(leaf.name)
    if leaf.path == weight.path:
        return 0
    if w and re.fullmatch(
        rf"(d|g|grad|gradient|l|dl|dldl|dl_d|delta|nabla|dloss|dld|dj|dcost|djd|dhy)(of)?{re.escape(w)}s?", g
    ):
        return 3
    if w and re.fullmatch(rf"{re.escape(w)}(d|g|grads?|gradients?|delta|prime|update)", g):
        return 3
    same_list = re.search(r"\[(\d+)\]$", leaf.path), re.search(r"\[(\d+)\]$", weight.path)
    if all(same_list) and same_list[0][1] == same_list[1][1] and re.search(r"grad|\.d", leaf.owner.lower()):  # type: ignore[index]
        return 3
    if w and g == w and re.search(r"grad|\.d\w*$", leaf.owner.lower()):
        return 3
    if (
        leaf.owner == weight.owner
        and re.fullmatch(r"grad\w*|g|d", g)
        and (plain(weight.name) in ("val", "value", "data", "w", "x") or (plain(weight.name) == "v" and leaf.owner))
    ):
        return 3
    if re.match(r"(d|grad|delta|nabla|g|l)", g):
        return 2
    return 0 if re.fullmatch(NOT_A_WEIGHT, g) else 1
