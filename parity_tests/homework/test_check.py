"""`crosscheck check`, adapters, and `check` and `assert_parity` in Python."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import ONE_LINE
from command_line import invoke as invoke_line

from reference import assert_parity, check
from reference.homework.check import check_submission

RIGHT = """
import numpy as np
import matplotlib.pyplot as plt

class Tanh:
    def forward(self, x):
        self.y = np.tanh(x)
        return self.y

    def backward(self, dy):
        return dy * (1 - self.y ** 2)

for epoch in range(10 ** 9):
    plt.plot(epoch)
"""
WRONG = RIGHT.replace("(1 - self.y ** 2)", "(1 - self.y) ** 2")
SCALED = RIGHT.replace("return dy *", "return 2 * dy *")
NAMELESS = """
import numpy as np

class Thing:
    def __init__(self, a, b):
        self.q = np.random.randn(a, b)
        self.r = np.zeros(b)

    def run(self, data):
        self.data = data
        return data @ self.q + self.r

    def undo(self, g):
        self.gq = self.data.T @ g
        self.gr = g.sum(axis=0)
        return g @ self.q.T
"""
WITH_WEIGHTS_FROM_A_FILE = """import numpy as np
START = np.load('start.npy')

class Tanh:
    def forward(self, x):
        self.y = np.tanh(x + 0 * START)
        return self.y

    def backward(self, dy):
        return dy * (1 - self.y ** 2)
"""
ADAPTER = """
[Thing]
pair = "dense"
forward = "run"
backward = "undo"
[Thing.parameters]
a = "n_in"
b = "n_out"
"""


def invoke(*arguments: str) -> tuple[int, str, str]:
    """Exit status, output and error output."""
    result = invoke_line(shlex.join(arguments))
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def handed_in(tmp_path: Path) -> Path:
    file = tmp_path / "homework.py"
    file.write_text(RIGHT, encoding="utf-8")
    return file


def test_a_right_file(handed_in: Path) -> None:
    status, out, _ = invoke("check", str(handed_in))
    assert status == 0
    assert "1 right" in out
    assert "✓ Tanh" in out
    assert "loop" in out  # what is skipped is said


def test_a_wrong_one_is_told_where(handed_in: Path, tmp_path: Path) -> None:
    handed_in.write_text(WRONG, encoding="utf-8")
    document = tmp_path / "check.json"
    status, out, _ = invoke("check", f"{handed_in}::Tanh", "--json", str(document))
    assert status == 1
    assert "✗ Tanh.backward" in out
    assert "✓ Tanh.forward" in out
    (symbol,) = json.loads(document.read_text(encoding="utf-8"))["symbols"]
    assert symbol["symbol"] == "Tanh"
    assert symbol["verdict"] == "wrong"
    assert {q["name"]: q["agree"] for q in symbol["quantities"]} == {"y": True, "dx": False}


def test_a_factor_is_a_cause(handed_in: Path) -> None:
    handed_in.write_text(SCALED, encoding="utf-8")
    (symbol,) = check_submission(handed_in).symbols
    assert [(cause.id, cause.reproduces) for cause in symbol.causes] == [("rescaled", True)]
    assert "2 times" in symbol.causes[0].sentence


FORGOTTEN = """
import numpy as np

class FC:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)
        self.b = np.random.randn(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dy):
        self.dW = self.x.T @ dy
        return dy @ self.W.T
