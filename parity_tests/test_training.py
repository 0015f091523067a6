"""Training side by side: in step, parted by rounding or by a mistake, interrupted and gone on with."""

import importlib.util
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from reference.cli import main
from reference.errors import RequestError
from reference.frameworks import Job, framework
from reference.training import checkpoint as checkpoint_module
from reference.training import comparison, parallel
from reference.training.checkpoint import Checkpoint
from reference.training.comparison import Comparison, Plan, in_words, looks, to_json
from reference.training.drift import PARTED, Drift
from reference.training.run import Epoch, Run, run, total_steps
from reference.training.sources import SOURCES
from reference.training.trainers import ScratchTrainer, TwinTrainer
from scratch.data import Dataset, embedded_digits
from scratch.training import RECIPES, Recipe

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # keras.Variable, NumPy 2

BOTH = ("torch", "keras")
STEPS = 10
# rounding errors do not grow in their first steps
STEADY = ("rnn-mnist", "cnn", "two-layer-net")
ONE_LINE = re.compile(r"crosscheck: [^\n]+\n")


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return embedded_digits()


@pytest.fixture(autouse=True)
def away_from_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No MNIST, no network, and runs are kept in a folder of the test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CROSSCHECK_DATA", raising=False)
    monkeypatch.setenv("CROSSCHECK_OFFLINE", "1")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(checkpoint_module, "user_cache_path", lambda name: tmp_path / "cache" / name)


def short(name: str, steps: int = STEPS, epoch: int | None = None) -> Recipe:
    """A recipe that ends after `steps` steps; an epoch of one that samples has `epoch` of them."""
    recipe = RECIPES[name]
    return replace(recipe, total_steps=steps, steps=epoch if recipe.steps else None)


def trained(
    recipe: Recipe,
    data: Dataset,
    folder: Path,
    frameworks: tuple[str, ...] = BOTH,
    dtype: str = "float64",
    stop_at: int | None = None,
) -> Run:
    """One run; interrupted after `stop_at` steps where that is given."""
    done = 0

    def advance(steps: int) -> None:
        nonlocal done
        done += steps
        if done == stop_at:
            raise KeyboardInterrupt

    kept = Checkpoint({"model": recipe.name, "dtype": dtype}, folder)
    return run(recipe, data, frameworks, dtype, 0, 100, kept, advance)


def invoke(command: str) -> Result:
    return CliRunner().invoke(main, shlex.split(command))


# in step


@pytest.mark.parametrize("name", RECIPES)
def test_all_implementations_stay_in_step(name: str, digits: Dataset, tmp_path: Path) -> None:
    result = trained(short(name, epoch=6), digits, tmp_path)
    for drift in result.drift.values():
        assert len(drift.largest) == STEPS
        assert drift.largest[0] <= PARTED
        assert drift.same_formula
        if name in STEADY:
            assert max(drift.largest) <= PARTED
            assert drift.first is None


def test_in_float32_they_learn_alike(digits: Dataset, tmp_path: Path) -> None:
    result = trained(short("two-layer-net", 300, epoch=150), digits, tmp_path, dtype="float32")
    assert result.drift == {}
    for epoch in range(2):
        ours, *theirs = (result.epochs[name][epoch] for name in ("scratch", *BOTH))
        for other in theirs:
            assert other.cost == pytest.approx(ours.cost, rel=1e-4)
            assert other.test_accuracy == pytest.approx(ours.test_accuracy, abs=0.01)
    assert result.epochs["scratch"][1].test_accuracy > 0.5  # and they do learn


def test_the_epochs_of_a_run_are_those_of_its_recipe() -> None:
    assert total_steps(RECIPES["two-layer-net"], 60_000, 17) == 10_000
    assert total_steps(RECIPES["two-layer-net"], 60_000, 2) == 1_200
    assert total_steps(RECIPES["simple-rnn"], 1_501, 1) == 76


# parted


def test_chaos_is_told_from_another_formula(digits: Dataset, tmp_path: Path) -> None:
    drifts = trained(short("three-layer-mlp", 13), digits, tmp_path).drift
    assert any(drift.first is not None for drift in drifts.values())  # raw pixels make rounding errors grow
    for name, drift in drifts.items():
        if drift.first is not None:
            assert drift.largest[drift.first["step"] - 1] == drift.first["difference"] > PARTED
            assert drift.again is not None
            assert drift.again <= PARTED
            assert "Training is chaotic there" in in_words(name, drift)


