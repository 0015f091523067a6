"""The result of `crosscheck run` as one HTML file that needs nothing else: style, curves and script are in it."""

from pathlib import Path

import jinja2
from markupsafe import Markup

from reference.errors import RequestError
from reference.report.json import write_whole
from reference.report.layout import counted, short
from reference.report.page import Page, Report


def write_report(path: Path, report: Report) -> None:
    """Write the page, all of it or nothing. Raises RequestError where it cannot be written."""
    write_named(path, render(report))


def write_named(path: Path, text: str, option: str = "--out") -> None:
    """Write all of a file that an option names, or nothing. Raises RequestError where that cannot be done."""
    try:
        write_whole(path, text)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise RequestError(f"{path} cannot be written: {why}. Name another with {option}") from error


def render(report: Report) -> str:
    """The page."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(counted=counted, short=short, style=_style, prose=_prose, telling=_telling)
    return environment.get_template("report.html").render(page=Page(report))


def _style() -> Markup:
    return Markup(Path(__file__).with_name("report.css").read_text(encoding="utf-8"))


def _telling(mine: float, other: float) -> str:
    """A format that shows two digits more than it takes to tell two values apart."""
    digits = next((n for n in range(2, 15) if f"{mine:.{n}g}" != f"{other:.{n}g}"), 15)
    return f"%.{digits + 2}g"


def _prose(text: str) -> Markup:
    """`text` with what stands between backticks set as code."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 and number + 1 < len(parts) else part
        for number, part in enumerate(parts)
    )
