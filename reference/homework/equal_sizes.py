"""A backward pass that breaks off because shapes do not fit: what it comes to where sizes happen to be equal."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reference.diagnosis.clock import Clock
from reference.diagnosis.sentences import limited, stated
from reference.homework.attempt import Attempt
from reference.homework.family import Family
from reference.homework.problem import Problem, Scheme
from reference.homework.verdict import Cause, Fact, SymbolReport

if TYPE_CHECKING:
    from reference.homework.examination import Examination


def misfits(attempt: Attempt) -> bool:
    """Whether the backward pass ended because two arrays do not fit together."""
    return attempt.at == "backward" and attempt.failure is not None and attempt.failure.type == "ValueError"


@dataclass(frozen=True)
class EqualSizes:
    """Why an attempt broke off: the mistake that is proved where its arrays fit."""

    examination: "Examination"
    attempt: Attempt

    def single(self, clock: Clock) -> tuple[Cause, ...]:
        """What is proved for the first sizes for which anything is."""
        for label, report in self._reports():
            causes = report.explainer.single(clock) if report.verdict == "wrong" and report.explainer else ()
            if causes:
                return tuple(limited(cause, label) for cause in causes)
        return ()

    def elsewhere(self, clock: Clock) -> tuple[Cause, ...]:
        """None: the call is the one that its names ask for."""
        return ()

    def double(self) -> tuple[Cause, ...]:
        """None: mistakes of which each breaks the pass off cannot be told together."""
        return ()

    def narrowing(self) -> tuple[Fact, ...]:
        """The sizes for which it is right."""
        right = [label for label, report in self._reports() if report.verdict == "correct"]
        return tuple(stated("narrow-equal", {"sizes": label}) for label in right[:1])

    def _reports(self) -> Iterator[tuple[str, SymbolReport]]:
        """What the submission comes to with the sizes of each such problem, read in the same way."""
        asking = self.examination
        for asked in asking.family.equal(self.attempt.problem, asking.seed):
            examination = type(asking)(asking.trying.worker, asking.subject, self._asking(asked), asking.seed)
            yield asked.label, examination.report()

    def _asking(self, asked: Problem) -> Family:
        """The family, with this problem alone and in the layout of the attempt."""
        family, layout = self.examination.family, self.attempt.reading.layout
        return replace(
            family,
            problems=lambda subject, seed: [asked],
            layouts=lambda problem: (family.layouts(problem)[layout],),
            schemes=lambda problem: [self._oriented(problem)],
            variants=lambda subject, seed, base: (),
        )

    def _oriented(self, problem: Problem) -> Scheme:
        """The scheme of the attempt, with weights that lie as they did: of equal sizes a shape does not tell."""
        scheme = self.examination.family.schemes(problem)[self.attempt.reading.scheme]
        places = self.examination.judge.places_of(self.attempt)
        entries = dict(scheme.entries)
        for name, entry in self.attempt.scheme.entries.items():
            forms = range(len(entry.ids)) if name in places else ()
            form = next((k for k in forms if np.array_equal(entry.ids[k], places[name].ids)), None)
            if form is not None:
                entries[name] = replace(entries[name], ids=(entries[name].ids[form],))
        return replace(scheme, entries=entries)
