"""An object's attributes as a tree of values."""

from typing import Any

from numpy import generic, ndarray

from .values import Opaque

PLAIN = (type(None), bool, int, float, complex, str, ndarray, generic)
MAX_ITEMS = 2000


class Snapshots:
    """Makes trees. An object met again is {"__class__": ..., "__same_as__": path of the first meeting}."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.seen: dict[int, str] = {}
        self.items = 0

    def tree(self, value: Any, path: str, depth: int = 0) -> Any:
        """The value; objects as dicts with "__class__", copied, so that later changes do not show."""
        self.items += 1
        if isinstance(value, PLAIN):
            return value.copy() if isinstance(value, ndarray) and not value.dtype.hasobject else value
        if (
            depth > self.depth
            or self.items > MAX_ITEMS
            or isinstance(value, type)
            or (callable(value) and not _own(value))
        ):
            return Opaque(type(value).__name__)
        if id(value) in self.seen:
            return {"__class__": type(value).__name__, "__same_as__": self.seen[id(value)]}
        self.seen[id(value)] = path
        if isinstance(value, dict):
            return {key: self.tree(item, f"{path}[{key!r}]", depth + 1) for key, item in list(dict.items(value))}
        if isinstance(value, list | tuple):
            items = [self.tree(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(value)]
            return items if isinstance(value, list) else tuple(items)
        found = {name: self.tree(item, f"{path}.{name}", depth + 1) for name, item in attributes(value).items()}
        return {"__class__": type(value).__name__, **found}


def _own(value: Any) -> bool:
    """Whether it is an object with attributes, and not a function, a method or a module."""
    return hasattr(value, "__dict__") and type(value).__module__ != "builtins"


def attributes(value: Any) -> dict[str, Any]:
    """What an object holds: its `__dict__` and its `__slots__`; properties are not run."""
    try:
        found = dict(object.__getattribute__(value, "__dict__"))
    except Exception:
        found = {}
    for kind in type(value).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for slot in (slots,) if isinstance(slots, str) else slots:
            try:
                found.setdefault(slot, object.__getattribute__(value, slot))
            except AttributeError:
                continue
    return {str(name): item for name, item in found.items() if name not in ("__dict__", "__weakref__")}
