"""The code of a file as text, cell by cell: enough to find a definition or a tag, without running or parsing it."""

import json
import re
from pathlib import Path

MOST_BYTES = 20_000_000


def cells(path: Path) -> list[str]:
    """The code cells of a notebook, or the whole of another file; empty where there is nothing to read."""
    try:
        if path.stat().st_size > MOST_BYTES:
            return []
        text = path.read_bytes().decode("utf-8-sig", errors="replace")
        if path.suffix.lower() != ".ipynb":
            return [text]
        return [_joined(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []  # whoever checks the file says what is wrong with it


def _joined(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


def defines(path: Path, symbol: str) -> bool:
    """Whether a class or function of this name begins a line of the file."""
    definition = re.compile(rf"^(?:class|def)\s+{re.escape(symbol)}\b", re.MULTILINE)
    return any(definition.search(cell) for cell in cells(path))


def tagged(path: Path, tag: str) -> tuple[int, str] | None:
    """The last code cell, from 1, whose first line is a comment with all words of `tag`, and its text."""
    words = set(tag.split())
    found = None
    for number, text in enumerate(cells(path) if path.suffix.lower() == ".ipynb" else [], 1):
        first = text.lstrip().split("\n", 1)[0]
        if first.startswith("#") and words <= set(first.lstrip("#").split()):
            found = number, text
    return found


def last_definition(text: str) -> str:
    """The name of the last class or function that begins a line; "" without one."""
    names = re.findall(r"^(?:class|def)\s+(\w+)", text, re.MULTILINE)
    return names[-1] if names else ""


def imported(path: Path) -> set[str]:
    """The first names that a file imports; of `from . import a, b` these."""
    names: set[str] = set()
    for cell in cells(path):
        for origin, listed in re.findall(
            r"^[ \t]*from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]+\(?([\w \t,*]*)", cell, re.MULTILINE
        ):
            inside = origin.lstrip(".").split(".")[0]
            names |= {inside} if inside else set(re.findall(r"\w+", listed))
        for listed in re.findall(r"^[ \t]*import[ \t]+([\w.,  \t]+)", cell, re.MULTILINE):
            names |= {re.split(r"[.\s]", part.strip())[0] for part in listed.split(",")}
    return names - {""}
