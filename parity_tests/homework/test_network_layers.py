"""The wrong layer of a network, and that only what is given is diagnosed."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from test_narrowed import checked, facts

from reference.diagnosis.clock import Clock
from reference.diagnosis.diagnose import ANYWHERE
from reference.diagnosis.sentences import catalogue, spoken
from reference.homework.diagnosing import Diagnosis, explained
from reference.homework.isolation.process import Stopped
from reference.homework.verdict import Cause, Fact, Quantity, SubmissionReport, SymbolReport

MLP = """
import numpy as np

class Mlp:
    def __init__(self, sizes, lr=0.1):
        self.W = [np.random.randn(m, n) for m, n in zip(sizes, sizes[1:])]
        self.b = [np.zeros(n) for n in sizes[1:]]

    def forward(self, x):
        self.acts = [x]
        for k, (W, b) in enumerate(zip(self.W, self.b)):
            z = self.acts[-1] @ W + b
            self.acts.append(z if k == len(self.W) - 1 else np.tanh(z))
        return self.acts[-1]

    def backward(self, t):
        err = self.acts[-1] - t
        self.dW, self.db = [None] * len(self.W), [None] * len(self.W)
        for k in reversed(range(len(self.W))):
            self.dW[k] = self.acts[k].T @ err
            self.db[k] = err.sum(axis=0)
            err = (err @ self.W[k].T) * (1 - self.acts[k] ** 2)
