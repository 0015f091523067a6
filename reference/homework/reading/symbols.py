"""The classes and functions of a submission, and which of them are not finished."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from reference.homework.reading import blanks
from reference.homework.reading.submission import Symbol

HEAD = re.compile(r"^(?:@.*\n)*\s*(?:async\s+)?(class|def)\s+(\w+)", re.MULTILINE)


def symbols_of(
    node: ast.stmt, lines: list[str], line: int, cell: int | None, closed: Sequence[tuple[int, str]] = ()
) -> Iterator[Symbol]:
    """What a top-level statement defines. `lines`: the text it stands in, whose first line is number `line`."""
    if isinstance(node, ast.If | ast.Try):
        for item in ast.iter_child_nodes(node):
            if isinstance(item, ast.stmt):
                yield from symbols_of(item, lines, line, cell, closed)
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda) and isinstance(node.targets[0], ast.Name):
        node = as_function(node.targets[0].id, node.value, node)
    if not isinstance(node, ast.ClassDef | ast.FunctionDef):
        return
    source = _source(node, lines, line)
    if isinstance(node, ast.FunctionDef):
        yield Symbol(node.name, "function", cell, node.lineno, node, source, _unfinished(node, lines, line, closed))
        return
    methods = [item for item in node.body if isinstance(item, ast.FunctionDef)]
    found = {item.name: words for item in methods if (words := _unfinished(item, lines, line, closed))}
    others = [item.name for item in methods if item.name != "__init__" and item.name not in found]
    words = ""
    if not methods and all(isinstance(item, ast.Pass | ast.Expr) for item in node.body):
        words = (blanks.marker(source) or "a class without methods") + (
            " is still there" if blanks.marker(source) else ""
        )
    elif found and not others:
        words = next(iter(found.values()))
    yield Symbol(node.name, "class", cell, node.lineno, node, source, words, unfinished_methods=found)


def _source(node: ast.ClassDef | ast.FunctionDef, lines: list[str], line: int) -> str:
    return "\n".join(lines[node.lineno - line : (node.end_lineno or node.lineno) - line + 1])


def _unfinished(node: ast.FunctionDef, lines: list[str], line: int, closed: Sequence[tuple[int, str]]) -> str:
    """What shows that a function is not finished. Comments up to the next statement belong to it."""
    stop = node.end_lineno or node.lineno
    for at, words in closed:
        if node.lineno <= at <= stop:
            return f"{words} is still there" if words.startswith("#") else words
    while stop - line + 1 < len(lines) and re.match(rf"^\s{{{node.col_offset + 1},}}#", lines[stop - line + 1]):
        stop += 1
    return blanks.unfinished(node, "\n".join(lines[node.lineno - line : stop - line + 1]))


def as_function(name: str, value: ast.Lambda, node: ast.AST) -> ast.FunctionDef:
    """`name = lambda x: ...` as the definition it amounts to."""
    function = ast.parse(f"def {name}(): pass").body[0]
    assert isinstance(function, ast.FunctionDef)
    function.args, function.body = value.args, [ast.Return(value.body)]
    ast.copy_location(function, node)
    return ast.fix_missing_locations(function)


def broken_symbol(piece: str, cell: int | None, line: int, broken: str, mark: str) -> Symbol | None:
    """The class or function that a piece would define if it compiled; None where it would define nothing."""
    match = HEAD.match(piece)
    if match is None:
        return None
    node = ast.parse(f"{match[1]} {match[2]}{'()' if match[1] == 'def' else ''}: pass").body[0]
    assert isinstance(node, ast.ClassDef | ast.FunctionDef)
    line += piece[: match.start(1)].count("\n")
    ast.increment_lineno(node, line - 1)
    kind = "class" if match[1] == "class" else "function"
    return Symbol(match[2], kind, cell, line, node, piece, f"{mark} is still there" if mark else "", broken)  # type: ignore[arg-type]


def by_name(symbols: Sequence[Symbol], cell: int | None = None) -> dict[str, Symbol]:
    """The symbols that count: of each name the one in cell `cell`, or else the last, with the places it replaces."""
    found: dict[str, Symbol] = {}
    for symbol in symbols:
        before = found.get(symbol.name)
        if before is None:
            found[symbol.name] = symbol
            continue
        chosen = cell is not None and before.cell == cell and symbol.cell != cell
        kept, other = (before, symbol) if chosen else (symbol, before)
        places = {*before.earlier, (other.cell, other.line)}
        found[symbol.name] = replace(kept, earlier=tuple(sorted(places, key=lambda at: (at[0] or 0, at[1]))))
    return found
