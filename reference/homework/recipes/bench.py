"""Where a recipe works: one submission in its process apart, called by name, with its failures as verdicts."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from reference.homework.isolation.process import Call, Failure, Result, Seed, Step, Worker
from reference.homework.reading.blanks import marker
from reference.homework.reading.submission import Submission, Symbol, Unit

# the frame around an answer, which stays when the blank is filled
FRAME = re.compile(r"^[ \t]*#+\s*START CODE HERE.*$(?P<answer>[\s\S]*?)^[ \t]*#+\s*END CODE HERE.*$", re.MULTILINE)


class Raised(Exception):
    """A step failed inside the submission."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure

    @property
    def place(self) -> tuple[int | None, int | None]:
        """The cell and line of the innermost statement of the submission's own."""
        frames = [(self.failure.cell, self.failure.line), *((c, n) for _, c, n in reversed(self.failure.trace))]
        return next(((c, n) for c, n in frames if n is not None and n < ADDED), (None, None))


class Missing(Exception):
    """The submission has no such symbol."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(f"there is no {' or '.join(names)}")
        self.names = tuple(names)


class Bench:
    """A submission, its process, and random numbers for one question."""

    def __init__(self, submission: Submission, worker: Worker, seed: Sequence[int]) -> None:
        self.submission = submission
        self.worker = worker
        self.rng = np.random.default_rng(list(seed))

    def symbol(self, *names: str) -> Symbol:
        """The first of these symbols that the submission defines. Raises Missing."""
        for name in names:
            if name in self.submission.symbols:
                return self.submission.symbols[name]
        raise Missing(names)

    def run(self, *steps: Step) -> list[Result]:
        """Carries out steps. Raises Raised for the first that fails and may not, and Stopped."""
        outcomes = self.worker.run(steps)
        for step, outcome in zip(steps, outcomes, strict=False):
            if isinstance(outcome, Failure) and not step.optional:
                raise Raised(outcome)
        return [outcome if isinstance(outcome, Result) else Result() for outcome in outcomes]

    def call(self, target: str, *args: Any, bind: str | None = None, **kwargs: Any) -> Any:
        """What a call returns. Raises Raised."""
        return self.run(Call(target, args, kwargs, bind))[0].value

    def seeded_call(self, seed: int, target: str, *args: Any) -> Any:
        """What a call returns after NumPy's global generator was seeded."""
        return self.run(Seed(seed), Call(target, args))[1].value


# where the lines of added definitions begin, so that they are not taken for the submission's own
ADDED = 1_000_000


def extended(submission: Submission, sources: Mapping[str, str] | Sequence[str]) -> Submission:
    """The submission with more definitions at its end, which replace those of the same name."""
    texts = sources.values() if isinstance(sources, Mapping) else sources
    return replace(submission, units=(*submission.units, *(Unit(text, None, ADDED, "definition") for text in texts)))


def empty(symbol: Symbol, method: str = "") -> str:
    """What shows that nothing was written for a symbol, or a method of it; "" where something was."""
    node, source = _part(symbol, method)
    if node is None:
        return f"{symbol.name} has no {method}"
    if any(not _says_something(match["answer"]) for match in FRAME.finditer(source)):
        return "nothing stands between START CODE HERE and END CODE HERE"
    if isinstance(node, ast.FunctionDef) and all(_does_nothing(statement) for statement in node.body):
        return f"the body of {node.name} is empty"
    return ""


def blank(symbol: Symbol, method: str = "") -> str:
    """What shows that a blank was left in a symbol, or a method of it. The marker may also stand beside an answer."""
    node, source = _part(symbol, method)
    source = re.sub(r".*(START|END) CODE HERE.*", "", source)
    if found := marker(source):
        return f"{found} is still there"
    if node is not None and (names := list(_assigned_none(node))):
        return f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} still None"
    return "" if method and node is not None else _unfinished(symbol)


def _assigned_none(node: ast.AST) -> Iterator[str]:
    """What is set to None and to nothing else, as a blank that was closed to be read; constructors begin so anyhow."""
    if isinstance(node, ast.ClassDef) or getattr(node, "name", "") == "__init__":
        return
    assigned: dict[str, bool] = {}
    for statement in ast.walk(node):
        if isinstance(statement, ast.Assign):
            none = isinstance(statement.value, ast.Constant) and statement.value.value is None
            for target in map(ast.unparse, statement.targets):
                assigned[target] = none and assigned.get(target, True)
    yield from (name for name, none in assigned.items() if none)


def _unfinished(symbol: Symbol) -> str:
    framed = re.search(r"(START|END) CODE HERE", symbol.unfinished)
    return "a blank is left between START CODE HERE and END CODE HERE" if framed else symbol.unfinished


def _part(symbol: Symbol, method: str) -> tuple[ast.AST | None, str]:
    """The definition and its text: of the symbol, or of a method, None where it has no such method."""
    if not method:
        return symbol.node, symbol.source
    found = [n for n in ast.walk(symbol.node) if isinstance(n, ast.FunctionDef) and n.name == method]
    return (found[-1], _segment(symbol, found[-1])) if found else (None, symbol.source)


def _segment(symbol: Symbol, node: ast.FunctionDef) -> str:
    """The text of a method; the symbol's own where it cannot be cut out."""
    first = symbol.node.lineno
    lines = symbol.source.splitlines()
    return "\n".join(lines[node.lineno - first : (node.end_lineno or node.lineno) - first + 1]) or symbol.source


def _says_something(answer: str) -> bool:
    """Whether a line of it is code that does something."""
    lines = (line.split("#", 1)[0].strip() for line in answer.splitlines())
    return any(line and line not in ("pass", "...") and not re.fullmatch(r"\w+\s*=\s*(None)?", line) for line in lines)


def _does_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Raise):
        return "NotImplemented" in ast.unparse(statement)
    if isinstance(statement, ast.Return):
        return statement.value is None or (isinstance(statement.value, ast.Constant) and statement.value.value is None)
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )
