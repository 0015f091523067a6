"""Other readings of what is wrong: the mistake may be plain in another than the one whose numbers are nearest."""

import itertools
from collections.abc import Callable, Iterator, Sequence

from reference.diagnosis.bench import WORDED, Bench, Hypothesis
from reference.diagnosis.clock import Clock
from reference.diagnosis.evidence import Evidence
from reference.diagnosis.hypotheses import hypotheses
from reference.homework.attempt import Attempt
from reference.homework.judge import Judge, Judged
from reference.homework.trying import Trying
from reference.sides import Side

# how many of each kind are looked at
MOST_READINGS, MOST_BACKWARDS = 24, 6

EvidenceOf = Callable[[Judged, Attempt], Evidence | None]


def reread(
    trying: Trying, judge: Judge, judged: Judged, attempt: Attempt, evidence_of: EvidenceOf, clock: Clock
) -> Iterator[tuple[Judged, Attempt]]:
    """Other ways to read a wrong submission, as what is judged then and the attempt.

    Where the output is right: other calls of the backward pass, then other readings with the right output. Where it is
    wrong: readings in which a mistake with words of its own gives the output exactly.
    """
    right = all(q.agree for q in judged.quantities if q.name == "y")
    others = _right(trying, judge, attempt) if right else _explained(trying, judge, evidence_of, clock)
    for other in others:
        for tried in _backwards(trying, other):
            if clock.over:
                return
            if tried.failure is None and (tried.reading, tried.number) != (attempt.reading, attempt.number):
                yield judge.whole(tried), tried


def named(evidence: Evidence) -> list[Hypothesis]:
    """The mistakes that have words of their own: in another reading, no other is sure enough."""
    return [one for one in hypotheses(evidence) if one.rank <= WORDED]


def _right(trying: Trying, judge: Judge, attempt: Attempt) -> Iterator[Attempt]:
    """Readings of the same problem with the right output, the one that was taken first."""
    yield attempt
    for other in itertools.islice(trying.readings(attempt.problem), MOST_READINGS):
        if other.y is not None and other.reading != attempt.reading and judge.forward(other).right:
            yield other


def _backwards(trying: Trying, attempt: Attempt) -> Iterator[Attempt]:
    """The reading with each call of the backward pass; itself where there is no such pass."""
    if trying.subject.backward is None:
        yield attempt
        return
    for number in range(MOST_BACKWARDS):
        tried = trying.run(attempt.reading, attempt.problem, number)
        if tried is None:
            return
        yield tried


def _explained(trying: Trying, judge: Judge, evidence_of: EvidenceOf, clock: Clock) -> Iterator[Attempt]:
    """The readings that were tried, of which a mistake gives the output."""
    groups: dict[int, list[Attempt]] = {}
    for attempt in trying.tried:
        if attempt.y is not None:
            groups.setdefault(id(attempt.problem), []).append(attempt)
    for attempts in groups.values():
        sides: Sequence[Side] | None = None
        for attempt in attempts:
            evidence = evidence_of(judge.forward(attempt), attempt)
            if evidence is None:
                break
            if sides is None:
                sides = list(_answers(evidence, clock))
            bench = Bench(evidence)
            if any(bench.given("y", side) for side in sides):
                yield attempt


def _answers(evidence: Evidence, clock: Clock) -> Iterator[Side]:
    """What the mistakes with words of their own answer to a problem."""
    for one in named(evidence):
        if clock.over:
            return
        if (side := one.answers(evidence)) is not None:
            yield side
