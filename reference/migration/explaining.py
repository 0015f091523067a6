"""What is wrong at the place where two models first differ: repairs are tried there until the models agree further."""

import contextlib
import functools
import itertools
from collections.abc import Callable, Iterable, Sequence

from reference.migration.call_causes import called
from reference.migration.keras_causes import replaced
from reference.migration.lone_causes import at_place, left_out
from reference.migration.own_causes import put_right, repaired, two_of_layers
from reference.migration.pairing import REFUSED, Cause, Finder, Pairing, Place, Repaired, Undo

Found = tuple[list[Cause], Undo, Place | None]


def explained_there(pairing: Pairing, place: Place, finders: Sequence[Finder]) -> Found | None:
    """The same where only one model may have a layer: it alone, it and what is wrong beside it, else what is wrong."""
    lone = at_place(pairing, place)
    if not lone:
        return explained(pairing, place, finders)
    if not pairing.moves or any(each.resized is not None for each in lone):
        return None
    left = left_out(pairing, lone)
    if left is None:
        return None
    left[1]()
    found = _further(pairing, place, functools.partial(left_out, pairing, lone))
    found = found or _beside(pairing, place, finders)
    return found or explained(pairing, place, finders)


def _beside(pairing: Pairing, place: Place, finders: Sequence[Finder]) -> Found | None:
    """The layers that stand alone left out, and what is wrong at that place without them."""
    left = left_out(pairing, at_place(pairing, place))
    if left is None:
        return None
    causes, undo = left
    with contextlib.ExitStack() as stack:
        stack.callback(undo)
        with contextlib.suppress(*REFUSED):
            pairing.run()
            here = pairing.first()
            if here is not None and here.rank == place.rank:
                found = explained(pairing, here, finders)
                if found is not None:
                    more, back, after = found
                    stack.callback(back)
                    return [*causes, *more], stack.pop_all().close, after
    pairing.run()
    return None


def explained(pairing: Pairing, place: Place, finders: Sequence[Finder]) -> Found | None:
    """The first causes after whose repair the models agree further, and where they then differ: one, else several."""
    last = min(place.unit, len(pairing.moves) - 1)
    near = list(dict.fromkeys([max(place.unit - 1, 0), last]))
    between = [functools.partial(called, pairing, place), functools.partial(replaced, pairing, place)]
    # those next to it; what is between them; then all before, for a branch may join here
    far = [unit for unit in reversed(range(last)) if unit not in near]
    alone = {unit: [functools.partial(repaired, pairing, [(each, unit)]) for each in finders] for unit in (*near, *far)}
    tries: list[Iterable[Callable[[], Repaired | None]]] = [
        (find for unit in near for find in alone[unit]),
        [functools.partial(_with_layers_right, pairing, place, finders, between)],
        between,
        (find for unit in far for find in alone[unit]),
        (functools.partial(repaired, pairing, both) for both in two_of_layers(pairing, near, finders)),
    ]
    for find in itertools.chain.from_iterable(tries):
        if not pairing.budget.one_more():
            break
        if (found := _further(pairing, place, find)) is not None:
            return found
    return None


def _with_layers_right(
    pairing: Pairing, place: Place, finders: Sequence[Finder], between: Sequence[Callable[[], Repaired | None]]
) -> Repaired | None:
    """Layers that are wrong by themselves put right, and what is wrong between layers then; None where none of it is
    all that is wrong at a place."""
    right = put_right(pairing, place, finders)
    if right is None:
        return None
    causes, undo = right
    with contextlib.ExitStack() as stack:
        stack.callback(undo)
        for find in (lambda: ([], lambda: None), *between):
            try:
                pairing.run()
            except REFUSED:  # with that layer the model cannot go on
                break
            if (found := _further(pairing, place, find)) is not None:
                more, back, _ = found
                stack.callback(back)
                return [*causes, *more], stack.pop_all().close
    pairing.run()
    return None


def _further(pairing: Pairing, place: Place, find: Callable[[], Repaired | None]) -> Found | None:
    """A repair where the models then agree further than at a place; else it is undone."""
    found = find()
    if found is None:
        return None
    causes, undo = found
    after: Place | None = place
    try:
        with contextlib.suppress(*REFUSED):
            pairing.run()
            after = pairing.first()
    except BaseException:
        undo()
        raise
    if place.before(after):
        return causes, undo, after
    undo()
    pairing.run()
    return None
