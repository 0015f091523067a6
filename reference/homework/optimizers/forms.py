"""How code keeps weights and gradients that an optimizer steps: dicts, lists, one array, or attributes of an object."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.homework.isolation.process import Set, Step, Stub
from reference.homework.roles import Parameter, plain
from reference.homework.trees import Leaf, gradient_likeness
from reference.pair import Array

LAYER = r"layers?|l|fc|model|net|network|affine|obj|target|node|module|instance|rnn|cell|nn"
KEYS = ("W1", "b1", "W2", "b2")
BATCH = 5
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Place:
    """One weight: the path to it below the root, ".W" or "['W1']" or "[0].data"; that to its gradient; its shape.

    A gradient that is a parameter of the step has that one's name, and no path.
    """

    weight: str
    gradient: str
    shape: Shape


@dataclass(frozen=True)
class Form:
    """`holds`: the root that holds the weights holds the gradients besides; else they come in a container like it.

    `extra` are paths to inputs of a layer, batches of BATCH samples that an optimizer may take the length of. `named`
    are parameters of the step that are weights by themselves, with their paths. `kept` are paths to what an optimizer
    keeps with the weights, and the numbers that it begins with.
    """

    said: str
    places: tuple[Place, ...]
    holds: bool = False
    extra: tuple[str, ...] = ()
    named: tuple[tuple[str, str], ...] = ()
    kept: tuple[tuple[str, float], ...] = ()

    @property
    def single(self) -> bool:
        """Whether it is one array at a time."""
        return self.places[0].weight == ""

    def root(self, arrays: Mapping[str, Array]) -> Any:
        """The container of these weights, by their places."""
        found: dict[str, Any] = {place.weight: arrays[place.weight] for place in self.places}
        if self.holds:
            found |= {p.gradient: np.zeros(p.shape) for p in self.places if not p.gradient.isidentifier()}
            found |= {path: np.ones((BATCH, 3)) for path in self.extra} | dict(self.kept)
        return _built(found)

    def gradients(self, arrays: Mapping[str, Array]) -> Any:
        """The container of these gradients, which are given by the places of their weights."""
        return _built({place.gradient: arrays[place.weight] for place in self.places})

    def put(self, base: str, arrays: Mapping[str, Array]) -> list[Step]:
        """The steps that give the objects their gradients."""
        there = [place for place in self.places if not place.gradient.isidentifier()]
        return [Set(base + place.gradient, arrays[place.weight], inplace=False) for place in there]

    def handed(self, arrays: Mapping[str, Array]) -> dict[str, Array]:
        """The gradients that are parameters of the step, by name."""
        return {p.gradient: arrays[p.weight] for p in self.places if p.gradient.isidentifier()}


def _built(paths: Mapping[str, Any]) -> Any:
    """The tree with these values at these paths: objects, dicts and lists."""
    if "" in paths:
        return paths[""]
    below: dict[str, dict[str, Any]] = {}
    for path, value in paths.items():
        first = re.match(r"\.\w+|\['\w+'\]|\[\d+\]", path)
        assert first is not None
        below.setdefault(first[0], {})[path[first.end() :]] = value
    built = {first: _built(rest) for first, rest in below.items()}
    if next(iter(built)).startswith("."):
        return Stub("namespace", **{first[1:]: value for first, value in built.items()})
    if "'" in next(iter(built)):
        return {first[2:-2]: value for first, value in built.items()}
    return list(built.values())


def shape_of(name: str, columns: bool = False) -> Shape:
    """A shape for a weight of this name: that of a bias where it is called so. Weights are (3, 4), biases (4,)."""
    bias = re.fullmatch(r"b\w*|\w*(bias|beta)\w*|v?b\d*", plain(name)) is not None
    if columns:
        return (3, 1) if bias else (3, 4)
    return (4,) if bias else (3, 4)


def containers(columns: bool, wanted: Sequence[Parameter]) -> Iterator[Form]:
    """The forms that are no objects, likeliest first: dicts with keys that the code names, or any; lists; arrays."""
    keyed = dict.fromkeys(key for parameter in wanted for key in parameter.keys)
    own = [(w, g) for w in keyed for g in keyed if g != w and is_gradient(g, w)]
    if own:
        yield _dict(own, columns)
    names = [parameter.name for parameter in wanted if parameter.required]
    pairs = [(w, g) for w in names for g in names if g != w and is_gradient(g, w)]
    if len(pairs) > 1:
        places = tuple(Place(f"[{i}]", g, shape_of(w, columns)) for i, (w, g) in enumerate(pairs))
        named = tuple((w, f"[{i}]") for i, (w, _) in enumerate(pairs))
        yield Form("weights and gradients one by one", places, True, named=named)
    yield _dict([(key, key) for key in KEYS], columns)
    yield _dict([(key, f"d{key}") for key in KEYS], columns)
    listed = [Place(f"[{i}]", f"[{i}]", shape_of(key, columns)) for i, key in enumerate(KEYS)]
    yield Form("lists of weights and gradients", tuple(listed))
    yield Form("one weight at a time", (Place("", "", (3, 4)),))


def _dict(pairs: Sequence[tuple[str, str]], columns: bool) -> Form:
    places = tuple(Place(f"['{w}']", f"['{g}']", shape_of(w, columns)) for w, g in pairs)
    return Form("dicts of weights and gradients", places)


def is_gradient(name: str, of: str) -> bool:
    """Whether the name is that of the gradient of what is called `of`."""
    if gradient_likeness(Leaf(f".{name}", None), Leaf(f".{of}", None)) == 3:
        return True
    short = {"weight": "w", "weights": "w", "kernel": "w", "bias": "b", "biases": "b"}.get(plain(of))
    if short and plain(name) in (f"d{short}", f"grad{short}"):
        return True
    return plain(of) in ("data", "value", "val", "w", "weight", "x") and bool(
        re.fullmatch(r"g(rad(ient)?s?)?", plain(name))
    )
