"""Timing one workload: every implementation starts alike, is held to the others, and takes turns with them."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from reference.bench.modes import Implementation, make, modes_of
from reference.bench.names import EAGER
from reference.bench.peers import PEERS, make_peer
from reference.bench.workloads import products
from reference.frameworks import framework
from reference.training.trainers import SCRATCH, ScratchTrainer
from scratch.data import embedded_digits
from scratch.training import Recipe

WARM_UP = 3
ROUNDS = 15
SECONDS_A_ROUND = 0.1
PEAK_SIZE = 1024

# After a step from the same weights implementations may differ by rounding only, or their times mean nothing: the
# difference as a share of the step, whose own size may be a thousandth of the weights that are rounded.
VERIFIED = {"float64": 1e-10, "float32": 2e-3}


@dataclass(frozen=True)
class Task:
    """One table row to measure: a workload in one dtype with so many threads, in these modes."""

    recipe: Recipe
    dtype: str
    threads: int
    frameworks: tuple[str, ...]
    modes: tuple[str, ...] = ()
    peers: bool = False


@dataclass(frozen=True)
class Timing:
    """Median milliseconds of one training step, by implementation."""

    name: str
    dtype: str
    threads: int
    batch_size: int
    ms: dict[str, float]
    peak_share: float
    left_out: dict[str, str] = field(default_factory=dict)
    memory_mb: dict[str, float] = field(default_factory=dict)
    versions: tuple[str, ...] = ()

    def ratio_to(self, name: str) -> float | None:
        return self.ms[SCRATCH] / self.ms[name] if name in self.ms else None

    @property
    def ratio_to_torch_eager(self) -> float | None:
        return self.ratio_to(EAGER)

    @property
    def best(self) -> str | None:
        """The fastest mode of a framework."""
        modes = [name for name in self.ms if name != SCRATCH and name not in PEERS]
        return min(modes, key=lambda name: self.ms[name]) if modes else None

    @property
    def ratio_to_best(self) -> float | None:
        return self.ratio_to(self.best) if self.best else None


def modes_for(task: Task) -> list[str]:
    """The modes of a task, scratch first."""
    x, _ = batch_of(task)
    modes = [mode for mode in modes_of(task.recipe, task.frameworks, x) if not task.modes or mode in task.modes]
    return [SCRATCH, *modes]


def batch_of(task: Task) -> tuple[Any, Any]:
    """A batch of the workload's own size: x (batch, ...), t (batch,)."""
    split = task.recipe.prepare(embedded_digits(), task.dtype)
    return split.x_train[: task.recipe.batch_size], split.t_train[: task.recipe.batch_size]


def weights_of(task: Task) -> dict[str, Any]:
    """The weights that all implementations start from."""
    return task.recipe.model(rng=0, dtype=task.dtype).params


def measure(task: Task, advance: Callable[[], None] = lambda: None) -> Timing:
    """Time one training step in every mode. What a mode cannot do is left out, with the reason.

    Each round times every implementation in turn, so a slow moment of the machine falls on all. Raises ValueError when
    one does not agree with scratch after a step from the same weights.
    """
    x, t = batch_of(task)
    weights = weights_of(task)
    with threadpool_limits(task.threads, "blas"):
        made, left_out = _made(task, weights, x, t)
        steps = {name: _steps_a_round(each) for name, each in made.items()}
        times: dict[str, list[float]] = {name: [] for name in made}
        for _ in range(ROUNDS):
            for name, each in made.items():
                start = time.perf_counter()
                for _ in range(steps[name]):
                    each.step()
                times[name].append((time.perf_counter() - start) / steps[name] * 1000)
            advance()
        peak = _operations_a_second(task.dtype)
    ms = {name: statistics.median(each) for name, each in times.items()}
    share = products(task.recipe.model(rng=0, dtype=task.dtype), x) / (ms[SCRATCH] / 1000) / peak
    versions = (f"numpy {np.__version__}", *(framework(name).version() for name in task.frameworks))
    name, size = task.recipe.name, task.recipe.batch_size
    return Timing(name, task.dtype, task.threads, size, ms, share, left_out, versions=versions)


def _made(task: Task, weights: Mapping[str, Any], x: Any, t: Any) -> tuple[dict[str, Implementation], dict[str, str]]:
    """Every implementation, verified after its first step; those that do not work here with the reason."""
    made: dict[str, Implementation] = {}
    left_out: dict[str, str] = {}
    after = _after_a_step(task, weights, x, t)
    for mode in [*modes_for(task), *(PEERS if task.peers else ())]:
        try:
            maker = make_peer if mode in PEERS else make
            each = maker(mode, task.recipe, task.dtype, weights, x, t)
            each.step()
        except Exception as error:  # no compiler, an operation without a kernel: whatever the framework says
            if mode == SCRATCH:
                raise
            left_out[mode] = str(error).strip().splitlines()[0][:80] if str(error).strip() else type(error).__name__
            continue
        if not (off := off_course(weights, after, each.weights())) <= VERIFIED[task.dtype]:
            raise ValueError(
                f"{task.recipe.name}: the first step of {mode} is {off:.0e} of it off scratch's; not timed"
            )
        made[mode] = each
    return made, left_out


def off_course(before: Mapping[str, Any], after: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    """How far another step from the same weights ends from `after`, as a share of the step; of the worst weight."""
    norm = np.linalg.norm
    return max(float(norm(other[name] - w) / norm(w - before[name])) for name, w in after.items())


def _after_a_step(task: Task, weights: Mapping[str, Any], x: Any, t: Any) -> dict[str, Any]:
    """The weights that scratch has after one step."""
    trainer = ScratchTrainer(task.recipe, task.dtype, 0)
    trainer.network.load(weights)
    trainer.step(x, t)
    return trainer.weights()


def _steps_a_round(each: Implementation) -> int:
    for _ in range(WARM_UP):
        each.step()
    start = time.perf_counter()
    each.step()
    return max(1, round(SECONDS_A_ROUND / (time.perf_counter() - start)))


def _operations_a_second(dtype: str) -> float:
    """What the product of two large matrices reaches in NumPy, the best of a few."""
    a = np.random.default_rng(0).standard_normal((PEAK_SIZE, PEAK_SIZE)).astype(dtype)
    out = np.empty_like(a)
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        np.matmul(a, a, out=out)
        seconds.append(time.perf_counter() - start)
    return 2 * PEAK_SIZE**3 / min(seconds)
