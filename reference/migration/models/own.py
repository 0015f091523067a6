"""Weights that a module has beside the layers in it, such as a class token, and those of a layer that no pair knows."""

from collections.abc import Iterator
from typing import Any


class Own:
    """One weight by itself, called by its path; `key` is the layer and the path that its gradient is kept under."""

    def __init__(self, path: str, value: Any, key: tuple[str, str] | None = None) -> None:
        self.value = value
        self.name = path
        self.key = key or (path, "value")

    def named_parameters(self) -> list[tuple[str, Any]]:
        """As a module of PyTorch has them."""
        return [("value", self.value)]

    def parameters(self) -> list[Any]:
        return [self.value]

    @property
    def weights(self) -> list[Any]:
        """As a layer of Keras has them."""
        return [self.value]

    @property
    def trainable_variables(self) -> list[Any]:
        return [self.value] if self.value.trainable else []


def beside(found: Iterator[tuple[str, Any]], taken: Iterator[Any]) -> list[tuple[str, Own]]:
    """The weights that are none of those taken, each once and by a path of its own."""
    seen = {id(value) for value in taken}
    own = dict[str, Own]()
    for path, value in found:
        if id(value) not in seen:
            seen.add(id(value))
            name = path if path not in own else f"{path}_{len(own)}"
            own[name] = Own(name, value)
    return list(own.items())
