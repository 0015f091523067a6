"""The submissions in files, folders and zip files."""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reference.errors import RequestError
from reference.homework.grading.archive import unpack
from reference.homework.reading.cells import defines, imported

CODE = (".ipynb", ".py")
NOT_THEIRS = {"__pycache__", "__MACOSX", "site-packages", "node_modules", "venv", "env"}
MOST_FILES = 500
Ignore = Callable[[str, str], None]  # told what is no submission, and why


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
            seen.update(os.fsencode(file.name) + f" {content}\n".encode())
        return seen.hexdigest()


def collect(
    paths: Sequence[Path], folder: Path, one: bool = False, ignore: Ignore = lambda what, why: None
) -> list[HandIn]:
    """The submissions at `paths`; zip files are unpacked below `folder`. Raises RequestError where there are none.

    A file is one. In a folder, or a zip file, each file, each folder and each zip file is one; a file that another
    imports belongs to that one. With `one`, each path is one submission, whatever it holds. What cannot be read is a
    submission with a problem; what is none is told to `ignore`.
    """
    found: dict[Path, HandIn] = {}
    for number, path in enumerate(dict.fromkeys(paths)):
        if not path.exists():
            raise RequestError(f"{path}: there is no such file or folder")
        for each in _at(path, folder / str(number), one, ignore):
            found.setdefault(each.files[0].resolve() if each.files else Path(each.path), each)
    if not found:
        where = ", ".join(map(label_of, paths))
        raise RequestError(f"no submission in {where}, expected .ipynb, .py or .zip files or folders of them")
    return list(found.values())


def label_of(path: Path) -> str:
    """A path as text for people; bytes of it that are no text are written out: "caf\\xe9.py"."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def _at(path: Path, scratch: Path, one: bool, ignore: Ignore) -> Iterator[HandIn]:
    label = label_of(path)
    if path.is_dir():
        yield from [_whole(label, path, ignore)] if one else _each(label, path, scratch, ignore)
    else:
        yield from _file(label, path, scratch, one, ignore)


def _file(label: str, path: Path, scratch: Path, one: bool, ignore: Ignore) -> Iterator[HandIn]:
    if path.suffix.lower() == ".zip":
        yield from _zipped(label, path, scratch, one, ignore)
    elif _is_code(path):
        yield _hand_in(label, [path, *_helpers(path)], ignore)
    else:
        ignore(label, "no .ipynb, .py or .zip file")


def _zipped(label: str, path: Path, scratch: Path, one: bool, ignore: Ignore) -> Iterator[HandIn]:
    """What is in a zip file; of one that holds a single folder, what is in that. A bad one is a bad submission."""
    try:
        unpack(path, scratch)
    except RequestError as error:
        yield HandIn(label, problem=str(error))
        return
    top = scratch
    while len(inside := [each for each in top.iterdir() if _may_hold_code(each)]) == 1 and inside[0].is_dir():
        top = inside[0]
    if one:
        yield _whole(label, top, ignore)
    else:
        yield from _each(label, top, scratch.with_name(f"{scratch.name}-inside"), ignore)


def _may_hold_code(path: Path) -> bool:
    return not _hidden(path) and (path.is_dir() or path.suffix.lower() in (*CODE, ".zip"))


def _each(label: str, folder: Path, scratch: Path, ignore: Ignore) -> Iterator[HandIn]:
    """The submissions of a folder."""
    if (folder / "__init__.py").exists():
        yield _whole(label, folder, ignore)
        return
    belong = _belonging(folder)
    for number, path in enumerate(sorted(folder.iterdir())):
        name = f"{label.rstrip('/')}/{label_of(Path(path.name))}"
        if path.is_symlink():
            ignore(name, "a link")
        elif _hidden(path) or path in belong:
            continue
        elif path.is_dir():
            yield _whole(name, path, ignore)
        else:
            yield from _file(name, path, scratch / str(number), True, ignore)


def _belonging(folder: Path) -> set[Path]:
    """What in a folder is imported by something else there. Of files that import each other, the first stands alone."""
    files = [path for path in sorted(folder.iterdir()) if _is_code(path) and not _hidden(path)]
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


def _whole(label: str, folder: Path, ignore: Ignore) -> HandIn:
    return _hand_in(label, _code(folder), ignore, _why_not(folder) or "there is no .ipynb or .py file in it")


def _hand_in(label: str, files: Sequence[Path], ignore: Ignore, otherwise: str = "") -> HandIn:
    """A submission of the files that can be read; `otherwise` is its problem where there are none."""
    bad = {file: why for file in files if (why := _why_not(file))}
    kept = tuple(file for file in files if file not in bad)
    if not kept or files[0] in bad:
        return HandIn(label, problem=next(iter(bad.values()), otherwise))
    for file, why in bad.items():
        ignore(label_of(file), why)
    return HandIn(label, kept)


def _why_not(path: Path) -> str:
    """Why a file or folder cannot be read; "" where it can."""
    try:
        if path.is_dir():
            next(path.iterdir(), None)
        else:
            with path.open("rb") as stream:
                stream.read(1)
    except OSError as error:
        return f"{label_of(Path(path.name))} cannot be read: {(error.strerror or str(error)).lower()}"
    return ""


def _code(folder: Path) -> list[Path]:
    """All code below a folder, notebooks first, and what lies nearer the top before what lies deeper."""
    inside = filter(_is_code, folder.rglob("*"))
    theirs = [path for path in inside if not any(map(_hidden, (path, *_between(path, folder))))]
    return sorted(theirs, key=lambda path: (path.suffix.lower() == ".py", len(path.parts), path))[:MOST_FILES]


def _is_code(path: Path) -> bool:
    if path.suffix.lower() not in CODE:
        return False
    try:
        return path.is_file()
    except OSError:  # in a folder that cannot be entered; it is told where the file is read
        return True


def _between(path: Path, folder: Path) -> list[Path]:
    return [parent for parent in path.parents if folder in parent.parents]


def _hidden(path: Path) -> bool:
    """What is not part of a submission: hidden, made by tools, or a link to somewhere else."""
    return path.name.startswith(".") or path.name in NOT_THEIRS or path.is_symlink()
