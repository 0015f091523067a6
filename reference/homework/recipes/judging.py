"""From the numbers of a submission and the right ones to a verdict, with the mistakes that reproduce the wrong ones."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from reference.compare import Finding, allowed_ulp, compare
from reference.homework.verdict import Cause, Quantity, Verdict
from reference.pair import Array

Numbers = Mapping[str, Array]

# "dU@large" is the quantity dU on another input: both are reported as one
TRIAL = "@"
# "softmax_whole_array~shifted" is another way to make the mistake softmax_whole_array
FORM = "~"


@dataclass(frozen=True)
class Mistake:
    """A mistake as people read it: what is done, and what to do instead."""

    sentence: str
    hint: str = ""


@dataclass(frozen=True)
class Reading:
    """The right numbers under one convention; `said` is what a report says of it, "" for what was asked.

    `wrong(switches)` are the numbers with these mistakes made.
    """

    want: Numbers
    said: str = ""
    wrong: Callable[[frozenset[str]], Numbers] | None = None


@dataclass(frozen=True)
class Trial:
    """What a submission gave and what it is held to.

    `got`: arrays by quantity, or a sentence where there is no array. `readings`: the first is what was asked.
    `mistakes` says what each switch of `Reading.wrong` is. `length` is the number of terms in the longest sum, `scales`
    how large the terms are where their sum is smaller.
    """

    got: Mapping[str, Array | str]
    readings: Sequence[Reading]
    length: int = 4
    mistakes: Mapping[str, Mistake] = field(default_factory=dict)
    scales: Mapping[str, float] = field(default_factory=dict)
    part: str = ""

    def found(self, name: str, want: Array) -> Finding:
        """One quantity compared."""
        got = self.got.get(name, "is missing")
        if isinstance(got, str):
            return Finding(name, False, problem=got)
        return compare(name, got, want, allowed_ulp(self.length), scale=self.scales.get(name, 0.0))


@dataclass(frozen=True)
class Judgement:
    """The verdict on one question. `cell` and `line` say where an answer at top level stands."""

    verdict: Verdict
    quantities: tuple[Quantity, ...] = ()
    causes: tuple[Cause, ...] = ()
    conventions: tuple[str, ...] = ()
    remark: str = ""
    cell: int | None = None
    line: int | None = None


def as_array(value: Any) -> Array | str:
    """What a submission returned as an array, or what is wrong with it."""
    if value is None:
        return "is None"
    if isinstance(value, list | tuple):
        try:
            value = np.asarray(value)
        except ValueError:
            return "is a list of arrays of different shapes"
    if isinstance(value, bool | int | float | complex | np.generic):
        value = np.asarray(value)
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "biuf":
        return f"is {_described(value)}, expected an array of numbers"
    return value if value.dtype.kind == "f" else value.astype(np.float64)


def _described(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype}"
    return f"a {getattr(value, 'type_name', type(value).__name__)}"


def settle(trial: Trial) -> Judgement:
    """Correct under one of the readings, or wrong, with the mistakes that give the submission's numbers."""
    for reading in trial.readings:
        findings = [trial.found(name, want) for name, want in reading.want.items()]
        if all(finding.agree for finding in findings):
            said = (reading.said,) if reading.said else ()
            return Judgement("correct", merged(findings, trial.part), conventions=said)
    tries = [(reading, *_explained(trial, reading)) for reading in trial.readings]
    reading, causes, _ = min(tries, key=lambda each: (_disagreeing(trial, each[0]), each[2]))
    findings = [trial.found(name, want) for name, want in reading.want.items()]
    return Judgement("wrong", merged(findings, trial.part), tuple(causes))


def _disagreeing(trial: Trial, reading: Reading) -> int:
    return sum(not trial.found(name, want).agree for name, want in reading.want.items())


def merged(findings: Sequence[Finding], part: str = "") -> tuple[Quantity, ...]:
    """One quantity for all trials of it: the first that disagrees, or the one furthest off."""
    by_name: dict[str, Finding] = {}
    for finding in findings:
        name = finding.name.split(TRIAL)[0]
        before = by_name.get(name)
        if before is None or (before.agree and (not finding.agree or finding.max_rel > before.max_rel)):
            by_name[name] = finding
    return tuple(_quantity(name, finding, part) for name, finding in by_name.items())


