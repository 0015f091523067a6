"""Whether a file hands the derivative of an activation what the activation gave, and not its input."""

import ast

from reference.homework.subject import Subject


def outputs_given(subject: Subject) -> bool:
    """Whether a derivative of one parameter is only called with what was assigned from the function itself.

    With a = sigmoid(z), sigmoid_derivative(a) is a (1 - a), whatever its parameter is called.
    """
    forward, backward = subject.forward, subject.backward
    if subject.made or forward is None or backward is None or len(backward.parameters) != 1:
        return False
    nodes = [node for tree in subject.trees for node in ast.walk(tree)]
    assigned = {
        ast.unparse(target)
        for node in nodes
        if isinstance(node, ast.Assign) and _calls(node.value, forward.name)
        for target in node.targets
    }
    handed = [
        node.args[0] for node in nodes if isinstance(node, ast.Call) and _calls(node, backward.name) and node.args
    ]
    return bool(handed) and all(ast.unparse(each) in assigned for each in handed)


def _calls(node: ast.AST, name: str) -> bool:
    """Whether it is a call of a function of this name, also as a method."""
    function = node.func if isinstance(node, ast.Call) else None
    called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return called == name
