"""Grading: what is a submission, what an answer is worth, what is kept, what a class got."""

import json
import os
import shlex
import sqlite3
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from reference.cli import main
from reference.errors import RequestError
from reference.homework import archive, feedback
from reference.homework import grade as grading_module
from reference.homework.assignment import Assignment, Question
from reference.homework.class_statistics import Bin, Mistake, attention, histogram, mistakes
from reference.homework.collect import HandIn, collect
from reference.homework.grade import Answer, Graded, Grading, answer_of, grade, judge, together
from reference.homework.grade_all import grade_all
from reference.homework.process import Stopped
from reference.homework.results import open_results
from reference.homework.verdict import Cause, Quantity, SubmissionReport, SymbolReport

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


# what is a submission


def test_files_folders_and_zip_files_of_a_folder_are_submissions(tmp_path: Path) -> None:
    top = write(tmp_path / "in", alice=GOOD)
    (top / "bob.ipynb").write_text(notebook(GOOD))
    write(top / "carol", layers=GOOD)
    write(top / "__pycache__", x="")
    write(top / ".hidden", x="")
    (top / "readme.txt").write_text("no code")
    (top / "empty").mkdir()
    zipped(top / "dan.zip", {"hw/main.py": GOOD, "hw/notes.txt": "x", "__MACOSX/hw/._main.py": "x"})
    assert found(collect([top], tmp_path / "out"), top) == {
        "alice.py": ["alice.py"],
        "bob.ipynb": ["bob.ipynb"],
        "carol": ["layers.py"],
        "dan.zip": ["main.py"],
    }


def test_what_another_file_imports_is_no_submission_of_its_own(tmp_path: Path) -> None:
    top = write(
        tmp_path / "in",
        main="from layers import Dense\nimport os, util as u\n",
        layers="from . import act\n",
        act="x = 1\n",
        util="",
        other="from numpy import *\n",
    )
    write(top / "pack" / "deep", inner="")
    (top / "nb.ipynb").write_text(notebook("import pack.deep.inner"))
    assert found(collect([top], tmp_path / "out"), top) == {
        "main.py": ["main.py", "layers.py", "util.py", "act.py"],
        "nb.ipynb": ["nb.ipynb", "inner.py"],
        "other.py": ["other.py"],
    }


def test_files_that_import_each_other_are_one(tmp_path: Path) -> None:
    top = write(tmp_path / "in", b="import a\n", a="import b\n")
    assert found(collect([top], tmp_path / "out"), top) == {"a.py": ["a.py", "b.py"]}


def test_two_students_who_import_the_same_file_are_two(tmp_path: Path) -> None:
    top = write(tmp_path / "in", alice="import common\n", bob="import common\n", common="")
    assert list(found(collect([top], tmp_path / "out"), top)) == ["alice.py", "bob.py"]


def test_a_package_is_one(tmp_path: Path) -> None:
    top = write(tmp_path / "in", __init__="", a="", b="")
    assert [len(each.files) for each in collect([top], tmp_path / "out")] == [3]


def test_one_makes_each_path_a_submission(tmp_path: Path) -> None:
    top = write(tmp_path / "in", a="", b="")
    file = zipped(tmp_path / "x.zip", {"c.py": "", "d.py": ""})
    made = collect([top, file], tmp_path / "out", one=True)
    assert [(Path(each.path).name, len(each.files)) for each in made] == [("in", 2), ("x.zip", 2)]


def test_a_path_given_twice_is_graded_once(tmp_path: Path) -> None:
    top = write(tmp_path / "in", a=GOOD)
    assert len(collect([top, top / "a.py", top], tmp_path / "out")) == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [("none.py", "there is no such file or folder"), ("x.txt", "is no submission"), ("in", "no submission in")],
)
def test_nothing_to_grade_is_told(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "x.txt").write_text("hi")
    (tmp_path / "in").mkdir()
    with pytest.raises(RequestError, match=said):
        collect([tmp_path / name], tmp_path / "out")


