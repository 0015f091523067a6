"""Networks made of layers: one after the other, or side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

from scratch.activations import Identity
from scratch.layer import Array, Layer
from scratch.merging import Add


class Composite(Layer):
    """A layer made of others, its parts, each of which has a name; the weight "w" of "main" is called "main.w".

    A subclass gives `forward` and `backward`. Setting `training` sets it in all parts.
    """

    def __init__(self, parts: Mapping[str, Layer]) -> None:
        self.parts = dict(parts)
        self._training = True

    @property
    def training(self) -> bool:
        return self._training

    @training.setter
    def training(self, value: bool) -> None:
        self._training = value
        for part in self.parts.values():
            part.training = value

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
        return {f"{part}.{name}": a for part, layer in self.parts.items() for name, a in getattr(layer, kind).items()}

    def load(self, params: Mapping[str, Array], buffers: Mapping[str, Array] | None = None) -> None:
        if unknown := {*params, *(buffers or {})} - {*self.params, *self.buffers}:
            raise ValueError(f"no layer has {sorted(unknown)}; known: {sorted(self.params)}")

        def of(part: str, arrays: Mapping[str, Array]) -> dict[str, Array]:
            return {name.removeprefix(f"{part}."): a for name, a in arrays.items() if name.startswith(f"{part}.")}

        for part, layer in self.parts.items():
            layer.load(of(part, params), None if buffers is None else of(part, buffers))


class Sequential(Composite):
    """Layers one after the other; itself a layer. The first takes all the inputs that are given.

    The weights of layer i are called "i.name": `Sequential([Dense(3, 4), ReLU()]).params["0.w"]`.
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers = list(layers)
        super().__init__({str(i): layer for i, layer in enumerate(self.layers)})

    def forward(self, *inputs: Array) -> Array:
        self.layers[0].input_gradient = self.input_gradient
        y = self.layers[0].forward(*inputs)
        for layer in self.layers[1:]:
            y = layer.forward(y)
        return y

    def backward(self, dy: Array) -> Any:
        for layer in reversed(self.layers):
            dy = layer.backward(dy)
        return dy


class Branches(Composite):
    """y = merge(branch_0(x), branch_1(x), ...): layers that read the same input, and one that merges what they make.

    `branches`, by name or in a list, whose weights are called "0.w", "1.w"; `merge` takes as many inputs as there are
    branches: `Branches([Conv2D(3, 8, 1), Conv2D(3, 4, 3, padding="same")], Concatenate())`. An Identity among them
    passes the input on as it is. dx is the sum of what the branches give.
    """

    def __init__(self, branches: Mapping[str, Layer] | Sequence[Layer], merge: Layer) -> None:
        by_name = branches if isinstance(branches, Mapping) else {str(i): each for i, each in enumerate(branches)}
        super().__init__(by_name)
        self.merge = merge

    def forward(self, x: Array) -> Array:
        for branch in self.parts.values():
            branch.input_gradient = self.input_gradient
        return self.merge.forward(*(branch.forward(x) for branch in self.parts.values()))

    def backward(self, dy: Array) -> Any:
        dys = self.merge.backward(dy)
        dxs = [branch.backward(d) for branch, d in zip(self.parts.values(), dys, strict=True)]
        return sum(dxs[1:], dxs[0]) if self.input_gradient else None


class Residual(Branches):
    """y = main(x) + shortcut(x). He et al. (2015), "Deep residual learning".

    `main`: layers one after the other, whose weights are called "main.0.w"; `shortcut`: the input itself unless a
    layer is given, "shortcut.w", to fit the sizes.
    """

    def __init__(self, main: Sequence[Layer], shortcut: Layer | None = None) -> None:
        super().__init__({"main": Sequential(main), "shortcut": shortcut or Identity()}, Add())
