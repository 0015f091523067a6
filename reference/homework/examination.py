"""One subject examined as one family: the reading that gives the right output, its gradients, and then every doubt."""

import ast
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from reference.diagnosis.sentences import worded
from reference.homework.attempt import Attempt, crash_of, told_of
from reference.homework.diagnosing import Diagnosis, place_of
from reference.homework.doubts import DOUBTS, Right, spoilt
from reference.homework.equal_sizes import EqualSizes, misfits
from reference.homework.family import Family
from reference.homework.isolation.process import Failure, Worker
from reference.homework.judge import Judge, Judged
from reference.homework.limits import LimitedDiagnosis
from reference.homework.methods import Method
from reference.homework.own_updates import updates_wrongly
from reference.homework.penalties import penalised_wrongly
from reference.homework.planning import LEARN
from reference.homework.problem import Entry, Problem, Scheme
from reference.homework.raised import handed_as_index, not_written, raised_anyway
from reference.homework.returned_order import misordered, out_of_order
from reference.homework.roles import means
from reference.homework.running_statistics import statistics_given
from reference.homework.single_samples import alone
from reference.homework.subject import Subject
from reference.homework.trees import Leaf
from reference.homework.trying import Trying
from reference.homework.verdict import SymbolReport, Verdict
from reference.sides import gradient_name

MOST_BACKWARDS = 24
# what a loss takes as targets must be right wherever its value is
TARGETS = ("class indices", "one-hot targets", "targets of -1", "no mask", "a mask of another type")


