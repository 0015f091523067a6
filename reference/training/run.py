"""One run: a recipe, a dtype and a seed, in all implementations at once, step by step."""

import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from reference.errors import RequestError
from reference.frameworks import Trainer
from reference.pair import Array
from reference.training.checkpoint import Checkpoint
from reference.training.drift import Drift, Restarts
from reference.training.trainers import SCRATCH, ScratchTrainer, TwinTrainer
from scratch.data import Dataset, MiniBatches
from scratch.training import Recipe, Split

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
class Run:
    """What came of one run, by implementation; `unkept` says why it could not be kept on disk, if it could not."""

    model: str
    dtype: str
    seed: int
    steps: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    epochs: dict[str, list[Epoch]] = field(default_factory=dict)
    drift: dict[str, Drift] = field(default_factory=dict)
    unkept: str = ""

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

    Goes on from the checkpoint where it holds one. Stopped by a KeyboardInterrupt from `advance`, it leaves one behind
    that holds the last step. Every implementation has one thread.
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
        try:
            if facts["result"]["steps"] <= last:  # a longer run tells nothing about its own middle
                state.restore(facts, arrays)
        except Exception as error:  # a sound archive that holds something else
            raise checkpoint.unreadable(error) from error
        advance(state.result.steps)
    batches = recipe.batches(split, seed)
    lockstep = _Lockstep(recipe, seed, scratch, twins, batches, state.result) if dtype == "float64" else None
    try:
        while state.result.steps < last or state.steps:  # the latter: interrupted just before the end of an epoch
            epoch, first = len(state.result.epochs[SCRATCH]), state.steps
            wanted = min(len(batches) - first, last - state.result.steps)
            for step, (x, t) in enumerate(itertools.islice(batches.batches(epoch, first), wanted), start=first):
                if lockstep:
                    lockstep.before()
                state.step(x, t)
                if lockstep:
                    lockstep.after(epoch, step)
                advance(1)
                state.keep(checkpoint.save_now_and_then, state.kept)
            state.end_epoch(split, recipe.gradient_scale)
            if lockstep:
                lockstep.end_epoch(epoch)
            state.keep(checkpoint.save, *state.kept())
    except KeyboardInterrupt:
        checkpoint.save(*state.kept())
        raise
    return state.result


class _Lockstep:
    """Compares all weights after every step and, where a framework has parted, whether a step still makes the same."""

    def __init__(
        self,
        recipe: Recipe,
        seed: int,
        scratch: ScratchTrainer,
        twins: Mapping[str, TwinTrainer],
        batches: MiniBatches,
        result: Run,
    ) -> None:
        self.recipe, self.seed, self.scratch, self.twins = recipe, seed, scratch, twins
        self.batches, self.result = batches, result
        self.kept: dict[str, Array] = {}
        self.restarts: dict[str, Restarts] = {}

    def before(self) -> None:
        """Before a step: keep the weights, in case somebody parts in it."""
        if any(drift.first is None for drift in self.result.drift.values()):
            self.kept = {name: w.copy() for name, w in self.scratch.weights().items()}

    def after(self, epoch: int, step: int) -> None:
        """After this step of an epoch."""
        for name, twin in self.twins.items():
            if self.result.drift[name].note(self.result.steps, twin.distances(self.scratch.weights())):
                self._restart(name, self.kept, epoch, step)

    def end_epoch(self, epoch: int) -> None:
        for name in self.twins:
            if self.result.drift[name].first is not None:
                self._restart(name, self.scratch.weights(), epoch + 1, 0)

    def _restart(self, name: str, weights: Mapping[str, Array], epoch: int, step: int) -> None:
        batches = itertools.chain(self.batches.batches(epoch, step), self.batches.batches(epoch + 1))
        if name not in self.restarts:
            x, _ = next(self.batches.batches(0))
            self.restarts[name] = Restarts(self.recipe, name, self.seed, weights, x)
        self.result.drift[name].note_restart(self.restarts[name].apart(weights, batches))


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

    def end_epoch(self, split: Split, scale: float) -> None:
        number = len(self.result.epochs[SCRATCH]) + 1
        for name, trainer in self.trainers.items():
            cost, right, seen = self.sums[name]
            logits = np.concatenate(
                [trainer.logits(split.x_test[i : i + PART]) for i in range(0, len(split.x_test), PART)]
            )
            self.result.epochs[name].append(
                Epoch(number, cost / self.steps, right / seen, *_judge(logits, split.t_test, scale))
            )
        self._begin_epoch()

    def keep(self, save: Callable[..., None], *what: Any) -> None:
        """Save; where that cannot be done the run goes on without."""
        try:
            save(*what)
        except RequestError as error:
            self.result.unkept = str(error)

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
