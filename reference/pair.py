"""The declaration that ties a NumPy layer to its twins: Pair, Twin, Slot, Case.

All of it is frozen data. One declaration is read by the parity suite, the homework checker, the migration reference
and the benchmark. Nothing here imports a framework: a twin's builder is handed the framework's module.
"""

import functools
import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Literal

import einops
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Options = Mapping[str, Any]
FRAMEWORKS = ("torch", "keras")


@dataclass(frozen=True)
class Slot:
    """Where one array lives in a twin, and how its axes lie there.

    `name` is a dotted path from the twin, numbers being indices: "weight", "cell.kernel", "layers.0.kernel".
    `axes` names the axes in scratch, then in the twin, as einops does: "n_in n_out -> n_out n_in"; empty when both
    lie alike. Several axes in one are written in brackets: "(h w c) out -> out (c h w)", with `sizes` for those that
    the shape does not tell. `blocks` gives the order of the equal blocks along the axis called `gate`, in scratch
    and in the twin: "z r h -> r z h". `part` says which of how many equal parts along the twin's first axis it is,
    where several arrays are one there: (1, 3) is the middle third.
    """

    name: str
    axes: str = ""
    blocks: str = ""
    sizes: Mapping[str, int] = field(default_factory=dict)
    part: tuple[int, int] = (0, 1)

    def to_twin(self, array: Array) -> Array:
        """`array` as it lies in the twin; where it is a part, that part alone."""
        if not self.axes:
            return array
        source, target = (side.strip() for side in self.axes.split("->"))
        sizes = dict(self.sizes)
        if self.blocks:
            here, there = (side.split() for side in self.blocks.split("->"))
            apart = source.replace("(", "").replace(")", "")
            array = einops.rearrange(array, f"{source} -> {apart}", gate=len(here), **sizes)
            array = array.take([here.index(gate) for gate in there], axis=apart.split().index("gate"))
            source, sizes = apart, {}
        return np.asarray(einops.rearrange(array, f"{source} -> {target}", **sizes))

    def to_scratch(self, array: Array, shape: tuple[int, ...]) -> Array:
        """What `array`, the whole of the twin's, holds of the one in scratch, whose shape is `shape`."""
        place, count = self.part
        if count > 1:
            array = np.split(array, count)[place]
        # where each element of the twin comes from; this makes every `axes` its own inverse
        source = self.to_twin(np.arange(math.prod(shape)).reshape(shape))
        if source.shape != array.shape:
            raise ValueError(f"{self.name} has shape {array.shape} in the twin, expected {source.shape}")
        moved = np.empty(math.prod(shape), array.dtype)
        moved[source.ravel()] = array.ravel()
        return moved.reshape(shape)


def lay_out(slots: Mapping[str, Slot], arrays: Mapping[str, Array]) -> dict[str, Array]:
    """`arrays` by their paths in the twin and as they lie there, parts put together."""
    parts: dict[str, list[tuple[int, Array]]] = {}
    for key, array in arrays.items():
        slot = slots[key]
        parts.setdefault(slot.name, []).append((slot.part[0], slot.to_twin(array)))
    joined = {name: [array for _, array in sorted(some, key=lambda one: one[0])] for name, some in parts.items()}
    return {name: some[0] if len(some) == 1 else np.concatenate(some) for name, some in joined.items()}


Likeness = Literal["exact", "composed", "inexact", "none"]


@dataclass(frozen=True)
class Twin:
    """What stands for a layer in one framework.

    `build(framework, options)` makes it: a module, or a function of arrays. `slots` says where each weight lives.
    `layout` gives the axes of inputs, and of the output as "y", where they lie differently in the twin:
    {"x": "n h w c -> n c h w", "y": "n h w c -> n c h w"}. `frozen` names weights that scratch has not; they are
    held at zero and not trained.

    `likeness`: "exact", the framework's own class or function; "composed" of its operations, as `reason` says;
    "inexact", `reason` says where it differs; "none", there is no counterpart, for the stated `reason`.
    """

    build: Callable[[Any, SimpleNamespace], Any] | None
    slots: Mapping[str, Slot] = field(default_factory=dict)
    layout: Mapping[str, str] = field(default_factory=dict)
    frozen: tuple[str, ...] = ()
    likeness: Likeness = "exact"
    reason: str = ""

    def __post_init__(self) -> None:
        if self.likeness != "exact" and not self.reason:
            raise ValueError(f"a twin that is {self.likeness} needs a reason")


