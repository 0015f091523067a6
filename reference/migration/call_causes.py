"""What may be wrong between layers: a function that PyTorch's model calls, or does not, each as a repair of that call.

A call is replaced, and what is computed at the place where the models part is compared: nothing else is claimed.
"""

import contextlib
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reference.migration import call_changes
from reference.migration.activation_causes import of_model
from reference.migration.call_changes import SWAPS, activation_added, scaled, usual_factors
from reference.migration.call_words import NOTHING, Change, affine, words
from reference.migration.calls import Call, Instead, Made, of_input, watched
from reference.migration.difference import factor_and_offset, run_once
from reference.migration.models.own import Own
from reference.migration.pairing import REFUSED, Cause, Pairing, Place, Repaired
from reference.migration.trail import Trail, followed

MOST = 400  # changes that are tried at one place: what is likely comes first
TOGETHER = 4  # changes at one place
Tried = tuple[int, Change]
Activations = Mapping[str, Callable[[Any], Any]]


@dataclass(frozen=True)
class Search:
    """The side whose calls are changed, all of them, and which lie between the layers that the place is between.

    `names` has B's name of each layer.
    """

    side: int
    made: Made
    names: dict[int, str]
    start: int
    stop: int

    @property
    def between(self) -> list[int]:
        """The numbers of the calls, the last first, then those of the model's inputs where no layer comes before."""
        inputs = range(-1, -1 - len(self.made.inputs), -1) if not self.start else ()
        return [*reversed(range(self.start, self.stop)), *inputs]

    def call(self, number: int) -> Call:
        return self.made.calls[number] if number >= 0 else of_input(number, self.made)

    def given(self, number: int) -> Any:
        return self.made.given[number] if number >= 0 else self.made.inputs[-1 - number]

    def named(self, number: int) -> str:
        """What gives the result of a call, in words."""
        if number < 0:
            return "the model's input"
        for layer, start, stop in self.made.layers:
            if number == stop - 1 and start <= number:
                return f"what layer '{self.names[id(layer)]}' gives"
        before = [self.names[id(layer)] for layer, _, stop in self.made.layers if stop <= number]
        what = self.made.calls[number].name.strip("_")
        return f"what {what} behind layer '{before[-1]}' gives" if before else f"what {what} gives at the start"


def called(pairing: Pairing, place: Place) -> Repaired | None:
    """Another function between layers than the other model's, one more or one less; or several of them."""
    side = next((i for i in (1, 0) if (pairing.a, pairing.b)[i].framework == "torch"), None)
    if side is None or place.rank > len(pairing.moves):
        return None
    model, other = (pairing.a, pairing.b)[side], (pairing.a, pairing.b)[1 - side]
    with followed(other) as trail:
        run_once(other, pairing.inputs, pairing.layout)
    pairing.notes |= dict.fromkeys([trail.missing] if trail.missing else [])
    others = of_model(pairing, 1 - side)
    rounded, moves, done = set(model.rounded), list(pairing.moves), list[Tried]()
    for _ in range(TOGETHER):
        try:
            if done:
                with watched(model.model, [], _together(done)):
                    pairing.run()
        except REFUSED:  # what came nearer is nothing that the model can go on with
            break
        tried = _nearer(pairing, place, side, trail, others, done)
        if tried is None:
            break
        done.append(tried[0])
        if tried[1]:
            done = _needed(pairing, place, side, done)
            stack = contextlib.ExitStack()
            stack.enter_context(watched(model.model, [], _together(done)))
            done.sort(key=lambda each: each[0])
            return [_cause(pairing, place, side, change) for _, change in done], stack.close
    model.rounded = rounded  # what was tried, and is not so
    if done:
        pairing.moves = moves
        pairing.run()
    return None


