"""Two models that should be the same: the first place where they are not, and why.

A cause is a repair: it is claimed when both models agree further than before after it was applied to one of them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.errors import RequestError
from reference.migration.alignment import alignments
from reference.migration.budget import Budget
from reference.migration.difference import SCALES, find_inputs, run_once
from reference.migration.explaining import explained_there
from reference.migration.lone_causes import Unmatched, as_a_cause, told
from reference.migration.models import Model, roundings, wrap
from reference.migration.outputs import unmatched
from reference.migration.pairing import Cause, Pairing, Place, Undo, in_another_order
from reference.migration.port import MOST as MOST_APART
from reference.migration.port import limit_of
from reference.migration.running import corrections
from reference.migration.subjects import Subject
from reference.migration.training_only import not_compared, training_only
from reference.migration.unequal import partly, strangers, without_uncalled

MOST = 10  # causes that are looked for, beside one of each layer
MORE = 8  # inputs tried where weights differ that do nothing for the first: those of units that are off


@dataclass(frozen=True)
class Compared:
    """The first place where two models differ, if any; the causes found; further notes.

    `training` has what numbers without dropout do not show: "dropout 0.5 / 0.3", in A and in B. `unmatched` has the
    layers with weights that only one of them has, or has in another size. `ended` tells
    that the search for causes ended before all were tried.
    """

    place: str
    apart: float
    causes: tuple[Cause, ...]
    unexplained: bool
    layers: int = 0
    notes: tuple[str, ...] = ()
    training: tuple[str, ...] = ()
    unmatched: tuple[Unmatched, ...] = ()
    ended: bool = False

    @property
    def same(self) -> bool:
        """Whether outputs, gradients and buffers are the same without dropout."""
        return not self.causes and not self.unexplained

    @property
    def equal(self) -> bool:
        return self.same and not self.training


def compare(
    a: Subject, b: Subject, *, names: Any = None, example: Any = None, seed: int = 7, budget: Budget | None = None
) -> Compared:
    """Run two models layer by layer on the same inputs, and say where they first differ and why.

    `budget` limits how long causes are looked for. Both models are left as they were.
    Raises RequestError where their layers do not correspond.
    """
    from reference.migration.causes import FINDERS
    from reference.migration.training_causes import compare_losses, compare_optimizers, compare_predictions

    mine, theirs = wrap(a.model), wrap(b.model)
    before = mine.snapshot(), theirs.snapshot()
    undo: list[Undo] = []
    try:
        pairing, notes = _pairing(mine, theirs, dict(names or {}), example, seed)
        pairing.budget = budget or Budget()
        place = start = _first(pairing)
        given, causes = pairing.inputs, list[Cause]()
        lone = tuple(told(pairing))
        if lone and _same_at_inference(pairing, place):
            texts = tuple(each.text for each in lone)
            return Compared("", 0.0, (), False, len(pairing.moves), tuple(notes), texts, lone)
        while place is not None and len(causes) < MOST + len(pairing.moves):
            found = explained_there(pairing, _where_large(pairing, place), FINDERS)
            if found is None:
                break
            more, back, place = found
            causes += more
            undo.append(back)
            if place is None and pairing.inputs is not given:
                pairing.inputs = given
                pairing.run()
                place = pairing.first()
        said = "" if start is None else pairing.said(start)
        far = 0.0 if start is None else start.apart
        of_lone = None if place is None else as_a_cause(pairing, place) or in_another_order(pairing, place)
        causes += [] if of_lone is None else [of_lone]
        unexplained = place is not None and of_lone is None
        if lone and start is None:  # they give more or fewer arrays, and the first ones are the same
            said, far, unexplained = "in how many outputs they have", np.inf, True
        checks = [compare_predictions, compare_losses, *([] if lone else [compare_optimizers])]
        for check in checks if place is None else ():
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
        training: list[str] = []
        if place is None:
            trial = pairing.trial()
            training, notes = training_only(pairing.moves, trial), [*notes, *not_compared(trial)]
        notes = [*a.notes, *b.notes, *notes, *unmatched(pairing.runs), *_notes(pairing, place is None and not causes)]
        ended = unexplained and pairing.budget.ended
        notes += roundings(mine, theirs)
        notes += [*(pairing.notes if unexplained else ()), *(pairing.budget.said() if ended else ())]
        notes, count = list(dict.fromkeys(notes)), len(pairing.moves)
        return Compared(said, far, tuple(causes), unexplained, count, tuple(notes), tuple(training), lone, ended)
    finally:
        for each in reversed(undo):
            each()
        for model, snapshot in zip((mine, theirs), before, strict=True):
            model.restore(snapshot)


def _pairing(a: Model, b: Model, names: dict[str, str], example: Any, seed: int) -> tuple[Pairing, list[str]]:
    """The layers that correspond: in the way in which the models agree, else in which most layers have A's weights."""
    from reference.migration.causes import match_anyway, same_weights

    inputs, layout = find_inputs(a, b, example, np.random.default_rng(seed))
    if inputs is None:
        raise RequestError("no inputs were found that both models take. Give the shape of one: --shape 3,28,28,1")
    ways = []
    try:
        for moves, notes in alignments(a, b, names, inputs, layout, match_anyway):
            # ten times what port allows, for here causes are looked for
            room = min(10 * limit_of(a, b, len(moves)), MOST_APART)
            pairing = Pairing(a, b, moves, inputs, layout, room, seed)
            pairing.run()
            ways.append((pairing, notes))
    except RequestError as refused:
        return _partly(Pairing(a, b, [], inputs, layout, 0.0, seed), names, refused)
    if len(ways) > 1 and (right := next((way for way in ways if way[0].first() is None), None)) is not None:
        return right
    return max(ways, key=lambda way: sum(map(same_weights, way[0].moves)))


