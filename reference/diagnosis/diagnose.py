"""From evidence to causes: what gives a submission's numbers exactly, in words."""

from dataclasses import replace

from reference.diagnosis.bench import Hypothesis
from reference.diagnosis.evidence import Evidence
from reference.diagnosis.hypotheses import hypotheses
from reference.diagnosis.search import Budget, search
from reference.diagnosis.sentences import worded
from reference.diagnosis.transforms import transformed
from reference.homework.verdict import Cause

# the search for one mistake, which needs most of a second for the largest layers, and for two at once after that
SECONDS = Budget(single=2.0, pairs=4.0)


def diagnose(evidence: Evidence, place: str) -> tuple[Cause, ...]:
    """The causes that are proved; those of all wrong quantities together."""
    names = ", ".join(evidence.wrong)
    found = search(evidence, hypotheses(evidence), transformed, SECONDS)
    merged: dict[str, Hypothesis] = {}
    for one in found:
        same = merged.setdefault(one.id, one)
        merged[one.id] = replace(same, names=same.names | one.names)
    return tuple(_cause(one, place, names) for one in merged.values())


def _cause(one: Hypothesis, place: str, names: str) -> Cause:
    facts = {**one.facts, "place": place, "names": ", ".join(sorted(one.names)) or names}
    return worded(one.id, facts)