def test_links_are_not_followed(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret", key="password = 1")
    top = write(tmp_path / "in", a=GOOD)
    (top / "link.py").symlink_to(secret / "key.py")
    (top / "folder").symlink_to(secret)
    assert list(found(collect([top], tmp_path / "out"), top)) == ["a.py"]


def test_the_file_that_defines_a_symbol_is_found(tmp_path: Path) -> None:
    top = write(tmp_path / "in", main="from layers import *\n# class Relu\n", layers=f"x = 1\n{GOOD}")
    (one,) = collect([top], tmp_path / "out")
    assert one.file_with("Relu").name == "layers.py"
    assert one.file_with("Conv").name == one.file_with("").name == "main.py"


def test_the_digest_follows_content_and_not_place(tmp_path: Path) -> None:
    a, b = write(tmp_path / "a", x=GOOD), write(tmp_path / "b", x=GOOD)
    first, second = (collect([each], tmp_path / "out")[0].digest for each in (a, b))
    assert first == second
    (b / "x.py").write_text(GOOD + " ")
    assert collect([b], tmp_path / "out")[0].digest != first


def test_a_helper_is_part_of_the_digest(tmp_path: Path) -> None:
    top = write(tmp_path / "in", main="import layers\n", layers="a = 1\n")
    before = collect([top], tmp_path / "out")[0].digest
    (top / "layers.py").write_text("a = 2\n")
    assert collect([top], tmp_path / "out")[0].digest != before


# zip files that are not to be trusted


@pytest.mark.parametrize("name", ["../evil.py", "/evil.py", "a/../../evil.py", "..\\evil.py", "C:/evil.py"])
def test_an_entry_that_reaches_outside_is_refused(tmp_path: Path, name: str) -> None:
    file = zipped(tmp_path / "x.zip", {name: "x = 1", "fine.py": GOOD})
    (one,) = collect([file], tmp_path / "out" / "deep")
    assert "reaches outside of it" in one.problem
    assert not list(tmp_path.rglob("evil.py"))


def test_a_link_in_a_zip_file_is_left_out(tmp_path: Path) -> None:
    entry = zipfile.ZipInfo("link.py")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as file:
        file.writestr(entry, "/etc/passwd")
        file.writestr("fine.py", GOOD)
    (one,) = collect([tmp_path / "x.zip"], tmp_path / "out")
    assert [path.name for path in one.files] == ["fine.py"]


def test_a_zip_file_that_grows_too_large_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES_OF_ONE", 100_000)
    file = zipped(tmp_path / "x.zip", {"bomb.py": b"0" * 10_000_000})
    assert file.stat().st_size < 100_000
    (one,) = collect([file], tmp_path / "out")
    assert one.problem == "it is too large when unpacked, at bomb.py"
    assert sum(path.stat().st_size for path in (tmp_path / "out").rglob("*.py")) <= 200_000


def test_many_small_files_are_too_large_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES", 250_000)
    file = zipped(tmp_path / "x.zip", {f"{n}.py": b"0" * 100_000 for n in range(5)})
    assert "too large" in collect([file], tmp_path / "out")[0].problem
    monkeypatch.setattr(archive, "MOST_FILES", 4)
    assert "it holds 5 files, at most 4" in collect([file], tmp_path / "again")[0].problem


@pytest.mark.parametrize("content", [b"", b"not a zip file", b"PK\x03\x04 broken"])
def test_a_broken_zip_file_costs_its_own_points(tmp_path: Path, content: bytes) -> None:
    top = write(tmp_path / "in", alice=GOOD)
    (top / "bob.zip").write_bytes(content)
    made = {Path(each.path).name: each for each in collect([top], tmp_path / "out")}
    assert made["bob.zip"].problem.startswith("it is no zip file that can be read")
    assert str(tmp_path) not in made["bob.zip"].problem
    assert grade(made["bob.zip"], ASSIGNMENT, fake).points == 0
    assert grade(made["alice.py"], ASSIGNMENT, fake).points == 15


def test_a_damaged_entry_is_told(tmp_path: Path) -> None:
    file = zipped(tmp_path / "x.zip", {"a.py": GOOD * 50})
    data = bytearray(file.read_bytes())
    data[40:60] = b"\xff" * 20
    file.write_bytes(data)
    assert collect([file], tmp_path / "out")[0].problem.startswith("it is no zip file that can be read")


@pytest.mark.parametrize("encoding", ["cp932", "utf-8"])
def test_japanese_names_without_a_flag_are_read(tmp_path: Path, encoding: str) -> None:
    raw = "課題.py".encode(encoding)
    stand_in = "a" * (len(raw) - 3) + ".py"
    file = zipped(tmp_path / "x.zip", {stand_in: GOOD})
    file.write_bytes(file.read_bytes().replace(stand_in.encode(), raw))
    (one,) = collect([file], tmp_path / "out")
    assert [path.name for path in one.files] == ["課題.py"]


# what an answer is worth


def worth(report: SymbolReport, **given: Any) -> Answer:
    return answer_of(report, Question("Q1", 10.0, symbol="Dense", pair="dense", **given), seed=271828)


PARTIAL = {"forward": 4.0, "dw": 3.0, "db": 3.0}


@pytest.mark.parametrize(
    ("report", "given", "points"),
    [
        (SymbolReport("Dense", "correct"), {}, 10),
        (SymbolReport("Dense", "correct"), {"partial": PARTIAL}, 10),
        (wrong("dw"), {}, 0),
        (wrong("dw"), {"partial": PARTIAL}, 7),
        (wrong("y", "dw"), {"partial": PARTIAL}, 3),
        (wrong("y", "dw", "db"), {"partial": PARTIAL}, 0),
        (wrong("dx"), {"partial": PARTIAL}, 7),  # all that is named is right, and it is wrong still
        (wrong("dx"), {"partial": {"forward": 4.0, "backward": 4.0}}, 4),
        (wrong("dx"), {"even": True}, 7.5),
        (wrong("y", "dx", "dw"), {"even": True}, 2.5),
        (wrong(), {"even": True}, 8),  # wrong in something that is no number
        (SymbolReport("Dense", "unfinished", quantities=RIGHT[:1]), {"even": True}, 5),
        (SymbolReport("Dense", "unfinished", quantities=RIGHT[:1]), {"partial": PARTIAL}, 4),
        (SymbolReport("Dense", "unfinished"), {"even": True}, 0),
        (SymbolReport("Dense", "crashed", quantities=(RIGHT[0], Quantity("dx", False, 1.0))), {"even": True}, 3.33),
        (SymbolReport("Dense", "crashed", quantities=RIGHT[:1]), {"partial": PARTIAL}, 4),
        (SymbolReport("Dense", "unsupported", quantities=RIGHT), {"partial": PARTIAL}, 0),
    ],
)
def test_points(report: SymbolReport, given: dict[str, Any], points: float) -> None:
    answer = worth(report, **given)
    assert (answer.points, answer.max) == (points, 10)
    assert answer.full == (report.verdict == "correct")


def test_points_for_gradients_are_for_an_answer_that_has_some() -> None:
    forward_only = SymbolReport("Dense", "correct", quantities=RIGHT[:1])
    assert worth(forward_only, partial=PARTIAL).points == 4
    assert worth(forward_only, partial={"y": 4.0, "dw": 6.0}).points == 4
    assert worth(forward_only, partial={"forward": 10.0}).points == 10
    assert worth(forward_only).points == worth(forward_only, even=True).points == 10
    no_dx = SymbolReport("Dense", "correct", quantities=(RIGHT[0], *RIGHT[2:]))
    assert worth(no_dx, partial={"y": 4.0, "dx": 6.0}).points == 10  # the first layer needs none


def test_a_part_is_known_by_what_it_does_too() -> None:
    report = wrong("dw", parts={"forward": "affine_forward", "backward": "affine_backward"})
    renamed = tuple(Quantity(q.name, q.agree, part=report.parts[q.part]) for q in report.quantities)
    report = SymbolReport("affine_forward", "wrong", parts=report.parts, quantities=renamed)
    for name in ("forward", "affine_forward"):
        assert worth(report, partial={name: 4.0}).points == 4


def test_an_answer_to_several_recipes_is_the_worst_of_them() -> None:
    right = SymbolReport("softmax", "correct", quantities=(Quantity("p", True, part="softmax"),))
    slip = Cause("missing_term", "h[t-1] is missing.", True)
    bad = SymbolReport("forward", "wrong", quantities=(Quantity("h", False, 0.1, part="forward"),), causes=(slip,))
    partial = {"softmax": 3.0, "forward": 7.0}
    for reports in ([right, bad], [bad, right]):
        answer = worth(together(reports), partial=partial)
        assert (answer.verdict, answer.points, answer.sentence) == ("wrong", 3, "h[t-1] is missing.")
    assert worth(together([right, right]), partial=partial).points == 10


def test_a_quantity_compared_twice_counts_if_right_both_times() -> None:
    report = SymbolReport("Dense", "wrong", quantities=(Quantity("dw", True), Quantity("dw", False, 1.0)))
    assert worth(report, partial={"dw": 3.0}).points == 0


@pytest.mark.parametrize(
    ("error", "tolerance", "verdict"),
    [
        (0.0, "exact", "wrong"),  # it disagrees in something that was not measured
        (0.0, "rough", "wrong"),
        (1e-6, "exact", "wrong"),
        (1e-6, "float32", "correct"),
        (1e-3, "float32", "wrong"),
        (1e-3, "rough", "correct"),
        (0.1, "rough", "wrong"),
        (float("nan"), "rough", "wrong"),
        (float("inf"), "rough", "wrong"),
    ],
)
def test_tolerance(error: float, tolerance: str, verdict: str) -> None:
    report = SymbolReport("Dense", "wrong", quantities=(Quantity("y", True), Quantity("dw", False, error)))
    assert worth(report, tolerance=tolerance).verdict == verdict


def test_a_wide_tolerance_excuses_no_other_fault() -> None:
    missing = SymbolReport("Dense", "wrong", quantities=(Quantity("dw", False, 0.0, problem="it has shape (4, 7)"),))
    mutates = SymbolReport("Dense", "wrong", remark="It changes its input.", quantities=(Quantity("y", True),))
    assert worth(missing, tolerance="rough").verdict == worth(mutates, tolerance="rough").verdict == "wrong"


def test_a_crash_is_not_excused_by_a_tolerance() -> None:
    report = SymbolReport("Dense", "crashed", quantities=(Quantity("dw", False, 0.0),))
    assert worth(report, tolerance="rough").verdict == "crashed"


def hand_in(folder: Path, text: str, name: str = "a.py") -> HandIn:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    return HandIn(name, (folder / name,))


@pytest.mark.parametrize(
    ("what", "verdict", "said"),
    [
        ("raise", "unsupported", "The checker failed at it (ZeroDivisionError), which is no fault of the answer."),
        ("stop", "crashed", "It was stopped: it did not end within 10 seconds."),
        ("request", "unsupported", "a.py is not a notebook"),
    ],
)
def test_what_goes_wrong_costs_its_own_points_only(tmp_path: Path, what: str, verdict: str, said: str) -> None:
    done = grade(hand_in(tmp_path, f"{GOOD}# Q1: {what}"), ASSIGNMENT, fake)
    assert [(a.points, a.verdict) for a in done.answers] == [(0, verdict), (5, "correct")]
    assert done.answers[0].sentence == said
    assert done.points == 5


def test_a_missing_answer_is_unfinished(tmp_path: Path) -> None:
    done = grade(hand_in(tmp_path, "x = 1  # Q1: request"), ASSIGNMENT, fake)
    assert done.answers[0].verdict == "unfinished"
    assert str(tmp_path) not in done.answers[0].sentence


def test_an_empty_file_is_unfinished(tmp_path: Path) -> None:
    def refuses(path: Path, question: Question, assignment: Assignment) -> SymbolReport:
        raise RequestError(f"{path} is empty")

    done = grade(hand_in(tmp_path, ""), ASSIGNMENT, refuses)
    assert [(a.verdict, a.sentence) for a in done.answers] == [("unfinished", "a.py is empty")] * 2


# the checker is asked for the right thing


def test_the_judge_asks_for_the_symbol_in_the_tagged_cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def check_submission(path: Path, **given: Any) -> SubmissionReport:
        asked.update(given)
        return SubmissionReport(str(path), (SymbolReport("other", "wrong"), SymbolReport("relu", "correct")))

    monkeypatch.setattr("reference.homework.check.check_submission", check_submission)
    tag = "#Course1 Step2 QuestionNumber3 0123abc\n"
    path = tmp_path / "a.ipynb"
    path.write_text(notebook("def relu(x): return 0", f"{tag}def helper(): pass\ndef relu(x): return x", "relu(3)"))
    question = Question("Q", 5.0, tag="Step2 QuestionNumber3", pair="relu", seconds=4.0)
    assert judge(path, question, ASSIGNMENT).symbol == "relu"
    assert (asked["symbol"], asked["pair"], asked["cell"], asked["seed"]) == ("relu", "relu", 2, 271828)
    assert asked["limits"].seconds == 4.0


def test_an_answer_outside_of_its_tagged_cell_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def check_submission(path: Path, **given: Any) -> SubmissionReport:
        asked.update(given)
        return SubmissionReport(str(path), (SymbolReport("relu", "correct"),))

    monkeypatch.setattr("reference.homework.check.check_submission", check_submission)
    path = tmp_path / "a.ipynb"
    path.write_text(notebook("#Step2 QuestionNumber3\nprint(1)", "def relu(x): return x"))
    judge(path, Question("Q", 5.0, tag="QuestionNumber3", symbol="relu", pair="relu"), ASSIGNMENT)
    assert asked["cell"] is None


@pytest.mark.parametrize(
    ("cell", "said"),
    [("#Step2 QuestionNumber30\ndef relu(x): pass", "no cell begins with"), ("#QuestionNumber3\n", "defines no class")],
)
def test_a_tag_that_finds_nothing_is_told(tmp_path: Path, cell: str, said: str) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(notebook(cell))
    with pytest.raises(RequestError, match=said):
        judge(path, Question("Q", 5.0, tag="QuestionNumber3", pair="relu"), ASSIGNMENT)


# feedback

SECRETS = ("0.1235", "0.123456", "0.6543", "0.654", "271828")


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
    ],
)
def test_no_expected_value_and_no_seed_reaches_a_student(text: str) -> None:
    for report in (wrong("dw", remark=text), wrong("dw", causes=(Cause("x", text, True, hint=text),))):
        for hint in (False, True):
            said = feedback.sentence(report, 271828, hint)
            assert said
            assert not [secret for secret in (*SECRETS, "0.999", "0.25", "[0.9]", "=7", "6.54") if secret in said]


