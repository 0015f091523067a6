"""Finds MNIST, reads it and verifies it; falls back on the embedded digits where there is none."""

import gzip
import http.client
import math
import os
import struct
import threading
import time
import urllib.request
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from scratch.data import N_CLASSES, Array, DataError, Dataset, embedded_digits, fingerprint, idx_digest

# Of the decompressed IDX files.
SHA256 = {
    "train-images": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
NPZ_KEYS = {
    "train-images": "x_train",
    "train-labels": "y_train",
    "t10k-images": "x_test",
    "t10k-labels": "y_test",
}


class Mirror(NamedTuple):
    """A public folder, and the SHA-256 of each file wanted from it, as it is served."""

    base: str
    files: Mapping[str, str]


MIRRORS = (
    Mirror(
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        {"mnist.npz": "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"},
    ),
    Mirror(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        {
            "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        },
    ),
)
ANSWER_WITHIN = 3.0  # seconds for a mirror to answer at all, looking up its name included
STALL_WITHIN = 5.0  # seconds without a byte after which a download is given up

NOT_FOUND = (
    "embedded digits of scikit-learn brought to 28x28 "
    "(MNIST was not found: give --data FOLDER or set CROSSCHECK_DATA{})"
)


class MissingError(DataError):
    """There is no MNIST in this place, as against a damaged one."""


def _fault(name: object, found: str, expected: str, remedy: str = "get this file again") -> DataError:
    return DataError(f"{name}: {found}, expected {expected}: {remedy}")


class Part(NamedTuple):
    """One of the four arrays, with the name of the file (and key) it came from."""

    name: str
    array: Array


def load_mnist(folder: str | Path | None = None, *, download: bool = True, verify: bool = True) -> Dataset:
    """MNIST from the first place that has it, else the embedded digits; `Dataset.source` says which.

    Looks in `folder`; in the folder named by CROSSCHECK_DATA; in the caches of Keras and torchvision; in this
    project's own cache; then downloads into that cache, unless `download` is false or CROSSCHECK_OFFLINE=1.
    `verify=False` admits other data of MNIST's form from a folder that was named.

    Raises DataError when a folder was named, by argument or variable, and holds no sound MNIST. Caches nobody
    named are passed over instead, and the source says so.
    """
    if folder is not None:
        return _load(folder, verify)
    if named := os.environ.get("CROSSCHECK_DATA"):
        try:
            return _load(named, verify)
        except DataError as error:
            raise DataError(f"CROSSCHECK_DATA: {error}") from None
    passed_over = ""
    for place in _places(download and os.environ.get("CROSSCHECK_OFFLINE", "0") in ("", "0")):
        try:
            return _load(place, verify=True)
        except MissingError:
            continue
        except DataError as error:
            passed_over += f"; passed over: {error}"
    return embedded_digits(NOT_FOUND.format(passed_over))


def cache_folder() -> Path:
    """Where downloads are kept."""
    import platformdirs

    return platformdirs.user_cache_path("crosscheck") / "mnist"


def _places(download: bool) -> Iterator[Path]:
    """The places nobody named, in order; the download happens only when all before it were no use."""
    home = Path(os.path.expanduser("~"))
    yield Path(os.environ.get("KERAS_HOME") or home / ".keras") / "datasets"
    yield Path("data")  # torchvision's habit: MNIST/raw below the root it is given
    yield home / "data"
    yield cache_folder()
    if download and _download(cache_folder()):
        yield cache_folder()


def _load(place: str | Path, verify: bool) -> Dataset:
    folder = Path(os.path.expanduser(place))
    parts = _read_folder(folder)
    _check_form(parts)
    arrays = {part: parts[part].array.astype(np.uint8, copy=False) for part in SHA256}
    digests = {part: idx_digest(array) for part, array in arrays.items()}
    foreign = [part for part in SHA256 if digests[part] != SHA256[part]]
    if foreign and verify:
        part = foreign[0]
        raise _fault(
            parts[part].name,
            f"not the genuine MNIST: SHA-256 {digests[part][:12]}",
            SHA256[part][:12],
            "get this file again, or call load_mnist(folder, verify=False) to use it as it is",
        )
    x_train, x_test = (np.ascontiguousarray(arrays[f"{half}-images"]) for half in ("train", "t10k"))
    t_train, t_test = (arrays[f"{half}-labels"].astype(np.int64) for half in ("train", "t10k"))
    kind = "unverified data in the form of MNIST" if foreign else "MNIST"
    source = f"{kind} ({len(x_train):,} + {len(x_test):,} images) from {folder}"
    return Dataset(x_train, t_train, x_test, t_test, source, not foreign, fingerprint(digests.values()))


def _read_folder(folder: Path) -> dict[str, Part]:
    """The four arrays, from IDX files in `folder` or its MNIST/raw, or from its mnist.npz."""
    # os.path, not Path: its tests answer False where a directory may not be looked into.
    if os.path.isfile(folder):
        raise DataError(f"{folder} is a file, a folder was expected: give {folder.parent}")
    if not os.path.isdir(folder):
        raise MissingError(f"folder {folder} does not exist: give the folder that holds the MNIST files")
    if not os.access(folder, os.R_OK | os.X_OK):
        raise DataError(f"folder {folder} may not be read: change its permissions or give another")
    absent: list[str] = []
    for place in (folder, folder / "MNIST" / "raw"):
        files = _idx_files(place)
        if len(files) == len(SHA256):
            return {part: Part(str(path), _read_idx(path, _rank(part))) for part, path in files.items()}
        if files:
            absent = [part for part in SHA256 if part not in files]
    if os.path.isfile(folder / "mnist.npz"):
        return _read_npz(folder / "mnist.npz")
    if absent:
        names = ", ".join(f"{part}-idx{_rank(part)}-ubyte" for part in absent)
        raise MissingError(f"folder {folder} lacks {names} (or the same with .gz): put all four files there")
    raise MissingError(
        f"folder {folder} holds no MNIST: expected {', '.join(f'{p}-idx{_rank(p)}-ubyte' for p in SHA256)} "
        "(each also as .gz), there or in MNIST/raw, or mnist.npz"
    )


def _rank(part: str) -> int:
    return 3 if part.endswith("images") else 1


def _idx_files(place: Path) -> dict[str, Path]:
    found = {}
    for part in SHA256:
        stems = (f"{part}{mark}idx{_rank(part)}-ubyte" for mark in "-.")
        names = [stem + ending for stem in stems for ending in ("", ".gz")]
        if there := [place / name for name in names if os.path.isfile(place / name)]:
            found[part] = there[0]
    return found


def _read_idx(path: Path, rank: int) -> Array:
    """The uint8 array in an IDX file: magic 00 00 08 rank, big-endian sizes (4 bytes each), the elements."""
    content = _content(path)
    header = 4 + 4 * rank
    if len(content) < header:
        raise _fault(path, f"{len(content)} bytes", f"an IDX header of {header}")
    magic, *shape = struct.unpack(f">{1 + rank}I", content[:header])
    if magic != 0x0800 | rank:
        raise _fault(path, f"magic number 0x{magic:08x}", f"0x{0x0800 | rank:08x} (IDX, uint8, {rank}-D)")
    announced = header + math.prod(shape)
    if len(content) != announced:
        state = "truncated" if len(content) < announced else "too long"
        raise _fault(path, f"{state}: {len(content):,} bytes", f"{announced:,} by its header")
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)


def _content(path: Path) -> bytearray:
    """The file's bytes, decompressed if need be; a bytearray, as frameworks want arrays they may write to."""
    try:
        content = path.read_bytes()
        # The bytes decide, not the name: some browsers decompress a download and leave the .gz.
        return bytearray(gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content)
    except EOFError:
        raise _fault(path, "truncated gzip file", "a whole one") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise _fault(path, f"corrupt gzip file ({error})", "a sound one") from None
    except OSError as error:
        raise _fault(path, str(error.strerror), "a readable file", "check its permissions") from None


def _read_npz(path: Path) -> dict[str, Part]:
    try:
        # Opened here, since np.load leaves the file open when the archive is broken.
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as archive:
            if missing := [key for key in NPZ_KEYS.values() if key not in archive]:
                raise _fault(path, f"has no {', '.join(missing)}", ", ".join(NPZ_KEYS.values()))
            return {part: Part(f"{path}: {key}", np.asarray(archive[key])) for part, key in NPZ_KEYS.items()}
    except (OSError, EOFError, ValueError, TypeError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        # ValueError: pickled objects; TypeError: a lone array is no context manager; RuntimeError: a password
        reason = " ".join(str(error).split()).split(". ")[0]  # NumPy goes on to advise trusting the file
        raise _fault(path, f"unreadable ({reason})", "a sound .npz archive of plain arrays") from None


def _check_form(parts: Mapping[str, Part]) -> None:
    """Raises DataError unless every array has MNIST's shape, type and range, and images match labels."""
    for half in ("train", "t10k"):
        images, labels = parts[f"{half}-images"], parts[f"{half}-labels"]
        x, t = images.array, labels.array
        if x.ndim != 3 or x.shape[1:] != (28, 28) or x.dtype != np.uint8:
            raise _fault(images.name, f"shape {x.shape} and dtype {x.dtype}", "(n, 28, 28) uint8")
        if t.ndim != 1 or t.dtype.kind not in "iu":
            raise _fault(labels.name, f"shape {t.shape} and dtype {t.dtype}", "(n,) integers")
        if len(x) != len(t):
            counts = f"{len(t):,} labels for the {len(x):,} images in {images.name}"
            raise _fault(labels.name, counts, "as many", "get both from one place")
        if len(x) == 0:
            raise _fault(images.name, "no images", "at least 1")
        if not 0 <= t.min() <= t.max() < N_CLASSES:
            raise _fault(labels.name, f"labels {t.min()}..{t.max()}", f"0..{N_CLASSES - 1}")


def _download(folder: Path) -> bool:
    """Fills `folder` from the first mirror to serve files with the right hashes; quietly, False if none does.

    Pooch writes to a temporary name in `folder`, renames it once the hash agrees and removes it otherwise.
    """
    try:
        import pooch
    except ImportError:
        return False
    log = pooch.get_logger()
    level = log.level
    log.setLevel("CRITICAL")
    try:
        for mirror in _answering(MIRRORS):
            try:
                for name, sha256 in mirror.files.items():
                    fetch = pooch.HTTPDownloader(timeout=STALL_WITHIN)
                    pooch.retrieve(mirror.base + name, f"sha256:{sha256}", name, folder, downloader=fetch)
            except (OSError, ValueError):  # no connection or no room; a wrong hash
                continue
            return True
    finally:
        log.setLevel(level)
    return False


def _answering(mirrors: tuple[Mirror, ...]) -> Iterator[Mirror]:
    """The mirrors that answer in time, in their order.

    Asked side by side in threads, since nothing else bounds the time a name server may take to say no.
    """
    answered: set[str] = set()

    def ask(mirror: Mirror) -> None:
        request = urllib.request.Request(mirror.base + next(iter(mirror.files)), method="HEAD")
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_WITHIN):
                answered.add(mirror.base)
        except (OSError, ValueError, http.client.HTTPException):
            return

    deadline = time.monotonic() + ANSWER_WITHIN
    threads = [threading.Thread(target=ask, args=(mirror,), daemon=True) for mirror in mirrors]
    for thread in threads:
        thread.start()
    for mirror, thread in zip(mirrors, threads, strict=True):
        thread.join(max(deadline - time.monotonic(), 0))
        if mirror.base in answered:
            yield mirror
