"""How code keeps weights and gradients that an optimizer steps: dicts, lists, one array, or attributes of an object."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.homework.process import Set, Step, Stub
from reference.homework.roles import Parameter, plain
from reference.homework.subject import Subject
from reference.homework.trees import Leaf, gradient_likeness
from reference.pair import Array

# attributes of arrays and dicts, which are no weights
NO_WEIGHT = r"shape|size|ndim|dtype|t|copy|keys|values|items|get|append|sum|mean|astype|pop|update|setdefault|format"
WEIGHTS_HELD = r"params?|parameters?|weights|theta|variables"
GRADIENTS_HELD = r"grads?|gradients?|dparams?|dweights|dtheta"
LAYER = r"layers?|l|fc|model|net|network|affine|obj|target|node|module|instance|rnn|cell|nn"
MODULES = ("np", "numpy", "math", "cp", "copy", "self", "collections", "plt", "random")
BATCH = 5
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Place:
    """One weight: where it is below the root, where its gradient is, and its shape."""

    weight: str
    gradient: str
    shape: Shape


@dataclass(frozen=True)
class Form:
    """`kind`: "dict", "list", "array", "object", "objects", "model" or "held" (an object with a dict or a list).

    Gradients come in a container of their own, but for objects, which hold them.
    """

    kind: str
    places: tuple[Place, ...]
    said: str
    layers: str = ""
    batch: bool = False

    @property
    def holds(self) -> bool:
        """Whether the root holds the gradients besides."""
        return self.kind in ("object", "objects", "model", "held")

    def root(self, arrays: Mapping[str, Array]) -> Any:
        """The container of these weights, by their places."""
        return self._built({place.weight: arrays[place.weight] for place in self.places}, arrays)

    def gradients(self, arrays: Mapping[str, Array]) -> Any:
        """The container of these gradients, which are given by the places of their weights."""
        return self._built({place.gradient: arrays[place.weight] for place in self.places}, arrays)

    def put(self, base: str, arrays: Mapping[str, Array]) -> list[Step]:
        """The steps that give the objects their gradients."""
        return [Set(base + place.gradient, arrays[place.weight], inplace=False) for place in self.places]

    def _built(self, at: Mapping[str, Array], arrays: Mapping[str, Array]) -> Any:
        if self.kind == "array":
            return next(iter(at.values()))
        if self.kind == "list":
            return list(at.values())
        if self.kind == "dict":
            return {path[2:-2]: array for path, array in at.items()}
        zeros = {place.gradient: np.zeros(place.shape) for place in self.places}
        owners: dict[str, dict[str, Any]] = {}
        for path, array in {**at, **zeros}.items():
            owner, last = re.fullmatch(r"(.*?)(\.\w+|\['\w+'\]|\[\d+\])", path, re.S).groups()  # type: ignore[union-attr]
            owners.setdefault(owner, {})[last] = array
        return self._object(owners)

    def _object(self, owners: Mapping[str, Mapping[str, Array]]) -> Any:
        def held(parts: Mapping[str, Array]) -> Any:
            if next(iter(parts)).startswith("["):
                keyed = {key[2:-2]: array for key, array in parts.items() if "'" in key}
                return keyed or list(parts.values())
            return Stub("namespace", **{key[1:]: array for key, array in parts.items()}, **extra)

        extra = {"X": np.ones((BATCH, 3))} if self.batch else {}
        built = [held(parts) for parts in owners.values()]
        if self.kind == "held":
            return Stub("namespace", **{owner[1:]: each for owner, each in zip(owners, built, strict=True)}, **extra)
        if self.kind == "objects":
            return built
        return Stub("namespace", **{self.layers: built}) if self.kind == "model" else built[0]


def shape_of(name: str, columns: bool, number: int = 0) -> Shape:
    """A shape for a weight of this name: that of a bias where it is called so. Weights are (3, 4), biases (4,)."""
    bias = re.fullmatch(r"b\w*|\w*(bias|beta)\w*|v?b\d*", plain(name)) is not None
    if columns:
        return (3, 1) if bias else (3, 4)
    return (4,) if bias else (3, 4)


def forms(subject: Subject, nodes: Sequence[ast.AST], wanted: Sequence[Parameter]) -> Iterator[Form]:
    """The forms that code may want, likeliest first."""
    columns = not subject.is_class
    found = list(_objects(nodes, wanted))
    if not found and any(re.fullmatch(LAYER, plain(parameter.name)) for parameter in wanted):
        places = (Place(".W", ".dW", (3, 4)), Place(".B", ".dB", (4,)))
        found = [Form("object", places, "attributes of an object")]
    yield from found
    names = [key for p in wanted for key in p.keys if _gradient_of(key, [k for q in wanted for k in q.keys])]
    pairs = [(key, "d" + key) for key in ("W1", "b1", "W2", "b2")]
    keyed = [key for p in wanted for key in p.keys]
    own = [(w, g) for w in dict.fromkeys(keyed) for g in dict.fromkeys(keyed) if g != w and _is_gradient(g, w)]
    if names and own:
        yield _dict(own, columns)
    yield _dict([(key, key) for key, _ in pairs], columns)
    yield _dict(pairs, columns)
    listed = [Place(f"[{i}]", f"[{i}]", shape_of(key, columns)) for i, (key, _) in enumerate(pairs)]
    yield Form("list", tuple(listed), "lists of weights and gradients")
    yield Form("array", (Place("", "", (3, 4)),), "one weight at a time")


def _dict(pairs: Sequence[tuple[str, str]], columns: bool) -> Form:
    places = tuple(Place(f"['{w}']", f"['{g}']", shape_of(w, columns)) for w, g in pairs)
    return Form("dict", places, "dicts of weights and gradients")


def _objects(nodes: Sequence[ast.AST], wanted: Sequence[Parameter]) -> Iterator[Form]:
    """The forms in which weights are attributes, as the attributes that the code reads say."""
    read: dict[str, list[str]] = {}
    for node in (inner for each in nodes for inner in ast.walk(each)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id not in MODULES:
            read.setdefault(node.value.id, []).append(node.attr)
    direct = {parameter.name for parameter in wanted}
    said = "attributes of an object"
    for owner, attributes in read.items():
        names = [name for name in dict.fromkeys(attributes) if not re.fullmatch(NO_WEIGHT, plain(name))]
        pairs = [(w, g) for w in names for g in names if w != g and _is_gradient(g, w)]
        batch = any(name == "X" for name in names)
        held = _held(names)
        if held is not None and owner in direct:
            yield from _held_forms(*held, batch)
        elif pairs and owner in direct:
            places = tuple(Place(f".{w}", f".{g}", shape_of(w, False)) for w, g in pairs)
            yield Form("object", places, said, batch=batch)
        elif pairs:
            places = tuple(
                Place(f"[{i}].{w}", f"[{i}].{g}", shape_of(w, False) if i != 1 or len(pairs) > 1 else (4,))
                for i in range(3)
                for w, g in pairs
            )
            yield Form("objects", places, "attributes of the objects in a list", batch=batch)
            holder = next((n for who in direct for n in read.get(who, []) if n in ("layers", "params", "modules")), "")
            if holder:
                moved = tuple(Place(f".{holder}{p.weight}", f".{holder}{p.gradient}", p.shape) for p in places)
                yield Form("model", moved, f"objects in {holder}", holder, batch)


def _held(names: Sequence[str]) -> tuple[str, str] | None:
    weights = next((n for n in names if re.fullmatch(WEIGHTS_HELD, plain(n))), None)
    gradients = next((n for n in names if re.fullmatch(GRADIENTS_HELD, plain(n))), None)
    return (weights, gradients) if weights and gradients else None


def _held_forms(weights: str, gradients: str, batch: bool) -> Iterator[Form]:
    """An object whose weights and gradients are two dicts, or two lists."""
    keys = ("W", "b", "U")
    for name in ("{0}", "d{0}"):
        places = [Place(f".{weights}['{k}']", f".{gradients}['{name.format(k)}']", shape_of(k, False)) for k in keys]
        yield Form("held", tuple(places), "dicts that are attributes of an object", batch=batch)
    listed = [Place(f".{weights}[{i}]", f".{gradients}[{i}]", shape_of(k, False)) for i, k in enumerate(keys)]
    yield Form("held", tuple(listed), "lists that are attributes of an object", batch=batch)


def _is_gradient(name: str, of: str) -> bool:
    """Whether the name is that of the gradient of what is called `of`."""
    if gradient_likeness(Leaf(f".{name}", None), Leaf(f".{of}", None)) == 3:
        return True
    return bool(
        re.fullmatch(r"data|value|val|weights?|w|x", plain(of)) and re.fullmatch(r"g(rad(ient)?s?)?", plain(name))
    )


def _gradient_of(name: str, among: Sequence[str]) -> bool:
    return any(other != name and _is_gradient(other, name) for other in among)
