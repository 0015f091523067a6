"""Measurements each in a process of its own: a framework's threads are set once a process, and its peak memory is told
apart from another's only there.

The processes are copies of one that has imported the frameworks and run nothing, so none imports them again.
"""

import multiprocessing
import os
import resource
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from dataclasses import replace
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from typing import Any

from reference.bench.measure import Task, Timing, batch_of, measure, modes_for, weights_of
from reference.bench.modes import make
from reference.errors import RequestError
from reference.pair import Array
from reference.processes import deaf_children, hear_the_parent
from scratch.data import DataError

MEMORY_STEPS = 3
LONGEST_START = 1.0  # seconds that a process takes at most to be handed what it needs
LONGEST_PATH = 108  # of a socket on Linux, with a zero at its end: unix(7)
# the unit of the largest resident set is 1024 bytes, but on macOS it is one byte
_UNITS_A_MB = 2**20 if sys.platform == "darwin" else 2**10


def timings(tasks: list[Task], memory: bool, advance: Callable[[float], None]) -> Iterator[Timing]:
    """Every task measured, one after the other. Raises RequestError for one that cannot be."""
    context = multiprocessing.get_context("forkserver" if sys.platform == "linux" and _has_room() else "spawn")
    context.set_forkserver_preload([f"reference.frameworks.{name}" for name in tasks[0].frameworks])
    for task in tasks:
        timing: Timing = _apart(context, _measured, (task,), advance)
        if memory:
            # the data are prepared here: what that frees would hide in the other process what a step takes
            given = (weights_of(task), *batch_of(task))
            used = {mode: _apart(context, _peak, (task, mode, *given), advance) for mode in modes_for(task)}
            timing = replace(timing, memory_mb={mode: mb for mode, mb in used.items() if mb is not None})
        yield timing


def _has_room() -> bool:
    """Whether the path of the socket that a fork server listens at, in the temporary folder, is short enough."""
    return len(os.fsencode(tempfile.gettempdir())) + len("/pymp-xxxxxxxx/listener-xxxxxxxx") < LONGEST_PATH


def _apart(
    context: Any, work: Callable[..., None], arguments: tuple[Any, ...], advance: Callable[[float], None]
) -> Any:
    """What `work(pipe, *arguments)` sends last, ("result", it); each ("advance", n) before that moves the bar."""
    with tempfile.TemporaryDirectory(prefix="crosscheck-") as folder:
        ours, theirs = context.Pipe()
        process = context.Process(target=_in_folder, args=(folder, work, theirs, *arguments), daemon=True)
        started: Future[None] = Future()
        try:
            _start(process, started)
            started.result()
            theirs.close()
            ours.send("begin")
            while True:
                kind, value = ours.recv()
                if kind == "advance":
                    advance(value)
                elif kind == "error":
                    raise RequestError(value)
                else:
                    return value
        except (EOFError, ConnectionError):
            raise RequestError(f"{arguments[0].recipe.name}: the process that measured it ended early") from None
        finally:
            wait([started], LONGEST_START)
            if process.pid is not None:
                process.terminate()
                process.join()


def _start(process: Any, started: Future[None]) -> None:
    """Has it started in a thread, as signals raise in the main one only: a process that is left while it is handed what
    it needs complains, and a fork server takes seconds to import what it is to hold, in which this one must hear."""

    def start() -> None:
        try:
            started.set_result(process.start())
        except BaseException as error:
            started.set_exception(error)

    resource_tracker.ensure_running()  # the first process would start it, and it lets through what is held back
    with deaf_children():
        threading.Thread(target=start, daemon=True).start()


def _in_folder(folder: str, work: Callable[..., None], pipe: Connection, *arguments: Any) -> None:
    """Work whose temporary files lie in a folder: TensorFlow writes the code that it translates, and leaves it."""
    tempfile.tempdir = folder
    hear_the_parent()
    try:
        pipe.recv()
    except EOFError:  # the parent was stopped while it started this process
        return
    work(pipe, *arguments)


def _measured(pipe: Connection, task: Task) -> None:
    try:
        _set_threads(task)
        pipe.send(("result", measure(task, lambda: pipe.send(("advance", 1)))))
    except (ValueError, DataError) as error:
        pipe.send(("error", str(error)))


def _set_threads(task: Task) -> None:
    if "torch" in task.frameworks:
        import torch

        torch.set_num_threads(task.threads)
    if "keras" in task.frameworks:
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(task.threads)


def _peak(pipe: Connection, task: Task, mode: str, weights: dict[str, Array], x: Array, t: Array) -> None:
    """How much more memory, in MB, a few steps take than the built network and its batch; None where it fails."""
    try:
        _set_threads(task)
        made = make(mode, task.recipe, task.dtype, weights, x, t)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for _ in range(MEMORY_STEPS):
            made.step()
        used = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / _UNITS_A_MB
    except Exception:  # the timing has said why
        used = None
    pipe.send(("result", used))
