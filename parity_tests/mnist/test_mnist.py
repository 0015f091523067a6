"""MNIST is found, read and verified in every form; without it come the digits."""

import os
from pathlib import Path

import numpy as np
import pytest
from mnist_files import Arrays, parts_of, refused, same, sound, write_idx, write_npz

from scratch.data import Dataset, embedded_digits
from scratch.mnist import load_mnist

# Read once, at import: every test runs without the variable, and elsewhere, unless it says otherwise.
MNIST_FOLDER = os.environ.get("CROSSCHECK_DATA") and os.path.abspath(os.environ["CROSSCHECK_DATA"])


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
