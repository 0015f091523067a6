"""Check a submission: what each class and function in it is, and whether it is right."""

import ast
import difflib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from reference.errors import RequestError
from reference.homework.adapter import Adapter, adapted
from reference.homework.diagnosing import explained, with_uses
from reference.homework.examination import Examination, not_asked_for, plain_report
from reference.homework.families import families
from reference.homework.family import Family
from reference.homework.isolation.process import Limits, Stopped, Worker
from reference.homework.isolation.sandbox import Started
from reference.homework.kinds import by_kind
from reference.homework.reading.missing import absent
from reference.homework.reading.source import read_submission
from reference.homework.roles import means
from reference.homework.subject import Subject, only_inherited, subjects
from reference.homework.verdict import Note, SubmissionReport, SymbolReport, Verdict


def check_submission(
    path: Path,
    symbol: str = "",
    pair: str = "",
    cell: int | None = None,
    seed: int = 0,
    limits: Limits | None = None,
    *,
    framework: str = "",
    adapter: Mapping[str, Adapter] | None = None,
    started: Started | None = None,
) -> SubmissionReport:
    """The verdicts on a file, or on one symbol of it.

    `pair` says what the symbols are, `adapter` how to call them. `framework` has the expected values confirmed by one.
    `started` is the process to run it in, where it was started ahead. Raises RequestError for what cannot be asked.
    """
    if pair:
        require_pair(pair)
    submission = read_submission(path, cell)
    adapter = adapter or {}
    if missing := sorted(adapter.keys() - submission.symbols.keys()):
        raise RequestError(f"the adapter has [{missing[0]}], which {path} does not define")
    found = [adapted(s, adapter[s.name]) if s.name in adapter else s for s in subjects(submission)]
    if symbol:
        found = [s for s in found if symbol.partition("[")[0] in _names(s)]
        if not found:
            names = ", ".join(submission.symbols) or "none"
            raise RequestError(f"{path} defines no '{symbol}'. It has: {names}")
    else:
        found = [s for s in found if not only_inherited(submission, s)]
    if submission.python2:
        text = f"it is written in Python 2 ({submission.python2}); Python 3 is needed"
        return SubmissionReport(
            str(path), tuple(plain_report(s, "unsupported", text) for s in found), problem="" if found else text
        )
    reports: list[SymbolReport] = []
    unknown: list[Subject] = []
    with Worker(submission, limits, seed=seed, started=started) as worker:
        for subject in found:
            told = adapter[subject.name].pair if subject.name in adapter else ""
            several = _checked(worker, subject, pair or told, seed)
            reports += several
            unknown += [] if several else [subject]
        notes = worker.notes
    if "[" in symbol:
        reports = [report for report in reports if report.symbol == symbol]
    sources = {name: found.source for name, found in submission.symbols.items()}
    reports = [with_uses(report, reports, sources) for report in reports]
    if not reports:
        said = "Its name does not say what it is, and it has no method that looks like a backward pass."
        reports = [plain_report(s, "unsupported", said) for s in unknown if symbol or (s.is_class and s.methods)]
    asked = {report.symbol for report in reports}
    if names := ", ".join(s.name for s in unknown if s.name not in asked):
        notes = (*notes, Note(f"not checked, as nothing says what they are: {names}"))
    if not submission.symbols:
        notes = (*notes, *absent(submission))
    if worker.fenced != "bubblewrap":
        notes = (*notes, Note("it ran under resource limits only: bubblewrap is not installed or does not work here"))
    judge = confirmed(reports, framework, seed) if framework else "scratch"
    return SubmissionReport(str(path), tuple(reports), submission.skipped, notes, judge=judge)


def _names(subject: Subject) -> set[str]:
    """What it may be asked for by: its name, that of its derivative, and that of the class it is in."""
    return {subject.name, subject.name.split(".")[0], *([subject.partner.name] if subject.partner else [])}


def confirmed(reports: Sequence[SymbolReport], framework: str, seed: int) -> str:
    """The framework's name, once it agrees with the layers in scratch that the reports were judged by.

    One case of each pair is asked now; `crosscheck parity` asks all.
    """
    from reference.parity import check
    from reference.registry import pairs

    for name in dict.fromkeys(report.pair for report in reports):
        pair = pairs().get(name)
        cases = pair.cases if pair else ()
        case = next((c for c in cases if framework in c.frameworks and not c.twins and not c.differs), None)
        if pair is None or case is None:
            continue
        parity = check(pair, case, framework, "float64", seed)
        if not parity.agree:
            raise RequestError(f"{framework} does not agree with {name} here: {parity.command}")
    return framework


