"""Softmax and cross-entropy in two classes that go back together: the loss gives p - t, which softmax passes on."""

import ast
import re
from collections.abc import Iterator

from reference.homework.roles import plain
from reference.homework.subject import Subject

SOFTMAX = r"soft_?max\w*"
LOSS = r"nll\w*|negativeloglikelihood\w*|\w*crossentropy\w*|ce(loss)?"


def go_back_together(subject: Subject) -> bool:
    """Whether the file has both: a softmax that gives back what it is handed, a loss that gives a difference."""
    passed = any(_returns(node, ast.Name) for node in _backwards(subject, SOFTMAX))
    return passed and any(_returns(node, ast.BinOp) for node in _backwards(subject, LOSS))


def _backwards(subject: Subject, names: str) -> Iterator[ast.FunctionDef]:
    """The backward passes of the classes of a file with such names."""
    for node in (each for tree in subject.trees for each in tree.body):
        if isinstance(node, ast.ClassDef) and re.fullmatch(names, plain(node.name)):
            yield from (n for n in node.body if isinstance(n, ast.FunctionDef) and n.name.startswith("back"))


def _returns(node: ast.FunctionDef, kind: type[ast.expr]) -> bool:
    """Whether all that a method does is to return its last parameter as it is, or a difference, divided or not."""
    match node.body[-1]:
        case ast.Return(value=ast.Name(id=name)) if kind is ast.Name:
            return name == node.args.args[-1].arg and len(node.body) <= 2
        case ast.Return(value=ast.BinOp(op=ast.Sub()) | ast.BinOp(left=ast.BinOp(op=ast.Sub()), op=ast.Div())):
            return kind is ast.BinOp
    return False