def _nearer(
    pairing: Pairing, place: Place, side: int, trail: Trail, others: Activations, done: Sequence[Tried]
) -> tuple[Tried, bool] | None:
    """The change after which the models agree at the place (true), else that which gives what the other model computes
    the farthest on its way, and did not before."""
    model = (pairing.a, pairing.b)[side]
    rounded = set(model.rounded)
    search, before = _search(pairing, place, side, trail, _together(done))
    best, farthest = None, -1
    for number, change in itertools.islice(_changes(pairing, place, search, others), MOST):
        if not pairing.budget.one_more():
            return None
        reached: dict[int, int] = {}

        def note(called: int, made: Any, number: int = number, reached: dict[int, int] = reached) -> None:
            if called == number:
                reached[called] = trail.reached(made, pairing.limit)

        with watched(model.model, [], _together([*done, (number, change)]), note):
            if pairing.agrees(place, side):
                return (number, change), True
        model.rounded = set(rounded)
        here = reached.get(number, -1)
        if here > max(before.get(number, -1), farthest):
            best, farthest = (number, change), here
    return None if best is None else (best, False)


def _needed(pairing: Pairing, place: Place, side: int, done: list[Tried]) -> list[Tried]:
    """Those without which the models do not agree at the place: what came nearer first may not be among them."""
    model = (pairing.a, pairing.b)[side]
    for each in done[:-1]:
        rest = [other for other in done if other is not each]
        with watched(model.model, [], _together(rest)):
            if pairing.agrees(place, side):
                done = rest
    return done


def _together(done: Sequence[Tried]) -> dict[int, Instead]:
    """Several changes at once: of one call, each of what the one before it gives."""
    found: dict[int, Instead] = {}
    for number, change in done:
        found[number] = _after(found[number], change.instead) if number in found else change.instead
    return found


def _after(first: Instead, second: Instead) -> Instead:
    return lambda call, made: second(replace(call, func=lambda *args, **kwargs: first(call, made)), made)


def _search(
    pairing: Pairing, place: Place, side: int, trail: Trail, done: Mapping[int, Instead]
) -> tuple[Search, dict[int, int]]:
    """The calls with what is changed already, and how far on the other model's way each comes."""
    model = (pairing.a, pairing.b)[side]
    units = [(move.source, move.target)[side] for move in pairing.moves]
    layers = {id(part): part for unit in units for part in _parts(unit.layer)}
    names = {id(part): m.target.name for m, u in zip(pairing.moves, units, strict=True) for part in _parts(u.layer)}
    reached: dict[int, int] = {}

    def note(number: int, given: Any) -> None:
        reached[number] = trail.reached(given, pairing.limit)

    with watched(model.model, list(layers.values()), done, note) as made:
        run_once(model, pairing.inputs, pairing.layout)
    stop = len(made.calls)
    if place.unit < len(units):
        here = _parts(units[place.unit].layer)[:1]
        stop = next((start for layer, start, _ in made.layers if [layer] == here), stop)
    # between layers that are one elsewhere lies what is part of it
    inside = {id(part) for unit in units for part in _parts(unit.layer)[1:]}
    start = max((end for layer, _, end in made.layers if end <= stop and id(layer) not in inside), default=0)
    return Search(side, made, names, max(start - 1, 0), stop), reached


def _parts(layer: Any) -> list[Any]:
    """The layers that are called; a weight by itself is not."""
    if isinstance(layer, Own):
        return []
    return list(layer) if isinstance(layer, list) else [layer]


def _changes(pairing: Pairing, place: Place, search: Search, others: Activations) -> Iterator[Tried]:
    """What may have been meant: near the place, first what changes a call, then what adds one; then farther from it."""
    for number in search.between:
        yield from ((number, change) for change in call_changes.activation_of_other(search.call(number), others))
    for number in search.between:
        yield from ((number, change) for swap in SWAPS for change in swap(search.call(number)))
    yield from _factors(pairing, place, search)
    yield from _sums(search)
    yield from _weights_added(pairing, search)
    yield from ((number, change) for number in search.between for change in activation_added())
    for number in reversed(range(search.start)):
        yield from ((number, change) for swap in SWAPS for change in swap(search.call(number)))


def _factors(pairing: Pairing, place: Place, search: Search) -> Iterator[Tried]:
    """A number that is multiplied by, or added: what the numbers at the place show, and what is usual."""
    found = [each for each in (_between(pairing, place, search.side), *_of_layers(pairing, search.side)) if each]
    for number in search.between:
        shape = tuple(getattr(search.given(number), "shape", ()))
        for factor, offset in dict.fromkeys([*found, *((f, 0.0) for f in usual_factors(shape))]):
            yield number, Change("factor", NOTHING, words(affine(factor, offset)), scaled(factor, offset))