"""


# ---- layer by layer

SLOPE = "(1 - self.acts[k] ** 2)"
LAYERS = {
    "the step between two layers": (
        SLOPE,
        "(1 - self.acts[k] ** 2 * (1 if k == 1 else 0.63))",
        "narrow-layer-step",
        "2",
    ),
    "the weights' own gradient": (
        "self.acts[k].T @ err",
        "self.acts[k].T ** (3 if k == 1 else 1) @ err",
        "narrow-layer-own",
        "2",
    ),
    "the bias alone": (
        "err.sum(axis=0)",
        "err.sum(axis=0) * np.where(k == 1, np.cos(err[0]), 1)",
        "narrow-layer-bias",
        "2",
    ),
    "the end": ("self.acts[-1] - t", "np.sinh(self.acts[-1] - t)", "narrow-layer-last", "3"),
}


@pytest.mark.parametrize(("old", "new", "id", "layer"), LAYERS.values(), ids=LAYERS)
def test_the_wrong_layer_is_told_from_those_that_inherit(
    old: str, new: str, id: str, layer: str, tmp_path: Path
) -> None:
    assert old in MLP
    report = checked(tmp_path, MLP.replace(old, new))
    assert (report.verdict, report.causes) == ("wrong", ()), report
    said = facts(report)
    assert {each for each in said if each.startswith("narrow-layer")} - {"narrow-layer-inherits"} == {id}
    assert said[id]["layer"] == layer
    wrong = {q.name for q in report.quantities if not q.agree}
    inherits = sorted(name[2:] for name in wrong if name[:2] == "dw" and name != f"dw{layer}")
    assert said.get("narrow-layer-inherits", {"layers": ""})["layers"] == "; ".join(reversed(inherits))


def test_a_mistake_in_one_layer_is_named_with_its_layer(tmp_path: Path) -> None:
    report = checked(tmp_path, MLP.replace(SLOPE, "(1 - self.acts[k] ** 2 if k == 1 else (1 - self.acts[k]) ** 2)"))
    assert [cause.id for cause in report.causes] == ["tanh-derivative"]
    assert "the activation after layer 2" in report.causes[0].sentence
    (japanese,) = spoken(SubmissionReport("work.py", (report,)), "ja", hint=False).symbols
    assert "層 2 の後の活性化関数" in japanese.causes[0].sentence


# ---- one diagnosis


@dataclass
class Explains:
    """An explainer that answers what it is told to; of None it is stopped."""

    found: tuple[Cause, ...] | None = ()
    other: tuple[Cause, ...] | None = ()
    both: tuple[Cause, ...] | None = ()
    facts: tuple[Fact, ...] | None = ()
    asked: list[str] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)

    def _said(self, what: str, answer: Any) -> Any:
        self.asked.append(what)
        if answer is None:
            raise Stopped("time", "it did not end within 1 second")
        return answer

    def single(self, clock: Clock) -> tuple[Cause, ...]:
        self.clocks.append(clock)
        return self._said("single", self.found)

    def elsewhere(self, clock: Clock) -> tuple[Cause, ...]:
        self.clocks.append(clock)
        return self._said("elsewhere", self.other)

    def double(self) -> tuple[Cause, ...]:
        return self._said("double", self.both)

    def narrowing(self) -> tuple[Fact, ...]:
        return self._said("narrowing", self.facts)


CAUSE, FACT = Cause("sign", "dx has the wrong sign.", True), Fact("narrow-all", "Everything is wrong.")


def wrong(explainer: Explains, *rivals: SymbolReport) -> SymbolReport:
    quantities = (Quantity("dx", False, 1.0, 1e-9, (), 1.0, 2.0),)
    return SymbolReport("Net", "wrong", quantities=quantities, explainer=explainer, rivals=rivals)


def test_a_submission_that_no_longer_answers_stays_wrong() -> None:
    report = explained(wrong(Explains(None, None, None, None)))
    assert (report.verdict, report.causes, report.explainer) == ("wrong", (), None)
    assert [fact.id for fact in report.narrowing] == ["narrow-none"]


def test_a_stop_in_the_search_leaves_the_facts() -> None:
    assert FACT in explained(wrong(Explains(None, None, None, (FACT,)))).narrowing


def test_a_reading_with_a_cause_is_the_one_that_was_meant() -> None:
    rival = SymbolReport("Net", "wrong", pair="other", explainer=Explains((CAUSE,)))
    first = Explains((), (CAUSE,), (CAUSE,), (FACT,))
    report = explained(wrong(first, rival))
    assert (report.pair, report.causes, report.rivals, report.explainer) == ("other", (CAUSE,), (), None)
    assert first.asked == ["single"]


def test_two_mistakes_are_looked_for_in_the_first_reading_only() -> None:
    first, second = Explains(both=(CAUSE,)), Explains()
    report = explained(wrong(first, SymbolReport("Net", "wrong", pair="other", explainer=second)))
    assert (report.pair, report.causes, report.narrowing) == ("", (CAUSE,), ())
    assert (first.asked, second.asked) == (["single", "elsewhere", "double"], ["single"])


def test_the_search_in_all_readings_has_one_time() -> None:
    first, second = Explains(), Explains()
    explained(wrong(first, SymbolReport("Net", "wrong", pair="other", explainer=second)))
    assert len({id(clock) for clock in first.clocks + second.clocks}) == 1
    assert len(first.clocks + second.clocks) == 3
    assert 0 < first.clocks[0].left <= ANYWHERE < 3


def test_a_clock_waits_for_others_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    own, wall = 0.0, 0.0
    monkeypatch.setattr(time, "thread_time", lambda: own)
    monkeypatch.setattr(time, "monotonic", lambda: wall)
    clock = Clock(2.0)
    own, wall = 1.5, 7.9  # of a busy machine
    assert (clock.left, clock.over) == (0.5, False)
    own = 2.0
    assert clock.over
    own, wall = 0.1, 8.0  # of a submission that keeps it waiting
    assert clock.over


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    calls: list[str] = []
    for name in ("single", "double", "narrowing"):
        method = getattr(Diagnosis, name)

        def call(self: Diagnosis, *clock: Clock, name: str = name, method: Any = method) -> Any:
            calls.append(name)
            return method(self, *clock)

        monkeypatch.setattr(Diagnosis, name, call)
    return calls


def test_only_the_report_that_is_given_is_diagnosed(tmp_path: Path, counted: list[str]) -> None:
    """A network that may have any of several activations and losses is read in many ways, all of them wrong."""
    report = checked(tmp_path, MLP.replace(SLOPE, "(1 - 0.63 * self.acts[k] ** 2)"))
    assert report.verdict == "wrong"
    assert counted.count("single") <= 3  # the losses that explain as much
    assert counted.count("double") == 1


def test_what_is_right_is_not_diagnosed(tmp_path: Path, counted: list[str]) -> None:
    assert checked(tmp_path, MLP).verdict == "correct"
    assert counted == []


# ---- the catalogue


def test_of_several_mistakes_each_has_words_and_they_share_an_id() -> None:
    several = [key for key in catalogue() if "/" in key]
    assert len(several) > 30
    assert all(key.partition("/")[2] for key in several)
