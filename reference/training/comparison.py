"""All runs of a model, compared: between implementations, over seeds, and with what its source printed."""

import difflib
import hashlib
import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

import scratch
from reference.errors import RequestError
from reference.frameworks import framework, require_each
from reference.training.checkpoint import Checkpoint
from reference.training.drift import PARTED, Drift
from reference.training.run import Run, total_steps
from reference.training.sources import SOURCES, Source
from reference.training.trainers import SCRATCH
from scratch.data import Dataset
from scratch.mnist import load_mnist
from scratch.training import RECIPES, Recipe

LOCKSTEP = "float64"


class UnknownModel(RequestError):
    """No recipe has that name."""


def recipes_of(names: Sequence[str]) -> list[Recipe]:
    """The recipes with these names, all without any. Raises UnknownModel."""
    if unknown := [name for name in names if name not in RECIPES]:
        close = difflib.get_close_matches(unknown[0], RECIPES, n=1, cutoff=0.4)
        hint = f"Close: {close[0]}. " if close else ""
        raise UnknownModel(f"no model is called '{unknown[0]}'. {hint}Known: {', '.join(RECIPES)}")
    return [RECIPES[name] for name in names] or list(RECIPES.values())


@dataclass(frozen=True)
class Plan:
    """What to train: one lockstep run in float64 with the first seed, and one run in float32 for each seed."""

    recipe: Recipe
    folder: Path | None
    data: Dataset
    frameworks: tuple[str, ...]
    seeds: tuple[int, ...]
    epochs: int

    def runs(self) -> list[tuple[str, int]]:
        """(dtype, seed) of each run."""
        return [(LOCKSTEP, self.seeds[0]), *(("float32", seed) for seed in self.seeds)]

    @property
    def steps(self) -> int:
        """Steps of one run."""
        return total_steps(self.recipe, len(self.recipe.prepare(self.data, "float32").x_train), self.epochs)

    def checkpoint(self, dtype: str, seed: int, folder: Path | None = None) -> Checkpoint:
        """Where this run is kept; another recipe, data set, framework version or state of scratch/ is another run."""
        recipe = asdict(self.recipe) | {
            "model": self.recipe.model.__name__,
            "prepare": self.recipe.prepare.__name__,
            "optimizer": self.recipe.optimizer.__name__,
            "loss": self.recipe.loss.__name__,
        }
        return Checkpoint(
            {
                "model": self.recipe.name,
                "dtype": dtype,
                "seed": seed,
                "recipe": recipe,
                "data": self.data.fingerprint,
                "frameworks": [framework(name).version() for name in self.frameworks],
                "code": _code(),
            },
            folder,
        )


