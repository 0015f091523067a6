"""What is said of one submission in a terminal: the answer first, then each mistake, then what was assumed."""

import importlib.metadata
import io
import math
import shlex
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from reference.diagnosis.remarks import remark
from reference.diagnosis.sentences import proof
from reference.homework.verdict import Fact, Note, Quantity, SubmissionReport, SymbolReport, Verdict
from reference.report.console import SafeConsole, console
from reference.report.layout import paragraph

MARKS: dict[Verdict, str] = {"correct": "✓", "wrong": "✗", "crashed": "✗", "unfinished": "…", "unsupported": "?"}
STYLES: dict[Verdict, str] = {"correct": "green", "wrong": "red", "crashed": "red", "unfinished": "yellow"}
COUNTED: dict[Verdict, str] = {
    "correct": "right",
    "wrong": "wrong",
    "crashed": "crashed",
    "unfinished": "unfinished",
    "unsupported": "not understood",
}
NAMES = 22  # columns for the name of a symbol, where it is no longer
SHOWN = 4  # quantities of a symbol that are told in full


def told(report: SubmissionReport) -> str:
    """What `print_submission` prints, as a text."""
    out = SafeConsole(file=io.StringIO(), width=80, no_color=True)
    print_submission(report, out)
    written = out.file
    assert isinstance(written, io.StringIO)
    return written.getvalue().rstrip()


@dataclass(frozen=True)
class Line:
    """One mark with a name: a symbol, or the part of it that is right or wrong."""

    name: str
    verdict: Verdict
    report: SymbolReport
    quantities: tuple[Quantity, ...] = ()
    facts: tuple[Fact, ...] = ()


def print_submission(report: SubmissionReport, out: Console | None = None, told: bool = False) -> None:
    """Print what is said of a submission, no wider than the terminal. `told`: somebody said what its symbols are."""
    out = out or console()
    if report.problem:
        paragraph(out, unread(report), " ", "   ")
        return
    lines = list(lines_of(report.symbols))
    heading(out, report.path, answer(lines, report.lang))
    out.print()
    order: tuple[Verdict, ...] = ("wrong", "crashed", "unfinished", "unsupported")
    for line in sorted((line for line in lines if line.verdict in order), key=lambda line: order.index(line.verdict)):
        _told(out, line, report.path, told)
    _right(out, [line for line in lines if line.verdict == "correct"])
    if conventions := read_as(report):
        paragraph(out, f"{remark('read as: ', report.lang)}{conventions}", "   ")
    if lines:
        out.print()
    for label, text in facts(report):
        paragraph(out, f"{label}{text}", " ", "   ")


def heading(out: Console, path: str, said: str) -> None:
    """The first line, which answers the question. Of a long path the name of the file will do."""
    if cell_len(path) > out.width // 2:
        path = PurePath(path).name
    text = f"{path}: {said}"
    for line in textwrap.wrap(text, out.width, initial_indent=" ", subsequent_indent="   ", break_on_hyphens=False):
        out.print(Text(line, "bold"), soft_wrap=True)


def lines_of(symbols: Sequence[SymbolReport]) -> Iterator[Line]:
    """A line for each symbol; of a wrong one, a line for each part that is wrong and for each that is right."""
    for report in symbols:
        parts: dict[str, list[Quantity]] = {}
        for quantity in report.quantities:
            parts.setdefault(quantity.part, []).append(quantity)
        right = {part: found for part, found in parts.items() if part and all(each.agree for each in found)}
        if report.verdict == "correct" or not right or len(right) == len(parts):
            yield Line(report.symbol, report.verdict, report, report.quantities, report.narrowing)
            continue
        last = [part for part in parts if part not in right][-1]
        for part, found in parts.items():
            verdict = "correct" if part in right else report.verdict
            yield Line(_name(report, part), verdict, report, tuple(found), report.narrowing if part == last else ())


def _name(report: SymbolReport, part: str) -> str:
    """A part of a class is a method of it; a part of a group of functions is a function."""
    functions = report.symbol in report.parts.values()
    return part if functions or not part else f"{report.symbol}.{part}"