def test_formulas_and_shapes_stay() -> None:
    text = "dw is 1/20 of it, shape (4, 7), expected (4, 5); use 0.5 * x, 1e-8, beta 0.999 and 1 - z**2 (cell 6)"
    assert feedback.sentence(wrong("dw", remark=text), 271828) == text


def test_without_a_cause_the_quantities_are_named() -> None:
    assert feedback.sentence(wrong("dw", "db"), 1) == "dw and db are wrong; y and dx are right."
    assert feedback.sentence(wrong("y", "dx", "dw", "db"), 1) == "y, dx, dw and db are wrong."
    problem = SymbolReport("A", "wrong", quantities=(Quantity("dw", False, problem="it has shape (3,)"),))
    assert feedback.sentence(problem, 1) == "dw: it has shape (3,)"


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


# many submissions


def class_of(folder: Path, **files: str) -> list[HandIn]:
    return collect([write(folder / "in", **files)], folder / "out")


def graded_by(hand_ins: list[HandIn], results: Path, **given: Any) -> tuple[Grading, list[str]]:
    """A grading, and the files that the judge was asked about."""
    asked: list[str] = []

    def counting(path: Path, question: Question, assignment: Assignment) -> SymbolReport:
        asked.append(f"{path.stem} {question.id}")
        return given.get("judge", fake)(path, question, assignment)

    assignment = given.get("assignment", ASSIGNMENT)
    with open_results(results, assignment) as kept:
        done = grade_all(hand_ins, assignment, counting, kept, again=given.get("again", False))
    return done, asked


