"""What NumPy used to have and to accept: names, and an array of one element where a number is needed."""

import ast
import operator
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import ndarray

AUGMENTED: dict[str, Callable[[Any, Any], Any]] = {
    "Add": operator.iadd, "Sub": operator.isub, "Mult": operator.imul, "Div": operator.itruediv,
    "FloorDiv": operator.ifloordiv, "Mod": operator.imod, "Pow": operator.ipow, "MatMult": operator.imatmul,
    "BitAnd": operator.iand, "BitOr": operator.ior, "BitXor": operator.ixor, "LShift": operator.ilshift,
    "RShift": operator.irshift,
}  # fmt: skip


REMOVED: dict[str, Any] = {
    "int": int, "float": float, "complex": complex, "object": object, "str": str, "unicode": str,
    "float_": np.float64, "complex_": np.complex128, "unicode_": np.str_, "string_": np.bytes_, "Inf": np.inf,
    "Infinity": np.inf, "infty": np.inf, "PINF": np.inf, "NINF": -np.inf, "NaN": np.nan, "NAN": np.nan,
    "product": np.prod, "cumproduct": np.cumprod, "alltrue": np.all, "sometrue": np.any, "in1d": np.isin,
    "row_stack": np.vstack, "mat": np.asmatrix, "asscalar": lambda a: a.item(), "round_": np.round,
    "asfarray": lambda a, dtype=np.float64: np.asarray(a, dtype), "trapz": getattr(np, "trapezoid", None),
    "msort": lambda a: np.sort(a, axis=0),
}  # fmt: skip


def restore_numpy() -> None:
    """Puts back the names that NumPy has dropped, which older homework uses."""
    for name, value in REMOVED.items():
        if name not in np.__dict__:
            setattr(np, name, value)


def single(value: Any) -> Any:
    """The element of an array that has one; anything else as it is."""
    if isinstance(value, ndarray) and value.ndim > 0 and value.size == 1 and value.dtype != object:
        warnings.warn("an array of one element is used as a number, which NumPy now refuses", DeprecationWarning, 3)
        return value.reshape(())
    return value


def set_item(value: Any, owner: Any, key: Any) -> None:
    """owner[key] = value."""
    try:
        owner[key] = value
    except ValueError:
        if not isinstance(owner, ndarray) or not isinstance(value, ndarray) or value.size != 1:
            raise
        owner[key] = single(value)


def augment(kind: str, owner: Any, key: Any, value: Any) -> None:
    """owner[key] += value."""
    set_item(AUGMENTED[kind](owner[key], value), owner, key)


NAMES: dict[str, Any] = {
    "__as_float__": lambda value: float(single(value)),
    "__as_int__": lambda value: int(single(value)),
    "__set_item__": set_item,
    "__augment__": augment,
    "__slice__": slice,
}


class Older(ast.NodeTransformer):
    """Sends number conversions and item assignments through the functions above."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in ("float", "int"):
            one = len(node.args) == 1 and not isinstance(node.args[0], ast.Starred) and not node.keywords
            if one:
                node.func = ast.copy_location(ast.Name(f"__as_{node.func.id}__", ast.Load()), node.func)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        self.generic_visit(node)
        target = node.targets[0]
        if len(node.targets) > 1 or not isinstance(target, ast.Subscript):
            return node
        return _call("__set_item__", [node.value, target.value, _key(target.slice)], node)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.target, ast.Subscript):
            return node
        kind = ast.Constant(type(node.op).__name__)
        return _call("__augment__", [kind, node.target.value, _key(node.target.slice), node.value], node)


def _call(name: str, args: list[ast.expr], node: ast.stmt) -> ast.Expr:
    call = ast.Expr(ast.Call(ast.Name(name, ast.Load()), args, []))
    return ast.fix_missing_locations(ast.copy_location(call, node))


def _key(key: ast.expr) -> ast.expr:
    """A subscript as an expression of its own: slices as calls of slice."""
    if isinstance(key, ast.Tuple):
        return ast.Tuple([_key(item) for item in key.elts], ast.Load())
    if not isinstance(key, ast.Slice):
        return key
    parts = [part or ast.Constant(None) for part in (key.lower, key.upper, key.step)]
    return ast.Call(ast.Name("__slice__", ast.Load()), parts, [])
