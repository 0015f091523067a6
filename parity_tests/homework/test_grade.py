"""The command crosscheck grade."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from class_work import (
    GOOD,
    fake,
    write,
    zipped,
)
from click.testing import CliRunner, Result

from reference.cli import main
from reference.errors import RequestError
from reference.homework.grading import grade as grading_module
from reference.homework.isolation import sandbox


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
    assert "attention: 1 stopped at the time limit (Q2: in/carol.py)" in done.stdout
    assert "crosscheck-out/results.sqlite, crosscheck-out/scores.csv" in done.stdout
    assert (here / "crosscheck-out" / "results.sqlite").is_file()
    assert (here / "crosscheck-out" / "scores.csv").read_text().splitlines()[1].startswith("in/alice.py,15,15,10,5")
    assert json.loads((here / "grades.json").read_text())["submissions"][1]["points"] == 5
    assert "3 kept from before" in run("grade in -a hw.toml --jobs 1").stdout
    assert "kept" not in run("grade in -a hw.toml --jobs 1 --again").stdout


def test_what_is_no_submission_is_one_line(here: Path) -> None:
    Path("in/notes.txt").write_text("")
    Path("in/dan").mkdir()
    done = run("grade in -a hw.toml --format csv --jobs 1")
    assert "ignored: in/notes.txt (no .ipynb, .py or .zip file)\n" in done.stderr
    assert "in/dan,0,15,0,0,Q1 not understood, to be looked at by hand;" in done.stdout.replace('"', "")


@pytest.mark.usefixtures("here")
def test_a_named_file_that_may_not_be_read_costs_nobody_else_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    def judged(path: Path, *asked: Any) -> Any:
        if "bob" in path.name:
            raise RequestError(f"{path} cannot be read: Permission denied")  # as a file that is read is
        return fake(path, *asked)

    monkeypatch.setattr("os.access", lambda path, mode, **_: "bob" not in str(path))
    monkeypatch.setattr(grading_module, "judge", judged)
    done = run("grade in/alice.py in/bob.py -a hw.toml --format csv --jobs 1")
    assert done.exit_code == 1, done.output
    assert "in/alice.py,15,15,10,5" in done.stdout
    assert "in/bob.py,0,15,0,0" in done.stdout


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
        ("grade in -a hw.toml --results in/alice.py", "--results in/alice.py is in/alice.py, which would be lost"),
    ],
)
def test_what_cannot_be_graded_is_one_line_and_2(here: Path, command: str, said: str) -> None:
    done = run(command)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(("fence", "lines"), [("limits only", 1), ("bubblewrap", 0)])
def test_what_is_not_fenced_in_is_said_in_one_line(
    here: Path, monkeypatch: pytest.MonkeyPatch, fence: str, lines: int
) -> None:
    monkeypatch.setattr(sandbox, "fence", lambda: fence)
    done = run("grade in --assignment hw.toml --format json")
    told = [line for line in done.stderr.splitlines() if "resource limits and seccomp only" in line]
    assert (len(told), "seccomp" in done.stdout) == (lines, False)
    json.loads(done.stdout)


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
