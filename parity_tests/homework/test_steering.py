"""Nothing in a submission steers the terminal: escape sequences in names, messages and texts are shown."""

import io
from pathlib import Path

import pytest
from class_work import class_of, graded_by
from rich.text import Text

from reference.cli import say
from reference.homework.check import check_submission
from reference.report.console import SafeConsole
from reference.report.grade_output import as_text
from reference.report.homework import told
from reference.visible import visible

RAISING = """
class Dense:
    def __init__(self, n_in, n_out):
        raise ValueError("\x1b[2J\x1b]0;owned\x07 \x9b31m \u202etxt")
    def forward(self, x):
        return x
"""
STEERING = ("\x1b", "\x07", "\x9b", "\u202e")


def test_characters_that_steer_are_written_out() -> None:
    assert visible("a\x1b[31m\x9b\u202e\udce9") == r"a\x1b[31m\x9b\u202e\udce9"
    assert visible("線形\n\tレイヤ é ✓") == "線形\n\tレイヤ é ✓"


def test_what_is_said_of_a_submission_steers_nothing(tmp_path: Path) -> None:
    path = tmp_path / "work.py"
    path.write_text(RAISING)
    text = told(check_submission(path))
    assert r"\x1b[2J\x1b]0;owned" in text
    assert not any(sign in text for sign in STEERING)


def test_grades_steer_nothing(tmp_path: Path) -> None:
    hand_ins = class_of(tmp_path, **{"a\x1b[31m": "# Q1: request", "b": ""})
    text = as_text(graded_by(hand_ins[:1], tmp_path / "r.sqlite")[0])
    assert r"a\x1b[31m.py" in text
    assert "\x1b" not in text


def test_errors_steer_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    say("no file \x1b[31mred")
    assert capsys.readouterr().err == "crosscheck: no file \\x1b[31mred\n"


def test_styles_still_reach_the_terminal() -> None:
    out = io.StringIO()
    SafeConsole(file=out, force_terminal=True, color_system="standard").print(Text("\x1b[5mx", "red"))
    assert out.getvalue() == "\x1b[31m\\x1b[5mx\x1b[0m\n"