def test_what_was_graded_is_kept(tmp_path: Path) -> None:
    hand_ins = class_of(tmp_path, a=GOOD, b=f"{GOOD}# Q1: wrong")
    results = tmp_path / "deep" / "results.sqlite"
    first, asked = graded_by(hand_ins, results)
    assert asked == ["a Q1", "a Q2", "b Q1", "b Q2"]
    second, asked = graded_by(hand_ins, results)
    assert asked == []
    assert [each.kept for each in second.submissions] == [True, True]
    assert [each.answers for each in second.submissions] == [each.answers for each in first.submissions]
    assert [each.points for each in second.submissions] == [15, 12]


def test_a_changed_file_another_assignment_and_again_are_graded_anew(tmp_path: Path) -> None:
    hand_ins = class_of(tmp_path, a=GOOD, b=f"{GOOD} ")
    results = tmp_path / "results.sqlite"
    graded_by(hand_ins, results)
    (tmp_path / "in" / "a.py").write_text(f"{GOOD}# Q2: stop")
    assert graded_by(hand_ins, results)[1] == ["a Q1", "a Q2"]
    assert len(graded_by(hand_ins, results, again=True)[1]) == 4
    other = Assignment(**{**vars(ASSIGNMENT), "fingerprint": "second"})
    assert len(graded_by(hand_ins, results, assignment=other)[1]) == 4
    assert graded_by(hand_ins, results)[1] == []


