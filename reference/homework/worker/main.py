"""Serves one submission: loads it, then carries out lists of steps until the other side closes."""

import os
import sys
from collections.abc import Callable
from typing import Any

from . import steps as kinds
from . import wire
from .actions import Actions
from .load import namespace, run_units
from .outcome import TooMuchOutput, Watch, failure, seed
from .steps import Failure, Step


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
        for piece in wire.encode(value):
            rest = memoryview(piece)
            while rest:
                rest = rest[self._write(self.outward, rest) :]


def step_of(kind: str, fields: dict[str, Any]) -> Step:
    made: Callable[..., Step] = getattr(kinds, kind)
    return made(**fields)


def reply(outcome: kinds.Result | Failure) -> list[Any]:
    return [type(outcome).__name__, vars(outcome)]


def serve(channel: Channel, actions: Actions, watch: Watch) -> None:
    """Carries out lists of steps. A list ends at the first step that fails and is not optional."""
    while True:
        for kind, fields in channel.read():
            step = step_of(kind, fields)
            outcome = watch(lambda step=step: actions(step))  # type: ignore[misc]
            # sent at once: later steps may change the arrays in place
            channel.write(["step", _safe(outcome)])
            if isinstance(outcome, Failure) and not step.optional:
                break
        channel.write(["done", None])


def _safe(outcome: kinds.Result | Failure) -> list[Any]:
    """The outcome, or the failure to turn its value into one that can be sent."""
    try:
        wire.encode(reply(outcome))
        return reply(outcome)
    except Exception as error:
        return reply(failure(error))


def main() -> None:
    """The whole life of the process."""
    channel = Channel()
    load = channel.read()
    watch = Watch(load["output_kb"] << 10)
    seed(load["seed"])
    names = namespace("submission")
    try:
        failed = run_units(load["units"], names, watch, at=lambda index: channel.write(["at", index]))
        channel.write(["loaded", {"failed": failed, "names": [n for n in names if not n.startswith("__")]}])
        serve(channel, Actions(names), watch)
    except TooMuchOutput:
        channel.write(["stop", "output"])
    sys.exit(0)
