"""A process, and the two pipes to it: whatever it does, the side here gets an answer or Stopped, in time."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Iterator
from typing import Any, Literal

from reference.homework.isolation.sandbox import Started
from reference.homework.isolation.worker import wire
from reference.homework.isolation.worker.steps import Failure, Result

# bytes of lists and of arrays in an answer: inputs are small, and so is what is made of them
MOST = 2 << 20, 64 << 20

Reason = Literal["time", "memory", "output", "processes", "exit"]


class Stopped(Exception):
    """The process ended before it had answered. `reason` in one word, `detail` as a sentence.

    `results` holds those of the steps that were done before.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.results: list[Result | Failure] = []


class Pipe:
    """One process until its end."""

    def __init__(self, started: Started) -> None:
        self.started, self.process = started, started.process
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.inward, self.outward = self.process.stdout.fileno(), self.process.stdin.fileno()
        os.set_blocking(self.outward, False)
        self.reading, self.writing = selectors.DefaultSelector(), selectors.DefaultSelector()
        self.reading.register(self.inward, selectors.EVENT_READ)
        self.writing.register(self.outward, selectors.EVENT_WRITE)

    def close(self) -> None:
        """Ends the process and everything it has started, and removes its folder."""
        self.reading.close()
        self.writing.close()
        self.started.stop()

    def send(self, value: Any, seconds: float = 60) -> None:
        """Hands over a value. Raises Stopped where the process does not take it."""
        deadline = time.monotonic() + seconds
        rest = memoryview(wire.encode(value))
        while rest:
            if not self.writing.select(max(0.0, deadline - time.monotonic())):
                raise Stopped("time", "it no longer reads what it is asked")
            try:
                rest = rest[os.write(self.outward, rest) :]
            except BrokenPipeError:
                raise self._ended() from None

    def answers(self, seconds: float) -> Iterator[tuple[Any, Any]]:
        """What the process says, as (word, body), until it has taken `seconds` in all or ended: then Stopped."""
        deadline = time.monotonic() + seconds

        def receive(count: int) -> bytes:
            return self._receive(count, deadline, seconds)

        while True:
            try:
                word, body = wire.read(receive, MOST)
            except (wire.WireError, ValueError, TypeError) as error:
                raise Stopped("exit", f"it answered something else than values ({error})") from None
            if word == "stop":
                raise Stopped("output", "it printed without end")
            yield word, body

    def _receive(self, count: int, deadline: float, seconds: float) -> bytes:
        """Exactly `count` bytes."""
        blocks = []
        while count:
            if not self.reading.select(max(0.0, deadline - time.monotonic())):
                raise Stopped("time", f"it did not end within {seconds:g} seconds")
            block = os.read(self.inward, min(count, 1 << 20))
            if not block:
                raise self._ended()
            blocks.append(block)
            count -= len(block)
        return b"".join(blocks)

    def _ended(self) -> Stopped:
        """Why the process has ended."""
        try:
            code = self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return Stopped("exit", "it closed the way back to the checker")
        number = -code if code < 0 else code - 128
        match number:
            case signal.SIGKILL:
                return Stopped("memory", "it was ended by the system, most likely for its memory")
            case signal.SIGXCPU:
                return Stopped("time", "it used more processor time than it may")
            case signal.SIGSYS:
                return Stopped("processes", "it made a system call that it may not")
            case signal.SIGXFSZ:
                return Stopped("output", "it wrote a larger file than it may")
            case signal.SIGSEGV | signal.SIGABRT | signal.SIGBUS:
                return Stopped(
                    "memory", f"the interpreter crashed ({signal.Signals(number).name}), most likely for its memory"
                )
        return Stopped("exit", f"it left the interpreter with status {code}")
