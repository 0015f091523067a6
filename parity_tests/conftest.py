"""What all tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from training_runs import go_away

from reference import parity, sides
from scratch.data import Dataset, embedded_digits


def pytest_configure(config: pytest.Config) -> None:
    """`xdist_group` is known without pytest-xdist too."""
    config.addinivalue_line("markers", "xdist_group(name): tests of one pair, which share its twins in one process")


@pytest.fixture(scope="session")
def digits() -> Dataset:
    return embedded_digits()


@pytest.fixture
def away_from_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No MNIST, no network, and runs are kept in a folder of the test."""
    go_away(monkeypatch, tmp_path)


@pytest.fixture
def layer_changed() -> Iterator[None]:
    """For a test that changes a layer's own class: what the checks keep from call to call is not kept across it."""

    def forget() -> None:
        for kept in (*vars(sides).values(), *vars(parity).values()):
            if hasattr(kept, "cache_clear"):
                kept.cache_clear()

    forget()
    yield
    forget()
