"""All pairs: whatever Pair stands in a module of reference/pairs/."""

import difflib
import functools
import importlib
import pkgutil

import reference.pairs
from reference.errors import RequestError
from reference.pair import Pair


class UnknownPair(RequestError):
    """No pair has that name; the message gives the close ones."""


@functools.cache
def _families() -> dict[str, dict[str, Pair]]:
    found: dict[str, dict[str, Pair]] = {}
    seen: dict[str, Pair] = {}
    for module in pkgutil.iter_modules(reference.pairs.__path__):
        for value in vars(importlib.import_module(f"reference.pairs.{module.name}")).values():
            if isinstance(value, Pair):
                if value.name not in seen:
                    found.setdefault(module.name, {})[value.name] = value
                if seen.setdefault(value.name, value) is not value:
                    raise ValueError(f"two pairs are called {value.name!r}")
    return found


@functools.cache
def pairs() -> dict[str, Pair]:
    """Every pair by name, in the order of the files and of their place in the file."""
    return {name: pair for family in _families().values() for name, pair in family.items()}


def family(name: str) -> str:
    """The file in reference/pairs/ that the pair called `name` stands in, without its ending."""
    return next(stem for stem, members in _families().items() if name in members)


def find(name: str) -> Pair:
    """The pair called `name`. Raises UnknownPair."""
    if name not in pairs():
        close = difflib.get_close_matches(name, pairs(), n=3, cutoff=0.5)
        hint = f" Close: {', '.join(close)}." if close else ""
        raise UnknownPair(f"no pair is called '{name}'.{hint}  (crosscheck list)")
    return pairs()[name]
