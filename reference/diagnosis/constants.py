"""Numbers that stand in the code in the place of one that was given: a global, a default written out."""

from collections.abc import Iterator
from functools import partial

from reference.diagnosis.bench import HAND, Hypothesis
from reference.diagnosis.earlier import answers, safe
from reference.diagnosis.evidence import Evidence
from reference.sides import Side, built

PASSES = (("forward",), ("backward",), ("forward", "backward"))


def of_constants(evidence: Evidence) -> Iterator[Hypothesis]:
    """Each number of the layer's options replaced by each that the submission holds, in one pass or in both."""
    layer = built(evidence.pair, evidence.case, evidence.arrays)
    for name, right in vars(layer).items():
        for other in evidence.constants if isinstance(right, float) else ():
            if other != right:
                facts = {"name": name, "said": f"{other:g}", "right": f"{right:g}"}
                for passes in PASSES:
                    made = safe(partial(_with_another, name=name, other=other, passes=passes))
                    yield Hypothesis("other-constant", made, facts, HAND + 1)


def _with_another(evidence: Evidence, name: str, other: float, passes: tuple[str, ...]) -> Side:
    """What the layer answers where a number of its own is another in these passes."""
    layer = built(evidence.pair, evidence.case, evidence.arrays)
    right = getattr(layer, name)
    setattr(layer, name, other if "forward" in passes else right)
    back = other if "backward" in passes else right
    return answers(evidence, layer, evidence.arrays, lambda it: setattr(it, name, back))