def wrong_epsilon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Epsilon is added to the raw root of v."""
    change_job(monkeypatch, lambda job: replace(job, optimizer=other_option(job.optimizer, epsilon_on="raw")))


def wrong_learning_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Off by one part in 10 million."""
    lr = RECIPES["rnn-mnist"].optimizer_options["lr"]
    change_job(monkeypatch, lambda job: replace(job, optimizer=other_option(job.optimizer, lr=lr * (1 + 1e-7))))


def unscaled_gradient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The division by the 28 rows is forgotten."""
    change_job(monkeypatch, lambda job: replace(job, gradient_scale=1.0))


def no_exponent(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bias correction has 1 - beta in the place of 1 - beta**t, which is right at the first step."""
    right = TwinTrainer.step

    def step(self: TwinTrainer, x: Any, t: Any) -> tuple[float, int]:
        made = right(self, x, t)
        for state in self.trainer.optimizer.state.values():  # type: ignore[attr-defined]
            state["step"].zero_()
        return made

    monkeypatch.setattr(TwinTrainer, "step", step)


def doubled_bias_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when both biases of PyTorch's RNN are trained."""
    right = TwinTrainer.step

    def step(self: TwinTrainer, x: Any, t: Any) -> tuple[float, int]:
        before = {path: w.copy() for path, w in self.weights().items()}
        made = right(self, x, t)
        state = self.state()
        path = self.slots["0.b"].name
        state[f"weight/{path}"] += state[f"weight/{path}"] - before[path]
        self.restore(state)
        return made

    monkeypatch.setattr(TwinTrainer, "step", step)


def change_job(monkeypatch: pytest.MonkeyPatch, change: Callable[[Job], Job]) -> None:
    adapter = framework("torch")
    right = adapter.trainer
    monkeypatch.setattr(adapter, "trainer", lambda job: right(change(job)))


def other_option(optimizer: tuple[Any, Any], **options: Any) -> tuple[Any, Any]:
    twin, namespace = optimizer
    return twin, type(namespace)(**{**vars(namespace), **options})


WRONG = [wrong_epsilon, wrong_learning_rate, unscaled_gradient, no_exponent, doubled_bias_step]


@pytest.mark.parametrize("mistake", WRONG, ids=lambda mistake: mistake.__name__)
def test_a_wrong_trainer_is_found(
    mistake: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch, digits: Dataset, tmp_path: Path
) -> None:
    mistake(monkeypatch)
    drift = trained(short("rnn-mnist"), digits, tmp_path, ("torch",)).drift["torch"]
    assert drift.first is not None
    assert drift.again is not None
    assert drift.again > PARTED
    assert not drift.same_formula
    assert "not the same formula" in in_words("torch", drift)


def test_a_mistake_is_found_behind_chaos(monkeypatch: pytest.MonkeyPatch, digits: Dataset, tmp_path: Path) -> None:
    """A run that has parted by rounding is looked at again after every epoch."""
    right = TwinTrainer.step

    def step(self: TwinTrainer, x: Any, t: Any) -> tuple[float, int]:
        made = right(self, x, t)
        if np.abs(self.weights()["2.bias"]).max() > 0.06:  # they start from 0
            state = self.state()
            state["weight/2.weight"] *= 1 + 1e-9
            self.restore(state)
        return made

    recipe = short("three-layer-mlp", 26)
    right_one = trained(recipe, digits, tmp_path / "right", ("torch",)).drift["torch"]
    assert right_one.first is not None
    assert right_one.same_formula
    monkeypatch.setattr(TwinTrainer, "step", step)
    wrong_one = trained(recipe, digits, tmp_path / "wrong", ("torch",)).drift["torch"]
    assert wrong_one.first == right_one.first
    assert not wrong_one.same_formula


def test_a_wrong_trainer_ends_the_command_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "RECIPES", {"two-layer-net": short("two-layer-net", epoch=5)})
    doubled_bias_step(monkeypatch)
    done = invoke("train two-layer-net --framework torch --jobs 1 --json it.json")
    assert done.exit_code == 1
    assert "it is not the same formula" in " ".join(done.stdout.split())
    lockstep = json.loads(Path("it.json").read_text())["models"][0]["lockstep"]
    assert lockstep["first_difference"]["parameter"] == "0.b"
    assert lockstep["frameworks"]["torch"]["same_formula"] is False


