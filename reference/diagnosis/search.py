"""The search for causes: which change of the correct code, or of its results, gives a submission's numbers."""

import contextlib
import functools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from reference.diagnosis.evidence import Change, Evidence, Found, Scaling, scalings
from reference.pair import Array
from reference.sides import Side


@dataclass(frozen=True)
class Hypothesis:
    """A mistake that may explain some numbers: `answers` gives those of a layer that makes it, None where it breaks.

    `facts` fill its sentence. Of several that explain all, the one of the least `rank` is said. `names` are the
    quantities it was found to explain. `change` is the change of the code, where it is one.
    """

    id: str
    answers: Callable[[Evidence], Side | None]
    facts: Mapping[str, str] = field(default_factory=dict)
    rank: int = 0
    names: frozenset[str] = frozenset()
    change: Change | None = None


def changed(id: str, change: Change, facts: Mapping[str, str], rank: int) -> Hypothesis:
    """The mistake that a change of the code is."""
    return Hypothesis(id, lambda evidence: evidence.side(change), facts, rank, change=change)


class Both:
    """Two changes of different functions at once."""

    def __init__(self, *changes: Change) -> None:
        self.changes = changes

    @contextlib.contextmanager
    def planted(self) -> Iterator[None]:
        with contextlib.ExitStack() as stack:
            for change in self.changes:
                stack.enter_context(change.planted())
            yield


