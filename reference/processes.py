"""Being told to stop, and processes beside this one, which end with what they were started for.

Ctrl-C, SIGTERM and a closed terminal all end a command in the same way: an exception goes up through it, and whatever
was begun is put away on its way.
"""

import contextlib
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

# beside Ctrl-C, which Python makes a KeyboardInterrupt itself
ASKED_TO_STOP = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


class Terminated(KeyboardInterrupt):
    """A signal that asks the process to stop; handled wherever Ctrl-C is."""

    def __init__(self, number: int = signal.SIGTERM) -> None:
        super().__init__(number)
        self.number = number


def raise_terminated(number: int, _: Any) -> None:
    """What to do at such a signal. Another one must not disturb what puts things away."""
    for each in ASKED_TO_STOP:
        signal.signal(each, signal.SIG_IGN)
    raise Terminated(number)


@contextlib.contextmanager
def listening(hear: Callable[[int, Any], None] = raise_terminated) -> Iterator[None]:
    """Inside, signals that ask to stop call `hear`, where they would have ended the process."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in ASKED_TO_STOP}
    # what nohup or a caller has set stays
    heard = [number for number, handler in before.items() if handler in (signal.SIG_DFL, raise_terminated)]
    for number in heard:
        signal.signal(number, hear)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, before[number])


@contextlib.contextmanager
def deaf_children() -> Iterator[None]:
    """Processes started inside do not hear Ctrl-C even while they are starting; this one hears it afterwards.

    The other signals wait as well: one that came between two processes would leave the first to itself.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, *ASKED_TO_STOP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def hear_the_parent() -> None:
    """In such a process, once it has started: it leaves Ctrl-C to its parent, and stops when that says so."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ASKED_TO_STOP)


@contextlib.contextmanager
def pool_of(count: int, start: Callable[..., None], *given: Any) -> Iterator["ProcessPoolExecutor"]:
    """`count` processes to share work, that call `start(*given)` first; what they leave in temporary files goes.

    `start` calls `hear_the_parent`; work is handed over within `deaf_children`, as that starts them. They are waited
    for in the end.
    """
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    context = multiprocessing.get_context("spawn")  # the frameworks' threads do not survive a fork
    with tempfile.TemporaryDirectory(prefix="crosscheck-", ignore_cleanup_errors=True) as folder:
        pool = ProcessPoolExecutor(count, context, _start_in, (folder, start, *given))
        try:
            yield pool
        finally:
            pool.shutdown(cancel_futures=True)


@contextlib.contextmanager
def spread_over(count: int, start: Callable[..., None], *given: Any) -> Iterator["ProcessPoolExecutor"]:
    """The same, but with an exception inside the processes end at once."""
    import multiprocessing

    with pool_of(count, start, *given) as pool:
        try:
            yield pool
        except BaseException:
            for process in multiprocessing.active_children():
                process.terminate()
            raise


def _start_in(folder: str, start: Callable[..., None], *given: Any) -> None:
    """A process whose temporary files lie in a folder of its parent's: TensorFlow writes the code that it translates,
    and a process that is ended at once, or crashes, leaves that."""
    tempfile.tempdir = folder
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()
    start(*given)


def _end_with_parent(folder: str) -> None:
    """A parent that is killed tells nobody to stop: its processes would wait for work for good, and its folder stay."""
    import multiprocessing

    if parent := multiprocessing.parent_process():
        parent.join()
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(1)
