"""What all tests share."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """`xdist_group` is known without pytest-xdist too."""
    config.addinivalue_line("markers", "xdist_group(name): tests of one pair, which share its twins in one process")
