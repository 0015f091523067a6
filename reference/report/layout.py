"""Text on a terminal: tables that fit, paragraphs with a hanging indent, facts on one line."""

import re
import textwrap
from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

# characters that take two columns, and those that begin no line
WIDE = r"[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]"
STOPS = "、。，．！？」』）】"
GAP = 2  # between columns
SHORTEST = 8  # text in a column is cut to this, where the terminal is too narrow


def table(
    out: Console,
    heading: Sequence[str],
    rows: Sequence[Sequence[str]],
    right: Sequence[int] = (),
    spare: Sequence[int] = (),
) -> None:
    """Rows in columns; those in `spare` are left out, one after the other, while the terminal is too narrow.

    Text is cut off where it still is; what is set at the right, numbers, never.
    """
    widths = [max(cell_len(each[i]) for each in (heading, *rows)) for i in range(len(heading))]
    kept = list(range(len(heading)))
    for left_out in spare:
        if _together(widths, kept) < out.width:
            break
        kept.remove(left_out)
    words = [i for i in kept if i not in right]
    while _together(widths, kept) >= out.width and any(widths[i] > SHORTEST for i in words):
        widths[max(words, key=widths.__getitem__)] -= 1
    made = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="")
    for i in kept:
        made.add_column(Text(heading[i]), justify="right" if i in right else "left", no_wrap=True, width=widths[i])
    for row in rows:
        made.add_row(*(Text(row[i]) for i in kept))
    with out.capture() as captured:
        out.print(made, width=out.width - 1)
    for line in captured.get().splitlines():
        out.print(Text(f" {line.rstrip()}" if line.strip() else ""), soft_wrap=True)


def _together(widths: Sequence[int], kept: Sequence[int]) -> int:
    return sum(widths[i] for i in kept) + GAP * (len(kept) - 1)


def paragraph(out: Console, text: str, first: str = "", rest: str | None = None) -> None:
    """Text that goes on below its beginning, and no further than the terminal is wide."""
    rest = first if rest is None else rest
    if cell_len(text) == len(text):
        lines = textwrap.wrap(text, out.width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)
    else:
        lines = _wide_lines(text, out.width, first, rest)
    for line in lines or [first]:
        styled = Text(line)
        styled.highlight_words(["DISAGREES", "stands alone"], "bold red")
        styled.highlight_regex(r"^ +\S+ +(?P<green>agrees)\b", style_prefix="")
        out.print(styled, soft_wrap=True)


def _wide_lines(text: str, width: int, first: str, rest: str) -> list[str]:
    """Lines of a text with characters two columns wide, which may end after any of those; none begins with a stop."""
    lines = [first]
    for piece in re.findall(rf"\s+|{WIDE}[{STOPS}]*|(?:(?!{WIDE})\S)+[{STOPS}]*", text):
        empty = lines[-1] in (first, rest)
        if not empty and cell_len(lines[-1] + piece.rstrip()) > width:
            lines.append(rest)
            empty = True
        lines[-1] += "" if empty and piece.isspace() else piece
    return [line.rstrip() for line in lines]


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


def took(seconds: float) -> str:
    """How long something took: 1,204.3 s, 0.03 s."""
    return f"{seconds:,.1f} s" if seconds >= 0.095 else f"{seconds:.2f} s"


def short(value: float) -> str:
    """Some three digits: 0.4, 18.2, 1,024, 4.5e6."""
    if not value < 1e5:
        return f"{value:.1e}".replace("e+0", "e").replace("e+", "e")
    return f"{value:,.1f}".removesuffix(".0") if value < 1000 else f"{value:,.0f}"
