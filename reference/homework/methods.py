"""Methods and functions as they are called: their parameters, what they return, and how a call reaches them."""

import ast
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from reference.homework.reading.symbols import as_function
from reference.homework.roles import Parameter, parameters


@dataclass(frozen=True)
class Method:
    """A method or function that is called: its name, parameters, and the names in what it returns.

    `path` leads to it from the object it belongs to: ".forward", "[0]" in a tuple of closures, "" for the object. That
    is what the forward pass has returned where it is `handed_back` by it.
    """

    name: str
    parameters: tuple[Parameter, ...]
    node: ast.FunctionDef
    returns: tuple[str, ...] = ()
    path: str = ""
    handed_back: bool = False

    @property
    def stub(self) -> bool:
        """Whether the body does nothing: `pass`, a docstring, `return None`, `return NotImplemented`."""
        body = [s for s in self.node.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
        return all(isinstance(s, ast.Pass) or _returns_nothing(s) or _not_implemented(s) for s in body)


def method_of(node: ast.FunctionDef, method: bool, functions: Mapping[str, ast.FunctionDef] | None = None) -> Method:
    """A function, or a method without its `self`; `functions` are those it may call."""
    path = "" if node.name == "__call__" or not method else f".{node.name}"
    return Method(node.name, parameters(node, method, functions), node, _returned(node), path)


def handed_back(forward: Method) -> Method | None:
    """The backward pass that a forward pass returns beside its output: a function defined in it, or a lambda."""
    inner: dict[str, ast.FunctionDef] = {}
    for node in ast.walk(forward.node):
        match node:
            case ast.FunctionDef(name=name) if node is not forward.node:
                inner[name] = node
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda() as value):
                inner[name] = as_function(name, value, node)
    for returned in _returns(forward.node):
        if not isinstance(returned.value, ast.Tuple | ast.List):
            continue
        for index, each in enumerate(returned.value.elts[1:], 1):
            function = as_function("backward", each, each) if isinstance(each, ast.Lambda) else inner.get(name_of(each))
            if function is not None:
                return replace(method_of(function, False), path=f"[{index}]", handed_back=True)
    return None


def _returns(node: ast.AST) -> Iterator[ast.Return]:
    """The return statements of a function, without those of functions in it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Return):
            yield child
        elif not isinstance(child, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            yield from _returns(child)


def _returned(node: ast.FunctionDef) -> tuple[str, ...]:
    """The names in the tuple that a function returns, "" for what is not a name."""
    for statement in _returns(node):
        if isinstance(statement.value, ast.Tuple | ast.List):
            # after a starred one nothing has a known place
            known = itertools.takewhile(lambda e: not isinstance(e, ast.Starred), statement.value.elts)
            return tuple(name_of(e) for e in known)
        if statement.value is not None:
            return (name_of(statement.value),)
    return ()


def name_of(node: ast.expr) -> str:
    """A name, the last one of a dotted name, "" for what is neither."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _returns_nothing(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Return):
        return False
    nothing = isinstance(statement.value, ast.Constant) and statement.value.value is None
    return statement.value is None or nothing or ast.unparse(statement.value) == "NotImplemented"


def _not_implemented(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Raise) and "NotImplemented" in ast.dump(statement)


def text_of(method: Method, functions: Mapping[str, ast.FunctionDef]) -> str:
    """The code of a function, with that of those it calls."""
    found: dict[str, ast.FunctionDef] = {}
    left = [(method.name, method.node)]
    while left:
        name, node = left.pop()
        if name in found:
            continue
        found[name] = node
        called = {name_of(n.func) for n in ast.walk(node) if isinstance(n, ast.Call)}
        left += [(each, functions[each]) for each in called if each in functions]
    return "\n".join(ast.unparse(node) for node in found.values())
