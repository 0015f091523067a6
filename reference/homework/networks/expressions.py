"""Expressions that an engine of automatic differentiation is asked, and what they and their gradients are."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.homework.isolation.process import Call, New, Ref, Step
from reference.pair import Array

STEP = 1e-30  # of the complex step, which does not cancel
CONSTANT = 2.5

UNARY: dict[str, Callable[[Any], Any]] = {
    "tanh": np.tanh,
    "exp": np.exp,
    "sin": np.sin,
    "cos": np.cos,
    "log": np.log,
    "sqrt": np.sqrt,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "relu": lambda x: np.where(x.real > 0, x, 0),
    "abs": lambda x: np.where(x.real > 0, x, -x),
    "square": np.square,
    "sum": np.sum,
    "mean": np.mean,
}
POSITIVE, REDUCING = ("log", "sqrt"), ("sum", "mean")
BINARY: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "__mul__": ("a * b", lambda a, b: a * b),
    "__add__": ("a + b", lambda a, b: a + b),
    "__sub__": ("a - b", lambda a, b: a - b),
    "__truediv__": ("a / b", lambda a, b: a / b),
}
WITH_NUMBERS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "__neg__": ("-a", lambda a: -a),
    "__pow__": ("a ** 3", lambda a: a**3),
    "__radd__": (f"{CONSTANT} + a", lambda a: CONSTANT + a),
    "__rmul__": (f"{CONSTANT} * a", lambda a: CONSTANT * a),
    "__rsub__": (f"{CONSTANT} - a", lambda a: CONSTANT - a),
    "__rtruediv__": (f"{CONSTANT} / a", lambda a: CONSTANT / a),
}


def _beside(a: Any, b: Any, c: Any, d: Any) -> Any:
    """Both that use e lie beside each other: depth first, whichever comes first, e is gone back from too early."""
    e = a * b
    return e * c + e * d


def _near_and_far(a: Any, b: Any, c: Any, d: Any) -> Any:
    """One that uses e is nearer to the output than the other: breadth first, e is gone back from too early."""
    e = a * b
    return e + e * c * d


def _nested(a: Any, b: Any, c: Any, d: Any) -> Any:
    e = a * b
    f = d + e
    return e * f + f


# operands are kept in sets, whose order is chance: each is wrong for some way of going back, in any order
GRAPHS: dict[str, Callable[..., Any]] = {
    "e * c + e * d with e = a * b": _beside,
    "e + e * c * d with e = a * b": _near_and_far,
    "e * (d + e) + (d + e) with e = a * b": _nested,
}


@dataclass(frozen=True)
class Expression:
    """`build` makes it of its operands; `part` is the method that it asks, `said` how it is written.

    `shared`: it uses an operand more than once.
    """

    said: str
    part: str
    operands: Mapping[str, Array]
    build: Callable[..., Any]
    shared: bool = False

    def value(self) -> Array:
        return np.real(self._at(self.operands))

    def gradients(self) -> dict[str, Array]:
        """Those of the sum of its elements, by complex steps. Squire and Trapp (1998)."""
        return {name: self._gradient(name) for name in self.operands}

    def _gradient(self, name: str) -> Array:
        gradient = np.zeros(self.operands[name].shape)
        for index in np.ndindex(gradient.shape):
            moved = np.array(self.operands[name], complex)
            moved[index] += 1j * STEP
            gradient[index] = self._at({**self.operands, name: moved}).sum().imag / STEP
        return gradient

    def _at(self, operands: Mapping[str, Array]) -> Array:
        built = self.build(*(Number(np.asarray(each, complex)) for each in operands.values()))
        return np.asarray(built.value)


class Number:
    """An operand that computes."""

    def __init__(self, value: Array) -> None:
        self.value = value

    def __getattr__(self, name: str) -> Callable[[], "Number"]:
        if name not in UNARY:
            raise AttributeError(name)
        return lambda: Number(UNARY[name](self.value))

    def __neg__(self) -> "Number":
        return Number(-self.value)

    def __add__(self, other: Any) -> "Number":
        return Number(self.value + _value(other))

    def __sub__(self, other: Any) -> "Number":
        return Number(self.value - _value(other))

    def __mul__(self, other: Any) -> "Number":
        return Number(self.value * _value(other))

    def __truediv__(self, other: Any) -> "Number":
        return Number(self.value / _value(other))

    def __matmul__(self, other: "Number") -> "Number":
        return Number(self.value @ other.value)

    def __pow__(self, power: int) -> "Number":
        return Number(self.value**power)

    __radd__, __rmul__ = __add__, __mul__

    def __rsub__(self, other: float) -> "Number":
        return Number(other - self.value)

    def __rtruediv__(self, other: float) -> "Number":
        return Number(other / self.value)


def _value(other: Any) -> Any:
    return other.value if isinstance(other, Number) else other


class Recorded:
    """An operand in the process apart: what is done with it is a step there.

    A method of it, or a call of an object of the class that it goes `through`.
    """

    def __init__(self, name: str, steps: list[Step], through: str = "") -> None:
        self.name, self.steps, self.through = name, steps, through

    def ask(self, method: str, *given: Any) -> "Recorded":
        bind = f"node{len(self.steps)}"
        args = [Ref(each.name) if isinstance(each, Recorded) else each for each in given]
        if self.through and method != "sum":
            self.steps.append(New(self.through, bind=f"made{bind}"))
            self.steps.append(Call(f"made{bind}", [Ref(self.name), *args], bind=bind))
        else:
            self.steps.append(Call(f"{self.name}.{method}", args, bind=bind))
        return Recorded(bind, self.steps, self.through)

    def __getattr__(self, name: str) -> Callable[[], "Recorded"]:
        if name not in UNARY:
            raise AttributeError(name)
        return lambda: self.ask(name)


def _asking(method: str) -> Callable[..., Recorded]:
    return lambda self, *given: self.ask(method, *given)


for _method in (*BINARY, *WITH_NUMBERS, "__matmul__"):
    setattr(Recorded, _method, _asking(_method))


def alone(methods: Sequence[str], random: np.random.Generator, *, arrays: bool, weighed: bool) -> Iterator[Expression]:
    """What each of these methods is asked by itself; `weighed`: times c, for a gradient that is not 1 to come back."""
    size = (3, 4) if arrays else ()
    a, b, c = (np.asarray(random.uniform(0.4, 1.6, size)) for _ in range(3))
    signed = np.asarray(a - 1.0)

    def asked(said: str, part: str, apply: Callable[..., Any], c: Array = c, **operands: Array) -> Expression:
        if not weighed:
            return Expression(said, part, operands, apply)
        return Expression(said, part, {**operands, "c": c}, lambda *given: apply(*given[:-1]) * given[-1])

    for method in methods:
        if method in BINARY:
            said, both = BINARY[method]
            yield asked(said, method, both, a=signed, b=b)
        elif method in WITH_NUMBERS:
            said, one = WITH_NUMBERS[method]
            yield asked(said, method, one, a=a)
        elif method in UNARY:
            weight = np.asarray(1.3) if method in REDUCING else c
            for given in (a,) if method in POSITIVE else (a, -a):
                yield asked(f"a.{method}()", method, _unary(method), weight, a=given)
        elif method == "__matmul__":
            other, weight = random.standard_normal((4, 2)), random.standard_normal((3, 2))
            yield asked("a @ b", method, lambda a, b: a @ b, weight, a=signed, b=other)


def _unary(method: str) -> Callable[[Any], Any]:
    return lambda a: getattr(a, method)()


def broadcast(methods: Sequence[str], random: np.random.Generator) -> Iterator[Expression]:
    """A vector that is spread over the rows of a matrix, on either side."""
    a, v = random.uniform(0.4, 1.6, (3, 4)), random.uniform(0.4, 1.6, 4)
    for method in [name for name in BINARY if name in methods]:
        said, apply = BINARY[method]
        sign = said.split()[1]
        yield Expression(f"a {sign} v", method, {"a": a, "v": v}, apply)
        yield Expression(f"v {sign} a", method, {"v": v, "a": a}, apply)


def nested(operation: str, random: np.random.Generator) -> Iterator[Expression]:
    """An operation by itself, and of its own result, for a gradient that is not 1 to come back."""
    if operation == "__matmul__":
        a, b, c = (random.standard_normal(size) for size in ((3, 4), (4, 2), (2, 5)))
        yield Expression("a @ b", operation, {"a": a, "b": b}, lambda a, b: a @ b)
        yield Expression("(a @ b) @ c", operation, {"a": a, "b": b, "c": c}, lambda a, b, c: (a @ b) @ c)
        return
    a, b, c = (np.asarray(random.uniform(1.4, 2.6)) for _ in range(3))
    if operation in BINARY:
        said, both = BINARY[operation]
        sign = said.split()[1]
        yield Expression(said, operation, {"a": a, "b": b}, both)
        yield Expression(f"({said}) {sign} c", operation, {"a": a, "b": b, "c": c}, lambda *x: both(both(*x[:2]), x[2]))
        return
    one = WITH_NUMBERS[operation][1] if operation in WITH_NUMBERS else _unary(operation)
    said = operation.strip("_")
    for given in (a,) if operation in POSITIVE else (a, -a):
        yield Expression(f"{said}(a)", operation, {"a": given}, one)
        yield Expression(f"{said}({said}(a))", operation, {"a": given}, lambda a: one(one(a)))


def _twice(method: str) -> Callable[..., Any]:
    return lambda a, b, c, d: getattr(a, method)() + getattr(a, method)()


def shared(methods: Sequence[str], random: np.random.Generator, *, arrays: bool) -> Iterator[Expression]:
    """Expressions with an operand that is used more than once: as both sides, as the left and as the right of two.

    The last are graphs in which a node must wait for all that use it.
    """
    size = (3, 4) if arrays else ()
    operands = {name: np.asarray(random.uniform(0.4, 1.6, size)) for name in "abcd"}
    for method in [name for name in BINARY if name in methods]:
        said, apply = BINARY[method]
        sign = said.split()[1]
        forms: dict[str, Callable[..., Any]] = {
            f"a {sign} a": lambda a, b, c, d, f=apply: f(a, a),
            f"(a {sign} b) + (a {sign} c)": lambda a, b, c, d, f=apply: f(a, b) + f(a, c),
            f"(b {sign} a) + (c {sign} a)": lambda a, b, c, d, f=apply: f(b, a) + f(c, a),
        }
        yield from (Expression(form, method, operands, build, shared=True) for form, build in forms.items())
    for method in [name for name in UNARY if name in methods and name not in REDUCING]:
        yield Expression(f"a.{method}() + a.{method}()", method, operands, _twice(method), shared=True)
    if "__mul__" in methods:
        yield from (Expression(said, "", operands, build, shared=True) for said, build in GRAPHS.items())
