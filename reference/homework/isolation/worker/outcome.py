"""What a step gives back, with everything the submission printed, warned of or raised on the way."""

import io
import random
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from typing import Any

from numpy import seterr
from numpy.random import seed as numpy_seed

from .steps import Failure, Result

MARK = "<submission>"  # file names of the submission's code: "<submission>cell 3", "<submission>layer.py"
ENOUGH = 64  # a step that prints this many times what is kept is stopped


class TooMuchOutput(BaseException):
    """The submission prints without end."""


class Capture(io.TextIOBase):
    """Takes what is printed and keeps the first `limit` characters of it."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.clear()

    def clear(self) -> None:
        self.kept: list[str] = []
        self.length = 0

    def write(self, text: str) -> int:
        if self.length < self.limit:
            self.kept.append(text[: self.limit - self.length])
        self.length += len(text)
        if self.length > ENOUGH * self.limit:
            raise TooMuchOutput
        return len(text)

    def writable(self) -> bool:
        return True

    def text(self) -> str:
        return "".join(self.kept)


class Watch:
    """Runs one thing of the submission's and reports on it, whatever it does to the interpreter around it."""

    def __init__(self, output: int) -> None:
        self.capture = Capture(output)
        self.warned: list[str] = []

    def reset(self) -> None:
        """Puts back what a submission may have replaced: the streams, warnings, floating-point errors."""
        self.capture.clear()
        self.warned = []
        sys.stdout = sys.stderr = self.capture
        sys.stdin = io.StringIO()
        warnings.resetwarnings()
        warnings.simplefilter("always")
        warnings.showwarning = self._warn  # type: ignore[assignment]
        seterr(all="warn", under="ignore")

    def _warn(self, message: Warning | str, category: type[Warning], *_: Any) -> None:
        if len(self.warned) < 20:
            self.warned.append(f"{category.__name__}: {message}"[:300])

    def __call__(self, act: Callable[[], Result]) -> Result | Failure:
        """What `act` gives, or how it failed. TooMuchOutput passes through."""
        self.reset()
        start = time.perf_counter()
        outcome: Result | Failure
        try:
            outcome = act()
        except TooMuchOutput:
            raise
        except BaseException as error:  # sys.exit and KeyboardInterrupt end a step, not the process
            outcome = failure(error)
        outcome.__dict__.update(
            stdout=self.capture.text(), warnings=tuple(self.warned), seconds=time.perf_counter() - start
        )
        return outcome


def failure(error: BaseException) -> Failure:
    """An exception as it is reported; with no place where it was not raised inside the submission."""
    try:
        message = str(error)[:1000]
    except BaseException:
        message = ""
    name = type(error).__name__.lstrip("_")
    if isinstance(error, MemoryError):
        name, message = "MemoryError", message or "more memory than is allowed was asked for"
    inside = [
        (frame.f_code.co_name, frame.f_code.co_filename[len(MARK) :], line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename.startswith(MARK)
    ]
    if isinstance(error, SyntaxError) and error.filename and error.filename.startswith(MARK):
        inside.append(("", error.filename[len(MARK) :], error.lineno or 0))
    trace = tuple((function, _cell(where), line) for function, where, line in inside[-30:])
    if not inside:
        return Failure(name, message)
    _, where, line = inside[-1]
    return Failure(name, message, _cell(where), line, trace, "" if _cell(where) or where == "file" else where)


def _cell(where: str) -> int | None:
    return int(where[5:]) if where.startswith("cell ") else None


def seed(value: int) -> None:
    numpy_seed(value % 2**32)
    random.seed(value)