def _code() -> str:
    """A hash of scratch/, so that a run begun by other code is not gone on with."""
    digest = hashlib.sha256()
    for folder in scratch.__path__:
        for path in sorted(Path(folder).glob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def make_plans(
    models: Sequence[str],
    folder: Path | None,
    frameworks: Sequence[str],
    seeds: int,
    epochs: int | None,
    first_seed: int = 0,
) -> list[Plan]:
    """Plans for these models, all without any; `epochs` None means each recipe's own schedule.

    Raises UnknownModel, MissingFramework, DataError.
    """
    recipes = recipes_of(models)
    require_each(frameworks)
    data = load_mnist(folder)  # what can be wrong with it is told before the frameworks are imported
    for name in frameworks:
        framework(name)
    chosen = tuple(range(first_seed, first_seed + seeds))
    return [Plan(recipe, folder, data, tuple(frameworks), chosen, epochs or recipe.epochs) for recipe in recipes]


@dataclass(frozen=True)
class Comparison:
    """The runs of one model."""

    plan: Plan
    runs: tuple[Run, ...]

    @property
    def source(self) -> Source:
        return SOURCES[self.plan.recipe.name]

    @property
    def lockstep(self) -> Run:
        return self.runs[0]

    @property
    def full(self) -> bool:
        """The source's own schedule on its own data."""
        return self.plan.data.is_mnist and self.plan.epochs >= self.plan.recipe.epochs

    @property
    def implementations(self) -> tuple[str, ...]:
        return (SCRATCH, *self.plan.frameworks)

    @property
    def agree(self) -> bool:
        return all(drift.same_formula for drift in self.lockstep.drift.values())

    def reproduced(self) -> bool | None:
        """Whether all implementations reproduce what the source printed; None where that cannot be said."""
        verdicts = {
            self.source.reproduced([e.test_accuracy for e in done[: self.plan.recipe.epochs]], self.full)
            for one in self.runs
            for done in one.epochs.values()
        }
        return None if None in verdicts else verdicts == {True}

    @property
    def verdict(self) -> str:
        """What is to be said of the printed number beside ours; "" where the source printed none."""
        if not self.source.printed:
            return ""
        if not self.plan.data.is_mnist:
            return "on MNIST"
        if not self.full:
            return f"after {self.plan.epochs} of {self.plan.recipe.epochs} epochs"
        if self.reproduced():
            return "reproduced"
        return "not reproducible from its own code" if self.source.stale else "not reproduced"

    def finals(self, name: str, quantity: str) -> tuple[float, float]:
        """Mean and deviation over the float32 seeds of a quantity of the last epoch."""
        values = [getattr(one.epochs[name][-1], quantity) for one in self.runs[1:]]
        return statistics.fmean(values), float(np.std(values, ddof=1)) if len(values) > 1 else math.nan

    def seconds(self, name: str) -> float:
        """Mean time an implementation spent in its steps in float32."""
        return statistics.fmean(one.seconds[name] for one in self.runs[1:])


def looks(drift: Drift) -> Iterator[tuple[int, float]]:
    """(step, largest difference so far) at a hundred or so steps, evenly spread on a logarithmic scale."""
    count = len(drift.largest)
    steps = sorted({1, count, *(round(count ** (i / 100)) for i in range(101))}) if count else []
    largest = 0.0
    seen = 0
    for step in steps:
        largest = max([largest, *drift.largest[seen:step]])
        seen = step
        yield step, largest


def in_words(name: str, drift: Drift) -> str:
    """What a drift curve means."""
    last, steps = drift.largest[-1], len(drift.largest)
    if drift.first is None:
        largest = max(drift.largest)
        apart = f"{largest:.0e} apart at most" if largest else "equal to the last bit"
        return f"{name} stays in step with scratch: {apart} in {steps:,} steps"
    first = drift.first
    began = f"{name} parts from scratch at step {first['step']:,} ({first['parameter']}, {first['difference']:.0e})"
    if drift.again is None:
        return began
    again = f"{drift.again:.0e}" if drift.again else "0"
    if not drift.same_formula:
        return f"{began}, and a step from the same weights takes them {again} apart: it is not the same formula"
    pace = _tenfold(drift)
    grown = f", the difference growing tenfold every {pace:,} steps" if pace else ""
    return (
        f"{began}{grown}, and is {last:.0e} away after {steps:,}. Training is chaotic there: a step from the same "
        f"weights takes them {again} apart, so the formula is the same and rounding has grown"
    )


def _tenfold(drift: Drift) -> int | None:
    """Steps in which the difference grew tenfold, on average from the parting until it was nearly at its largest."""
    assert drift.first is not None
    start = drift.first["step"] - 1
    grown = [apart for apart in drift.largest[start:] if math.isfinite(apart)]
    if not grown:
        return None
    nearly = next(i for i in range(start, len(drift.largest)) if drift.largest[i] >= max(grown) / 10)
    growth = math.log10(drift.largest[nearly] / max(drift.first["difference"], PARTED))
    return max(1, round((nearly - start) / growth)) if math.isfinite(growth) and growth >= 1 else None


def to_json(comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """The document of `crosscheck train --json`. NaN and infinity, which JSON does not know, are null."""
    document: dict[str, Any] = _finite({"schema": "crosscheck.train/1", "models": [_model(c) for c in comparisons]})
    return document


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _model(each: Comparison) -> dict[str, Any]:
    drifts = each.lockstep.drift
    firsts = [{"framework": name, **drift.first} for name, drift in drifts.items() if drift.first is not None]
    return {
        "model": each.plan.recipe.name,
        "data": each.plan.data.source,
        "runs": [
            {
                "framework": name,
                "seed": one.seed,
                "dtype": one.dtype,
                "seconds": one.seconds[name],
                "epochs": [asdict(e) for e in one.epochs[name]],
            }
            for one in each.runs
            for name in each.implementations
        ],
        "lockstep": {
            "dtype": LOCKSTEP,
            "steps": each.lockstep.steps,
            "max_param_diff": max((max(d.largest) for d in drifts.values()), default=None),
            "first_difference": min(firsts, key=lambda f: f["step"], default=None),
            "frameworks": {
                name: {
                    "max_param_diff": max(drift.largest),
                    "first_difference": drift.first,
                    "restarted_diff": drift.again,
                    "same_formula": drift.same_formula,
                    "drift": [list(look) for look in looks(drift)],
                    "in_words": in_words(name, drift),
                }
                for name, drift in drifts.items()
            },
        },
        "source": {
            "printed": list(each.source.printed),
            "quantity": each.source.quantity,
            "reproduced": each.reproduced(),
            "remark": each.source.remark,
        },
    }
