"""Notebooks: their code cells, and what in a cell is no Python."""

import json
import re
from typing import Any

from reference.errors import RequestError
from reference.homework.verdict import Note

# cell magics whose cell is Python all the same
PYTHON_MAGICS = ("time", "timeit", "capture", "prun", "python", "python3", "pypy")
WRITTEN = re.compile(r"%%(?:writefile|file)\s+(?:-a\s+)?(\S+)\.py\s*$")
MAGIC = re.compile(r"^(\s*)(?:(\w[\w, ]*?\s*=)\s*)?([%!?]{1,2}\s*[\w./~-].*|\?+\s*\w.*)$")
OTHERS = ("r", "julia", "octave", "matlab", "scala", "javascript", "typescript", "c++", "java", "bash")
HELP = re.compile(r"^(\s*)([\w.]+\?{1,2})\s*$")


def is_notebook(text: str) -> bool:
    """Whether the text looks like a notebook, whatever its file is called."""
    return text.lstrip().startswith("{") and ('"cells"' in text or '"worksheets"' in text)


def cells(text: str, path: object) -> list[str]:
    """The code cells. RequestError where the text is no notebook."""
    try:
        book = json.loads(text)
    except (ValueError, RecursionError) as error:
        damaged = f"its JSON is damaged ({error})"
        why = damaged if is_notebook(text) else "it is no JSON. Python code goes in a .py file"
        raise RequestError(f"{path} is not a notebook: {why}") from None
    if language := _other_language(book):
        raise RequestError(f"{path} is a notebook in {language}, expected one in Python")
    sheets = book.get("worksheets") if isinstance(book, dict) else None
    holder = sheets[0] if isinstance(sheets, list) and sheets else book
    found = holder.get("cells") if isinstance(holder, dict) else None
    if not isinstance(found, list):
        raise RequestError(f"{path} is not a notebook: it has no list of cells")
    code = [_source(cell) for cell in found if isinstance(cell, dict) and cell.get("cell_type") == "code"]
    if not any(source.strip() for source in code):
        raise RequestError(f"{path} has no code cells: nothing to check")
    return code


def _other_language(book: Any) -> str:
    """The language that a notebook names where it is none like Python."""
    known = book.get("metadata") if isinstance(book, dict) else None
    for kind, key in (("language_info", "name"), ("kernelspec", "language")):
        named = known.get(kind) if isinstance(known, dict) else None
        language = named.get(key) if isinstance(named, dict) else None
        if isinstance(language, str) and language.lower() in OTHERS:
            return language
    return ""


def _source(cell: dict[str, Any]) -> str:
    """The text of a cell, a string or a list of lines; "input" is what old notebooks call it."""
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source.replace("\r\n", "\n").replace("\r", "\n") if isinstance(source, str) else ""


def written(text: str) -> str:
    """The dotted name of the module that a cell writes to a file instead of running it, "" where it writes none."""
    match = WRITTEN.match(_first(text))
    return match[1].removeprefix("./").replace("/", ".") if match else ""


def without_magics(text: str, cell: int | None) -> tuple[str, list[Note]]:
    """The text with magics, shell lines and questions emptied, lines kept, and a note on each."""
    lines, notes = text.split("\n"), []
    first = _first(text)
    if first.startswith("%%") and first[2:].split(" ")[0].strip() not in PYTHON_MAGICS and not written(text):
        return "", [Note(f"a cell of {first.strip().split(' ')[0]} is not Python: skipped", cell, 1)]
    for index, line in enumerate(lines):
        match = MAGIC.match(line) or HELP.match(line)
        if match is None:
            continue
        indent, target = match[1], match[2] if match.re is MAGIC else None
        # an indented line may be the only one of its block
        lines[index] = f"{indent}{target} None" if target else f"{indent}pass" if indent else ""
        notes.append(Note(f"{line.strip()[:60]} is for the notebook, not Python: skipped", cell, index + 1))
    return "\n".join(lines), notes


def _first(text: str) -> str:
    """The first line that is not empty."""
    return next((line for line in text.split("\n") if line.strip()), "")
