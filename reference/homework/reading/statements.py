"""One text, a file or a cell: parsed, mended where possible, and sorted into what is executed and what is not."""

import ast
from dataclasses import dataclass, field

from reference.homework.reading import blanks, python2, repair
from reference.homework.reading.added_methods import plainly_added
from reference.homework.reading.missing import defined_names
from reference.homework.reading.notebook import without_magics, written
from reference.homework.reading.selection import TEXT, kind_of, name_of_text, words_of
from reference.homework.reading.submission import Symbol, Unit
from reference.homework.reading.symbols import broken_symbol, symbols_of
from reference.homework.verdict import Note


@dataclass
class Read:
    """What one text holds. `written` is the module that it is written to, where a magic says so; `mended`: notes on
    what was done to it."""

    units: list[Unit] = field(default_factory=list)
    symbols: list[Symbol] = field(default_factory=list)
    skipped: list[Note] = field(default_factory=list)
    mended: list[Note] = field(default_factory=list)
    trees: list[ast.Module] = field(default_factory=list)
    python2: str = ""
    written: str = ""


def read_text(text: str, cell: int | None = None) -> Read:
    """Reads a text whatever state it is in: what does not compile is left out and noted."""
    read = Read(written=written(text) if cell is not None else "")
    if repair.problem(text) is not None:
        text, notes = without_magics(text, cell)
        read.skipped += notes
    if repair.problem(text) is not None:
        text, words = repair.mended(text)
        if words:
            read.mended.append(Note(words, cell))
    tree = repair.parse(text)
    if tree is not None:
        _take(read, tree, text, cell, 1, [])
        return read
    for line, piece in repair.pieces(text):
        _take_piece(read, piece, cell, line)
    return read


def _take_piece(read: Read, piece: str, cell: int | None, line: int) -> None:
    """One top-level statement of a text that does not compile as a whole."""
    closed: list[tuple[int, str]] = []
    tree = repair.parse(piece)
    if tree is None:
        whole, closed = blanks.filled(piece)
        whole = whole if repair.problem(whole) is None else repair.mended(whole)[0]
        tree, piece = repair.parse(whole), whole if repair.problem(whole) is None else piece
    if tree is not None:
        _take(read, tree, piece, cell, line, [(line + at - 1, words) for at, words in closed])
        return
    error = repair.problem(piece)
    assert error is not None
    at = line + (error.lineno or 1) - 1
    old = python2.in_text(piece, error)
    if old is not None:
        place = f"line {line + old[0] - 1}"
        read.python2 = read.python2 or (place if cell is None else f"cell {cell}, {place}") + f": {old[1]}"
    reason = f"Python 2: {old[1]}" if old else f"does not compile: {error.msg}"
    mark = blanks.marker(piece)
    symbol = broken_symbol(piece, cell, line, "" if mark else f"line {at}: {reason}", mark)
    if symbol is not None:
        read.symbols.append(symbol)
    read.skipped.append(Note(f"{mark} is still there" if mark else reason, cell, at))


def _take(read: Read, tree: ast.Module, text: str, cell: int | None, line: int, closed: list[tuple[int, str]]) -> None:
    """The statements of a tree. `closed`: the blanks that were filled, as (line, words)."""
    ast.increment_lineno(tree, line - 1)
    read.trees.append(tree)
    lines = text.split("\n")
    for node in tree.body:
        kind = kind_of(node)
        source = segment(lines, node, line)
        inside = [words for at, words in closed if node.lineno <= at <= (node.end_lineno or node.lineno)]
        if kind is None and (name := name_of_text(node, tree)):
            read.units.append(Unit(f"{name} = {TEXT}", cell, first_line(node), "constant"))
            read.skipped.append(Note("not executed: a short text stands in for that of the file", cell, node.lineno))
            continue
        if kind is None or (inside and kind != "definition"):
            words = f"{inside[0]} is still there" if inside else words_of(node)
            if words:
                binds = defined_names([Unit(source, cell, first_line(node), "candidate")])
                read.skipped.append(Note(words, cell, node.lineno, frozenset(binds)))
            continue
        read.units += plainly_added(Unit(source, cell, first_line(node), kind), node)
        read.symbols += symbols_of(node, lines, line, cell, closed)


def first_line(node: ast.stmt) -> int:
    """The line a statement begins in, its decorators included."""
    return min([node.lineno, *(item.lineno for item in getattr(node, "decorator_list", []))])


def segment(lines: list[str], node: ast.stmt, line: int = 1) -> str:
    """The text of a statement, from the lines of which the first is number `line`."""
    start, stop = first_line(node) - line, (node.end_lineno or node.lineno) - line
    taken = lines[start : stop + 1]
    if node.end_col_offset is not None:
        taken[-1] = taken[-1].encode()[: node.end_col_offset].decode()
    if start == node.lineno - line:
        taken[0] = taken[0].encode()[node.col_offset :].decode()
    return "\n".join(taken)
