"""What is not exact by nature: twins, conventions and cases that differ, and limits wider than usual."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reference.compare import FLOAT64_CEILING, Finding
from reference.pair import FRAMEWORKS, Case, Pair
from reference.parity import Check
from reference.report.groups import declared, measured

CEILING = f"{FLOAT64_CEILING:.0e}"
LIKENESS = {"composed": "composed", "inexact": "differs", "none": "no counterpart"}


@dataclass(frozen=True)
class Wide:
    """Limits of a pair that are wider than FLOAT64_CEILING: how many, the widest, and the largest error found there.

    `allowed` is 0 where nothing was off, so that the limit is not known as a share of the largest element.
    """

    pair: str
    count: int
    of: int
    judges: str
    allowed: float
    found: float


@dataclass(frozen=True)
class Remark:
    """What there is to know of some pairs."""

    pairs: str
    about: str
    texts: tuple[str, ...]


def twins(pairs: Sequence[Pair], checks: Sequence[Check]) -> list[Remark]:
    """Twins that are not exact."""
    shown = _shown(checks)
    return [
        Remark(pair.name, f"{name}: {LIKENESS[twin.likeness]}", (twin.reason + shown.get((pair.name, name), ""),))
        for pair in pairs
        for name in FRAMEWORKS
        if (twin := pair.twin(name)).likeness != "exact"
    ]


def _shown(checks: Sequence[Check]) -> dict[tuple[str, str], str]:
    """By pair and framework, the largest difference that a case was made to show."""
    largest: dict[tuple[str, str], Finding] = {}
    for check in checks:
        for finding in filter(declared, check.findings):
            place = check.pair, check.framework
            largest[place] = max(largest.get(place, finding), finding, key=lambda found: found.max_rel)
    return {place: f" ({found.name} differs by {100 * found.max_rel:.2g} %)" for place, found in largest.items()}


def notes(pairs: Sequence[Pair]) -> list[Remark]:
    return _together(("", note, pair.name) for pair in pairs for note in pair.notes)


def left_out(pairs: Sequence[Pair]) -> list[Remark]:
    """What cases leave out, and for what reason; and what is not asked at the edges."""
    cases = ((_left_out(case), case.reason, pair.name) for pair in pairs for case in pair.cases if case.reason)
    edges = ((what, why, pair.name) for pair in pairs for what, why in pair.spared)
    return _together((*cases, *edges))


def wide(checks: Sequence[Check]) -> list[Wide]:
    """The pairs with limits in float64 that are wider than CEILING."""
    by_pair: dict[str, list[Check]] = {}
    for check in checks:
        if check.dtype == "float64":
            by_pair.setdefault(check.pair, []).append(check)
    return [found for name, some in by_pair.items() if (found := _wide(name, some)).count]


def _wide(name: str, checks: Sequence[Check]) -> Wide:
    loose = [
        (check.framework, finding)
        for check in checks
        for finding in check.findings
        if finding.reason and not declared(finding)
    ]
    # an error is max_rel of the largest element, and ulp of the unit that `allowed` counts
    allowed = [finding.allowed * finding.max_rel / finding.ulp for _, finding in loose if finding.ulp]
    return Wide(
        name,
        len(loose),
        sum(measured(finding) for check in checks for finding in check.findings),
        ", ".join(dict.fromkeys(judge for judge, _ in loose)),
        max(allowed, default=0.0),
        max((finding.max_rel for _, finding in loose), default=0.0),
    )


def _left_out(case: Case) -> str:
    if case.differs:
        return f"shows that {case.frameworks[0]} differs in {', '.join(case.differs)}"
    missing = [name for name in FRAMEWORKS if name not in case.frameworks]
    said = [f"only {', '.join(case.only)}"] if case.only else []
    return ", ".join(said + [f"not in {name}" for name in missing])


def _together(remarks: Iterable[tuple[str, str, str]]) -> list[Remark]:
    """(about, text, pair): the pairs of which the same is said, and all that is said of them, made one."""
    pairs: dict[tuple[str, str], list[str]] = {}
    for about, text, pair in remarks:
        named = pairs.setdefault((about, text), [])
        if pair not in named:
            named.append(pair)
    texts: dict[tuple[str, str], list[str]] = {}
    for (about, text), named in pairs.items():
        texts.setdefault((", ".join(named), about), []).append(text)
    return [Remark(named_together, about, tuple(said)) for (named_together, about), said in texts.items()]