@dataclass(frozen=True)
class Input:
    """What an input array is filled with. `differentiable` is false for targets and indices."""

    shape: tuple[int, ...]
    fill: Callable[[np.random.Generator, tuple[int, ...]], Array]
    differentiable: bool = True


@dataclass(frozen=True, eq=False)
class Case:
    """A configuration to compare on: the layer's options, and its inputs in the order `forward` takes them; of an
    optimizer, weights of its own (see `reference.optimizer_check.course_of`).

    `only` limits the comparison to some quantities, for the `reason` given. `smooth` is false where no derivative
    exists, at a kink or a tie, so that the numerical derivative has nothing to say. `frameworks` names the twins
    that can be asked; a case that leaves one out also states its `reason`. `training` is false for inference, `single`
    where single precision would ask nothing new. `beside` names the judges that are no frameworks and would.

    `differs` demonstrates that a twin is inexact: quantities that must differ from scratch by at least this share of
    their largest element, for the `reason` given. Such a case names the framework it is about. `twins` stand in for the
    pair's own, to show how a framework's own class differs where the twin had to be composed.
    """

    name: str
    inputs: Mapping[str, Input]
    options: Options = field(default_factory=dict)
    only: tuple[str, ...] = ()
    smooth: bool = True
    frameworks: tuple[str, ...] = FRAMEWORKS
    training: bool = True
    differs: Mapping[str, float] = field(default_factory=dict)
    twins: Mapping[str, Twin] = field(default_factory=dict)
    reason: str = ""
    single: bool = True
    beside: tuple[str, ...] = ("derivative", "contract")

    def __post_init__(self) -> None:
        if (self.only or self.differs or self.frameworks != FRAMEWORKS) and not self.reason:
            raise ValueError(f"case {self.name!r} leaves something out and needs a reason")
        if self.differs and len(self.frameworks) != 1:
            raise ValueError(f"case {self.name!r} shows a difference and must name one framework")


Kind = Literal["layer", "activation", "loss", "optimizer", "schedule", "initializer", "network"]


# what a weight is before training, from the options, the weight and all weights by name
Start = Callable[[SimpleNamespace, Array, Mapping[str, Array]], Array | float]


@dataclass(frozen=True, eq=False)
class Pair:
    """A NumPy layer (or loss, optimizer, initializer, network) and its twins.

    `layer(**options)` makes the layer. `draw(rng)` gives a random case from the space of options; one that the layer
    itself refuses with ValueError is drawn again. `derivative` is how the numerical judge differentiates `forward`:
    "complex" step where it is analytic, "central" differences where it is not. `starts` gives, from the options, the
    weight itself and all weights, what a weight is before training, where neither an initializer nor its name tells;
    `drawn` from which distribution those of a network come, which chooses it itself (see `reference.contract_use`).
    `empty` is false where a batch without samples is refused, as by what takes its moments over the batch. `spares`
    names the edges (see `reference.edges`) that a framework is not asked about, and why: {"nan": {"keras": "..."}}.
    """

    name: str
    layer: Callable[..., Any]
    torch: Twin
    keras: Twin
    cases: tuple[Case, ...]
    kind: Kind = "layer"
    draw: Callable[[np.random.Generator], Case] | None = None
    derivative: Literal["complex", "central"] = "complex"
    notes: tuple[str, ...] = ()
    starts: Mapping[str, Start] = field(default_factory=dict)
    drawn: Mapping[str, Callable[..., Array]] = field(default_factory=dict)
    empty: bool = True
    spares: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return self.name

    def twin(self, framework: str) -> Twin:
        return {"torch": self.torch, "keras": self.keras}[framework]

    @property
    def spared(self) -> list[tuple[str, str]]:
        """What it `spares`, as in "nan not in keras", and why."""
        every = ((edge, name, why) for edge, each in self.spares.items() for name, why in each.items())
        return [(f"{edge} not in {name}", why) for edge, name, why in every]

    @functools.cached_property
    def parameters(self) -> Mapping[str, inspect.Parameter]:
        """What the layer is made with."""
        return inspect.signature(self.layer).parameters

    def options(self, case: Case) -> SimpleNamespace:
        """All options of the layer, the case's over the defaults, for a twin's builder to read."""
        given = self.parameters.values()
        defaults = {p.name: p.default for p in given if p.default is not inspect.Parameter.empty}
        return SimpleNamespace(**{**defaults, **case.options})
