"""How samples lie in what a file hands to one of its functions: as rows, as columns, or one at a time."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from reference.homework.columns import ROWS_SAID, columns_counted, rows_said
from reference.homework.methods import name_of
from reference.homework.subject import Subject

# "column": one at a time, a vector or a single column; "single": one at a time, however it lies
Lie = Literal["rows", "columns", "column", "single", ""]
TURNED: Mapping[Lie, Lie] = {"rows": "columns", "columns": "rows"}
WEIGHT = r"w([0-9]|_\w*|[a-z]{1,3}[0-9]?)?s?|\w+_w[0-9]?|\w*weights?\w*|theta\w*"
OUTPUT_WEIGHT = r"[UV]"
# what is done only where samples are several: a sum or the place of the largest along an axis, one number of each row
SEVERAL = (
    r"\b(sum|argmax|average)\((?:[^()]|\([^()]*\))*(axis\s*=|,\s*-?[01]\))|\.(sum|argmax)\(-?[01]|"
    r"\[(np\.)?a?range\("
)
# in words
COLUMN_SAID = r"(?i)\(\w+,\s*1\)|column vector|\.shape\[1\]\s*==\s*1\b|列ベクトル"
SINGLE_SAID = r"(?i)\bvector\b|\(\w+,\)|\b1-?d\b|(one|a single) (sample|example)|ベクトル"
SEVERAL_SAID = r"(?i)batch|matri(x|ces)|2-?d|samples\b|examples\b|バッチ|行列"
# the whole Jacobian, of which there is one for each sample
JACOBIAN = r"\b(outer|identity|eye|diag|diagflat)\("
DEEPEST = 4
Assigned = Mapping[str, ast.expr]


def lies(subject: Subject) -> Lie:
    """How samples lie in what the rest of the file hands to a function or layer; "" where that is not evident."""
    rest = list(_rest(subject))
    text = "\n".join(map(ast.unparse, rest))
    called, anywhere = _called_with(subject), _one_of(_product(n, {}, 0) for each in rest for n in _products(each))
    lie = called or anywhere
    if lie and (re.search(SEVERAL, text) or re.search(ROWS_SAID, text) or columns_counted(text)):
        return lie
    return "column" if called == "columns" else _said(subject)


def _said(subject: Subject) -> Lie:
    """What its own code says of the one sample that it is handed, in words or by the one Jacobian that there is."""
    own = subject.symbol.source
    if rows_said(own) or re.search(SEVERAL_SAID, own):
        return ""
    if re.search(COLUMN_SAID, own):
        return "column"
    backward = ast.unparse(subject.backward.node) if subject.backward else ""
    jacobian = re.search(JACOBIAN, backward) and not re.search(r"axis|\bfor\b|einsum", own)
    return "single" if jacobian or re.search(SINGLE_SAID, own) else ""


def _rest(subject: Subject) -> Iterator[ast.stmt]:
    """The code of the file, but for the subject's own."""
    own = {subject.symbol.name.partition(".")[0], subject.partner.name if subject.partner else ""}
    for tree in subject.trees:
        yield from (n for n in tree.body if not isinstance(n, ast.ClassDef | ast.FunctionDef) or n.name not in own)


def _one_of(found: Iterable[Lie]) -> Lie:
    """What all say that say anything, where they agree."""
    said = set(found) - {""}
    return said.pop() if len(said) == 1 else ""


def _products(tree: ast.AST) -> Iterator[ast.expr]:
    """Everything that may be a product of two matrices."""
    return (n for n in ast.walk(tree) if isinstance(n, ast.BinOp | ast.Call))


def _called_with(subject: Subject) -> Lie:
    """What the products say whose results the calls of it are handed."""
    found: list[Lie] = []
    for tree in subject.trees:
        scopes: list[ast.AST] = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
        for scope in scopes or [tree]:
            known = _assigned(scope)
            calls = (n for n in ast.walk(scope) if isinstance(n, ast.Call) and name_of(n.func) == subject.called)
            found += [_product(call.args[0], known, DEEPEST) for call in calls if call.args]
    return _one_of(found)


def _assigned(scope: ast.AST) -> dict[str, ast.expr]:
    """What is assigned to each name, attribute or key there."""
    single = [n for n in ast.walk(scope) if isinstance(n, ast.Assign) and len(n.targets) == 1]
    return {ast.unparse(n.targets[0]): n.value for n in single}


def _product(node: ast.expr, known: Assigned, depth: int) -> Lie:
    """On which side of its product the weights stand: `W @ x` has its samples in columns."""
    match node:
        case (
            ast.BinOp(left=left, op=ast.MatMult(), right=right)
            | ast.Call(func=ast.Attribute(attr="dot" | "matmul") | ast.Name(id="dot" | "matmul"), args=[left, right])
        ):
            return _side(left, right)
        case ast.Call(func=ast.Attribute(value=left, attr="dot"), args=[right]):
            return _side(left, right)
        case ast.Attribute(value=inner, attr="T") | ast.Call(func=ast.Attribute(value=inner, attr="transpose")):
            turned = _product(inner, known, depth)
            return TURNED.get(turned, turned)
        case ast.BinOp(left=left, right=right):
            return _product(left, known, depth) or _product(right, known, depth)
        case ast.Call(args=[first, *_]):
            return _product(first, known, depth)
    name = ast.unparse(node)
    return _product(known[name], known, depth - 1) if depth and name in known and known[name] is not node else ""


def _side(left: ast.expr, right: ast.expr) -> Lie:
    if _weight(left) is _weight(right):
        return ""
    return "columns" if _weight(left) else "rows"


def _weight(node: ast.expr) -> bool:
    """Whether it is called as weights are: W1, self.W.T, parameters["W1"], weights[-1]."""
    match node:
        case ast.Attribute(value=inner, attr="T"):
            return _weight(inner)
        case ast.Call(func=ast.Attribute(value=inner, attr="transpose")):
            return _weight(inner)
        case ast.Subscript(value=inner, slice=ast.Constant(value=str(name))):
            pass
        case ast.Subscript(value=inner):
            return _weight(inner)
        case ast.Attribute(attr=name) | ast.Name(id=name):
            pass
        case _:
            return False
    return re.fullmatch(WEIGHT, name, re.I) is not None or re.fullmatch(OUTPUT_WEIGHT, name) is not None
