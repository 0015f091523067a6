"""The functions of `scratch` that a class uses, with their syntax trees, and how a changed one is compiled."""

import ast
import contextlib
import copy
import functools
import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

from reference.diagnosis.sites import FunctionNode
from scratch.activations import find_activation
from scratch.hyperbolic import tanh
from scratch.initializers import Initializer


@dataclass(frozen=True)
class Function:
    """A function or method. `owner` is its class, or its module's name where it has none."""

    object: FunctionType
    node: FunctionNode
    owner: str

    @property
    def method(self) -> str:
        return self.node.name

    @property
    def file(self) -> str:
        return self.object.__code__.co_filename

    @property
    def name(self) -> str:
        """`method`, with its owner; a property's two accessors are told apart."""
        setter = any(isinstance(each, ast.Attribute) for each in self.node.decorator_list)
        return f"{self.owner}.{self.method}" + (".setter" if setter else "")


def compiled(function: Function, node: FunctionNode) -> CodeType:
    """The code of a changed function, to take the place of `function.object.__code__`."""
    original = function.object.__code__
    if original.co_freevars:  # super() may be gone, but the cell must stay
        node = copy.copy(node)
        cell = ast.copy_location(ast.Expr(ast.Name("__class__", ast.Load())), node)
        node.body = [*node.body, ast.fix_missing_locations(cell)]
    body: ast.stmt = node
    if function.object.__qualname__ != node.name:
        body = ast.copy_location(ast.ClassDef(function.owner, [], [], [node], []), node)
    module = ast.Module([body], [])
    code = compile(module, original.co_filename, "exec", dont_inherit=True)
    while code.co_name != node.name:
        code = next(each for each in code.co_consts if isinstance(each, CodeType))
    return code


@functools.cache
def _trees(module: str) -> dict[tuple[str, int], FunctionNode]:
    """The functions of a module by qualified name and first line."""
    found: dict[tuple[str, int], FunctionNode] = {}

    def collect(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, ast.ClassDef):
                collect(node.body, f"{prefix}{node.name}.")
            elif isinstance(node, ast.FunctionDef):
                first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
                found[f"{prefix}{node.name}", first] = node

    collect(ast.parse(inspect.getsource(sys.modules[module])).body, "")
    return found


@functools.cache
def _function(function: FunctionType) -> Function | None:
    """None for what has no source of its own, such as the methods that a dataclass is given."""
    node = _trees(function.__module__).get((function.__qualname__, function.__code__.co_firstlineno))
    if node is None:
        return None
    owner, dot, _ = function.__qualname__.rpartition(".")
    return Function(function, node, owner if dot else function.__module__.rpartition(".")[2])


def reached(cls: Callable[..., Any]) -> Iterator[Function]:
    """The functions of `scratch` that `cls` uses, nearest first; weights are given, so not how they are drawn."""
    drawn = not (isinstance(cls, type) and issubclass(cls, Initializer))
    waiting: list[Any] = [cls]
    seen = {id(tanh)}  # it stands for np.tanh, which is not looked into either
    for item in waiting:
        if id(item) in seen or (drawn and isinstance(item, type) and issubclass(item, Initializer)):
            continue
        seen.add(id(item))
        waiting.extend(_uses(item))
        if isinstance(item, FunctionType) and is_ours(item) and (function := _function(item)):
            yield function


def is_ours(item: Any) -> bool:
    """Whether a class or function stands in `scratch`."""
    return getattr(item, "__module__", "").partition(".")[0] == "scratch"


def _uses(item: Any) -> Iterator[Any]:
    """What an object refers to directly."""
    if isinstance(item, functools.partial):
        yield from (item.func, *item.args, *item.keywords.values())
    elif isinstance(item, FunctionType):
        yield from _used_by(item)
    elif isinstance(item, property):
        yield from (item.fget, item.fset)
    elif isinstance(item, type):
        if is_ours(item):
            yield from vars(item).values()
            yield from item.__mro__[1:]
    elif isinstance(item, list | tuple):
        yield from item
    elif isinstance(item, dict):
        yield from item.values()
    elif is_ours(type(item)):
        yield type(item)
        yield from getattr(item, "__dict__", {}).values()


def _used_by(function: FunctionType) -> Iterator[Any]:
    read = set(names(function.__code__))
    used = [value for name, value in function.__globals__.items() if name in read and not inspect.ismodule(value)]
    defaults = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    yield from (*used, *defaults, *(cell.cell_contents for cell in function.__closure__ or ()))
    if any(each is find_activation for each in used):
        yield from _activations(defaults)


def _activations(defaults: list[Any]) -> Iterator[type]:
    """The classes that stand among the defaults by name."""
    for name in defaults:
        with contextlib.suppress(ValueError):
            if isinstance(name, str):
                yield type(find_activation(name))


def names(code: CodeType) -> Iterator[str]:
    """The names that a function reads, inner functions included."""
    yield from code.co_names
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from names(each)
