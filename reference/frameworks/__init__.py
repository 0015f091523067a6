"""The frameworks that twins live in; each is imported when its first twin is built."""

import importlib
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from reference.errors import RequestError
from reference.pair import FRAMEWORKS, Array, Twin

_PACKAGES = {"torch": ("torch",), "keras": ("keras", "tensorflow")}
_EXTRAS = {"torch": "torch", "keras": "tensorflow"}


class MissingFramework(RequestError):
    """A framework that was asked for is not installed; the message says how to install it."""


@dataclass(frozen=True)
class Job:
    """A network to train with a loss and an optimizer: their twins with their options, and the first weights.

    `weights` are by dotted path, laid out as in the twin; `example` is a batch of inputs, laid out likewise. The
    gradient of the loss is multiplied by `gradient_scale`.
    """

    network: tuple[Twin, Any]
    loss: tuple[Twin, Any]
    optimizer: tuple[Twin, Any]
    gradient_scale: float
    dtype: str
    weights: dict[str, Array]
    example: Array


class Trainer(Protocol):
    """A network being trained."""

    def step(self, x: Array, t: Array) -> tuple[float, int]:
        """One step: the scaled cost of the batch, and how many of its predictions were right before the step."""

    def logits(self, x: Array) -> Array:
        """The network's output."""

    def weights(self) -> dict[str, Array]:
        """The weights by name; may be views that change with the next step."""

    def state(self) -> dict[str, Array]:
        """Everything needed to go on from here: weights and the optimizer's state, copied."""

    def restore(self, state: Mapping[str, Array]) -> None:
        """Go on from a `state`."""


class Framework(Protocol):
    """What the cross-checker asks of a framework. Arrays in and out are NumPy's, laid out as in the twin."""

    name: str

    def version(self) -> str:
        """For people: "torch 2.13.0"."""

    def build(self, twin: Twin, options: Any, dtype: str, inputs: list[Array]) -> Any:
        """Make the twin; `inputs` are examples, for frameworks that create weights on the first call."""

    def uncovered(self, module: Any, paths: list[str]) -> list[str]:
        """The names of trainable weights that none of `paths` leads to."""

    def get(self, module: Any, path: str) -> Array:
        """A copy of the weight at a dotted path."""

    def set(self, module: Any, path: str, value: Array) -> None:
        """Write the weight at a dotted path. Raises ValueError when the shape does not fit."""

    def run(
        self,
        module: Any,
        inputs: list[Array],
        differentiable: list[bool],
        dy: Array | None,
        paths: list[str],
        training: bool = True,
    ) -> tuple[Array, list[Array | None], list[Array]]:
        """Forward, and with a cotangent backward: the output, and the gradients of inputs and of weights."""

    def steps(
        self, twin: Twin, options: Any, dtype: str, weights: list[Array], grads: list[Array], rates: list[float]
    ) -> list[Array]:
        """Every weight after each step of an optimizer's twin, steps first.

        `grads` has for every weight its gradients at all steps, `rates` the learning rate at each.
        """

    def draw(self, twin: Twin, options: Any, shape: tuple[int, ...], seed: int) -> Array:
        """What the twin of an initializer fills an array of this shape with."""

    def schedule(self, twin: Twin, options: Any, metrics: list[float]) -> list[float]:
        """The learning rate at each step of a schedule's twin, which is told one of the metrics after each."""

    def trainer(self, job: Job) -> Trainer:
        """The network, about to take its first step."""


def framework(name: str) -> Framework:
    """The adapter called "torch" or "keras". Raises MissingFramework when its packages are not installed."""
    missing = [package for package in _PACKAGES[name] if importlib.util.find_spec(package) is None]
    if missing:
        raise MissingFramework(
            f"{name} was asked for, but {' and '.join(missing)} cannot be imported. "
            f"Install it with: pip install 'crosscheck[{_EXTRAS[name]}]'"
        )
    adapter: Framework = importlib.import_module(f"reference.frameworks.{name}").ADAPTER
    return adapter


def installed() -> list[str]:
    """The names of the frameworks that can be imported."""
    return [name for name in FRAMEWORKS if all(map(importlib.util.find_spec, _PACKAGES[name]))]


def resolve(module: Any, path: str) -> Any:
    """The object at a dotted path from `module`; parts that are numbers are indices."""
    for part in path.split("."):
        module = module[int(part)] if part.isdigit() else getattr(module, part)
    return module
