"""Step times of the models in NumPy and in the frameworks, interleaved in one process."""

import platform
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

from reference.frameworks import Trainer, framework
from reference.training.trainers import SCRATCH, ScratchTrainer, TwinTrainer
from scratch.data import embedded_digits
from scratch.training import Recipe

WARM_UP = 3
ROUNDS = 15
SECONDS_A_ROUND = 0.1

# After a step from the same weights implementations may differ by rounding only, or their times mean nothing.
VERIFIED = {"float64": 1e-10, "float32": 1e-2}


@dataclass(frozen=True)
class Workload:
    """Median milliseconds of one training step, by implementation."""

    name: str
    dtype: str
    batch_size: int
    ms: dict[str, float]

    def ratio_to(self, name: str) -> float:
        return self.ms[SCRATCH] / self.ms[name]

    @property
    def ratio_to_best(self) -> float:
        """NumPy's time divided by that of the fastest framework."""
        return self.ms[SCRATCH] / min(ms for name, ms in self.ms.items() if name != SCRATCH)


def measure(
    recipe: Recipe,
    frameworks: Sequence[str],
    dtype: str,
    advance: Callable[[int], None] = lambda rounds: None,
) -> Workload:
    """Time one training step of a recipe on a batch of its own size, with one thread each.

    All implementations start from the same weights and are held to each other after a step before they are timed.
    Each round times every implementation in turn, so a slow moment of the machine falls on all. Raises ValueError
    when they do not agree.
    """
    split = recipe.prepare(embedded_digits(), dtype)
    x, t = split.x_train[: recipe.batch_size], split.t_train[: recipe.batch_size]
    with threadpool_limits(1, "blas"):
        scratch = ScratchTrainer(recipe, dtype, 0)
        twins = {name: TwinTrainer(recipe, name, dtype, scratch.weights(), x) for name in frameworks}
        trainers: dict[str, Trainer] = {SCRATCH: scratch, **twins}
        for trainer in trainers.values():
            trainer.step(x, t)
        for name, twin in twins.items():
            apart = max(twin.distances(scratch.weights()).values())
            if not apart <= VERIFIED[dtype]:
                raise ValueError(f"{recipe.name}: {name} is {apart:.0e} from scratch after one step; not timed")
        steps = {name: _steps_a_round(trainer, x, t) for name, trainer in trainers.items()}
        times: dict[str, list[float]] = {name: [] for name in trainers}
        for _ in range(ROUNDS):
            for name, trainer in trainers.items():
                start = time.perf_counter()
                for _ in range(steps[name]):
                    trainer.step(x, t)
                times[name].append((time.perf_counter() - start) / steps[name] * 1000)
            advance(1)
    medians = {name: statistics.median(each) for name, each in times.items()}
    return Workload(recipe.name, dtype, recipe.batch_size, medians)


def _steps_a_round(trainer: Trainer, x: Any, t: Any) -> int:
    for _ in range(WARM_UP):
        trainer.step(x, t)
    start = time.perf_counter()
    trainer.step(x, t)
    return max(1, round(SECONDS_A_ROUND / (time.perf_counter() - start)))


def machine() -> dict[str, str]:
    """The processor, the kernels NumPy's BLAS chose for it, and the versions."""
    blas = [each for each in threadpool_info() if each["user_api"] == "blas" and "numpy" in each["filepath"]]
    return {
        "processor": _processor(),
        "blas": ", ".join(f"{b['internal_api']} {b['version']} {b.get('architecture', '')}".strip() for b in blas),
        "numpy": np.__version__,
        "python": platform.python_version(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names: Iterator[str] = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def to_json(workloads: Sequence[Workload], frameworks: Sequence[str]) -> dict[str, Any]:
    """The document of `crosscheck bench --json`."""
    facts = machine()
    return {
        "schema": "crosscheck.bench/1",
        "machine": facts["processor"],
        "blas": facts["blas"],
        "versions": [f"numpy {facts['numpy']}", *(framework(name).version() for name in frameworks)],
        "workloads": [
            {
                "workload": each.name,
                "dtype": each.dtype,
                "threads": 1,
                "batch_size": each.batch_size,
                "ms": each.ms,
                "ratio_to_torch_eager": each.ratio_to("torch") if "torch" in each.ms else None,
                "ratio_to_best": each.ratio_to_best,
            }
            for each in workloads
        ],
    }
