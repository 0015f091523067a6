"""What is printed of checks, disagreements and differences."""

import io
import re
from dataclasses import replace
from typing import Any

import pytest
from command_line import assert_narrow
from rich.cells import cell_len
from rich.console import Console

from reference import registry
from reference.commands import checks
from reference.compare import Finding
from reference.pair import Twin
from reference.parity import Check
from reference.report import layout, terminal


def outcome(*found: Check, **changes: Any) -> checks.Outcome:
    pairs = tuple(registry.find(name) for name in dict.fromkeys(check.pair for check in found))
    return replace(checks.Outcome(found, pairs, ("torch 1.0", "keras 2.0"), 7, 3661.4), **changes)


def printed(capsys: pytest.CaptureFixture[str], *found: Check, **changes: Any) -> str:
    terminal.print_parity(outcome(*found, **changes), lambda check, finding: None)
    text = capsys.readouterr().out
    assert_narrow(text)
    return text


def dense_check(case: str, *findings: Finding) -> Check:
    return Check("dense", "keras", "float64", case, findings, 7)


WRONG = Finding("dw", False, 0.5, 0.5, 2e15, 24, (2, 0), -0.4127, -0.3994)


def test_many_disagreements_are_cut_off(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, *(dense_check(f"random{i}", WRONG) for i in range(1234)))
    assert text.startswith(" 1,234 of 1,234 checks disagree ")
    assert text.count("DISAGREES") == terminal.SHOWN
    assert text.endswith(" and 1,214 more; --json FILE writes all of them\n")


def test_one_disagreement(capsys: pytest.CaptureFixture[str]) -> None:
    long_case = "a-case-with-a-name-much-longer-than-others-have-" * 2
    text = printed(capsys, dense_check("plain", replace(WRONG, agree=True)), dense_check(long_case, WRONG))
    assert text.startswith(" 1 of 2 checks disagrees ")
    assert "dw  DISAGREES  2.0e15 ulp (24) at [2, 0]: scratch -0.4127, keras -0.3994\n" in text
    repeat = f" repeat: crosscheck parity dense --framework keras --dtype float64 --seed 7 --case {long_case}\n"
    assert repeat in text


def test_values_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, dense_check("plain", replace(WRONG, got=1.00000001, want=1.0)))
    assert "scratch 1.00000001, keras 1\n" in text


def test_a_problem_is_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, dense_check("plain", Finding("y", False, problem="has shape [1, 2], expected (2,)")))
    assert "y  DISAGREES  has shape [1, 2], expected (2,)\n" in text


def test_initializers_are_in_standard_errors(capsys: pytest.CaptureFixture[str]) -> None:
    found = Finding("mean", False, 0.1, 0.1, 7.5, 5.0, got=0.1, want=0.2)
    text = printed(capsys, Check("he_normal", "torch", "float64", "tall", (found,), 7))
    assert "7.5 s.e. (5)" in text
    agreeing = Check("he_normal", "torch", "float64", "tall", (replace(found, agree=True, ulp=2.5),), 7)
    text = printed(capsys, agreeing)
    assert "2.5 s.e. (5)" in text
    assert "s.e.: standard errors" in text


def test_what_is_not_exact_is_said_with_what_was_shown(capsys: pytest.CaptureFixture[str]) -> None:
    none = Twin(None, likeness="none", reason="nobody has written one")
    inexact = Twin(None, likeness="inexact", reason="its variance is that of N - 1")
    pair = replace(registry.find("dense"), torch=none, keras=inexact)
    shown = Finding("y", True, 0.1, 0.0312, 1e14, 24, reason="differs as declared")
    text = printed(capsys, dense_check("shown", shown), dense_check("plain", Finding("y", True)), pairs=(pair,))
    assert "dense  torch has no counterpart: nobody has written one\n" in text
    assert "dense  keras, y by 3 % of its largest element: its variance is that of N - 1\n" in text
    assert "1.0e14" not in text  # a declared difference is not the worst of a family


@pytest.mark.parametrize("columns", [60, 40])
def test_narrow_terminals_lose_columns_not_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setattr(terminal, "console", lambda: Console(width=columns, highlight=False))
    terminal.print_parity(outcome(dense_check("plain", replace(WRONG, agree=True, ulp=3.0))), lambda *_: None)
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= columns
    assert re.search(r"^ dense .* dw  float64  keras  3 \(24\)", text, re.MULTILINE)


def test_numbers_are_never_cut_off() -> None:
    out = Console(file=io.StringIO(), width=30, color_system=None)
    layout.table(out, ["family", "pairs", "worst"], [["an_architecture", "12345", "3.7 of a long name"]], right=(1,))
    heading, row = out.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert "pairs" in heading
    assert "12345" in row
    assert len(row) <= 30


def test_japanese_goes_no_further_than_the_terminal_is_wide(capsys: pytest.CaptureFixture[str]) -> None:
    text = "W_2: 指数関数の前に最大の入力を引いていないため、オーバーフローします。np.exp(1000) は inf です。" * 2
    layout.paragraph(Console(width=40), text, " ", "   ")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 3
    assert all(cell_len(line) <= 40 for line in lines)
    assert all(line.startswith("   ") and line[3] not in "、。" for line in lines[1:])
    assert "".join(line.strip() for line in lines).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.0, "0.00 s"), (0.031, "0.03 s"), (0.096, "0.1 s"), (1204.34, "1,204.3 s")]
)
def test_what_took_little_time_took_some(seconds: float, said: str) -> None:
    assert layout.took(seconds) == said
