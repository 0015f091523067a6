"""Objects that stand for what a submission is handed: a recording optimizer, an initializer, an activation."""

import copy
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from .snapshot import Snapshots

SIZES = ("n_nodes1", "n_nodes2", "n_nodes", "n_features", "n_input", "n_output", "n_in", "n_out", "in_dim", "out_dim")


class Optimizer:
    """Records what it is given: `calls` is one entry a call, [method, arguments, keywords].

    It changes nothing, but for the attributes of an object that `disturb` names: those are moved, so that code which
    goes on with weights after their update shows it.
    """

    def __init__(self, lr: float = 0.0, disturb: Any = (), **attributes: Any) -> None:
        self.disturb = tuple(disturb)
        self.lr = self.learning_rate = self.alpha = self.eta = lr
        self.calls: list[list[Any]] = []
        self.__dict__.update(attributes)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Optimizer":
        other = copy.copy(self)
        other.calls = self.calls
        return other

    def _record(self, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        snapshots = Snapshots(3)
        snapshots.seen[id(self)] = "optimizer"
        taken = [snapshots.tree(value, str(index)) for index, value in enumerate(args)]
        self.calls.append([method, taken, {name: snapshots.tree(value, name) for name, value in kwargs.items()}])
        for owner in args:
            for name in self.disturb:
                if isinstance(getattr(owner, name, None), np.ndarray):
                    setattr(owner, name, getattr(owner, name) + 1.0)
        return args[0] if args else next(iter(kwargs.values()), None)


def _recorder(method: str) -> Callable[..., Any]:
    return lambda self, *args, **kwargs: self._record(method, args, kwargs)


for _method in ("update", "step", "apply", "optimize", "update_params", "update_weights", "__call__"):
    setattr(Optimizer, _method, _recorder(_method))


class Initializer:
    """Draws normal weights of the sizes asked for: `W(3, 4)`, `W((3, 4))`, or `W(layer)` with the layer's sizes."""

    def __init__(self, seed: int = 0, sigma: float = 0.5) -> None:
        self.random = np.random.RandomState(seed)
        self.sigma = sigma
        self.asked: list[list[int]] = []

    def _draw(self, *args: Any, **kwargs: Any) -> Any:
        shape = _shape((*args, *kwargs.values()))
        self.asked.append(list(shape))
        return self.sigma * self.random.standard_normal(shape)

    def _draw_bias(self, *args: Any, **kwargs: Any) -> Any:
        shape = _shape((*args, *kwargs.values()))
        layer = args and not isinstance(args[0], int | np.integer | list | tuple)
        self.asked.append(list(shape[-1:] if layer else shape))
        return self.sigma * self.random.standard_normal(shape[-1:] if layer else shape)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Initializer":
        return self

    def _draw_square(self, *args: Any, **kwargs: Any) -> Any:
        """Weights from states to states: one size is both."""
        shape = _shape((*args, *kwargs.values()))
        return self._draw(*shape, *shape) if len(shape) == 1 else self._draw(*shape)

    W = w = initialize = init = __call__ = W_x = W_xh = w_x = wx = Wx = weight = _draw
    W_h = W_hh = w_h = wh = Wh = _draw_square
    B = b = bias = _draw_bias


def _shape(args: tuple[Any, ...]) -> tuple[int, ...]:
    """The sizes asked for. TypeError where there are none."""
    for value in args:
        if isinstance(value, list | tuple) and value:
            return tuple(int(size) for size in value)
    sizes = tuple(int(size) for size in args if isinstance(size, int | np.integer))
    if sizes:
        return sizes
    for value in args:
        held = {k: v for k, v in vars(value).items() if isinstance(v, int | np.integer) and not isinstance(v, bool)}
        known = [int(held[name]) for name in SIZES if name in held]
        if known or held:
            return tuple(known) or tuple(int(size) for size in held.values())
    raise TypeError("the initializer was asked for a weight without a shape")


def _sigmoid(x: Any) -> Any:
    return 0.5 * (1 + np.tanh(0.5 * x))


FUNCTIONS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "sigmoid": (_sigmoid, lambda x: _sigmoid(x) * (1 - _sigmoid(x))),
    "relu": (lambda x: np.maximum(x, 0), lambda x: (x > 0).astype(float)),
    "identity": (lambda x: x, np.ones_like),
}


