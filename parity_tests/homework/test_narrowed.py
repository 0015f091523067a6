"""Wrong submissions whose mistake nobody knows: what is said of them all the same."""

import json
from pathlib import Path

import pytest

from reference.diagnosis.sentences import spoken
from reference.homework.check import check_submission
from reference.homework.verdict import SubmissionReport, SymbolReport
from reference.report.homework import told
from reference.report.homework_html import submission_html
from reference.report.homework_json import check_document

RECURRENT = Path(__file__).parent / "submissions" / "recurrent"
SIGMOID = """
import numpy as np

class Sigmoid:
    def forward(self, x):
        self.x = x
        self.y = 1 / (1 + np.exp(-x))
        return self.y

    def backward(self, dy):
        return dy * self.y * (1 - self.y) * np.where(self.x < 0, 1.37, 1)
"""
DENSE = """
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
        self.db = dy.sum(axis=0) + 0.37 * np.sin(dy[1:]).sum(axis=0)
        return dy @ self.W.T
"""
NORM = """
import numpy as np

class BatchNorm:
    def __init__(self, n, eps=1e-5):
        self.gamma, self.beta, self.eps = np.ones(n), np.zeros(n), eps

    def forward(self, x):
        self.s = np.sqrt(x.var(axis=0) + self.eps)
        self.xn = (x - x.mean(axis=0)) / self.s
        return self.gamma * self.xn + self.beta

    def backward(self, dy):
        self.dgamma, self.dbeta = (dy * self.xn).sum(axis=0), dy.sum(axis=0)
        g = dy * self.gamma ** 1.37
        return (g - g.mean(axis=0) - self.xn * (g * self.xn).mean(axis=0)) / self.s
"""
MOMENTUM = """
class Momentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr, self.momentum, self.v, self.t = lr, momentum, {}, 0

    def update(self, params, grads):
        self.t += 1
        for key in params:
            decay = self.momentum if self.t < 4 else self.momentum ** 1.37
            self.v[key] = decay * self.v.get(key, 0) - self.lr * grads[key]
            params[key] += self.v[key]
"""


def checked(folder: Path, text: str, symbol: str = "") -> SymbolReport:
    path = folder / "work.py"
    path.write_text(text, encoding="utf-8")
    return check_submission(path, symbol).symbols[0]


def facts(report: SymbolReport) -> dict[str, dict[str, str]]:
    return {fact.id: dict(fact.facts) for fact in report.narrowing}


# ---- what is measured


def test_only_where_the_input_is_negative(tmp_path: Path) -> None:
    report = checked(tmp_path, SIGMOID)
    assert (report.verdict, report.causes) == ("wrong", ())
    said = facts(report)
    assert next(iter(said)) == "narrow-none"
    assert said["narrow-quantities"] == {"names": "dx", "right": "y", "n": "1", "all": "2"}
    assert said["narrow-where"] == {"name": "dx", "sign": "@negative"}
    assert said["narrow-when"] == {"names": "dx", "when": "@positive-inputs"}


def test_only_with_several_samples(tmp_path: Path) -> None:
    said = facts(checked(tmp_path, DENSE))
    assert said["narrow-quantities"] == {"names": "db", "right": "y; dw; dx", "n": "3", "all": "4"}
    assert said["narrow-when"] == {"names": "db", "when": "@one-sample"}


def test_only_while_gamma_is_not_one(tmp_path: Path) -> None:
    said = facts(checked(tmp_path, NORM))
    assert "@even-gamma" in said["narrow-when"]["when"].split("; ")


@pytest.mark.parametrize("symbol", ["MaskedRNNNoCarry", "MaskedRNNInverted"])
def test_a_mask_goes_with_its_steps(symbol: str) -> None:
    report = check_submission(RECURRENT / "masked_rnns.py", symbol).symbols[0]
    assert report.verdict == "wrong"
    assert report.narrowing or report.causes


def test_how_many_steps_of_an_optimizer_are_right(tmp_path: Path) -> None:
    report = checked(tmp_path, MOMENTUM)
    assert (report.verdict, report.causes) == ("wrong", ())
    assert facts(report)["narrow-steps"] == {"k": "3", "all": "24"}


