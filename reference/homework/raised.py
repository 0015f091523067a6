"""What an exception tells: whether the code raises it whatever it is given, and what was not written yet."""

import ast
import functools

from reference.homework.isolation.process import Failure
from reference.homework.methods import Method
from reference.homework.subject import Subject


def raised_anyway(subject: Subject, failure: Failure) -> bool:
    """Whether a `raise` in a constructor, forward or backward pass stands where nothing leads around it."""
    if not failure.trace or failure.file or failure.cell != subject.symbol.cell or failure.line is None:
        return False
    methods = [method.node for method in (subject.forward, subject.backward) if method is not None]
    return any(failure.line in _raising(node) for node in (*methods, *_constructors(subject.symbol.node)))


# asked of the same code at every failure
@functools.lru_cache(maxsize=256)
def _constructors(node: ast.AST) -> tuple[ast.FunctionDef, ...]:
    found = (each for each in ast.walk(node) if isinstance(each, ast.FunctionDef))
    return tuple(each for each in found if each.name == "__init__")


@functools.lru_cache(maxsize=256)
def _raising(node: ast.FunctionDef) -> frozenset[int]:
    """The lines of each `raise` that every call of a function comes to."""
    lines: set[int] = set()
    for statement in node.body:
        if isinstance(statement, ast.Raise):
            lines.update(range(statement.lineno, (statement.end_lineno or statement.lineno) + 1))
        if any(isinstance(inner, ast.Return) for inner in ast.walk(statement)):
            break
    return frozenset(lines)


def not_written(failure: Failure | None) -> str:
    """What to say of a NotImplementedError, "" for any other."""
    if failure is None or failure.type != "NotImplementedError" or not failure.trace:
        return ""
    return f"{failure.trace[-1][0]} is not implemented yet: it raises NotImplementedError"


def handed_as_index(method: Method, failure: Failure | None) -> bool:
    """Whether it broke for one of its parameters is an index, as the class of a sample is, and was handed an array."""
    if failure is None or "arrays used as indices" not in failure.message:
        return False
    names = {parameter.name for parameter in method.parameters}
    indices = (node.slice for node in ast.walk(method.node) if isinstance(node, ast.Subscript))
    return any(isinstance(each, ast.Name) and each.id in names for each in indices)
