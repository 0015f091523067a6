"""From evidence to causes: what gives a submission's numbers exactly, in words."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from reference.diagnosis.bench import Hypothesis
from reference.diagnosis.clock import Clock
from reference.diagnosis.evidence import Evidence
from reference.diagnosis.hypotheses import hypotheses
from reference.diagnosis.search import Search
from reference.diagnosis.sentences import worded
from reference.diagnosis.transforms import transformed
from reference.homework.verdict import Cause

# what the search for one mistake in a reading may take; in all readings together, so that something is left for the
# others where the layer is large; and for two mistakes after that
SINGLE, ANYWHERE, DOUBLE = 1.8, 2.9, 5.0


class Diagnosing:
    """The causes that are proved; those of all wrong quantities together. `place` is where the mistake is.

    Where mistakes to be `tried` are given, it is one of these.
    """

    def __init__(self, evidence: Evidence, place: str, tried: Sequence[Hypothesis] | None = None) -> None:
        if tried is None:
            self._search = Search(evidence, hypotheses(evidence), transformed)
        else:
            self._search = Search(evidence, tried, lambda evidence: {})
        self._place, self._names = place, ", ".join((*evidence.wrong, *evidence.lost))

    def single(self, clock: Clock) -> tuple[Cause, ...]:
        """One mistake, or several that have nothing to do with each other."""
        return self._causes(self._search.single(min(SINGLE, clock.left)))

    def double(self) -> tuple[Cause, ...]:
        """Two that meet in the same numbers, once `single` has found none."""
        return self._causes(self._search.double(DOUBLE))

    def _causes(self, found: Iterable[Hypothesis]) -> tuple[Cause, ...]:
        merged: dict[str, Hypothesis] = {}
        for one in found:
            same = merged.setdefault(one.id, one)
            merged[one.id] = replace(same, names=same.names | one.names)
        return tuple(self._cause(one) for one in merged.values())

    def _cause(self, one: Hypothesis) -> Cause:
        place = "; ".join(filter(None, [self._place, one.facts.get("layer", "")]))
        return worded(one.id, {**one.facts, "place": place, "names": ", ".join(sorted(one.names)) or self._names})
