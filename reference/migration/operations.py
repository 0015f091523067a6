"""What a builder returns, in words: for twins that are a few operations."""

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any


def operations(build: Callable[..., Any], options: SimpleNamespace) -> str:
    """What a builder returns, with the options put in: for twins that are a few operations. Empty where that is too
    long, or says something with what only the builder has."""
    try:
        source = textwrap.dedent(inspect.getsource(build))
    except (OSError, TypeError):
        return ""
    tree = _parsed(source)
    if tree is None:
        return ""
    body: ast.AST | None = None
    for node in ast.walk(tree):
        if isinstance(node, ast.Lambda) and body is None and build.__name__ == "<lambda>":
            body = node.body
        elif isinstance(node, ast.Return) and node.value is not None:
            body = node.value
    if body is None:
        return ""
    if isinstance(body, ast.Lambda) and [each.arg for each in body.args.args] == [build.__code__.co_varnames[0], "o"]:
        body = body.body
    put_in = _PutIn(options, build)
    said = put_in.visit(body)
    if put_in.own & {node.id for node in ast.walk(said) if isinstance(node, ast.Name)}:
        return ""
    text = ast.unparse(ast.fix_missing_locations(said))
    return text if len(text) <= 160 else ""


def _parsed(source: str) -> ast.AST | None:
    for attempt in (source, f"({source.strip().rstrip(',')})", source[source.find("lambda") :].rstrip().rstrip(",)")):
        try:
            return ast.parse(attempt)
        except SyntaxError:
            continue
    return None


class _PutIn(ast.NodeTransformer):
    """Options and what the builder has around it, by their values."""

    def __init__(self, options: SimpleNamespace, build: Callable[..., Any]) -> None:
        self.options = options
        self.around = inspect.getclosurevars(build).nonlocals
        self.globals = build.__globals__
        self.own = {"o", *build.__code__.co_freevars}

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name) and node.value.id == "o" and hasattr(self.options, node.attr):
            value = getattr(self.options, node.attr)
            if value is None or isinstance(value, bool | int | float | str):
                return ast.Constant(value)
            if isinstance(value, tuple):
                return ast.parse(repr(value), mode="eval").body
            if callable(value):
                return ast.Name(node.attr)
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        node = ast.Call(self.visit(node.func), [*map(self.visit, node.args)], [*map(self.visit, node.keywords)])
        match node:
            case ast.Call(func=ast.Name(id="getattr"), args=[value, ast.Constant(value=str(name))]):
                return ast.Attribute(value, name)
            case ast.Call(func=ast.Name(id=name), args=[ast.Name(id="torch")], keywords=[]):
                found = self.globals[name](sys.modules["torch"]) if name in self.globals else None
                return ast.parse(found.__name__, mode="eval").body if inspect.ismodule(found) else node
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        value = self.around.get(node.id)
        return ast.Constant(value) if isinstance(value, bool | int | float | str) else node