def unread(report: SubmissionReport) -> str:
    """That a file cannot be read, and why."""
    return remark(f"{report.path} cannot be read: {report.problem}", report.lang)


def answer(lines: Sequence[Line], lang: str) -> str:
    """ "4 right, 2 wrong, 1 unfinished" """
    counts = {verdict: sum(line.verdict == verdict for line in lines) for verdict in COUNTED}
    said = [f"{count} {COUNTED[verdict]}" for verdict, count in counts.items() if count]
    if lines and counts["unsupported"] == len(lines):
        return remark(f"{len(lines)} symbol{'s' * (len(lines) > 1)} not understood", lang)
    return remark(", ".join(said) or "no layer, function or optimizer was found in it", lang)


def place(report: SymbolReport) -> str:
    """ "cell 6, line 11" """
    unfinished = report.verdict == "unfinished" and report.cell is not None  # a blank is easily found in its cell
    known = {"cell": report.cell, "line": None if unfinished else report.line}
    said = ", ".join(f"{what} {number}" for what, number in known.items() if number is not None)
    return remark(said, report.lang)


def _told(out: Console, line: Line, path: str, told: bool) -> None:
    """The mark, the name and the place, then why."""
    report, text = line.report, why(line)
    name = f"class {line.name}" if line.verdict == "unsupported" and line.name[:1].isupper() else line.name
    head = f" {MARKS[line.verdict]} {name}{' ' * max(0, NAMES - 3 - cell_len(name))}  {place(report)}".rstrip()
    if line.verdict in ("crashed", "unfinished"):
        head += f"    {remark(line.verdict, report.lang)}"
    if line.verdict == "unfinished" and text and cell_len(f"{head}: {text}") <= out.width:
        head, text = f"{head}: {text}", ""
    styled = Text(head)
    styled.stylize(STYLES.get(line.verdict, "cyan"), 1, 2)
    out.print(styled, soft_wrap=True)
    if text:
        paragraph(out, text, "   ")
    if line.verdict in ("wrong", "crashed"):
        _quantities(out, unexplained(line), report.lang)
        if line.facts and not any(cause.reproduces for cause in report.causes):
            paragraph(out, " ".join(fact.sentence for fact in line.facts), "   ")
    if line.verdict == "unsupported":
        _help(out, shlex.quote(f"{path}::{report.symbol}"), report.lang, told)


def why(line: Line) -> str:
    """Why a symbol is not right, as sentences."""
    report = line.report
    known = [cause for cause in report.causes if cause.reproduces] or list(report.causes[:1])
    said = [cause.sentence for cause in known]
    if said and any(cause.reproduces for cause in report.causes):
        said.append(proof(report))
    if report.verdict == "crashed" and said:
        said.insert(0, f"{report.remark}.")
    if not said and report.remark:
        said.append(report.remark)
    return " ".join(said)


def unexplained(line: Line) -> list[Quantity]:
    """What is wrong and is not told by a cause that is proved."""
    proved = any(cause.reproduces for cause in line.report.causes)
    return [] if proved else [each for each in line.quantities if not each.agree]


def limits(report: SymbolReport) -> Iterator[str]:
    """Why a right symbol is not right for all there is, a sentence for each cause."""
    for cause in report.causes if report.verdict == "correct" else ():
        yield f"{cause.sentence} {proof(report) if cause.reproduces else ''}".strip()


def _quantities(out: Console, wrong: Sequence[Quantity], lang: str) -> None:
    names = [remark(each.name, lang) for each in wrong]
    width = max(map(cell_len, names), default=0)
    for name, each in zip(names[:SHOWN], wrong, strict=False):
        gap = " " * (width - cell_len(name))
        paragraph(out, difference(each, lang), f"   {name}{gap}  ", " " * (width + 5))
    if len(wrong) > SHOWN:
        paragraph(out, remark(f"and {len(wrong) - SHOWN} more; --json FILE writes all of them", lang), "   ")


