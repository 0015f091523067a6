"""What is said of a submission as HTML, for notebooks: a fragment with its styles in it."""

import functools
from collections.abc import Sequence
from pathlib import Path

import jinja2

from reference.homework.verdict import SubmissionReport, SymbolReport
from reference.report.homework import (
    COUNTED,
    MARKS,
    answer,
    difference,
    facts,
    limits,
    lines_of,
    place,
    read_as,
    unexplained,
    unread,
    why,
)

COLOURS = {
    "correct": "#1a7f37",
    "wrong": "#cf222e",
    "crashed": "#cf222e",
    "unfinished": "#9a6700",
    "unsupported": "#57606a",
}


def submission_html(report: SubmissionReport) -> str:
    """A submission."""
    if report.problem:
        return _render([], unread(report), [])
    conventions = [("read as: ", said)] if (said := read_as(report)) else []
    title = f"{report.path}: {answer(list(lines_of(report.symbols)), report.lang)}"
    return _render(report.symbols, title, [*conventions, *facts(report)])


def symbol_html(report: SymbolReport) -> str:
    """A single symbol."""
    return _render([report], "", [("read as: ", said)] if (said := read_as([report])) else [])


def _render(symbols: Sequence[SymbolReport], title: str, said: Sequence[tuple[str, str]]) -> str:
    return _template().render(
        lines=list(lines_of(symbols)),
        title=title,
        facts=said,
        marks=MARKS,
        words=COUNTED,
        colours=COLOURS,
        why=why,
        limits=limits,
        unexplained=unexplained,
        place=place,
        difference=difference,
    )


@functools.cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("homework.html")
