"""The contract of a layer: what every class in this package with a forward and a backward pass keeps."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]


class Layer:
    """A differentiable function with weights.

    `forward(*inputs)` returns the output and remembers what the gradient needs. `backward(dy)` takes the
    gradient of a scalar with respect to that output (the cotangent), fills `grads` with the gradient of every
    weight under the key the weight has in `params`, and returns the gradient of each input that `forward` was
    given: one array for one input, a tuple for several.

    Neither changes its arguments, returns memory of its arguments, or overwrites what it returned before.
    The dtype of weights and inputs is the dtype of everything computed from them.

    `input_gradient = False` spares the first layer of a network a gradient nobody reads: where that saves work,
    `backward` then returns None.
    """

    input_gradient: bool = True

    params: dict[str, Array]
    grads: dict[str, Array]

    def __init__(self) -> None:
        self.params = {}
        self.grads = {}

    def forward(self, *args: Any, **kwargs: Any) -> Array:
        raise NotImplementedError(f"{type(self).__name__}.forward is not written")

    def backward(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__}.backward is not written")

    def load(self, params: Mapping[str, Array]) -> None:
        """Take copies of these arrays as the weights. Raises ValueError for a name or shape that does not fit."""
        if params.keys() != self.params.keys():
            raise ValueError(f"{type(self).__name__} has the weights {sorted(self.params)}, got {sorted(params)}")
        for name, w in params.items():
            if w.shape != self.params[name].shape:
                raise ValueError(f"{name} has shape {self.params[name].shape}, got {w.shape}")
            self.params[name] = w.copy()

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
