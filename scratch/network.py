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
        return {f"{i}.{name}": w for i, layer in enumerate(self.layers) for name, w in layer.params.items()}

    @property
    def grads(self) -> dict[str, Array]:  # type: ignore[override]
        return {f"{i}.{name}": g for i, layer in enumerate(self.layers) for name, g in layer.grads.items()}

    def load(self, params: Mapping[str, Array]) -> None:
        for i, layer in enumerate(self.layers):
            prefix = f"{i}."
            layer.load({name.removeprefix(prefix): w for name, w in params.items() if name.startswith(prefix)})
        if unknown := params.keys() - self.params.keys():
            raise ValueError(f"no layer has the weights {sorted(unknown)}; known: {sorted(self.params)}")

    def forward(self, x: Array) -> Array:  # type: ignore[override]
        self.layers[0].input_gradient = self.input_gradient
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, dy: Array) -> Any:
        for layer in reversed(self.layers):
            dy = layer.backward(dy)
        return dy
