"""Changes of whole statements and of loops, and a variable for another."""

import ast

from reference.diagnosis.arithmetic import Changed, Rule
from reference.diagnosis.calls import called
from reference.diagnosis.sites import Site


def accumulations(site: Site) -> Changed:
    """`+=` for `=`, `-=` for `+=`; and what is computed anew done in place."""
    match site.node:
        case ast.AugAssign(target=target, op=op, value=value):
            yield "accumulate", ast.Assign([target], value, lineno=0)
            if isinstance(target, ast.Name):
                everywhere = ast.Subscript(ast.Name(target.id, ast.Load()), ast.Constant(...), ast.Store())
                yield "accumulate", ast.Assign([everywhere], value, lineno=0)
            if isinstance(op, ast.Add | ast.Sub):
                yield "sign", ast.AugAssign(target, ast.Sub() if isinstance(op, ast.Add) else ast.Add(), value)
            if isinstance(op, ast.Mult | ast.Div):
                yield "operator", ast.AugAssign(target, ast.Div() if isinstance(op, ast.Mult) else ast.Mult(), value)
            yield "statement-dropped", ast.Pass()
        case ast.Assign(targets=[ast.Name(id=name) as target], value=ast.BinOp(left=ast.Name(id=same)) as value):
            if name == same:
                yield "in-place", ast.AugAssign(target, value.op, value.right)


def deletions(site: Site) -> Changed:
    """A statement left out, where the program still runs without it."""
    match site.node:
        case ast.Assign(targets=[ast.Subscript() | ast.Attribute()]) | ast.Expr():
            yield "statement-dropped", ast.Pass()
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in ast.unparse(value):
            yield "statement-dropped", ast.Pass()


def loops(site: Site) -> Changed:
    """A loop that runs the other way, or misses its first or last turn."""
    if not (site.field == "iter" and isinstance(site.node, ast.expr)):
        return
    node = site.node
    if isinstance(node, ast.Call) and called(node) == "reversed":
        yield "loop-direction", node.args[0]
        node = node.args[0]
        backward = True
    else:
        backward = False
    if isinstance(node, ast.Call) and called(node) == "range":
        if not backward:
            yield "loop-direction", ast.Call(ast.Name("reversed", ast.Load()), [node], [])
        for fewer in _fewer(node):
            yield "loop-bound", ast.Call(ast.Name("reversed", ast.Load()), [fewer], []) if backward else fewer


def _fewer(node: ast.Call) -> list[ast.Call]:
    """The same range without its first number, without its last, and from 0."""
    first, *rest = node.args
    one = ast.Constant(1)
    if not rest:
        return [
            ast.Call(node.func, [one, first], []),
            ast.Call(node.func, [ast.BinOp(first, ast.Sub(), one)], []),
        ]
    last, *step = rest
    return [
        ast.Call(node.func, [ast.BinOp(first, ast.Add(), one), last, *step], []),
        ast.Call(node.func, [first, ast.BinOp(last, ast.Sub(), one), *step], []),
        ast.Call(node.func, [ast.Constant(0), last, *step], []),
    ]


def variables(site: Site) -> Changed:
    """One array among the arguments for another; one weight, or its gradient, for another."""
    match site.node:
        case ast.Name(id=name, ctx=ast.Load()):
            function = next(node for node in site.above if isinstance(node, ast.FunctionDef))
            arrays = [a.arg for a in function.args.args if a.annotation and ast.unparse(a.annotation) == "Array"]
            if name in arrays:
                yield from (("variable", ast.Name(other, ast.Load())) for other in arrays if other != name)
        case ast.Constant(value=str(key)) if site.field == "slice":
            yield from (("variable", ast.Constant(other)) for other in _keys(site) if other != key)


def _keys(site: Site) -> list[str]:
    """The names by which the same dict is asked in the same function."""
    assert isinstance(site.parent, ast.Subscript)
    whose = ast.dump(site.parent.value)
    function = next(node for node in site.above if isinstance(node, ast.FunctionDef))
    keys = []
    for node in ast.walk(function):
        match node:
            case ast.Subscript(value=value, slice=ast.Constant(value=str(key))) if ast.dump(value) == whose:
                keys.append(key)
    return sorted(set(keys))


def epsilons(site: Site) -> Changed:
    """sqrt(v) + epsilon for sqrt(v + epsilon), and the reverse."""
    match site.node:
        case ast.Call(args=[ast.BinOp(left=v, op=ast.Add(), right=e)]) if called(site.node) == "sqrt" and _tiny(e):
            yield "epsilon", ast.BinOp(ast.Call(site.node.func, [v], []), ast.Add(), e)
        case ast.BinOp(left=ast.Call(args=[v]) as root, op=ast.Add(), right=e) if called(root) == "sqrt" and _tiny(e):
            yield "epsilon", ast.Call(root.func, [ast.BinOp(v, ast.Add(), e)], [])


def _tiny(node: ast.expr) -> bool:
    return "eps" in ast.unparse(node)


RULES: tuple[Rule, ...] = (accumulations, deletions, loops, variables, epsilons)
