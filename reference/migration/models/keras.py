"""A Keras model whose layers can be looked at."""

import contextlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from reference.frameworks import resolve
from reference.frameworks.keras import float_type  # first: it sets both of these up
from reference.migration.counterparts import is_known
from reference.migration.models import OF_ATTENTION, Run, Step, as_tuple, kind_of, shortest, variable_at, walk
from reference.migration.models.keras_precision import in_full_precision
from reference.migration.models.noise import in_keras
from reference.migration.models.own import Own, beside
from reference.migration.outputs import leaves
from reference.pair import Array


class Wrapped:
    framework = "keras"

    def __init__(self, model: Any) -> None:
        self.model = model
        self.rounded: set[str] = set()
        self.draws = False

    def leaves(self) -> list[tuple[str, Any]]:
        found = list(walk("", self.model, _children, lambda layer: is_known("keras", self, layer)))
        held = (v for _, layer in found for v in layer.weights)
        return [*found, *beside(_trainable(self.model), held)]

    def written(self) -> list[str]:
        """The layers of a functional model in the order in which they were called as it was written; none of others.

        Keras sorts them by their depth, and counts tensors as they are made: keras_tensor_12.
        """
        leaves = {id(layer): name for name, layer in self.leaves()}
        counted = {}
        for layer in getattr(self.model, "operations", ()):
            made = [str(t.name).rpartition("_")[2] for node in layer._inbound_nodes for t in node.outputs]
            numbers = [int(number) for number in made if number.isdigit()]
            if numbers and id(layer) in leaves:
                counted[leaves[id(layer)]] = min(numbers)
        return sorted(counted, key=lambda name: counted[name])

    def inner(self, layer: Any) -> Any:
        return getattr(layer, "forward_layer", None)

    def variables(self, layer: Any) -> dict[str, Any]:
        if isinstance(layer, Own):
            return dict(zip(("value",), layer.trainable_variables, strict=False))
        return {_after(weight.path, layer.name): weight for weight in layer.trainable_variables}

    def find(self, layer: Any, path: str) -> Any:
        return variable_at(layer, path)

    def get(self, layer: Any, path: str) -> Array | None:
        found = self.find(layer, path)
        return None if found is None else _array(found)

    def set(self, layer: Any, path: str, value: Array) -> None:
        resolve(layer, path).assign(value)

    def freeze(self, layer: Any, path: str) -> None:
        raise NotImplementedError(f"Keras has no weight to hold at zero, and {path} was asked for")

    def dtype(self) -> str:
        kinds = [str(v.dtype) for v in self.model.variables if "float" in str(v.dtype)]
        return kinds[0] if kinds else "float64"

    def precision(self) -> str:
        layers = self.model._flatten_layers()
        return shortest(str(each) for layer in layers for each in (layer.compute_dtype, layer.variable_dtype))

    def snapshot(self) -> Any:
        return [(v, np.array(v.numpy())) for v in self.model.variables if "float" in str(v.dtype)]

    def restore(self, snapshot: Any) -> None:
        for variable, value in snapshot:
            variable.assign(value)

    def tensors(self, inputs: Sequence[Array]) -> list[Any]:
        return [tf.cast(x, self.dtype()) if x.dtype.kind == "f" else tf.convert_to_tensor(x) for x in inputs]

    def computing(self) -> Any:
        return float_type(self.dtype())

    def without_dropout(self) -> Any:
        return _without_dropout(self.model)

    def random_state(self) -> Any:
        return _random_state(self.model)

    def run(
        self,
        inputs: Sequence[Array],
        dy: Mapping[str, Array] | None = None,
        training: bool = False,
        resting: Collection[str] = (),
    ) -> Run:
        tensors = self.tensors(inputs)
        named = dict(self.leaves())
        tape = tf.GradientTape(watch_accessed_variables=False)
        weights = [(n, path, v) for n, layer in named.items() for path, v in self.variables(layer).items()]
        dropping = {name: list(_dropping(layer)) for name, layer in named.items()}
        quiet = self.without_dropout() if training else contextlib.nullcontext()
        full = (
            in_full_precision(self.model, self.rounded) if self.precision() == "float64" else contextlib.nullcontext()
        )
        noise = contextlib.nullcontext() if training else in_keras(self._drew)
        with self.computing(), full, noise, _recorded(named, resting) as calls, quiet, tape:
            wanted = [x for x in tensors if x.dtype.is_floating]
            tape.watch([*wanted, *(v.value for _, _, v in weights)])
            made = dict(leaves(_called(self.model, tensors, training)))
        ys = {place: _array(y) for place, y in made.items()}
        steps = [Step(name, named[name], given, kept, None, drew) for name, given, kept, _, drew in calls]
        dropped = [
            (kind, rate, 0 if kind == OF_ATTENTION else s.y.size) for s in steps for kind, rate in dropping[s.name]
        ]
        if dy is None:
            return Run(ys, (), tuple(steps), {}, tuple(dropped))
        outputs = [out for *_, out, _ in calls]
        targets = [*wanted, *outputs, *(v.value for _, _, v in weights)]
        pulled = {place: y for place, y in made.items() if place in dy and y.dtype.is_floating}
        cotangents = [tf.cast(tf.convert_to_tensor(dy[place]), y.dtype) for place, y in pulled.items()]
        found = (
            tape.gradient(list(pulled.values()), targets, cotangents, tf.UnconnectedGradients.ZERO) if targets else []
        )
        filled = iter([_array(tf.convert_to_tensor(g)) for g in found])
        dxs = tuple(next(filled) if x.dtype.is_floating else None for x in tensors)
        steps = [Step(s.name, s.layer, s.inputs, s.y, next(filled)) for s in steps]
        grads = {(name, path): next(filled) for name, path, _ in weights}
        return Run(ys, dxs, tuple(steps), grads, tuple(dropped))

    def _drew(self) -> None:
        self.draws = True


