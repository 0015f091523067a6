"""Changes of operators, powers, signs, constants, comparisons and conditions."""

import ast
from collections.abc import Callable, Iterator, Sequence

from reference.diagnosis.sites import Site

Changed = Iterator[tuple[str, ast.AST]]
Rule = Callable[[Site], Changed]

# arguments that check or hasten what is computed, and change no number
UNCOMPUTED = {"strict", "writeable", "optimize", "order"}

_OTHER: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mod,),
    ast.Mod: (ast.FloorDiv,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.BitXor: (ast.BitOr,),
}
_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}


def operators(site: Site) -> Changed:
    """Another operator, one operand left out or counted twice, the two in the other order."""
    if not isinstance(node := site.node, ast.BinOp):
        return
    left, op, right = node.left, node.op, node.right
    for other in _OTHER.get(type(op), ()):
        yield "operator", ast.BinOp(left, other(), right)
    match op:
        case ast.Add() | ast.Sub():
            yield "term-dropped", left
            yield "term-dropped", right if isinstance(op, ast.Add) else ast.UnaryOp(ast.USub(), right)
            if isinstance(op, ast.Sub):
                yield "sign", right
            if not _is_place(site):
                yield "term-doubled", ast.BinOp(_twice(left), op, right)
                yield "term-doubled", ast.BinOp(left, op, _twice(right))
        case ast.Mult() | ast.Div():
            yield "factor-dropped", left
            yield "factor-dropped", right
            if not _is_place(site):
                yield "factor-repeated", ast.BinOp(node, op, right)
        case ast.MatMult():
            yield "factor-dropped", left
            yield "factor-dropped", right
            for a, b in (
                (_transposed(left), right),
                (left, _transposed(right)),
                (_transposed(left), _transposed(right)),
            ):
                yield "transposition", ast.BinOp(a, op, b)
        case ast.BitAnd() | ast.BitOr() | ast.BitXor():
            yield "mask-missing", left
            yield "mask-missing", right
        case ast.Pow():
            yield "power-dropped", left
        case _:
            yield "factor-dropped", left
    if not isinstance(op, ast.Add | ast.Mult | ast.BitAnd | ast.BitOr | ast.BitXor):
        yield "argument-order", ast.BinOp(right, op, left)


def _is_place(site: Site) -> bool:
    """Whether the site computes a place in an array."""
    return any(isinstance(node, ast.Slice) for node in site.above) or site.field == "slice"


def _twice(node: ast.expr) -> ast.expr:
    return ast.BinOp(ast.Constant(2), ast.Mult(), node)


def _transposed(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Attribute) and node.attr == "T":
        return node.value
    return ast.Attribute(node, "T", ast.Load())


def transposes(site: Site) -> Changed:
    """`x.T` left as it is."""
    if isinstance(node := site.node, ast.Attribute) and node.attr == "T":
        yield "transposition", node.value


def squares(site: Site) -> Changed:
    """The derivatives of tanh and sigmoid misremembered: 1 - h**2, (1 - h)**2, h (1 - h), one for another."""
    if not isinstance(node := site.node, ast.BinOp):
        return
    one, h = ast.Constant(1), None
    if isinstance(node.op, ast.Sub) and (h := _squared(node.right)) is not None:
        yield "square", ast.BinOp(ast.BinOp(node.left, ast.Sub(), h), ast.Pow(), ast.Constant(2))
        yield "square", ast.BinOp(h, ast.Mult(), ast.BinOp(node.left, ast.Sub(), h))
        yield "square", ast.BinOp(node.left, ast.Sub(), h)
    if isinstance(node.op, ast.Mult):
        for h, rest in ((node.left, node.right), (node.right, node.left)):
            match rest:
                case ast.BinOp(left=ast.Constant(value=1), op=ast.Sub(), right=same) if _alike(h, same):
                    yield "square", ast.BinOp(one, ast.Sub(), ast.BinOp(h, ast.Pow(), ast.Constant(2)))
                    yield "square", ast.BinOp(rest, ast.Pow(), ast.Constant(2))
                    yield "square", ast.BinOp(h, ast.Pow(), ast.Constant(2))


