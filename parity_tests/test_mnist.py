"""MNIST is found, read and verified, or refused with one clear line; without it come the digits."""

import gzip
import hashlib
import http.server
import io
import logging
import os
import pickle
import socket
import struct
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scratch import mnist
from scratch.data import DataError, Dataset, embedded_digits, idx_digest
from scratch.mnist import MIRRORS, SHA256, Mirror, load_mnist

# Read once, at import: every test runs without the variable, and elsewhere, unless it says otherwise.
MNIST_FOLDER = os.environ.get("CROSSCHECK_DATA") and os.path.abspath(os.environ["CROSSCHECK_DATA"])

Array = np.ndarray[Any, Any]
Arrays = dict[str, Array]
Edit = Callable[[bytes], bytes]

PARTS = list(SHA256)
FILES = {part: f"{part}-idx{3 if part.endswith('images') else 1}-ubyte" for part in PARTS}
NPZ_KEYS = dict(zip(PARTS, ("x_train", "y_train", "x_test", "y_test"), strict=True))


@pytest.fixture(autouse=True)
def _bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No caches, no variables, no network: only what a test puts there."""
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir()
    here.mkdir()
    monkeypatch.chdir(here)
    for name in ("CROSSCHECK_DATA", "KERAS_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.setenv("CROSSCHECK_OFFLINE", "1")
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setattr(mnist, "cache_folder", lambda: home / "cache" / "mnist")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "given"
    path.mkdir()
    return path


@pytest.fixture
def small() -> Arrays:
    """Random data in the form of MNIST: 13 training and 7 test images."""
    rng = np.random.default_rng(5)
    arrays = {}
    for half, n in (("train", 13), ("t10k", 7)):
        arrays[f"{half}-images"] = rng.integers(256, size=(n, 28, 28)).astype(np.uint8)
        arrays[f"{half}-labels"] = rng.integers(10, size=n).astype(np.uint8)
    return arrays


@pytest.fixture
def accepted(small: Arrays, monkeypatch: pytest.MonkeyPatch) -> Arrays:
    """`small`, taken for the genuine MNIST."""
    monkeypatch.setattr(mnist, "SHA256", {part: idx_digest(small[part]) for part in PARTS})
    return small


def idx(array: Array) -> bytes:
    head = bytes([0, 0, 8, array.ndim])
    return head + b"".join(struct.pack(">I", n) for n in array.shape) + array.tobytes()


def write_idx(where: Path, arrays: Arrays, *, compress: bool = False, dot: bool = False) -> None:
    where.mkdir(parents=True, exist_ok=True)
    for part, array in arrays.items():
        name = FILES[part].replace("-idx", ".idx") if dot else FILES[part]
        content = idx(array)
        (where / (name + ".gz" * compress)).write_bytes(gzip.compress(content) if compress else content)


def npz(arrays: Arrays) -> bytes:
    buffer = io.BytesIO()
    named: dict[str, Any] = {NPZ_KEYS[part]: array for part, array in arrays.items()}
    np.savez_compressed(buffer, **named)
    return buffer.getvalue()


def write_npz(where: Path, arrays: Arrays) -> None:
    where.mkdir(parents=True, exist_ok=True)
    (where / "mnist.npz").write_bytes(npz(arrays))


def refused(*words: str, **load: Any) -> None:
    """`load_mnist(**load)` raises a DataError of one line that has all the words."""
    with pytest.raises(DataError) as caught:
        load_mnist(**load)
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message
    # The exception it was translated from must not be printed along with it.
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def parts_of(data: Dataset) -> Arrays:
    """The arrays as they would stand in files."""
    arrays: list[Array] = [data.x_train, data.t_train, data.x_test, data.t_test]
    return {part: array.astype(np.uint8) for part, array in zip(PARTS, arrays, strict=True)}


def same(data: Dataset, arrays: Arrays) -> None:
    for part, got in parts_of(data).items():
        np.testing.assert_array_equal(got, arrays[part])


def sound(data: Dataset) -> None:
    for x, t in ((data.x_train, data.t_train), (data.x_test, data.t_test)):
        assert x.dtype == np.uint8
        assert t.dtype == np.int64
        assert x.shape == (len(t), 28, 28)
        assert set(np.unique(t)) == set(range(10))
        assert x.flags.c_contiguous
        assert x.flags.writeable
        assert t.flags.writeable
        assert x.min() == 0
        assert x.max() == 255
    assert len(data.fingerprint) == 12
    assert "\n" not in data.source


# ---- the genuine MNIST, or the embedded digits where the machine has none


@pytest.fixture(scope="module", params=["mnist" if MNIST_FOLDER else "digits"])
def real(request: pytest.FixtureRequest) -> Dataset:
    return load_mnist(MNIST_FOLDER) if request.param == "mnist" else embedded_digits()


def test_real_data_is_sound(real: Dataset) -> None:
    sound(real)
    assert real.is_mnist == bool(MNIST_FOLDER)
    sizes = (60_000, 10_000) if real.is_mnist else (1_500, 297)
    assert (len(real.x_train), len(real.x_test)) == sizes


def test_real_data_is_the_same_when_loaded_again(real: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    if MNIST_FOLDER:
        monkeypatch.setenv("CROSSCHECK_DATA", MNIST_FOLDER)
    again = load_mnist()
    assert again.fingerprint == real.fingerprint
    assert again.is_mnist == real.is_mnist
    np.testing.assert_array_equal(again.x_test, real.x_test)


@pytest.mark.parametrize("form", ["idx", "npz"])
def test_real_data_survives_a_rewrite(real: Dataset, folder: Path, form: str) -> None:
    write_idx(folder, parts_of(real)) if form == "idx" else write_npz(folder, parts_of(real))
    copy = load_mnist(folder, verify=real.is_mnist)
    assert copy.fingerprint == real.fingerprint
    assert copy.is_mnist == real.is_mnist


def test_one_changed_pixel_of_real_data_is_noticed(real: Dataset, folder: Path) -> None:
    arrays = parts_of(real)
    arrays["t10k-images"][3, 14, 15] ^= 1
    write_idx(folder, arrays)
    # Of the digits, the first file already is not MNIST's.
    refused("t10k-images" if real.is_mnist else "train-images", "not the genuine MNIST", folder=folder)


def test_real_classes_can_be_told_apart(real: Dataset) -> None:
    """The mean image of each class recognises most test images: labels and images belong together."""
    means = np.stack([real.x_train[real.t_train == c].mean(axis=0).ravel() for c in range(10)])
    x = real.x_test.reshape(len(real.x_test), -1).astype(np.float64)
    nearest = np.argmin((means**2).sum(axis=1) - 2 * x @ means.T, axis=1)
    assert np.mean(nearest == real.t_test) > 0.75


# ---- every accepted form


@pytest.mark.parametrize("dot", [False, True], ids=["dash", "dot"])
@pytest.mark.parametrize("compress", [False, True], ids=["plain", "gz"])
@pytest.mark.parametrize("below", ["", "MNIST/raw"])
def test_idx_files(accepted: Arrays, folder: Path, below: str, compress: bool, dot: bool) -> None:
    write_idx(folder / below, accepted, compress=compress, dot=dot)
    data = load_mnist(folder)
    same(data, accepted)
    assert data.is_mnist
    assert data.source == f"MNIST (13 + 7 images) from {folder}"
    assert data.t_train.dtype == data.t_test.dtype == np.int64
    assert data.x_train.flags.writeable


@pytest.mark.parametrize("label_type", [np.uint8, np.int64])
def test_npz(accepted: Arrays, folder: Path, label_type: type) -> None:
    kept = {part: a.astype(label_type) if a.ndim == 1 else a for part, a in accepted.items()}
    write_npz(folder, kept)
    data = load_mnist(str(folder))
    same(data, accepted)
    assert data.is_mnist


def test_forms_have_one_fingerprint(accepted: Arrays, tmp_path: Path) -> None:
    write_idx(tmp_path / "plain", accepted)
    write_idx(tmp_path / "gz", accepted, compress=True)
    write_npz(tmp_path / "npz", accepted)
    assert len({load_mnist(tmp_path / form).fingerprint for form in ("plain", "gz", "npz")}) == 1


def test_npz_in_column_order(accepted: Arrays, folder: Path) -> None:
    write_npz(folder, {part: np.asfortranarray(array) for part, array in accepted.items()})
    data = load_mnist(folder)
    same(data, accepted)
    assert data.x_train.flags.c_contiguous


def test_gz_name_on_a_plain_file(accepted: Arrays, folder: Path) -> None:
    write_idx(folder, accepted)
    for path in list(folder.iterdir()):
        path.rename(f"{path}.gz")
    same(load_mnist(folder), accepted)


def test_npz_beside_an_incomplete_set(accepted: Arrays, folder: Path) -> None:
    write_npz(folder, accepted)
    write_idx(folder, {"train-images": accepted["train-images"]})
    same(load_mnist(folder), accepted)


def test_tilde_is_the_home_folder(accepted: Arrays) -> None:
    write_idx(Path.home() / "digits", accepted)
    same(load_mnist("~/digits"), accepted)


# ---- every error of a folder that was named


def test_missing_folder(tmp_path: Path) -> None:
    refused("does not exist", str(tmp_path / "nowhere"), "give the folder", folder=tmp_path / "nowhere")


def test_a_file_for_a_folder(folder: Path, small: Arrays) -> None:
    write_npz(folder, small)
    refused("is a file", f"give {folder}", folder=folder / "mnist.npz")


def test_empty_folder(folder: Path) -> None:
    refused(str(folder), "holds no MNIST", *FILES.values(), "mnist.npz", folder=folder)


@pytest.mark.parametrize("absent", PARTS)
def test_incomplete_set(folder: Path, small: Arrays, absent: str) -> None:
    del small[absent]
    write_idx(folder, small)
    refused(f"lacks {FILES[absent]}", "put all four files there", folder=folder)


def test_forbidden_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    refused(str(folder), "may not be read", "permissions", folder=folder)


def test_forbidden_file(folder: Path, accepted: Arrays, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbid(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    write_idx(folder, accepted)
    monkeypatch.setattr(Path, "read_bytes", forbid)
    refused(FILES["train-images"], "Permission denied", folder=folder)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("form", ["plain", "gz", "npz"])
def test_another_data_set(folder: Path, accepted: Arrays, part: str, form: str) -> None:
    other = {**accepted, part: accepted[part] // 2}
    if form == "npz":
        write_npz(folder, other)
    else:
        write_idx(folder, other, compress=form == "gz")
    name = f"mnist.npz: {NPZ_KEYS[part]}" if form == "npz" else FILES[part] + ".gz" * (form == "gz")
    found, expected = idx_digest(other[part])[:12], idx_digest(accepted[part])[:12]
    refused(str(folder / name), found, expected, "verify=False", folder=folder)

    data = load_mnist(folder, verify=False)
    same(data, other)
    assert not data.is_mnist
    assert data.source.startswith("unverified")


def test_genuine_data_is_mnist_unverified_too(folder: Path, accepted: Arrays) -> None:
    write_idx(folder, accepted)
    data = load_mnist(folder, verify=False)
    assert data.is_mnist
    assert data.source.startswith("MNIST")


BROKEN_IDX: dict[str, tuple[str, bool, Edit, tuple[str, ...]]] = {
    "gz-truncated": ("train-images", True, lambda b: b[: len(b) // 2], ("truncated gzip",)),
    "gz-without-its-end": ("t10k-labels", True, lambda b: b[:-3], ("truncated gzip",)),
    "gz-bad-crc": ("t10k-images", True, lambda b: b[:-8] + b"\1\2\3\4" + b[-4:], ("corrupt gzip", "CRC")),
    "gz-bad-stream": ("train-labels", True, lambda b: b[:10] + b"\xff" * 8 + b[18:], ("corrupt gzip",)),
    "gz-truncated-inside": (
        "train-images",
        True,
        lambda b: gzip.compress(gzip.decompress(b)[:-100]),
        ("truncated: 10,108 bytes", "10,208"),
    ),
    "empty": ("train-labels", False, lambda _: b"", ("0 bytes", "header of 8")),
    "half-a-header": ("train-images", False, lambda b: b[:9], ("9 bytes", "header of 16")),
    "truncated": ("t10k-images", False, lambda b: b[:-1], ("truncated: 5,503 bytes", "5,504")),
    "too-long": ("t10k-labels", False, lambda b: b + b"\0", ("too long: 16 bytes", "15")),
    "foreign-magic": ("train-images", False, lambda b: b"PK\3\4" + b[4:], ("0x504b0304", "0x00000803")),
    "float-idx": ("train-labels", False, lambda b: b"\0\0\x0d\1" + b[4:], ("0x00000d01", "0x00000801")),
    "a-web-page": ("t10k-labels", True, lambda _: b"<html>404 not found", ("0x3c68746d", "0x00000801")),
}


@pytest.mark.parametrize("fault", BROKEN_IDX)
@pytest.mark.parametrize("verify", [True, False], ids=["verify", "unverified"])
def test_broken_idx_file(folder: Path, accepted: Arrays, fault: str, verify: bool) -> None:
    part, compress, edit, words = BROKEN_IDX[fault]
    write_idx(folder, accepted, compress=compress)
    path = folder / (FILES[part] + ".gz" * compress)
    path.write_bytes(edit(path.read_bytes()))
    refused(str(path), *words, folder=folder, verify=verify)


BAD_FORM: dict[str, tuple[str, Callable[[Any], Any], tuple[str, ...]]] = {
    "fewer-labels": ("train-labels", lambda a: a[:-2], ("11 labels", "13 images", "train-images")),
    "fewer-images": ("t10k-images", lambda a: a[:-1], ("7 labels", "6 images", "t10k-labels")),
    "label-10": ("train-labels", lambda a: np.full_like(a, 10), ("labels 10..10", "0..9")),
    "20x20": ("t10k-images", lambda a: a[:, :20, :20], ("(7, 20, 20)", "(n, 28, 28)")),
    "27-wide": ("train-images", lambda a: a[:, :, :27], ("(13, 28, 27)", "(n, 28, 28)")),
}


@pytest.mark.parametrize("fault", BAD_FORM)
@pytest.mark.parametrize("form", ["idx", "npz"])
def test_bad_form(folder: Path, accepted: Arrays, fault: str, form: str) -> None:
    part, change, words = BAD_FORM[fault]
    changed = {**accepted, part: change(accepted[part])}
    write_idx(folder, changed) if form == "idx" else write_npz(folder, changed)
    # In an archive the parts go by the names of their keys.
    words = tuple(NPZ_KEYS.get(word, word) if form == "npz" else word for word in words)
    refused(*words, folder=folder, verify=False)


def test_no_images(folder: Path, accepted: Arrays) -> None:
    empty = {"t10k-images": accepted["t10k-images"][:0], "t10k-labels": accepted["t10k-labels"][:0]}
    write_idx(folder, {**accepted, **empty})
    refused(FILES["t10k-images"], "no images", folder=folder, verify=False)


def test_images_and_labels_swapped(folder: Path, accepted: Arrays) -> None:
    write_idx(folder, accepted)
    (folder / FILES["train-labels"]).rename(folder / "kept")
    (folder / FILES["train-images"]).rename(folder / FILES["train-labels"])
    (folder / "kept").rename(folder / FILES["train-images"])
    refused(FILES["train-images"], "0x00000801", "0x00000803", folder=folder)


BAD_TYPE: dict[str, tuple[str, Callable[[Any], Any], tuple[str, ...]]] = {
    "float-images": ("train-images", lambda a: a / 255, ("x_train", "float64", "uint8")),
    "signed-images": ("t10k-images", lambda a: a.astype(np.int16), ("x_test", "int16", "uint8")),
    "float-labels": ("train-labels", lambda a: a.astype(np.float32), ("y_train", "float32", "integers")),
    "one-hot-labels": ("t10k-labels", lambda a: np.eye(10, dtype=int)[a], ("y_test", "(7, 10)", "(n,)")),
    "negative-label": ("t10k-labels", lambda a: np.full(7, -10), ("y_test", "labels -10..-10", "0..9")),
    "wrapping-label": ("train-labels", lambda a: np.full(13, 256), ("y_train", "labels 256..256", "0..9")),
    "flat-images": ("train-images", lambda a: a.reshape(13, 784), ("x_train", "(13, 784)")),
    "objects": ("train-labels", lambda a: a.astype(object), ("mnist.npz", "allow_pickle")),
}


@pytest.mark.parametrize("fault", BAD_TYPE)
def test_bad_type_in_npz(folder: Path, accepted: Arrays, fault: str) -> None:
    part, change, words = BAD_TYPE[fault]
    write_npz(folder, {**accepted, part: change(accepted[part])})
    refused(*words, folder=folder, verify=False)


@pytest.mark.parametrize("absent", PARTS)
def test_npz_without_a_key(folder: Path, accepted: Arrays, absent: str) -> None:
    del accepted[absent]
    write_npz(folder, accepted)
    refused("mnist.npz", f"has no {NPZ_KEYS[absent]},", "x_train, y_train, x_test, y_test", folder=folder)


def lone_array() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.arange(3))
    return buffer.getvalue()


BROKEN_NPZ: dict[str, Edit] = {
    "empty": lambda _: b"",
    "truncated": lambda b: b[: len(b) // 2],
    "without-its-end": lambda b: b[:-10],
    "a-web-page": lambda _: b"<html>404 not found</html>",
    "a-pickle": lambda _: pickle.dumps({"x_train": 1}),
    "a-lone-array": lambda _: lone_array(),
    "a-changed-byte": lambda b: b[:2000] + bytes([b[2000] ^ 0xFF]) + b[2001:],
}


@pytest.mark.parametrize("fault", BROKEN_NPZ)
def test_broken_npz(folder: Path, accepted: Arrays, fault: str) -> None:
    write_npz(folder, accepted)
    path = folder / "mnist.npz"
    path.write_bytes(BROKEN_NPZ[fault](path.read_bytes()))
    refused(str(path), "expected a sound .npz archive", folder=folder)
    # NumPy's own words would advise to load the file all the same.
    with pytest.raises(DataError, match=r"^(?!.*unsafe)"):
        load_mnist(folder)


def test_npz_with_a_member_that_is_no_array(folder: Path, accepted: Arrays) -> None:
    labels = accepted.pop("train-labels")
    write_npz(folder, accepted)
    with zipfile.ZipFile(folder / "mnist.npz", "a") as archive:
        archive.writestr("y_train", labels.tobytes())
    refused("mnist.npz: y_train", "expected (n,) integers", folder=folder)


# ---- the order of the places


def test_argument_before_variable(accepted: Arrays, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_idx(tmp_path / "argument", accepted)
    monkeypatch.setenv("CROSSCHECK_DATA", str(tmp_path / "nowhere"))
    assert load_mnist(tmp_path / "argument").is_mnist
    refused("CROSSCHECK_DATA: ", str(tmp_path / "nowhere"))


def test_variable_before_caches(accepted: Arrays, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_idx(folder, accepted)
    write_npz(Path.home() / ".keras" / "datasets", accepted)
    monkeypatch.setenv("CROSSCHECK_DATA", str(folder))
    assert str(folder) in load_mnist().source


@pytest.mark.parametrize("state", ["missing", "empty", "damaged"])
def test_a_named_folder_never_falls_through(
    accepted: Arrays, folder: Path, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    write_npz(Path.home() / ".keras" / "datasets", accepted)
    if state == "missing":
        folder.rmdir()
    elif state == "damaged":
        write_idx(folder, {**accepted, "t10k-images": accepted["t10k-images"][:, :9]})
    refused(str(folder), folder=folder)
    monkeypatch.setenv("CROSSCHECK_DATA", str(folder))
    refused(f"CROSSCHECK_DATA: folder {folder}" if state != "damaged" else str(folder))


CACHES = (".keras/datasets", "data/MNIST/raw", "cache/mnist")


@pytest.mark.parametrize("cache", CACHES)
@pytest.mark.parametrize("form", ["idx", "npz"])
def test_caches(accepted: Arrays, monkeypatch: pytest.MonkeyPatch, cache: str, form: str) -> None:
    where = Path.home() / cache
    if form == "npz" and cache == "data/MNIST/raw":
        where = Path.home() / "data"
    write_idx(where, accepted) if form == "idx" else write_npz(where, accepted)
    monkeypatch.setenv("CROSSCHECK_DATA", "")  # empty is as good as unset
    data = load_mnist()
    same(data, accepted)
    assert data.is_mnist


def test_torchvision_folder_in_the_working_directory(
    accepted: Arrays, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_idx(folder / "data" / "MNIST" / "raw", accepted)
    monkeypatch.chdir(folder)
    assert load_mnist().source == "MNIST (13 + 7 images) from data"


def test_keras_home(accepted: Arrays, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_npz(folder / "datasets", accepted)
    monkeypatch.setenv("KERAS_HOME", str(folder))
    assert load_mnist().source == f"MNIST (13 + 7 images) from {folder / 'datasets'}"


def test_a_damaged_cache_is_passed_over_and_named(accepted: Arrays) -> None:
    (Path.home() / ".keras" / "datasets").mkdir(parents=True)
    (Path.home() / ".keras" / "datasets" / "mnist.npz").write_bytes(b"PK half a download")
    digits = load_mnist()
    assert not digits.is_mnist
    assert "passed over: " in digits.source
    assert "\n" not in digits.source
    write_idx(Path.home() / "cache" / "mnist", accepted)
    assert load_mnist().is_mnist


def test_unverified_is_for_named_folders(small: Arrays) -> None:
    write_idx(Path.home() / "data", small)
    assert "passed over: " in load_mnist(verify=False).source


def test_without_mnist_come_the_digits() -> None:
    data = load_mnist()
    sound(data)
    assert not data.is_mnist
    assert data.source == (
        "embedded digits of scikit-learn brought to 28x28 "
        "(MNIST was not found: give --data FOLDER or set CROSSCHECK_DATA)"
    )
    assert data.fingerprint == embedded_digits().fingerprint


# ---- the download, from a server of our own


class Server:
    """Serves `files` (name -> content) and notes what was asked for."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        served = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self.answer(body=False)

            def do_GET(self) -> None:
                self.answer(body=True)

            def answer(self, body: bool) -> None:
                name = self.path.lstrip("/")
                served.asked.append(f"{self.command} {name}")
                content = served.files.get(name)
                self.send_response(404 if content is None else 200)
                self.send_header("Content-Length", str(len(content or b"")))
                self.end_headers()
                if body and content:
                    self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.delenv("CROSSCHECK_OFFLINE")
    server = Server()
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.http.shutdown()
    thread.join()
    server.http.server_close()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def offer(server: Server, monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes]) -> None:
    server.files.update(files)
    mirror = Mirror(server.url, {name: sha256(content) for name, content in files.items()})
    monkeypatch.setattr(mnist, "MIRRORS", (mirror,))