def _array(x: Any) -> Array:
    """A copy of a tensor or variable; NumPy has no bfloat16, whose numbers float32 has all."""
    copied = np.array(x.numpy())
    return copied.astype(np.float32) if copied.dtype.name == "bfloat16" else copied


def _called(model: Any, tensors: list[Any], training: bool) -> Any:
    """A functional model takes its inputs in a list, all other layers one by one."""
    if len(tensors) > 1 and isinstance(model, keras.Model) and hasattr(model, "_functional"):
        return model(tensors, training=training)
    if len(tensors) > 1 and isinstance(model, keras.src.models.functional.Functional):
        return model(tensors, training=training)
    return model(*tensors, training=training)


def _children(layer: Any) -> list[tuple[str, Any]]:
    below = layer.layers if isinstance(layer, keras.Model) else layer._flatten_layers(False, False)
    return [(each.name, each) for each in below if not isinstance(each, keras.layers.InputLayer)]


def _trainable(model: Any) -> Iterator[tuple[str, Any]]:
    """All weights that are to be trained, frozen ones too, by their paths without the model's name."""
    for layer in model._flatten_layers():
        for weight in layer._trainable_variables:
            yield weight.path.removeprefix(f"{model.name}/").replace("/", "."), weight


def _after(path: str, name: str) -> str:
    """What stands in a variable's path after the layer's name: "lstm/lstm_cell/kernel" is "lstm_cell/kernel"."""
    return path.rpartition(f"{name}/")[2]


# a layer's name, its inputs, its output as an array and as a tensor, and whether it drew random numbers
Call = tuple[str, tuple[Array, ...], Array, Any, bool]


def _random_state(layer: Any) -> list[bytes]:
    return [v.numpy().tobytes() for v in layer.variables if "float" not in str(v.dtype)]


@contextlib.contextmanager
def _recorded(leaves: dict[str, Any], resting: Collection[str]) -> Iterator[list[Call]]:
    calls: list[Call] = []

    def keeping(name: str, call: Any) -> Any:
        def keep(*given: Any, **options: Any) -> Any:
            if name in resting and "training" in options:
                options["training"] = False
            before = _random_state(leaves[name])
            made = call(*given, **options)
            y = as_tuple(made)[0]
            drew = _random_state(leaves[name]) != before
            calls.append((name, tuple(_array(x) for x in given if tf.is_tensor(x)), _array(y), y, drew))
            return made

        return keep

    called = {name: layer for name, layer in leaves.items() if not isinstance(layer, Own)}
    own = {name: vars(layer)["call"] for name, layer in called.items() if "call" in vars(layer)}
    for name, layer in called.items():
        object.__setattr__(layer, "call", keeping(name, layer.call))
    try:
        yield calls
    finally:
        for name, layer in called.items():
            object.__delattr__(layer, "call")
            if name in own:
                object.__setattr__(layer, "call", own[name])


def _rates(model: Any) -> list[tuple[Any, str, float]]:
    """Layers that drop, or add noise, and how much."""
    return [
        (layer, name, getattr(layer, name))
        for layer in model._flatten_layers()
        for name in ("rate", "stddev", "dropout", "recurrent_dropout")
        if isinstance(getattr(layer, name, None), float) and not isinstance(getattr(type(layer), name, None), property)
    ]


def _dropping(layer: Any) -> Iterator[tuple[str, float]]:
    """What a layer drops, if anything: the kind and the rate."""
    if isinstance(layer, Own):
        return
    for part, name, rate in _rates(layer):
        if rate:
            yield _kind(layer, part, name), rate


def _kind(layer: Any, part: Any, name: str) -> str:
    if isinstance(layer, keras.layers.MultiHeadAttention | keras.layers.GroupQueryAttention | keras.layers.Attention):
        return OF_ATTENTION
    if name != "rate":
        return {"dropout": "dropout of a recurrent layer's inputs", "stddev": "noise"}.get(name, "recurrent dropout")
    return kind_of(type(part).__name__)


@contextlib.contextmanager
def _without_dropout(model: Any) -> Iterator[None]:
    rates = _rates(model)
    for layer, name, _ in rates:
        setattr(layer, name, 0.0)
    try:
        yield
    finally:
        for layer, name, value in rates:
            setattr(layer, name, value)