def test_weights_that_are_no_numbers_have_parted(digits: Dataset) -> None:
    recipe = RECIPES["two-layer-net"]
    scratch = ScratchTrainer(recipe, "float64", 0)
    twin = TwinTrainer(recipe, "torch", "float64", scratch.weights(), recipe.prepare(digits, "float64").x_train[:1])
    weights = {name: w.copy() for name, w in scratch.weights().items()}
    weights["2.b"][3] = np.nan
    distances = twin.distances(weights)
    assert distances["2.b"] == np.inf
    twin.take(weights)
    assert twin.distances(weights)["2.b"] == 0  # NaN on both sides
    drift = Drift()
    assert drift.note(1, distances)
    assert drift.first == {"step": 1, "parameter": "2.b", "difference": np.inf}
    assert "torch parts from scratch at step 1" in in_words("torch", replace(drift, again=0.0))


def test_looks_see_the_largest_and_the_last() -> None:
    drift = Drift(largest=[1e-16] * 499 + [3e-7] + [1e-9] * 500)
    seen = list(looks(drift))
    assert [seen[0], seen[-1]] == [(1, 1e-16), (1000, 3e-7)]
    assert len(seen) <= 101
    assert list(looks(Drift())) == []


# interrupted


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", ["rnn-mnist", "two-layer-net", "three-layer-mlp"])
def test_an_interrupted_run_goes_on_as_if_it_had_not_been(
    name: str, dtype: str, digits: Dataset, tmp_path: Path
) -> None:
    # epochs of 6 steps (15 in the third): in the middle of one, at its end, at the last step of all
    recipe = replace(short(name, 15, epoch=6), batch_size=250 if name != "three-layer-mlp" else 100)
    whole = trained(recipe, digits, tmp_path / "whole", dtype=dtype)
    for stop_at in (4, 6, 12, 15):
        with pytest.raises(KeyboardInterrupt):
            trained(recipe, digits, tmp_path / "parts", dtype=dtype, stop_at=stop_at)
    parts = trained(recipe, digits, tmp_path / "parts", dtype=dtype)
    assert without_times(parts) == without_times(whole)
    for one, other in zip(*(arrays_in(tmp_path / each) for each in ("whole", "parts")), strict=True):
        assert one[0] == other[0]
        np.testing.assert_array_equal(one[1], other[1], strict=True)


def without_times(result: Run) -> dict[str, Any]:
    facts = result.to_dict()
    assert all(seconds > 0 for seconds in facts.pop("seconds").values())
    return facts


def arrays_in(folder: Path) -> list[tuple[str, Any]]:
    (path,) = folder.iterdir()  # and nothing half-written beside it
    with np.load(path) as file:
        return [(name, file[name]) for name in sorted(file.files) if name != "facts"]


def test_a_finished_run_is_taken_as_it_is_and_a_longer_one_not(digits: Dataset, tmp_path: Path) -> None:
    first = trained(short("two-layer-net", 12, epoch=6), digits, tmp_path, ("torch",))
    told: list[int] = []
    kept = Checkpoint({"model": "two-layer-net", "dtype": "float64"}, tmp_path)
    again = run(short("two-layer-net", 12, epoch=6), digits, ("torch",), "float64", 0, 100, kept, told.append)
    assert told == [12]
    assert again == first
    shorter = trained(short("two-layer-net", 6, epoch=6), digits, tmp_path, ("torch",))
    assert shorter.steps == 6
    assert shorter.epochs["scratch"] == first.epochs["scratch"][:1]