"""


def test_a_gradient_that_is_forgotten_is_no_pass(handed_in: Path) -> None:
    handed_in.write_text(FORGOTTEN, encoding="utf-8")
    (symbol,) = check_submission(handed_in).symbols
    assert symbol.verdict == "wrong"
    assert [q.name for q in symbol.quantities if not q.agree] == ["db"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("{file}::Nope",),
        ("{file}x",),
        ("{folder}",),
        ("{file}", "--as", "densee"),
        ("{file}", "--adapter", "{folder}/none.toml"),
        ("{file}", "--cell", "0"),
        (),
    ],
)
def test_a_mistake_at_the_keyboard_gets_one_line(handed_in: Path, arguments: tuple[str, ...]) -> None:
    given = [a.format(file=handed_in, folder=handed_in.parent) for a in arguments]
    status, out, err = invoke("check", *given)
    assert status == 2
    assert out == ""
    assert ONE_LINE.fullmatch(err)


@pytest.mark.parametrize(
    "text", ["x = 1", "[Thing]\npear = 'dense'", "[Thing]\npair = 3", "[Thing", "[Other]\npair = 'relu'"]
)
def test_an_adapter_that_is_wrong_gets_one_line(handed_in: Path, text: str) -> None:
    adapter = handed_in.with_name("adapter.toml")
    adapter.write_text(text, encoding="utf-8")
    handed_in.write_text(NAMELESS, encoding="utf-8")
    status, _, err = invoke("check", str(handed_in), "--adapter", str(adapter))
    assert status == 2
    assert ONE_LINE.fullmatch(err)


def test_what_cannot_be_told_is_no_pass(handed_in: Path) -> None:
    handed_in.write_text(NAMELESS, encoding="utf-8")
    (symbol,) = check_submission(handed_in).symbols
    assert symbol.verdict == "unsupported"
    assert symbol.remark


@pytest.mark.parametrize("mistaken", [False, True])
def test_an_adapter_says_how_to_call(handed_in: Path, mistaken: bool) -> None:
    handed_in.write_text(NAMELESS.replace("self.q.T", "self.q.T * 3") if mistaken else NAMELESS, encoding="utf-8")
    adapter = handed_in.with_name("adapter.toml")
    adapter.write_text(ADAPTER, encoding="utf-8")
    status, out, _ = invoke("check", str(handed_in), "--adapter", str(adapter))
    assert status == int(mistaken)
    assert ("Thing.undo" in out) == mistaken


def test_the_template_is_an_adapter(handed_in: Path) -> None:
    handed_in.write_text(NAMELESS, encoding="utf-8")
    status, out, _ = invoke("adapter", f"{handed_in}::Thing")
    assert status == 0
    adapter = handed_in.with_name("adapter.toml")
    adapter.write_text(out, encoding="utf-8")
    assert invoke("check", str(handed_in), "--adapter", str(adapter))[0] == 1


def test_no_framework_is_imported(handed_in: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from reference.homework.check import check_submission\n"
        f"assert check_submission(Path({str(handed_in)!r})).right\n"
        "print(sorted({'torch', 'keras', 'tensorflow'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("framework", ["torch", "keras"])
def test_a_framework_confirms(handed_in: Path, framework: str) -> None:
    report = check_submission(handed_in, framework=framework)
    assert report.right
    assert report.judge == framework


def test_in_python() -> None:
    def right() -> type:
        class Sigmoid:
            def forward(self, x):  # type: ignore[no-untyped-def]
                self.y = 1 / (1 + np.exp(-x))  # type: ignore[name-defined]  # noqa: F821
                return self.y

            def backward(self, dy):  # type: ignore[no-untyped-def]
                return dy * self.y * (1 - self.y)

        return Sigmoid

    assert_parity(right())
    report = check(right(), "sigmoid")
    assert report.verdict == "correct"
    assert "Sigmoid" in str(report)
    assert "Sigmoid" in report._repr_html_()


def test_in_python_a_mistake_is_an_assertion_error() -> None:
    def wrong() -> type:
        class Sigmoid:
            def forward(self, x):  # type: ignore[no-untyped-def]
                self.y = 1 / (1 + np.exp(-x))  # type: ignore[name-defined]  # noqa: F821
                return self.y

            def backward(self, dy):  # type: ignore[no-untyped-def]
                return dy * self.y * (1 + self.y)

        return Sigmoid

    with pytest.raises(AssertionError, match=r"Sigmoid\.backward"):
        assert_parity(wrong(), "sigmoid")


def test_a_name_that_is_missing_is_traced_to_the_statement_that_was_not_executed(tmp_path: Path) -> None:
    path = tmp_path / "work.py"
    path.write_text(WITH_WEIGHTS_FROM_A_FILE, encoding="utf-8")
    (report,) = check_submission(path).symbols
    assert report.verdict == "crashed"
    assert "name 'START' is not defined" in report.remark
    assert "START is set in line 2: not executed: it calls load" in report.remark
    path.write_text(WITH_WEIGHTS_FROM_A_FILE.replace("np.load('start.npy')", "1 / 0"), encoding="utf-8")
    (report,) = check_submission(path).symbols
    assert "START is set in line 2: " in report.remark
    assert "ZeroDivisionError" in report.remark
