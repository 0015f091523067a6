"""Which of the arrays that a submission keeps and returns is the gradient of a weight."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from reference.homework.agreement import far
from reference.homework.attempt import Attempt, Place
from reference.homework.family import Family
from reference.homework.roles import plain
from reference.homework.subject import Subject
from reference.homework.trees import Leaf, gradient_likeness, leaves
from reference.homework.verdict import Quantity
from reference.pair import Array
from reference.sides import gradient_name

# the name of a returned array that has none where it is returned
UNNAMED = "d"


@dataclass(frozen=True)
class Candidate:
    """An array that may be the gradient of a weight, brought to the shape of its place."""

    leaf: Leaf
    array: Array
    likeness: int
    source: int
    said: str = ""


class Candidates:
    """Finds the gradients of a subject's weights and inputs after its backward pass."""

    def __init__(self, subject: Subject, family: Family) -> None:
        self.subject, self.family = subject, family

    def places_of(self, attempt: Attempt) -> dict[str, Place]:
        """Where a submission keeps its weights, or is given them."""
        return {**attempt.places, **self._function_places(attempt)}

    def _function_places(self, attempt: Attempt) -> dict[str, Place]:
        """Where a function was given its weights."""
        places: dict[str, Place] = {}
        for name, entry in attempt.scheme.entries.items():
            given = {**(attempt.init.given if attempt.init else {}), **(attempt.call.given if attempt.call else {})}
            where, value = given.get(f"weight {name}", ("", None))
            if name in attempt.places:
                continue
            ids = next((i for i in entry.ids if isinstance(value, np.ndarray) and i.shape == value.shape), None)
            if ids is not None:
                path = where[where.index("[") :] if "[" in where else f".{where}"
                places[name] = Place(Leaf(path, value), ids, entry.share)
        return places

    def _candidate(self, attempt: Attempt, name: str, place: Place, want: Array) -> Candidate | Quantity | None:
        """The array that is the gradient of a weight, or what is wrong where one is there that does not fit."""
        found: list[Candidate] = []
        misfits: list[Leaf] = []
        for source, leaf in self._sources(attempt, place):
            likeness = 3 if source == 4 else gradient_likeness(leaf, place.leaf)
            if likeness == 3 and not isinstance(leaf.array, np.ndarray):
                leaf = Leaf(leaf.path, np.asarray(leaf.array))  # a number where an array should be
            if not isinstance(leaf.array, np.ndarray):
                misfits += [leaf] if likeness == 3 and want.size > 1 else []  # one number for all of them
                continue
            if not likeness:
                continue
            fitted, said = _fit(leaf.array, want.shape)
            if fitted is None:
                # what is returned without a name and has as many elements is meant to be it
                meant = likeness == 3 or (source == 3 and leaf.name == UNNAMED and leaf.array.size == want.size)
                misfits += [leaf] if meant else []
            elif said and likeness < 3:
                continue  # without a name that says so, sums of anything might fit
            elif name not in attempt.given or not np.array_equal(fitted, attempt.given[name]):
                found.append(Candidate(leaf, fitted, likeness, source, said))
        if not found:
            return _misfit(name, misfits, want) if misfits else None
        rank = max((c.likeness, c.source) for c in found)
        best = [c for c in found if (c.likeness, c.source) == rank]
        return min(best, key=lambda c: far(c.array, want))

    def _sources(self, attempt: Attempt, place: Place) -> Iterator[tuple[int, Leaf]]:
        """Every array that may be a gradient, and how much its origin counts."""
        for leaf in leaves(attempt.kept):
            same = leaf.path == place.leaf.path
            if same and isinstance(leaf.array, np.ndarray) and leaf.array.shape == place.ids.shape:
                moved = place.leaf.array if not attempt.given else None
                before = next((a for n, a in attempt.given.items() if attempt.places[n] is place), moved)
                if before is not None and not np.array_equal(before, leaf.array):
                    yield 4, Leaf(leaf.path, (before - leaf.array) / attempt.rate)
            elif not same:
                yield 2, leaf
        for call in attempt.recorded or ():
            _, args, kwargs = call
            for leaf in leaves([*args, kwargs]):
                yield 3, Leaf(re.sub(r"^\[\d+\]", "", leaf.path) or ".d", leaf.array)
        last = self.subject.backward or self.subject.forward
        names = last.returns if last else ()
        for leaf in leaves(attempt.returned):
            # a method that returns one array returns the input's gradient: what it has stored by name counts more
            yield 1 if self.subject.is_class and not leaf.path else 3, _named(leaf, names)

    def _input_candidates(self, attempt: Attempt, name: str, want: Array) -> Iterator[Array]:
        """What may be the gradient of an input: what was returned, then what is kept under such a name."""
        if (own := self._in_order(attempt, name)) is not None:
            yield own
            return
        values = [attempt.returned]
        used = any(role == "dy" for role in (attempt.back.given if attempt.back else {}))
        if self.family.derivative and not used and isinstance(attempt.returned, np.ndarray):
            values = [attempt.returned * 1.0]  # z > 0 is a derivative too
        if isinstance(attempt.returned, tuple | list | dict):
            values += [leaf.array for leaf in leaves(attempt.returned) if not self._of_weight(attempt, leaf)]
        dy = attempt.problem.arrays.dy
        laid = (attempt.layout.from_submission(name, value, want.shape) for value in values)
        fitting = [got for got in laid if got is not None]
        if self.family.derivative and not used:
            fitting = [got * dy for got in fitting]
        if not fitting:
            kept = [
                leaf
                for leaf in leaves(attempt.kept)
                if re.fullmatch(rf"d{name}|d{name}s|dinputs?|grad(_)?{name}|da|dprev", plain(leaf.name))
            ]
            fitting = [
                g for leaf in kept if (g := attempt.layout.from_submission(name, leaf.array, want.shape)) is not None
            ]
        yield from fitting

    def _of_weight(self, attempt: Attempt, leaf: Leaf) -> bool:
        """Whether a returned array is called the gradient of a weight, as db_h is in (dw_x, dw_h, db_h)."""
        last = self.subject.backward or self.subject.forward
        called = _named(leaf, last.returns if last else ())
        return any(gradient_likeness(called, place.leaf) == 3 for place in self.places_of(attempt).values())

    def _in_order(self, attempt: Attempt, name: str) -> Array | None:
        """The gradient of one of several inputs of one shape: they are returned in the order they were given in."""
        inputs = attempt.problem.arrays.inputs.items()
        shapes = {key: array.shape for key, array in inputs if gradient_name(key) in attempt.problem.want}
        given = [key for key in (attempt.call.given if attempt.call else ()) if key in shapes]
        returned = attempt.returned
        if list(shapes.values()).count(shapes[name]) < 2 or not isinstance(returned, tuple | list) or name not in given:
            return None
        if self.family.loss:  # the loss itself may come with them
            apart = [leaf.array for leaf in leaves(returned)]
            fitting = [attempt.layout.from_submission(name, each, shapes[name]) for each in apart]
            returned = [each for each in fitting if each is not None]
        if len(returned) != len(given):
            return None
        return attempt.layout.from_submission(name, returned[given.index(name)], shapes[name])