def test_where_the_checker_failed_is_graded_anew(tmp_path: Path) -> None:
    hand_ins = class_of(tmp_path, a=f"{GOOD}# Q2: raise", b=GOOD)
    results = tmp_path / "results.sqlite"
    done, _ = graded_by(hand_ins, results)
    assert done.submissions[0].answers[1].attention == feedback.FAILED
    assert graded_by(hand_ins, results)[1] == ["a Q1", "a Q2"]


def test_an_interrupted_run_goes_on(tmp_path: Path) -> None:
    hand_ins = class_of(tmp_path, a=GOOD, b=f"{GOOD} ", c=f"{GOOD}  ")

    def interrupted(path: Path, question: Question, assignment: Assignment) -> SymbolReport:
        if path.stem == "c":
            raise KeyboardInterrupt
        return fake(path, question, assignment)

    results = tmp_path / "results.sqlite"
    with pytest.raises(KeyboardInterrupt):
        graded_by(hand_ins, results, judge=interrupted)
    done, asked = graded_by(hand_ins, results)
    assert asked == ["c Q1", "c Q2"]
    assert [each.kept for each in done.submissions] == [True, True, False]


def test_the_same_content_is_graded_once(tmp_path: Path) -> None:
    hand_ins = [hand_in(tmp_path / name, GOOD) for name in ("x", "y")]
    hand_ins = [HandIn(f"{n}/a.py", each.files) for n, each in enumerate(hand_ins)]
    done, asked = graded_by(hand_ins, tmp_path / "results.sqlite")
    assert asked == ["a Q1", "a Q2"]
    assert [each.path for each in done.submissions] == ["0/a.py", "1/a.py"]


