"""What the code of a container of layers says: where it keeps them, what it calls of them, how it is given them."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reference.homework.methods import Method
from reference.homework.roles import means
from reference.homework.subject import BACKWARD, FORWARD, Subject

KEPT = r"(sub|hidden|all|my)?(layers?|modules?|blocks?|stages?|nodes|components|sequence|operations|ops)(list|stack)?"
ADD = r"(add|append|push)(layer|module|block)?s?"
COPIES = {"OrderedDict", "collections.OrderedDict", "dict", "list", "tuple", "enumerate", "zip", "str", "range", "len"}
TRAINS = r"fit|train\w*|learn|update|step|optimi[sz]e"


@dataclass(frozen=True)
class Container:
    """`layers` is the attribute that holds them; `given`: "add", "list" or "each" of them to the constructor.

    `taker` is the method, or the parameter of the constructor, that takes them. `called`: for every method of a layer
    that is called, whether it goes "forward", "backward" or neither. `through` are the methods that go through the
    layers forward, `back` those that go backward.
    """

    layers: str
    given: str
    taker: str
    called: Mapping[str, str]
    through: tuple[Method, ...]
    back: tuple[Method, ...]


def container_of(subject: Subject) -> Container | None:
    """What a class is as a container of layers that it is given; None for any other."""
    if not subject.is_class:
        return None
    reached = {name: list(_reached(method.node)) for name, method in subject.methods.items()}
    attributes = [attr for found in reached.values() for attr, called in found if called]
    taken = next(((attr, *how) for attr in attributes if (how := _given(subject, attr))), None)
    if taken is None:
        return None
    layers, given, taker = taken
    kinds = {called: _kind(called) for found in reached.values() for attr, called in found if attr == layers}
    ways = {name: {kinds[called] for attr, called in found if attr == layers} for name, found in reached.items()}
    through = [m for name, m in subject.methods.items() if "forward" in ways[name] and "backward" not in ways[name]]
    back = [m for name, m in subject.methods.items() if "backward" in ways[name]]
    if not through or any(_asks_for_kinds(m.node) for m in (*through, *back)):
        return None
    # the pass itself before what predicts with it, what is handed a gradient before what trains
    through.sort(key=lambda m: next((i for i, p in enumerate(FORWARD) if means(m.name, p)), len(FORWARD)))
    back.sort(key=lambda m: means(m.name, TRAINS))
    called = {**dict.fromkeys(_met(subject, layers, taker), ""), **{n: k for n, k in kinds.items() if n != "()"}}
    return Container(layers, given, taker, called, tuple(through), tuple(back))


def _kind(called: str) -> str:
    if called == "()" or any(means(called, pattern) for pattern in FORWARD[:4]) or means(called, r"predict|activate"):
        return "forward"
    return "backward" if any(means(called, pattern) for pattern in BACKWARD[:4]) else ""


def _reached(node: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """The attribute that each loop goes over, with what is called of its items: "()" for an item itself."""
    for loop in ast.walk(node):
        if isinstance(loop, ast.For):
            own = [n.attr for n in ast.walk(loop.iter) if isinstance(n, ast.Attribute) and _own(n)]
            attr = next((name for name in own if means(name, KEPT)), "")
            items = {n.id for n in ast.walk(loop.target) if isinstance(n, ast.Name)}
            for call in (n for part in loop.body for n in ast.walk(part) if isinstance(n, ast.Call)):
                match call.func:
                    case ast.Attribute(value=ast.Name(id=name), attr=called) if attr and name in items:
                        yield attr, called
                    case ast.Name(id=name) if attr and name in items:
                        yield attr, "()"
                    case ast.Attribute(value=ast.Subscript(value=ast.Attribute() as kept), attr=called) if _own(kept):
                        yield kept.attr, called
                    case ast.Subscript(value=ast.Attribute() as held) if _own(held):
                        yield held.attr, "()"


def _met(subject: Subject, layers: str, taker: str) -> Iterator[str]:
    """What is called of single layers outside of loops, where they come in and where they are picked out."""
    nodes = [n for method in subject.methods.values() for n in ast.walk(method.node)]
    incoming = {p.name for name, method in subject.methods.items() if name == taker for p in method.parameters}
    for call in (n for n in nodes if isinstance(n, ast.Call)):
        match call.func:
            case ast.Attribute(value=ast.Name(id=name), attr=called) if name in incoming:
                yield called
            case ast.Attribute(value=ast.Subscript(value=ast.Attribute(attr=kept)), attr=called) if kept == layers:
                yield called


def _own(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"


def _given(subject: Subject, attr: str) -> tuple[str, str] | None:
    """How layers come to the attribute: each by a method, or all by the constructor. None where it makes them."""
    for name, method in subject.methods.items():
        if means(name, ADD) and len([p for p in method.parameters if p.required]) == 1 and _puts(method.node, attr):
            return "add", name
    for node in subject.symbol.node.body:
        if isinstance(node, ast.FunctionDef) and node.name == "__init__":
            several = node.args.vararg.arg if node.args.vararg else ""
            names = {a.arg for a in node.args.args} | {several}
            for inner in ast.walk(node):
                match inner:
                    case ast.Assign(targets=[ast.Attribute(attr=kept)], value=value) if kept == attr:
                        if (taken := _itself(value, names)) is not None:
                            return ("each", taken) if taken == several else ("list", taken)
    return None


def _puts(node: ast.FunctionDef, attr: str) -> bool:
    """Whether a method does something to the attribute."""
    return any(_own(n) and n.attr == attr for n in ast.walk(node) if isinstance(n, ast.Attribute))


def _itself(value: ast.expr, names: set[str]) -> str | None:
    """The parameter that a value is: layers, list(layers), [*layers], layers or []."""
    match value:
        case ast.Call(func=ast.Name(id="list" | "tuple"), args=[inner]) | ast.Starred(value=inner):
            return _itself(inner, names)
        case ast.List(elts=[inner]):
            return _itself(inner, names) if isinstance(inner, ast.Starred) else None
        case ast.BoolOp(values=[first, *_]):
            return _itself(first, names)
        case ast.IfExp(body=body, orelse=other):
            return _itself(body, names) or _itself(other, names)
        case ast.Name(id=name) if name in names:
            return name
    read = {n.id for n in ast.walk(value) if isinstance(n, ast.Name)}
    called = {ast.unparse(n.func) for n in ast.walk(value) if isinstance(n, ast.Call)}
    taken = sorted(read & names - {"self"})
    return taken[0] if len(taken) == 1 and called and called <= COPIES else None


def _asks_for_kinds(node: ast.FunctionDef) -> bool:
    """Whether code treats layers differently by their class, which no stand-in has."""
    called = [n.func.id for n in ast.walk(node) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
    return bool({"isinstance", "type", "issubclass"} & set(called)) or "__class__" in ast.dump(node)


def others_called(nodes: Sequence[ast.AST], own: set[str]) -> dict[str, list[str]]:
    """The attributes of an object that are called, or whose methods are, and these; without its `own` methods."""
    found: dict[str, list[str]] = {}
    for call in (n for node in nodes for n in ast.walk(node) if isinstance(n, ast.Call)):
        match call.func:
            case ast.Attribute(value=ast.Name(id="self"), attr=name) if name not in own:
                found.setdefault(name, [])
            case ast.Attribute(value=ast.Attribute(value=ast.Name(id="self"), attr=name), attr=part):
                if name not in own:
                    found.setdefault(name, []).append(part)
    return found
