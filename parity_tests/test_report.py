"""The page alone: curves, disagreements, differences, and nothing that comes from a text."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from report_pages import Page, assert_nothing_is_loaded

from reference import registry
from reference.commands.checks import Outcome
from reference.compare import Finding
from reference.errors import RequestError
from reference.pair import Case, Pair, Twin
from reference.parity import Check
from reference.registry import find
from reference.report import page as page_module
from reference.report.html import render, write_named, write_report
from reference.report.json import parity_document
from reference.report.page import Report
from reference.training.comparison import Comparison, Plan, to_json
from reference.training.drift import Drift
from reference.training.run import Epoch, Run
from reference.vote import Vote
from scratch.data import Dataset
from scratch.training import RECIPES

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # keras.Variable, NumPy 2


def trained(name: str, data: Dataset, epochs: int, accuracy: Callable[[int], float], drift: Drift) -> Comparison:
    """A comparison that nobody made."""
    plan = Plan(RECIPES[name], None, data, ("torch",), (0, 1), epochs)
    done = [Epoch(i + 1, 0.1, accuracy(i), 0.1, accuracy(i)) for i in range(epochs)]
    by_name = {"scratch": done, "torch": done}
    seconds = dict.fromkeys(by_name, 1.0)
    steps = len(drift.largest)
    in_float32 = [Run(name, "float32", seed, steps, seconds, by_name) for seed in (0, 1)]
    return Comparison(plan, (Run(name, "float64", 0, steps, seconds, by_name, {"torch": drift}), *in_float32))


def report(
    *found: Check, pairs: tuple[Pair, ...] = (), comparisons: tuple[Comparison, ...] = (), vote: Vote | None = None
) -> Report:
    outcome = Outcome(found, pairs or (find("dense"),), ("torch 1.2.3",), 7, 1.0)
    return Report(outcome, comparisons, "some data", "crosscheck run", lambda check, finding: vote)


def check(*findings: Finding, pair: str = "dense", framework: str = "torch", dtype: str = "float64") -> Check:
    return Check(pair, framework, dtype, "plain", findings, 7)


RIGHT = Finding("y", True, max_abs=1e-16, max_rel=1e-16, ulp=0.5, allowed=8.0)
WRONG = Finding("dw", False, 0.25, 0.5, 1e15, 8.0, (2, 1), got=0.5, want=0.25)


def test_curves_are_drawn_for_what_was_trained(digits: Dataset) -> None:
    mnist = replace(digits, is_mnist=True)
    first = {"step": 60, "parameter": "0.w", "difference": 2e-12}
    drift = Drift([1e-16] * 59 + [2e-12 * 2**i for i in range(30)], first, 3e-15)
    page = Page(render(report(comparisons=(trained("rnn-mnist", mnist, 5, lambda i: 0.9 + i / 100, drift),))))
    assert "rnn-mnist ✓ same formula, then chaos" in " ".join(page.texts["h3"][0].split())
    assert "of the numbers that the sources printed: 1 not reproducible from its own code" in page.said
    assert "source printed 0.1040 not reproducible from its own code" in page.said
    accuracy, chaos = (" ".join(text.split()) for text in page.texts["svg"])
    assert "source printed" in accuracy
    assert "torch parts at step 60" in chaos
    assert "1e-12" in chaos
    captions = " ".join(" ".join(page.texts["figcaption"]).split())
    assert "torch parts from scratch at step 60 (0.w, 2e-12), the difference growing tenfold every" in captions
    assert "the mean over 2 seeds with its range" in captions


@pytest.mark.parametrize(
    "drift",
    [
        Drift([0.0, 0.0]),
        Drift([np.inf] * 2, {"step": 1, "parameter": "0.w", "difference": np.inf}, np.inf),
        Drift([1e3, np.inf], {"step": 1, "parameter": "0.w", "difference": 1e3}, 1.0),
    ],
)
def test_curves_of_what_cannot_be_drawn(drift: Drift, digits: Dataset) -> None:
    each = trained("simple-rnn", digits, 1, lambda i: float("nan"), drift)
    Page(render(report(comparisons=(each,))))


def test_a_page_of_checks_alone() -> None:
    page = Page(render(report(check(RIGHT))))
    assert page.all("svg") == []
    assert "1 check agrees, 0 disagree over 1 pair" in page.said
    assert "Training" not in " ".join(page.texts["h2"])


def test_a_disagreement_in_full() -> None:
    values = {"scratch": 0.5, "torch": 0.25, "keras": 0.2500001, "the numerical derivative": 0.25}
    vote = Vote(
        "dw",
        (2, 1),
        values,
        "scratch",
        "torch",
        {"keras": "torch", "the numerical derivative": "torch"},
        {"a fourth": "is ill"},
    )
    page = Page(render(report(check(RIGHT, WRONG), vote=vote)))
    assert "dw DISAGREES 1.0e15 (8) at [2, 1] scratch 0.5 stands alone torch 0.25 keras 0.25 with torch" in page.said
    assert "keras and the numerical derivative side with torch: scratch stands alone." in page.said
    assert "a fourth could not be asked: is ill" in page.said
    assert "agree: y 0.5 (8)" in page.said


def test_many_disagreements_are_all_told_but_not_all_voted_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_module, "IN_FULL", 2)
    asked: list[Finding] = []

    def vote(check: Check, finding: Finding) -> None:
        asked.append(finding)

    outcome = Outcome((check(WRONG),) * 5, (find("dense"),), (), 7, 1.0)
    page = Page(render(Report(outcome, (), "some data", "crosscheck run", vote)))
    assert len(asked) == 2
    assert page.said.count("dw DISAGREES") == 5
    assert page.said.count("scratch 0.5 torch 0.25") == 5


HOSTILE = "<script>alert(1)</script><img src=http://evil.example/x> {{ 7 * 7 }} \"'&"


def test_no_text_can_become_a_part_of_the_page() -> None:
    twin = Twin(None, likeness="none", reason=HOSTILE)
    case = Case(HOSTILE, {}, only=("y",), reason=HOSTILE)
    pair = replace(find("dense"), notes=(HOSTILE, f"`{HOSTILE}`"), torch=twin, cases=(case,))
    problem = Finding(HOSTILE, False, problem=HOSTILE)
    vote = Vote("dw", (), {HOSTILE: 1.0, "torch": 2.0}, HOSTILE, "torch", {}, {HOSTILE: HOSTILE})
    made = report(check(problem, WRONG), replace(check(RIGHT), case=HOSTILE), pairs=(pair,), vote=vote)
    text = render(replace(made, source=HOSTILE, command=HOSTILE))
    page = Page(text)
    assert len(page.all("script")) == 1
    assert page.all("img") == []
    assert page.said.count("alert(1)") >= 8
    assert "{{ 7 * 7 }}" in page.said
    assert_nothing_is_loaded(page, text.replace("http://evil.example", ""))


def test_what_is_not_exact_by_nature() -> None:
    gathered = (find("batch_norm1d"), find("batch_norm2d")) if "batch_norm1d" in registry.pairs() else ()
    composed, noted = find("lp_pool2d"), find("adam")
    differs = Finding("y", True, max_abs=0.1, max_rel=0.125, ulp=1e14, allowed=8.0, reason="differs as declared: so")
    wide = Finding("dx", True, 1e-15, 1e-15, ulp=0.5, allowed=6.0, reason="rounding moves it by 2e-13")
    checked = [check(RIGHT, pair=pair.name) for pair in (composed, noted, *gathered)]
    checked += [check(differs, pair="lp_pool2d"), check(wide, pair="adam")]
    made = report(*checked, pairs=(composed, noted, *gathered))
    page = Page(render(made))
    assert f"{composed.torch.reason} (y differs by 12 %)" in page.said
    assert noted.notes[0].replace("`", "") in page.said
    assert "adam 1 of 2 torch 1e-14 1e-15" in page.said  # 6 / 0.5 times the error found
    assert "nan% " not in page.said
    if gathered:
        assert "batch_norm1d, batch_norm2d" in page.said
    assert "✗" not in page.said  # a difference that was declared is no disagreement


def test_each_family_and_pair_has_its_worst() -> None:
    worse = replace(RIGHT, name="dx", ulp=6.0)
    page = Page(render(report(check(RIGHT), check(worse, framework="keras", dtype="float32"))))
    rows = [" ".join(row.split()) for row in page.texts["tr"]]
    assert "dense 1 2 ✓ agrees dx of dense, keras float32 6 8 75 %" in rows
    assert "dense dense 2 ✓ agrees y 0.5 (8) dx 6 (8)" in rows


def test_a_link_stays_a_link_and_a_pipe_a_pipe(tmp_path):
    behind, link, pipe = tmp_path / "behind.html", tmp_path / "link.html", tmp_path / "pipe"
    behind.write_text("old")
    link.symlink_to(behind)
    write_named(link, "new")
    assert link.is_symlink()
    assert behind.read_text() == "new"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_named(pipe, "through")
        assert os.read(reader, 100) == b"through"
    finally:
        os.close(reader)
    assert pipe.is_fifo()


def test_a_page_is_written_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("an earlier one")

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "replace", full)
        with pytest.raises(
            RequestError, match=r"report.html cannot be written: no space left on device\. Name another"
        ):
            write_report(path, report(check(RIGHT)))
    assert path.read_text() == "an earlier one"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(RequestError, match="cannot be written"):
        write_named(tmp_path / "nowhere" / "report.html", "")
    write_report(path, report(check(RIGHT)))
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_documents_hold_what_the_page_tells(digits: Dataset) -> None:
    each = trained("cnn", digits, 1, lambda i: 0.5, Drift([0.0, 0.0]))
    parity = parity_document((check(RIGHT),), 7, 1.0)
    json.dumps({"parity": parity, "train": to_json([each])}, allow_nan=False)


def test_matplotlib_says_nothing_where_the_home_cannot_be_written_to() -> None:
    away = {"HOME": "/proc/none", "XDG_CACHE_HOME": "", "XDG_CONFIG_HOME": "", "MPLCONFIGDIR": ""}
    code = "import reference.report.plots"
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, **away}, capture_output=True, check=True)
    assert done.stderr == b""
