"""Methods that a class is given after its definition, in later cells: by assignment, setattr or a decorator."""

import ast
import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reference.homework.methods import name_of
from reference.homework.reading.submission import Symbol, Unit

# fastcore's patch reads the class from the annotation of self, the others are handed it
ANNOTATED = r"patch|patch_method"
HANDED = r"patch_to|add_to_class|add_method(_to)?|extend(_class)?|monkey_?patch"


@dataclass(frozen=True)
class Added:
    """A top-level function that becomes the method `name` of a class."""

    owner: str
    name: str
    function: str


def added_by_decorator(node: ast.stmt) -> Added | None:
    """What a decorated function is added to: @patch above `def f(self: C)`, @add_to_class(C) above `def f(self)`."""
    if not isinstance(node, ast.FunctionDef):
        return None
    for decorator in node.decorator_list:
        match decorator:
            case ast.Call(func=function, args=[ast.Name(id=owner), *_]) if re.fullmatch(HANDED, name_of(function)):
                return Added(owner, node.name, node.name)
            case ast.Name() | ast.Attribute() if re.fullmatch(ANNOTATED, name_of(decorator)) and node.args.args:
                first = node.args.args[0].annotation
                annotated = first.value if isinstance(first, ast.Constant) else getattr(first, "id", None)
                if isinstance(annotated, str):
                    return Added(annotated, node.name, node.name)
    return None


def added_by_statement(node: ast.stmt) -> Added | None:
    """What `C.f = g` and `setattr(C, "f", g)` add."""
    match node:
        case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=owner), attr=name)], value=ast.Name(id=function)):
            return Added(owner, name, function)
        case ast.Expr(
            value=ast.Call(
                func=ast.Name(id="setattr"),
                args=[ast.Name(id=owner), ast.Constant(value=str(name)), ast.Name(id=function)],
            )
        ):
            return Added(owner, name, function)
    return None


def plainly_added(unit: Unit, node: ast.stmt) -> Iterator[Unit]:
    """A statement to execute; for a decorated method the plain function and its assignment.

    The decorators come from packages that are not there, and do no more than that.
    """
    added = added_by_decorator(node)
    if added is None:
        yield unit
        return
    lines = unit.source.split("\n")
    yield replace(unit, source="\n".join(lines[node.lineno - unit.line :]), line=node.lineno)
    yield replace(unit, source=f"{added.owner}.{added.name} = {added.function}", line=node.lineno, kind="candidate")


def with_added(symbols: Mapping[str, Symbol], read: Sequence[Symbol], trees: Sequence[ast.Module]) -> dict[str, Symbol]:
    """The symbols with the methods that their classes are given later; these functions are none of their own then.

    `read`: all that the texts define, for one name may have stood for several functions in turn.
    """
    found = dict(symbols)
    defined = {id(symbol.node): symbol for symbol in read if symbol.kind == "function"}
    current: dict[str, Symbol] = {}
    moved: list[Symbol] = []
    for statement in (node for tree in trees for node in tree.body):
        if id(statement) in defined:
            current[defined[id(statement)].name] = defined[id(statement)]
        added = added_by_decorator(statement) or added_by_statement(statement)
        owner, function = (found.get(added.owner), current.get(added.function)) if added else (None, None)
        if added and owner is not None and owner.kind == "class" and function is not None:
            found[added.owner] = _joined(owner, added.name, function)
            moved.append(function)
    places = {(function.name, function.cell, function.line) for function in moved}
    return {name: symbol for name, symbol in found.items() if (name, symbol.cell, symbol.line) not in places}


def _joined(owner: Symbol, name: str, function: Symbol) -> Symbol:
    """A class as if the function stood in it."""
    node, method = copy.copy(owner.node), copy.copy(function.node)
    assert isinstance(node, ast.ClassDef)
    method.name = name
    node.body = [*(item for item in node.body if getattr(item, "name", None) != name), method]
    unfinished = {n: words for n, words in owner.unfinished_methods.items() if n != name}
    unfinished |= {name: function.unfinished} if function.unfinished else {}
    methods = {item.name for item in node.body if isinstance(item, ast.FunctionDef)} - {"__init__"}
    return replace(
        owner,
        node=node,
        source=f"{owner.source}\n{function.source}",
        unfinished=next(iter(unfinished.values())) if unfinished and methods <= unfinished.keys() else "",
        unfinished_methods=unfinished,
        added_in={**owner.added_in, name: function.cell},
    )
