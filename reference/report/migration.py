"""The migration reference on a terminal."""

from collections.abc import Iterator
from itertools import groupby

import click
from rich.console import Console
from rich.text import Text

from reference.errors import RequestError
from reference.migration.build import Reference
from reference.migration.rows import EXACT, GLUE, NOT, Row, percent
from reference.report.console import console
from reference.report.layout import counted, facts, paragraph, short, table

FRAMEWORKS = {"keras": "Keras", "torch": "PyTorch"}


def print_pair(made: Reference, target: str | None) -> None:
    """One pair: its answer, its weights, what to beware of, and where its code is."""
    out, row = console(), made.pairs[0]
    head = [f" {row.pair}", verdict(row.verdict), measured(row)]
    room = max(2, (out.width - sum(map(len, head))) // 2)
    out.print(Text((" " * room).join(head), "bold"), soft_wrap=True)
    order = ("torch", "keras") if target == "keras" else ("keras", "torch")
    for name in order:
        paragraph(out, getattr(row, name), f" {FRAMEWORKS[name]:<8} ", " " * 10)
    _weights(out, row, order)
    _defaults(out, row)
    for number, text in enumerate(beware(row)):
        if number == 0:
            out.print()
        paragraph(out, text, " beware   " if number == 0 else " " * 10, " " * 10)
    for each in made.facts_of(row.pair):
        text = f"{each.says}{f' ({each.damage})' if each.damage else ''}"
        paragraph(out, text, " fact     ", " " * 10)
    if row.glue:
        paragraph(out, ", ".join(row.glue), "\n glue     ", " " * 10)
    out.print()
    for to in (target,) if target else ("torch", "keras"):
        out.print(f" code     crosscheck migrate {row.pair} --to {to} --code", soft_wrap=True)


def print_facts(made: Reference, name: str) -> None:
    """What is known of a name that no pair is called by: the facts that tell of it, each run as it is shown."""
    out = console()
    out.print(Text(f" {name}: no layer, loss or optimizer; {counted(len(made.facts), 'fact')}, run now", "bold"))
    for row in made.facts:
        out.print()
        paragraph(out, f"{row.says}{f' ({row.damage})' if row.damage else ''}", " fact     ", " " * 10)
        for label, code in ((" Keras    ", row.keras), (" PyTorch  ", row.torch)):
            if code:
                paragraph(out, code, label, " " * 10)
        if row.verdict == "wrong":
            paragraph(out, "it is not as said with the versions installed here", " beware   ", " " * 10)
        if row.pair:
            out.print(f" pair     crosscheck migrate {row.pair}", soft_wrap=True)


def verdict(said: str) -> str:
    return said.replace(" with", ", with")


def measured(row: Row) -> str:
    if row.error is None:
        return "a difference, measured now" if row.shown else "measured now"
    return f"{short(row.error)} {row.unit}, measured now"


def _weights(out: Console, row: Row, order: tuple[str, str]) -> None:
    if not row.weights:
        return
    sides = [
        {"keras": (w.keras, w.keras_axes, w.keras_gates), "torch": (w.torch, w.torch_axes, w.torch_gates)}
        for w in row.weights
    ]
    columns = [[[side[name][part] for side in sides] for part in range(3)] for name in order]
    widths = [[max(map(len, column)) for column in columns[which]] for which in range(2)]
    first, second = (
        [
            "  ".join(text.ljust(width) for text, width in zip(side[name], widths[which], strict=True) if width)
            for side in sides
        ]
        for which, name in enumerate(order)
    )
    together = len(first[0]) + len(second[0]) + 7 <= out.width
    out.print()
    for mine, other in zip(first, second, strict=True):
        lines = [f" {mine}  -> {other}"] if together else [f" {mine}", f"   -> {other}"]
        for line in lines:
            out.print(Text(line.rstrip()), soft_wrap=True)
    for name in row.frozen:
        paragraph(out, f"{name} is held at zero and not trained", " ")


def _defaults(out: Console, row: Row) -> None:
    differing = [a for a in row.arguments if a.differs and a.keras_default and a.torch_default]
    said = [f"{a.keras} {a.keras_default} / {a.torch} {a.torch_default}" for a in differing] + list(row.initial)
    for number, text in enumerate(said):
        if number == 0:
            out.print()
        paragraph(out, text, " defaults " if number == 0 else " " * 10, " " * 10)


def beware(row: Row) -> Iterator[str]:
    """What went wrong when it was tried, then what there is to know."""
    for shown in row.shown:
        yield f"{shown.reason} ({shown.quantity} in {FRAMEWORKS[shown.framework]} is off by {percent(shown.share)})"
    yield from row.beware


def print_code(row: Row, target: str | None) -> None:
    """The code alone, so that it can go into a file. Raises RequestError where there is none."""
    if not row.code:
        raise RequestError(f"{row.pair} has a twin in one framework only: there is no code to carry it across")
    for to in (target,) if target else tuple(row.code):
        error = row.code_error[to]
        measured = f"; the two were {short(error)} ulp apart" if error is not None else ""
        click.echo(f"# {row.pair} in {FRAMEWORKS[to]}{measured}")
        click.echo(row.code[to])


def print_reference(made: Reference) -> None:
    """All of it: how many, by family, and what is not exact."""
    out = console()
    counts = {said: sum(row.verdict == said for row in made.pairs) for said in (EXACT, GLUE, NOT)}
    run = sum(row.executed for row in made.rows)
    facts(
        out,
        [
            f"{counted(len(made.pairs), 'pair')} and {counted(len(made.facts), 'fact')}",
            f"{run:,} of {len(made.rows):,} run",
            *(f"{count} {verdict(said)}" for said, count in counts.items()),
            *made.versions,
            f"{made.seconds:,.0f} s",
        ],
    )
    for row in made.facts:
        if row.verdict == "wrong":
            paragraph(out, f"not as said: {row.fact}: {row.says}", " ", "   ")
    out.print()
    rows = []
    for family, some in groupby(made.pairs, key=lambda row: row.topic):
        group = list(some)
        numbers = [row for row in group if row.unit == "ulp" and row.error is not None]
        worst = max(numbers, key=lambda row: row.error or 0.0, default=None)
        shares = [sum(row.verdict == said for row in group) for said in (EXACT, GLUE, NOT)]
        said = f"{short(worst.error or 0.0)} {worst.pair}" if worst else ""
        rows.append([family, str(len(group)), *(str(n or "") for n in shares), said])
    table(out, ["family", "pairs", "exact", "glue", "not", "worst, in ulp"], rows, right=(1, 2, 3, 4))
    out.print()
    out.print(" the most damaging pitfalls, and what the naive port does", soft_wrap=True)
    for number, (fact, row) in enumerate(made.pitfalls, start=1):
        paragraph(out, f"{fact.title}: {row.damage}", f" {number:>2} ", "    ")
    for row in made.rows:
        if not row.executed:
            paragraph(out, f"{row.fact or row.pair}: {row.measured}", " ", "   ")
