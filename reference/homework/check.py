"""Check a submission: what each class and function in it is, and whether it is right."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reference.errors import RequestError
from reference.homework.attempt import Attempt, Reading, Trying
from reference.homework.families import families
from reference.homework.family import Family
from reference.homework.judge import Judge, Judged
from reference.homework.problem import Problem
from reference.homework.process import Failure, Limits, Stopped, Worker
from reference.homework.roles import means
from reference.homework.source import read_submission
from reference.homework.subject import Subject, subjects
from reference.homework.submission import Submission
from reference.homework.verdict import Note, SubmissionReport, SymbolReport

# Exceptions that no reading of ours provokes: the code itself uses what is not there.
OWN_MISTAKES = ("NameError", "UnboundLocalError", "AttributeError", "ZeroDivisionError", "KeyError", "RecursionError")


def check_submission(
    path: Path,
    symbol: str = "",
    pair: str = "",
    cell: int | None = None,
    seed: int = 0,
    limits: Limits | None = None,
) -> SubmissionReport:
    """The verdicts on a file, or on one symbol of it. Raises RequestError for what cannot be asked."""
    submission = read_submission(path, cell)
    found = list(subjects(submission))
    if symbol:
        found = [s for s in found if symbol in (s.name, s.partner.name if s.partner else s.name)]
        if not found:
            names = ", ".join(submission.symbols) or "none"
            raise RequestError(f"{path} defines no '{symbol}'. It has: {names}")
    if submission.python2:
        text = f"it is written in Python 2 ({submission.python2}); Python 3 is needed"
        return SubmissionReport(
            str(path), tuple(_plain(s, "unsupported", text) for s in found), problem="" if found else text
        )
    reports: list[SymbolReport] = []
    with Worker(submission, limits, seed=seed) as worker:
        for subject in found:
            report = check_subject(worker, subject, pair, seed)
            if report is not None:
                reports.append(report)
            elif symbol:
                reports.append(
                    _plain(subject, "unsupported", "no layer, function or optimizer known here has such a name")
                )
        notes = (*getattr(submission, "notes", ()), *worker.notes)
    return SubmissionReport(str(path), tuple(reports), submission.skipped, notes)


def check_subject(worker: Worker, subject: Subject, pair: str = "", seed: int = 0) -> SymbolReport | None:
    """The verdict on one subject; None where nothing says what it is."""
    candidates = candidates_of(subject, pair)
    if not candidates:
        return None
    if subject.unfinished or subject.symbol.broken:
        verdict = "unfinished" if subject.unfinished else "crashed"
        return replace(_plain(subject, verdict, subject.unfinished or subject.symbol.broken), pair=candidates[0].name)  # type: ignore[arg-type]
    try:
        best = max((examine(worker, subject, family, seed) for family in candidates), key=_merit)
    except Stopped as stopped:
        return replace(_plain(subject, "crashed", f"it was stopped: {stopped.detail}"), pair=candidates[0].name)
    return best


def examine(worker: Worker, subject: Subject, family: Family, seed: int) -> SymbolReport:
    """The verdict on a subject read as one family."""
    if family.examine is not None:
        return family.examine(worker, subject, family, seed)
    return Examination(worker, subject, family, seed).report()


def candidates_of(subject: Subject, pair: str) -> list[Family]:
    """The families a subject may belong to by its name, or those of the pair that was asked for."""
    if pair:
        return [family for family in families() if pair in (family.name, *family.pairs)]
    named = [f for f in families() if means(subject.name, f.classes if subject.is_class else f.functions)]
    return [family for family in named if family.rank == named[0].rank]


def _merit(report: SymbolReport) -> tuple[int, int]:
    order = ("unsupported", "crashed", "unfinished", "wrong", "correct")
    return order.index(report.verdict), sum(q.agree for q in report.quantities)


class Examination:
    """One subject examined as one family."""

    def __init__(self, worker: Worker, subject: Subject, family: Family, seed: int) -> None:
        self.subject, self.family, self.seed = subject, family, seed
        self.trying = Trying(worker, subject, family)
        self.judge = Judge(subject, family)

    def report(self) -> SymbolReport:
        """The verdict."""
        if self.subject.forward is None:
            return self._said("unsupported", "it has no method that looks like a forward pass")
        attempts: list[Attempt] = []
        for asked in self.family.problems(self.subject, self.seed):
            for attempt in self.trying.readings(asked):
                attempts.append(attempt)
                if self.judge.forward(attempt).right:
                    return self._whole(attempt)
        return self._without(attempts)

    def _whole(self, attempt: Attempt) -> SymbolReport:
        """The output agrees: the gradients, then the same reading on other problems."""
        backward = self.subject.backward
        if backward is None or backward.stub:
            return self._confirmed(attempt, None, self.judge.forward(attempt))
        best: tuple[Judged, Attempt, int] | None = None
        for number in range(24):
            tried = self.trying.run(attempt.reading, attempt.problem, number)
            if tried is None:
                break
            judged = self.judge.whole(tried)
            if best is None or (judged.right, judged.score) > (best[0].right, best[0].score):
                best = judged, tried, number
            if judged.right:
                break
        if best is None:
            return self._said("unsupported", f"{backward.name} could not be called", self.judge.forward(attempt))
        return self._confirmed(best[1], best[2], best[0])

    def _confirmed(self, attempt: Attempt, back: int | None, judged: Judged) -> SymbolReport:
        crash = _crash(attempt) if attempt.at == "backward" else ""
        if crash:
            return self._said("crashed", crash, judged, attempt)
        if not judged.right:
            return self._said("wrong", "", judged, attempt)
        fails: list[str] = []
        for variant in self.family.variants(self.subject, self.seed + 1, attempt.problem):
            tried = self.trying.run(attempt.reading, variant, back)
            if tried is None:
                continue
            other = self.judge.whole(tried) if back is not None else self.judge.forward(tried)
            if not other.right:
                if variant.label in ("other sizes", "other numbers"):
                    return self._said("wrong", f"with {variant.label}", other, tried)
                fails.append(variant.label)
        remark = f"not for {', '.join(fails)}" if fails else ""
        if self.subject.backward is not None and self.subject.backward.stub:
            remark = f"{self.subject.backward.name} is not written"
        return self._said("correct", remark, judged, attempt)

    def _without(self, attempts: Sequence[Attempt]) -> SymbolReport:
        """No reading gives the output."""
        ran = [attempt for attempt in attempts if attempt.y is not None]
        if ran:
            best = min(ran, key=lambda attempt: self.judge.forward(attempt).quantities[0].max_rel)
            return self._said("wrong", "", self.judge.forward(best), best)
        crashes = [crash for attempt in attempts if (crash := _crash(attempt))]
        if crashes and len(crashes) == len(attempts):
            return self._said("crashed", crashes[0], None, attempts[0])
        if not attempts:
            return self._said(
                "unsupported", f"its constructor or {self.subject.forward.name} takes what is not understood"
            )  # type: ignore[union-attr]
        last = attempts[0].failure
        why = f"{last.type}: {last.message}" if last else "no output of the expected shape"
        return self._said("unsupported", f"no reading of it as {self.family.name} ran ({why})", None, attempts[0])

    def _said(
        self, verdict: str, remark: str, judged: Judged | None = None, attempt: Attempt | None = None
    ) -> SymbolReport:
        conventions: Sequence[str] = ()
        if attempt is not None and judged is not None:
            conventions = (*attempt.layout.said, *attempt.scheme.said, *judged.conventions)
        subject = self.subject
        parts = {"forward": subject.forward.name if subject.forward else ""}
        if subject.backward is not None:
            parts["backward"] = subject.backward.name
        return replace(
            _plain(subject, verdict, remark),
            pair=self.family.name,
            parts=parts if subject.is_class else parts,
            conventions=tuple(dict.fromkeys(conventions)),
            quantities=tuple(judged.quantities) if judged else (),
        )


def _crash(attempt: Attempt) -> str:
    """What the code itself broke with, "" where it may have been our call."""
    failure = attempt.failure
    if failure is None:
        return ""
    inside = bool(failure.trace)
    if inside and (failure.type in OWN_MISTAKES or attempt.at == "backward"):
        return _told(failure)
    return ""


def _told(failure: Failure) -> str:
    place = f" (line {failure.line})" if failure.line else ""
    return f"{failure.type}: {failure.message}{place}"


def _plain(subject: Subject, verdict: str, remark: str) -> SymbolReport:
    symbol = subject.symbol
    return SymbolReport(symbol.name, verdict, cell=symbol.cell, line=symbol.line, remark=remark)  # type: ignore[arg-type]