def difference(quantity: Quantity, lang: str) -> str:
    """How a quantity differs: where most, both values, and the error against what is allowed."""
    if quantity.problem:
        return quantity.problem
    where = f"at {list(quantity.index)} " if quantity.index else ""
    got, want = quantity.got, quantity.want
    digits = next((n for n in range(3, 16) if f"{got:.{n}g}" != f"{want:.{n}g}"), 15) + 1
    values = f"{where}you have {got:.{digits}g}, expected {want:.{digits}g}"
    if not math.isfinite(quantity.max_rel):
        return remark(values, lang)
    return remark(f"{values} (off by {quantity.max_rel:.1e} of the largest, allowed {quantity.allowed:.1e})", lang)


def _help(out: Console, symbol: str, lang: str, told: bool) -> None:
    said = [f"Say what it is:  crosscheck check {symbol} --as PAIR", f"or describe it:  crosscheck adapter {symbol}"]
    if told:
        said = [f"Describe how it is called:  crosscheck adapter {symbol}"]
    for each in said:
        out.print(Text(f"   {remark(each, lang)}"), soft_wrap=True)


def _right(out: Console, lines: Sequence[Line]) -> None:
    """Right symbols side by side; one with a remark, such as what it is right for, on a line of its own."""
    mark = MARKS["correct"]
    flow(out, [f"{mark} {line.name}" for line in lines if not line.report.remark or line.report.verdict != "correct"])
    for line in lines:
        if line.report.remark and line.report.verdict == "correct":
            paragraph(out, f"{mark} {line.name}  {line.report.remark}", " ", "   ")
            for said in limits(line.report):
                paragraph(out, said, "   ")


def flow(out: Console, items: Sequence[str], first: str = " ", gap: str = "  ", rest: str = " ") -> None:
    """Items side by side, on as few lines as they fit; none is broken."""
    line, begun = first, False
    for item in items:
        if begun and cell_len(line + gap + item) > out.width:
            out.print(Text(line.rstrip()), soft_wrap=True)
            line, begun = rest, False
        line, begun = f"{line}{gap if begun else ''}{item}", True
    if begun:
        out.print(Text(line.rstrip()), soft_wrap=True)


def facts(report: SubmissionReport) -> Iterator[tuple[str, str]]:
    """What else there is to say of a submission: a label and a text each."""
    for label, notes in (("noted: ", report.notes), ("skipped: ", report.skipped)):
        if notes:
            yield remark(label, report.lang), _placed(notes, report.lang)
    yield "", remark(judged_by(report.judge), report.lang)


def read_as(symbols: Iterable[SymbolReport]) -> str:
    """The conventions recognised, each once."""
    said = {symbol.lang: None for symbol in symbols}
    return ("；" if "ja" in said else ", ").join(
        dict.fromkeys(each for symbol in symbols for each in symbol.conventions)
    )


def _placed(notes: Sequence[Note], lang: str) -> str:
    """Notes on one place together: cell 1 (%matplotlib, fetch_mldata is gone), cell 9 (training loop)."""
    places: dict[str, list[str]] = {}
    for note in notes:
        where = f"cell {note.cell}" if note.cell is not None else f"line {note.line}" if note.line is not None else ""
        places.setdefault(remark(where, lang), []).append(note.text)
    return ", ".join(f"{where} ({', '.join(texts)})" if where else ", ".join(texts) for where, texts in places.items())


def judged_by(judge: str) -> str:
    """The last line: what a submission was held to."""
    if judge != "scratch":
        packages = {"torch": "PyTorch", "keras": "Keras"}
        return f"checked against NumPy layers that {packages.get(judge, judge)}{_version(judge)} confirmed just now"
    return "checked against NumPy layers that crosscheck parity holds to PyTorch and Keras"


def _version(package: str) -> str:
    try:
        return f" {importlib.metadata.version(package).split('+')[0]}"
    except importlib.metadata.PackageNotFoundError:
        return ""
