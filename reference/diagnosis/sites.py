"""Where in a function something can be changed: every node of its syntax tree that computes, with its path."""

import ast
import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# from a function's node to one below it: a field, and the place in it where it is a list
Path = tuple[tuple[str, int | None], ...]
FunctionNode = ast.FunctionDef

# what is written for the reader and the type checker only
_UNREAD = {"annotation", "returns", "decorator_list", "args", "type_comment", "type_params", "ctx", "op", "ops"}


@dataclass(frozen=True)
class Site:
    """A node of a function, and the nodes above it, the nearest last."""

    path: Path
    node: ast.AST
    above: tuple[ast.AST, ...]

    @property
    def parent(self) -> ast.AST:
        return self.above[-1]

    @property
    def field(self) -> str:
        """The field of the parent that the node stands in."""
        return self.path[-1][0]


def sites(function: FunctionNode) -> Iterator[Site]:
    """Every node of the body that computes: no docstring, no annotation, no message of an error, no guard."""
    yield from _below(function, (), ())


def _below(node: ast.AST, path: Path, above: tuple[ast.AST, ...]) -> Iterator[Site]:
    for field, value in ast.iter_fields(node):
        if field in _UNREAD and not (field == "args" and isinstance(node, ast.Call)):
            continue
        children: Sequence[tuple[int | None, object]] = (
            list(enumerate(value)) if isinstance(value, list) else [(None, value)]
        )
        for index, child in children:
            if not isinstance(child, ast.AST) or is_guard(child) or _is_docstring(child):
                continue
            here = (*path, (field, index))
            yield Site(here, child, (*above, node))
            yield from _below(child, here, (*above, node))


def is_guard(node: ast.AST) -> bool:
    """Whether a statement does nothing but refuse: what is refused shows in no number."""
    match node:
        case ast.Raise() | ast.Assert():
            return True
        case ast.If(body=[*_, ast.Raise()], orelse=[]):  # before it stands what the message says
            return True
        case ast.If(body=body, orelse=[]) | ast.For(body=body, orelse=[]):
            return all(is_guard(statement) for statement in body)
        case ast.Expr(value=ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name))):
            return name.startswith("require")
    return False


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def lines_at(function: FunctionNode, path: Path) -> range:
    """The lines of the statement at `path`; those of the node there where its statement holds other statements."""
    node: ast.AST = function
    lines = range(function.lineno, function.lineno + 1)
    simple = False
    for field, place in path:
        node = _child(node, field, place)
        if not simple and isinstance(node, ast.stmt | ast.expr):
            lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            simple = isinstance(node, ast.stmt) and not hasattr(node, "body")
    return lines


def statement_at(function: FunctionNode, path: Path) -> str:
    """The source of the statement that holds the node at `path`; of the node itself where it has a body."""
    node: ast.AST = function
    for field, place in path:
        node = _child(node, field, place)
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            return ast.unparse(node)
    return ast.unparse(node)


def replaced(function: FunctionNode, path: Path, node: ast.AST) -> FunctionNode:
    """The function with `node` at `path`; what lies beside the path is shared with the original."""
    changed = copy.copy(function)
    parent: ast.AST = changed
    for field, place in path[:-1]:
        below = copy.copy(_child(parent, field, place))
        _put(parent, field, place, below)
        parent = below
    field, place = path[-1]
    ast.copy_location(node, _child(parent, field, place))
    _put(parent, field, place, ast.fix_missing_locations(node))
    return changed


def _child(parent: ast.AST, field: str, place: int | None) -> ast.AST:
    value = getattr(parent, field)
    child: ast.AST = value if place is None else value[place]
    return child


def _put(parent: ast.AST, field: str, place: int | None, node: ast.AST) -> None:
    value = getattr(parent, field)
    setattr(parent, field, node if place is None else [*value[:place], node, *value[place + 1 :]])
