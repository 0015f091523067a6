"""What the layout promises: imports run one way, and frameworks are imported late."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FRAMEWORKS = {"torch", "tensorflow", "keras"}


def imported(path):
    """Top-level packages that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield (node.module or "").split(".")[0]


@pytest.mark.parametrize("path", sorted((ROOT / "scratch").rglob("*.py")), ids=lambda path: path.name)
def test_scratch_knows_no_framework_and_no_reference(path):
    assert not {*FRAMEWORKS, "reference", "parity_tests"} & set(imported(path))


@pytest.mark.parametrize("path", sorted((ROOT / "reference").rglob("*.py")), ids=lambda path: path.name)
def test_reference_knows_no_tests(path):
    assert "parity_tests" not in set(imported(path))


@pytest.mark.parametrize("path", sorted((ROOT / "reference" / "pairs").glob("*.py")), ids=lambda path: path.name)
def test_a_pair_has_the_stem_of_its_layer(path):
    assert path.stem == "__init__" or (ROOT / "scratch" / path.name).exists()


def test_pairs_are_listed_without_a_framework():
    code = (
        "import sys; from reference import PAIRS; assert len(PAIRS) > 20; "
        f"loaded = {FRAMEWORKS!r} & set(sys.modules); assert not loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
