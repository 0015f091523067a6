"""The order of the places where MNIST is looked for."""

from pathlib import Path

import pytest
from mnist_files import Arrays, refused, same, sound, write_idx, write_npz

from scratch.data import embedded_digits
from scratch.mnist import load_mnist


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
