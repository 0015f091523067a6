"""Reads a submission: parses, never executes."""

import ast
import builtins
from collections.abc import Iterable
from pathlib import Path

from reference.errors import RequestError
from reference.homework.isolation.worker.supplied import HELPERS
from reference.homework.reading import notebook, python2
from reference.homework.reading.added_methods import with_added
from reference.homework.reading.encodings import to_text
from reference.homework.reading.missing import defined_names, gone, read_at_once, wanted
from reference.homework.reading.repair import tree_of
from reference.homework.reading.siblings import home, siblings, written_modules
from reference.homework.reading.statements import Read, read_text
from reference.homework.reading.submission import Module, Submission, Symbol, Unit
from reference.homework.reading.symbols import by_name

__all__ = ["Module", "Submission", "Symbol", "Unit", "read_submission"]

MAX_BYTES = 50 << 20  # notebooks carry their plots
MAX_CODE = 4 << 20  # characters, which take a minute to read


def read_submission(path: Path, cell: int | None = None) -> Submission:
    """The submission in a file. `cell`: of a name defined more than once, the definition there counts.

    RequestError where it cannot be read at all: missing, empty, too large, not text, a damaged notebook, no such cell.
    """
    path = Path(path).absolute()
    text = _text(path)
    texts: list[tuple[int | None, str]] = [(None, text)]
    if notebook.is_notebook(text) or path.suffix == ".ipynb":
        texts = list(enumerate(notebook.cells(text, path), 1))
    if (code := sum(len(source) for _, source in texts)) > MAX_CODE:
        raise RequestError(f"{path} has {code >> 20} MB of code, more than the {MAX_CODE >> 20} that are read")
    numbers = [number for number, _ in texts if number is not None]
    if cell is not None and cell not in numbers:
        there = f"it has {len(numbers)} code cells" if numbers else "it is no notebook"
        raise RequestError(f"{path} has no cell {cell}: {there}")
    reads = [read_text(source, number) for number, source in texts]
    return _joined(path, reads, cell)


def _joined(path: Path, reads: list[Read], cell: int | None) -> Submission:
    """One submission from what its texts hold."""
    trees = [tree for read in reads for tree in read.trees]
    defined = [symbol for read in reads for symbol in read.symbols]
    symbols = with_added(by_name(defined, cell), defined, trees)
    units = _available([unit for read in reads for unit in read.units if not _overtaken(unit, symbols, cell)])
    packages = home(path, trees)
    return Submission(
        path,
        next((folder.parent for folder in packages.values()), path.parent),
        tuple(units),
        tuple(note for read in reads for note in read.skipped),
        symbols,
        next(reversed(packages), ""),
        tuple((siblings(path, trees, packages) | written_modules(path, reads)).values()),
        wanted(units),
        (*(note for read in reads for note in read.mended), *gone(units)),
        _python2(reads, defined_names(units)),
        tuple(trees),
    )


def _text(path: Path) -> str:
    """The text of a file. RequestError where there is none."""
    if not path.exists():
        raise RequestError(f"there is no file {path}")
    if path.is_dir():
        raise RequestError(f"{path} is a folder: name one .py or .ipynb file in it")
    if not path.is_file():
        raise RequestError(f"{path} is a pipe or a device: save the code to a .py or .ipynb file")
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise RequestError(f"{path} has {size >> 20} MB, more than the {MAX_BYTES >> 20} that are read")
        text = to_text(path.read_bytes(), path)
    except OSError as error:
        raise RequestError(f"{path} cannot be read: {error.strerror}") from None
    if not text.strip():
        raise RequestError(f"{path} is empty: nothing to check")
    return text


def _overtaken(unit: Unit, symbols: dict[str, Symbol], cell: int | None) -> bool:
    """Whether a unit of a later cell would replace a definition of the cell that was asked for."""
    if cell is None or unit.kind != "definition" or unit.cell is None or unit.cell <= cell:
        return False
    defined = defined_names([unit])
    return any(symbols[name].cell == cell for name in defined if name in symbols)


def _available(units: Iterable[Unit]) -> list[Unit]:
    """The units without those assignments that read a name nothing before them defines."""
    known = {*dir(builtins), *HELPERS, "np", "__file__", "__name__"}
    taken: list[Unit] = []
    could_be_any = False  # after "import *"
    for unit in units:
        if unit.kind in ("candidate", "constant") and not could_be_any:
            node = tree_of(unit.source).body[0]
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and read_at_once(node) - known:
                continue
        taken.append(unit)
        could_be_any = could_be_any or (unit.kind == "import" and "import *" in unit.source)
        known |= defined_names([unit])
    return taken


def _python2(reads: list[Read], defined: set[str]) -> str:
    """What shows that the submission is written in Python 2, with its place."""
    for number, read in enumerate(reads, 1):
        if read.python2:
            return read.python2
        for tree in read.trees:
            found = python2.in_tree(tree, defined)
            if found is not None:
                place = f"line {found[0]}" if len(reads) == 1 else f"cell {number}, line {found[0]}"
                return f"{place}: {found[1]}"
    return ""
