"""Short runs of training, and a mistake in one."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reference.training import checkpoint as checkpoint_module
from reference.training.checkpoint import Checkpoint
from reference.training.run import Run, run
from reference.training.trainers import TwinTrainer
from scratch.data import Dataset
from scratch.training import RECIPES, Recipe

BOTH = ("torch", "keras")
STEPS = 10


def go_away(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """No MNIST, no network, and runs are kept in this folder."""
    monkeypatch.chdir(folder)
    monkeypatch.delenv("CROSSCHECK_DATA", raising=False)
    monkeypatch.setenv("CROSSCHECK_OFFLINE", "1")
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("KERAS_HOME", str(folder / "keras"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    monkeypatch.setattr(checkpoint_module, "user_cache_path", lambda name: folder / "cache" / name)


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
