"""Mutants: a class of `scratch` with one change in its code, or in the code that it uses.

The changes are generated from the syntax tree (see `changes`), so that a new layer has its mutants on the day it is
written. A mutant is compiled when it is asked for, one function at a time, and planted for as long as one of its
methods runs: between calls every class and module is as it was. One thread at a time may run a mutant.
"""

import ast
import contextlib
import functools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from types import FunctionType
from typing import Any

from reference.diagnosis.arithmetic import other_values
from reference.diagnosis.changes import Change, changes
from reference.diagnosis.functions import Function, compiled, reached
from reference.diagnosis.sites import FunctionNode, Path, lines_at, replaced, statement_at
from reference.diagnosis.values import Setting, values_of


@dataclass(frozen=True)
class Edit:
    """`new` in the place of the node at `path`."""

    function: Function
    path: Path
    new: ast.AST

    @property
    def lines(self) -> range:
        """Those of the changed node's statement, or of the node itself where its statement holds others."""
        return lines_at(self.function.node, self.path)

    @property
    def statement(self) -> str:
        """The source of the changed statement, after the change."""
        return statement_at(replaced(self.function.node, self.path, self.new), self.path)


@dataclass(frozen=True)
class Mutant:
    """One change, or several. `owner` is the class (or module, of a function) in which the changed `method` is defined.

    `before` and `after` are the source of the changed expression or statement, `line` is where it stands. `subject` is
    the class whose mutant it is.
    """

    id: str
    kind: str
    owner: str
    method: str
    line: int
    before: str
    after: str
    subject: Callable[..., Any] = field(repr=False, compare=False)
    changes: tuple[Edit | Setting, ...] = field(repr=False, compare=False)

    @functools.cached_property
    def settings(self) -> tuple[Setting, ...]:
        """What is set while the mutant runs. Raises SyntaxError where the change makes no program."""
        nodes: dict[Function, FunctionNode] = {}
        for edit in self.changes:
            if isinstance(edit, Edit):
                nodes[edit.function] = replaced(nodes.get(edit.function, edit.function.node), edit.path, edit.new)
        codes = [Setting(function.object, "__code__", compiled(function, node)) for function, node in nodes.items()]
        return (*codes, *(each for each in self.changes if isinstance(each, Setting)))

    @functools.cached_property
    def lines(self) -> frozenset[tuple[str, int]]:
        """Where the changed statements stand, or those that read a changed number, by file and line.

        Empty where it cannot be said, as of the default of an option.
        """
        edits = [each for each in self.changes if isinstance(each, Edit)]
        changed = frozenset((edit.function.file, line) for edit in edits for line in edit.lines)
        return changed.union(*(each.read for each in self.changes if isinstance(each, Setting)))

    @property
    def statement(self) -> str:
        """The source of the changed statements; "" where the change is outside of functions."""
        return "\n".join(each.statement for each in self.changes if isinstance(each, Edit))

    @functools.cached_property
    def functions(self) -> frozenset[Function]:
        """Those that are changed."""
        return frozenset(each.function for each in self.changes if isinstance(each, Edit))

    @functools.cached_property
    def layer(self) -> Callable[..., Any]:
        """What stands in the place of the class: a subclass of it, or a function that makes a mutant."""
        if isinstance(self.subject, type):
            return _watched(self.subject, self.planted, self.changes)

        def make(*args: Any, **kwargs: Any) -> Any:
            with self.planted():
                made = self.subject(*args, **kwargs)
            made.__class__ = _watched(type(made), self.planted, self.changes)
            return made

        return make

    @contextlib.contextmanager
    def planted(self) -> Iterator[None]:
        """The change is in force within."""
        before = [getattr(each.target, each.attribute) for each in self.settings]
        for each in self.settings:
            setattr(each.target, each.attribute, each.value)
        try:
            yield
        finally:
            for each, value in zip(self.settings, before, strict=True):
                setattr(each.target, each.attribute, value)

    def with_(self, other: "Mutant") -> "Mutant | None":
        """Both mistakes at once; None where one stands inside the other."""
        if any(_overlap(a, b) for a in self.changes for b in other.changes):
            return None
        return replace(
            self, id=f"{self.id} + {other.id}", kind=f"{self.kind} + {other.kind}", changes=self.changes + other.changes
        )


def _overlap(a: Edit | Setting, b: Edit | Setting) -> bool:
    if isinstance(a, Edit) and isinstance(b, Edit):
        shorter = min(len(a.path), len(b.path))
        return a.function == b.function and a.path[:shorter] == b.path[:shorter]
    if isinstance(a, Setting) and isinstance(b, Setting):
        return a.target is b.target and a.attribute == b.attribute
    return False


Planted = Callable[[], contextlib.AbstractContextManager[None]]


def _watched(cls: type, planted: Planted, changes: Sequence[Edit | Setting]) -> type:
    """A subclass of `cls` whose methods run while the changes are planted; a changed attribute of it shows always."""

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
    members |= {
        each.attribute: each.value for each in changes if isinstance(each, Setting) and each.target in cls.__mro__
    }
    return type(cls.__name__, (cls,), members)


@functools.cache
def mutants(cls: Callable[..., Any]) -> tuple[Mutant, ...]:
    """Every mutant of a class, or function that makes layers; those of its own code come first.

    They are those of its methods, inherited ones among them, of the functions and classes of `scratch` that these
    use, and of the numbers among its defaults and its constants. How weights are drawn is left out unless that is what
    the class is for: weights are given to it.
    """
    functions = tuple(reached(cls))
    return (*(mutant for function in functions for mutant in _of(cls, function)), *_of_values(cls, functions))


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
            changes=(Edit(function, change.path, change.new),),
        )


@functools.cache
def _changes(function: Function) -> tuple[Change, ...]:
    return tuple(changes(function.node))


def _of_values(cls: Callable[..., Any], functions: Sequence[Function]) -> Iterator[Mutant]:
    for value in values_of(cls, functions):
        for i, other in enumerate(other_values(value.value), start=1):
            yield Mutant(
                id=f"{value.owner}.{value.name}:{value.kind}:{i}",
                kind=value.kind,
                owner=value.owner,
                method=value.method,
                line=value.line,
                before=f"{value.name} = {value.value}",
                after=f"{value.name} = {other}",
                subject=cls,
                changes=(value.to(other),),
            )