def damaged(whole: bytes) -> Iterator[tuple[str, bytes]]:
    yield "empty", b""
    yield "garbage", b"no archive at all"
    yield "truncated", whole[: len(whole) // 2]
    yield "a bit flipped", whole[:400] + bytes([whole[400] ^ 255]) + whole[401:]


def test_a_damaged_checkpoint_is_one_line(digits: Dataset, tmp_path: Path) -> None:
    recipe = short("two-layer-net", 3, epoch=3)
    trained(recipe, digits, tmp_path, ("torch",))
    (path,) = tmp_path.glob("*.npz")
    for what, content in damaged(path.read_bytes()):
        path.write_bytes(content)
        with pytest.raises(RequestError, match=r"cannot be read .* delete it to start again") as caught:
            trained(recipe, digits, tmp_path, ("torch",))
        assert str(path) in str(caught.value), what
        assert "\n" not in str(caught.value), what


def test_a_checkpoint_of_something_else_is_one_line(digits: Dataset, tmp_path: Path) -> None:
    recipe = short("two-layer-net", 3, epoch=3)
    trained(recipe, digits, tmp_path, ("torch",))
    (path,) = tmp_path.glob("*.npz")
    for facts in ({}, {"result": {"steps": 1}}, json.loads(str(np.load(path)["facts"]))):
        np.savez(path, facts=np.array(json.dumps(facts)), other=np.zeros(3))
        with pytest.raises(RequestError, match="cannot be read"):
            trained(recipe, digits, tmp_path, ("torch",))


def test_a_place_that_cannot_be_written_to_is_one_line(digits: Dataset, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RequestError, match=r"cannot be kept in .*XDG_CACHE_HOME"):
        trained(short("two-layer-net", 3, epoch=3), digits, tmp_path / "file", ("torch",))


def test_a_checkpoint_holds_no_code(digits: Dataset, tmp_path: Path) -> None:
    trained(short("two-layer-net", 3, epoch=3), digits, tmp_path, ("torch",))
    (path,) = tmp_path.glob("*.npz")
    assert all(name.endswith(".npy") for name in zipfile.ZipFile(path).namelist())


def test_another_recipe_or_seed_is_another_run(digits: Dataset) -> None:
    plan = Plan(RECIPES["two-layer-net"], None, digits, ("torch",), (0, 1), 1)
    other = replace(plan, recipe=replace(plan.recipe, optimizer_options={"lr": 0.2}))
    longer = replace(plan, epochs=5)
    paths = {one.checkpoint(dtype, seed).path for one in (plan, other) for dtype, seed in one.runs()}
    assert len(paths) == 2 * 3
    assert longer.checkpoint("float32", 0).path in paths  # it goes on where the shorter one ended


# what is said of it


def fabricated(name: str, data: Dataset, accuracies: list[float], epochs: int, **drift: Any) -> Comparison:
    plan = Plan(RECIPES[name], None, data, ("torch",), (0,), epochs)
    done = [Epoch(i + 1, 0.1, a, 0.1, a) for i, a in enumerate(accuracies)]
    by_name = {"scratch": done, "torch": done}
    seconds = dict.fromkeys(by_name, 1.0)
    lockstep = Run(name, "float64", 0, 2, seconds, by_name, {"torch": Drift(**({"largest": [0.0, 0.0]} | drift))})
    return Comparison(plan, (lockstep, Run(name, "float32", 0, 2, seconds, by_name)))


def test_what_the_source_printed_is_judged_on_its_own_schedule_only(digits: Dataset) -> None:
    mnist = replace(digits, is_mnist=True)
    printed = list(SOURCES["cnn"].printed)
    assert fabricated("cnn", digits, printed, 10).verdict == "on MNIST"
    assert fabricated("cnn", mnist, printed[:2], 2).verdict == "after 2 of 10 epochs"
    assert fabricated("cnn", mnist, printed, 10).verdict == "reproduced"
    assert fabricated("cnn", mnist, [*printed, 0.5], 11).verdict == "reproduced"  # judged after 10
    assert fabricated("cnn", mnist, [0.9] * 10, 10).verdict == "not reproduced"
    assert fabricated("rnn-mnist", mnist, [0.95] * 5, 5).verdict == "not reproducible from its own code"
    assert fabricated("simple-rnn", mnist, [0.95] * 5, 5).verdict == ""
    assert SOURCES["two-layer-net"].after(1) == 0.9065


def test_numbers_that_json_does_not_know_are_null(digits: Dataset) -> None:
    first = {"step": 2, "parameter": "0.w", "difference": np.inf}
    each = fabricated("cnn", digits, [0.5], 1, largest=[0.0, np.inf], first=first, again=np.inf)
    model = json.loads(json.dumps(to_json([each]), allow_nan=False))["models"][0]
    assert model["lockstep"]["max_param_diff"] is None
    assert model["lockstep"]["first_difference"]["difference"] is None
    assert not each.agree


def test_drift_in_words() -> None:
    assert in_words("torch", Drift([0.0, 0.0])) == "torch stays in step with scratch: equal to the last bit in 2 steps"
    assert "2e-15 apart at most in 2 steps" in in_words("torch", Drift([2e-15, 1e-15]))
    grown = [min(1e-13 * 10 ** (i / 10), 0.1) for i in range(500)]
    first = {"step": 12, "parameter": "0.w", "difference": grown[11]}
    assert "growing tenfold every 10 steps" in in_words("torch", Drift(grown, first, 1e-15))


# the command


def test_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "RECIPES", {"two-layer-net": short("two-layer-net", 6, epoch=4)})
    done = invoke("train --seeds 2 --full --jobs 1 --json it.json")
    assert done.exit_code == 0
    assert done.stdout.startswith(" embedded digits of scikit-learn")
    assert [line for line in done.stdout.splitlines()[2:] if len(line) > 80] == []
    document = json.loads(Path("it.json").read_text())
    assert document["schema"] == "crosscheck.train/1"
    (model,) = document["models"]
    assert_has(model, {"model": str, "data": str, "runs": list, "lockstep": dict, "source": dict})
    assert [(one["framework"], one["dtype"], one["seed"]) for one in model["runs"]] == [
        (name, dtype, seed)
        for dtype, seed in (("float64", 0), ("float32", 0), ("float32", 1))
        for name in ("scratch", "torch", "keras")
    ]
    for one in model["runs"]:
        assert_has(one, {"framework": str, "seed": int, "dtype": str, "seconds": float, "epochs": list})
        assert [epoch["epoch"] for epoch in one["epochs"]] == [1, 2]
        for epoch in one["epochs"]:
            assert_has(epoch, {"epoch": int, "cost": float, "train_accuracy": float, "test_accuracy": float})
    assert_has(model["lockstep"], {"dtype": str, "steps": int, "max_param_diff": float})
    assert model["lockstep"]["first_difference"] is None
    assert model["lockstep"]["steps"] == 6
    assert model["source"]["printed"] == list(SOURCES["two-layer-net"].printed)
    assert model["source"]["reproduced"] is None


