"""Where a model that learns keeps its weights: what changes as it learns, told apart by shape."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.homework.roles import means
from reference.homework.trees import Leaf, leaves
from reference.pair import Array

NO_WEIGHT = (
    r"d\w*|\w*grad\w*|delta\w*|v\w?|m\w?|x\w*|a\d?|z\d?|h\d?|y\w*|out\w*|\w*err\w*|\w*loss\w*|\w*cost\w*|\w*history\w*|"
    r"\w*input\w*|\w*pred\w*|lr|\w*rate|\w*iter\w*|\w*epoch\w*"
)


@dataclass(frozen=True)
class Weights:
    """Weights as a network of dense layers of these sizes has them: w1, b1, w2, ..."""

    sizes: tuple[int, ...]
    bias: bool
    params: Mapping[str, Array]


def found_weights(states: Sequence[Any], ends: tuple[int, int], samples: int) -> list[Weights] | None:
    """The weights in each of several states; None where what changes is not those of one or two dense layers."""
    trees = [{leaf.path: leaf for leaf in leaves(state)} for state in states]
    first, last = trees[0], trees[-1]
    moved = [
        leaf
        for path, leaf in last.items()
        if path in first
        and not means(leaf.name, NO_WEIGHT)
        and not np.array_equal(leaf.array, first[path].array)
        and np.size(leaf.array) == np.size(first[path].array)
        and samples not in np.shape(leaf.array)
    ]
    ids = _ids(moved, *ends)
    if ids is None:
        return None
    sizes, places = ids
    found = []
    for tree in trees:
        params = {}
        for name, (path, take) in places.items():
            params[name] = take(np.asarray(tree[path].array, np.float64))
        found.append(Weights(sizes, "b1" in params, params))
    return found


def _ids(moved: Sequence[Leaf], n_in: int, n_out: int) -> tuple[tuple[int, ...], dict[str, Any]] | None:
    """The sizes of the layers, and for each weight its path and how it is brought to its place."""
    shapes = [tuple(n for n in np.shape(leaf.array) if n != 1) for leaf in moved]
    sizes = [np.size(leaf.array) for leaf in moved]
    if len(moved) in (1, 2) and n_in * n_out in sizes:
        places = {"w1": (moved[sizes.index(n_in * n_out)].path, _matrix(n_in, n_out, shapes))}
        rest = [leaf for leaf in moved if leaf.path != places["w1"][0]]
        if rest and np.size(rest[0].array) != n_out:
            return None
        return (n_in, n_out), {**places, **({"b1": (rest[0].path, np.ravel)} if rest else {})}
    if len(moved) == 1 and sizes[0] == (n_in + 1) * n_out and n_out == 1:  # the bias is the first of them
        return (n_in, 1), {
            "w1": (moved[0].path, lambda a: a.ravel()[1:, None]),
            "b1": (moved[0].path, lambda a: a.ravel()[:1]),
        }
    if len(moved) not in (2, 4):
        return None
    return _two(moved, shapes, n_in, n_out)


def _two(
    moved: Sequence[Leaf], shapes: Sequence[tuple[int, ...]], n_in: int, n_out: int
) -> tuple[tuple[int, ...], dict[str, Any]] | None:
    """The same for two layers, of which the nodes between are what both matrices share."""
    inner = next((s for s in shapes if len(s) == 2 and n_in in s), None)
    if inner is None:
        return None
    hidden = inner[0] if inner[1] == n_in else inner[1]
    second = tuple(n for n in (hidden, n_out) if n != 1)
    wanted = {"w1": (n_in, hidden), "w2": second}
    if len(moved) == 4:
        wanted |= {"b1": (hidden,), "b2": (n_out,) if n_out != 1 else ()}
    places: dict[str, Any] = {}
    taken: set[str] = set()
    for name, shape in wanted.items():
        left = [leaf for leaf in moved if leaf.path not in taken and _like(leaf, shape)]
        fitting = [leaf for leaf in left if name[1] in leaf.path or not set("12") & set(leaf.path)] or left
        if not fitting:
            return None
        leaf = max(fitting, key=lambda each: np.ndim(each.array) if name[0] == "w" else 0)
        taken.add(leaf.path)
        rows, columns = (n_in, hidden) if name == "w1" else (hidden, n_out)
        places[name] = (leaf.path, _matrix(rows, columns, [np.shape(leaf.array)]) if name[0] == "w" else np.ravel)
    return (n_in, hidden, n_out), places


def _like(leaf: Leaf, shape: tuple[int, ...]) -> bool:
    """Whether an array has this shape, turned or with axes of 1 more."""
    return sorted(n for n in np.shape(leaf.array) if n != 1) == sorted(shape)


def _matrix(rows: int, columns: int, shapes: Sequence[tuple[int, ...]]) -> Any:
    """A matrix as (in, out), which may lie as (out, in)."""

    def laid(a: Array) -> Array:
        return a.reshape(rows, columns) if a.shape != (columns, rows) or rows == columns else np.ascontiguousarray(a.T)

    return laid
