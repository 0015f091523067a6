"""Networks made of layers."""

from collections.abc import Mapping, Sequence
from typing import Any

from scratch.layer import Array, Layer


class Sequential(Layer):
    """Layers one after the other; itself a layer.

    The weights of layer i are called "i.name": `Sequential([Dense(3, 4), ReLU()]).params["0.w"]`.
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers = list(layers)

    @property
    def params(self) -> dict[str, Array]:  # type: ignore[override]
        return self._gather("params")

    @property
    def grads(self) -> dict[str, Array]:  # type: ignore[override]
        return self._gather("grads")

    @property
    def buffers(self) -> dict[str, Array]:  # type: ignore[override]
        return self._gather("buffers")

    def _gather(self, kind: str) -> dict[str, Array]:
        return {f"{i}.{name}": a for i, layer in enumerate(self.layers) for name, a in getattr(layer, kind).items()}

    def load(self, params: Mapping[str, Array], buffers: Mapping[str, Array] | None = None) -> None:
        if unknown := {*params, *(buffers or {})} - {*self.params, *self.buffers}:
            raise ValueError(f"no layer has {sorted(unknown)}; known: {sorted(self.params)}")

        def part(arrays: Mapping[str, Array], i: int) -> dict[str, Array]:
            return {name.removeprefix(f"{i}."): a for name, a in arrays.items() if name.startswith(f"{i}.")}

        for i, layer in enumerate(self.layers):
            layer.load(part(params, i), None if buffers is None else part(buffers, i))

    def forward(self, x: Array) -> Array:  # type: ignore[override]
        self.layers[0].input_gradient = self.input_gradient
        for layer in self.layers:
            layer.training = self.training
            x = layer.forward(x)
        return x

    def backward(self, dy: Array) -> Any:
        for layer in reversed(self.layers):
            dy = layer.backward(dy)
        return dy
