"""The runs of all models, spread over processes."""

import functools
import multiprocessing
import queue
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from pathlib import Path
from typing import Any

from reference.training.comparison import Comparison, Plan
from reference.training.run import Run, run
from scratch.data import Dataset
from scratch.mnist import load_mnist
from scratch.training import RECIPES

TELL_EVERY = 0.2  # seconds


def train(
    plans: Sequence[Plan], *, resume: bool, jobs: int, advance: Callable[[int], None] = lambda steps: None
) -> Iterator[Comparison]:
    """Each plan's comparison, in order, as soon as its runs are done; `advance(n)` is told of every n steps done.

    With `resume` unfinished runs go on and finished ones are taken as they are; without it all start anew. Stopped by
    KeyboardInterrupt, every run keeps its last whole step.
    """
    if not resume:
        for plan in plans:
            for dtype, seed in plan.runs():
                plan.checkpoint(dtype, seed).remove()
    if jobs == 1:
        for plan in plans:
            runs = [_train_one(plan, plan.data, dtype, seed, advance) for dtype, seed in plan.runs()]
            yield Comparison(plan, tuple(runs))
        return
    context = multiprocessing.get_context("spawn")  # the frameworks do not survive a fork
    steps, stop = context.Queue(), context.Event()
    with ProcessPoolExecutor(jobs, context, _start_worker, (steps, stop)) as pool:
        pending = {
            plan.recipe.name: [
                pool.submit(_work, plan.recipe.name, plan.folder, plan.frameworks, plan.seeds, plan.epochs, *one)
                for one in plan.runs()
            ]
            for plan in plans
        }
        try:
            for plan in plans:
                futures = pending[plan.recipe.name]
                _await(futures, steps, advance)
                yield Comparison(plan, tuple(future.result() for future in futures))
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise


def _train_one(plan: Plan, data: Dataset, dtype: str, seed: int, advance: Callable[[int], None]) -> Run:
    checkpoint = plan.checkpoint(dtype, seed)
    return run(plan.recipe, data, plan.frameworks, dtype, seed, plan.epochs, checkpoint, advance)


def _await(futures: Sequence[Future[Run]], steps: Any, advance: Callable[[int], None]) -> None:
    left: set[Future[Run]] = set(futures)
    while left:
        done, left = wait(left, timeout=TELL_EVERY, return_when=FIRST_COMPLETED)
        for future in done:
            future.result()  # an error ends the wait for the others
        try:
            while True:
                advance(steps.get_nowait())
        except queue.Empty:
            pass


class _Worker:
    """What a worker process was given when it started."""

    steps: Any
    stop: Any


def _start_worker(steps: Any, stop: Any) -> None:
    # the parent hears the keyboard and tells the workers, so that a run stops between two steps
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _Worker.steps, _Worker.stop = steps, stop


@functools.lru_cache(maxsize=1)
def _data(folder: Path | None) -> Dataset:
    return load_mnist(folder)


def _work(
    name: str,
    folder: Path | None,
    frameworks: tuple[str, ...],
    seeds: tuple[int, ...],
    epochs: int,
    dtype: str,
    seed: int,
) -> Run:
    data = _data(folder)
    plan = Plan(RECIPES[name], folder, data, frameworks, seeds, epochs)
    untold, told = 0, time.monotonic()

    def advance(steps: int) -> None:
        nonlocal untold, told
        if _Worker.stop.is_set():
            raise KeyboardInterrupt
        untold += steps
        if time.monotonic() - told > TELL_EVERY:
            _Worker.steps.put(untold)
            untold, told = 0, time.monotonic()

    done = _train_one(plan, data, dtype, seed, advance)
    _Worker.steps.put(untold)
    return done
