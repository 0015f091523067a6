"""Two models that should be the same: the first place where they are not, and why.

A cause is a repair: it is claimed when both models agree further than before after it was applied to one of them.
"""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from reference.errors import RequestError
from reference.migration.difference import (
    apart,
    as_in_keras,
    differences,
    find_inputs,
    flattened_order,
    output_layout,
    run_once,
)
from reference.migration.models import Model, Run, wrap
from reference.migration.moves import Move
from reference.migration.port import aligned, limit_of
from reference.migration.subjects import Subject
from reference.pair import Array

MOST = 10  # causes that are looked for, beside one of each layer


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
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(7))
    runs: tuple[Run, ...] = ()
    # the side whose outputs are logits, where the other's are probabilities
    logits_of: int | None = None

    def run(self) -> None:
        """Both models at inference, and which rows a flattening moved."""
        self.runs = tuple(run_once(m, self.inputs, self.layout) for m in (self.a, self.b))
        for i, move in enumerate(self.moves):
            rows = flattened_order(self.runs, move)
            self.moves[i] = move.turned(rows) if rows is not None else move

    def step(self, side: int, unit: int) -> Any:
        """The first call of a layer, in a model."""
        move = self.moves[unit]
        name = (move.source, move.target)[side].name
        return next((s for s in self.runs[side].steps if s.name == name), None)

    def outputs(self) -> tuple[Array, Array]:
        """The outputs at inference, as in Keras."""
        turn = output_layout(self.moves, self.runs) if self.layout else ""
        first, second = (as_in_keras(m, r.y, turn) for m, r in zip((self.a, self.b), self.runs, strict=True))
        return first, second

    def first(self) -> Place | None:
        """The first place where the models differ."""
        count = len(self.moves)
        for unit in range(count):
            far = self._input_apart(unit)
            if far > self.limit:
                return Place(unit, "input", unit, far)
        outputs = list(self.outputs())
        if self.logits_of is not None:
            outputs[self.logits_of] = softmax_of(outputs[self.logits_of])
        far = apart(outputs[1], outputs[0])
        if far > self.limit:
            return Place(count, "output", count, far)
        if self.logits_of is not None:
            return None  # gradients are those of other functions
        found = differences(self.a, self.b, self.moves, self.inputs, self.layout, self.rng)
        worst = {name: far for name, far in found.items() if far > self.limit}
        if not worst:
            return None
        name = max(worst, key=lambda key: worst[key])
        unit = next((i for i, m in enumerate(self.moves) if f"{m.target.name}." in name), count)
        return Place(count + 1 + (" after a step" in name), name, unit, worst[name], frozenset(worst))

    def _input_apart(self, unit: int) -> float:
        mine, theirs = self.step(0, unit), self.step(1, unit)
        if mine is None or theirs is None or not mine.inputs or not theirs.inputs:
            return 0.0
        x, y, rows = mine.inputs[0], theirs.inputs[0], self.moves[unit].rows
        if rows is not None:
            return apart(y, x[:, rows])
        layout = self.moves[unit].sides[0].pair.torch.layout.get("x", "")
        x, y = (as_in_keras(m, each, layout) for m, each in ((self.a, x), (self.b, y)))
        return apart(y, x)


Undo = Callable[[], None]
# a cause looks at the layer before the first difference, repairs one model if it applies, and says how to undo it
Finder = Callable[[Pairing, int], "tuple[Cause, Undo] | None"]


@dataclass(frozen=True)
class Compared:
    """The first place where two models differ, if any; the causes found; further notes."""

    place: str
    apart: float
    causes: tuple[Cause, ...]
    unexplained: bool
    layers: int = 0
    notes: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        return not self.causes and not self.unexplained


