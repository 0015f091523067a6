"""The parity suite asked about a mutant: does any declared case of a pair tell it from the right code?

A twin's judgement is the comparison of `reference.parity` itself. One framework is asked: where both have a twin they
say the same to rounding, so the other could kill no more.
"""

import contextlib
import itertools
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.asking import asked_once
from reference.diagnosis.coverage import Lines, lines_run
from reference.diagnosis.mutants import Mutant
from reference.pair import FRAMEWORKS, Case, Pair
from reference.parity import CONTRACT, DERIVATIVE, findings_of, judges_of
from reference.sides import arrays_of, derivative

SEED = 7
# seconds of computing for one question; the right code takes some hundredths
LIMIT = 5.0
# How many of the pairs that run the same code are asked, the nearest first; the fewer, the more seem to survive. Those
# of one kind often leave the same unused, as sums over windows leave dilation, so that others of other kinds follow.
NEAREST, OTHERS = 8, 8
# those that decide most for the least first
ROUNDS = (
    ("twin", "float64"),
    (CONTRACT, "float64"),
    ("twin", "float32"),
    (CONTRACT, "float32"),
    (DERIVATIVE, "float64"),
)

Candidate = tuple[Pair, Mutant]


class Endless(BaseException):
    """A mutant computes without end. No Exception, which a check would take for a disagreement."""


@dataclass(frozen=True)
class Question:
    """One check of a pair's suite."""

    pair: Pair
    case: Case
    judge: str
    dtype: str

    def __str__(self) -> str:
        return f"{self.pair.name}/{self.case.name} {self.judge} {self.dtype}"

    def refuses(self, layer: Callable[..., Any]) -> bool:
        """Whether this check disagrees with a layer."""
        found = findings_of(self.pair, self.case, self.judge, self.dtype, SEED, layer)
        return not all(finding.agree for finding in found)


def questions(pair: Pair) -> Iterator[Sequence[Question]]:
    """The checks of a pair in rounds."""
    for kind, dtype in ROUNDS:
        asked = []
        for case in pair.cases:
            judges = judges_of(pair, case, dtype)
            twins = [judge for judge in judges if judge in FRAMEWORKS]
            for judge in twins[:1] if kind == "twin" else [kind] if kind in judges else []:
                asked.append(Question(pair, case, judge, dtype))
        yield asked


@asked_once(4096)
def lines_of(pair: Pair, case: Case) -> Lines:
    """The lines that a case runs with the right code. Raises RuntimeError where a check disagrees with that."""
    judges = judges_of(pair, case, "float64")
    first = Question(pair, case, CONTRACT if CONTRACT in judges else judges[0], "float64")

    def ask() -> None:
        if first.refuses(pair.layer):
            raise RuntimeError(f"{first} disagrees with the right code; see crosscheck parity {pair.name}")

    if first.judge != CONTRACT:
        ask()  # so that what is kept of the right code is not made under watch, which is slow
    lines = lines_run(ask)
    if DERIVATIVE not in judges or pair.derivative != "complex":
        return lines
    arrays = arrays_of(pair, case, SEED)
    name, moved = next(iter({**arrays.params, **arrays.inputs}.items()))
    return lines | lines_run(lambda: derivative(pair, case, arrays)(name, np.ones_like(moved)))


def killer(candidates: Sequence[Candidate], *batches: int) -> str:
    """The check that refuses a mutant, which may be planted for several pairs; "" where none does.

    Asked are so many of the pairs that run the changed lines, one batch of pairs after the other.
    """
    running = _running(candidates)
    for size in batches or (NEAREST, OTHERS):
        asked = []
        for pair, mutant in itertools.islice(running, size):
            first, *more = questions(pair)
            asked.append((mutant, more))
            if how := _refused(first, mutant):
                return how
        for number in range(len(ROUNDS) - 1):
            for mutant, more in asked:
                if how := _refused(more[number], mutant):
                    return how
    return ""


def _running(candidates: Sequence[Candidate]) -> Iterator[Candidate]:
    """The nearest that run the changed lines, then the nearest of every other kind: classes of one file and base."""
    found, kinds = 0, set[tuple[Any, ...]]()
    for pair, mutant in candidates:
        kind = (pair.layer.__module__, *getattr(pair.layer, "__bases__", ()))
        wanted = found < NEAREST or kind not in kinds
        if wanted and any(covers(lines_of(pair, case), mutant) for case in pair.cases):
            found += 1
            kinds.add(kind)
            yield pair, mutant


def _refused(asked: Sequence[Question], mutant: Mutant) -> str:
    """Which of these questions about cases that run the changed lines refuses it."""
    running = (each for each in asked if covers(lines_of(each.pair, each.case), mutant))
    return next(filter(None, (_kills(question, mutant) for question in running)), "")


def covers(lines: Lines, mutant: Mutant) -> bool:
    """Whether one of these lines is changed; what stands outside a function, such as a default, always counts."""
    return not mutant.lines or not mutant.lines.isdisjoint(lines)


def _kills(question: Question, mutant: Mutant) -> str:
    try:
        with _limited(LIMIT):
            return str(question) if question.refuses(mutant.layer) else ""
    except Endless:
        return f"{question}: without end"
    except MemoryError:
        return f"{question}: out of memory"
    except SyntaxError:
        return "no program"


@contextlib.contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise Endless after so many seconds of computing."""

    def stop(*_: Any) -> None:
        raise Endless

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