def cached() -> list[str]:
    where = Path.home() / "cache" / "mnist"
    return sorted(path.name for path in where.iterdir()) if where.exists() else []


def test_downloads_npz_once(accepted: Arrays, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(server, monkeypatch, {"mnist.npz": npz(accepted)})
    data = load_mnist()
    same(data, accepted)
    assert data.source.endswith(str(Path.home() / "cache" / "mnist"))
    assert cached() == ["mnist.npz"]
    assert load_mnist().fingerprint == data.fingerprint
    assert server.asked == ["HEAD mnist.npz", "GET mnist.npz"]


def test_second_mirror_serves_idx(accepted: Arrays, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"{FILES[part]}.gz": gzip.compress(idx(accepted[part])) for part in PARTS}
    offer(server, monkeypatch, files)
    gone = Mirror(server.url, {"mnist.npz": "0" * 64})
    monkeypatch.setattr(mnist, "MIRRORS", (gone, *mnist.MIRRORS))
    same(load_mnist(), accepted)
    assert cached() == sorted(files)


def test_a_damaged_download_cache_is_replaced(
    accepted: Arrays, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(server, monkeypatch, {"mnist.npz": npz(accepted)})
    where = Path.home() / "cache" / "mnist"
    where.mkdir(parents=True)
    (where / "mnist.npz").write_bytes(b"PK half a file")
    assert load_mnist().is_mnist


def test_a_wrong_hash_leaves_nothing_behind(accepted: Arrays, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(server, monkeypatch, {"mnist.npz": npz(accepted)})
    server.files["mnist.npz"] = b"<html>please sign in to this network</html>"
    assert not load_mnist().is_mnist
    assert "GET mnist.npz" in server.asked
    assert cached() == []


def test_a_mirror_with_a_wrong_hash_gives_way_to_the_next(
    accepted: Arrays, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(server, monkeypatch, {"mnist.npz": npz(accepted)})
    wrong = Mirror(server.url, {"mnist.npz": "0" * 64})
    monkeypatch.setattr(mnist, "MIRRORS", (wrong, *mnist.MIRRORS))
    assert load_mnist().is_mnist
    assert cached() == ["mnist.npz"]


def test_a_folder_that_cannot_be_written(accepted: Arrays, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(server, monkeypatch, {"mnist.npz": npz(accepted)})
    (Path.home() / "cache").write_text("a file where the cache should be")
    assert not load_mnist().is_mnist


@pytest.mark.parametrize("how", ["argument", "variable"])
def test_no_download_when_told_so(accepted: Arrays, server: Server, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    offer(server, monkeypatch, {"mnist.npz": npz(accepted)})
    if how == "variable":
        monkeypatch.setenv("CROSSCHECK_OFFLINE", "1")
    assert not load_mnist(download=how != "argument").is_mnist
    assert server.asked == []
    assert cached() == []


def test_no_download_when_a_folder_is_named(
    accepted: Arrays, server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(server, monkeypatch, {"mnist.npz": npz(accepted)})
    refused("holds no MNIST", folder=folder)
    assert server.asked == []


def test_a_silent_server_does_not_hold_up_the_run(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CROSSCHECK_OFFLINE")
    monkeypatch.setattr(mnist, "ANSWER_WITHIN", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        monkeypatch.setattr(mnist, "MIRRORS", (Mirror(url + "a/", {"mnist.npz": "0" * 64}),) * 2)
        begin = time.monotonic()
        assert not load_mnist().is_mnist
        assert time.monotonic() - begin < 3
    assert capfd.readouterr() == ("", "")


def test_a_slow_name_server_does_not_hold_up_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    def wait(*_: object, **__: object) -> None:
        released.wait(20)
        raise OSError("no such name")

    monkeypatch.delenv("CROSSCHECK_OFFLINE")
    monkeypatch.setattr(mnist, "ANSWER_WITHIN", 0.2)
    monkeypatch.setattr(socket, "getaddrinfo", wait)
    before = set(threading.enumerate())
    begin = time.monotonic()
    assert not load_mnist().is_mnist
    assert time.monotonic() - begin < 3
    # Nor may a thread that still waits hold up the end of the program.
    assert all(thread.daemon for thread in set(threading.enumerate()) - before)
    released.set()


def test_the_download_is_quiet(
    accepted: Arrays, server: Server, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import pooch  # type: ignore[import-untyped]

    offer(server, monkeypatch, {"mnist.npz": npz(accepted)})
    log: logging.Logger = pooch.get_logger()
    records: list[logging.LogRecord] = []
    log.setLevel("INFO")  # as pooch has it
    monkeypatch.setattr(log, "handle", records.append)
    assert load_mnist().is_mnist
    assert capfd.readouterr() == ("", "")
    assert not records
    assert log.level == logging.INFO


def test_without_pooch(accepted: Arrays, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(server, monkeypatch, {"mnist.npz": npz(accepted)})
    monkeypatch.setitem(sys.modules, "pooch", None)
    assert not load_mnist().is_mnist


def test_every_mirror_offers_a_whole_mnist() -> None:
    for mirror in MIRRORS:
        assert mirror.base.startswith("https://")
        assert mirror.base.endswith("/")
        assert set(mirror.files) in ({"mnist.npz"}, {f"{name}.gz" for name in FILES.values()})
        assert all(len(digest) == 64 for digest in mirror.files.values())
