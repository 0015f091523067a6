"""A machine without MNIST, caches or network, and small data that are taken for it."""

from pathlib import Path

import numpy as np
import pytest
from mnist_files import PARTS, Arrays

from scratch import mnist
from scratch.data import idx_digest


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
