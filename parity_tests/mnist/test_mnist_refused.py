"""A folder that was named holds no MNIST: one clear line."""

import gzip
import io
import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mnist_files import FILES, NPZ_KEYS, PARTS, Arrays, refused, same, write_idx, write_npz

from scratch.data import DataError, idx_digest
from scratch.mnist import load_mnist

Edit = Callable[[bytes], bytes]


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
