"""The contract of a layer: what every class in this package with a forward and a backward pass keeps."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = NDArray[Any]


class Layer:
    """A differentiable function with weights.

    `forward(*inputs)` returns the output and remembers what the gradient needs. `backward(dy)` takes the
    gradient of a scalar with respect to that output (the cotangent), fills `grads` with the gradient of every
    weight under the key the weight has in `params`, and returns the gradient of each input that `forward` was
    given: one array for one input, a tuple for several. It may be called again after the same forward pass.

    Neither writes into its arguments, returns memory of its arguments or the same memory twice, or overwrites what it
    returned before, which is the caller's to write. How arrays lie in memory has no part in the result, nor has what an
    earlier call was given, sizes included, or another object of the class: `backward` belongs to the last `forward` of
    its own object, and to the mode that was set then. Weights may be changed in place between calls.
    The dtype of weights and inputs is the dtype of everything computed from them.

    `buffers` is what a layer keeps from call to call without training it, such as running statistics; `training` tells
    layers that behave otherwise at inference, such as dropout, which of the two it is.

    `input_gradient = False` spares the first layer of a network a gradient nobody reads: where that saves work,
    `backward` then returns None.
    """

    input_gradient: bool = True

    params: dict[str, Array]
    grads: dict[str, Array]
    buffers: dict[str, Array]
    training: bool = True

    def __init__(self) -> None:
        self.params = {}
        self.grads = {}
        self.buffers = {}
        self._rooms: dict[str, Array] = {}

    def forward(self, *args: Any, **kwargs: Any) -> Array:
        raise NotImplementedError(f"{type(self).__name__}.forward is not written")

    def backward(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__}.backward is not written")

    def load(self, params: Mapping[str, Array], buffers: Mapping[str, Array] | None = None) -> None:
        """Take copies of these arrays as the weights, and as the buffers where they are given.

        Raises ValueError for a name or shape that does not fit.
        """
        for mine, given in ((self.params, params), (self.buffers, self.buffers if buffers is None else buffers)):
            if given.keys() != mine.keys():
                raise ValueError(f"{type(self).__name__} has {sorted(mine)}, got {sorted(given)}")
            for name, array in given.items():
                if array.shape != mine[name].shape:
                    raise ValueError(f"{name} has shape {mine[name].shape}, got {array.shape}")
                mine[name] = array.copy()

    def room(self, name: str, shape: tuple[int, ...], dtype: DTypeLike) -> Array:
        """An array to work in, not initialised, never to be handed out.

        It is the one of the last call under this name while shape and dtype stay: large arrays made anew at every step
        cost more in fresh memory than in arithmetic.
        """
        kept = self._rooms.get(name)
        if kept is None or kept.shape != shape or kept.dtype != dtype:
            kept = self._rooms[name] = np.empty(shape, dtype)
        return kept

    def __call__(self, *inputs: Array) -> Array:
        return self.forward(*inputs)


def require_size(layer: Layer, name: str, x: Array, axis: int, size: int) -> None:
    """Raise ValueError unless `x` has `size` elements along `axis`."""
    if x.ndim == 0 or x.shape[axis] != size:
        raise ValueError(
            f"{type(layer).__name__}: {name} has shape {x.shape}, expected {size} elements along axis {axis}"
        )


def require_rank(layer: Layer, name: str, x: Array, axes: str) -> None:
    """Raise ValueError unless `x` has the axes named in `axes`, as in "batch time n_in"."""
    if x.ndim != len(axes.split()):
        raise ValueError(f"{type(layer).__name__}: {name} has shape {x.shape}, expected ({', '.join(axes.split())})")