def _quantity(name: str, finding: Finding, part: str) -> Quantity:
    eps = float(np.finfo(np.float64).eps)
    return Quantity(
        name,
        finding.agree,
        finding.max_rel,
        finding.allowed * eps,
        finding.index,
        finding.got,
        finding.want,
        part,
        finding.problem,
    )


def _explained(trial: Trial, reading: Reading) -> tuple[list[Cause], int]:
    """The fewest mistakes that together give every number that is wrong; then what a factor or a sign explains.

    Also how many wrong quantities no named mistake gives.
    """
    left = {name for name, array in reading.want.items() if not trial.found(name, array).agree}
    left = {name for name in left if not isinstance(trial.got.get(name, ""), str)}
    mistakes = trial.mistakes if reading.wrong else {}
    for size in (1, 2):
        for switches in itertools.combinations(mistakes, size):
            if left and _all_given(trial, reading, switches):
                return [_cause(trial, switch) for switch in switches], 0
    causes = []
    while left:
        switch, given = max(
            ((switch, left & _given_by(trial, reading, (switch,))) for switch in mistakes),
            key=lambda pair: len(pair[1]),
            default=("", set[str]()),
        )
        if not given:
            break
        causes.append(_cause(trial, switch))
        left -= given
    return [*causes, *_rescaled(trial, reading.want, left)], len(left)


def _given_by(trial: Trial, reading: Reading, switches: Sequence[str]) -> set[str]:
    """The quantities that these mistakes give as the submission has them."""
    assert reading.wrong is not None
    with np.errstate(all="ignore"):
        numbers = reading.wrong(frozenset(switches))
    return {name for name in reading.want if name in numbers and trial.found(name, numbers[name]).agree}


def _all_given(trial: Trial, reading: Reading, switches: Sequence[str]) -> bool:
    """Whether these mistakes give every array that the submission gave, the right ones too."""
    arrays = [name for name in reading.want if not isinstance(trial.got.get(name, ""), str)]
    return len(_given_by(trial, reading, switches)) == len(arrays)


def _cause(trial: Trial, switch: str) -> Cause:
    mistake = trial.mistakes[switch]
    return Cause(switch.split(FORM)[0], mistake.sentence, True, mistake.hint)


def _rescaled(trial: Trial, want: Numbers, names: set[str]) -> Iterator[Cause]:
    """A factor that all of the wrong quantities share, or a transposition of one."""
    factors: dict[float, list[str]] = {}
    for name in sorted(names):
        got, right = trial.got[name], want[name]
        assert not isinstance(got, str)
        if got.shape == right.shape and np.isfinite(got).all() and right.any():
            factor = float(np.vdot(right, got) / np.vdot(right, right))
            if factor and trial.found(name, factor * right).agree:
                factors.setdefault(round(factor, 9), []).append(name.split(TRIAL)[0])
        elif got.ndim == 2 and got.T.shape == right.shape and trial.found(name, right.T).agree:
            yield Cause("transposed", f"{name.split(TRIAL)[0]} is transposed.", True, "Exchange its two axes.")
    for factor, scaled in factors.items():
        listed = ", ".join(dict.fromkeys(scaled))
        if factor == -1:
            yield Cause("sign", f"{listed} has the wrong sign.", True, "Exchange the terms of the difference.")
        else:
            yield Cause("scaled", f"{listed} is {factor:.6g} times what it should be.", True)


def combined(*judgements: Judgement) -> Judgement:
    """Several judgements as one: correct where all are, else the first that is not gives the verdict."""
    off = next((each for each in judgements if each.verdict != "correct"), judgements[0])
    return Judgement(
        off.verdict,
        tuple(quantity for each in judgements for quantity in each.quantities),
        tuple(dict.fromkeys(cause for each in judgements for cause in each.causes)),
        tuple(dict.fromkeys(said for each in judgements for said in each.conventions)),
        off.remark,
    )
