"""What CONTRIBUTING says of a new layer, done in a copy of the project: two files and no edit."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# each file that CONTRIBUTING shows: its path, and the block that follows
SHOWN = dict(re.findall(r"`([\w/]+\.py)`[^`]*```python\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.DOTALL))
LAYER, PAIR, WRONG = "scratch/scale.py", "reference/pairs/scale.py", "parity_tests/wrong/scale.py"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with the two files."""
    folder = tmp_path_factory.mktemp("copy")
    for part in ("scratch", "reference", "parity_tests"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "submissions"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    for path in (LAYER, PAIR):
        assert not (folder / path).exists()
        (folder / path).write_text(SHOWN[path])
    return folder


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False)


def crosscheck(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return python(folder, "-c", "from reference.cli import main; main()", *arguments)


def outcomes(folder: Path, selected: str, *names: str) -> dict[str, str]:
    """What came of the suite's tests whose names have `selected`, from files of these names: ids and outcomes."""
    files = [f"parity_tests/test_{name}.py" for name in names]
    done = python(folder, "-m", "pytest", "-p", "no:xdist", "-rA", "--tb=no", "-q", *files, "-k", selected)
    found = re.findall(r"^(\w+) (\S+::\S+)", done.stdout, re.MULTILINE)
    return {test.split("::")[1]: outcome for outcome, test in found}


def test_three_files_are_shown() -> None:
    assert list(SHOWN) == [LAYER, PAIR, WRONG]


def test_the_table_has_it(copy: Path) -> None:
    done = crosscheck(copy, "list", "--json", "pairs.json")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^ +scale ", done.stdout, re.MULTILINE)
    (shown,) = [each for each in json.loads((copy / "pairs.json").read_text())["pairs"] if each["pair"] == "scale"]
    assert shown["kind"] == "layer"
    assert shown["twins"] == {"torch": "composed", "keras": "exact"}


def test_it_is_checked(copy: Path) -> None:
    done = crosscheck(copy, "parity", "scale", "--jobs", "1")
    assert (done.returncode, done.stderr) == (0, "")
    # two cases in two dtypes, two frameworks and the contract, and the derivative in float64; in float64 alone three
    # edges in both frameworks, many samples in one, and the contract once
    assert done.stdout.startswith(" 22 checks agree · 0 disagree · 1 pair · torch ")


def test_a_mistake_in_it_is_found(copy: Path, tmp_path: Path) -> None:
    wrong = shutil.copytree(copy, tmp_path / "wrong")
    (wrong / LAYER).write_text(SHOWN[LAYER].replace("(dy * self.x).sum(axis=0)", "dy.sum(axis=0)"))
    done = crosscheck(wrong, "parity", "scale", "--jobs", "1", "--framework", "derivative")
    assert done.returncode == 1
    assert done.stdout.startswith(" 2 of 2 checks disagree ")
    assert "dg  DISAGREES" in done.stdout


def test_the_suite_wants_wrong_versions_of_it_and_catches_each(copy: Path, tmp_path: Path) -> None:
    before = outcomes(copy, "scale- or [scale] or [scale.py]", "parity", "wrong_layers", "structure")
    assert len(before) == 10
    failed = [test for test, outcome in before.items() if outcome != "PASSED"]
    assert failed == ["test_every_pair_has_wrong_versions[scale]"]

    complete = shutil.copytree(copy, tmp_path / "complete")
    (complete / WRONG).write_text(SHOWN[WRONG])
    after = outcomes(complete, "scale- or [scale]", "wrong_layers")
    assert set(after.values()) == {"PASSED"}
    caught = {test.removesuffix("]").rsplit("-", 1)[1] for test in after if "test_a_wrong_version_is_caught" in test}
    assert {"Adds", "FactorForgotten", "IgnoresCotangent", "UpdatesWeights"} < caught
    assert len(caught) == 15
