"""The frameworks that twins live in; each is imported when its first twin is built."""

import contextlib
import functools
import gc
import importlib
import importlib.util
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from reference.errors import RequestError
from reference.frameworks.imports import before_import
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


@dataclass(frozen=True)
class Ran:
    """What came of a twin: the output, a gradient for every input; gradients of weights and new buffers by path."""

    y: Array
    inputs: list[Array | None]
    weights: dict[str, Array]
    buffers: dict[str, Array]


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

    def build(self, twin: Twin, options: Any, dtype: str) -> Any:
        """Make the twin, to be given to `run`."""

    def uncovered(self, module: Any, paths: Iterable[str]) -> list[str]:
        """The names of trainable weights that none of `paths` leads to; of a twin that has been run."""

    def run(
        self,
        module: Any,
        inputs: list[Array],
        differentiable: list[bool],
        dy: Array,
        weights: Mapping[str, Array],
        buffers: Mapping[str, Array],
        training: bool = True,
    ) -> Ran:
        """Forward, and backward from the cotangent `dy`, with these weights and buffers at their dotted paths.

        Raises ValueError when the shape of one does not fit.
        """

    def steps(
        self,
        twin: Twin,
        options: Any,
        dtype: str,
        names: list[str],
        weights: list[Array],
        grads: list[Array],
        rates: list[float],
        look_at: Collection[int],
    ) -> list[dict[str, list[Array]]]:
        """Every weight after each of those steps of an optimizer's twin to `look_at`, counted from 1, under "".

        Averages of the weights that the optimizer keeps, once it has one, under "ema" or "ax".
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
    require_installed(name)
    return _adapter(name)


def require_installed(name: str) -> None:
    """Raise MissingFramework unless the packages of "torch" or "keras" are installed; imports nothing."""
    missing = [package for package in _PACKAGES[name] if importlib.util.find_spec(package) is None]
    if missing:
        raise MissingFramework(
            f"{name} was asked for, but {' and '.join(missing)} cannot be imported. "
            f"Install it with: pip install 'crosscheck[{_EXTRAS[name]}]'"
        )


def require_each(names: Sequence[str]) -> tuple[str, ...]:
    """These names, in the order of `FRAMEWORKS`. Raises MissingFramework, which says how to do without."""
    for name in names:
        try:
            require_installed(name)
        except MissingFramework as missing:
            others = "".join(f" --framework {other}" for other in installed() if other in names)
            raise MissingFramework(f"{missing}" + (f", or leave it out:{others}" if others else "")) from None
    return tuple(name for name in FRAMEWORKS if name in names)


@functools.cache
def _adapter(name: str) -> Framework:
    # a million objects that live as long as the process; looking through them for garbage, while they are made and ever
    # after, takes a tenth of all time
    collects = gc.isenabled()
    gc.disable()
    try:
        adapter: Framework = importlib.import_module(f"reference.frameworks.{name}").ADAPTER
        gc.freeze()
    finally:
        if collects:
            gc.enable()
    return adapter


def installed() -> list[str]:
    """The names of the frameworks that can be imported."""
    return [name for name in FRAMEWORKS if all(map(importlib.util.find_spec, _PACKAGES[name]))]


@contextlib.contextmanager
def set_up_when_imported(then: Callable[[str], Any] = lambda name: None) -> Iterator[None]:
    """Inside, a framework is set up, and `then` is called with its name, when something imports it first.

    What runs inside is somebody's code: each framework takes seconds to import, and most need one.
    """
    done: set[str] = set()

    def set_up(name: str) -> None:
        if name not in done:
            done.add(name)
            framework(name)
            then(name)

    with before_import({each: functools.partial(set_up, n) for n in installed() for each in _PACKAGES[n]}):
        yield


def resolve(module: Any, path: str) -> Any:
    """The object at a dotted path from `module`; parts that are numbers are indices."""
    for part in path.split("."):
        module = module[int(part)] if part.isdigit() else getattr(module, part)
    return module