def test_results_that_are_no_database_are_told(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite").write_text("hello, I am no database at all, but long enough to be looked at" * 9)
    with (
        pytest.raises(RequestError, match=r"--results .*x\.sqlite cannot be used"),
        open_results(tmp_path / "x.sqlite", ASSIGNMENT),
    ):
        pass


def test_results_hold_no_expected_value_and_no_seed(tmp_path: Path) -> None:
    def telling(path: Path, question: Question, assignment: Assignment) -> SymbolReport:
        return wrong("dw", remark="dw is 0.123456, expected 0.654321, with seed 271828")

    graded_by(class_of(tmp_path, a=GOOD), tmp_path / "r.sqlite", judge=telling)
    with sqlite3.connect(tmp_path / "r.sqlite") as connection:
        dump = "\n".join(connection.iterdump())
    connection.close()
    assert "graded" in dump
    assert not [secret for secret in SECRETS if secret in dump]


def test_processes_give_what_one_gives(tmp_path: Path) -> None:
    hand_ins = class_of(tmp_path, a=GOOD, b=f"{GOOD}# Q1: wrong", c=f"{GOOD}# Q1: exit", d=f"{GOOD}# Q2: stop")
    seen: list[str] = []
    with open_results(tmp_path / "r.sqlite", ASSIGNMENT) as results:
        done = grade_all(hand_ins, ASSIGNMENT, fake, results, jobs=2, advance=lambda g: seen.append(Path(g.path).stem))
    by_name = {Path(each.path).stem: each for each in done.submissions}
    assert list(by_name) == ["a", "b", "c", "d"]
    assert sorted(seen) == ["a", "b", "c", "d"]
    assert {name: each.points for name, each in by_name.items()} == {"a": 15, "b": 12, "c": 0, "d": 10}
    assert {answer.attention for answer in by_name["c"].answers} == {feedback.FAILED}


def test_those_beside_one_that_ends_its_process_are_graded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pool(waiting: dict[int, HandIn], task: Any, jobs: int) -> Iterator[tuple[int, Graded]]:
        """A pool that ends at once with the file `b` in it."""
        if "b" not in [each.files[0].stem for each in waiting.values()]:
            yield from ((number, task(each)) for number, each in waiting.items())

    monkeypatch.setattr("reference.homework.grade_all._together", pool)
    with open_results(tmp_path / "r.sqlite", ASSIGNMENT) as results:
        hand_ins = class_of(tmp_path, a=GOOD, b=f"{GOOD} ", c=f"{GOOD}# Q1: wrong")
        done = grade_all(hand_ins, ASSIGNMENT, fake, results, jobs=2)
    assert [each.points for each in done.submissions] == [15, 0, 12]


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of a Dask scheduler with a worker."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, protocol="tcp", dashboard_address=None
    ) as local:
        yield local.scheduler_address


