"""A network of scratch whose layers can be looked at."""

import contextlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from reference.migration.counterparts import is_known
from reference.migration.models import Run, Step, as_tuple, kind_of, shortest, walk
from reference.pair import Array
from scratch.network import Composite


class Wrapped:
    framework = "scratch"

    def __init__(self, model: Any) -> None:
        self.model = model
        self.rounded: set[str] = set()
        self.draws = False

    def leaves(self) -> list[tuple[str, Any]]:
        def children(layer: Any) -> list[tuple[str, Any]]:
            return list(layer.parts.items()) if isinstance(layer, Composite) else []

        return list(walk("", self.model, children, lambda layer: is_known("scratch", self, layer)))

    def written(self) -> list[str]:
        return []

    def inner(self, layer: Any) -> Any:
        return layer.parts.get("forward") if isinstance(layer, Composite) else None

    def variables(self, layer: Any) -> dict[str, Any]:
        return dict(layer.params)

    def find(self, layer: Any, path: str) -> Any:
        return {**layer.buffers, **layer.params}.get(path)

    def get(self, layer: Any, path: str) -> Array | None:
        found = self.find(layer, path)
        return None if found is None else np.array(found)

    def set(self, layer: Any, path: str, value: Array) -> None:
        # in place: an optimizer may hold the array
        self.find(layer, path)[...] = value

    def freeze(self, layer: Any, path: str) -> None:
        raise NotImplementedError(f"scratch has no weight to hold at zero, and {path} was asked for")

    def dtype(self) -> str:
        return next((a.dtype.name for a in self.model.params.values()), "float64")

    def precision(self) -> str:
        return shortest(a.dtype.name for a in self.model.params.values())

    def snapshot(self) -> Any:
        return [(a, a.copy()) for a in (*self.model.params.values(), *self.model.buffers.values())]

    def restore(self, snapshot: Any) -> None:
        # a layer makes new buffers as it goes, so these are found by their places
        now = (*self.model.params.values(), *self.model.buffers.values())
        for array, (_, value) in zip(now, snapshot, strict=True):
            array[...] = value

    def tensors(self, inputs: Sequence[Array]) -> list[Any]:
        return [x.astype(self.dtype()) if x.dtype.kind == "f" else x for x in inputs]

    def computing(self) -> Any:
        return contextlib.nullcontext()

    def without_dropout(self) -> Any:
        return _without_dropout(self.model)

    def random_state(self) -> Any:
        return None  # layers draw for dropout only, which is left out

    def run(
        self,
        inputs: Sequence[Array],
        dy: Mapping[str, Array] | None = None,
        training: bool = False,
        resting: Collection[str] = (),
    ) -> Run:
        inputs = self.tensors(inputs)
        named = dict(self.leaves())
        with _recorded(named) as (calls, gradients), _as_it_is(self.model, training):
            y = self.model.forward(*inputs)
            dxs = () if dy is None else as_tuple(self.model.backward(dy.get("", np.zeros_like(y)).astype(y.dtype)))
        steps = tuple(
            Step(name, named[name], given, made, gradients.get((name, number)))
            for number, (name, given, made) in enumerate(calls)
        )
        grads = {} if dy is None else {(n, key): g for n, layer in named.items() for key, g in layer.grads.items()}
        dropped = [
            (kind_of(type(s.layer).__name__), s.layer.rate, s.y.size) for s in steps if getattr(s.layer, "rate", 0.0)
        ]
        filled = iter(dxs)
        dx = tuple(next(filled, None) if x.dtype.kind == "f" else None for x in inputs)
        return Run({"": y}, dx, steps, grads, tuple(dropped))


@contextlib.contextmanager
def _recorded(leaves: dict[str, Any]) -> Iterator[tuple[list[Any], dict[tuple[str, int], Array]]]:
    calls: list[tuple[str, tuple[Array, ...], Array]] = []
    gradients: dict[tuple[str, int], Array] = {}

    def forward(name: str, call: Any) -> Any:
        def keep(*given: Any) -> Any:
            y = call(*given)
            calls.append((name, given, y))
            return y

        return keep

    def backward(name: str, call: Any) -> Any:
        def keep(dy: Any, *more: Any) -> Any:
            place = next(i for i in reversed(range(len(calls))) if calls[i][0] == name and (name, i) not in gradients)
            gradients[name, place] = dy
            return call(dy, *more)

        return keep

    for name, layer in leaves.items():
        layer.forward, layer.backward = forward(name, layer.forward), backward(name, layer.backward)
    try:
        yield calls, gradients
    finally:
        for layer in leaves.values():
            del layer.forward, layer.backward


def _every(layer: Any) -> Iterator[Any]:
    yield layer
    for part in layer.parts.values() if isinstance(layer, Composite) else ():
        yield from _every(part)


@contextlib.contextmanager
def _as_it_is(model: Any, training: bool) -> Iterator[None]:
    """In or out of training mode, without dropout."""
    modes = [(layer, layer.training) for layer in _every(model) if not isinstance(layer, Composite)]
    model.training = training
    try:
        with _without_dropout(model):
            yield
    finally:
        for layer, mode in modes:
            layer.training = mode


@contextlib.contextmanager
def _without_dropout(model: Any) -> Iterator[None]:
    rates = [(layer, layer.rate) for layer in _every(model) if isinstance(getattr(layer, "rate", None), float)]
    for layer, _ in rates:
        layer.rate = 0.0
    try:
        yield
    finally:
        for layer, rate in rates:
            layer.rate = rate
