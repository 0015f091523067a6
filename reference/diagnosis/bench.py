"""One hypothesis beside the evidence: which wrong numbers it gives, there and for fresh inputs."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from reference.diagnosis.evidence import Change, Evidence, Found, Scaling, scalings
from reference.pair import Array
from reference.sides import Side

# how a hypothesis ranks: a change of the result is said before a change of the code that has no words of its own
HAND, WORDED, TRANSFORM, PLAIN = 0, 2, 3, 4
# in the place of an array that was found to be what it must be, or that a change leaves as it was
AS_IT_IS, UNCHANGED = np.empty(0), np.empty(0)


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


@dataclass(frozen=True)
class Effect:
    """Which wrong quantities a mistake gives, and which others it changes; nothing where it breaks what is right."""

    given: frozenset[str] = frozenset()
    spoilt: frozenset[str] = frozenset()

    @property
    def explained(self) -> frozenset[str]:
        """What it gives, if it changes nothing else."""
        return frozenset() if self.spoilt else self.given

    @property
    def changed(self) -> frozenset[str]:
        return self.given | self.spoilt


NONE = Effect()


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
        return self.effect(one).explained

    def effect(self, one: Hypothesis) -> "Effect":
        """What a mistake does to each quantity."""
        side = one.answers(self.evidence)
        return self.effect_of(side) if side is not None else NONE

    def effect_of(self, side: Side) -> "Effect":
        """What answers with a mistake in them do to each quantity."""
        given: set[str] = set()
        spoilt: set[str] = set()
        for name, one in self.evidence.found.items():
            if name not in side:
                return NONE
            if self._given(name, one, side[name]):
                given |= {name} if one.wrong else set()
            elif not one.wrong:
                return NONE
            elif not self._unchanged(name, side[name]):
                spoilt.add(name)
        for name in self.evidence.lost:
            if name in side and self._stray(side[name], self.own.get(name)):
                given.add(name)
        return Effect(frozenset(given), frozenset(spoilt))

    def leaves_right(self, one: Hypothesis) -> bool:
        """Whether everything is as a layer with this mistake gives it, where nothing is wrong."""
        side = one.answers(self.evidence)
        return side is not None and all(self.given(name, side) for name in self.evidence.found)

    def given(self, name: str, side: Side) -> bool:
        """Whether a quantity is as in `side`."""
        return name in side and self._given(name, self.evidence.found[name], side[name])

    def _given(self, name: str, one: Found, changed: Array) -> bool:
        if changed is AS_IT_IS or changed is UNCHANGED:
            return changed is AS_IT_IS
        if changed.shape != self.own[name].shape:
            return False
        answer = self.scalings[name](changed.ravel())
        answers = [answer, *(changed.ravel() * scale for scale in self.evidence.scales)] if one.wrong else [answer]
        kept = [one.got]
        if one.wrong:
            if self._unchanged(name, changed) or not np.isfinite(one.got).any():
                return False  # infinity alone proves nothing
            # what was judged may be another array of the shape; the output is looked for beside the cache, not in it
            others = self.evidence.strays if one.ids is not None else self.evidence.returned if name != "y" else ()
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
        laid = [squeezed.transpose(axes) for axes in itertools.permutations(range(squeezed.ndim))]
        return any(
            self.evidence.same("", stray, each)
            for stray in map(np.squeeze, self.evidence.strays)
            for each in laid
            if each.shape == stray.shape
        )

    @property
    def all(self) -> frozenset[str]:
        return frozenset(self.evidence.wrong) | frozenset(self.evidence.lost)


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
        return explained >= bench.all and bool(explained) and all(map(self._leaves_right, several))

    def _leaves_right(self, one: Hypothesis) -> bool:
        """A change of the code must agree with what is known to be right; one of a result says nothing of it."""
        right = self.evidence.right
        return right is None or one.rank == TRANSFORM or Bench(right).leaves_right(one)
