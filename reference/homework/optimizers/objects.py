"""Weights that are attributes of objects: which ones, as the attributes and names in an optimizer's code say."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from reference.homework.optimizers.forms import LAYER, Form, Place, containers, is_gradient, shape_of
from reference.homework.roles import Parameter, plain
from reference.homework.subject import Subject

# attributes of arrays and dicts, which are no weights
NO_WEIGHT = r"shape|size|ndim|dtype|t|copy|keys|values|items|get|append|sum|mean|astype|pop|update|setdefault|format"
WEIGHTS_HELD = r"params?|parameters?|weights|theta|variables"
GRADIENTS_HELD = r"grads?|gradients?|dparams?|dweights|dtheta"
MODULES = ("np", "numpy", "math", "cp", "copy", "self", "collections", "plt", "random")
HOLDERS = r"layers?|params|parameters|modules|trainable\w*"


def forms(
    subject: Subject, nodes: Sequence[ast.AST], wanted: Sequence[Parameter], numbers: Mapping[str, float]
) -> Iterator[Form]:
    """The forms that code may want, likeliest first; `numbers` are those that classes give their attributes."""
    found = list(_objects(nodes, wanted, numbers))
    if not found and any(re.fullmatch(LAYER, plain(parameter.name)) for parameter in wanted):
        found = [_object([("W", "dW"), ("B", "dB")])]
    yield from found
    yield from containers(not subject.is_class, wanted)


def numbers_kept(sources: Iterable[ast.AST]) -> dict[str, float]:
    """The numbers that attributes are set to in constructors: self.HW = 0."""
    makers = (n for tree in sources for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == "__init__")
    found: dict[str, float] = {}
    for node in (n for maker in makers for n in ast.walk(maker)):
        match node:
            case ast.Assign(targets=[ast.Attribute(attr=name)], value=ast.Constant(value=int() | float() as number)):
                found[name] = float(number)
    return found


def _objects(nodes: Sequence[ast.AST], wanted: Sequence[Parameter], numbers: Mapping[str, float]) -> Iterator[Form]:
    """The forms in which weights are attributes of what is handed over, or of what is in it."""
    inner = [each for node in nodes for each in ast.walk(node)]
    read = _attributes(inner)
    direct = [parameter.name for parameter in wanted]
    for owner, attributes in read.items():
        names = [name for name in dict.fromkeys(attributes) if not re.fullmatch(NO_WEIGHT, plain(name))]
        names += _texts(inner) if owner in direct or len(read) == 1 else []
        extra = (".X",) if "X" in names else ()
        held = _held(names)
        handed = [name for name in direct if name not in names]
        pairs = [(w, g) for w in names for g in [*dict.fromkeys(names), *handed] if w != g and is_gradient(g, w)]
        holder = next((n for who in direct for n in read.get(who, []) if re.fullmatch(HOLDERS, plain(n))), "")
        bases = [""] if owner in direct else [*([f".{holder}"] if holder else []), "[]"]
        for base in bases:
            if pairs and (held is None or len(pairs) > 1):
                held_too = {n for pair in pairs for n in pair}
                kept = tuple((f".{n}", numbers[n]) for n in names if n in numbers and n not in held_too)
                yield _moved(replace(_object(pairs, extra, handed), kept=kept), base)
            elif held is not None:
                yield from (_moved(form, base) for form in _held_forms(*held, extra))
    for owner in direct:
        texts = _texts(inner)
        pairs = [(w, g) for w in texts for g in texts if w != g and is_gradient(g, w)]
        if pairs and owner not in read and re.fullmatch(LAYER, plain(owner)):
            yield _object(pairs)


def _attributes(nodes: Sequence[ast.AST]) -> dict[str, list[str]]:
    """The attributes that are read and set, by the name of what they are of."""
    read: dict[str, list[str]] = {}
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id not in MODULES:
            read.setdefault(node.value.id, []).append(node.attr)
    return read


def _texts(nodes: Sequence[ast.AST]) -> list[str]:
    """The names that the code has as texts, where it gets attributes by name; with a d before them if it adds one."""
    called = {n.func.id for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    if not called & {"getattr", "setattr"}:
        return []
    texts = [n.value for n in nodes if isinstance(n, ast.Constant)]
    names = [text for text in texts if isinstance(text, str) and text.isidentifier()]
    added = [f"{prefix}{name}" for prefix in names if prefix in ("d", "grad_") for name in names if name != prefix]
    return list(dict.fromkeys([*names, *added]))


def _object(pairs: Sequence[tuple[str, str]], extra: tuple[str, ...] = (), handed: Sequence[str] = ()) -> Form:
    """One object with these weights and gradients, the gradients its attributes or parameters of the step."""
    weights = {w for w, _ in pairs}
    places = [Place(f".{w}", g if g in handed else f".{g}", shape_of(w)) for w, g in pairs if g not in weights]
    return Form("attributes of an object", tuple(places), True, extra)


def _moved(form: Form, base: str) -> Form:
    """A form below a path; "[]" stands for each of three objects in a list, and so does a path to a list."""
    if not base:
        return form
    base = base.removesuffix("[]")
    places = tuple(
        Place(f"{base}[{i}]{p.weight}", f"{base}[{i}]{p.gradient}", p.shape if i != 1 or len(form.places) > 1 else (4,))
        for i in range(3)
        for p in form.places
    )
    extra = tuple(f"{base}[{i}]{path}" for i in range(3) for path in form.extra)
    kept = tuple((f"{base}[{i}]{path}", number) for i in range(3) for path, number in form.kept)
    return Form(f"{form.said} in a list", places, True, extra, kept=kept)


def _held(names: Sequence[str]) -> tuple[str, str] | None:
    weights = next((n for n in names if re.fullmatch(WEIGHTS_HELD, plain(n))), None)
    gradients = next((n for n in names if re.fullmatch(GRADIENTS_HELD, plain(n))), None)
    return (weights, gradients) if weights and gradients else None


def _held_forms(weights: str, gradients: str, extra: tuple[str, ...]) -> Iterator[Form]:
    """An object whose weights and gradients are two dicts, or two lists."""
    keys = ("W", "b", "U")
    for name in ("{0}", "d{0}"):
        places = [Place(f".{weights}['{k}']", f".{gradients}['{name.format(k)}']", shape_of(k)) for k in keys]
        yield Form("dicts that are attributes of an object", tuple(places), True, extra)
    listed = [Place(f".{weights}[{i}]", f".{gradients}[{i}]", shape_of(k)) for i, k in enumerate(keys)]
    yield Form("lists that are attributes of an object", tuple(listed), True, extra)
