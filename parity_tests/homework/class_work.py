"""What the tests of grading share: submissions, a judge that reads its verdict in them, and what was graded."""

import json
import os
import zipfile
from pathlib import Path
from typing import Any

from reference.errors import RequestError
from reference.homework.grading.assignment import Assignment, Question
from reference.homework.grading.collect import HandIn, collect
from reference.homework.grading.grade import Answer, Grading, answer_of
from reference.homework.grading.grade_all import grade_all
from reference.homework.grading.results import open_results
from reference.homework.isolation.process import Stopped
from reference.homework.verdict import Cause, Quantity, SymbolReport

ASSIGNMENT = Assignment(
    "hw",
    "Homework",
    (
        Question("Q1", 10.0, symbol="Dense", pair="dense", partial={"forward": 4.0, "dw": 3.0, "db": 3.0}),
        Question("Q2", 5.0, symbol="Relu", pair="relu"),
    ),
    seed=271828,
    fingerprint="first",
)
GOOD = "class Dense:\n    pass\nclass Relu:\n    pass\n"
RIGHT = (
    Quantity("y", True, part="forward"),
    Quantity("dx", True, part="backward"),
    Quantity("dw", True, part="backward"),
    Quantity("db", True, part="backward"),
)


def wrong(*names: str, **given: Any) -> SymbolReport:
    """A wrong Dense, in these quantities."""
    quantities = tuple(
        Quantity(q.name, q.name not in names, 0.5, 1e-12, (1, 2), 0.123456, 0.654321, q.part) for q in RIGHT
    )
    return SymbolReport("Dense", "wrong", "dense", quantities=quantities, **given)


def fake(path: Path, question: Question, assignment: Assignment) -> SymbolReport:
    """A judge that reads its verdict in the file: `# Q1: wrong`."""
    text = path.read_text()
    if f"{question.id}: exit" in text:
        os._exit(3)
    if f"{question.id}: raise" in text:
        raise ZeroDivisionError("a secret of the checker")
    if f"{question.id}: stop" in text:
        raise Stopped("time", "it did not end within 10 seconds")
    if f"{question.id}: request" in text:
        raise RequestError(f"{path} is not a notebook")
    if f"{question.id}: wrong" in text:
        return wrong("dw", causes=(Cause("not_reduced", "dw is not summed.", True),))
    return SymbolReport(question.symbol, "correct")


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    return folder


def notebook(*cells: str) -> str:
    code = [{"cell_type": "code", "source": cell, "metadata": {}, "outputs": []} for cell in cells]
    return json.dumps({"nbformat": 4, "cells": [{"cell_type": "markdown", "source": "# hi"}, *code]})


def zipped(path: Path, entries: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries.items():
            file.writestr(name, content)
    return path


def found(hand_ins: list[HandIn], root: Path) -> dict[str, list[str]]:
    """Paths below `root`, and the names of their files."""
    return {Path(each.path).relative_to(root).as_posix(): [file.name for file in each.files] for each in hand_ins}


def worth(report: SymbolReport, **given: Any) -> Answer:
    return answer_of(report, Question("Q1", 10.0, symbol="Dense", pair="dense", **given), seed=271828)


SECRETS = ("0.1235", "0.123456", "0.6543", "0.654", "271828")
PARTIAL = {"forward": 4.0, "dw": 3.0, "db": 3.0}


def hand_in(folder: Path, text: str, name: str = "a.py") -> HandIn:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    return HandIn(name, (folder / name,))


def class_of(folder: Path, **files: str) -> list[HandIn]:
    return collect([write(folder / "in", **files)], folder / "out")


def graded_by(hand_ins: list[HandIn], results: Path, **given: Any) -> tuple[Grading, list[str]]:
    """A grading, and the files that the judge was asked about."""
    asked: list[str] = []

    def counting(path: Path, question: Question, assignment: Assignment) -> SymbolReport:
        asked.append(f"{path.stem} {question.id}")
        return given.get("judge", fake)(path, question, assignment)

    assignment = given.get("assignment", ASSIGNMENT)
    lang = given.get("lang", "en")
    with open_results(results, assignment, lang=lang) as kept:
        done = grade_all(hand_ins, assignment, counting, kept, again=given.get("again", False), lang=lang)
    return done, asked
