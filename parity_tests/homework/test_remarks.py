"""What is said of a submission beside its causes is said in Japanese too, and said once."""

import string
from pathlib import Path

import pytest

from parity_tests.homework.test_submissions import FOLDER
from reference.diagnosis.remarks import prose, remark, table
from reference.diagnosis.sentences import spoken
from reference.homework.check import check_submission
from reference.report.homework import told

CONTAINERS = FOLDER / "kinds" / "containers.py"


def fields(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


@pytest.mark.parametrize("text", table())
def test_what_is_filled_in_stays(text: str) -> None:
    assert fields(text) == fields(table()[text])
    filled = text.format(**{name: "2" if name in "nmij" else "w3" for name in fields(text)})
    assert not prose(remark(filled, "ja").replace("crosscheck parity", ""))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("for padding 1 only, not for padding 0", "パディング 1でのみ正しい、パディング 0では正しくありません"),
        ("not for stride 2, padding 1", "ストライド 2、パディング 1では正しくありません"),
        ("one sample at a time, for padding 1 only", "1 サンプルずつ、パディング 1でのみ正しい"),
        ("2 dense layers, relu between", "全結合 2 層、間は relu"),
        ("the same with relu and with sigmoid", "relu と sigmoid でも同じ"),
        ("at [0, 2] you have 1, expected 2", "[0, 2] の値は 1、期待される値は 2"),
        ("exp(-rate t), the wave goes on", "exp(-rate t)、波は続く"),
        ("NameError: name 'X' is not defined (line 5)", "NameError: name 'X' is not defined（5 行目）"),
    ],
)
def test_a_text_is_said_in_japanese(text: str, said: str) -> None:
    assert remark(text, "ja") == said
    assert remark(text, "en") == text


@pytest.mark.parametrize(
    "text",
    [
        "a bytes-like object is required",
        "ValueError: shapes (3,) and (4,) do not fit, with stride 2",
        "the same mistake again, relu between",
        "n h w c -> n c h w",
    ],
)
def test_what_is_not_known_stays_as_it_is(text: str) -> None:
    assert remark(text, "ja") == text


def test_a_student_reads_japanese_only() -> None:
    report = check_submission(CONTAINERS)
    said = told(spoken(report, "ja", hint=False))
    assert not [line for line in said.splitlines() if prose(line.replace("crosscheck parity", ""))]
    assert "層の容れ物" in said
    assert "read as: a container of layers" in told(report)


def test_a_mistake_that_is_named_is_not_called_unknown() -> None:
    said = told(check_submission(CONTAINERS, "ForwardWithoutFirst"))
    assert "forward leaves out layer 1 of 3" in said
    assert "No mistake known here" not in said


def test_a_mistake_that_is_not_named_is_called_unknown(tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    path.write_text("import numpy as np\ndef relu(x):\n    return np.maximum(x, 0) + 0.123 * x**2\n", encoding="utf-8")
    assert "No mistake known here" in told(check_submission(path))


@pytest.mark.parametrize("pair", ["conv2d", "lstm", "embedding", "dense"])
def test_what_does_not_fit_is_said_in_words(pair: str) -> None:
    [symbol] = check_submission(CONTAINERS, "Sequential", pair).symbols
    assert symbol.verdict == "unsupported"
    assert pair in symbol.remark
    assert "LookupError" not in symbol.remark
