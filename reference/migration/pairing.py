"""Two models on the same inputs, the place where they first differ, and what a cause of that is."""

import contextlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from reference.migration.budget import Budget
from reference.migration.difference import Trial, apart, apart_within, as_in_keras, run_once, tried
from reference.migration.models import Model, Run
from reference.migration.models.own import Own
from reference.migration.moves import Lone, Move, Unit, put
from reference.migration.order import Both, matched, settled
from reference.migration.outputs import in_common
from reference.pair import Array

# what a model raises that cannot go on with what is computed in the place of something else
REFUSED = (RuntimeError, ValueError, TypeError, IndexError, AttributeError)


@dataclass(frozen=True)
class Cause:
    """Why two models differ: a name, one sentence, and the layer in B (empty where it is none's)."""

    name: str
    text: str
    layer: str = ""


@dataclass(frozen=True)
class Place:
    """Where two models first differ: before the layers from `unit` on, at what; and how far they are apart there.

    `wrong` has the names of everything that differs there.
    """

    rank: int
    what: str
    unit: int
    apart: float
    wrong: frozenset[str] = frozenset()

    def before(self, after: "Place | None") -> bool:
        """Whether the models agree further if they differ at `after`."""
        if after is None or after.rank != self.rank:
            return after is None or after.rank > self.rank
        return after.wrong < self.wrong


@dataclass
class Pairing:
    """Both models on the same inputs."""

    a: Model
    b: Model
    moves: list[Move]
    inputs: list[Array]
    layout: str
    limit: float
    # of the cotangents, which are the same in every try
    seed: int = 7
    runs: tuple[Run, ...] = ()
    # the side whose outputs are logits, where the other's are probabilities
    logits_of: int | None = None
    # layers that only one of them has
    lone: Sequence[Lone] = ()
    budget: Budget = field(default_factory=Budget)
    # what is to be known of the search for causes, each once
    notes: dict[str, None] = field(default_factory=dict)

    def run(self) -> None:
        """Both models at inference, and the order of features, as it is where B has A's weights."""
        self.runs = tuple(run_once(m, self.inputs, self.layout) for m in (self.a, self.b))
        if not any(self._differs(unit) for unit in range(len(self.moves))):
            return
        before = self.b.snapshot()
        try:
            put(self.moves)
            self.moves = settled(Both(self.a, self.b, self.inputs, self.layout, self.limit), self.moves)
        finally:
            self.b.restore(before)

    def step(self, side: int, unit: int) -> Any:
        """The first call of a layer, in a model; None for a level of PyTorch's that is no call of its own."""
        layer = (self.moves[unit].source, self.moves[unit].target)[side]
        return None if layer.level else next((s for s in self.runs[side].steps if s.name == layer.name), None)

    def outputs(self) -> list[tuple[Array, Array]]:
        """All outputs at inference, as in Keras."""
        return [o.of(self.runs) for o in in_common((self.a.framework, self.b.framework), self.runs)]

    def first(self) -> Place | None:
        """The first place where the models differ."""
        count = len(self.moves)
        inputs = [self._input_apart(unit) for unit in range(count)]
        far = max(apart(second, first) for first, second in self._as_probabilities())
        for unit, here in enumerate(inputs):
            # of another shape, and yet the same comes of it: padded outside the layer
            after = next((later for later in inputs[unit + 1 :] if later < np.inf), far)
            harmless = here == np.inf and after <= self.limit
            if here > self.limit and not harmless:
                return Place(unit, "input", unit, here)
        if far > self.limit:
            return Place(count, "output", count, far)
        if self.logits_of is not None:
            return None  # gradients are those of other functions
        worst = {name: far for name, far in self.trial().apart.items() if far > self.limit}
        if not worst:
            return None
        name = max(worst, key=lambda key: worst[key])
        unit = self._unit_of(name)
        return Place(count + 1 + (" after a step" in name), name, unit, worst[name], frozenset(worst))

    def _unit_of(self, quantity: str) -> int:
        """The layer that a gradient or a buffer is of: "d layer2.bn1.weight" is not of "bn1"."""
        starts = {i: f"{m.target.name}." for i, m in enumerate(self.moves)}
        found = [i for i, start in starts.items() if quantity.removeprefix("d ").startswith(start)]
        return max(found, key=lambda i: len(starts[i]), default=len(self.moves))

    def at(self, place: Place) -> tuple[Array, Array] | None:
        """What both models have at a place, as in Keras: the inputs of its layer, or the first outputs that differ."""
        if place.unit < len(self.moves):
            return self._inputs(place.unit)
        return next((both for both in self._as_probabilities() if apart(*reversed(both)) > self.limit), None)

    def apart_at(self, place: Place) -> float:
        """How far the models are apart there."""
        if place.unit < len(self.moves):
            return self._input_apart(place.unit)
        return max(apart(second, first) for first, second in self._as_probabilities())

    def agrees(self, place: Place, side: int) -> bool:
        """Whether the models agree at a place once this side has been run again; features there may be reordered."""
        runs, here = self.runs, place.unit < len(self.moves)
        alike = here and self._same_shape(place.unit)
        try:
            with contextlib.suppress(*REFUSED):
                made = run_once((self.a, self.b)[side], self.inputs, self.layout)
                self.runs = (runs[0], made) if side else (made, runs[1])
                if alike and not self._same_shape(place.unit):
                    return False  # what has another shape now is not compared, or but for zeros around it
                return self.apart_at(place) <= self.limit or self._reordered(place)
            return False
        finally:
            self.runs = runs

    def _reordered(self, place: Place) -> bool:
        """Whether what a layer reads there is the same but for the order of its features: its weights can follow."""
        both = self.at(place)
        if place.unit == len(self.moves) or both is None or any(x.ndim != 2 for x in both):
            return False
        return both[0].shape == both[1].shape and matched(*both, self.limit) is not None

    def same_from(self, unit: int) -> bool:
        """Whether what layers read agrees from one on, and the outputs."""
        far = [self._input_apart(each) for each in range(unit, len(self.moves))]
        return max(far + [apart(second, first) for first, second in self._as_probabilities()]) <= self.limit

    def said(self, place: Place) -> str:
        """A place in words."""
        if place.what == "input":
            before = self._layer_before(place.unit)
            after = self.moves[place.unit].target
            return f"between {before} and {after}" if before else f"before {after}"
        if place.what == "output":
            before = self._layer_before(len(self.moves))
            return f"from {before} on, in the output" if before else "in the output"
        return f"in {place.what}"

    def _layer_before(self, unit: int) -> Unit | None:
        """The layer before a place, in B; weights by themselves are at none."""
        return next((m.target for m in reversed(self.moves[:unit]) if not isinstance(m.target.layer, Own)), None)

    def trial(self) -> Trial:
        """Both models in training too."""
        return tried(self.a, self.b, self.moves, self.inputs, self.layout, self.limit, self.seed)

    def _as_probabilities(self) -> Iterator[tuple[Array, Array]]:
        """The outputs, the first with a softmax where only the other model has one."""
        for i, (first, second) in enumerate(self.outputs()):
            if i == 0 and self.logits_of is not None:
                first, second = (
                    softmax_of(y) if self.logits_of == side else y for side, y in enumerate((first, second))
                )
            yield first, second

    def _differs(self, unit: int) -> bool:
        """Whether a layer's inputs differ, or outputs that may be in another order."""
        steps = self.step(0, unit), self.step(1, unit)
        if self._input_apart(unit) > self.limit:
            return True
        if not self.moves[unit].gives_columns() or None in steps:
            return False
        mine, theirs = (step.y for step in steps)
        columns = self.moves[unit].columns
        return apart(theirs, mine if columns is None else mine[..., columns]) > self.limit

    def _input_apart(self, unit: int) -> float:
        both = self._inputs(unit)
        return 0.0 if both is None else apart_within(both[1], both[0], self.limit)

    def _same_shape(self, unit: int) -> bool:
        """Whether what a layer reads in both models can be compared element by element."""
        both = self._inputs(unit)
        return both is not None and both[0].shape == both[1].shape

    def _inputs(self, unit: int) -> tuple[Array, Array] | None:
        """What a layer reads in both models, as in Keras, and its features in B's order."""
        mine, theirs = self.step(0, unit), self.step(1, unit)
        if mine is None or theirs is None or not mine.inputs or not theirs.inputs:
            return None
        x, y, rows = mine.inputs[0], theirs.inputs[0], self.moves[unit].rows
        if x.ndim > 2 and _reads_backwards(mine.layer) != _reads_backwards(theirs.layer):
            x = x[:, ::-1]  # the other model turns the sequence itself
        if rows is not None:
            return x[..., rows], y
        layout = self.moves[unit].sides[0].pair.torch.layout.get("x", "")
        x, y = (as_in_keras(m, each, layout) for m, each in ((self.a, x), (self.b, y)))
        # a cell reads one step, where a layer reads all; or samples and steps are in one axis
        return (x, y) if x.ndim == y.ndim else None


