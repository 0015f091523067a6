"""Statements of a submission's top-level code that compute given names, cut out so that they run on given arrays."""

import ast
import builtins
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reference.homework.reading.blanks import filled
from reference.homework.reading.cells import cells
from reference.homework.reading.notebook import without_magics
from reference.homework.reading.submission import Submission

LABELS = re.compile(r"^[dty]\d*$|^[dty]_|label|target|teacher", re.IGNORECASE)
BATCH = re.compile(r"batch_?size|^(n|m|N|M|size|n_?batch|num)$", re.IGNORECASE)
RATE = re.compile(r"^(eta|lr|alpha|rate|epsilon|learning_?rate)$", re.IGNORECASE)
ROWS, ROW_LABELS = "X_rows", "D_rows"
FRAGILE = ast.For | ast.While | ast.With | ast.Try | ast.FunctionDef


@dataclass(frozen=True)
class Block:
    """A list of statements, such as the body of a loop, and the cell it stands in."""

    statements: Sequence[ast.stmt]
    cell: int | None
    line: int

    def assigned(self) -> set[str]:
        return {name for statement in self.statements for name in targets(statement)}


def trees(path: Path) -> Iterator[tuple[int | None, ast.Module]]:
    """The cells that parse, their blanks closed by None."""
    notebook = path.suffix.lower() == ".ipynb"
    for number, text in enumerate(cells(path), 1):
        cell = number if notebook else None
        source, _ = filled(without_magics(text, cell)[0])
        try:
            yield cell, ast.parse(source)
        except (SyntaxError, ValueError, RecursionError):
            continue


def block_with(path: Path, wanted: Collection[str]) -> Block | None:
    """The block that assigns most of the wanted names, the last of several; None where none assigns any."""
    best, most = None, 0
    for cell, tree in trees(path):
        for node in ast.walk(tree):
            for field in ("body", "orelse"):
                statements = getattr(node, field, None)
                if not isinstance(statements, list) or not statements:
                    continue
                block = Block(statements, cell, statements[0].lineno)
                count = len(block.assigned() & set(wanted))
                if count and count >= most:
                    best, most = block, count
    return best


def targets(statement: ast.stmt) -> set[str]:
    """The names that a statement assigns."""
    if isinstance(statement, ast.Assign):
        found: Iterable[ast.expr] = statement.targets
    elif isinstance(statement, ast.AugAssign | ast.AnnAssign):
        found = [statement.target]
    else:
        return set()
    return {n.id for target in found for n in ast.walk(target) if isinstance(n, ast.Name)}


def reads(node: ast.AST) -> set[str]:
    """The names that a statement or expression reads; an augmented assignment reads its target."""
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    return names | (targets(node) if isinstance(node, ast.AugAssign) else set())


def left_blank(block: Block, name: str) -> bool:
    """Whether a name is never assigned, or None."""
    values = [s.value for s in block.statements if name in targets(s) and isinstance(s, ast.Assign | ast.AugAssign)]
    return all(isinstance(value, ast.Constant) and value.value is None for value in values)


def slice_of(
    block: Block, wanted: Collection[str], given: Collection[str], kept: Collection[str] = ()
) -> list[ast.stmt]:
    """The statements that compute the wanted names from those given, in their order.

    A name in `kept` is given too, but statements that change it before it is read are taken along.
    """
    taken: list[ast.stmt] = []
    live = set(wanted)
    for statement in reversed(block.statements):
        if not targets(statement) & live or isinstance(statement, FRAGILE):
            continue
        taken.insert(0, statement)
        if not isinstance(statement, ast.AugAssign):
            live -= targets(statement)
        live |= reads(statement) - (set(given) - set(kept))
    return taken


def bound_by(submission: Submission) -> set[str]:
    """The names that what is taken of a submission binds."""
    names: set[str] = set(dir(builtins))
    for unit in submission.units:
        for node in ast.walk(ast.parse(unit.source)):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                names.add(node.name)
            elif isinstance(node, ast.stmt):
                names |= targets(node)
    return names


class DataReplaced(ast.NodeTransformer):
    """Parts of data, `X_train[index]`, become the batch that is given; what is left unknown is found by its name."""

    def __init__(self, known: Collection[str]) -> None:
        self.known = known

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        base = node.value
        if isinstance(base, ast.Name) and base.id not in self.known and isinstance(node.ctx, ast.Load):
            return ast.Name(ROW_LABELS if LABELS.search(base.id) else ROWS, ast.Load())
        self.generic_visit(node)
        return node


def function_of(
    name: str,
    statements: Sequence[ast.stmt],
    wanted: Sequence[str],
    given: Sequence[str],
    known: Collection[str],
) -> str:
    """The source of `name(given)`: takes the given names from a dict, runs the statements, returns the wanted ones.

    Names that nothing binds are the batch (by rows, or as `columns` says), its size, or the learning rate.
    """
    local = {target for statement in statements for target in targets(statement)}
    replaced = [DataReplaced({*given, *local}).visit(ast.parse(ast.unparse(s))).body[0] for s in statements]
    lines = [f"{each} = given[{each!r}].copy()" for each in given]
    lines += [f"{ROWS}, {ROW_LABELS} = given['X'], given['D']"]
    free = {n for s in replaced for n in reads(s)} - {*given, *local, ROWS, ROW_LABELS}
    for each in sorted(free):
        if BATCH.search(each):
            lines.append(f"{each} = len(given['X'])")
        elif RATE.search(each):
            lines.append(f"{each} = given['eta']")
        elif each not in known:
            data = ROW_LABELS if LABELS.search(each) else ROWS
            lines.append(f"{each} = {data}.T if given['columns'] else {data}")
    lines += [ast.unparse(ast.fix_missing_locations(statement)) for statement in replaced]
    lines.append(f"return {{{', '.join(f'{each!r}: {each}' for each in wanted)}}}")
    return f"def {name}(given):\n" + "\n".join(f"    {line}" for text in lines for line in text.split("\n")) + "\n"


def source_of(name: str, parameters: Sequence[str], statements: Sequence[ast.stmt], result: str) -> str:
    """The source of a function that runs the statements as they are and returns `result`."""
    lines = [line for statement in statements for line in ast.unparse(statement).split("\n")]
    body = "\n".join(f"    {line}" for line in [*lines, f"return {result}"])
    return f"def {name}({', '.join(parameters)}):\n{body}\n"
