"""What `crosscheck list` and `crosscheck parity` print: for 80 columns, with or without colour."""

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from reference.registry import family
from reference.report.console import console
from reference.report.layout import counted, facts, paragraph, short, table

if TYPE_CHECKING:
    from reference.commands.checks import Outcome
    from reference.compare import Finding
    from reference.pair import Case, Pair
    from reference.parity import Check
    from reference.vote import Vote

SHOWN = 20  # disagreements told in full
VOTES = 4  # quantities of a check that others are asked about
NOTED = 5  # pairs whose notes are told in full
PATIENCE = 2.0  # seconds without a progress bar
BLOCKS = " ▏▎▍▌▋▊▉█"
BAR = 4  # cells of a full bar

# the vote on a disagreeing finding of a check
Voter = Callable[["Check", "Finding"], "Vote | None"]


@contextlib.contextmanager
def progress(total: float | None, what: str) -> Iterator[Callable[[float, str], None]]:
    """A bar on standard error for what takes more than PATIENCE; call it with the progress made, and on what.

    Without a total it only shows that something is being done.
    """
    bar = Progress(
        TextColumn(" {task.description}"),
        BarColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        disable=not sys.stderr.isatty(),
    )
    task = bar.add_task(what, total=total)
    later = threading.Timer(PATIENCE, bar.start)
    later.daemon = True
    later.start()
    try:
        yield lambda step, now: bar.update(task, advance=step, description=f"{what} {now}")
    finally:
        later.cancel()
        later.join()
        bar.stop()


def print_list(pairs: Sequence["Pair"]) -> None:
    """The pairs by kind, each with what stands for it in the frameworks."""
    out = console()
    facts(out, [f"{counted(len(pairs), 'pair')}", f"{counted(len({family(p.name) for p in pairs}), 'family')}"])
    rows = []
    for kind, members in groupby(sorted(pairs, key=lambda pair: _kinds(pairs).index(pair.kind)), lambda p: p.kind):
        rows += [["", "", "", "", ""], [kind, "", "", "", ""]]
        for pair in members:
            rows.append(
                [f"  {pair.name}", _class(pair), pair.torch.likeness, pair.keras.likeness, str(len(pair.cases))]
            )
    table(out, ["pair", "class", "torch", "keras", "cases"], rows, right=(4,), spare=(1,))
    _inexact(out, pairs)


def _kinds(pairs: Sequence["Pair"]) -> list[str]:
    return list(dict.fromkeys(pair.kind for pair in pairs))


def _class(pair: "Pair") -> str:
    return str(getattr(pair.layer, "__name__", type(pair.layer).__name__))


def print_parity(outcome: "Outcome", vote: Voter) -> None:
    """The answer first, then what it rests on: the worst of each family, or every disagreement."""
    out = console()
    wrong = [check for check in outcome.checks if not check.agree]
    facts(out, [*_answer(len(outcome.checks), len(wrong)), *_circumstances(outcome)])
    out.print()
    if wrong:
        for check in wrong[:SHOWN]:
            _disagreement(out, check, vote)
        if len(wrong) > SHOWN:
            paragraph(out, f"and {len(wrong) - SHOWN:,} more; --json FILE writes all of them", " ")
        return
    _families(out, outcome.checks)
    _inexact(out, outcome.pairs, outcome.checks)
    _notes(out, outcome)
    _unasked(out, outcome)


def _answer(checks: int, wrong: int) -> list[str]:
    if wrong:
        return [f"{wrong:,} of {counted(checks, 'check')} {'disagrees' if wrong == 1 else 'disagree'}"]
    return [f"{counted(checks, 'check')} {'agrees' if checks == 1 else 'agree'}", "0 disagree"]


def _circumstances(outcome: "Outcome") -> list[str]:
    pairs = len({check.pair for check in outcome.checks})
    known = [counted(pairs, "pair"), ", ".join(outcome.versions), f"seed {outcome.seed}", f"{outcome.seconds:,.0f} s"]
    return [fact for fact in known if fact]


def _families(out: Console, checks: Sequence["Check"]) -> None:
    counts, worst, bars = [], [], []
    for name, members in groupby(checks, key=lambda check: family(check.pair)):
        found = list(members)
        counts.append([name, str(len({check.pair for check in found})), f"{len(found):,}"])
        findings = [(finding, check) for check in found for finding in check.findings if finding.allowed > 0]
        measured = [(finding, check) for finding, check in findings if not _declared(finding)]
        if not measured:
            worst.append(("the contract is kept", "", "", ""))
            bars.append("")
            continue
        finding, check = max(measured, key=lambda each: each[0].ulp / each[0].allowed)
        errors = f"{short(finding.ulp)}{_unit(check)} ({short(finding.allowed)})"
        worst.append((finding.name, check.dtype, check.framework, errors))
        bars.append(_bar(finding.ulp / finding.allowed))
    widths = [max(map(len, column)) for column in zip(*worst, strict=True)]
    lines = ["  ".join(f"{word:{w}}" for word, w in zip(words, widths, strict=True)).rstrip() for words in worst]
    rows = [[*count, line, bar] for count, line, bar in zip(counts, lines, bars, strict=True)]
    heading = ["family", "pairs", "checks", "worst, in ulp of the largest element (allowed)", ""]
    if sum(max(map(len, column)) + 2 for column in zip(heading, *rows, strict=True)) > out.width:
        heading[3] = "worst, in ulp (allowed)"
    table(out, heading, rows, right=(1, 2), spare=(4, 1, 2))
    if any("s.e." in line for line in lines):
        out.print()
        paragraph(out, "s.e.: standard errors; initializers are compared as distributions", " ")