def _reads_backwards(layer: Any) -> bool:
    """Whether a recurrent layer reads sequences from their end, as Keras' go_backwards says."""
    return bool(getattr(layer, "go_backwards", False))


Undo = Callable[[], None]
Repaired = tuple[list[Cause], Undo]
# a cause looks at the layer before the first difference, repairs one model if it applies, and says how to undo it
Finder = Callable[[Pairing, int], "tuple[Cause, Undo] | None"]


@dataclass(frozen=True)
class Checked:
    """What came of comparing something beside the layers: where it differs ("" if it does not), and why."""

    where: str = ""
    apart: float = 0.0
    causes: tuple[Cause, ...] = ()


def in_another_order(pairing: Pairing, place: Place) -> Cause | None:
    """B's outputs, where they are A's in another order; None where they are not."""
    outputs = [list(run.outputs.values()) for run in pairing.runs]
    if place.what != "output" or len(outputs[0]) != len(outputs[1]) or not 1 < len(outputs[0]) < 6:
        return None
    for order in itertools.permutations(range(len(outputs[0]))):
        ordered = outputs[0], [outputs[1][i] for i in order]
        named = [{str(i): y for i, y in enumerate(ys)} for ys in ordered]
        runs = [replace(run, outputs=ys) for run, ys in zip(pairing.runs, named, strict=True)]
        both = [o.of(runs) for o in in_common((pairing.a.framework, pairing.b.framework), runs)]
        if max(apart(second, first) for first, second in both) <= pairing.limit:
            told = ", ".join(str(j + 1) for j in order)
            text = f"B gives A's outputs in another order: A's are B's {told}. Their gradients were not compared"
            return Cause("output order", text)
    return None


def softmax_of(x: Array) -> Array:
    e = np.exp(x - x.max(-1, keepdims=True))
    return np.asarray(e / e.sum(-1, keepdims=True))