def _between(pairing: Pairing, place: Place, side: int) -> tuple[float, float] | None:
    """By how much what this side has at the place is to be multiplied, and what is to be added, to be the other's."""
    both = pairing.at(place)
    if both is None:
        return None
    here, there = both[side], both[1 - side]
    found = factor_and_offset(here, there, pairing.limit)
    # features in another order are none of it
    return found or factor_and_offset(np.sort(here, axis=None), np.sort(there, axis=None), pairing.limit)


def _of_layers(pairing: Pairing, side: int) -> Iterator[tuple[float, float] | None]:
    """The same of the other model's layers that do nothing else, such as Rescaling and Lambda."""
    for step in pairing.runs[1 - side].steps:
        if len(step.inputs) == 1 and not getattr(step.layer, "weights", None):
            yield factor_and_offset(step.inputs[0], step.y, pairing.limit)


def _sums(search: Search) -> Iterator[Tried]:
    """What an earlier call gave, added to what a call gives, or in the place of one of two that are added."""
    given = {-1 - i: x for i, x in enumerate(search.made.inputs)}
    given |= {call.number: x for call, x in zip(search.made.calls, search.made.given, strict=True)}
    for number in search.between:
        call = search.call(number)
        earlier = [i for i, x in given.items() if i < number and number >= 0 and _alike(x, given[number])]
        earlier.sort(reverse=True)
        for i in earlier:
            other = words(f"adds {search.named(i)}")
            yield number, Change("residual", NOTHING, other, _added(i))
            if call.name.strip("_") in ("add", "iadd") and len(call.tensors()) == 2:
                for kept in (0, 1):
                    left = next((n for n, x in given.items() if x is call.tensors()[1 - kept]), None)
                    own = words("adds something else" if left is None else f"adds {search.named(left)}")
                    yield number, Change("residual", own, other, _added(i, kept))


def _weights_added(pairing: Pairing, search: Search) -> Iterator[Tried]:
    """A weight of the model's own, such as of positions, that it does not add to anything."""
    own = [m for m in pairing.moves if isinstance(m.target.layer, Own)]
    for number, move in itertools.product(search.between, own):
        weight = (move.source, move.target)[search.side].layer.value
        given = tuple(getattr(search.given(number), "shape", ()))
        if not _fits(given, tuple(weight.shape)):
            continue

        def instead(call: Call, made: Made, weight: Any = weight) -> Any:
            return call.again() + weight

        yield number, Change("weight not used", NOTHING, words(f"adds {move.target}"), instead)


def _fits(shape: tuple[int, ...], weight: tuple[int, ...]) -> bool:
    """Whether a weight can be added to what is of this shape, and leaves it so."""
    last = shape[len(shape) - len(weight) :]
    return len(weight) <= len(shape) and all(n in (1, m) for n, m in zip(weight, last, strict=True))


def _alike(x: Any, y: Any) -> bool:
    return hasattr(x, "requires_grad") and hasattr(y, "requires_grad") and x.shape == y.shape and x.dtype == y.dtype


def _added(earlier: int, kept: int | None = None) -> Any:
    def instead(call: Call, made: Made) -> Any:
        more = made.inputs[-1 - earlier] if earlier < 0 else made.given[earlier]
        return (call.again() if kept is None else call.tensors()[kept]) + more

    return instead


def _cause(pairing: Pairing, place: Place, side: int, change: Change) -> Cause:
    return Cause(change.cause, _text(pairing, place, side, change), _layer(pairing, place))


def _text(pairing: Pairing, place: Place, side: int, change: Change) -> str:
    here, there = (change.own, change.other) if side else (change.other, change.own)
    if here is NOTHING:
        text = f"A {there.does}, B does not; add this"
    elif there is NOTHING:
        text = f"B {here.does}, A does not; leave this out"
    else:
        text = f"B {here.does}, A {there.does}{there.advice(pairing.b.framework)}"
    return f"{pairing.said(place)}: {text}"


def _layer(pairing: Pairing, place: Place) -> str:
    """The layer of B that is reached with what is wrong."""
    return pairing.moves[min(place.unit, len(pairing.moves) - 1)].target.name
