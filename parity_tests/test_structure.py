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


def test_tests_of_a_group_run_in_one_process(tmp_path):
    """Twins are kept by the process that made them, and made again by another."""
    (tmp_path / "test_groups.py").write_text(
        "import os, pathlib, pytest\n"
        "MARKED = [pytest.param(i, marks=pytest.mark.xdist_group(str(i % 2))) for i in range(20)]\n"
        "@pytest.mark.parametrize('i', MARKED)\n"
        "def test_group(i):\n"
        "    pathlib.Path(f'{i % 2} {os.environ[\"PYTEST_XDIST_WORKER\"]}').touch()\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", "-p", "no:cacheprovider"]
    subprocess.run([*command, "test_groups.py"], cwd=tmp_path, check=True, capture_output=True)
    ran = [path.name.split() for path in tmp_path.iterdir() if " " in path.name]
    assert sorted(group for group, _ in ran) == ["0", "1"], ran