def _squared(node: ast.expr) -> ast.expr | None:
    match node:
        case ast.BinOp(left=h, op=ast.Pow(), right=ast.Constant(value=2)):
            return h
        case ast.BinOp(left=h, op=ast.Mult(), right=other) if _alike(h, other):
            return h
    return None


def _alike(a: ast.AST, b: ast.AST) -> bool:
    return ast.dump(a) == ast.dump(b)


def signs(site: Site) -> Changed:
    """A sign left out, or put before what is returned or stored."""
    match site.node:
        case ast.UnaryOp(op=ast.USub() | ast.Not(), operand=operand):
            yield "sign" if isinstance(site.node.op, ast.USub) else "condition", operand
        case ast.UnaryOp(op=ast.Invert(), operand=operand):
            yield "mask-missing", operand
        case ast.expr() as value if site.field == "value" and _is_result(site.parent) and _has_sign(value):
            yield "sign", ast.UnaryOp(ast.USub(), value)


def _is_result(statement: ast.AST) -> bool:
    match statement:
        case ast.Return() | ast.Assign(targets=[ast.Subscript() | ast.Attribute()]):
            return True
    return False


def _has_sign(value: ast.expr) -> bool:
    """Whether it is computed, and not of zeros or of nothing."""
    return isinstance(value, ast.BinOp | ast.Call | ast.Subscript) and not ast.unparse(value).startswith(
        ("np.zeros", "np.empty")
    )


def constants(site: Site) -> Changed:
    """Another number. Places in sequences are the business of `indices`."""
    if not isinstance(node := site.node, ast.Constant) or _is_left_over(site) or is_like(site):
        return
    if isinstance(site.parent, ast.keyword) and site.parent.arg in UNCOMPUTED:
        return
    for value in other_values(node.value):
        yield "constant", ast.Constant(value)


def is_like(site: Site) -> bool:
    """Whether the site is asked for its shape only, as in `zeros_like(x[0])`."""
    return any(ast.unparse(each.func).endswith("_like") for each in site.above if isinstance(each, ast.Call))


def _is_left_over(site: Site) -> bool:
    """The -1 of `reshape`, for which any negative number stands."""
    negative = isinstance(site.parent, ast.UnaryOp) and isinstance(site.parent.op, ast.USub)
    return negative and any(
        "reshape" in ast.unparse(each.func) for each in site.above[-3:] if isinstance(each, ast.Call)
    )


def other_values(value: object) -> Sequence[int | float]:
    """The numbers that may stand for a number by mistake."""
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, int):
        return {0: (1,), 1: (0, 2), 2: (1, 3)}.get(value, (value - 1, value + 1))
    if isinstance(value, float):
        others = (1.0,) if value == 0 else (2.0, 0.0) if value == 1 else (1.0, 2 * value)
        return tuple(other for other in others if other != value)  # twice infinity is the same
    return ()


def comparisons(site: Site) -> Changed:
    """Another comparison; one part of a condition left out; a condition that always or never holds."""
    match site.node:
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            for i, op in enumerate(ops):
                for other in _COMPARED[type(op)]:
                    yield "comparison", ast.Compare(left, [*ops[:i], other(), *ops[i + 1 :]], comparators)
        case ast.BoolOp(op=op, values=values):
            yield "condition", ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            for value in values:
                yield "condition", value
    if site.field == "test" and isinstance(site.parent, ast.If | ast.IfExp):
        assert isinstance(site.node, ast.expr)
        yield _branch(site.node, False), ast.Constant(False)
        yield _branch(site.node, True), ast.Constant(True)
    if site.field == "ifs":
        yield "condition", ast.Constant(True)


def _branch(test: ast.expr, value: bool) -> str:
    source = ast.unparse(test)
    if "mask" in source:
        return "mask-missing" if value == isinstance(getattr(test, "ops", [None])[0], ast.Is) else "mask"
    if not value and ("'b'" in source or "bias" in source):
        return "bias-missing"
    return "condition"


RULES: tuple[Rule, ...] = (operators, transposes, squares, signs, constants, comparisons)
