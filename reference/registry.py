"""All pairs: whatever Pair stands in a module of reference/pairs/."""

import difflib
import functools
import importlib
import pkgutil

import reference.pairs
from reference.pair import Pair


class UnknownPair(Exception):
    """No pair has that name; the message gives the close ones."""


@functools.cache
def pairs() -> dict[str, Pair]:
    """Every pair by name, in the order of the files and of their place in the file."""
    found: dict[str, Pair] = {}
    for module in pkgutil.iter_modules(reference.pairs.__path__):
        for value in vars(importlib.import_module(f"reference.pairs.{module.name}")).values():
            if isinstance(value, Pair):
                if found.setdefault(value.name, value) is not value:
                    raise ValueError(f"two pairs are called {value.name!r}")
    return found


def find(name: str) -> Pair:
    """The pair called `name`. Raises UnknownPair."""
    if name not in pairs():
        close = difflib.get_close_matches(name, pairs(), n=3, cutoff=0.5)
        hint = f"Close: {', '.join(close)}." if close else ""
        raise UnknownPair(f"no pair is called '{name}'. {hint}  (crosscheck list)")
    return pairs()[name]
