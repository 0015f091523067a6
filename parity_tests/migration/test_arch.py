"""The Python file that builds models."""

import sys
from pathlib import Path

import pytest

from reference.errors import RequestError
from reference.migration.arch import build, load


def test_files_beside_it_are_found_and_hide_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "sizes_of_mine.py").write_text("hidden = 3\n")
    (tmp_path / "json.py").write_text("raise RuntimeError('hidden by a file of the same name')\n")
    (tmp_path / "model.py").write_text("import json\nfrom sizes_of_mine import hidden\n")
    assert load(tmp_path / "model.py").hidden == 3


@pytest.mark.parametrize("text", ["raise SystemExit(0)\n", "def torch_module():\n    raise SystemExit(0)\n"])
def test_a_file_that_leaves_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "leaves.py"
    file.write_text(text)
    with pytest.raises(RequestError, match=r"does not run: SystemExit: 0"):
        build(file, "torch", "what is asked for")


def test_a_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="is a folder, expected a Python file"):
        load(tmp_path)
