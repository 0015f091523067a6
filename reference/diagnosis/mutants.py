"""Mutants: a class of `scratch` with one change in its code, or in the code that it uses.

The changes are generated from the syntax tree (see `changes`), so that a new layer has its mutants on the day it is
written. A mutant is compiled when it is asked for, one function at a time, and planted for as long as one of its
methods runs: between calls every class and module is as it was. One thread at a time may run a mutant.
"""

import contextlib
import functools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import CodeType, FunctionType
from typing import Any

from reference.diagnosis.changes import Change, changes
from reference.diagnosis.functions import Function, compiled, reached
from reference.diagnosis.sites import Path, replaced


@dataclass(frozen=True)
class Mutant:
    """One change. `owner` is the class (or module, of a function) in which the changed `method` is defined.

    `before` and `after` are the source of the changed expression or statement, `line` is where it stands.
    """

    id: str
    kind: str
    owner: str
    method: str
    line: int
    before: str
    after: str
    subject: Callable[..., Any] = field(repr=False, compare=False)
    function: Function = field(repr=False, compare=False)
    edits: tuple[tuple[Path, Any], ...] = field(repr=False, compare=False)

    @functools.cached_property
    def code(self) -> CodeType:
        """The changed function. Raises SyntaxError or ValueError where the change makes no program."""
        node = self.function.node
        for path, new in self.edits:
            node = replaced(node, path, new)
        return compiled(self.function, node)

    @functools.cached_property
    def layer(self) -> Callable[..., Any]:
        """What stands in the place of the class: a subclass of it, or a function that makes a mutant."""
        if isinstance(self.subject, type):
            return _watched(self.subject, self.planted)

        def make(*args: Any, **kwargs: Any) -> Any:
            with self.planted():
                made = self.subject(*args, **kwargs)
            made.__class__ = _watched(type(made), self.planted)
            return made

        return make

    @contextlib.contextmanager
    def planted(self) -> Iterator[None]:
        """The change is in force within."""
        function = self.function.object
        before, function.__code__ = function.__code__, self.code
        try:
            yield
        finally:
            function.__code__ = before


Planted = Callable[[], contextlib.AbstractContextManager[None]]


def _watched(cls: type, planted: Planted) -> type:
    """A subclass of `cls` whose methods run while a change is planted."""

    def watch(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def run(*args: Any, **kwargs: Any) -> Any:
            with planted():
                return method(*args, **kwargs)

        return run

    members: dict[str, Any] = {"__module__": cls.__module__, "__qualname__": cls.__qualname__, "__doc__": cls.__doc__}
    for base in reversed(cls.__mro__[:-1]):
        for name, member in vars(base).items():
            if isinstance(member, FunctionType):
                members[name] = watch(member)
            elif isinstance(member, property):
                getter, setter = (accessor and watch(accessor) for accessor in (member.fget, member.fset))
                members[name] = property(getter, setter)
    return type(cls.__name__, (cls,), members)


@functools.cache
def mutants(cls: Callable[..., Any]) -> tuple[Mutant, ...]:
    """Every mutant of a class, or function that makes layers; those of its own code come first.

    They are those of its methods, inherited ones among them, and of the functions and classes of `scratch` that these
    use. How weights are drawn is left out unless that is what the class is for: weights are given to it.
    """
    return tuple(mutant for function in reached(cls) for mutant in _of(cls, function))


def _of(cls: Callable[..., Any], function: Function) -> Iterator[Mutant]:
    count: Counter[str] = Counter()
    for change in _changes(function):
        count[change.kind] += 1
        yield Mutant(
            id=f"{function.name}:{change.kind}:{count[change.kind]}",
            kind=change.kind,
            owner=function.owner,
            method=function.method,
            line=change.line,
            before=change.before,
            after=change.after,
            subject=cls,
            function=function,
            edits=((change.path, change.new),),
        )


@functools.cache
def _changes(function: Function) -> tuple[Change, ...]:
    return tuple(changes(function.node))
