"""The names that users know a pair by: the classes and functions of the frameworks that its twins are made of."""

import difflib
import functools
import importlib
import inspect
import sys
from collections.abc import Iterator
from types import CodeType
from typing import Any

from reference.frameworks import framework, installed
from reference.migration.constructors import PLACES, complete
from reference.migration.recording import recording
from reference.pair import Pair
from reference.registry import pairs

# how users begin the names of each framework
STARTS = {"torch": ("torch", "nn", "F"), "keras": ("keras", "tf", "layers")}


def plain(name: str) -> str:
    """A name as it is looked for: "torch.nn.MSELoss", "F.mse_loss" and "MSELoss" are the same."""
    return name.rpartition(".")[2].replace("_", "").lower()


def same_name(name: str) -> str | None:
    """The pair that is called so but for case, underscores and a module before it; needs no framework."""
    return next((pair for pair in pairs() if plain(pair) == plain(name)), None)


def close_names(name: str) -> list[str]:
    """Classes and functions of the frameworks that are called nearly so. None where no framework is imported yet."""
    imported = [each for each in installed() if each in sys.modules]
    names = sorted(set().union(*map(_public, imported)), key=str.swapcase)  # Linear takes the place of linear
    known = {plain(each): each for each in names}
    return [known[each] for each in difflib.get_close_matches(plain(name), known, n=2, cutoff=0.7)]


def pairs_with(name: str) -> list[str]:
    """The pairs whose twins are of a class called so; else those whose twins use a class or function called so."""
    start = name.split(".")[0]
    asked = next((each for each, starts in STARTS.items() if "." in name and start in starts), None)
    within = (asked,) if asked in installed() else installed()
    if not any(plain(name) in map(plain, _public(each)) for each in within):
        return []  # to make all twins takes seconds
    whole, parts = [], []
    for pair in pairs().values():
        for each in within:
            own, used = _names(pair, each) if pair.twin(each).build is not None else ("", frozenset())
            whole += [pair.name] * (plain(name) == own)
            parts += [pair.name] * (plain(name) in used)
    # how one framework draws the weights of another's layer names that layer too, and is asked for by its own name
    found = whole or [each for each in parts if pairs()[each].kind != "initializer"] or parts
    return list(dict.fromkeys(found))


@functools.cache
def _names(pair: Pair, name: str) -> tuple[str, frozenset[str]]:
    """What the twin in a framework is called, and what is used to make it."""
    with recording() as calls:
        made = complete(pair, pair.options(pair.cases[0]), name, "float64", framework(name))
    used = {_class(made_there, name) for made_there, _, _ in calls.made.values()}
    used |= {plain(each) for each in _words(pair.twin(name).build) & _public(name)}
    return _class(made, name), frozenset(used)


def _class(made: Any, name: str) -> str:
    """The class of the framework that an object is of, the nearest one."""
    classes = (cls.__name__ for cls in type(made).__mro__ if cls.__module__.startswith(name))
    return plain(next(classes, ""))


@functools.cache
def _public(name: str) -> frozenset[str]:
    """The names that a framework gives to users."""
    framework(name)  # which imports it without its remarks
    module = importlib.import_module(name)
    places = (functools.reduce(getattr, filter(None, place.split(".")), module) for place in PLACES[name])
    return frozenset(each for place in places for each in dir(place) if not each.startswith("_"))


@functools.cache
def _words(build: Any) -> frozenset[str]:
    """The names in the code of a function, and of the project's functions and classes that it uses."""
    found: set[str] = set()
    waiting, seen = [build], set()
    while waiting:
        used = waiting.pop()
        if id(used) in seen:
            continue
        seen.add(id(used))
        if inspect.isclass(used):
            found |= {base.__name__ for base in used.__mro__}
            waiting += [each for each in vars(used).values() if inspect.isfunction(each)]
        if inspect.isfunction(used):
            words = set(_in_code(used.__code__))
            found |= words
            imported = [importlib.import_module(word) for word in words if word.startswith("reference.")]
            spaces = [used.__globals__, *map(vars, imported)]
            called = (space.get(word) for space in spaces for word in words)
            waiting += [each for each in called if str(getattr(each, "__module__", "")).startswith("reference.")]
            waiting += [cell.cell_contents for cell in used.__closure__ or ()]
    return frozenset(found)


def _in_code(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _in_code(each)
