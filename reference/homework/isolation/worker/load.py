"""Executes what was taken of a submission, statement by statement; what fails is noted and skipped."""

import __future__

import ast
import builtins
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import CodeType
from typing import Any

import numpy as np

from .older import NAMES, Older, restore_numpy
from .outcome import MARK, TooMuchOutput, failure
from .standins import Finder, Missing, StandIn, replace_builtins, showing
from .supplied import HELPERS

# annotations are never evaluated: `def f(x: Tensor)` needs no Tensor
FLAGS = __future__.annotations.compiler_flag
CANDIDATE_SECONDS = 0.5  # for one statement that may be cheap
CANDIDATES_SECONDS = 3.0  # for all of them


class TooSlow(BaseException):
    """A statement that is not needed for certain takes too long."""


def code_of(source: str, where: str, line: int) -> CodeType:
    """A statement, compiled so that errors name the submission's own lines."""
    tree = Older().visit(ast.parse(source, MARK + where))
    ast.increment_lineno(tree, line - 1)
    return compile(tree, MARK + where, "exec", FLAGS, dont_inherit=True)


def _interrupt(*_: Any) -> None:
    raise TooSlow


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Raises TooSlow inside after so many seconds."""
    signal.signal(signal.SIGALRM, _interrupt)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.01))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


class Loader:
    """Loads a submission and the siblings it imports. `notes`: [text, cell, line] of what failed or was replaced."""

    def __init__(self, load: dict[str, Any], at: Callable[[int], None]) -> None:
        self.load, self.at = load, at
        self.notes: list[list[Any]] = []
        self.place: tuple[int | None, int | None] = (None, None)
        self.left = CANDIDATES_SECONDS
        self.used = frozenset(load["used"])

    def run(self) -> dict[str, Any]:
        """The submission's namespace after its statements."""
        restore_numpy()
        replace_builtins()
        modules = {name: module["is_package"] for name, module in self.load["modules"].items()}
        sys.meta_path.insert(0, Finder(modules, self._sibling, self.load["site"], self.load["allow"], self._notice))
        package = self.load["package"]
        name = f"{package}.submission" if package else "submission"
        names: dict[str, Any] = {"__name__": name, "__package__": package, "__file__": self.load["file"]}
        sys.modules[name] = _as_module(name, names)
        names = sys.modules[name].__dict__
        self._units(self.load["units"], names, "file", self.load["supplied"], self.load["skip"])
        return names

    def _notice(self, text: str) -> None:
        note = [text, *self.place]
        if not any(text == other[0] for other in self.notes):
            self.notes.append(note)

    def _sibling(self, name: str, names: dict[str, Any]) -> None:
        """Executes a module beside the submission in its namespace."""
        module = self.load["modules"][name]
        names["__file__"] = module["file"]
        place = self.place
        self._units(module["units"], names, module["file"], module["supplied"], ())
        self.place = place

    def _units(
        self, units: list[dict[str, Any]], names: dict[str, Any], file: str, supplied: list[str], skip: Sequence[int]
    ) -> None:
        names |= NAMES | {"__builtins__": builtins}
        names |= {name.split()[0]: np if name == "np" else HELPERS[name] for name in supplied}
        for index, unit in enumerate(units):
            if file == "file":
                self.at(index)
            if index in skip:
                continue
            self.place = (unit["cell"], unit["line"]) if file == "file" else (None, None)
            where = file if unit["cell"] is None else f"cell {unit['cell']}"
            try:
                self._unit(unit, where, names)
            except TooMuchOutput:
                raise
            except BaseException as error:
                self._failed(unit, file, error)

    def _unit(self, unit: dict[str, Any], where: str, names: dict[str, Any]) -> None:
        code = code_of(unit["source"], where, unit["line"])
        if unit["kind"] != "candidate":
            exec(code, names)
            self._look(unit, names)
            return
        start = time.perf_counter()
        try:
            with _at_most(min(self.left, CANDIDATE_SECONDS)):
                exec(code, names)
        finally:
            self.left -= time.perf_counter() - start

    def _look(self, unit: dict[str, Any], names: dict[str, Any]) -> None:
        """Notes what an import has brought that is not there, where a definition uses it."""
        for name in _bound(unit["source"]) & self.used if unit["kind"] == "import" else ():
            value = names.get(name)
            if isinstance(value, Missing | StandIn) and not showing(value):
                self._notice(f"{value!r} is not available: what uses {name} will fail")

    def _failed(self, unit: dict[str, Any], file: str, error: BaseException) -> None:
        if unit["kind"] in ("candidate", "constant") and not _bound(unit["source"]) & self.used:
            return  # nothing that is checked needs it
        reported = failure(error)
        if isinstance(error, TooSlow):
            words = "it takes too long"
        else:
            words = f"{reported.type}: {(reported.message.splitlines() or [''])[0]}"
        text = f"{_heading(unit['source'])} could not be executed: {words}"
        if file != "file":
            text = f"{file}, line {unit['line']}: {text}"
        self.notes.append([text, *(self.place if file == "file" else (None, None))])


def _bound(source: str) -> set[str]:
    """The names that a statement binds or changes."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.alias):
            found.add(node.asname or node.name.split(".")[0])
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                found |= {item.id for item in ast.walk(target) if isinstance(item, ast.Name)}
    return found


def _heading(source: str) -> str:
    """A statement in short: its first line that is no decorator."""
    lines = [line.strip() for line in source.split("\n") if line.strip() and not line.startswith("@")]
    first = lines[0] if lines else source
    return first.rstrip(":") if len(first) <= 50 else first[:47] + "..."


def _as_module(name: str, names: dict[str, Any]) -> Any:
    module = type(sys)(name)
    module.__dict__.update(names)
    return module