class Activation:
    """An activation by name; `backward(dy)` uses the input of the last forward, `backward(dy, z)` the output z."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.function, self.derivative = FUNCTIONS[name]

    def forward(self, x: Any) -> Any:
        self.x = x
        return self.function(x)

    __call__ = forward

    def backward(self, dy: Any, z: Any = None) -> Any:
        if z is None:
            return dy * self.derivative(self.x)
        local = {"tanh": lambda: 1 - z**2, "sigmoid": lambda: z * (1 - z), "relu": lambda: z > 0}
        return dy * local.get(self.name, lambda: 1.0)()


class Link:
    """A layer x @ m + c of a container: `calls` is one entry a call, [which, what it was given, what it gave].

    `names` says for each method that it is asked for whether it goes "forward", "backward", or does nothing ("");
    every other attribute is a number of nodes.
    """

    def __init__(self, m: Any, c: Any, names: dict[str, str]) -> None:
        self.m, self.c, self.names = m, c, names
        self.calls: list[list[Any]] = []
        self.params: dict[str, Any] = {}
        self.grads: dict[str, Any] = {}

    def __deepcopy__(self, memo: dict[int, Any]) -> "Link":
        return self

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or "names" not in self.__dict__:
            raise AttributeError(name)
        if name not in self.names:
            return len(self.c)
        kind = self.names[name]
        return (lambda *args, **kwargs: self._go(kind, (*args, *kwargs.values()))) if kind else lambda *a, **k: None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._go("forward", (*args, *kwargs.values()))

    def _go(self, kind: str, given: tuple[Any, ...]) -> Any:
        array = next(np.asarray(each, float) for each in given if np.ndim(each))
        out = array @ self.m + self.c if kind == "forward" else array @ self.m.T
        self.calls.append([kind, array.copy(), out.copy()])
        return out


class Slope:
    """A loss by whatever names it is called: a number, or for the names in `slopes` an array like what it is given.

    "()" is the object itself. Without arrays a slope is of those that it was given last; so is what is read and not
    among the names that are `called`.
    """

    def __init__(self, slopes: Any, called: Any = ()) -> None:
        self.slopes, self.called, self.arrays = tuple(slopes), tuple(called), [np.zeros(1)]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if self.called and name not in self.called:
            return self._said(self.slopes[0], ()) if self.slopes else 0.5
        return lambda *args, **kwargs: self._said(name, (*args, *kwargs.values()))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._said("()", (*args, *kwargs.values())) if args or kwargs else self  # a class that is made

    def _said(self, name: str, given: tuple[Any, ...]) -> Any:
        self.arrays = [np.asarray(each, float) for each in given if np.ndim(each)] or self.arrays
        return 0.7 * self.arrays[0] + 0.2 * self.arrays[-1] if name in self.slopes else 0.5


class Context:
    """What an operation keeps for its backward pass, in attributes or through `save_for_backward`, as in PyTorch."""

    saved_tensors: tuple[Any, ...] = ()
    needs_input_grad = (True,) * 9

    def save_for_backward(self, *arrays: Any) -> None:
        self.saved_tensors = arrays

    @property
    def saved_values(self) -> tuple[Any, ...]:
        return self.saved_tensors


KINDS: dict[str, Callable[..., Any]] = {
    "optimizer": Optimizer,
    "initializer": Initializer,
    "activation": Activation,
    "function": lambda name: FUNCTIONS[name][0],
    "link": Link,
    "slope": Slope,
    "context": Context,
    "namespace": SimpleNamespace,
}


def make(kind: str, arguments: dict[str, Any]) -> Any:
    """The object of a kind. LookupError on one that is not there."""
    if kind not in KINDS:
        raise LookupError(f"no stub is called {kind!r}; there are {', '.join(KINDS)}")
    return KINDS[kind](**arguments)