class Bench:
    """The evidence with what the correct layer answers, for many changes to be tried on."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        own = evidence.side() or {}
        known = scalings(evidence, own)
        # answers that are not simply the layer's are compared as they are wanted
        self.own: Side = own if known else {name: one.back(one.want) for name, one in evidence.found.items()}
        self.scalings = known or dict.fromkeys(evidence.found, Scaling(1.0))

    def explained(self, one: Hypothesis) -> frozenset[str]:
        """The wrong quantities that a mistake gives, if it changes no other; empty where it gives none."""
        side = one.answers(self.evidence)
        return self.covered(side) if side is not None else frozenset()

    def covered(self, side: Side) -> frozenset[str]:
        """The wrong quantities that are as in `side`, if those that are right are unchanged there."""
        names: set[str] = set()
        for name, one in self.evidence.found.items():
            if name not in side:
                return frozenset()
            if one.wrong:
                if self._given(name, one, side[name]):
                    names.add(name)
                elif not self._unchanged(name, side[name]):
                    return frozenset()
            elif not self._given(name, one, side[name]):
                return frozenset()
        for name in self.evidence.lost:
            if name in side and self._stray(side[name], self.own.get(name)):
                names.add(name)
        return frozenset(names)

    def gives(self, one: Hypothesis, name: str) -> bool:
        """Whether a mistake gives this quantity."""
        side = one.answers(self.evidence)
        return side is not None and name in side and self._given(name, self.evidence.found[name], side[name])

    def _given(self, name: str, one: Found, changed: Array) -> bool:
        if changed is AS_IT_IS or changed is UNCHANGED:
            return changed is AS_IT_IS
        if changed.shape != self.own[name].shape:
            return False
        answer = self.scalings[name](changed.ravel())
        answers = [answer, *(changed.ravel() * scale for scale in self.evidence.scales)] if one.wrong else [answer]
        kept = [one.got]
        if one.wrong:
            if self._unchanged(name, changed):
                return False
            # what was judged may be another array of the shape
            others = self.evidence.strays if one.ids is not None else self.evidence.returned
            kept += [
                other for other in others if other.shape == one.got.shape and not self._found_elsewhere(name, other)
            ]
        return any(self.evidence.same(name, one.back(got), each) for got in kept for each in answers)

    def _found_elsewhere(self, name: str, array: Array) -> bool:
        """Whether an array is another quantity."""
        found = self.evidence.found.items()
        return any(np.array_equal(array, one.got) for other, one in found if other != name)

    def _unchanged(self, name: str, changed: Array) -> bool:
        return changed is UNCHANGED or (name in self.own and self.evidence.same(name, self.own[name], changed))

    def _stray(self, changed: Array, own: Array | None) -> bool:
        """Whether an array of another shape than it should have is among what came out."""
        if own is not None and changed.shape == own.shape:
            return False
        squeezed = np.squeeze(changed)
        return any(
            self.evidence.same("", np.squeeze(stray), laid)
            for stray in self.evidence.strays
            for laid in ((squeezed, squeezed.T) if squeezed.ndim == 2 else (squeezed,))
        )

    @property
    def all(self) -> frozenset[str]:
        return frozenset(self.evidence.wrong) | frozenset(self.evidence.lost)


Transforms = Mapping[str, Sequence[tuple[str, Mapping[str, str]]]]
# a change of the result is said before a change of the code that has no words of its own
HAND, WORDED, TRANSFORM, PLAIN = 0, 2, 3, 4


def search(
    evidence: Evidence,
    hypotheses: Sequence[Hypothesis],
    transformed: Callable[[Evidence], Transforms],
    seconds: float,
) -> tuple[Hypothesis, ...]:
    """The mistake that gives all wrong numbers, or those that do together; empty where none was found in time.

    What is found must give the numbers of fresh inputs too.
    """
    until = time.monotonic() + seconds
    bench = Bench(evidence)
    if not bench.all:
        return ()
    fresh = Fresh(evidence)
    hypotheses = [*hypotheses, *_of_transforms(transformed(evidence), transformed)]
    partly: list[Hypothesis] = []
    whole: list[Hypothesis] = []
    for one in sorted(hypotheses, key=lambda h: h.rank):
        if time.monotonic() > until or (whole and one.rank > whole[0].rank and fresh.confirms(whole[:1])):
            break
        names = bench.explained(one)
        if names == bench.all:
            whole.append(one)
        elif names:
            partly.append(replace(one, names=names))
    for one in whole:
        if fresh.confirms([one]):
            return (one,)
    for several in _covers(partly, bench.all):
        if fresh.confirms(several):
            return tuple(several)
    for pair in _pairs(bench, hypotheses, until):
        if fresh.confirms([pair[0]]):
            return pair[1:]
    return ()


def _of_transforms(found: Transforms, transformed: Callable[[Evidence], Transforms]) -> Iterator[Hypothesis]:
    """The changes of results as mistakes; one that several quantities have in common is one mistake."""
    groups: dict[tuple[str, tuple[tuple[str, str], ...]], set[str]] = {}
    for name, transforms in found.items():
        for id, facts in transforms:
            groups.setdefault((id, tuple(facts.items())), set()).add(name)
    for (id, listed), names in groups.items():
        answers = functools.partial(_of_transform, transform=(id, dict(listed)), names=names, transformed=transformed)
        yield Hypothesis(id, answers, dict(listed), TRANSFORM, frozenset(names))


def _of_transform(
    evidence: Evidence,
    transform: tuple[str, Mapping[str, str]],
    names: set[str],
    transformed: Callable[[Evidence], Transforms],
) -> Side | None:
    """Answers of which these quantities are as they should be but for a transform."""
    applied = transformed(evidence)
    if not all(transform in applied.get(name, ()) for name in names & evidence.wrong.keys()):
        return None
    return {n: AS_IT_IS if n in names or not one.wrong else UNCHANGED for n, one in evidence.found.items()}


# in the place of an array that was found to be what it must be, or that a change leaves as it was
AS_IT_IS, UNCHANGED = np.empty(0), np.empty(0)


def _pairs(bench: Bench, hypotheses: Sequence[Hypothesis], until: float) -> Iterator[tuple[Hypothesis, ...]]:
    """Two changes of the code that give everything when both are made: as one, and each."""
    ordered = sorted((h for h in hypotheses if h.change is not None), key=lambda h: h.rank)
    if "y" in bench.evidence.wrong:  # one of the two must give the output
        firsts = [h for h in ordered if bench.gives(h, "y")]
        pairs = ((first, second) for first in firsts for second in ordered)
    else:
        pairs = ((ordered[j], ordered[i]) for i in range(len(ordered)) for j in range(i))
    for first, second in pairs:
        if time.monotonic() > until:
            return
        assert first.change is not None
        assert second.change is not None
        one = changed(first.id, Both(first.change, second.change), {}, 0)
        if bench.explained(one) == bench.all:
            yield one, first, second


def _covers(partly: Sequence[Hypothesis], wanted: frozenset[str]) -> Iterator[list[Hypothesis]]:
    """Up to three mistakes, each in numbers that the others leave alone, that explain everything together."""
    best: dict[frozenset[str], Hypothesis] = {}
    for one in sorted(partly, key=lambda h: h.rank):
        best.setdefault(one.names, one)
    groups = sorted(best.values(), key=lambda h: (-len(h.names), h.rank))

    def extended(taken: list[Hypothesis], left: frozenset[str], start: int) -> Iterator[list[Hypothesis]]:
        if not left:
            yield taken
        elif len(taken) < 3:
            for k in range(start, len(groups)):
                if groups[k].names <= left:
                    yield from extended([*taken, groups[k]], left - groups[k].names, k + 1)

    yield from extended([], wanted, 0)


class Fresh:
    """The submission's answers to other inputs, asked for once, when something is to be confirmed."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self._bench: Bench | None = None

    def confirms(self, several: Sequence[Hypothesis]) -> bool:
        """Whether the mistakes give what is wrong there too."""
        if self._bench is None:
            again = self.evidence.again() if self.evidence.again else None
            if again is None:
                return False
            self._bench = Bench(again)
        bench = self._bench
        explained = frozenset[str]().union(*(bench.explained(one) for one in several))
        return explained >= bench.all and bool(explained)
