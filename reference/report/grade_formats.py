"""Grades for other programs: Gradescope's results.json, JUnit XML, and CSV for a class list."""

import csv
import io
import re
from collections.abc import Sequence
from xml.etree import ElementTree

from reference.homework.grading.assignment import Assignment
from reference.homework.grading.grade import Answer, Graded, Grading
from reference.report.grade import points_of
from reference.report.json import Document

# the characters that XML 1.0 has no way to write
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# a spreadsheet takes a cell that begins so for a formula
_FORMULA = ("=", "+", "-", "@")


def gradescope_document(graded: Graded, assignment: Assignment) -> Document:
    """Gradescope's results.json for one submission (gradescope-autograders.readthedocs.io/en/latest/specs).

    What the grader prints is for instructors, so stdout stays hidden.
    """
    names = {question.id: question.name for question in assignment.questions}
    document: Document = {
        "score": graded.points,
        "execution_time": round(graded.seconds, 2),
        "output": f"{assignment.title}: {points_of(graded)} points",
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": assignment.visibility,
        "stdout_visibility": "hidden",
        "extra_data": {"assignment": assignment.name},
        "tests": [
            _gradescope_test(answer, names[answer.id], number, assignment.visibility)
            for number, answer in enumerate(graded.answers, 1)
        ],
    }
    if assignment.leaderboard:
        document["leaderboard"] = [{"name": "Points", "value": graded.points, "order": "desc"}]
    return document


def _gradescope_test(answer: Answer, name: str, number: int, visibility: str) -> Document:
    return {
        "score": answer.points,
        "max_score": answer.max,
        "status": "passed" if answer.full else "failed",
        "name": name,
        "name_format": "text",
        "number": str(number),
        "output": _told(answer),
        "output_format": "text",
        "tags": [answer.verdict],
        "visibility": visibility,
        "extra_data": {"verdict": answer.verdict},
    }


def _told(answer: Answer) -> str:
    """All that a student reads of an answer."""
    verdict = "right" if answer.verdict == "correct" else answer.verdict
    place = f" ({answer.place})" if answer.place and answer.verdict != "correct" else ""
    return f"{verdict}{place}: {answer.sentence}" if answer.sentence else f"{verdict}{place}"


def junit(grading: Grading) -> str:
    """JUnit XML: a suite for each submission, a case for each question.

    Wrong and unfinished answers are failures, a crash is an error, and what was not understood is skipped.
    """
    root = ElementTree.Element("testsuites", {"name": grading.assignment.name, **_counts(grading.submissions)})
    names = {question.id: question.name for question in grading.assignment.questions}
    for graded in grading.submissions:
        told = {"name": _xml(graded.path), **_counts([graded]), "skipped": str(_skipped(graded))}
        suite = ElementTree.SubElement(root, "testsuite", told)
        for answer in graded.answers:
            seconds = graded.seconds / len(graded.answers)
            case = ElementTree.SubElement(
                suite, "testcase", classname=grading.assignment.name, name=_xml(names[answer.id]), time=f"{seconds:.3f}"
            )
            if (kind := _kind(answer)) == "skipped":
                ElementTree.SubElement(case, kind, message=_xml(_told(answer)))
            elif kind:
                said = ElementTree.SubElement(case, kind, type=answer.verdict, message=_xml(_told(answer)))
                said.text = _xml(f"{points_of(answer)} points. {_told(answer)}")
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _kind(answer: Answer) -> str:
    if answer.full:
        return ""
    return {"crashed": "error", "unsupported": "skipped"}.get(answer.verdict, "failure")


def _counts(submissions: Sequence[Graded]) -> dict[str, str]:
    kinds = [_kind(answer) for graded in submissions for answer in graded.answers]
    return {
        "tests": str(len(kinds)),
        "failures": str(kinds.count("failure")),
        "errors": str(kinds.count("error")),
        "time": f"{sum(graded.seconds for graded in submissions):.3f}",
    }


def _skipped(graded: Graded) -> int:
    return sum(_kind(answer) == "skipped" for answer in graded.answers)


def _xml(text: str) -> str:
    return _NO_XML.sub("", text)


def scores_csv(grading: Grading) -> str:
    """A line for each submission: its path, its points, those of each question, and what is said of them."""
    ids = [question.id for question in grading.assignment.questions]
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow(["submission", "points", "max", *ids, "attention", "remarks"])
    for graded in grading.submissions:
        points = [f"{answer.points:g}" for answer in graded.answers]
        notes = "; ".join(f"{each.id} {each.attention}" for each in graded.answers if each.attention)
        remarks = "; ".join(f"{each.id}: {each.sentence}" for each in graded.answers if each.sentence)
        row = [_plain(graded.path), f"{graded.points:g}", f"{graded.max:g}", *points, _plain(notes), _plain(remarks)]
        writer.writerow(row)
    return sheet.getvalue()


def _plain(cell: str) -> str:
    """A cell on one line, that a spreadsheet takes for text."""
    line = "".join(sign if sign.isprintable() else " " for sign in cell)
    return f"'{line}" if line.lstrip().startswith(_FORMULA) else line