def test_which_weights_an_optimizer_moves_wrongly(tmp_path: Path) -> None:
    half = "params[key] += self.v[key] * (1.37 if params[key].ndim == 1 else 1)"
    text = MOMENTUM.replace("self.momentum ** 1.37", "self.momentum").replace("params[key] += self.v[key]", half)
    said = facts(checked(tmp_path, text))
    assert "narrow-steps" not in said
    assert set(said["narrow-weights"]["names"].split("; ")) & {"b", "b1", "b2"}
    assert set(said["narrow-weights"]["right"].split("; ")) & {"W", "W1", "W2"}


def test_wrong_classes_that_a_network_uses_are_named(tmp_path: Path) -> None:
    text = (
        SIGMOID
        + DENSE.replace("import numpy as np", "").replace(" + 0.37 * np.sin(dy[1:]).sum(axis=0)", "")
        + """
class Net:
    def __init__(self, sizes):
        self.layers = []
        for m, n in zip(sizes, sizes[1:]):
            self.layers += [FC(m, n), Sigmoid()]
        self.layers.pop()

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, t):
        d = self.layers[-1].forward(self.layers[-1].x) - t
        for layer in reversed(self.layers):
            d = layer.backward(d)
"""
    )
    path = tmp_path / "work.py"
    path.write_text(text, encoding="utf-8")
    reports = {report.symbol: report for report in check_submission(path)}
    assert {name: report.verdict for name, report in reports.items()} == {
        "Sigmoid": "wrong",
        "FC": "correct",
        "Net": "wrong",
    }
    assert facts(reports["Net"])["narrow-uses"] == {"names": "Sigmoid"}
    assert "narrow-uses" not in facts(reports["Sigmoid"])


# ---- where it is said


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> SubmissionReport:
    return SubmissionReport("work.py", (checked(tmp_path_factory.mktemp("narrowed"), SIGMOID),))


def test_every_report_says_the_facts(report: SubmissionReport) -> None:
    sentence = "dx is wrong only where the input is negative."
    assert sentence in " ".join(told(report).split())
    assert sentence in submission_html(report)
    (symbol,) = check_document(report)["symbols"]
    json.dumps(symbol, allow_nan=False)
    assert {"id": "narrow-where", "sentence": sentence} in symbol["narrowing"]
    assert symbol["causes"] == []


def test_facts_are_said_once_and_with_the_part_that_is_wrong(report: SubmissionReport) -> None:
    assert told(report).count("No mistake known here") == 1
    assert submission_html(report).count("No mistake known here") == 1


@pytest.mark.parametrize("hint", [True, False])
def test_facts_are_said_in_japanese(report: SubmissionReport, hint: bool) -> None:
    (symbol,) = spoken(report, "ja", hint=hint).symbols
    assert "dx は入力が負のところだけが違います。" in [fact.sentence for fact in symbol.narrowing]


def test_a_cause_leaves_no_facts(tmp_path: Path) -> None:
    report = checked(tmp_path, SIGMOID.replace(" * np.where(self.x < 0, 1.37, 1)", " * 2"))
    assert [cause.id for cause in report.causes] == ["rescaled"]
    assert report.narrowing == ()
    assert "narrowing" not in check_document(SubmissionReport("work.py", (report,)))["symbols"][0]


def test_what_is_right_has_no_facts(tmp_path: Path) -> None:
    report = checked(tmp_path, SIGMOID.replace(" * np.where(self.x < 0, 1.37, 1)", ""))
    assert (report.verdict, report.narrowing, report.explainer) == ("correct", (), None)


def test_what_is_right_for_equal_sizes_only_is_told_from_what_is_wrong_there() -> None:
    path = Path(__file__).parent / "submissions" / "dense" / "affine_equal_sizes.py"
    square, wrong = (check_submission(path, name).symbols[0] for name in ("FCSquare", "AffineInput"))
    assert (square.verdict, square.causes) == ("crashed", ())
    assert [fact.id for fact in square.narrowing] == ["narrow-equal"]
    assert [cause.limit for cause in wrong.causes] == ["as many samples as inputs"]
    assert wrong.narrowing == ()