def assert_has(document: Mapping[str, Any], expected: Mapping[str, type]) -> None:
    assert {key: type(document.get(key)) for key in expected} == expected


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("train two-layer", "no model is called 'two-layer'. Close: two-layer-net."),
        ("train nothing-like-it", "Known: rnn-mnist, three-layer-mlp"),
        ("train --epochs 0", "0 is not in the range"),
        ("train --epochs -1", "-1 is not in the range"),
        ("train --epochs many", "not a valid integer"),
        ("train --seeds 0", "0 is not in the range"),
        ("train --jobs 0", "0 is not in the range"),
        ("train --framework jax", "'jax' is not one of 'torch', 'keras'"),
        ("train --full --epochs 2", "--full and --epochs were both given"),
        ("train --data nowhere", "folder nowhere does not exist"),
        ("train --data corrupt", "train-images-idx3-ubyte: "),
        ("train --data .", "holds no MNIST"),
    ],
)
def test_what_cannot_be_carried_out_is_one_line_and_2(command: str, said: str) -> None:
    Path("corrupt").mkdir()
    for part in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"):
        Path("corrupt", f"{part}-ubyte").write_bytes(b"\0" * 100)
    done = invoke(command)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert ONE_LINE.fullmatch(done.stderr)
    assert said in done.stderr


def test_a_missing_framework_is_one_line_and_2(monkeypatch: pytest.MonkeyPatch) -> None:
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "torch" else find_spec(name))
    done = invoke("train two-layer-net")
    assert done.exit_code == 2
    assert done.stdout == ""
    assert ONE_LINE.fullmatch(done.stderr)
    assert "pip install 'crosscheck[torch]'" in done.stderr


def test_a_failure_in_another_process_is_told(monkeypatch: pytest.MonkeyPatch, digits: Dataset) -> None:
    plan = Plan(RECIPES["two-layer-net"], Path("nowhere"), digits, ("torch",), (0,), 1)
    with pytest.raises(Exception, match="folder nowhere does not exist"):
        list(parallel.train([plan], resume=False, jobs=2))


@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_stops_between_steps_and_resume_completes(jobs: int, tmp_path: Path) -> None:
    arguments = ["train", "rnn-mnist", "--framework", "torch", "--epochs", "12", "--jobs", str(jobs)]
    command = [sys.executable, "-c", "from reference.cli import main; main()", *arguments]
    kept = tmp_path / "cache" / "crosscheck" / "runs"
    started = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    deadline = time.monotonic() + 120
    while not list(kept.glob("*.npz")) and time.monotonic() < deadline:  # the first is written after an epoch
        assert started.poll() is None, started.communicate()
        time.sleep(0.05)
    os.killpg(started.pid, signal.SIGINT)
    out, err = started.communicate(timeout=120)
    assert started.returncode == 130
    assert ONE_LINE.fullmatch(err)
    assert len(out.splitlines()) <= 2  # where the data come from, and no result
    before = sorted(path.name for path in kept.iterdir())
    assert before
    assert all(name.endswith(".npz") for name in before)
    steps = [json.loads(str(np.load(path)["facts"]))["result"]["steps"] for path in kept.iterdir()]
    assert max(steps) > 0
    assert min(steps) < 72

    done = subprocess.run([*command, "--resume", "--json", "it.json"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    (model,) = json.loads(Path("it.json").read_text())["models"]
    assert model["lockstep"]["steps"] == 72
    assert all(len(one["epochs"]) == 12 for one in model["runs"])
    assert set(before) <= {path.name for path in kept.iterdir()}
