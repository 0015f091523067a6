"""Training side by side: in step, parted by rounding or by a mistake."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import invoke
from training_runs import BOTH, STEPS, doubled_bias_step, short, trained

from reference.frameworks import Job, framework
from reference.training import comparison
from reference.training.comparison import in_words, looks
from reference.training.drift import PARTED, Drift
from reference.training.run import total_steps
from reference.training.trainers import ScratchTrainer, TwinTrainer
from scratch.data import Dataset
from scratch.training import RECIPES

pytestmark = [
    pytest.mark.usefixtures("away_from_the_user"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),  # keras.Variable, NumPy 2
]

# rounding errors do not grow in their first steps
STEADY = ("rnn-mnist", "cnn", "two-layer-net")


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
