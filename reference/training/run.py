"""One run: a recipe, a dtype and a seed, in all implementations at once, step by step."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from reference.frameworks import Trainer
from reference.pair import Array
from reference.training.checkpoint import Checkpoint
from reference.training.trainers import SCRATCH, ScratchTrainer, TwinTrainer
from scratch.data import Dataset
from scratch.training import Recipe, Split

# In float64 two implementations whose weights are this far apart have parted.
PARTED = 1e-12
# A test set is put through the network in parts of this many images.
PART = 1000


@dataclass
class Epoch:
    """What one implementation did in one epoch. `cost` and `train_accuracy` are means over its steps, taken before each
    step; the others are of the test images after the last."""

    epoch: int
    cost: float
    train_accuracy: float
    test_cost: float
    test_accuracy: float


@dataclass
class Drift:
    """How far a framework's weights are from scratch's after each step; float64 only.

    `first` is the first step after which they had parted. `again` is then how far apart they are one step after both
    start again from scratch's last weights: still nothing where rounding errors have grown and nothing else.
    """

    largest: list[float] = field(default_factory=list)
    first: dict[str, Any] | None = None
    again: float | None = None

    def note(self, step: int, distances: dict[str, float]) -> None:
        name = max(distances, key=lambda key: distances[key])
        self.largest.append(distances[name])
        if self.first is None and not distances[name] <= PARTED:
            self.first = {"step": step, "parameter": name, "difference": distances[name]}

    @property
    def same_formula(self) -> bool:
        """Never parted, or only by rounding errors that training made grow."""
        return self.first is None or (self.again is not None and self.again <= PARTED)


@dataclass
class Run:
    """What came of one run, by implementation."""

    model: str
    dtype: str
    seed: int
    steps: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    epochs: dict[str, list[Epoch]] = field(default_factory=dict)
    drift: dict[str, Drift] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, kept: dict[str, Any]) -> "Run":
        epochs = {name: [Epoch(**e) for e in done] for name, done in kept["epochs"].items()}
        drift = {name: Drift(**d) for name, d in kept["drift"].items()}
        return cls(**{**kept, "epochs": epochs, "drift": drift})


def total_steps(recipe: Recipe, split_size: int, epochs: int) -> int:
    """How many steps `epochs` epochs of a recipe take on that many training images."""
    each = recipe.steps or -(-split_size // recipe.batch_size)
    return min(each * epochs, recipe.total_steps or each * epochs)


def run(
    recipe: Recipe,
    data: Dataset,
    frameworks: Sequence[str],
    dtype: str,
    seed: int,
    epochs: int,
    checkpoint: Checkpoint,
    advance: Callable[[int], None] = lambda steps: None,
) -> Run:
    """Train all implementations side by side; `advance(n)` is told of every n steps done.

    Goes on from the checkpoint where it holds one. Interrupted, it leaves one behind that holds the last whole step.
    Every implementation has one thread.
    """
    with threadpool_limits(1, "blas"):
        return _run(recipe, data, frameworks, dtype, seed, epochs, checkpoint, advance)


def _run(
    recipe: Recipe,
    data: Dataset,
    frameworks: Sequence[str],
    dtype: str,
    seed: int,
    epochs: int,
    checkpoint: Checkpoint,
    advance: Callable[[int], None],
) -> Run:
    split = recipe.prepare(data, dtype)
    scratch = ScratchTrainer(recipe, dtype, seed)
    twins = {name: TwinTrainer(recipe, name, dtype, scratch.weights(), split.x_train[:1]) for name in frameworks}
    trainers: dict[str, Trainer] = {SCRATCH: scratch, **twins}
    state = _State(Run(recipe.name, dtype, seed), trainers)
    last = total_steps(recipe, len(split.x_train), epochs)
    if checkpoint.exists():
        facts, arrays = checkpoint.load()
        if facts["result"]["steps"] <= last:  # a longer run tells nothing about its own middle
            state.restore(facts, arrays)
            advance(state.result.steps)
    batches = recipe.batches(split, seed)
    try:
        while state.result.steps < last:
            epoch, start = divmod(state.result.steps, len(batches))
            for x, t in _until(batches.batches(epoch, start), last - state.result.steps):
                state.step(x, t)
                if dtype == "float64":
                    for name, twin in twins.items():
                        state.result.drift[name].note(state.result.steps, twin.distances(scratch.weights()))
                advance(1)
                checkpoint.save_now_and_then(state.kept)
            state.end_epoch(epoch + 1, split, recipe.gradient_scale)
            checkpoint.save(*state.kept())
    except KeyboardInterrupt:
        checkpoint.save(*state.kept())
        raise
    for name, drift in state.result.drift.items():
        if drift.first is not None and drift.again is None:
            drift.again = _restart(recipe, name, seed, scratch.weights(), *next(batches.batches(0)))
            checkpoint.save(*state.kept())
    return state.result


def _restart(recipe: Recipe, name: str, seed: int, weights: Mapping[str, Array], x: Array, t: Array) -> float:
    """The largest difference one step after scratch and a framework both start from `weights`, in float64."""
    scratch = ScratchTrainer(recipe, "float64", seed)
    scratch.network.load(weights)
    twin = TwinTrainer(recipe, name, "float64", weights, x)
    scratch.step(x, t)
    twin.step(x, t)
    return max(twin.distances(scratch.weights()).values())


def _until(batches: Iterator[tuple[Array, Array]], count: int) -> Iterator[tuple[Array, Array]]:
    for _, batch in zip(range(count), batches, strict=False):
        yield batch


class _State:
    """The trainers of a run with its result so far, and the sums of the epoch under way."""

    def __init__(self, result: Run, trainers: dict[str, Trainer]) -> None:
        self.result, self.trainers = result, trainers
        for name in trainers:
            result.seconds[name] = 0.0
            result.epochs[name] = []
            if name != SCRATCH and result.dtype == "float64":
                result.drift[name] = Drift()
        self._begin_epoch()

    def _begin_epoch(self) -> None:
        # per implementation: costs of the steps, predictions that were right, predictions made
        self.sums = {name: [0.0, 0, 0] for name in self.trainers}
        self.steps = 0

    def step(self, x: Array, t: Array) -> None:
        for name, trainer in self.trainers.items():
            start = time.perf_counter()
            cost, right = trainer.step(x, t)
            self.result.seconds[name] += time.perf_counter() - start
            sums = self.sums[name]
            sums[0] += cost
            sums[1] += right
            sums[2] += len(t)
        self.steps += 1
        self.result.steps += 1

    def end_epoch(self, number: int, split: Split, scale: float) -> None:
        for name, trainer in self.trainers.items():
            cost, right, seen = self.sums[name]
            logits = np.concatenate(
                [trainer.logits(split.x_test[i : i + PART]) for i in range(0, len(split.x_test), PART)]
            )
            self.result.epochs[name].append(
                Epoch(number, cost / self.steps, right / seen, *_judge(logits, split.t_test, scale))
            )
        self._begin_epoch()

    def kept(self) -> tuple[dict[str, Any], dict[str, Array]]:
        arrays = {
            f"{name}/{key}": value for name, trainer in self.trainers.items() for key, value in trainer.state().items()
        }
        return {"result": self.result.to_dict(), "sums": self.sums, "steps": self.steps}, arrays

    def restore(self, facts: dict[str, Any], arrays: dict[str, Array]) -> None:
        self.result = Run.from_dict(facts["result"])
        self.sums, self.steps = facts["sums"], facts["steps"]
        for name, trainer in self.trainers.items():
            prefix = f"{name}/"
            trainer.restore({k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)})


def _judge(logits: Array, t: Array, scale: float) -> tuple[float, float]:
    """Mean cross-entropy, scaled as in training, and accuracy."""
    logits = logits.astype(np.float64)
    top = logits.max(axis=1)
    log_sum = top + np.log(np.exp(logits - top[:, None]).sum(axis=1))
    cost = float((log_sum - logits[np.arange(len(t)), t]).mean())
    return cost * scale, float((logits.argmax(axis=1) == t).mean())
