"""What a student is told: one line, no expected value, no seed."""

from typing import Any

import pytest
from class_work import SECRETS, wrong

from reference.diagnosis.sentences import symbol_spoken
from reference.homework.grading import feedback
from reference.homework.verdict import Cause, Quantity, SymbolReport


@pytest.mark.parametrize(
    "text",
    [
        "dw is 0.6543 and should be other",
        "dw[1, 2] = 0.1235, expected 0.6543",
        "you have 0.123456, want 0.654321",
        "6.54321e-01 is right",
        "the seed 271828 was used",
        "it was drawn with 271828",
        "seed=7 gives it",
        "expected array([[0.25, 0.75],\n       [0.5, 0.6543]])",
        "expected [0.9]",
        "should be 0.999",
        "値は0.6543になります。",
        "seedは7です",
    ],
)
def test_no_expected_value_and_no_seed_reaches_a_student(text: str) -> None:
    for report in (wrong("dw", remark=text), wrong("dw", causes=(Cause("x", text, True, hint=text),))):
        for hint in (False, True):
            said = feedback.sentence(report, 271828, hint)
            assert said
            assert not [
                secret for secret in (*SECRETS, "0.999", "0.25", "[0.9]", "=7", "は7", "6.54") if secret in said
            ]


def test_formulas_and_shapes_stay() -> None:
    text = "dw is 1/20 of it, shape (4, 7), expected (4, 5); use 0.5 * x, 1e-8, beta 0.999 and 1 - z**2 (cell 6)"
    assert feedback.sentence(wrong("dw", remark=text), 271828) == text


def test_without_a_cause_the_quantities_are_named() -> None:
    assert feedback.sentence(wrong("dw", "db"), 1) == "dw and db are wrong; y and dx are right."
    assert feedback.sentence(wrong("y", "dx", "dw", "db"), 1) == "y, dx, dw and db are wrong."
    problem = SymbolReport("A", "wrong", quantities=(Quantity("dw", False, problem="it has shape (3,)"),))
    assert feedback.sentence(problem, 1) == "dw: it has shape (3,)"


def test_in_another_language() -> None:
    def japanese(report: SymbolReport) -> str:
        return feedback.sentence(symbol_spoken(report, "ja"), 1)

    assert japanese(wrong("dw", "db")) == "dw、db が違います（y、dx は正しいです）。"
    assert japanese(wrong("y", "dx", "dw", "db")) == "y、dx、dw、db が違います。"
    assert {japanese(SymbolReport("A", verdict)) for verdict in ("wrong", "unfinished", "crashed", "unsupported")} == {
        "正しくありません。",
        "まだ完成していません。",
        "エラーで終了しました。",
        "確認できませんでした。",
    }
    cause = Cause("guess", "b is not added. Add b.", True, hint="b is not added.")
    assert japanese(wrong("dw", causes=(cause,))) == "b が足されていません。 b を足します。"


def test_a_cause_that_reproduces_comes_first() -> None:
    causes = (Cause("guess", "Perhaps.", False), Cause("sure", "It is this.", True, hint="Look again."))
    report = wrong("dw", causes=causes, remark="Something.")
    assert feedback.sentence(report, 1) == "It is this."
    assert feedback.sentence(report, 1, hint=True) == "Look again."
    assert feedback.cause(report) == "sure"


def test_feedback_is_one_short_printable_line() -> None:
    said = feedback.sentence(wrong("dw", remark="a\x00\x1b[31m\n\n" + "b" * 1000), 1)
    assert said.isprintable()
    assert len(said) == feedback.LONGEST


@pytest.mark.parametrize(
    ("remark", "verdict", "words"),
    [
        ("It was stopped: it did not end within 10 seconds.", "crashed", "stopped at the time limit"),
        ("It was stopped: it was ended, most likely for its memory", "crashed", "stopped at the memory limit"),
        ("PermissionError: the network cannot be reached", "crashed", "tried to open a network connection"),
        ("NameError: name 'X' is not defined", "crashed", ""),
        ("the memory of the LSTM is reset", "wrong", ""),
        ("It has no backward pass.", "unsupported", feedback.UNSUPPORTED),
    ],
)
def test_attention(remark: str, verdict: Any, words: str) -> None:
    assert feedback.attention(SymbolReport("A", verdict, remark=remark)) == words