def _declared(finding: "Finding") -> bool:
    """Whether a quantity differs and a case says that it must."""
    return finding.agree and finding.ulp > finding.allowed


def _unit(check: "Check") -> str:
    from reference.registry import find

    return " s.e." if find(check.pair).kind == "initializer" else ""


def _bar(share: float) -> str:
    eighths = max(1, round(min(share, 1.0) * 8 * BAR))
    full, part = divmod(eighths, 8)
    return BLOCKS[8] * full + BLOCKS[part].strip()


def _inexact(out: Console, pairs: Sequence["Pair"], checks: Sequence["Check"] = ()) -> None:
    """Twins that are not exact, each with the largest difference that a case has shown."""
    shown: dict[tuple[str, str], Finding] = {}
    for check in checks:
        for finding in filter(_declared, check.findings):
            place = check.pair, check.framework
            shown[place] = max(shown.get(place, finding), finding, key=lambda found: found.max_rel)
    lines = []
    for pair in pairs:
        for name in ("torch", "keras"):
            twin = pair.twin(name)
            if twin.likeness in ("inexact", "none"):
                none = " has no counterpart" if twin.likeness == "none" else ""
                found = shown.get((pair.name, name))
                by = f", {found.name} by {_share(found.max_rel)} of its largest element" if found else ""
                lines.append(f"{pair.name}  {name}{none}{by}: {twin.reason}")
    if lines:
        out.print()
        paragraph(out, "not exact, by nature (shown in the migration reference):", " ")
    for line in lines:
        paragraph(out, line, "   ", "     ")


def _share(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.01 else f"{share:.0e}"


def _notes(out: Console, outcome: "Outcome") -> None:
    """Notes of the pairs, what their cases leave out, and wide limits; counted only where many pairs were asked for."""
    lines, checks = [], {name: list(members) for name, members in groupby(outcome.checks, key=lambda each: each.pair)}
    for pair in outcome.pairs:
        lines += [f"{pair.name}  {note}" for note in pair.notes]
        lines += [f"{pair.name}  case {case.name}{_left(case)}: {case.reason}" for case in pair.cases if _left(case)]
        lines += [f"{pair.name}  case {what}: {why}" for what, why in pair.spared]
        found = (finding for check in checks.get(pair.name, ()) for finding in check.findings)
        if wide := [finding.reason for finding in found if finding.reason and not _declared(finding)]:
            lines.append(f"{pair.name}  more than 1e-12 is allowed {counted(len(wide), 'time')}: {wide[0]}")
    if lines:
        out.print()
    if len(outcome.pairs) > NOTED:
        if lines:
            paragraph(out, f"{counted(len(lines), 'note')} on single pairs: crosscheck parity NAME", " ")
        return
    if lines:
        paragraph(out, "notes:", " ")
    for line in lines:
        paragraph(out, line, "   ", "     ")


def _left(case: "Case") -> str:
    """What of a case is compared, where that is not all. One that shows a difference leaves nothing out."""
    if case.differs:
        return ""
    only = f", only {', '.join(case.only)}" if case.only else ""
    missing = [name for name in ("torch", "keras") if name not in case.frameworks]
    return only + (f", not in {' or '.join(missing)}" if missing else "")


def _unasked(out: Console, outcome: "Outcome") -> None:
    """Pairs that nothing of what was asked for applies to: no such case, no such judge."""
    checked = {check.pair for check in outcome.checks}
    if idle := [pair.name for pair in outcome.pairs if pair.name not in checked]:
        out.print()
        paragraph(out, f"not checked, for nothing asked for applies to them: {', '.join(idle)}", " ", "   ")


def _disagreement(out: Console, check: "Check", vote: Voter) -> None:
    title = " · ".join([check.pair, check.framework, check.dtype, check.case])
    paragraph(out, f"{title}   (seed {check.seed})", " ", "   ")
    width = max(len(finding.name) for finding in check.findings)
    votes = 0
    for finding in check.findings:
        first = f"   {finding.name:{width}}  {'agrees' if finding.agree else 'DISAGREES':9}  "
        votes += not finding.agree
        text = _verdict(check, finding, vote if votes <= VOTES else _no_vote)
        paragraph(out, text, first, " " * min(len(first), out.width // 3))
    out.print(Text(f" repeat: {check.command}"), soft_wrap=True)
    out.print()


def _verdict(check: "Check", finding: "Finding", vote: Voter) -> str:
    unit = _unit(check) or " ulp"
    measured = f"{short(finding.ulp)}{unit} ({short(finding.allowed)})" if finding.allowed else ""
    if finding.agree or finding.problem:
        return finding.problem or (finding.reason if _declared(finding) else measured)
    asked = vote(check, finding)
    if asked is None:
        place = f"at {list(finding.index)}: " if finding.index else ""
        return f"{measured} {place}{_two(finding.whose, finding.got, check.framework, finding.want)}"
    place = f"at {list(asked.index)}: " if asked.index else ""
    values = _two(asked.ours, asked.values[asked.ours], asked.theirs, asked.values[asked.theirs])
    sentence = f"; {asked.sentence}" if asked.sentence else ""
    silent = "".join(f" ({name} could not be asked: {why.splitlines()[0][:80]})" for name, why in asked.silent.items())
    return f"{measured} {place}{values}{sentence}{silent}"


def _no_vote(check: "Check", finding: "Finding") -> None:
    return None


def _two(ours: str, mine: float, theirs: str, other: float) -> str:
    """Two values with as many digits as it takes to tell them apart, and two more."""
    digits = next((n for n in range(2, 16) if f"{mine:.{n}g}" != f"{other:.{n}g}"), 15) + 2
    return f"{ours} {mine:.{digits}g}, {theirs} {other:.{digits}g}"
