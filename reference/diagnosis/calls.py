"""Changes of function calls, their arguments, and of subscripts."""

import ast
from collections.abc import Iterator

from reference.diagnosis.arithmetic import UNCOMPUTED, Changed, Rule, is_like
from reference.diagnosis.sites import Site

# one function for another, with what the mistake is called where it has a name
_OTHER = {
    "sum": ("mean", "mean-for-sum"),
    "mean": ("sum", "sum-for-mean"),
    "max": ("min", "function"),
    "min": ("max", "function"),
    "maximum": ("minimum", "function"),
    "minimum": ("maximum", "function"),
    "argmax": ("argmin", "function"),
    "argmin": ("argmax", "function"),
    "zeros": ("ones", "function"),
    "zeros_like": ("ones_like", "function"),
    "ones": ("zeros", "function"),
    "ones_like": ("zeros_like", "function"),
    "ceil": ("floor", "function"),
    "floor": ("ceil", "function"),
    "any": ("all", "function"),
    "all": ("any", "function"),
    "prod": ("sum", "function"),
    "log": ("log1p", "function"),
    "log1p": ("log", "function"),
    "exp": ("expm1", "function"),
    "expm1": ("exp", "function"),
    "cos": ("sin", "function"),
    "sin": ("cos", "function"),
    "sqrt": ("square", "function"),
    "cosh": ("sinh", "function"),
    "sinh": ("cosh", "function"),
    "multiply": ("add", "function"),
    "outer": ("inner", "function"),
}
# what takes no part in the numbers by itself, or whose argument cannot stand for its value
_BUILTINS = {
    *("len", "range", "zip", "enumerate", "isinstance", "super", "getattr", "hasattr", "type", "tuple", "list"),
    *("dict", "set", "iter", "next", "slice", "issubdtype", "str", "repr", "format", "items", "values", "keys"),
    *("map", "filter", "sorted", "callable", "cast", "reversed"),
}

# whose first two arguments may change places
_SYMMETRIC = {"swapaxes", "maximum", "minimum", "array_equal", "add", "multiply", "max", "min"}


def functions(site: Site) -> Changed:
    """Another function, or what is given to it left as it is; the two values of `where` in each other's place."""
    if not isinstance(node := site.node, ast.Call):
        return
    name = called(node)
    if name in _OTHER and not (isinstance(node.func, ast.Name) and name == "sum"):
        other, kind = _OTHER[name]
        yield kind, ast.Call(_renamed(node.func, other), node.args, node.keywords)
    if name == "where" and len(node.args) == 3:
        condition, yes, no = node.args
        yield "mask-missing", yes
        yield "mask-missing", no
        yield "argument-order", ast.Call(node.func, [condition, no, yes], [])
        return
    if name in _BUILTINS or isinstance(site.parent, ast.Expr):
        return
    given = [*_receiver(node), *node.args]
    if given and not isinstance(given[0], ast.Starred):
        yield _dropped(name), given[0]


def called(node: ast.Call) -> str:
    """The last name of what is called."""
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _renamed(function: ast.expr, name: str) -> ast.expr:
    if isinstance(function, ast.Attribute):
        return ast.Attribute(function.value, name, ast.Load())
    return ast.Name(name, ast.Load())


def _receiver(node: ast.Call) -> Iterator[ast.expr]:
    """The array of a method call: neither a module nor self."""
    match node.func:
        case ast.Attribute(value=ast.Name(id="np" | "math" | "self" | "itertools")):
            return
        case ast.Attribute(value=ast.Attribute(value=ast.Name(id="np"))):
            return
        case ast.Attribute(value=value):
            yield value


def _dropped(name: str) -> str:
    if name in ("swapaxes", "transpose", "moveaxis"):
        return "transposition"
    return "copy-missing" if name in ("copy", "ascontiguousarray") else "call-dropped"


def arguments(site: Site) -> Changed:
    """An argument left out, or in the place of its neighbour."""
    if not isinstance(node := site.node, ast.Call) or called(node) in ("zip", "isinstance", "super", "range"):
        return
    for i, keyword in enumerate(node.keywords):
        if keyword.arg in UNCOMPUTED:
            continue
        kind = "axis" if keyword.arg == "axis" else "argument-dropped"
        yield kind, ast.Call(node.func, node.args, [*node.keywords[:i], *node.keywords[i + 1 :]])
    for i in range(1 if called(node) in _SYMMETRIC else 0, len(node.args) - 1):
        first, second = node.args[i : i + 2]
        if not isinstance(first, ast.Starred) and not isinstance(second, ast.Starred):
            yield (
                "argument-order",
                ast.Call(node.func, [*node.args[:i], second, first, *node.args[i + 2 :]], node.keywords),
            )


