"""Zip files of submissions, unpacked without trusting them."""

import contextlib
import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO

from reference.errors import RequestError

KEPT = (".py", ".ipynb", ".zip")
MOST_FILES = 20_000
MOST_BYTES = 1_000_000_000  # of a whole archive, unpacked
MOST_BYTES_OF_ONE = 100_000_000
_UTF8 = 0x800  # the flag of an entry whose name is UTF-8


def unpack(path: Path, folder: Path) -> None:
    """Unpack the code in a zip file, and the zip files in it, below `folder`, which is made.

    Of all else the names are kept: files without content. Of two entries with the same name the last counts.
    Raises RequestError for what is no zip file, is encrypted, reaches outside of `folder`, or grows too large.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MOST_FILES:
                raise RequestError(f"it holds {len(members):,} files, at most {MOST_FILES:,} are unpacked")
            folder.mkdir(parents=True)
            left = MOST_BYTES
            for member in members:
                inside = _inside(member)
                if inside is not None and inside.name.lower().endswith(KEPT) and not member.is_dir():
                    left -= _write(archive, member, folder / inside, left)
                elif inside is not None:
                    _name_only(folder / inside, member.is_dir())
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise RequestError(f"it is no zip file that can be read: {(why or 'it is damaged').lower()}") from error
    except RuntimeError as error:  # zipfile's own for an encrypted entry
        raise RequestError("it is encrypted. Hand it in without a password") from error


def _inside(member: zipfile.ZipInfo) -> PurePosixPath | None:
    """Where an entry belongs below the folder; None for a link. RequestError where it reaches outside."""
    name = _name(member).replace("\\", "/")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or ".." in parts or (parts and ":" in parts[0]):
        raise RequestError(f"it has an entry that reaches outside of it: {name[:80]}")
    if stat.S_ISLNK(member.external_attr >> 16) or not parts:
        return None
    return PurePosixPath(*parts)


def _name(member: zipfile.ZipInfo) -> str:
    """The name of an entry. Zip files made on Japanese computers do not say that theirs is UTF-8 or Shift JIS."""
    if member.flag_bits & _UTF8:
        return member.filename
    for encoding in ("utf-8", "cp932"):
        try:
            return member.filename.encode("cp437").decode(encoding)
        except UnicodeError:
            continue
    return member.filename


def _name_only(target: Path, is_folder: bool) -> None:
    with contextlib.suppress(OSError):  # a name that cannot be had is missed by nobody
        (target if is_folder else target.parent).mkdir(parents=True, exist_ok=True)
        if not is_folder:
            target.touch()


def _write(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, left: int) -> int:
    """Unpack one entry; its size. The size an entry claims is not believed."""
    most = min(left, MOST_BYTES_OF_ONE)
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(member) as source, target.open("wb") as sink:
        shutil.copyfileobj(_Limited(source, most, member.filename), sink)
        return sink.tell()


class _Limited:
    """A stream that ends with RequestError when it gives more than `most` bytes."""

    def __init__(self, source: IO[bytes], most: int, name: str) -> None:
        self._source, self._left, self._name = source, most, name

    def read(self, size: int = -1) -> bytes:
        part = self._source.read(size)
        self._left -= len(part)
        if self._left < 0:
            raise RequestError(f"it is too large when unpacked, at {self._name[:80]}")
        return part
