"""Serves one submission: loads it, then carries out lists of steps until the other side closes."""

import os
import sys
from collections.abc import Callable
from typing import Any

from . import fence, frameworks, wire
from . import steps as kinds
from .actions import Actions
from .load import Loader
from .outcome import TooMuchOutput, Watch, failure, seed
from .steps import Failure, Result, Step


class Channel:
    """The pipes to the other side. What used to be standard input and output is closed to the submission."""

    def __init__(self) -> None:
        self.inward, self.outward = os.dup(0), os.dup(1)
        nothing = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nothing, number)
        self._read, self._write, self._exit = os.read, os.write, os._exit

    def receive(self, count: int) -> bytes:
        blocks = []
        while count:
            block = self._read(self.inward, min(count, 1 << 20))
            if not block:
                self._exit(0)
            blocks.append(block)
            count -= len(block)
        return b"".join(blocks)

    def read(self) -> Any:
        return wire.read(self.receive)

    def write(self, value: Any) -> None:
        rest = memoryview(wire.encode(value))
        while rest:
            rest = rest[self._write(self.outward, rest) :]


class Server:
    """Carries out lists of steps for a loaded submission."""

    def __init__(self, channel: Channel, guard: fence.Guard, load: dict[str, Any]) -> None:
        self.channel, self.guard, self.seconds = channel, guard, load["seconds"]
        self.watch = Watch(load["output_kb"] << 10)
        self.load(load)

    def load(self, load: dict[str, Any]) -> None:
        seed(load["seed"])
        loader = Loader(load, lambda index: self.channel.write(["at", index]))
        self.names: dict[str, Any] = {}

        def act() -> Result:
            self.names = loader.run()
            return Result()

        outcome = self.watch(act)
        if isinstance(outcome, Failure):
            loader.notes.append([f"{outcome.type}: {outcome.message}", None, None])
        found = [name for name in self.names if not (name.startswith("__") and name.endswith("__"))]
        self.channel.write(["loaded", {"notes": loader.notes, "names": found, "tried": self.guard.take()}])
        self.actions = Actions(self.names)

    def serve(self) -> None:
        """A list ends at the first step that fails and is not optional."""
        while True:
            asked = self.channel.read()
            fence.allow_seconds(self.seconds)
            for kind, fields in asked:
                made: Callable[..., Step] = getattr(kinds, kind)
                step = made(**fields)
                outcome = self.watch(lambda step=step: self.actions(step))  # type: ignore[misc]
                # sent at once: later steps may change the arrays in place
                self.channel.write(["step", _sendable(outcome)])
                if isinstance(outcome, Failure) and not step.optional:
                    break
            self.channel.write(["done", self.guard.take()])


def _sendable(outcome: Result | Failure) -> list[Any]:
    """The outcome, or the failure to turn its value into one that can be sent."""
    said = [type(outcome).__name__, dict(vars(outcome))]
    try:
        wire.encode(said)
    except Exception as error:
        said = ["Failure", dict(vars(failure(error)))]
    return said


def main() -> None:
    """The whole life of the process."""
    channel = Channel()
    load = channel.read()
    guard = fence.Guard(load["readable"], os.getcwd())
    frameworks.load(load["allow"], load["site"])
    fence.limit(load["memory_mb"], load["seconds"])
    fence.without_processes()
    guard.close()
    try:
        Server(channel, guard, load).serve()
    except TooMuchOutput:
        channel.write(["stop", "output"])
    sys.exit(0)
