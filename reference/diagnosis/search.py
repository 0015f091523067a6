"""The search for causes: which change of the correct code, or of its results, gives a submission's numbers."""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from reference.diagnosis.answered import Answered
from reference.diagnosis.bench import AS_IT_IS, TRANSFORM, UNCHANGED, Bench, Effect, Fresh, Hypothesis
from reference.diagnosis.clock import Clock
from reference.diagnosis.evidence import Evidence
from reference.diagnosis.pairing import pairs, together
from reference.sides import Side

Transforms = Mapping[str, Sequence[tuple[str, Mapping[str, str]]]]


class Search:
    """The search for what explains some evidence; what is found must give the numbers of fresh inputs too."""

    def __init__(
        self,
        evidence: Evidence,
        hypotheses: Sequence[Hypothesis],
        transformed: Callable[[Evidence], Transforms],
    ) -> None:
        self.bench, self.fresh = Bench(evidence), Fresh(evidence)
        found = _of_transforms(transformed(evidence), transformed) if self.bench.all else ()
        self.hypotheses = sorted((*hypotheses, *found), key=lambda h: h.rank)
        self.effects: list[tuple[Hypothesis, Effect]] = []

    def single(self, seconds: float) -> tuple[Hypothesis, ...]:
        """The mistake that gives all wrong numbers, or those that do together; empty where none was found in time."""
        clock = Clock(seconds)
        whole: list[Hypothesis] = []
        for one in self.hypotheses if self.bench.all else ():
            if clock.over or (whole and one.rank > whole[0].rank and self.fresh.confirms(whole[:1])):
                break
            self.effects.append((one, self.bench.effect(one)))
            if self.effects[-1][1].explained == self.bench.all:
                whole.append(one)
        for one in whole:
            if self.fresh.confirms([one]):
                return (one,)
        return self._several(clock)

    def _several(self, clock: Clock) -> tuple[Hypothesis, ...]:
        """Mistakes that each give some of the wrong numbers and leave the others alone."""
        partly = [replace(one, names=effect.explained) for one, effect in self.effects if effect.explained]
        for several in _covers([one for one in partly if one.names != self.bench.all], self.bench.all):
            if clock.over:
                break
            if self.fresh.confirms(several):
                return tuple(several)
        return ()

    def double(self, seconds: float) -> tuple[Hypothesis, ...]:
        """Two changes of the code that give everything only when both are made; of those that `single` has tried."""
        clock, answered = Clock(seconds), Answered(self.bench.evidence)
        for first, second in pairs(self.effects, self.bench.all):
            if clock.over:
                break
            side = answered.side(first.change, second.change, functools.partial(self._of_both, first, second))
            if side is None or self.bench.effect_of(side).explained != self.bench.all:
                continue
            both = together(first, second)
            if both is not None and self.fresh.confirms([both]):
                return first, second
        return ()

    def _of_both(self, first: Hypothesis, second: Hypothesis) -> Side | None:
        """What the layer answers with both changes; None where one stands inside the other, or it breaks."""
        both = together(first, second)
        return both.answers(self.bench.evidence) if both is not None else None


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
