"""The main job: checks, training and a page to look at, in one go."""

import importlib.util
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from command_line import ONE_LINE, invoke
from report_pages import Page, assert_accessible, assert_nothing_is_loaded
from training_runs import go_away

from reference.cli import COMMANDS
from reference.commands import checks
from reference.registry import find
from reference.training import comparison, parallel
from reference.training.trainers import TwinTrainer
from scratch.dense import Dense
from scratch.training import RECIPES

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # keras.Variable, NumPy 2

FEW = ("dense", "relu")
SMALL = {
    "three-layer-mlp": replace(RECIPES["three-layer-mlp"], total_steps=5),
    "two-layer-net": replace(RECIPES["two-layer-net"], steps=4, total_steps=6),
}
FILES = ["parity.json", "report.html", "train.json"]


def make_small(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Few pairs, two models with a few steps, no MNIST, no network, and runs kept in a folder of the test."""
    go_away(monkeypatch, folder)
    monkeypatch.setattr(checks, "select", lambda names: tuple(find(name) for name in FEW))
    monkeypatch.setattr(checks, "DEFAULT_DRAWS", 1)
    monkeypatch.setattr(comparison, "RECIPES", SMALL)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    make_small(monkeypatch, tmp_path)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    """One run with its folder."""
    folder = tmp_path_factory.mktemp("ran")
    with pytest.MonkeyPatch.context() as monkeypatch:
        make_small(monkeypatch, folder)
        return invoke("run --jobs 1 --json all.json"), folder


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


@pytest.mark.usefixtures("small", "layer_changed")
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
