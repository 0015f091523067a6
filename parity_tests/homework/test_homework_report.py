"""Checks and grades in the terminal and as HTML."""

import io
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from class_report import ALICE, ASSIGNMENT, GRADING, REPORT, printed, printed_grading
from rich.cells import cell_len
from rich.console import Console

from reference.diagnosis.sentences import spoken, worded
from reference.homework.grading.grade import Answer, Graded, Grading
from reference.homework.verdict import Cause, Quantity, SubmissionReport, SymbolReport
from reference.report.grade_formats import scores_csv
from reference.report.grade_output import as_text, show
from reference.report.homework import print_submission
from reference.report.homework_html import submission_html, symbol_html


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
        " attention: 3 stopped at the time limit (Q2: y, y, y)",
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


def test_that_a_cause_is_proved_is_said_in_its_language() -> None:
    english, japanese = (printed(print_submission, spoken(REPORT, lang, hint=False)) for lang in ("en", "ja"))
    assert "(Your numbers are" in english
    assert "Your numbers are" not in japanese
    assert "再現" in japanese


@pytest.mark.parametrize(
    ("factor", "said"),
    [
        ("1 / the batch size (6)", "1 / バッチサイズ (6)"),
        ("the number of steps (5) times the size of the last axis (3)", "ステップ数 (5) × 最後の軸の大きさ (3)"),
        ("-2", "-2"),
    ],
)
def test_a_factor_is_named_in_its_language(factor: str, said: str) -> None:
    facts = {"place": "f", "names": "dw", "factor": "1/6 of", "named": factor}
    assert worded("rescaled", facts).sentence == f"f: dw is 1/6 of what it should be: the factor is {factor}."
    assert worded("rescaled", facts, "ja").sentence == f"f: dw が本来の値に {said} を掛けたものになっています。"


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


def test_what_was_said_already_is_not_asked_for() -> None:
    report = SubmissionReport("a.py", (SymbolReport("Thing", "unsupported", remark="it takes what is not understood"),))
    text = printed(lambda out: print_submission(report, out, told=True))
    assert "--as PAIR" not in text
    assert "Describe how it is called:  crosscheck adapter a.py::Thing" in text


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


def test_a_cause_of_a_limit_is_said_of_that_alone() -> None:
    cause = Cause("pool-ties-all", "not for equal maxima: every place receives it.", True, limit="equal maxima")
    report = SymbolReport("Pool", "correct", remark="not for equal maxima", causes=(cause,))
    text = printed(print_submission, SubmissionReport("a.py", (report, SymbolReport("Other", "correct"))))
    assert "1 wrong" not in text
    assert "✓ Pool  not for equal maxima\n   not for equal maxima: every place receives it. (Your numbers there" in text
    assert "not for equal maxima: every place receives it." in submission_html(SubmissionReport("a.py", (report,)))
    assert "reproduced" not in printed(
        print_submission, SubmissionReport("a.py", (SymbolReport("Other", "correct", remark="yes"),))
    )


def test_an_exception_whose_cause_is_proved_is_told_once() -> None:
    crash = "ValueError: shapes (6,4) and (6,3) not aligned"
    causes = (Cause("product-untransposed", "dw is x @ dout.", True, limit="as many samples as inputs"),)
    dx = Quantity("dx", False, part="backward", problem=crash)
    crashed = SymbolReport("Affine", "crashed", remark=crash, causes=causes, quantities=(dx,))
    report = SubmissionReport("work.py", (crashed,))
    assert submission_html(report).count(crash) == printed(print_submission, report).count(crash) == 1
