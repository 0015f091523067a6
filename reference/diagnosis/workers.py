"""Mutants spread over processes, each of which may crash, and the frameworks in one more, which may not."""

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.managers import BaseManager
from pathlib import Path
from typing import Any, TypeVar

from reference import asking

Task = TypeVar("Task")
Result = TypeVar("Result")

# a process that says nothing for so long hangs where no signal reaches it
SILENT = 300.0
# bytes that a process may take beyond what it starts with
MEMORY = 4 * 2**30


class Answers:
    """What twins say, asked by several processes of one."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()

    def answered(self, *question: Any) -> Any:
        with self._one_at_a_time:
            return asking.answered(*question)


class _Server(BaseManager):
    """A process with the frameworks in it."""


_Server.register("Answers", Answers)


def _quiet() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)


@contextlib.contextmanager
def frameworks_elsewhere() -> Iterator[None]:
    """Within, twins are asked in a process of their own, and the processes forked from this one ask there too."""
    server = _Server(ctx=multiprocessing.get_context("spawn"))
    server.start(_quiet)
    answers = server.Answers()  # type: ignore[attr-defined]

    def answer(*question: Any) -> Any:
        # a signal in the middle would leave half an answer to the next question
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPROF})
        try:
            return answers.answered(*question)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGPROF})

    asking.ask_elsewhere(answer)
    try:
        yield
    finally:
        asking.ask_elsewhere(None)
        server.shutdown()


class _Worker:
    """A process that does tasks one after the other, and says each result."""

    def __init__(self, do: Callable[[Any], Any], tasks: Sequence[Any]) -> None:
        self.tasks = list(tasks)  # those without a result yet
        context = multiprocessing.get_context("fork")
        self.results, theirs = context.Pipe(duplex=False)
        self.process = context.Process(target=_do_all, args=(do, self.tasks, theirs), daemon=True)
        self.process.start()
        theirs.close()
        self.heard = time.monotonic()

    def result(self) -> Any:
        """The result of the first task. Raises EOFError when the process has ended."""
        result, error = self.results.recv()
        if error is not None:
            raise RuntimeError(error)
        del self.tasks[0]
        self.heard = time.monotonic()
        return result

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.results.close()


def _do_all(do: Callable[[Any], Any], tasks: Sequence[Any], results: Connection) -> None:
    _quiet()
    if sys.platform == "linux":
        import resource

        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    for task in tasks:
        try:
            results.send((do(task), None))
        except Exception:
            results.send((None, traceback.format_exc()))


def spread(
    do: Callable[[Task], Result], groups: Sequence[Sequence[Task]], jobs: int, crashed: Callable[[Task, str], Result]
) -> Iterator[Result]:
    """The results of all tasks, as they are done; a group is done by one process, unless a task ends it.

    `crashed` makes the result of a task whose process crashed, or hung; the rest of its group goes on in another.
    """
    waiting = [list(group) for group in reversed(groups) if group]
    running: list[_Worker] = []
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                running.append(_Worker(do, waiting.pop()))
            ready = wait([worker.results for worker in running], timeout=1.0)
            for worker in list(running):
                if worker.results in ready:
                    try:
                        yield worker.result()
                    except EOFError:
                        running.remove(worker)
                        worker.end()
                        if worker.tasks:
                            yield crashed(worker.tasks.pop(0), f"its process ended with {worker.process.exitcode}")
                            waiting.append(worker.tasks)
                elif time.monotonic() - worker.heard > SILENT:
                    worker.process.kill()
    finally:
        for worker in running:
            worker.end()
