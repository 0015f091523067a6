"""Executes what was taken of a submission, statement by statement; what fails is noted and skipped."""

import __future__

import ast
import builtins
from collections.abc import Callable
from types import CodeType
from typing import Any

from .outcome import MARK, Watch
from .steps import Failure, Result

# annotations are never evaluated: `def f(x: Tensor)` needs no Tensor
FLAGS = __future__.annotations.compiler_flag


def code_of(source: str, where: str, line: int) -> CodeType:
    """A statement, compiled so that errors name the submission's own lines."""
    tree = ast.parse(source, MARK + where)
    ast.increment_lineno(tree, line - 1)
    return compile(tree, MARK + where, "exec", FLAGS, dont_inherit=True)


def namespace(name: str) -> dict[str, Any]:
    """Globals for the submission's code. `__name__` is never "__main__"."""
    return {"__name__": name, "__builtins__": builtins, "__doc__": None, "__file__": name}


def where_of(unit: dict[str, Any], file: str = "file") -> str:
    return file if unit["cell"] is None else f"cell {unit['cell']}"


def run_units(
    units: list[dict[str, Any]],
    names: dict[str, Any],
    watch: Watch,
    file: str = "file",
    at: Callable[[int], None] = lambda index: None,
) -> list[list[Any]]:
    """Executes units in order. Returns what failed: [kind, text, cell, line] for each."""
    failed = []
    for index, unit in enumerate(units):
        at(index)

        def act(unit: dict[str, Any] = unit) -> Result:
            exec(code_of(unit["source"], where_of(unit, file), unit["line"]), names)
            return Result()

        outcome = watch(act)
        if isinstance(outcome, Failure):
            text = f"{outcome.type}: {outcome.message.splitlines()[0] if outcome.message else ''}".rstrip(": ")
            failed.append([unit["kind"], text, unit["cell"], outcome.line or unit["line"]])
    return failed
