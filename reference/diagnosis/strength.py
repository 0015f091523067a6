"""How strong the parity suite is: every mutant of what the pairs are made of, and whether a declared case kills it."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reference.diagnosis.equivalence import reason_of
from reference.diagnosis.mutants import Mutant, mutants
from reference.diagnosis.suite import Candidate, killer
from reference.diagnosis.workers import frameworks_elsewhere, spread
from reference.pair import Pair

# A change of what many pairs use is planted for the ones that use it most directly, as far as these.
CANDIDATES = 40


@dataclass(frozen=True)
class Planted:
    """A change, and the mutants that it makes of the pairs."""

    candidates: tuple[Candidate, ...]

    @property
    def mutant(self) -> Mutant:
        return self.candidates[0][1]

    @property
    def home(self) -> str:
        return self.candidates[0][0].name


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant: "killed" `by` a check, "equivalent" for a reason, or "survived"."""

    mutant: str
    state: str
    by: str = ""


def planted(pairs: Sequence[Pair]) -> list[Planted]:
    """Every change once, for the pairs whose own code it is first."""
    found: dict[str, list[tuple[tuple[bool, int], Candidate]]] = {}
    for pair in pairs:
        place = dict[str, int]()
        for mutant in mutants(pair.layer):
            distance = place.setdefault(f"{mutant.owner}.{mutant.method}", len(place))
            another = mutant.owner != getattr(pair.layer, "__name__", "")
            found.setdefault(mutant.id, []).append(((another, distance), (pair, mutant)))
    return [
        Planted(tuple(candidate for _, candidate in sorted(those, key=lambda one: one[0])[:CANDIDATES]))
        for those in found.values()
    ]


def sampled(all_of_them: Sequence[Planted], size: int | None, seed: int = 0) -> list[Planted]:
    """`size` of them, the same for the same seed."""
    if size is None or size >= len(all_of_them):
        return list(all_of_them)
    return random.Random(seed).sample(list(all_of_them), size)


def judged(one: Planted) -> Verdict:
    """Asks the suite; of a mutant that is said to be equivalent, one pair must not tell it from the right code."""
    reason = reason_of(one.mutant)
    if by := killer(one.candidates, 1) if reason else killer(one.candidates):
        return Verdict(one.mutant.id, "killed", by)
    return Verdict(one.mutant.id, "equivalent" if reason else "survived", reason)


def verdicts(changes: Sequence[Planted], jobs: int) -> Iterator[Verdict]:
    """What becomes of each, in any order; a process for each pair, the frameworks in one of their own."""
    groups: dict[str, list[Planted]] = {}
    for change in changes:
        groups.setdefault(change.home, []).append(change)
    largest_first = sorted(groups.values(), key=len, reverse=True)
    with frameworks_elsewhere():
        yield from spread(judged, largest_first, jobs, lambda one, how: Verdict(one.mutant.id, "killed", how))
