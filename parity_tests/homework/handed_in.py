"""What the tests of submissions share: files as they may be handed in."""

import json
from pathlib import Path
from typing import Any

from reference.homework.isolation.process import Result, Step, Worker
from reference.homework.reading.source import Submission, read_submission


def py(folder: Path, text: str, name: str = "work.py", encoding: str = "utf-8") -> Submission:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return read_submission(path)


def book(folder: Path, *cells: str, cell: int | None = None, version: int = 4) -> Submission:
    found = [{"cell_type": "code", "source": source, "outputs": [], "metadata": {}} for source in cells]
    text = {"cell_type": "markdown", "source": ["# Title"], "metadata": {}}
    whole: dict[str, object] = {"cells": [text, *found], "nbformat": 4, "metadata": {}}
    if version == 3:
        old = [{"cell_type": "code", "input": source.splitlines(True), "outputs": []} for source in cells]
        whole = {"worksheets": [{"cells": [text, *old]}], "nbformat": 3}
    path = folder / "work.ipynb"
    path.write_text(json.dumps(whole))
    return read_submission(path, cell)


def load(folder: Path, text: str, name: str = "work.py", **options: Any) -> Worker:
    """The process of a submission, to be entered."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return Worker(read_submission(path), **options)


def one(worker: Worker, *steps: Step) -> Any:
    """The value of the last step; every step must succeed."""
    results = worker.run(steps)
    for result in results:
        assert isinstance(result, Result), result
    assert len(results) == len(steps)
    last = results[-1]
    assert isinstance(last, Result)
    return last.value


def taken(submission: Submission) -> list[tuple[str, str]]:
    return [(unit.kind, unit.source.split("\n")[0]) for unit in submission.units]


def said(submission: Submission) -> str:
    return "\n".join(f"{note.cell}:{note.line}: {note.text}" for note in (*submission.skipped, *submission.notes))
