"""`crosscheck train`: what is said of runs, printed and written, and what cannot be carried out."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import ONE_LINE, invoke
from training_runs import short

from reference.training import comparison, parallel
from reference.training.comparison import Comparison, Plan, in_words, to_json
from reference.training.drift import Drift
from reference.training.run import Epoch, Run
from reference.training.sources import SOURCES
from scratch.data import Dataset
from scratch.training import RECIPES

pytestmark = [
    pytest.mark.usefixtures("away_from_the_user"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),  # keras.Variable, NumPy 2
]


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
        ("train --epochs many", "is not a whole number"),
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


def test_a_run_in_the_background_does_not_hear_ctrl_c(digits: Dataset) -> None:
    plan = Plan(RECIPES["two-layer-net"], None, digits, ("torch",), (0,), 1)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        (comparison,) = parallel.train(
            [plan], resume=False, jobs=1, advance=lambda _: signal.raise_signal(signal.SIGINT)
        )
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(comparison.runs) == 2  # float64 and float32


# what a shell runs in the background, perhaps these tests, starts its own processes deaf to Ctrl-C
HEARS_CTRL_C = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"


@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_stops_between_steps_and_resume_completes(jobs: int, tmp_path: Path) -> None:
    arguments = ["train", "rnn-mnist", "--framework", "torch", "--epochs", "20", "--jobs", str(jobs)]
    command = [sys.executable, "-c", f"{HEARS_CTRL_C}; from reference.cli import main; main()", *arguments]
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
    assert min(steps) < 120

    done = subprocess.run([*command, "--resume", "--json", "it.json"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    (model,) = json.loads(Path("it.json").read_text())["models"]
    assert model["lockstep"]["steps"] == 120
    assert all(len(one["epochs"]) == 20 for one in model["runs"])
    assert set(before) <= {path.name for path in kept.iterdir()}
