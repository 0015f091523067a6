"""Paths into objects: "layer.params['W']", "y[0]", "cache[1].x"."""

import re
from typing import Any

from numpy import can_cast, ndarray

PART = re.compile(r"""\.?([^\W\d]\w*)|\[(-?\d+)\]|\[(?:'([^']*)'|"([^"]*)")\]""")


class Space:
    """Where names are looked up: what steps have bound, then the submission's own names."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.names = names
        self.bound: dict[str, Any] = {}

    def get(self, path: str) -> Any:
        """The object at a path. LookupError, AttributeError, TypeError where there is none."""
        first, *rest = parts(path)
        return follow(self.root(str(first[1])), rest)

    def root(self, name: str) -> Any:
        if name in self.bound:
            return self.bound[name]
        if name in self.names:
            return self.names[name]
        raise LookupError(f"there is no {name}")

    def set(self, path: str, value: Any, inplace: bool) -> None:
        """Puts `value` at a path; in place where an array of the same shape is there and its dtype can hold it."""
        *lead, last = parts(path)
        if not lead:
            self.bound[str(last[1])] = value
            return
        owner = follow(self.root(str(lead[0][1])), lead[1:])
        if inplace and _write(owner, last, value):
            return
        if last[0] == "attribute":
            setattr(owner, str(last[1]), value)
        else:
            owner[last[1]] = value


def parts(path: str) -> list[tuple[str, str | int]]:
    """The path in pieces, each an attribute or an item."""
    found: list[tuple[str, str | int]] = []
    at = 0
    while at < len(path):
        match = PART.match(path, at)
        if match is None:
            raise LookupError(f"{path!r} is not a path")
        name, index, single, double = match.groups()
        if name is not None:
            found.append(("attribute", name))
        else:
            found.append(("item", int(index) if index is not None else single if single is not None else double))
        at = match.end()
    if not found or found[0][0] != "attribute":
        raise LookupError(f"{path!r} is not a path")
    return found


def follow(value: Any, steps: list[tuple[str, str | int]]) -> Any:
    for kind, key in steps:
        value = getattr(value, str(key)) if kind == "attribute" else value[key]
    return value


def _write(owner: Any, last: tuple[str, str | int], value: Any) -> bool:
    """Whether the value could be written into the array that is there."""
    try:
        there = follow(owner, [last])
    except (LookupError, AttributeError, TypeError):
        return False
    if not isinstance(there, ndarray) or not isinstance(value, ndarray) or there.shape != value.shape:
        return False
    if not there.flags.writeable or not can_cast(value.dtype, there.dtype, "same_kind"):
        return False
    there[...] = value
    return True
