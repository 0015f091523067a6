"""Text on a terminal: tables that fit, paragraphs with a hanging indent, facts on one line."""

import textwrap
from collections.abc import Sequence

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text


def table(
    out: Console,
    heading: Sequence[str],
    rows: Sequence[Sequence[str]],
    right: Sequence[int] = (),
    spare: Sequence[int] = (),
) -> None:
    """Rows in columns; those in `spare` are left out, one after the other, while the terminal is too narrow."""
    for left_out in range(len(spare) + 1):
        made = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="")
        kept = [i for i in range(len(heading)) if i not in spare[:left_out]]
        for i in kept:
            made.add_column(Text(heading[i]), justify="right" if i in right else "left", no_wrap=True)
        for row in rows:
            made.add_row(*(Text(row[i]) for i in kept))
        if Measurement.get(out, out.options.update(max_width=1000), made).maximum < out.width:
            break
    with out.capture() as captured:
        out.print(made, width=out.width - 1)
    for line in captured.get().splitlines():
        out.print(Text(f" {line.rstrip()}" if line.strip() else ""), soft_wrap=True)


def paragraph(out: Console, text: str, first: str = "", rest: str | None = None) -> None:
    """Text that goes on below its beginning, and no further than the terminal is wide."""
    lines = textwrap.wrap(
        text,
        out.width,
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        break_on_hyphens=False,
    )
    for line in lines or [first]:
        styled = Text(line)
        styled.highlight_words(["DISAGREES", "stands alone"], "bold red")
        styled.highlight_regex(r"^ +\S+ +(?P<green>agrees)\b", style_prefix="")
        out.print(styled, soft_wrap=True)


def facts(out: Console, parts: Sequence[str]) -> None:
    """Facts between middle dots, on as few lines as they fit; the first line is the answer."""
    line = f" {parts[0]}"
    style = "bold"
    for part in parts[1:]:
        if len(line) + len(part) + 3 > out.width:
            out.print(Text(line, style), soft_wrap=True)
            line, style = f" {part}", ""
        else:
            line += f" · {part}"
    out.print(Text(line, style), soft_wrap=True)


def counted(number: int, what: str) -> str:
    if number == 1:
        return f"1 {what}"
    return f"{number:,} {what[:-1]}ies" if what.endswith("y") else f"{number:,} {what}s"


def short(value: float) -> str:
    """Some three digits: 0.4, 18.2, 1,024, 4.5e6."""
    if not value < 1e5:
        return f"{value:.1e}".replace("e+0", "e").replace("e+", "e")
    return f"{value:,.1f}".removesuffix(".0") if value < 1000 else f"{value:,.0f}"
