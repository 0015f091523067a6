"""Models of PyTorch, Keras and scratch under one interface: their layers, their weights, and a run that is recorded."""

import importlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from reference.errors import RequestError
from reference.frameworks import framework, resolve
from reference.pair import Array

# the package that a framework's models are classes of; looked up in the classes themselves, so none is imported
HOMES = {"torch": "torch.nn", "keras": "keras.src", "scratch": "scratch."}
BASES = {"torch": "Module", "keras": "Layer", "scratch": "Layer"}


@dataclass(frozen=True)
class Step:
    """A layer at work: its name and object, its inputs, its output, the gradient of that output, and whether it drew
    random numbers."""

    name: str
    layer: Any
    inputs: tuple[Array, ...]
    y: Array
    dy: Array | None = None
    drew: bool = False


# of the dtypes that weights may have: the distance from 1 to the next number
EPSILON = {"float64": 2.0**-52, "float32": 2.0**-23, "float16": 2.0**-10, "bfloat16": 2.0**-7}
# a call of a layer that drops: its kind, its rate, and how many elements it was given (0 for attention's weights)
Dropped = tuple[str, float, int]
CHANNELS, OF_ATTENTION = "dropout of channels", "dropout of attention"


@dataclass(frozen=True)
class Run:
    """What a model made of its inputs: outputs by place, steps in the order of the calls, gradients by layer and path.

    `dropped` tells what was left out: the kind of dropout, its rate and the number of elements, for every call.
    """

    outputs: Mapping[str, Array]
    inputs: tuple[Array | None, ...] = ()
    steps: tuple[Step, ...] = ()
    grads: Mapping[tuple[str, str], Array] = field(default_factory=dict)
    dropped: tuple[Dropped, ...] = ()

    @property
    def y(self) -> Array:
        """The first output."""
        return next(iter(self.outputs.values()))


class Model(Protocol):
    """A model whose layers can be looked at. Arrays are NumPy's, laid out as the framework has them."""

    framework: str
    model: Any
    # what its framework computes with constants rounded to float32, and `run` does not
    rounded: set[str]
    # whether it drew normal numbers at inference
    draws: bool

    def leaves(self) -> list[tuple[str, Any]]:
        """The layers that are no containers, by name, in the order in which they were made."""

    def written(self) -> list[str]:
        """The layers in the order in which a functional model of Keras was written; none of others."""

    def inner(self, layer: Any) -> Any:
        """The layer that a wrapper reads sequences with; None for all other layers."""

    def variables(self, layer: Any) -> dict[str, Any]:
        """The trainable weights of a layer, by name."""

    def find(self, layer: Any, path: str) -> Any:
        """The variable at a dotted path, None where there is none."""

    def get(self, layer: Any, path: str) -> Array | None:
        """A copy of the array at a dotted path, None where there is none."""

    def set(self, layer: Any, path: str, array: Array) -> None:
        """Put an array of the same shape at a dotted path."""

    def freeze(self, layer: Any, path: str) -> None:
        """Hold a weight at zero; it is not trained."""

    def dtype(self) -> str:
        """The dtype of the weights."""

    def precision(self) -> str:
        """The shortest of the dtypes that are computed in."""

    def snapshot(self) -> Any:
        """All weights and buffers, for `restore`."""

    def restore(self, snapshot: Any) -> None:
        """Put back what `snapshot` gave."""

    def tensors(self, inputs: Sequence[Array]) -> list[Any]:
        """The inputs as the framework's tensors, in the dtype of the weights."""

    def computing(self) -> AbstractContextManager[None]:
        """Inside, what is made without a dtype has that of the weights."""

    def without_dropout(self) -> AbstractContextManager[None]:
        """Inside, layers of dropout let all through."""

    def random_state(self) -> Any:
        """What changes when random numbers are drawn."""

    def run(
        self,
        inputs: Sequence[Array],
        dy: Mapping[str, Array] | None = None,
        training: bool = False,
        resting: Collection[str] = (),
    ) -> Run:
        """Forward, without dropout, and backward where `dy` has cotangents of outputs by place; buffers may follow.

        The layers `resting`, by name, do what they do at inference.
        """


def framework_of(model: Any) -> str | None:
    """The framework a model is of."""
    for cls in type(model).__mro__:
        for name, home in HOMES.items():
            if cls.__module__.startswith(home) and cls.__name__ == BASES[name]:
                return name
    return None


def wrap(model: Any) -> Model:
    """The model under the interface. Raises RequestError for what is none."""
    name = framework_of(model)
    if name is None:
        raise RequestError(
            f"{type(model).__module__}.{type(model).__name__} is no model: expected a torch.nn.Module, a Keras model "
            "or layer, or a layer of scratch such as Sequential"
        )
    if name != "scratch":
        framework(name)  # says what is missing, and sets the framework up
    made: Model = importlib.import_module(f"reference.migration.models.{name}").Wrapped(model)
    return made


def variable_at(layer: Any, path: str) -> Any:
    """What is at a dotted path of a framework's layer, None where there is none."""
    try:
        return resolve(layer, path)
    except (AttributeError, IndexError, TypeError):
        return None


def as_tuple(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, tuple | list) else (value,)


def shortest(dtypes: Iterable[str]) -> str:
    """The dtype with the fewest digits, of those that weights may have; float64 where there is none."""
    return max((each for each in dtypes if each in EPSILON), key=lambda each: EPSILON[each], default="float64")


def kind_of(name: str) -> str:
    """The kind of dropout that a class of this name does, in Keras and in scratch."""
    plain = {"Dropout": "dropout", "AlphaDropout": "alpha dropout"}
    return CHANNELS if name.startswith("SpatialDropout") else plain.get(name, name)


def walk(name: str, layer: Any, children: Any, is_leaf: Any) -> Iterator[tuple[str, Any]]:
    """The leaves below a layer, depth first; `children(layer)` gives names and layers, `is_leaf` where to stop."""
    below = [] if is_leaf(layer) else list(children(layer))
    if not below:
        yield name, layer
    for part, child in below:
        yield from walk(f"{name}.{part}" if name else part, child, children, is_leaf)


def roundings(*models: Model) -> list[str]:
    """Notes on what a framework rounds to float32, although everything else is in float64, and on what is drawn."""
    drawing = [model.framework for model in models if model.draws]
    said = [
        f"the normal numbers that a model draws at inference ({' and '.join(drawing)}) were the same wherever both draw"
    ]
    return said * bool(drawing) + [
        f"{' and '.join(sorted(model.rounded))}: {'PyTorch' if model.framework == 'torch' else 'Keras'} rounds its "
        "constants to float32, and so is some 1e-8 off; here they were taken in float64"
        for model in models
        if model.rounded
    ]