class Examination:
    """One subject examined as one family; `reshaped` where a weight of its own length is taken as it is."""

    def __init__(self, worker: Worker, subject: Subject, family: Family, seed: int, *, reshaped: bool = False) -> None:
        self.subject, self.family, self.seed, self.reshaped = subject, family, seed, reshaped
        self.trying = Trying(worker, subject, family)
        self.judge = Judge(subject, family)

    def report(self) -> SymbolReport:
        """The verdict; of what is written for single samples, on one at a time."""
        return alone(self, self._of_batches())

    def _of_batches(self) -> SymbolReport:
        if self.subject.forward is None:
            return self._said("unsupported", "it has no method that looks like a forward pass")
        if self.subject.forward.stub:
            return self._said("unfinished", f"{self.subject.forward.name} is not written")
        attempts: list[Attempt] = []
        crashed = None
        for asked in self.family.problems(self.subject, self.seed):
            if any(attempt.y is not None for attempt in attempts if attempt.problem.fallback < asked.fallback):
                continue
            for right in self._rights(asked, attempts):
                report = self._whole(right)
                if report.verdict != "crashed":
                    only = f"for {asked.label} only" if asked.label else ""
                    return replace(report, remark=", ".join(filter(None, [only, report.remark])))
                crashed = crashed or report  # it may be written for another form
            if any(attempt.failure is not None and self._own(attempt.failure) for attempt in attempts):
                break
            if (short := self._cut_short(attempts)) is not None:
                return short
        return crashed or self._without(attempts)

    def _rights(self, asked: Problem, attempts: list[Attempt]) -> Iterator[Attempt]:
        """The readings with the right output, and few after the first; all that were tried are added to `attempts`."""
        left = math.inf
        for attempt in self.trying.readings(asked):
            attempts.append(attempt)
            left -= 1
            if self.judge.forward(attempt).right:
                left = min(left, MOST_BACKWARDS)
                yield attempt
            if left <= 0:
                return

    def _whole(self, attempt: Attempt) -> SymbolReport:
        """The output agrees: the gradients, then the same reading on other problems."""
        backward = self.subject.backward
        forward = self.judge.forward(attempt)
        if backward is None:
            return self._confirmed(attempt, None, self.judge.whole(attempt))
        if backward.stub:
            return self._said("unfinished", f"{backward.name} is not written", forward, attempt)
        best = self._backwards(attempt)
        if best is None or handed_as_index(backward, best[1].failure):
            return self._said("unsupported", f"{backward.name} takes what is not understood", forward, attempt)
        judged, tried, number = best
        if not judged.right and (crash := crash_of(tried)):
            report = self._said("crashed", crash, judged, tried)
            return replace(report, explainer=EqualSizes(self, tried) if misfits(tried) else None)
        if len(judged.quantities) == 1 and not self.family.loss:
            verdict: Verdict = "unfinished" if _sets_none(backward) else "unsupported"
            return self._said(verdict, f"{backward.name} gave no gradient that could be found", judged, tried)
        return self._confirmed(tried, number, judged)

    def _backwards(self, attempt: Attempt) -> tuple[Judged, Attempt, int] | None:
        """The backward call that agrees most, as what was judged, the attempt and the number of the plan."""
        best: tuple[Judged, Attempt, int] | None = None
        for number in range(MOST_BACKWARDS):
            tried = self.trying.run(attempt.reading, attempt.problem, number)
            if tried is None:
                break
            judged = self.judge.whole(tried)
            if number == 0 and tried.back is not None and tried.back.named and crash_of(tried):
                return judged, tried, number  # called as its names say, it breaks
            if best is None or (judged.right, judged.score) > (best[0].right, best[0].score):
                best = judged, tried, number
            if judged.right:
                break
        return best

    def _confirmed(self, attempt: Attempt, back: int | None, judged: Judged) -> SymbolReport:
        """Right on the first problem: what may still be wrong."""
        if not judged.right:
            return self._said("wrong", "", judged, attempt)
        right = Right(self.trying, self.judge, attempt, back, judged, self.seed)
        for doubt in (*DOUBTS, misordered, updates_wrongly, penalised_wrongly):
            if (wrong := doubt(right)) is not None:
                report = self._told(wrong.remark, wrong.judged, wrong.attempt, wrong.cause)
                return replace(report, explainer=None) if wrong.told else report
        remarks: list[str] = []
        for asked in self.family.doubts(self.trying, attempt):
            judged.conventions += asked.conventions
            remarks += [asked.noted] if asked.noted else []
            if not all(quantity.agree for quantity in asked.quantities):
                told = Judged(list(asked.quantities), judged.conventions)
                # what narrows it down is known of the plain call, which is right
                return replace(self._told(asked.remark, told, attempt, asked.cause), explainer=None)
        fails: dict[str, Diagnosis] = {}
        missed: dict[str, str] = {}
        for variant in self.family.variants(self.subject, self.seed + 1, attempt.problem):
            tried = self.trying.run(attempt.reading, variant, back)
            if tried is None:
                continue
            if not variant.case.training:
                if not statistics_given(tried):
                    continue
                other = self.judge.forward(tried)
                if not other.right:
                    return self._said("wrong", f"wrong {variant.label}", other, tried)
                continue
            other = self.judge.whole(tried, judged)
            missed |= {q.name: variant.label for q in other.quantities if q.name not in judged.names}
            if not other.right:
                output = self.judge.forward(tried).right  # at any scale: two forms of targets, two scales
                needed = not output if variant.required == "output" else variant.required
                needed |= variant.label == "other sizes" or (output and variant.label in TARGETS)
                if tried.y is not None and needed:
                    return self._said("wrong", f"with {variant.label}", other, tried)
                explainer = self._explainer(other, tried)
                fails[variant.label] = replace(explainer, right=(judged, attempt))
        remarks += [f"not for {', '.join(fails)}"] if fails else []
        remarks += [f"no {name} but for {label}" for name, label in missed.items() if label not in fails]
        remarks += filter(None, [spoilt(right), out_of_order(right)])
        if back is None and self.subject.is_class:
            remarks.append("its output only: no backward pass was found")
        report = self._said("correct", ", ".join(remarks), judged, attempt)
        return replace(report, explainer=LimitedDiagnosis(fails) if fails else None)

    def _told(self, remark: str, judged: Judged, attempt: Attempt, cause: str) -> SymbolReport:
        """Wrong after all, with the cause where that is known by its words."""
        report = self._said("wrong", remark, judged, attempt)
        if not cause:
            return report
        known = worded(cause, {"place": place_of(self.subject, judged)}, reproduces=False)
        return replace(report, causes=(known,), explainer=None)

    def _without(self, attempts: Sequence[Attempt]) -> SymbolReport:
        """No reading gives the output."""
        ran = [attempt for attempt in attempts if attempt.y is not None]
        if ran:
            best = min(ran, key=lambda attempt: self.judge.forward(attempt).quantities[0].max_rel)
            if beside := self.trying.left_over(best):
                return self._said("unsupported", f"it has {', '.join(beside)} beside the weights of {self.family.name}")
            judged = self.judge.whole(best) if self.subject.backward is None else self.judge.forward(best)
            if self.subject.backward is not None and not self.subject.backward.stub:
                found = self._backwards(best)
                judged, best = (found[0], found[1]) if found else (judged, best)
                if best.failure is not None and self._own(best.failure):
                    return self._said("crashed", crash_of(best), judged, best)
            return self._said("wrong", "", judged, best)
        crashes = [crash for attempt in attempts if (crash := crash_of(attempt))]
        if crashes and len(crashes) == len(attempts) and not self._set_elsewhere(attempts[0].failure):
            return self._said("crashed", crashes[0], None, attempts[0])
        odd = () if self.reshaped else (attempt for attempt in attempts if attempt.misshapen)
        if report := next(map(self._misshapen, odd), None):
            return report
        forward, backward = self.subject.forward, self.subject.backward
        if sure := next((told_of(f) for a in attempts if (f := a.failure) is not None and self._own(f)), ""):
            return self._said("crashed", sure, None, attempts[0])
        if backward is not None and backward.stub:
            return self._said("unfinished", f"{backward.name} is not written")
        if not attempts:
            name = forward.name if forward else "forward"
            return self._said("unsupported", f"its constructor or {name} takes what is not understood")
        last = attempts[0].failure
        why = last.said if last else "no output of the expected shape"
        return self._said("unsupported", f"no reading of it as {self.family.name} ran ({why})", None, attempts[0])

    def _cut_short(self, attempts: Sequence[Attempt]) -> SymbolReport | None:
        """Wrong where no reading gives an output of the right shape, and one the beginning of the right output."""
        if any(attempt.y is not None for attempt in attempts):
            return None
        for attempt in attempts:
            if (judged := self.judge.cut_short(attempt)) is not None:
                return self._said("wrong", "", judged, attempt)
        return None

    def _misshapen(self, attempt: Attempt) -> SymbolReport | None:
        """What it comes to with a weight that has the length of another axis; None where it is not even wrong."""
        ((name, leaf),) = attempt.misshapen.items()

        def schemes(asked: Problem) -> list[Scheme]:
            found = self.family.schemes(asked)
            return [replace(s, entries={**s.entries, name: _as_long(s.entries[name], leaf)}) for s in found]

        family = replace(self.family, schemes=schemes, problems=lambda subject, seed: [attempt.problem])
        report = Examination(self.trying.worker, self.subject, family, self.seed, reshaped=True).report()
        wanted = attempt.scheme.entries[name].ids[0].shape
        problem = f"{leaf.name} has shape {np.shape(leaf.array)}, expected {wanted}"
        gradient = gradient_name(name)
        quantities = [replace(q, problem=problem) if q.name == gradient else q for q in report.quantities]
        return replace(report, remark=problem, quantities=tuple(quantities)) if report.verdict == "wrong" else None

    def _own(self, failure: Failure) -> bool:
        """Whether nothing that we hand over could prevent it: a name or attribute that is nowhere set, a bare raise."""
        if raised_anyway(self.subject, failure):
            return True
        if not failure.trace or failure.type not in ("NameError", "AttributeError"):
            return False
        if failure.type == "NameError" or failure.message.startswith("module "):
            return True
        missing = self._missing(failure)
        return bool(missing) and missing not in self.subject.set_attributes

    def _missing(self, failure: Failure) -> str:
        """The attribute of its own that it lacks; "" where the failure is another."""
        missing = re.fullmatch(rf"'{self.subject.name}' object has no attribute '(\w+)'.*", failure.message)
        return missing[1] if missing else ""

    def _set_elsewhere(self, failure: Failure | None) -> bool:
        """Whether it lacks an attribute of its own that may come to it where it learns."""
        learns = any(means(name, LEARN) for name in self.subject.methods)
        return learns and failure is not None and self._missing(failure) in self.subject.set_attributes

    def _said(
        self, verdict: Verdict, remark: str, judged: Judged | None = None, attempt: Attempt | None = None
    ) -> SymbolReport:
        if verdict == "crashed" and attempt is not None and (missing := not_written(attempt.failure)):
            verdict, remark = "unfinished", missing
        conventions: Sequence[str] = ()
        if attempt is not None and judged is not None:
            conventions = (*attempt.layout.said, *attempt.scheme.said, *judged.conventions)
        subject, family = self.subject, self.family
        methods = {"forward": subject.forward, "backward": subject.backward}
        pair = attempt.problem.pair.name if attempt is not None else ""  # of several the one that was asked
        return replace(
            plain_report(subject, verdict, remark),
            pair=pair if pair in family.pairs else (*family.pairs, family.name)[0],
            parts={part: method.name for part, method in methods.items() if method is not None},
            conventions=tuple(dict.fromkeys(conventions)),
            quantities=tuple(judged.quantities) if judged else (),
            explainer=self._explainer(judged, attempt) if judged and attempt and verdict == "wrong" else None,
        )

    def _explainer(self, judged: Judged, attempt: Attempt) -> Diagnosis:
        return Diagnosis(self.subject, self.trying, self.judge, judged, attempt, self.seed)


def _as_long(entry: Entry, leaf: Leaf) -> Entry:
    """The entry of a weight as long as an array that a submission has for it."""
    return replace(entry, ids=(np.resize(entry.ids[0], np.shape(leaf.array)),))


def plain_report(subject: Subject, verdict: Verdict, remark: str) -> SymbolReport:
    """A verdict with its place, and nothing compared."""
    symbol = subject.symbol
    return SymbolReport(symbol.name, verdict, cell=symbol.cell, line=symbol.line, remark=remark)


def not_asked_for(subject: Subject, what: str, asked: str) -> SymbolReport:
    """The report on something right that is something else."""
    return replace(plain_report(subject, "wrong", f"it is {what}, and {asked} is asked for"), pair=asked)


def _sets_none(method: Method) -> bool:
    """Whether a method assigns None where a result belongs."""
    assigned = [n for n in ast.walk(method.node) if isinstance(n, ast.Assign)]
    return any(isinstance(n.value, ast.Constant) and n.value.value is None for n in assigned)
