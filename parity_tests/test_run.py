"""The main job: checks, training and a page to look at, in one go."""

import importlib.util
import itertools
import json
import os
import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from reference import registry
from reference.cli import COMMANDS, main
from reference.commands import checks
from reference.commands.checks import Outcome
from reference.compare import Finding
from reference.errors import RequestError
from reference.pair import Case, Pair, Twin
from reference.parity import Check
from reference.registry import find
from reference.report import page as page_module
from reference.report.html import render, write_report, write_whole
from reference.report.json import parity_document
from reference.report.page import Report
from reference.training import checkpoint as checkpoint_module
from reference.training import comparison, parallel
from reference.training.comparison import Comparison, Plan, to_json
from reference.training.drift import Drift
from reference.training.run import Epoch, Run
from reference.training.trainers import TwinTrainer
from reference.vote import Vote
from scratch.data import Dataset, embedded_digits
from scratch.dense import Dense
from scratch.training import RECIPES

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # keras.Variable, NumPy 2

FEW = ("dense", "relu")
SMALL = {
    "three-layer-mlp": replace(RECIPES["three-layer-mlp"], total_steps=5),
    "two-layer-net": replace(RECIPES["two-layer-net"], steps=4, total_steps=6),
}
ONE_LINE = re.compile(r"crosscheck: [^\n]+\n")
FILES = ["parity.json", "report.html", "train.json"]
VOID = {"meta", "link", "input", "br"}


