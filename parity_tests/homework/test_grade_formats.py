"""What other systems read: Gradescope, JUnit, CSV. None shows what was expected."""

import csv
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from class_report import ALICE, ASSIGNMENT, GRADING

from reference.homework.grading.assignment import Assignment
from reference.homework.grading.grade import Answer, Graded, Grading, answer_of
from reference.homework.verdict import Quantity, SymbolReport
from reference.report.grade_formats import gradescope_document, junit, scores_csv
from reference.report.grade_output import FORMATS, file_names, show

TOP = {
    "score",
    "execution_time",
    "output",
    "output_format",
    "test_output_format",
    "test_name_format",
    "visibility",
    "stdout_visibility",
    "extra_data",
    "tests",
    "leaderboard",
}
TEST = {
    "score",
    "max_score",
    "status",
    "name",
    "name_format",
    "number",
    "output",
    "output_format",
    "tags",
    "visibility",
    "extra_data",
}
VISIBILITIES = {"hidden", "after_due_date", "after_published", "visible"}
TEXTS = {"text", "html", "simple_format", "md", "ansi"}


def test_gradescope_to_the_letter() -> None:
    document = json.loads(json.dumps(gradescope_document(ALICE, ASSIGNMENT), allow_nan=False))
    assert set(document) == TOP - {"leaderboard"}
    assert (document["score"], document["execution_time"]) == (14.5, 1.23)
    assert document["output"] == "An RNN: 14.5 of 50 points"
    assert document["stdout_visibility"] == "hidden"
    assert {document["visibility"], document["stdout_visibility"]} <= VISIBILITIES
    assert {document["output_format"], document["test_output_format"], document["test_name_format"]} <= TEXTS
    for test in document["tests"]:
        assert set(test) == TEST
        assert test["status"] in ("passed", "failed")
        assert test["visibility"] in VISIBILITIES
        assert {test["output_format"], test["name_format"]} <= TEXTS
        assert 0 <= test["score"] <= test["max_score"]
        assert isinstance(test["number"], str)
        assert all(isinstance(tag, str) for tag in test["tags"])
    assert sum(test["score"] for test in document["tests"]) == document["score"]
    assert [test["status"] for test in document["tests"]] == ["passed", "failed", "failed", "failed", "failed"]
    assert [test["name"] for test in document["tests"]] == [
        "Q1 Initial parameters",
        "Q2 Forward",
        "Q3 cost",
        "Q4 backward",
        "Q5 update",
    ]
    assert document["tests"][3]["output"] == ('wrong (cell 6, line 11): delta_o is <not> divided by "T" & more.')
    assert document["tests"][0]["output"] == "right"


def test_gradescope_visibility_and_leaderboard_follow_the_assignment() -> None:
    assignment = Assignment(**{**vars(ASSIGNMENT), "visibility": "after_published", "leaderboard": True})
    document = gradescope_document(ALICE, assignment)
    assert document["leaderboard"] == [{"name": "Points", "value": 14.5, "order": "desc"}]
    assert {document["visibility"], *(test["visibility"] for test in document["tests"])} == {"after_published"}


def test_gradescope_writes_a_file_for_each(tmp_path: Path) -> None:
    show(GRADING, "gradescope", tmp_path / "all", tmp_path / "results.sqlite")
    written = {path.name: json.loads(path.read_text())["score"] for path in (tmp_path / "all").iterdir()}
    assert written == {"in_alice.ipynb.json": 14.5, "in_bob.ipynb.json": 50.0}


def test_file_names_differ() -> None:
    graded = [Graded(path, ()) for path in ("a/b.py", "a_b.py", "A/b.py", "../..", "課題/1.py")]
    assert file_names(graded) == ["a_b.py.json", "a_b.py~2.json", "A_b.py~3.json", "submission.json", "課題_1.py.json"]


# JUnit