def _partly(pairing: Pairing, names: dict[str, str], refused: RequestError) -> tuple[Pairing, list[str]]:
    """The layers that correspond where some have no counterpart. Raises what refused them where that may be right."""
    a, b = pairing.a, pairing.b
    runs = [run_once(m, pairing.inputs, pairing.layout, True) for m in (a, b)]
    found = partly(a, b, names, runs)
    if found is None:
        raise refused
    pairing.moves, every = found
    pairing.limit = min(10 * limit_of(a, b, len(pairing.moves)), MOST_APART)
    pairing.lone, notes = without_uncalled(every, runs)
    pairing.run()
    doubtful = len({each.side for each in pairing.lone}) > 1 or any(each.resized for each in pairing.lone)
    if (doubtful and _same_at_inference(pairing, pairing.first())) or strangers(pairing.lone):
        raise refused
    return pairing, notes


def _same_at_inference(pairing: Pairing, place: Place | None) -> bool:
    """Whether the models give as many arrays, and the same at inference, whatever their inputs are."""
    if len({len(run.outputs) for run in pairing.runs}) > 1:
        return False
    if place is None:
        return True
    given = [name for name in place.wrong if "d " not in name and ("inference" in name or name.endswith("inputs"))]
    return place.rank > len(pairing.moves) and not given


def _first(pairing: Pairing) -> Place | None:
    """The first place where the models differ; with more inputs where only the weights tell that they do."""
    from reference.migration.causes import same_weights

    place = pairing.first()
    rng = np.random.default_rng([pairing.seed, 2])
    for _ in range(0 if place is not None or all(map(same_weights, pairing.moves)) else MORE):
        pairing.inputs = [rng.standard_normal(x.shape) if x.dtype.kind == "f" else x for x in pairing.inputs]
        pairing.run()
        place = pairing.first()
        if place is not None:
            break
    return place


def _where_large(pairing: Pairing, place: Place) -> Place:
    """Where models first differ that do so for large inputs only: those are then what both are run on."""
    before, only = pairing.inputs, {name.rpartition(" of ")[2] for name in place.wrong}
    if not place.wrong or not only <= {"larger inputs", "large inputs"}:
        return place
    for scale in (SCALES["larger"], SCALES["large"]):
        pairing.inputs = [scale * x if x.dtype.kind == "f" else x for x in before]
        pairing.run()
        here = pairing.first()
        if here is not None and here.rank <= len(pairing.moves):
            return here
    pairing.inputs = before
    pairing.run()
    return place


def _notes(pairing: Pairing, same: bool) -> list[str]:
    from reference.migration.causes import same_weights

    trained = [
        f"{m.target.name}.{path}"
        for m in pairing.moves
        for path in m.frozen()
        if path in m.target.model.variables(m.target.layer)
    ]
    alone = pairing.moves if same and pairing.a.precision() == pairing.b.precision() else []
    unseen = [
        f"the weights of {m.target} are not A's: nothing that was tried shows it" for m in alone if not same_weights(m)
    ]
    return (
        unseen
        + corrections(pairing.moves)
        + [
            f"{name} is trained beside the first bias: their sum moves twice as far as A's one bias. Freeze it at zero"
            for name in trained
        ]
    )
