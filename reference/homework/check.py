"""Check a submission: what each class and function in it is, and whether it is right."""

import re
from dataclasses import replace
from pathlib import Path

from reference.errors import RequestError
from reference.homework.examination import Examination, plain_report
from reference.homework.families import families
from reference.homework.family import Family
from reference.homework.process import Limits, Stopped, Worker
from reference.homework.roles import means
from reference.homework.source import read_submission
from reference.homework.subject import Subject, subjects
from reference.homework.verdict import SubmissionReport, SymbolReport, Verdict


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
            str(path), tuple(plain_report(s, "unsupported", text) for s in found), problem="" if found else text
        )
    reports: list[SymbolReport] = []
    with Worker(submission, limits, seed=seed) as worker:
        for subject in found:
            report = check_subject(worker, subject, pair, seed)
            if report is not None:
                reports.append(report)
            elif symbol:
                reports.append(
                    plain_report(subject, "unsupported", "no layer, function or optimizer known here has such a name")
                )
        notes = (*submission.notes, *worker.notes)
    return SubmissionReport(str(path), tuple(reports), submission.skipped, notes)


def check_subject(worker: Worker, subject: Subject, pair: str = "", seed: int = 0) -> SymbolReport | None:
    """The verdict on one subject; None where nothing says what it is."""
    candidates = candidates_of(subject, pair)
    if not candidates:
        return None
    if subject.unfinished or subject.symbol.broken:
        verdict: Verdict = "unfinished" if subject.unfinished else "crashed"
        return replace(
            plain_report(subject, verdict, subject.unfinished or subject.symbol.broken), pair=candidates[0].name
        )
    try:
        best = max((examine(worker, subject, family, seed) for family in candidates), key=_merit)
    except Stopped as stopped:
        return replace(plain_report(subject, "crashed", f"it was stopped: {stopped.detail}"), pair=candidates[0].name)
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
    names = {subject.name, re.sub(r"^(make|create|build|new|get|my)_?|_?layer$", "", subject.name, flags=re.I)}
    named = [f for f in families() if any(means(n, f.classes if subject.made else f.functions) for n in names)]
    return [family for family in named if family.rank == named[0].rank]


def _merit(report: SymbolReport) -> tuple[bool, bool, int, int]:
    """How well a reading fits: it is right, its output is, the verdict, how much agrees."""
    order = ("unsupported", "crashed", "unfinished", "wrong", "correct")
    output = any(q.agree and q.name == "y" for q in report.quantities)
    agree = sum(q.agree for q in report.quantities)
    return report.verdict == "correct", output, order.index(report.verdict), agree
