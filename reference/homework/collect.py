"""The submissions in files, folders and zip files."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reference.errors import RequestError
from reference.homework.archive import unpack
from reference.homework.cells import defines, imported

CODE = (".ipynb", ".py")
NOT_THEIRS = {"__pycache__", "__MACOSX", "site-packages", "node_modules", "venv", "env"}
MOST_FILES = 500


@dataclass(frozen=True)
class HandIn:
    """What one student handed in: the files, the main one first. `problem` says why there are none."""

    path: str
    files: tuple[Path, ...] = ()
    problem: str = ""

    def file_with(self, symbol: str) -> Path:
        """The file that defines `symbol`, the main one where none does."""
        return next((file for file in self.files if symbol and defines(file, symbol)), self.files[0])

    @property
    def digest(self) -> str:
        """It changes with the content, the names or the order of the files, and not with their folder."""
        seen = hashlib.sha256(self.problem.encode())
        for file in self.files:
            with file.open("rb") as stream:
                content = hashlib.file_digest(stream, "sha256").hexdigest()
            seen.update(f"{file.name} {content}\n".encode())
        return seen.hexdigest()


def collect(paths: Sequence[Path], folder: Path, one: bool = False) -> list[HandIn]:
    """The submissions at `paths`; zip files are unpacked below `folder`. Raises RequestError where there are none.

    A file is one. In a folder, or a zip file, each file, each folder and each zip file is one; a file that another
    imports belongs to that one. With `one`, each path is one submission, whatever it holds.
    """
    found: dict[Path, HandIn] = {}
    for number, path in enumerate(dict.fromkeys(paths)):
        if not path.exists():
            raise RequestError(f"{path}: there is no such file or folder")
        for each in _at(path, folder / str(number), one):
            found.setdefault(each.files[0].resolve() if each.files else Path(each.path), each)
    if not found:
        where = ", ".join(map(str, paths))
        raise RequestError(f"no submission in {where}, expected .ipynb, .py or .zip files or folders of them")
    return list(found.values())


def _at(path: Path, scratch: Path, one: bool) -> Iterator[HandIn]:
    label = path.as_posix()
    if path.is_dir():
        yield from [_whole(label, path)] if one else _each(label, path, scratch)
    elif path.suffix.lower() == ".zip":
        yield from _zipped(label, path, scratch, one)
    elif path.suffix.lower() in CODE:
        yield HandIn(label, (path, *_helpers(path)))
    else:
        raise RequestError(f"{path} is no submission, expected an .ipynb, .py or .zip file or a folder")


def _zipped(label: str, path: Path, scratch: Path, one: bool) -> Iterator[HandIn]:
    """What is in a zip file; of one that holds a single folder, what is in that. A bad one is a bad submission."""
    try:
        unpack(path, scratch)
    except RequestError as error:
        yield HandIn(label, problem=str(error))
        return
    top = scratch
    while len(inside := [each for each in top.iterdir() if not _hidden(each)]) == 1 and inside[0].is_dir():
        top = inside[0]
    yield from [_whole(label, top)] if one else _each(label, top, scratch.with_name(f"{scratch.name}-inside"))


def _each(label: str, folder: Path, scratch: Path) -> Iterator[HandIn]:
    """The submissions of a folder."""
    if (folder / "__init__.py").exists():
        yield _whole(label, folder)
        return
    belong = _belonging(folder)
    for number, path in enumerate(sorted(folder.iterdir())):
        name = f"{label.rstrip('/')}/{path.name}"
        if _hidden(path) or path in belong:
            continue
        if path.is_dir() and _code(path):
            yield _whole(name, path)
        elif path.suffix.lower() == ".zip":
            yield from _zipped(name, path, scratch / str(number), one=True)
        elif path.suffix.lower() in CODE:
            yield HandIn(name, (path, *_helpers(path)))


def _belonging(folder: Path) -> set[Path]:
    """What in a folder is imported by something else there. Of files that import each other, the first stands alone."""
    files = [path for path in sorted(folder.iterdir()) if path.suffix.lower() in CODE and not _hidden(path)]
    belong: set[Path] = set()
    reach = {file: set(_helpers(file)) for file in files}
    for file in files:
        if not any(file in reach[other] and (other not in reach[file] or other < file) for other in files):
            belong |= {beside for path in reach[file] for beside in (path, *_between(path, folder))}
    return belong


def _helpers(path: Path) -> list[Path]:
    """The files beside `path` that it imports, and those that they import; of a package all files."""
    found: dict[Path, None] = {}
    waiting = [path]
    while waiting:
        for name in sorted(imported(waiting.pop())):
            module, package = path.with_name(f"{name}.py"), path.with_name(name)
            beside = (
                [module] if module.is_file() else _code(package) if package.is_dir() and not _hidden(package) else []
            )
            new = [file for file in beside if file not in found and file != path and not file.is_symlink()]
            found |= dict.fromkeys(new)
            waiting += new
    return list(found)[:MOST_FILES]


def _whole(label: str, folder: Path) -> HandIn:
    files = _code(folder)
    return HandIn(label, tuple(files)) if files else HandIn(label, problem="there is no .ipynb or .py file in it")


def _code(folder: Path) -> list[Path]:
    """All code below a folder, notebooks first, and what lies nearer the top before what lies deeper."""
    inside = (path for path in folder.rglob("*") if path.suffix.lower() in CODE and path.is_file())
    theirs = [path for path in inside if not any(map(_hidden, (path, *_between(path, folder))))]
    return sorted(theirs, key=lambda path: (path.suffix.lower() == ".py", len(path.parts), path))[:MOST_FILES]


def _between(path: Path, folder: Path) -> list[Path]:
    return [parent for parent in path.parents if folder in parent.parents]


def _hidden(path: Path) -> bool:
    """What is not part of a submission: hidden, made by tools, or a link to somewhere else."""
    return path.name.startswith(".") or path.name in NOT_THEIRS or path.is_symlink()
