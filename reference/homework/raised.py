"""What an exception tells: whether the code raises it whatever it is given, and what was not written yet."""

import ast

from reference.homework.isolation.process import Failure
from reference.homework.methods import Method
from reference.homework.subject import Subject


def raised_anyway(subject: Subject, failure: Failure) -> bool:
    """Whether a `raise` in a constructor, forward or backward pass stands where nothing leads around it."""
    if not failure.trace or failure.file or failure.cell != subject.symbol.cell or failure.line is None:
        return False
    methods = [method.node for method in (subject.forward, subject.backward) if method is not None]
    inside = [node for node in ast.walk(subject.symbol.node) if isinstance(node, ast.FunctionDef)]
    return any(_leads_to(node, failure.line) for node in (*methods, *(n for n in inside if n.name == "__init__")))


def _leads_to(node: ast.FunctionDef, line: int) -> bool:
    """Whether every call of a function comes to a `raise` in this line."""
    for number, statement in enumerate(node.body):
        if isinstance(statement, ast.Raise) and statement.lineno <= line <= (statement.end_lineno or line):
            before = [inner for each in node.body[:number] for inner in ast.walk(each)]
            return not any(isinstance(inner, ast.Return) for inner in before)
    return False


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