def compare(a: Subject, b: Subject, *, names: Any = None, example: Any = None, seed: int = 7) -> Compared:
    """Run two models layer by layer on the same inputs, and say where they first differ and why.

    Raises RequestError where their layers do not correspond. Both models are left as they were.
    """
    from reference.migration.causes import FINDERS
    from reference.migration.training_causes import compare_losses, compare_optimizers, compare_predictions

    mine, theirs = wrap(a.model), wrap(b.model)
    before = mine.snapshot(), theirs.snapshot()
    undo: list[Undo] = []
    try:
        pairing = _pairing(mine, theirs, dict(names or {}), example, np.random.default_rng(seed))
        pairing.run()
        place = start = pairing.first()
        causes: list[Cause] = []
        while place is not None and len(causes) < MOST + len(pairing.moves):
            found = _explained(pairing, place, FINDERS)
            if found is None:
                break
            cause, back, place = found
            causes.append(cause)
            undo.append(back)
        said = "" if start is None else _said(pairing, start)
        far = 0.0 if start is None else start.apart
        unexplained = place is not None
        for check in (compare_predictions, compare_losses, compare_optimizers) if place is None else ():
            found_more = check(a, b, pairing)
            if check is compare_losses and found_more is not None and not found_more.where:
                # each has the loss that its outputs ask for
                causes = [cause for cause in causes if cause.name != "softmax"]
                said = said if causes else ""
            if found_more is not None and found_more.where:
                causes = [c for c in causes if c.name not in {x.name for x in found_more.causes}]
                causes += found_more.causes
                unexplained |= not found_more.causes
                said, far = (said, far) if said else (found_more.where, found_more.apart)
        return Compared(said, far, tuple(causes), unexplained, len(pairing.moves), tuple(_notes(pairing)))
    finally:
        for each in reversed(undo):
            each()
        for model, snapshot in zip((mine, theirs), before, strict=True):
            model.restore(snapshot)


def _pairing(a: Model, b: Model, names: dict[str, str], example: Any, rng: np.random.Generator) -> Pairing:
    inputs, layout = find_inputs(a, b, example, rng)
    if inputs is None:
        raise RequestError("no inputs were found that both models take. Give the shape of one: --shape 3,28,28,1")
    from reference.migration.causes import match_anyway

    orders = [[s.name for s in run_once(m, inputs, layout).steps] for m in (a, b)]
    moves = aligned(a, b, names, orders, match_anyway)
    return Pairing(a, b, moves, inputs, layout, 10 * limit_of(a, b, len(moves)), rng)


def _explained(pairing: Pairing, place: Place, finders: Sequence[Finder]) -> tuple[Cause, Undo, Place | None] | None:
    """The first cause after whose repair the models agree further, and where they then differ."""
    last = min(place.unit, len(pairing.moves) - 1)
    # those next to it; then all before, for a branch may join here
    suspects = list(dict.fromkeys([max(place.unit - 1, 0), last, *reversed(range(last))]))
    for unit in suspects:
        for finder in finders:
            found = finder(pairing, unit)
            if found is None:
                continue
            cause, undo = found
            after: Place | None = place
            with contextlib.suppress(RuntimeError, ValueError, TypeError, IndexError):
                pairing.run()
                after = pairing.first()
            if place.before(after):
                return cause, undo, after
            undo()
            pairing.run()
    return None


def _said(pairing: Pairing, place: Place) -> str:
    count = len(pairing.moves)
    if place.what == "input":
        before = pairing.moves[place.unit - 1].target if place.unit else None
        after = pairing.moves[place.unit].target
        return f"between {before} and {after}" if before else f"before {after}"
    if place.what == "output":
        return f"from {pairing.moves[count - 1].target} on, in the output"
    return f"in {place.what}"


def softmax_of(x: Array) -> Array:
    e = np.exp(x - x.max(-1, keepdims=True))
    return np.asarray(e / e.sum(-1, keepdims=True))


@dataclass(frozen=True)
class Checked:
    """What came of comparing something beside the layers: where it differs ("" if it does not), and why."""

    where: str = ""
    apart: float = 0.0
    causes: tuple[Cause, ...] = ()


def _notes(pairing: Pairing) -> list[str]:
    trained = [
        f"{m.target.name}.{path}"
        for m in pairing.moves
        for path in m.frozen()
        if path in m.target.model.variables(m.target.layer)
    ]
    return [
        f"{name} is trained beside the first bias: their sum moves twice as far as A's one bias. Freeze it at zero"
        for name in trained
    ]
