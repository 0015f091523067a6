"""`crosscheck port`: what it writes and what it leaves alone, shapes, and the command that tells why."""

import os
import shlex
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner
from command_line import process

from reference.cli import main
from reference.migration import files
from reference.processes import Terminated

ARCH = """
import keras, torch
from torch import nn
from keras import layers
def torch_module():
    return nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))
def keras_model():
    return keras.Sequential([keras.Input((4,)), layers.Dense(3, "tanh"), layers.Dense(2)])
"""
TWO = """
import torch
from torch import nn
class Both(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.rows = nn.Embedding(9, 4), nn.Linear(5, 4)
    def forward(self, tokens, rows):
        return self.words(tokens).mean(1) + self.rows(rows)
torch_module = Both
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    Path("arch.py").write_text(ARCH)
    space: dict[str, Any] = {}
    exec(ARCH, space)
    torch.save(space["torch_module"]().state_dict(), "a.pt")


def run(*args: str, status: int = 0) -> str:
    result = CliRunner().invoke(main, args, prog_name="crosscheck")
    assert result.exit_code == status, result.output
    if status == 2:
        assert len(result.output.strip().splitlines()) == 1, result.output
        assert "defect" not in result.output
    return result.output


def test_files_that_are_read_are_not_written_over() -> None:
    before = Path("a.pt").read_bytes(), Path("arch.py").read_bytes()
    Path("link.json").symlink_to("a.pt")
    for json_file in ("a.pt", "link.json", "b.weights.h5", "arch.py"):
        said = run("port", "a.pt", "b.weights.h5", "--arch", "arch.py", "--json", json_file, status=2)
        assert "which would be lost" in said
    assert "which would be lost" in run(
        "compare", "a.pt", "arch.py:torch_module", "--arch", "arch.py", "--json", "a.pt", status=2
    )
    assert "the file to read too" in run("port", "a.pt", "./a.pt", "--arch", "arch.py", status=2)
    assert (Path("a.pt").read_bytes(), Path("arch.py").read_bytes()) == before


def test_links_and_pipes_are_written_through() -> None:
    Path("elsewhere").mkdir()
    Path("b.pt").symlink_to("elsewhere/weights")
    run("port", "a.pt", "b.pt", "--arch", "arch.py")
    assert Path("b.pt").is_symlink()
    want = torch.load("a.pt", weights_only=True)
    assert torch.load("elsewhere/weights", weights_only=True).keys() == want.keys()
    os.mkfifo("pipe.pt")
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(Path("pipe.pt").read_bytes()))
    reader.start()
    run("port", "a.pt", "pipe.pt", "--arch", "arch.py")
    reader.join(10)
    Path("read.pt").write_bytes(read[0])
    assert torch.load("read.pt", weights_only=True).keys() == want.keys()
    assert Path("pipe.pt").is_fifo()


def test_a_program_that_is_stopped_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGTERM in the middle of saving."""
    monkeypatch.setattr(files.tempfile, "tempdir", str(tmp_path))
    before = signal.getsignal(signal.SIGTERM)
    Path("b.pt").write_text("as it was")
    here = sorted(tmp_path.rglob("*"))

    def stopped(model: Any, path: Path, suffix: str) -> None:
        path.write_text("half")
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(files, "_save", stopped)
    with pytest.raises(Terminated):
        files.save(None, Path("b.pt"))
    assert sorted(tmp_path.rglob("*")) == here
    assert Path("b.pt").read_text() == "as it was"
    assert signal.getsignal(signal.SIGTERM) == before


def test_nothing_that_a_framework_remarks_on_is_shown() -> None:
    done = process("port", "a.pt", "b.keras", "--arch", "arch.py")
    assert (done.returncode, done.stderr) == (0, "")


def test_shapes_of_several_inputs() -> None:
    Path("two.py").write_text(TWO)
    space: dict[str, Any] = {}
    exec(TWO, space)
    torch.save(space["torch_module"]().state_dict(), "two.pt")
    run("port", "two.pt", "b.pt", "--arch", "two.py", "--shape", "3,7", "--shape", "3,5")
    assert "no shape, expected whole numbers" in run("port", "two.pt", "c.pt", "--shape", "3,0.5", status=2)
    assert "do not both take inputs of shape (3, 7)" in run(
        "port", "two.pt", "c.pt", "--arch", "two.py", "--shape", "3,7", status=2
    )


def test_the_command_that_tells_why_can_be_followed() -> None:
    Path("my arch.py").write_text(ARCH.replace('"tanh"', '"sigmoid"'))
    said = run("port", "a.pt", "b.keras", "--arch", "my arch.py", "--shape", "5,4", "--seed", "3", status=1)
    command = shlex.split(said.strip().splitlines()[-1])
    assert command[0] == "crosscheck"
    assert command[-4:] == ["--shape", "5,4", "--seed", "3"]
    found = run(*command[1:], status=1)
    assert "cause  activation" in found
    assert "B computes sigmoid, A tanh" in found
    assert "between layer 'dense" in found
    assert "initial weights" not in found
