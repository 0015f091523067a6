"""Which lines of `scratch` run."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import scratch

Lines = frozenset[tuple[str, int]]
_FOLDER = str(Path(scratch.__file__).parent)


def lines_run(run: Callable[[], object]) -> Lines:
    """The lines of `scratch` that `run` runs, by file and number."""
    seen: set[tuple[str, int]] = set()

    def inside(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            seen.add((frame.f_code.co_filename, frame.f_lineno))
        return inside

    def entered(frame: FrameType, event: str, argument: Any) -> Any:
        return inside if frame.f_code.co_filename.startswith(_FOLDER) else None

    before = sys.gettrace()
    sys.settrace(entered)
    try:
        run()
    finally:
        sys.settrace(before)
    return frozenset(seen)
