"""Reads a submission: parses, never executes."""

import ast
from pathlib import Path

from reference.errors import RequestError
from reference.homework.submission import Submission, Symbol, Unit


def read_submission(path: Path, cell: int | None = None) -> Submission:
    """The submission in a file. RequestError where it cannot be read at all."""
    path = Path(path)
    if not path.is_file():
        raise RequestError(f"there is no file {path}")
    text = path.read_text(encoding="utf-8-sig")
    tree = ast.parse(text)
    units, symbols = [], {}
    for node in tree.body:
        source = ast.get_source_segment(text, node) or ""
        if isinstance(node, ast.Import | ast.ImportFrom):
            units.append(Unit(source, None, node.lineno, "import"))
        elif isinstance(node, ast.ClassDef | ast.FunctionDef):
            units.append(Unit(source, None, node.lineno, "definition"))
            kind = "class" if isinstance(node, ast.ClassDef) else "function"
            symbols[node.name] = Symbol(node.name, kind, None, node.lineno, node, source)  # type: ignore[arg-type]
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            units.append(Unit(source, None, node.lineno, "constant"))
    return Submission(path, path.parent, tuple(units), (), symbols)
