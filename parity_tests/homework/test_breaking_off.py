"""What a submission does instead of answering: raises, is not written yet, answers out of turn, nests without end."""

import ast
from pathlib import Path

import pytest
from click.testing import CliRunner

from reference.cli import main
from reference.homework.check import check_submission
from reference.homework.isolation.process import Limits
from reference.homework.reading.repair import tree_of
from reference.homework.reading.source import read_submission
from reference.homework.verdict import SymbolReport

DENSE = """
import json, os, struct, sys
import numpy as np
class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)
        self.b = np.zeros(n_out)
    def forward(self, x):
        self.x = x
        FORWARD
    def backward(self, dy):
        self.dW, self.db = self.x.T @ dy, dy.sum(0)
        BACKWARD
"""
RIGHT = "return x @ self.W + self.b", "return dy @ self.W.T"
# every descriptor there may be, with a frame that ends a list of steps before its time
FORGED = """h = json.dumps([["done", []], []]).encode()
        for n in range(3, 20):
            try:
                os.write(n, struct.pack(">QQ", len(h), 0) + h)
            except OSError:
                pass
        return x @ self.W + self.b"""


def checked(folder: Path, forward: str, backward: str = RIGHT[1]) -> SymbolReport:
    path = folder / "work.py"
    path.write_text(DENSE.replace("FORWARD", forward).replace("BACKWARD", backward))
    (report,) = check_submission(path, limits=Limits(seconds=5))
    return report


def test_the_layer_is_right_otherwise(tmp_path: Path) -> None:
    assert checked(tmp_path, *RIGHT).verdict == "correct"


@pytest.mark.parametrize(
    ("forward", "said"),
    [
        ("raise ValueError('boom')", "ValueError: boom (line 10)"),
        ("raise type('Odd', (Exception,), {})('x')", "Odd: x (line 10)"),
        ("sys.exit(3)", "SystemExit: 3 (line 10)"),
        ("exit(3)", "SystemExit: 3 (line 10)"),
        ("quit()", "SystemExit (line 10)"),
        ("input()", "EOFError: input() was called: nobody is there to answer (line 10)"),
        ("os.fork()", "Breach: a submission may not start another process (line 10)"),
        (
            "from urllib.request import urlopen; urlopen('http://127.0.0.1')",
            "Breach: a submission may not open a",
        ),
        ("return np.zeros((20000, 20000))", "MemoryError: "),
    ],
)
def test_what_it_raises_whatever_it_is_given_is_a_crash(tmp_path: Path, forward: str, said: str) -> None:
    report = checked(tmp_path, forward)
    assert report.verdict == "crashed"
    assert report.remark.startswith(said)


def test_what_it_raises_for_some_inputs_may_be_our_call(tmp_path: Path) -> None:
    report = checked(tmp_path, "if x.ndim != 7:\n            raise ValueError('seven axes')\n        return x")
    assert report.verdict == "unsupported"
    guarded = "if x.ndim == 7:\n            return x\n        raise ValueError('seven axes')"
    assert checked(tmp_path, guarded).verdict == "unsupported"


STUBS = ("pass", "return NotImplemented", "raise NotImplementedError('todo')")


@pytest.mark.parametrize("stub", STUBS)
def test_stubs_are_not_written_yet(tmp_path: Path, stub: str) -> None:
    path = tmp_path / "work.py"
    path.write_text(DENSE.replace("        self.x = x\n", "").replace("FORWARD", stub).replace("BACKWARD", RIGHT[1]))
    (report,) = check_submission(path)
    assert (report.verdict, report.remark) == ("unfinished", "forward is not written")


def test_a_step_that_is_not_implemented_is_not_a_crash(tmp_path: Path) -> None:
    told = "is not implemented yet: it raises NotImplementedError"
    report = checked(tmp_path, "raise NotImplementedError")
    assert (report.verdict, report.remark) == ("unfinished", f"forward {told}")
    report = checked(tmp_path, RIGHT[0], "raise NotImplementedError")
    assert (report.verdict, report.remark) == ("unfinished", f"backward {told}")


def test_answers_out_of_turn_are_the_submissions_doing(tmp_path: Path) -> None:
    report = checked(tmp_path, FORGED)
    assert report.verdict == "crashed"
    assert report.remark.startswith("it was stopped: it answered something else than ")


@pytest.mark.parametrize("expression", ["x" + " + x" * 3000, "-" * 3000 + "x"])
def test_deep_expressions_are_told(tmp_path: Path, expression: str) -> None:
    report = checked(tmp_path, f"return {expression}")
    assert (report.verdict, "nested more than 200 levels deep" in report.remark) == ("crashed", True)


def test_deep_answers_are_no_output(tmp_path: Path) -> None:
    report = checked(tmp_path, "r = []\n        for _ in range(100_000):\n            r = [r]\n        return r")
    assert report.verdict == "unsupported"


@pytest.mark.parametrize("answer", ["[0.0] * 600_000", "np.zeros((4000, 4000))"])
def test_an_answer_that_is_far_too_large_ends_it(tmp_path: Path, answer: str) -> None:
    report = checked(tmp_path, f"return {answer}")
    assert report.verdict == "crashed"
    assert "more than an answer can be" in report.remark


def test_a_long_table_is_parsed_and_looked_at_once(tmp_path: Path) -> None:
    table = "DATA = [" + ", ".join(map(str, range(20_000))) + "]\n"
    path = tmp_path / "work.py"
    path.write_text(table + DENSE)
    source = read_submission(path).units[0].source
    assert source == table.strip()
    assert len(list(ast.walk(tree_of(source)))) < 20


@pytest.mark.parametrize("seconds", ["inf", "nan", "0", "1e9"])
def test_a_time_without_end_is_refused(tmp_path: Path, seconds: str) -> None:
    done = CliRunner().invoke(main, ["check", str(tmp_path / "a.py"), "--time", seconds])
    assert done.exit_code == 2
    assert done.stderr.startswith("crosscheck: invalid value for '--time': ")