def make_small(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Few pairs, two models with a few steps, no MNIST, no network, and runs kept in a folder of the test."""
    monkeypatch.chdir(folder)
    monkeypatch.delenv("CROSSCHECK_DATA", raising=False)
    monkeypatch.setenv("CROSSCHECK_OFFLINE", "1")
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("KERAS_HOME", str(folder / "keras"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    monkeypatch.setattr(checkpoint_module, "user_cache_path", lambda name: folder / "cache" / name)
    monkeypatch.setattr(checks, "select", lambda names: tuple(find(name) for name in FEW))
    monkeypatch.setattr(checks, "DEFAULT_DRAWS", 1)
    monkeypatch.setattr(comparison, "RECIPES", SMALL)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    make_small(monkeypatch, tmp_path)


def invoke(command: str) -> Result:
    return CliRunner().invoke(main, shlex.split(command))


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    """One run with its folder."""
    folder = tmp_path_factory.mktemp("ran")
    with pytest.MonkeyPatch.context() as monkeypatch:
        make_small(monkeypatch, folder)
        return invoke("run --jobs 1 --json all.json"), folder


class Page(HTMLParser):
    """What is in a page; an element that is not closed, or closed out of turn, is an error."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.texts.setdefault(tag, []).append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> out of turn at {self.getpos()}"
        self.handle_data(" ")  # a cell ends a word

    def handle_data(self, data: str) -> None:
        for tag in set(self.open) if "script" not in self.open else ():
            self.texts[tag][-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def said(self) -> str:
        """The text that is seen, with single spaces."""
        return " ".join(self.texts["body"][0].split())


# the whole job


def test_it_leaves_a_report_and_both_documents(ran: tuple[Result, Path]) -> None:
    done, folder = ran
    assert (done.exit_code, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith(" embedded digits of scikit-learn")
    assert lines[-1] == f" report: {Path('crosscheck-out/report.html')}"
    assert re.search(r"\d checks agree · 0 disagree · 2 pairs · torch .*, keras .* · +seed 7", " ".join(lines))
    assert any(line.startswith(" two-layer-net · 3 implementations") for line in lines)
    assert [line for line in lines[1:] if len(line) > 80] == []
    assert sorted(path.name for path in (folder / "crosscheck-out").iterdir()) == FILES

    together = json.loads((folder / "all.json").read_text())
    assert together["schema"] == "crosscheck.run/1"
    assert together["report"] == str(Path("crosscheck-out/report.html"))
    for part in ("parity", "train"):
        assert together[part] == json.loads((folder / "crosscheck-out" / f"{part}.json").read_text())
        assert together[part]["schema"] == f"crosscheck.{part}/1"
    assert {check["pair"] for check in together["parity"]["checks"]} == set(FEW)
    assert together["parity"]["seed"] == 7
    assert [model["model"] for model in together["train"]["models"]] == list(SMALL)
    assert {one["seed"] for model in together["train"]["models"] for one in model["runs"]} == {0}


def test_the_page_tells_it_all_and_loads_nothing(ran: tuple[Result, Path]) -> None:
    text = (ran[1] / "crosscheck-out" / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    (title,) = page.texts["h1"]
    assert re.fullmatch(r"✓ \d+ checks agree, 0 disagree over 2 pairs .*", " ".join(title.split()))
    assert [" ".join(heading.split()) for heading in page.texts["h3"]][: len(SMALL)] == [
        "three-layer-mlp ✓ in step"
        if "in step" in page.texts["h3"][0]
        else "three-layer-mlp ✓ same formula, then chaos",
        "two-layer-net ✓ in step",
    ]
    for told in ("embedded digits of scikit-learn", "checks 7, training 0", "torch stays in step with scratch"):
        assert told in page.said
    assert [" ".join(command.split()) for command in page.texts["code"]][-5:] == [
        "crosscheck run",
        "crosscheck parity --seed 7",
        "crosscheck parity dense --seed 7",
        "crosscheck train three-layer-mlp --epochs 1 --seeds 1",
        "crosscheck run --resume",
    ]
    assert {attributes.get("aria-label") for attributes in page.all("svg")} == {
        "Test accuracy of two-layer-net by epoch",
        "Drift of the weights of two-layer-net by step",
        "Drift of the weights of three-layer-mlp by step",
    }
    assert_nothing_is_loaded(page, text)
    assert_accessible(page)
    rows = [" ".join(row.split()) for row in page.texts["tr"]]
    assert any(re.match(r"dense dense \d+ ✓ agrees", row) for row in rows)


def assert_nothing_is_loaded(page: Page, text: str) -> None:
    for tag, attributes in page.elements:
        for name in ("src", "href", "xlink:href", "action", "data", "poster", "srcset"):
            assert (attributes.get(name) or "#").startswith(("#", "data:,")), (tag, attributes)
    assert "@import" not in text
    assert set(re.findall(r"url\((.)", text)) <= {"#"}
    (policy,) = [each["content"] for each in page.all("meta") if each.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    ids = Counter(attributes["id"] for _, attributes in page.elements if attributes.get("id"))
    assert [name for name, count in ids.items() if count > 1] == []
    pointed = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', text))
    assert pointed <= set(ids)


def assert_accessible(page: Page) -> None:
    assert page.all("html") == [{"lang": "en"}]
    assert all(attributes.get("scope") in ("row", "col") for attributes in page.all("th"))
    assert all(attributes.get("aria-label") for attributes in page.all("svg"))
    assert {label["for"] for label in page.all("label")} == {field["id"] for field in page.all("input")}
    headings = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h\d", tag)]
    assert headings[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(headings))


def test_run_is_the_first_command() -> None:
    assert COMMANDS[0] == "run"


@pytest.mark.usefixtures("small")
def test_the_seed_and_the_frameworks_reach_both_parts() -> None:
    done = invoke("run --jobs 1 --seed 3 --framework torch --out there/it --json all.json")
    assert done.exit_code == 0
    assert sorted(path.name for path in Path("there/it").iterdir()) == FILES
    together = json.loads(Path("all.json").read_text())
    assert together["parity"]["seed"] == 3
    assert {check["framework"] for check in together["parity"]["checks"]} == {"torch", "derivative", "contract"}
    for model in together["train"]["models"]:
        assert {(one["framework"], one["seed"]) for one in model["runs"]} == {("scratch", 3), ("torch", 3)}
    page = Page(Path("there/it/report.html").read_text())
    assert "crosscheck run --seed 3 --framework torch --out there/it" in page.said
    asked = "--framework torch --framework derivative --framework contract"
    assert f"crosscheck parity dense {asked} --seed 3" in page.said
    assert "keras" not in page.texts["tr"][0]


@pytest.mark.usefixtures("small")
def test_full_takes_the_schedules_of_the_sources_on_three_seeds() -> None:
    done = invoke("run --full --jobs 1 --framework torch --json all.json")
    assert done.exit_code == 0
    (net,) = [
        model
        for model in json.loads(Path("all.json").read_text())["train"]["models"]
        if model["model"] == "two-layer-net"
    ]
    assert {one["seed"] for one in net["runs"]} == {0, 1, 2}
    assert [epoch["epoch"] for epoch in net["runs"][0]["epochs"]] == [1, 2]
    assert "±" in done.stdout


# what ends it


@pytest.mark.usefixtures("small")
def test_a_layer_that_disagrees_ends_it_with_1_and_stands_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Dense.backward

    def backward(self: Dense, dy: Any) -> Any:
        dx = right(self, dy)
        self.grads["w"] = self.grads["w"] / 2
        return dx

    monkeypatch.setattr(Dense, "backward", backward)
    monkeypatch.setattr(comparison, "RECIPES", {"two-layer-net": SMALL["two-layer-net"]})
    done = invoke("run --jobs 1 --framework torch")
    assert done.exit_code == 1
    page = Page(Path("crosscheck-out/report.html").read_text())
    title = " ".join(page.texts["h1"][0].split())
    assert re.fullmatch(r"✗ [\d,]+ of [\d,]+ checks disagree over 2 pairs .*", title)
    assert "dw DISAGREES" in page.said
    assert "torch and the numerical derivative" in page.said or "side with" in page.said
    assert "scratch stands alone" in page.said
    assert "crosscheck parity dense --framework torch --dtype float64 --seed 7 --case plain" in page.said
    # its gradient is wrong in training too
    assert "two-layer-net ✗ another formula" in " ".join(" ".join(page.texts["h3"]).split())
    assert "1 of 1 trained model does not compute the same formula" in page.said


@pytest.mark.usefixtures("small")
def test_a_wrong_trainer_ends_it_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    right = TwinTrainer.step

    def step(self: TwinTrainer, x: Any, t: Any) -> tuple[float, int]:
        return right(self, x * (1 + 1e-9), t)

    monkeypatch.setattr(TwinTrainer, "step", step)
    done = invoke("run --jobs 1 --framework torch")
    assert done.exit_code == 1
    page = Page(Path("crosscheck-out/report.html").read_text())
    assert "checks agree, 0 disagree" in page.said
    assert (
        "2 of 2 trained models do not compute the same formula everywhere: three-layer-mlp, two-layer-net" in page.said
    )


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("run --out file", "--out file is a file, expected a folder"),
        ("run --out file/below", "--out file/below cannot be written to: not a directory"),
        ("run --data nowhere", "folder nowhere does not exist"),
        ("run --seed -1", "-1 is not in the range"),
        ("run --jobs 0", "0 is not in the range"),
        ("run --framework jax", "'jax' is not one of 'torch', 'keras'"),
        ("run --json nowhere/it.json", "there is no folder"),
        ("run dense", "unexpected extra argument"),
    ],
)
def test_what_cannot_be_carried_out_is_told_before_any_work(
    command: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(*_: Any, **__: Any) -> Any:
        raise AssertionError("this comes too late")

    monkeypatch.setattr(checks, "run", work)
    monkeypatch.setattr(parallel, "train", work)
    Path("file").write_text("in the way")
    done = invoke(command)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert ONE_LINE.fullmatch(done.stderr)
    assert said in done.stderr


@pytest.mark.usefixtures("small")
def test_a_missing_framework_can_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "keras" else find_spec(name))
    done = invoke("run")
    assert done.exit_code == 2
    assert ONE_LINE.fullmatch(done.stderr)
    assert "pip install" in done.stderr
    assert done.stderr.endswith("or leave it out: --framework torch\n")


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("during", ["run", "train"])
def test_ctrl_c_says_how_to_go_on_and_leaves_nothing_half_written(during: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: Any, **__: Any) -> Iterator[Any]:
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr({"run": checks, "train": parallel}[during], during, stop)
    done = invoke("run --full --jobs 1 --seed 5 --out 'a folder'")
    assert done.exit_code == 130
    assert done.stderr == "crosscheck: stopped. To go on: crosscheck run --full --seed 5 --out 'a folder' --resume\n"
    assert list(Path("a folder").iterdir()) == []


@pytest.mark.usefixtures("small")
def test_resume_takes_what_was_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    assert invoke("run --jobs 1 --framework torch --json first.json").exit_code == 0

    def step(self: TwinTrainer, x: Any, t: Any) -> tuple[float, int]:
        raise AssertionError("trained again")

    monkeypatch.setattr(TwinTrainer, "step", step)
    assert invoke("run --jobs 1 --framework torch --resume --json second.json").exit_code == 0
    first, second = (json.loads(Path(f"{name}.json").read_text())["train"] for name in ("first", "second"))
    assert first == second


# the page alone


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return embedded_digits()


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
        write_whole(tmp_path / "nowhere" / "report.html", "")
    write_report(path, report(check(RIGHT)))
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_documents_hold_what_the_page_tells(digits: Dataset) -> None:
    each = trained("cnn", digits, 1, lambda i: 0.5, Drift([0.0, 0.0]))
    parity = parity_document((check(RIGHT),), 7, 1.0)
    json.dumps({"parity": parity, "train": to_json([each])}, allow_nan=False)
