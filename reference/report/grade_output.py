"""Where the grades go: the terminal, a file in one of the formats, or a folder of files for Gradescope."""

import io
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from reference.errors import RequestError
from reference.homework.grading.grade import Graded, Grading
from reference.report.console import SafeConsole, console
from reference.report.grade import print_grading
from reference.report.grade_formats import gradescope_document, junit, scores_csv
from reference.report.homework_json import grade_document
from reference.report.html import write_named

FORMATS: dict[str, Callable[[Grading], str]] = {
    "text": lambda grading: as_text(grading),
    "json": lambda grading: as_json(grade_document(grading)),
    "gradescope": lambda grading: as_json(gradescope_document(grading.submissions[0], grading.assignment)),
    "junit": junit,
    "csv": scores_csv,
}


def require_place(form: str, out: Path | None, count: int) -> None:
    """Raise RequestError where the output has no place to go to."""
    if form == "gradescope" and count > 1 and (out is None or not _is_folder(out)):
        raise RequestError(f"Gradescope reads one submission at a time, got {count}. Name a folder for them with --out")
    if out is not None and not out.resolve().parent.is_dir():
        raise RequestError(f"--out {out}: there is no folder {out.resolve().parent}. Make it, or name another place")
    if out is not None and out.is_dir() and form != "gradescope":
        raise RequestError(f"--out {out} is a folder, expected a file. Name a file in it")


def show(grading: Grading, form: str, out: Path | None, results_file: Path) -> None:
    """Print, or write to `out`, what was asked for; with the text, the scores of a class go beside the results."""
    files = [str(results_file)]
    if form == "text" and len(grading.submissions) > 1:
        scores = results_file.with_name("scores.csv")
        write_named(scores, scores_csv(grading))
        files.append(str(scores))
    if out is None and form == "text":
        print_grading(console(), grading, files)
    elif out is None:
        click.echo(FORMATS[form](grading), nl=False)
    elif form == "gradescope" and _is_folder(out):
        out.mkdir(exist_ok=True)
        for name, graded in zip(file_names(grading.submissions), grading.submissions, strict=True):
            write_named(out / name, as_json(gradescope_document(graded, grading.assignment)))
    else:
        write_named(out, FORMATS[form](grading))


def _is_folder(path: Path) -> bool:
    return path.is_dir() or (not path.exists() and path.suffix == "")


def as_json(document: object) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def as_text(grading: Grading) -> str:
    """What is printed, for 80 columns and without colour."""
    text = io.StringIO()
    print_grading(SafeConsole(file=text, width=80, highlight=False, color_system=None), grading)
    return text.getvalue()


def file_names(submissions: Sequence[Graded]) -> list[str]:
    """A file name for each submission, told from its path; no two alike."""
    taken: set[str] = set()
    names = []
    for graded in submissions:
        stem = re.sub(r"[^\w.-]+", "_", graded.path).strip("_.") or "submission"
        number, name = 1, f"{stem}.json"
        while name.lower() in taken:
            number += 1
            name = f"{stem}~{number}.json"
        taken.add(name.lower())
        names.append(name)
    return names
