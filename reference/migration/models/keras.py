"""A Keras model whose layers can be looked at."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from reference.frameworks import resolve
from reference.frameworks.keras import float_type  # first: it sets both of these up
from reference.migration.counterparts import is_known
from reference.migration.models import Run, Step, as_tuple, output, variable_at, walk
from reference.pair import Array


class Wrapped:
    framework = "keras"

    def __init__(self, model: Any) -> None:
        self.model = model

    def leaves(self) -> list[tuple[str, Any]]:
        return list(walk("", self.model, _children, lambda layer: is_known("keras", self, layer)))

    def inner(self, layer: Any) -> Any:
        return getattr(layer, "forward_layer", None)

    def variables(self, layer: Any) -> dict[str, Any]:
        return {_after(weight.path, layer.name): weight for weight in layer.trainable_variables}

    def find(self, layer: Any, path: str) -> Any:
        return variable_at(layer, path)

    def get(self, layer: Any, path: str) -> Array | None:
        found = self.find(layer, path)
        return None if found is None else np.array(found.numpy())

    def set(self, layer: Any, path: str, value: Array) -> None:
        resolve(layer, path).assign(value)

    def freeze(self, layer: Any, path: str) -> None:
        raise NotImplementedError(f"Keras has no weight to hold at zero, and {path} was asked for")

    def dtype(self) -> str:
        kinds = [str(v.dtype) for v in self.model.variables if str(v.dtype).startswith("float")]
        return kinds[0] if kinds else "float64"

    def snapshot(self) -> Any:
        return [(v, np.array(v.numpy())) for v in self.model.variables if str(v.dtype).startswith("float")]

    def restore(self, snapshot: Any) -> None:
        for variable, value in snapshot:
            variable.assign(value)

    def tensors(self, inputs: Sequence[Array]) -> list[Any]:
        return [tf.convert_to_tensor(x.astype(self.dtype()) if x.dtype.kind == "f" else x) for x in inputs]

    def computing(self) -> Any:
        return float_type(self.dtype())

    def without_dropout(self) -> Any:
        return _without_dropout(self.model)

    def run(self, inputs: Sequence[Array], dy: Any = None, training: bool = False) -> Run:
        tensors = self.tensors(inputs)
        leaves = dict(self.leaves())
        tape = tf.GradientTape(watch_accessed_variables=False)
        weights = [(n, path, v) for n, layer in leaves.items() for path, v in self.variables(layer).items()]
        with self.computing(), _recorded(leaves) as calls, _without_dropout(self.model), tape:
            wanted = [x for x in tensors if x.dtype.is_floating]
            tape.watch([*wanted, *(v.value for _, _, v in weights)])
            y = output(_called(self.model, tensors, training), lambda heads: tf.concat(heads, 1))
        steps = [Step(name, leaves[name], given, kept) for name, given, kept, _ in calls]
        if dy is None:
            return Run(y.numpy(), (), tuple(steps))
        outputs = [out for _, _, _, out in calls]
        targets = [*wanted, *outputs, *(v.value for _, _, v in weights)]
        cotangent = tf.cast(tf.convert_to_tensor(dy(y.numpy())), y.dtype)
        found = tape.gradient(y, targets, cotangent, tf.UnconnectedGradients.ZERO)
        filled = iter([tf.convert_to_tensor(g).numpy() for g in found])
        dxs = tuple(next(filled) if x.dtype.is_floating else None for x in tensors)
        steps = [Step(s.name, s.layer, s.inputs, s.y, next(filled)) for s in steps]
        grads = {(name, path): next(filled) for name, path, _ in weights}
        return Run(y.numpy(), dxs, tuple(steps), grads)


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


def _after(path: str, name: str) -> str:
    """What stands in a variable's path after the layer's name: "lstm/lstm_cell/kernel" is "lstm_cell/kernel"."""
    return path.rpartition(f"{name}/")[2]


@contextlib.contextmanager
def _recorded(leaves: dict[str, Any]) -> Iterator[list[tuple[str, tuple[Array, ...], Array, Any]]]:
    calls: list[tuple[str, tuple[Array, ...], Array, Any]] = []

    def keeping(name: str, call: Any) -> Any:
        def keep(*given: Any, **options: Any) -> Any:
            made = call(*given, **options)
            y = as_tuple(made)[0]
            calls.append((name, tuple(x.numpy() for x in given if tf.is_tensor(x)), y.numpy(), y))
            return made

        return keep

    for name, layer in leaves.items():
        object.__setattr__(layer, "call", keeping(name, layer.call))
    try:
        yield calls
    finally:
        for layer in leaves.values():
            object.__delattr__(layer, "call")


@contextlib.contextmanager
def _without_dropout(model: Any) -> Iterator[None]:
    rates = [
        (layer, name, getattr(layer, name))
        for layer in model._flatten_layers()
        for name in ("rate", "dropout", "recurrent_dropout")
        if isinstance(getattr(layer, name, None), float) and not isinstance(getattr(type(layer), name, None), property)
    ]
    for layer, name, _ in rates:
        setattr(layer, name, 0.0)
    try:
        yield
    finally:
        for layer, name, value in rates:
            setattr(layer, name, value)
