"""The numbers that stand outside the functions: defaults of options, constants of a class or a module."""

import functools
import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from reference.diagnosis.functions import Function, is_ours, names
from reference.diagnosis.sites import lines_at, sites


@dataclass(frozen=True)
class Setting:
    """Another value of an attribute: of a class, a module, or the defaults of a function.

    `read` are the lines that read it, by file and number, where that is known.
    """

    target: Any
    attribute: str
    value: Any
    read: frozenset[tuple[str, int]] = frozenset()


@dataclass(frozen=True)
class Value:
    """A number by its name, and how it is set to another."""

    owner: str
    method: str
    name: str
    kind: str
    value: int | float
    line: int
    to: Callable[[int | float], Setting]


def values_of(cls: Callable[..., Any], functions: Sequence[Function]) -> Iterator[Value]:
    """The numbers of a class of `scratch`, and those of the modules that its functions read."""
    if isinstance(cls, type):
        yield from _defaults(cls)
        for base in filter(is_ours, cls.__mro__):
            yield from _of_class(base, functions)
    yield from _of_modules(functions)


def _defaults(cls: type) -> Iterator[Value]:
    """Of the options; a dataclass has an `__init__` of its own, with the defaults of its bases."""
    init: Any = vars(cls).get("__init__") or cls.__init__  # type: ignore[misc]
    if not isinstance(init, FunctionType):
        return
    owner = init.__qualname__.rpartition(".")[0]
    line = inspect.getsourcelines(init if init.__code__.co_filename.endswith(".py") else cls)[1]
    given, by_name = init.__defaults__ or (), init.__kwdefaults__ or {}
    positional = init.__code__.co_varnames[: init.__code__.co_argcount][-len(given) :] if given else ()

    def at(i: int) -> Callable[[int | float], Setting]:
        return lambda other: Setting(init, "__defaults__", (*given[:i], other, *given[i + 1 :]))

    def called(name: str) -> Callable[[int | float], Setting]:
        return lambda other: Setting(init, "__kwdefaults__", {**by_name, name: other})

    places = {name: at(i) for i, name in enumerate(positional)} | {name: called(name) for name in by_name}
    for name, value in {**dict(zip(positional, given, strict=True)), **by_name}.items():
        if isinstance(value, int | float):
            yield Value(_declared_in(cls, name) or owner, "__init__", name, "default", value, line, places[name])


def _declared_in(cls: type, name: str) -> str:
    """The class that declares a field of a dataclass, or gives it this default; "" where it is no field."""
    if name not in getattr(cls, "__dataclass_fields__", {}):
        return ""
    return next(base.__name__ for base in cls.__mro__ if name in inspect.get_annotations(base))


def _of_class(cls: type, functions: Sequence[Function]) -> Iterator[Value]:
    fields = getattr(cls, "__dataclass_fields__", {})
    for name, value in vars(cls).items():
        if isinstance(value, int | float) and not name.startswith("_") and name not in fields:
            line = inspect.getsourcelines(cls)[1]
            to = functools.partial(Setting, cls, name, read=_reading(name, functions))
            yield Value(cls.__name__, "", name, "constant", value, line, to)


def _of_modules(functions: Sequence[Function]) -> Iterator[Value]:
    read = {
        (function.object.__module__, name): None for function in functions for name in names(function.object.__code__)
    }
    for module, name in read:
        value = vars(sys.modules[module]).get(name)
        if isinstance(value, int | float):
            to = functools.partial(Setting, sys.modules[module], name, read=_reading(name, functions))
            yield Value(module.rpartition(".")[2], "", name, "constant", value, 1, to)


def _reading(name: str, functions: Sequence[Function]) -> frozenset[tuple[str, int]]:
    """The lines of these functions that read `name`, or an attribute of that name."""
    return frozenset(
        (function.file, line)
        for function in functions
        if name in names(function.object.__code__)
        for site in sites(function.node)
        if getattr(site.node, "id", getattr(site.node, "attr", "")) == name
        for line in lines_at(function.node, site.path)
    )
