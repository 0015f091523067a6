"""Activations: what elementwise functions share, the best known of them, and softmax."""

import copy
import functools

import numpy as np

from scratch.hyperbolic import tanh
from scratch.layer import Array, Layer


class Activation(Layer):
    """y = f(x), element by element.

    A subclass gives `value(x)`, which is f, and `slope(x, y)`, which is f'(x) written with x, y = f(x), or both.
    Recurrent layers use them directly, and have f(x) put where it belongs by `write(x, out)`.
    """

    def value(self, x: Array) -> Array:
        raise NotImplementedError(f"{type(self).__name__}.value is not written")

    def write(self, x: Array, out: Array) -> None:
        """Put f(x) into `out`."""
        out[...] = self.value(x)

    def slope(self, x: Array, y: Array) -> Array:
        raise NotImplementedError(f"{type(self).__name__}.slope is not written")

    def forward(self, x: Array) -> Array:
        self.x = x
        self.y = self.value(x)
        return self.y

    def backward(self, dy: Array) -> Array:
        return dy * self.slope(self.x, self.y)


class Identity(Activation):
    """y = x."""

    def value(self, x: Array) -> Array:
        return x.copy()

    def slope(self, x: Array, y: Array) -> Array:
        return np.ones_like(x)


class ReLU(Activation):
    """y = max(x, 0). The slope at the kink x = 0 is 0, as in both frameworks.

    Caps, slopes and thresholds are those of `scratch.rectifiers` and `scratch.thresholds`.
    """

    def value(self, x: Array) -> Array:
        return np.maximum(x, 0)

    def slope(self, x: Array, y: Array) -> Array:
        return x > 0


class Sigmoid(Activation):
    """y = 1 / (1 + exp(-x)), where exp may well overflow: 1 / inf is 0. y' = y (1 - y)."""

    def value(self, x: Array) -> Array:
        return self._value(x, None)

    def write(self, x: Array, out: Array) -> None:
        self._value(x, out)

    def _value(self, x: Array, out: Array | None) -> Array:
        if np.iscomplexobj(x):  # but a complex infinity would make NaN
            x = np.maximum(x, -700)
        with np.errstate(over="ignore"):
            y = np.exp(-x, out=out)
        y += 1
        return np.reciprocal(y, out=y)

    def slope(self, x: Array, y: Array) -> Array:
        return y * (1 - y)


class Tanh(Activation):
    """y = tanh(x); y' = 1 - y**2."""

    def value(self, x: Array) -> Array:
        return tanh(x)

    def write(self, x: Array, out: Array) -> None:
        tanh(x, out)

    def slope(self, x: Array, y: Array) -> Array:
        return 1 - y * y


class Softmax(Layer):
    """y_i = exp(x_i) / sum_j exp(x_j) along one axis; the largest x is subtracted first, so nothing overflows.

    x: any shape -> y: the same. The Jacobian is diag(y) - y y^T, so dx = y (dy - sum(y dy)).
    """

    def __init__(self, axis: int = -1) -> None:
        super().__init__()
        self.axis = axis

    def forward(self, x: Array) -> Array:
        e = np.exp(x - x.max(axis=self.axis, keepdims=True, initial=-np.inf))
        self.y = e / e.sum(axis=self.axis, keepdims=True)
        return self.y

    def backward(self, dy: Array) -> Array:
        y = self.y
        return y * (dy - (y * dy).sum(axis=self.axis, keepdims=True))


class LogSoftmax(Layer):
    """y_i = x_i - log(sum_j exp(x_j)) along one axis; the largest x is subtracted first, so nothing overflows.

    x: any shape -> y: the same. dx = dy - exp(y) sum(dy).
    """

    def __init__(self, axis: int = -1) -> None:
        super().__init__()
        self.axis = axis

    def forward(self, x: Array) -> Array:
        shifted = x - x.max(axis=self.axis, keepdims=True, initial=-np.inf)
        self.y = shifted - np.log(np.exp(shifted).sum(axis=self.axis, keepdims=True))
        return self.y

    def backward(self, dy: Array) -> Array:
        return dy - np.exp(self.y) * dy.sum(axis=self.axis, keepdims=True)


def find_activation(kind: str | Activation) -> Activation:
    """The activation called `kind` ("tanh", "relu", "hard_sigmoid", ...); of an Activation a copy.

    What it remembers for its backward pass is its owner's alone: others may be made with the same one.
    Raises ValueError for an unknown name.
    """
    if isinstance(kind, Activation):
        return copy.deepcopy(kind)
    name, known = kind.replace("_", ""), _activations()
    if name not in known:
        raise ValueError(f"no activation is called {kind!r}; known: {', '.join(sorted(known))}")
    return known[name]()


@functools.cache
def _activations() -> dict[str, type[Activation]]:
    """The activations of this project by name, in lower case."""
    # here, not at the top: these modules import this one
    from scratch import rectifiers, smooth_activations, thresholds

    homes = {__name__, *(module.__name__ for module in (rectifiers, smooth_activations, thresholds))}
    return {each.__name__.lower(): each for each in Activation.__subclasses__() if each.__module__ in homes}
