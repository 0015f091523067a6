"""The migration reference as a site of two pages that needs nothing else: it works from a folder, without a network."""

import datetime
import os
import re
import shutil
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path

import jinja2
from markupsafe import Markup

from reference.errors import RequestError
from reference.migration.build import Reference
from reference.migration.rows import EXACT, GLUE, NOT, Row, percent
from reference.report.html import write_named
from reference.report.json import write_whole
from reference.report.layout import counted, short
from reference.report.migration import FRAMEWORKS, beware, verdict

ACRONYMS = ("gru", "lstm")
PAGES = {"index.html": "migration.html", "pitfalls.html": "pitfalls.html"}
CLASSES = {EXACT: "good", GLUE: "glue", NOT: "not", "wrong": "bad"}


def write_site(folder: Path, made: Reference) -> None:
    """Write every page of the site into `folder`. Raises RequestError where that cannot be done."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        counted=counted,
        short=short,
        verdict=verdict,
        beware=beware,
        frameworks=FRAMEWORKS,
        classes=CLASSES,
        error=_error,
        prose=_prose,
        style=_style,
        words=_words,
    )
    families = [(_heading(name), list(rows)) for name, rows in groupby(made.pairs, key=lambda row: row.topic)]
    topics = [(name, list(rows)) for name, rows in groupby(made.loose, key=lambda row: row.topic)]
    stamp = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")
    counts = {said: sum(row.verdict == said for row in made.pairs) for said in (EXACT, GLUE, NOT)}
    pages = {
        name: environment.get_template(template).render(
            made=made, families=families, topics=topics, counts=counts, stamp=stamp
        )
        for name, template in PAGES.items()
    }
    _write(folder, pages)


def _write(folder: Path, pages: Mapping[str, str]) -> None:
    """All pages or none: a new folder has them when it appears."""
    folder = folder.resolve()
    if folder.exists():
        for name, text in pages.items():
            write_named(folder / name, text, "--html")
        return
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = folder.with_name(f".{folder.name}.{os.getpid()}")
        try:
            beside.mkdir()
            for name, text in pages.items():
                write_whole(beside / name, text)
            beside.rename(folder)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise RequestError(f"{folder} cannot be written: {why}. Name another with --html") from error


def _style() -> Markup:
    here = Path(__file__)
    sheets = (here.with_name(name).read_text(encoding="utf-8") for name in ("report.css", "migration.css"))
    return Markup("\n".join(sheets))


def _error(row: Row) -> str:
    """What was measured, in short."""
    if not row.executed:
        return "not run"
    if row.error is None:
        return percent(row.share) if row.share is not None else "differs"
    return f"{short(row.error)} {'s.e.' if row.unit != 'ulp' else row.unit}"


def _words(row: Row) -> str:
    """What a search looks through."""
    said = (row.pair, row.fact, row.topic, row.keras, row.torch, row.says, *row.beware, *(s.reason for s in row.shown))
    return re.sub(r"[^\w.]+", " ", " ".join(said)).lower()


def _heading(family: str) -> str:
    """The name of a family as a heading: "Sign optimizers", "LSTM"."""
    words = family.replace("_", " ")
    return words.upper() if family in ACRONYMS else words[0].upper() + words[1:]


def _prose(text: str) -> Markup:
    """`text` with what stands between backticks set as code, and with places where long names may break."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 and number + 1 < len(parts) else part
        for number, part in enumerate(parts)
    )
