"""Names that a submission uses and nowhere defines, of which some are well known and supplied."""

import ast
import functools
import inspect
import symtable
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec

import numpy

from reference.homework.isolation.worker.older import REMOVED
from reference.homework.isolation.worker.supplied import HELPERS, OF_COLUMNS
from reference.homework.reading.repair import nodes_of
from reference.homework.reading.submission import Submission, Unit
from reference.homework.verdict import Note


def wanted(units: Sequence[Unit]) -> tuple[tuple[str, Note], ...]:
    """The well-known helpers to supply, with a note on each, where the calls fit the helper's signature."""
    defined = defined_names(units)
    used = {name for unit in units for name in free_names(unit.source)} - defined
    found = []
    columns = any(module in OF_COLUMNS for unit in units for module in _imported(unit.source))
    for name in sorted(used & HELPERS.keys()):
        cell, line, fits = _uses(name, units)
        if fits:
            helper = f"{name} over columns" if columns and f"{name} over columns" in HELPERS else name
            found.append((helper, Note(f"{name} is not in the file; the well-known one was supplied", cell, line)))
    if "np" in used:
        cell, line, _ = _uses("np", units)
        found.insert(0, ("np", Note("np is used and never imported; NumPy was supplied", cell, line)))
    return tuple(found)


def _imported(source: str) -> Iterator[str]:
    """The modules that a statement takes names from."""
    for node in nodes_of(source):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def gone(units: Sequence[Unit]) -> tuple[Note, ...]:
    """A note on each name of NumPy that it no longer has, and that stands for something here all the same."""
    found: dict[str, Note] = {}
    for unit in units:
        for node in nodes_of(unit.source):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in REMOVED:
                name = f"{node.value.id}.{node.attr}"
                if node.value.id in ("np", "numpy") and name not in found and node.attr not in vars(numpy):
                    words = f"{name} is gone from NumPy; it was put back for this check"
                    found[name] = Note(words, unit.cell, unit.line + node.lineno - 1)
    return tuple(found.values())


def defined_names(units: Sequence[Unit]) -> set[str]:
    """The top-level names that executing the units would define."""
    found: set[str] = set()
    for unit in units:
        for node in nodes_of(unit.source):
            if isinstance(node, ast.Global):
                found.update(node.names)
        table = _symbols(unit.source)
        found.update(
            s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported() or s.is_namespace()
        )
    return found


@functools.lru_cache(maxsize=512)
def _symbols(source: str) -> symtable.SymbolTable:
    return symtable.symtable(source, "<submission>", "exec")


def free_names(source: str) -> set[str]:
    """The names that a statement, or the functions in it, look up at top level."""
    return set(_free(_symbols(source), top=True))


def _free(table: symtable.SymbolTable, top: bool = False) -> Iterator[str]:
    for symbol in table.get_symbols():
        if symbol.is_global() or (top and symbol.is_referenced() and not symbol.is_assigned()):
            yield symbol.get_name()
    for child in table.get_children():
        yield from _free(child)


def looked_up(units: Sequence[Unit]) -> set[str]:
    """The top-level names that the definitions read."""
    return {name for unit in units if unit.kind == "definition" for name in free_names(unit.source)}


def read_at_once(node: ast.AST) -> set[str]:
    """The names that executing a simple statement reads right away."""
    inner = {
        item.id
        for part in ast.walk(node)
        if isinstance(part, ast.comprehension)
        for item in ast.walk(part.target)
        if isinstance(item, ast.Name)
    }
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        return {node.target.id, *_loads(node)} - inner
    return set(_loads(node)) - inner


def _loads(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Lambda):
        return
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        yield node.id
    for child in ast.iter_child_nodes(node):
        yield from _loads(child)


def _uses(name: str, units: Sequence[Unit]) -> tuple[int | None, int | None, bool]:
    """Where a name is first used, and whether every call of it fits the helper's signature."""
    place: tuple[int | None, int | None] = (None, None)
    fits = True
    for unit in units:
        for node in nodes_of(unit.source):
            if isinstance(node, ast.Name) and node.id == name and place == (None, None):
                place = (unit.cell, unit.line + node.lineno - 1)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                fits = fits and _fits(name, node)
    return (*place, fits)


def _fits(name: str, call: ast.Call) -> bool:
    helper = HELPERS.get(name)
    plain = not any(isinstance(item, ast.Starred) for item in call.args) and all(item.arg for item in call.keywords)
    if not callable(helper) or not plain:
        return True
    try:
        inspect.signature(helper).bind(*call.args, **{str(item.arg): item.value for item in call.keywords})
    except TypeError:
        return False
    return True


def absent(submission: Submission) -> tuple[Note, ...]:
    """A note on each name that is imported from a file which is not here."""
    here = {module.name for module in submission.modules}
    return tuple(
        Note(f"{name.name} comes from {node.module}, which is not here", unit.cell, unit.line)
        for unit in submission.units
        for node in nodes_of(unit.source)
        if isinstance(node, ast.ImportFrom) and node.module and node.module not in here and not _known(node.module)
        for name in node.names
    )


def _known(module: str) -> bool:
    package = module.partition(".")[0]
    return package in sys.stdlib_module_names or find_spec(package) is not None