def test_a_scheduler_gives_what_one_process_gives(tmp_path: Path, cluster: str) -> None:
    class_of(tmp_path, a=GOOD, main=f"import layers\n{GOOD}# Q1: wrong", layers="", c=f"{GOOD}# Q2: stop")
    (tmp_path / "in" / "broken.zip").write_text("no zip file")
    hand_ins = collect([tmp_path / "in"], tmp_path / "out")
    here = [grade(each, ASSIGNMENT, fake).answers for each in hand_ins]
    with open_results(tmp_path / "r.sqlite", ASSIGNMENT) as results:
        done = grade_all(hand_ins, ASSIGNMENT, elsewhere_only, results, scheduler=cluster)
    assert [each.answers for each in done.submissions] == here
    assert [each.points for each in done.submissions] == [15, 0, 10, 12]


def elsewhere_only(path: Path, question: Question, assignment: Assignment) -> SymbolReport:
    """A judge that is not content with the files as they lie here."""
    assert "/in/" not in str(path)
    assert (path.stem == "main") == (path.parent / "layers.py").exists()
    return fake(path, question, assignment)


def test_a_scheduler_that_does_not_answer_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reference.homework.scheduler.PATIENCE", "200ms")
    with (
        open_results(tmp_path / "r.sqlite", ASSIGNMENT) as results,
        pytest.raises(RequestError, match=r"--scheduler tcp://127\.0\.0\.1:9: no scheduler answers there"),
    ):
        grade_all(class_of(tmp_path, a=GOOD), ASSIGNMENT, fake, results, scheduler="tcp://127.0.0.1:9")


# statistics


def graded(points: float, *answers: Answer) -> Graded:
    return Graded("x", answers or (Answer("Q1", points, 50.0, "correct" if points == 50 else "wrong"),))


def test_histogram() -> None:
    counts = histogram([graded(points) for points in (0, 9.5, 10, 25, 49.99, 50, 50)])
    assert counts == [
        Bin("0-9", 2),
        Bin("10-19", 1),
        Bin("20-29", 1),
        Bin("30-39", 0),
        Bin("40-49", 1),
        Bin("50", 2),
    ]


def test_histogram_of_few_points() -> None:
    one = [Graded("x", (Answer("Q", 2.0, 5.0, "wrong"),)), Graded("y", (Answer("Q", 5.0, 5.0, "correct"),))]
    assert [(b.label, b.count) for b in histogram(one)] == [("0", 0), ("1", 0), ("2", 1), ("3", 0), ("4", 0), ("5", 1)]
    half = [Graded("x", (Answer("Q", 1.0, 2.0, "wrong"),))]
    assert [b.label for b in histogram(half)] == ["0-0.4", "0.4-0.8", "0.8-1.2", "1.2-1.6", "1.6-2", "2"]


def test_the_most_frequent_mistakes_come_first_and_by_cause() -> None:
    first = Answer("Q4", 0, 10, "wrong", "dW uses h[t] (line 3)", cause="wrong_state")
    same = Answer("Q4", 0, 10, "wrong", "dW uses h[t] (line 9)", cause="wrong_state")
    other = Answer("Q5", 0, 10, "wrong", "db is wrong.")
    stopped = Answer("Q2", 0, 10, "crashed", "stopped", attention="stopped at the time limit")
    blank = Answer("Q2", 0, 10, "unfinished", "blank")
    submissions = [Graded("x", each) for each in ((first, other), (same,), (first,), (stopped,), (blank,))]
    assert mistakes(submissions) == [Mistake(3, "Q4", "dW uses h[t] (line 3)"), Mistake(1, "Q5", "db is wrong.")]
    assert attention([*submissions, submissions[3]]) == ["2 stopped at the time limit (Q2)"]


def test_attention_counts_submissions_and_lists_questions() -> None:
    slow = [Answer(q, 0, 10, "crashed", attention="stopped at the time limit") for q in ("Q3", "Q1")]
    assert attention([Graded("x", tuple(slow)), Graded("y", (slow[0],))]) == ["2 stopped at the time limit (Q1, Q3)"]


# the command


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(grading_module, "judge", fake)
    text = 'title = "Homework"\nseed = 271828\n'
    for symbol, pair, points in (("Dense", "dense", 10), ("Relu", "relu", 5)):
        text += f'[[question]]\nsymbol = "{symbol}"\npair = "{pair}"\npoints = {points}\n'
    Path("hw.toml").write_text(text)
    write(Path("in"), alice=GOOD, bob=f"{GOOD}# Q1: wrong", carol=f"{GOOD}# Q2: stop")
    return tmp_path


