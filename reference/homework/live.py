"""Classes and functions of a running program checked: their source is taken as a submission."""

import inspect
import tempfile
import textwrap
from pathlib import Path
from typing import Any

from reference.errors import RequestError
from reference.homework.check import check_submission
from reference.homework.verdict import SymbolReport


def check(thing: Any, pair: str = "", *, seed: int = 0) -> SymbolReport:
    """The verdict on a class or function; it prints in a terminal and displays in a notebook.

    Its file is read as `crosscheck check` reads it; what was defined in a notebook is taken alone, with `np` for NumPy.
    Raises RequestError for what has no source, or is no class or function.
    """
    if not (inspect.isclass(thing) or inspect.isfunction(thing)):
        raise RequestError(f"check was given {type(thing).__name__}, expected a class or a function")
    try:
        source = inspect.getsource(thing)
        file = Path(inspect.getsourcefile(thing) or "")
    except (OSError, TypeError):
        raise RequestError(
            f"the source of {thing.__name__} is not to be had; save it to a file and check that"
        ) from None
    name = thing.__qualname__.rpartition(".")[2]
    if file.suffix == ".py" and file.is_file() and "<locals>" not in thing.__qualname__:
        return check_submission(file, name, pair, seed=seed).symbols[0]
    with tempfile.TemporaryDirectory() as folder:
        alone = Path(folder) / f"{name}.py"
        alone.write_text(f"import numpy as np\nimport numpy\n\n{textwrap.dedent(source)}\n", encoding="utf-8")
        return check_submission(alone, name, pair, seed=seed).symbols[0]


def assert_parity(thing: Any, pair: str = "", *, seed: int = 0) -> None:
    """Raise AssertionError, with what is wrong, unless a class or function is right. For one's own pytest."""
    report = check(thing, pair, seed=seed)
    if report.verdict != "correct":
        raise AssertionError(str(report))
