"""What people and programs get to see of checks and grades."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from rich.cells import cell_len
from rich.console import Console

from reference.homework.assignment import Assignment, Question
from reference.homework.grade import Answer, Graded, Grading, answer_of
from reference.homework.verdict import Cause, Note, Quantity, SubmissionReport, SymbolReport
from reference.report.grade import print_grading
from reference.report.grade_formats import gradescope_document, junit, scores_csv
from reference.report.grade_output import FORMATS, as_text, file_names, show
from reference.report.homework import print_submission
from reference.report.homework_html import submission_html, symbol_html
from reference.report.homework_json import check_document, grade_document

ASSIGNMENT = Assignment(
    "rnn-mnist",
    "An RNN",
    (
        Question("Q1", 10.0, "Initial parameters", symbol="init_parameters", pair="dense"),
        Question("Q2", 10.0, "Forward", symbol="forward", pair="dense"),
        Question("Q3", 10.0, symbol="cost", pair="dense"),
        Question("Q4", 10.0, symbol="backward", pair="dense"),
        Question("Q5", 10.0, symbol="update", pair="dense"),
    ),
    seed=271828,
)
ALICE = Graded(
    "in/alice.ipynb",
    (
        Answer("Q1", 10.0, 10.0, "correct"),
        Answer(
            "Q2", 0.0, 10.0, "crashed", "It was stopped: it did not end within 10 seconds.", "", "stopped", "cell 3"
        ),
        Answer("Q3", 0.0, 10.0, "unfinished", "### CODE HERE ### is still there", place="cell 4, line 2"),
        Answer("Q4", 4.5, 10.0, "wrong", 'delta_o is <not> divided by "T" & more.', "rescaled", "", "cell 6, line 11"),
        Answer("Q5", 0.0, 10.0, "unsupported", "It is a generator.", "", "to be looked at by hand"),
    ),
    1.23456,
)
BOB = Graded("in/bob.ipynb", tuple(Answer(f"Q{k}", 10.0, 10.0, "correct") for k in range(1, 6)), 0.5)
GRADING = Grading(ASSIGNMENT, (ALICE, BOB), 2.0)


def printed(function: Any, *arguments: Any, width: int = 80) -> str:
    text = io.StringIO()
    function(*arguments, Console(file=text, width=width, highlight=False, color_system=None))
    return text.getvalue()


def printed_grading(grading: Grading, width: int = 80, files: tuple[str, ...] = ()) -> str:
    return printed(lambda out: print_grading(out, grading, files), width=width)


# JSON


def test_grade_json_to_the_letter() -> None:
    document = json.loads(json.dumps(grade_document(GRADING), allow_nan=False))
    assert list(document) == ["schema", "assignment", "seconds", "submissions"]
    assert (document["schema"], document["assignment"], document["seconds"]) == ("crosscheck.grade/1", "rnn-mnist", 2.0)
    first = document["submissions"][0]
    assert list(first) == ["path", "points", "max", "questions"]
    assert (first["path"], first["points"], first["max"]) == ("in/alice.ipynb", 14.5, 50.0)
    assert [list(each) for each in first["questions"]] == [["id", "points", "max", "verdict", "sentence"]] * 5
    assert first["questions"][3] == {
        "id": "Q4",
        "points": 4.5,
        "max": 10.0,
        "verdict": "wrong",
        "sentence": 'delta_o is <not> divided by "T" & more.',
    }


REPORT = SubmissionReport(
    "homework.ipynb",
    (
        SymbolReport(
            "Tanh",
            "wrong",
            "tanh",
            6,
            11,
            {"forward": "forward", "backward": "backward"},
            ("(batch, features)",),
            (
                Quantity("y", True, 1e-16, 1e-13, (0, 1), 0.5, 0.5, "forward"),
                Quantity("dx", False, 0.4, 1e-13, (2, 0), 0.3125, 0.75, "backward"),
            ),
            (Cause("tanh_derivative", "You compute (1 - z)**2. The derivative is 1 - z**2.", True, "Look at 1 - z."),),
        ),
        SymbolReport(
            "affine_forward",
            "wrong",
            "dense",
            4,
            38,
            {"forward": "affine_forward", "backward": "affine_backward"},
            ("gradients summed over the batch", "(batch, features)"),
            (
                Quantity("y", True, part="affine_forward"),
                Quantity("dw", False, 0.95, 1e-13, (2, 0), 0.0212345, 0.4246912, "affine_backward"),
                Quantity("db", False, problem="it has shape (4, 7), expected (7,)", part="affine_backward"),
            ),
        ),
        SymbolReport("Conv", "crashed", "conv2d", 9, 4, remark="NameError: name 'stride' is not defined (line 12)."),
        SymbolReport(
            "Softmax",
            "unfinished",
            "softmax",
            7,
            1,
            {"forward": "forward", "backward": "backward"},
            quantities=(Quantity("y", True, part="forward"), Quantity("dx", False, part="backward")),
            remark="### CODE HERE ### is still there",
        ),
        SymbolReport("Thing", "unsupported", "", None, 12, remark="It has run(a, b). Tried: dense, simple_rnn."),
        SymbolReport("ReLU", "correct", "relu", 5, 1, quantities=(Quantity("y", True),)),
        SymbolReport("MaxPool", "correct", "max_pool2d", 5, 9, remark="Right for stride 1 only."),
    ),
    (Note("%matplotlib", 1, 1), Note("fetch_mldata is gone from scikit-learn", 1, 2), Note("training loop", 9)),
    (Note("im2col is not in the file; the well-known one was supplied", 3),),
)


def test_check_json_to_the_letter() -> None:
    document = json.loads(json.dumps(check_document(REPORT), allow_nan=False))
    assert list(document) == ["schema", "file", "symbols"]
    assert (document["schema"], document["file"]) == ("crosscheck.check/1", "homework.ipynb")
    keys = ["symbol", "cell", "pair", "verdict", "conventions", "quantities", "causes"]
    assert [list(each) for each in document["symbols"]] == [keys] * 7
    first = document["symbols"][0]
    assert first["quantities"][1] == {
        "name": "dx",
        "agree": False,
        "max_rel": 0.4,
        "index": [2, 0],
        "got": 0.3125,
        "want": 0.75,
    }
    assert first["causes"] == [
        {
            "id": "tanh_derivative",
            "sentence": "You compute (1 - z)**2. The derivative is 1 - z**2.",
            "reproduces": True,
        }
    ]


def test_check_json_says_why_without_claiming_a_cause() -> None:
    crashed = check_document(REPORT)["symbols"][2]
    assert crashed["causes"] == [
        {"id": "crashed", "sentence": "NameError: name 'stride' is not defined (line 12).", "reproduces": False}
    ]
    assert check_document(REPORT)["symbols"][6]["causes"] == []


def test_check_json_knows_no_nan_and_no_numpy() -> None:
    import numpy as np

    quantity = Quantity("y", bool(np.bool_(False)), float("nan"), 0.0, (np.int64(3),), float("inf"), 1.0)  # type: ignore[arg-type]
    text = json.dumps(check_document(SubmissionReport("x.py", (SymbolReport("A", "wrong", quantities=(quantity,)),))))
    assert json.loads(text)["symbols"][0]["quantities"][0] == {
        "name": "y",
        "agree": False,
        "max_rel": None,
        "index": [3],
        "got": None,
        "want": 1.0,
    }


def test_check_json_of_a_file_that_cannot_be_read() -> None:
    document = check_document(SubmissionReport("x.py", problem="it is not text"))
    assert (document["symbols"], document["problem"]) == ([], "it is not text")


# Gradescope

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


# the terminal


def test_a_class_in_the_terminal() -> None:
    many = []
    for points, count in ((3, 3), (14, 7), (25, 18), (36, 41), (44, 97), (50, 48)):
        verdict: Any = "correct" if points == 50 else "wrong"
        answer = Answer("Q4", float(points), 50.0, verdict, "delta_o is not divided.", "rescaled")
        many += [Graded("x", (answer,), kept=count == 3)] * count
    stopped = Answer("Q2", 0.0, 50.0, "crashed", "It was stopped.", "", "stopped at the time limit")
    grading = Grading(ASSIGNMENT, (*many[3:], *[Graded("y", (stopped,))] * 3), 10.0)
    text = printed_grading(grading, files=("results.sqlite", "scores.csv"))
    assert text.splitlines() == [
        " grading 214 submissions · 21/s · done in 10 s        results.sqlite, scores.csv",
        "",
        " points   0-9 ▏3   10-19 ▎7   20-29 ▌18   30-39 █▎41   40-49 ███97   50 █▌48",
        " most frequent mistakes",
        "  163  Q4  delta_o is not divided.",
        " attention: 3 stopped at the time limit (Q2)",
    ]


def test_one_submission_in_the_terminal() -> None:
    text = printed_grading(Grading(ASSIGNMENT, (ALICE,), 1.0))
    assert text.splitlines() == [
        " in/alice.ipynb: 14.5 of 50 points",
        "",
        " ✓ Q1   10 of 10   Initial parameters",
        " ✗ Q2    0 of 10   Forward · crashed · cell 3",
        "   It was stopped: it did not end within 10 seconds.",
        " … Q3    0 of 10   cost · unfinished · cell 4, line 2",
        "   ### CODE HERE ### is still there",
        " ✗ Q4  4.5 of 10   backward · wrong · cell 6, line 11",
        '   delta_o is <not> divided by "T" & more.',
        " ? Q5    0 of 10   update · unsupported",
        "   It is a generator.",
    ]


def test_a_check_in_the_terminal() -> None:
    text = printed(print_submission, REPORT)
    assert text.splitlines()[:-1] == [
        " homework.ipynb: 5 right, 2 wrong, 1 crashed, 1 unfinished, 1 not understood",
        "",
        " ✗ Tanh.backward        cell 6, line 11",
        "   You compute (1 - z)**2. The derivative is 1 - z**2. (Your numbers are",
        "   reproduced exactly by this mistake.)",
        " ✗ affine_backward      cell 4, line 38",
        "   dw  at [2, 0] you have 0.02123, expected 0.4247 (off by 9.5e-01 of the",
        "       largest, allowed 1.0e-13)",
        "   db  it has shape (4, 7), expected (7,)",
        " ✗ Conv                 cell 9, line 4    crashed",
        "   NameError: name 'stride' is not defined (line 12).",
        " … Softmax.backward     cell 7    unfinished: ### CODE HERE ### is still there",
        " ? class Thing          line 12",
        "   It has run(a, b). Tried: dense, simple_rnn.",
        "   Say what it is:  crosscheck check homework.ipynb::Thing --as PAIR",
        "   or describe it:  crosscheck adapter homework.ipynb::Thing",
        " ✓ Tanh.forward  ✓ affine_forward  ✓ Softmax.forward  ✓ ReLU",
        " ✓ MaxPool  Right for stride 1 only.",
        "   read as: (batch, features), gradients summed over the batch",
        "",
        " noted: cell 3 (im2col is not in the file; the well-known one was supplied)",
        " skipped: cell 1 (%matplotlib, fetch_mldata is gone from scikit-learn), cell 9",
        "   (training loop)",
    ]
    assert text.splitlines()[-1].startswith(" checked against NumPy layers")


def test_a_check_that_cannot_tell() -> None:
    text = printed(print_submission, SubmissionReport("net.py", (REPORT.symbols[4],)))
    assert text.splitlines()[0] == " net.py: 1 symbol not understood"
    empty = printed(print_submission, SubmissionReport("net.py"))
    assert empty.splitlines()[0] == " net.py: no layer, function or optimizer was found in it"
    unreadable = printed(print_submission, SubmissionReport("net.py", problem="it is not text"))
    assert unreadable == " net.py cannot be read: it is not text\n"


def test_a_check_against_a_framework_says_so() -> None:
    text = printed(print_submission, SubmissionReport("net.py", REPORT.symbols[5:6], judge="torch"))
    assert re.fullmatch(r" checked against NumPy layers that PyTorch [\d.]+ confirmed just now", text.splitlines()[-1])


@pytest.mark.parametrize("width", [80, 60])
def test_nothing_is_wider_than_the_terminal(width: int) -> None:
    texts = [
        printed(print_submission, REPORT, width=width),
        printed_grading(GRADING, width, ("results.sqlite", "scores.csv")),
        printed_grading(Grading(ASSIGNMENT, (ALICE,), 1.0), width),
    ]
    lines = [line for line in "\n".join(texts).splitlines() if "  crosscheck " not in line]  # a command stays whole
    for line in lines:
        assert cell_len(line) <= width, line


def test_colour_is_not_needed() -> None:
    text = io.StringIO()
    print_submission(
        REPORT, Console(file=text, width=80, highlight=False, force_terminal=True, color_system="standard")
    )
    plain = re.sub(r"\x1b\[[\d;]*m", "", text.getvalue())
    assert text.getvalue() != plain == printed(print_submission, REPORT)


def test_the_text_in_a_file_is_the_text_on_the_terminal(tmp_path: Path) -> None:
    show(GRADING, "text", tmp_path / "out.txt", tmp_path / "results.sqlite")
    assert (tmp_path / "out.txt").read_text() == as_text(GRADING)
    assert (tmp_path / "scores.csv").read_text() == scores_csv(GRADING)


# HTML


def test_html_says_what_the_terminal_says() -> None:
    html = submission_html(REPORT)
    for line in ("Tanh.backward", "affine_backward", "db</code> it has shape (4, 7)", "MaxPool", "### CODE HERE ###"):
        assert line in html
    assert "5 right, 2 wrong" in html
    assert html.count("✗") == 3
    assert "skipped: cell 1" in html
    root = ElementTree.fromstring(html)  # every tag is closed
    assert root.tag == "div"


def test_html_escapes_what_students_wrote() -> None:
    evil = SymbolReport("<script>alert(1)</script>", "crashed", remark="<img src=x onerror=alert(1)>")
    for html in (symbol_html(evil), submission_html(SubmissionReport("<b>.py", (evil,)))):
        assert "<script>" not in html
        assert "<img" not in html
        assert "<b>.py" not in html
        assert "&lt;script&gt;" in html


def test_html_of_a_file_that_cannot_be_read() -> None:
    assert "x.py cannot be read: it is not text" in submission_html(SubmissionReport("x.py", problem="it is not text"))