def require_pair(name: str) -> None:
    """Raise RequestError unless submissions can be checked as this pair."""
    known = sorted({n for family in families() for n in (family.name, *family.pairs)})
    if name not in known:
        close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
        hint = f"Close: {', '.join(close)}" if close else f"Known: {', '.join(known)}"
        raise RequestError(f"submissions cannot be checked as '{name}'. {hint}")


def check_subject(worker: Worker, subject: Subject, pair: str = "", seed: int = 0) -> SymbolReport | None:
    """The verdict on one subject, with what explains it; None where nothing says what the subject is."""
    report = _examined(worker, subject, pair, seed)
    if report is None:
        return None
    return _with_missing_name(explained(report), (*worker.submission.skipped, *worker.notes))


def _checked(worker: Worker, subject: Subject, pair: str, seed: int) -> list[SymbolReport]:
    """The verdict on a subject, or on each of those it is made of; none where nothing says what it is."""
    report = check_subject(worker, subject, pair, seed)
    if pair or (report is not None and report.verdict != "unsupported"):
        return [report] if report else []
    several = [found for each in by_kind(subject) if (found := check_subject(worker, each, seed=seed)) is not None]
    return several or ([report] if report else [])


def _with_missing_name(report: SymbolReport, notes: Sequence[Note]) -> SymbolReport:
    """A crash for want of a name says so where that comes from a statement that was not executed."""
    missing = re.search(r"NameError: name '(\w+)' is not defined", report.remark)
    note = next((n for n in notes if missing and missing[1] in n.binds), None)
    if missing is None or note is None:
        return report
    return replace(report, remark=f"{report.remark}; {missing[1]} is set in {note.place}: {note.text}")


def _examined(worker: Worker, subject: Subject, pair: str, seed: int) -> SymbolReport | None:
    """The report of the reading that fits best."""
    candidates = candidates_of(subject, pair)
    if not candidates:
        return by_numbers(worker, subject, seed)
    if subject.unfinished or subject.symbol.broken:
        verdict: Verdict = "unfinished" if subject.unfinished else "crashed"
        return replace(
            plain_report(subject, verdict, subject.unfinished or subject.symbol.broken), pair=candidates[0].name
        )
    if re.split(r"\W", subject.name)[0] not in worker.names:
        why = next((n.text for n in worker.notes if (n.cell, n.line) == _place(subject)), "its definition does not run")
        broken: Verdict = "crashed" if "Error:" in why else "unsupported"  # and not a package that is not here
        return replace(plain_report(subject, broken, why), pair=candidates[0].name)
    try:
        best = _best(worker, subject, candidates, seed)
    except Stopped as stopped:
        return replace(plain_report(subject, "crashed", f"it was stopped: {stopped.detail}"), pair=candidates[0].name)
    if best.verdict == "unsupported" and not subject.made and not pair:
        return by_numbers(worker, subject, seed) or best
    return best


def _place(subject: Subject) -> tuple[int | None, int | None]:
    return subject.symbol.cell, subject.symbol.line


# what a name may have beside what it says
BESIDE = r"^(make|create|build|new|get|my|activation)_?|_?layer$"
# tried where a name says nothing, in this order
BY_NUMBERS = ("relu", "sigmoid", "tanh", "softmax", "dense", "simple_rnn", "conv2d", "max_pool2d", "avg_pool2d")
# layers with weights, whose output nothing else gives: where it agrees, what does not is wrong
BY_OUTPUT = ("dense", "simple_rnn", "conv2d")
# a backward pass that is handed these is that of a loss as well, which the output does not tell
TARGETS = r"t|targets?|labels?|y(true|train|batch|real)?|truth|onehot"


def by_numbers(worker: Worker, subject: Subject, seed: int) -> SymbolReport | None:
    """The verdict on a layer whose name says nothing: what it is if its numbers tell, else what was tried."""
    if subject.forward is None or subject.backward is None or subject.unfinished or _holds_layers(subject):
        return None
    if subject.forward.stub:
        return None
    tried = [family for name in BY_NUMBERS for family in families() if family.name == name]
    if not subject.made:
        tried = [family for family in tried if says_layer(subject, family, seed)]
    for family in tried:
        try:
            report = examine(worker, subject, family, seed)
        except Stopped:
            continue
        output = any(quantity.agree and quantity.name == "y" for quantity in report.quantities)
        told = output and family.name in BY_OUTPUT
        if told and report.verdict != "correct" and any(means(p.name, TARGETS) for p in subject.backward.parameters):
            said = f"Its output is that of {family.name}, but its backward pass takes targets, as a loss does."
            return plain_report(subject, "unsupported", said)
        if told or report.verdict == "correct":
            return replace(report, conventions=("recognised by its numbers", *report.conventions))
    if not subject.made:
        return None
    names = ", ".join(dict.fromkeys(family.name for family in tried))
    return plain_report(subject, "unsupported", f"Its name does not say what it is. Tried: {names}.")