def axes(site: Site) -> Changed:
    """Another axis."""
    if not (isinstance(site.parent, ast.keyword) and site.parent.arg == "axis"):
        return
    match site.node:
        case ast.Constant(value=int(axis)):
            yield from (("axis", ast.Constant(other)) for other in (axis + 1, axis - 1))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(axis))):
            yield from (("axis", ast.Constant(other)) for other in (0, 1))
        case ast.Tuple(elts=elements) if len(elements) > 1:
            for i in range(len(elements)):
                yield "axis", ast.Tuple([*elements[:i], *elements[i + 1 :]], ast.Load())


def windows(site: Site) -> Changed:
    """Stride or dilation taken for 1, padding for none."""
    if not isinstance(site.parent, ast.Call | ast.BinOp) or isinstance(getattr(site.node, "ctx", None), ast.Store):
        return
    match site.node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            how_many = ast.unparse(site.node)
        case _:
            return
    if name in ("stride", "dilation") and not isinstance(site.parent, ast.BinOp):
        yield f"{name}-ignored", ast.parse(f"(1,) * len({how_many})", mode="eval").body
    if name in ("s", "d") and isinstance(site.parent, ast.Call | ast.BinOp):
        yield "stride-ignored" if name == "s" else "dilation-ignored", ast.Constant(1)
    if name == "pads" and not isinstance(site.parent, ast.BinOp):
        yield "padding-ignored", ast.parse(f"[(0, 0)] * len({how_many})", mode="eval").body


def indices(site: Site) -> Changed:
    """A step or place further, or before; a slice at its other end, longer, or in the other direction."""
    if is_like(site):
        return
    match site.node:
        case ast.Slice(lower=lower, upper=upper, step=step):
            for one, other in ((lower, upper), (upper, lower)):
                if one is not None and other is None:
                    yield from _shifted(lower, upper, step)
            if lower is not None:
                yield "index-shift", ast.Slice(None, upper, step)
            if upper is not None:
                yield "index-shift", ast.Slice(lower, None, step)
            if step is not None:
                yield "direction" if _is_reverse(step) else "stride-ignored", ast.Slice(lower, upper, None)
        case ast.Name(id=name) if site.field == "slice" and name in _counters(site):
            for op in (ast.Add(), ast.Sub()):
                yield "index-shift", ast.BinOp(site.node, op, ast.Constant(1))
        case ast.Constant(value=int(place)) if site.field == "slice" and not _is_size(site.parent):
            yield "index-shift", ast.Constant(-1 if place == 0 else place - 2)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1)) if site.field == "slice":
            yield "index-shift", ast.Constant(0)
            yield "index-shift", ast.Constant(-2)


def _shifted(lower: ast.expr | None, upper: ast.expr | None, step: ast.expr | None) -> Changed:
    """x[:-1] and x[1:] for each other."""
    match lower, upper:
        case None, ast.UnaryOp(op=ast.USub(), operand=n):
            yield "index-shift", ast.Slice(n, None, step)
        case ast.Constant() as n, None:
            yield "index-shift", ast.Slice(None, ast.UnaryOp(ast.USub(), n), step)


def _is_size(node: ast.AST) -> bool:
    """x.shape[0]: of few axes, the last but one is the first."""
    return isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "shape"


def _is_reverse(step: ast.expr) -> bool:
    return isinstance(step, ast.UnaryOp) and isinstance(step.op, ast.USub)


def _counters(site: Site) -> set[str]:
    """The names that count: arguments that are whole numbers, and variables of loops over `range`."""
    function = next(node for node in site.above if isinstance(node, ast.FunctionDef))
    names = {a.arg for a in function.args.args if isinstance(a.annotation, ast.Name) and a.annotation.id == "int"}
    for node in site.above:
        match node:
            case ast.For(target=ast.Name(id=name), iter=iterated) if "range(" in ast.unparse(iterated):
                names.add(name)
    return names


RULES: tuple[Rule, ...] = (functions, arguments, axes, windows, indices)