def run(command: str) -> Result:
    return CliRunner().invoke(main, shlex.split(command))


def test_the_command_grades_keeps_and_writes(here: Path) -> None:
    done = run("grade in --assignment hw.toml --jobs 1 --json grades.json")
    assert done.exit_code == 1
    assert done.stdout.startswith(" grading 3 submissions · ")
    assert "    1  Q1  dw is not summed." in done.stdout
    assert "attention: 1 stopped at the time limit (Q2)" in done.stdout
    assert (here / "crosscheck-out" / "results.sqlite").is_file()
    assert (here / "crosscheck-out" / "scores.csv").read_text().splitlines()[1].startswith("in/alice.py,15,15,10,5")
    assert json.loads((here / "grades.json").read_text())["submissions"][1]["points"] == 5
    assert "3 kept from before" in run("grade in -a hw.toml --jobs 1").stdout
    assert "kept" not in run("grade in -a hw.toml --jobs 1 --again").stdout


def test_all_points_is_0(here: Path) -> None:
    done = run("grade in/alice.py -a hw.toml")
    assert (done.exit_code, done.stdout.splitlines()[0]) == (0, " in/alice.py: 15 of 15 points")


def test_a_single_question(here: Path) -> None:
    done = run("grade in/carol.py -a hw.toml --question Q1")
    assert (done.exit_code, done.stdout.splitlines()[0]) == (0, " in/carol.py: 10 of 10 points")
    assert run("grade in/carol.py -a hw.toml").exit_code == 1  # the other question is not taken from what was kept


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("grade", "missing argument 'PATH...'"),
        ("grade in", "missing option '--assignment'"),
        ("grade in -a rnn-minst", "no assignment is called 'rnn-minst'. Close: rnn-mnist"),
        ("grade nowhere -a hw.toml", "nowhere: there is no such file or folder"),
        ("grade in -a hw.toml --question Q9", "hw has no question 'Q9', expected one of Q1, Q2"),
        ("grade in -a hw.toml --format gradescope", "Gradescope reads one submission at a time, got 3"),
        ("grade in -a hw.toml --format gradescope --out a.json", "Gradescope reads one submission at a time"),
        ("grade in -a hw.toml --format csv --out no/x.csv", "--out no/x.csv: there is no folder"),
        ("grade in -a hw.toml --format csv --out in", "--out in is a folder, expected a file"),
        ("grade in -a hw.toml --format xls", "'xls' is not one of 'text', 'json', 'gradescope', 'junit', 'csv'"),
        ("grade in -a hw.toml --results in/alice.py", "--results in/alice.py cannot be used"),
    ],
)
def test_what_cannot_be_graded_is_one_line_and_2(here: Path, command: str, said: str) -> None:
    done = run(command)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_nothing_is_left_behind(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(here / "tmp"))
    zipped(here / "x.zip", {"a/a.py": GOOD, "b/b.py": GOOD})
    assert run("grade x.zip -a hw.toml --jobs 1").exit_code == 0
    assert list((here / "tmp").iterdir()) == []


def test_the_real_checker_grades_a_dense_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    layer = (
        "import numpy as np\nclass Dense:\n    def __init__(self, W, b):\n        self.W, self.b = W, b\n"
        "    def forward(self, x):\n        self.x = x\n        return x @ self.W + self.b\n"
        "    def backward(self, dout):\n        self.dW = self.x.T @ dout\n        self.db = dout.sum(axis=0)\n"
        "        return dout @ self.W.T\n"
    )
    Path("hw.toml").write_text(
        'title = "x"\nseed = 5\n[[question]]\nsymbol = "Dense"\npair = "dense"\npoints = 10\npartial = "even"\n'
    )
    Path("right.py").write_text(layer)
    Path("wrong.py").write_text(layer.replace("dout.sum(axis=0)", "2 * dout.sum(axis=0)"))
    assert run("grade right.py -a hw.toml").exit_code == 0
    done = run("grade wrong.py -a hw.toml --format json")
    (question,) = json.loads(done.stdout)["submissions"][0]["questions"]
    assert (done.exit_code, question["verdict"], question["points"]) == (1, "wrong", 7.5)