def _fit(array: Array, shape: tuple[int, ...]) -> tuple[Array | None, str]:
    """An array brought to a shape: axes of one aside, or summed over what was left unreduced."""
    if array.shape == shape:
        return array, ""
    if tuple(n for n in array.shape if n != 1) == tuple(n for n in shape if n != 1):
        return array.reshape(shape), ""
    inner = tuple(n for n in shape if n != 1)
    for lead in (1, 2):
        if (
            array.ndim > lead
            and tuple(n for n in array.shape[lead:] if n != 1) == inner
            and array.ndim >= len(inner) + lead
        ):
            return array.sum(axis=tuple(range(lead))).reshape(shape), "gradients of single samples or steps"
    return None, ""


def _named(leaf: Leaf, names: Sequence[str]) -> Leaf:
    """A returned array by the name it had where it was returned."""
    match = re.fullmatch(r"\[(\d+)\](.*)", leaf.path)
    if match and int(match[1]) < len(names) and re.search(r"'|\.", match[2]):
        return Leaf(f".{names[int(match[1])] or UNNAMED}{match[2]}", leaf.array)
    if len(names) == 1 and re.match(r"\['", leaf.path):
        return Leaf(f".{names[0] or UNNAMED}{leaf.path}", leaf.array)
    if match and int(match[1]) < len(names) and not match[2]:
        return Leaf(f".{names[int(match[1])] or UNNAMED}", leaf.array)
    if not leaf.path and len(names) == 1:
        return Leaf(f".{names[0] or UNNAMED}", leaf.array)
    return leaf


def _misfit(name: str, misfits: Sequence[Leaf], want: Array) -> Quantity:
    """What is wrong with the array that is likeliest meant: one with as many elements before any other."""
    leaf = next((each for each in misfits if np.size(each.array) == want.size), misfits[-1])
    said = gradient_name(name) if leaf.name == UNNAMED else leaf.name or leaf.path
    return Quantity("", False, problem=f"{said} has shape {np.shape(leaf.array)}, expected {want.shape}")
