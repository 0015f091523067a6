"""The runs of all models, spread over processes."""

import contextlib
import functools
import multiprocessing
import queue
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from reference.errors import RequestError
from reference.processes import Terminated, deaf_children, hear_the_parent, listening, pool_of
from reference.training.comparison import Comparison, Plan
from reference.training.run import Run, run
from scratch.data import DataError, Dataset
from scratch.mnist import load_mnist
from scratch.training import RECIPES

TELL_EVERY = 0.2  # seconds

Advance = Callable[[int], None]


def train(
    plans: Sequence[Plan], *, resume: bool, jobs: int, advance: Advance = lambda steps: None
) -> Iterator[Comparison]:
    """Each plan's comparison, in order, as soon as its runs are done; `advance(n)` is told of every n steps done.

    With `resume` unfinished runs go on and finished ones are taken as they are; without it all start anew. Stopped by
    KeyboardInterrupt, every run keeps its last whole step.
    """
    if not resume:
        for plan in plans:
            for dtype, seed in plan.runs():
                plan.checkpoint(dtype, seed).remove()
    jobs = min(jobs, sum(len(plan.runs()) for plan in plans))
    if jobs <= 1:
        for plan in plans:
            with _stopping_between_steps(advance) as advance_or_stop:
                runs = [_train_one(plan, plan.data, dtype, seed, advance_or_stop) for dtype, seed in plan.runs()]
            yield Comparison(plan, tuple(runs))
        return
    context = multiprocessing.get_context("spawn")  # the frameworks do not survive a fork
    steps, stop = context.Queue(), context.Event()
    with pool_of(jobs, _start_worker, steps, stop) as pool:
        with deaf_children():
            pending = [
                [
                    pool.submit(_work, plan.recipe.name, plan.folder, plan.frameworks, plan.seeds, plan.epochs, *one)
                    for one in plan.runs()
                ]
                for plan in plans
            ]
        try:
            for plan, futures in zip(plans, pending, strict=True):
                _await(futures, steps, advance)
                yield Comparison(plan, tuple(future.result() for future in futures))
        except BrokenProcessPool as error:
            raise RequestError(
                f"one of {jobs} processes was ended from outside, perhaps for want of memory. "
                "Go on with --resume --jobs 1"
            ) from error
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise


@contextlib.contextmanager
def _stopping_between_steps(advance: Advance) -> Iterator[Advance]:
    """Hold Ctrl-C, and what else asks to stop, back until the next step is done.

    Gives what to call in the place of `advance`.
    """
    told: list[int] = []

    def advance_or_stop(steps: int) -> None:
        advance(steps)
        if told:
            raise KeyboardInterrupt if told[0] == signal.SIGINT else Terminated(told[0])

    def hear(number: int, _: Any) -> None:
        told.append(number)

    before = signal.getsignal(signal.SIGINT)
    # only the main thread hears the keyboard, and what a shell started in the background is not meant to
    if threading.current_thread() is not threading.main_thread() or before == signal.SIG_IGN:
        yield advance_or_stop
        return
    with listening(hear):
        signal.signal(signal.SIGINT, hear)
        try:
            yield advance_or_stop
        finally:
            signal.signal(signal.SIGINT, before)
    advance_or_stop(0)  # after the last step


def _train_one(plan: Plan, data: Dataset, dtype: str, seed: int, advance: Advance) -> Run:
    checkpoint = plan.checkpoint(dtype, seed)
    return run(plan.recipe, data, plan.frameworks, dtype, seed, plan.epochs, checkpoint, advance)


def _await(futures: Sequence[Future[Run]], steps: Any, advance: Advance) -> None:
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
    hear_the_parent()
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
    untold, told = 0, time.monotonic()

    def advance(steps: int) -> None:
        nonlocal untold, told
        if _Worker.stop.is_set():
            raise KeyboardInterrupt
        untold += steps
        if time.monotonic() - told > TELL_EVERY:
            _Worker.steps.put(untold)
            untold, told = 0, time.monotonic()

    try:
        advance(0)
        data = _data(folder)
        advance(0)
        done = _train_one(Plan(RECIPES[name], folder, data, frameworks, seeds, epochs), data, dtype, seed, advance)
    except (RequestError, ImportError, DataError):
        raise
    except Exception as error:  # some errors of the frameworks cannot be sent between processes
        raise RuntimeError(f"{name} could not be trained: {type(error).__name__}: {error}") from error
    _Worker.steps.put(untold)
    return done
