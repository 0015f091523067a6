"""The parent's side of the process apart: starts it, hands it steps, checks what comes back."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Literal, Self

from reference.homework import sandbox
from reference.homework.sandbox import Limits
from reference.homework.submission import Submission
from reference.homework.verdict import Note
from reference.homework.worker import wire
from reference.homework.worker.steps import (
    Call,
    Failure,
    Get,
    Globals,
    New,
    Result,
    Seed,
    Set,
    SetGlobal,
    Snapshot,
    Step,
)
from reference.homework.worker.values import Name, Opaque, Ref, Stub

__all__ = [
    "Call",
    "Failure",
    "Get",
    "Globals",
    "Limits",
    "Name",
    "New",
    "Opaque",
    "Ref",
    "Result",
    "Seed",
    "Set",
    "SetGlobal",
    "Snapshot",
    "Step",
    "Stopped",
    "Stub",
    "Worker",
]

Reason = Literal["time", "memory", "output", "processes", "exit"]


class Stopped(Exception):
    """The process ended before it had answered. `reason` in one word, `detail` as a sentence."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class Worker:
    """One submission, loaded in a process of its own. After a stop the next run starts it afresh."""

    def __init__(
        self, submission: Submission, limits: Limits | None = None, allow: Sequence[str] = (), seed: int = 0
    ) -> None:
        self.submission = submission
        self.limits = limits or Limits()
        self.allow = tuple(allow)
        self.seed = seed
        self.notes: tuple[Note, ...] = ()
        self.names: frozenset[str] = frozenset()
        self.fenced: str = "limits only"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Ends the process and everything it has started."""
        process, self._process = self._process, None
        if process is None:
            return
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    pass
        process.wait()

    def run(self, steps: Sequence[Step]) -> list[Result | Failure]:
        """Carries out steps, up to the first that fails and is not optional. Raises Stopped."""
        if self._process is None:
            self._start()
        self._send([[type(step).__name__, dict(vars(step))] for step in steps])
        done: list[Result | Failure] = []
        deadline = time.monotonic() + self.limits.seconds
        self._answer("done", deadline, lambda body: done.append(_outcome(*body)))
        return done

    def _start(self) -> None:
        self._process = subprocess.Popen(
            sandbox.command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=sandbox.ENVIRONMENT,
            bufsize=0,
            start_new_session=True,
        )
        units = [dict(vars(unit)) for unit in self.submission.units]
        self._send({"units": units, "seed": self.seed, "output_kb": self.limits.output_kb})
        loaded = self._answer("loaded", time.monotonic() + self.limits.seconds + 10)
        self.names = frozenset(loaded["names"])
        self.notes = tuple(Note(f"skipped: {text}", cell, line) for _, text, cell, line in loaded["failed"])

    def _send(self, value: Any) -> None:
        assert self._process is not None and self._process.stdin is not None
        try:
            for piece in wire.encode(value):
                rest = memoryview(piece)
                while rest:
                    rest = rest[os.write(self._process.stdin.fileno(), rest) :]
        except BrokenPipeError:
            raise self._ended() from None

    def _answer(self, kind: str, deadline: float, each: Callable[[Any], object] = lambda body: None) -> Any:
        while True:
            try:
                said, body = wire.read(lambda count: self._receive(count, deadline))
            except (wire.WireError, ValueError, TypeError) as error:
                self.close()
                raise Stopped("exit", f"the process answered something else than values ({error})") from None
            if said == kind:
                return body
            if said == "step":
                each(body)
            if said == "stop":
                self.close()
                raise Stopped("output", "it printed without end")

    def _receive(self, count: int, deadline: float) -> bytes:
        assert self._process is not None and self._process.stdout is not None
        stream, blocks = self._process.stdout, []
        with selectors.DefaultSelector() as selector:
            selector.register(stream, selectors.EVENT_READ)
            while count:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    self.close()
                    raise Stopped("time", f"it did not end within {self.limits.seconds:g} seconds")
                block = os.read(stream.fileno(), min(count, 1 << 20))
                if not block:
                    raise self._ended()
                blocks.append(block)
                count -= len(block)
        return b"".join(blocks)

    def _ended(self) -> Stopped:
        process = self._process
        assert process is not None
        code = process.wait()
        self.close()
        if code in (-signal.SIGKILL, 128 + signal.SIGKILL):
            return Stopped("memory", "it was ended by the system, most likely for its memory")
        return Stopped("exit", f"it left the interpreter with status {code}")


def _outcome(kind: str, fields: dict[str, Any]) -> Result | Failure:
    return Result(**fields) if kind == "Result" else Failure(**fields)