def test_junit_has_a_suite_for_each_submission_and_a_case_for_each_question() -> None:
    text = junit(GRADING)
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n')
    root = ElementTree.fromstring(text.encode())
    assert (root.tag, root.attrib["name"]) == ("testsuites", "rnn-mnist")
    assert (root.attrib["tests"], root.attrib["failures"], root.attrib["errors"]) == ("10", "2", "1")
    alice, bob = root
    assert {key: alice.attrib[key] for key in ("name", "tests", "failures", "errors", "skipped", "time")} == {
        "name": "in/alice.ipynb",
        "tests": "5",
        "failures": "2",
        "errors": "1",
        "skipped": "1",
        "time": "1.235",
    }
    assert [[child.tag for child in case] for case in alice] == [[], ["error"], ["failure"], ["failure"], ["skipped"]]
    assert [[child.tag for child in case] for case in bob] == [[]] * 5
    for case in alice:
        assert set(case.attrib) == {"name", "classname", "time"}
        assert re.fullmatch(r"\d+\.\d{3}", case.attrib["time"])
    failure = alice[3][0]
    assert failure.attrib["type"] == "wrong"
    assert failure.attrib["message"] == 'wrong (cell 6, line 11): delta_o is <not> divided by "T" & more.'
    assert (failure.text or "").startswith("4.5 of 10 points. ")


def test_junit_survives_what_xml_cannot_hold() -> None:
    graded = Graded("in/\x00\ud800\x1b.py", (Answer("Q1", 0.0, 10.0, "wrong", "a\x08b \uffff 課題"),))
    root = ElementTree.fromstring(junit(Grading(ASSIGNMENT, (graded,), 0.0)).encode())
    assert root[0].attrib["name"] == "in/.py"
    assert root[0][0][0].attrib["message"] == "wrong: ab  課題"


# CSV


def test_csv_has_a_line_for_each_submission() -> None:
    rows = list(csv.DictReader(io.StringIO(scores_csv(GRADING))))
    assert list(rows[0]) == ["submission", "points", "max", "Q1", "Q2", "Q3", "Q4", "Q5", "attention", "remarks"]
    assert [(row["submission"], row["points"], row["max"], row["Q4"]) for row in rows] == [
        ("in/alice.ipynb", "14.5", "50", "4.5"),
        ("in/bob.ipynb", "50", "50", "10"),
    ]
    assert rows[0]["attention"] == "Q2 stopped; Q5 to be looked at by hand"
    assert 'Q4: delta_o is <not> divided by "T" & more.' in rows[0]["remarks"]


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t=", "\r\n=", " ="])
def test_a_csv_cell_is_no_formula(begin: str) -> None:
    graded = Graded(f"{begin}cmd|' /C calc'!A0.py", (Answer("Q1", 0.0, 10.0, "wrong", "x"),))
    text = scores_csv(Grading(ASSIGNMENT, (graded,), 0.0))
    row = list(csv.reader(io.StringIO(text, newline="")))[1]
    assert re.match(r"' *[=+@-]cmd", row[0].replace("'==", "'="))


# nothing of what was expected


@pytest.mark.parametrize("form", sorted(FORMATS))
@pytest.mark.parametrize("count", [1, 3])
def test_no_format_shows_expected_values_or_the_seed(form: str, count: int) -> None:
    quantities = (Quantity("dw", False, 0.5, 1e-12, (1, 2), got=0.123456, want=0.654321),)
    said = "dw is 0.1235, should be 0.6543 with seed 271828, expected array([[0.25, 0.5]])"
    report = SymbolReport("A", "wrong", "dense", quantities=quantities, remark=said)
    answers = tuple(answer_of(report, question, ASSIGNMENT.seed) for question in ASSIGNMENT.questions)
    grading = Grading(ASSIGNMENT, tuple(Graded(f"{n}.py", answers) for n in range(count)), 1.0)
    text = FORMATS[form](grading)
    assert "dw is" in text
    for secret in ("0.1235", "0.123456", "0.6543", "0.654321", "271828", "0.25"):
        assert secret not in text
