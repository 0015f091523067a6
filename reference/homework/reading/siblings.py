"""The files beside a submission that it imports: found in its own folder, read like itself, executed nowhere here."""

import ast
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from reference.errors import RequestError
from reference.homework.reading.encodings import to_text
from reference.homework.reading.missing import wanted
from reference.homework.reading.statements import Read, read_text
from reference.homework.reading.submission import Module

MAX_FILES = 100
MAX_BYTES = 2 << 20
# modules of these names are the real ones whatever lies in the folder
REAL = frozenset(sys.stdlib_module_names) | {"numpy", "scipy"}


def home(path: Path, trees: Sequence[ast.AST]) -> dict[str, Path]:
    """The dotted packages that the file lies in, outermost first, with their folders: for `from ..a import b`, two.

    Empty outside of a package. A folder may be called what no import statement could name; its dots are replaced.
    """
    levels = max((node.level for node in _imports(trees) if isinstance(node, ast.ImportFrom)), default=0)
    folders: list[Path] = []
    for folder in path.parents[:-1]:
        if len(folders) >= levels and not (folders and (folder / "__init__.py").is_file()):
            break
        folders.insert(0, folder)
    names = [folder.name.replace(".", "_") for folder in folders]
    return {".".join(names[: n + 1]): folder for n, folder in enumerate(folders)}


def siblings(path: Path, trees: Sequence[ast.AST], packages: dict[str, Path]) -> dict[str, Module]:
    """Every module of the folder that is imported, directly or by another, by its dotted name.

    `packages`: what `home` gave.
    """
    package = next(reversed(packages), "")
    folders = list(dict.fromkeys([path.parent, *(folder.parent for folder in list(packages.values())[:1])]))
    if any(isinstance(node, ast.Attribute) and node.attr == "path" for tree in trees for node in ast.walk(tree)):
        folders.append(path.parent.parent)  # sys.path.append(os.pardir)
    found: dict[str, Module] = {}
    todo = list(_names(trees, package))
    while todo and len(found) < MAX_FILES:
        name = todo.pop(0)
        if name in found or name.split(".")[0] in REAL:
            continue
        place = packages.get(name) or _place(name, folders, packages)
        if place is None or place == path:
            continue
        module, inner = _read(name, place)
        found[name] = module
        todo += [*_names(inner, name if module.is_package else name.rpartition(".")[0]), name.rpartition(".")[0]]
    return {name: module for name, module in found.items() if name}


def written_modules(path: Path, reads: Sequence[Read]) -> dict[str, Module]:
    """The modules that cells of a notebook write, by their dotted names, with the packages that they lie in."""
    found: dict[str, Module] = {}
    for name in dict.fromkeys(read.written for read in reads if read.written):
        if name.split(".")[0] in REAL:
            continue
        units = tuple(unit for read in reads if read.written == name for unit in read.units)
        parts = name.split(".")
        for n in range(1, len(parts)):
            package = ".".join(parts[:n])
            found.setdefault(package, Module(package, path, (), is_package=True))
        found[name] = Module(name, path, units, supplied=wanted(units))
    return found


def _place(name: str, folders: Sequence[Path], packages: dict[str, Path]) -> Path | None:
    """The file or folder of a module."""
    if not name:
        return None
    within = [(len(known), folder) for known, folder in packages.items() if name.startswith(known + ".")]
    starts = [(folder, 0) for folder in folders]
    if within:
        starts.insert(0, (max(within)[1], max(within)[0] + 1))
    for folder, skipped in starts:
        place = folder.joinpath(*name[skipped:].split("."))
        if (file := place.with_name(place.name + ".py")).is_file():
            return file if file.stat().st_size <= MAX_BYTES else None
        if (place / "__init__.py").is_file() or (place.is_dir() and any(place.glob("*.py"))):
            return place
    return None


def _read(name: str, place: Path) -> tuple[Module, list[ast.Module]]:
    """A module and its trees, for the imports in it. What cannot be read is empty."""
    file = place / "__init__.py" if place.is_dir() else place
    try:
        read = read_text(to_text(file.read_bytes(), file)) if file.is_file() else read_text("")
    except (OSError, RequestError):
        read = read_text("")
    return Module(name, file, tuple(read.units), place.is_dir(), wanted(read.units)), read.trees


def _imports(trees: Sequence[ast.AST]) -> Iterator[ast.Import | ast.ImportFrom]:
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield node


def _names(trees: Sequence[ast.AST], package: str) -> Iterator[str]:
    """The dotted names of modules that may be meant, packages before what is in them."""
    for node in _imports(trees):
        if isinstance(node, ast.Import):
            full = [alias.name for alias in node.names]
        else:
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level and package else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            full = [base, *(f"{base}.{alias.name}" for alias in node.names if alias.name != "*" and base)]
        for name in full:
            parts = name.split(".")
            yield from (".".join(parts[: n + 1]) for n in range(len(parts)))