def says_layer(subject: Subject, family: Family, seed: int) -> bool:
    """Whether a function's parameters are an input and weights of a family, by their names: (image, conv_W, conv_b)."""
    assert subject.forward is not None
    names = [parameter.name for parameter in subject.forward.parameters if parameter.required]
    for scheme in family.schemes(next(iter(family.problems(subject, seed)))):
        weights = [entry.names for entry in scheme.entries.values()]
        found = [pattern for pattern in weights if any(means(name, pattern) for name in names)]
        known = (*weights, *family.inputs.values())
        if weights and found == weights and all(any(means(name, pattern) for pattern in known) for name in names):
            return True
    return False


def examine(worker: Worker, subject: Subject, family: Family, seed: int) -> SymbolReport:
    """The verdict on a subject read as one family."""
    if family.examine is not None:
        return family.examine(worker, subject, family, seed)
    return Examination(worker, subject, family, seed).report()


def _holds_layers(subject: Subject) -> bool:
    """Whether its forward pass is that of the layers it was given, one after the other: Sequential and the like."""
    loops = [n for n in ast.walk(subject.forward.node) if isinstance(n, ast.For)] if subject.forward else []
    return subject.is_class and any(
        isinstance(loop.iter, ast.Attribute) and means(loop.iter.attr, r"(sub)?layers?|(sub)?modules?|blocks|stages")
        for loop in loops
    )


def candidates_of(subject: Subject, pair: str) -> list[Family]:
    """The families a subject may belong to by its name, or those of the pair that was asked for."""
    if pair:
        asked = [replace(family, asked=pair) for family in families() if pair in (family.name, *family.pairs)]
        return sorted(asked, key=lambda family: family.name != pair)  # what is said is said of that
    names = {subject.called, re.sub(BESIDE, "", subject.called, flags=re.I)}
    named = [
        f
        for f in families()
        if f.looks(subject) or any(means(n, f.classes if subject.made else f.functions) for n in names)
    ]
    best = [family for family in named if family.rank == named[0].rank]
    given = subject.backward.parameters if subject.backward else ()
    # a backward pass that is handed targets is that of a loss; sorting keeps the order of the others
    return sorted(best, key=lambda f: not (f.targets and any(means(p.name, f.targets) for p in given)))


def _best(worker: Worker, subject: Subject, candidates: Sequence[Family], seed: int) -> SymbolReport:
    """The reading that fits best; none is looked for beyond one that gives the output, unless others give it too."""
    found: list[SymbolReport] = []
    others: list[SymbolReport] = []
    for family in candidates:
        report = examine(worker, subject, family, seed)
        if report.verdict == "correct" and not _as_asked(report, family):
            others.append(not_asked_for(subject, report.pair, family.asked))
            continue
        found.append(report)
        output = any(q.agree and q.name == "y" for q in report.quantities)
        if report.verdict == "correct" or (output and report.verdict == "wrong" and not family.same_output):
            break
    best = max(found, key=_merit, default=None)
    return best if best is not None and (best.verdict == "correct" or not others) else others[0]


def _as_asked(report: SymbolReport, family: Family) -> bool:
    """Whether a right one is of the pair that was asked for. A family of that very name knows its other names."""
    return not family.asked or family.asked in (family.name, report.pair) or report.pair == family.name


def _merit(report: SymbolReport) -> tuple[bool, bool, int, int, bool]:
    """How well a reading fits: it is right, its output is, the verdict, how much agrees, and all of it is a number.

    A logarithm that gives NaN was given scores where it takes probabilities.
    """
    order = ("unsupported", "crashed", "unfinished", "wrong", "correct")
    output = any(q.agree and q.name == "y" for q in report.quantities)
    agree = sum(q.agree for q in report.quantities)
    finite = all(math.isfinite(q.got) for q in report.quantities if q.index or q.allowed)
    return report.verdict == "correct", output, order.index(report.verdict), agree, finite
