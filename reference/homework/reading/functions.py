"""The functions of a file: those at its top, and those that a class is a place for."""

import ast

from reference.homework.reading.submission import Submission, Symbol


def callable_functions(submission: Submission) -> dict[str, ast.FunctionDef]:
    """The functions of a file, and those that its classes are a place for, as they are called."""
    found = {n: s.node for n, s in submission.symbols.items() if isinstance(s.node, ast.FunctionDef)}
    classes = [symbol for symbol in submission.symbols.values() if symbol.kind == "class"]
    inside = {s.name: s.node for each in classes for s in static_functions(each).values()}
    return {**found, **{name: node for name, node in inside.items() if isinstance(node, ast.FunctionDef)}}


def static_functions(symbol: Symbol) -> dict[str, Symbol]:
    """The functions of a class that is no more than a place for them, by their names in it; none of any other class."""
    found: dict[str, Symbol] = {}
    for node in methods_in(symbol):
        decorators = {each.id for each in node.decorator_list if isinstance(each, ast.Name)}
        first = node.args.args[0].arg if node.args.args else ""
        if not decorators & {"staticmethod", "classmethod"} and first == "self":
            return {}
        unfinished = symbol.unfinished_methods.get(node.name, "")
        name = f"{symbol.name}.{node.name}"
        found[node.name] = Symbol(name, "function", symbol.cell, node.lineno, node, ast.unparse(node), unfinished)
    return found


def methods_in(symbol: Symbol) -> list[ast.FunctionDef]:
    """The methods that a class defines itself."""
    return [n for n in symbol.node.body if isinstance(n, ast.FunctionDef)]
