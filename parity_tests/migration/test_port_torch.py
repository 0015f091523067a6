"""From PyTorch to PyTorch: what no pair knows goes along too, and names that a wrapper changed are read."""

from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner
from torch import nn

from reference import port
from reference.cli import main

ARCH = """
from torch import nn
def torch_module():
    return nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3), nn.Linear(3, 2))
"""
OF_ITS_OWN = """
from torch import nn
class Whole(nn.Module):
    def __init__(self):
        super().__init__()
        self.module = nn.Linear(4, 2)
    def forward(self, x):
        return self.module(x)
torch_module = Whole
"""


class Positions(nn.Module):
    """A table that is kept in the state but no pair knows, and one that is not kept."""

    def __init__(self, size: int = 5) -> None:
        super().__init__()
        self.body = nn.Linear(4, 3)
        self.register_buffer("table", torch.rand(size))
        self.register_buffer("scratch", torch.rand(size), persistent=False)

    def forward(self, x: Any) -> Any:
        return self.body(x) * self.table[:3].sum()


def test_buffers_go_along() -> None:
    a, b = Positions(), Positions()
    assert not port(a, b).notes
    assert torch.equal(a.table, b.table)
    assert not torch.equal(a.scratch, b.scratch)
    c = nn.Sequential(nn.Linear(4, 3))
    c.register_buffer("spare", torch.rand(2))
    d = nn.Sequential(nn.Linear(4, 3))
    assert port(c, d).notes == ("buffer 'spare' of the source has no counterpart in the target, and is left behind",)
    assert port(d, c).notes == ("buffer 'spare' of the target stays as it is: the source has none",)


def test_the_count_of_batches_goes_along() -> None:
    a, b = (nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3)) for _ in range(2))
    for _ in range(7):
        a(torch.rand(5, 4))
    assert port(a, b).agree
    assert b[1].num_batches_tracked == 7
    for name, value in a.state_dict().items():
        assert torch.equal(value, b.state_dict()[name]), name


@pytest.mark.parametrize(
    ("mark", "whose"), [("module.", "DataParallel"), ("_orig_mod.", "torch.compile"), ("module._orig_mod.", "")]
)
def test_names_that_a_wrapper_changed(mark: str, whose: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("arch.py").write_text(ARCH)
    space: dict[str, Any] = {}
    exec(ARCH, space)
    model = space["torch_module"]()
    torch.save({mark + name: value for name, value in model.state_dict().items()}, "a.pt")
    said = CliRunner().invoke(main, ["port", "a.pt", "b.pt", "--arch", "arch.py"], prog_name="crosscheck")
    assert said.exit_code == 0, said.output
    assert f"of {whose}" in " ".join(said.output.split())
    for name, value in torch.load("b.pt", weights_only=True).items():
        assert torch.equal(value, model.state_dict()[name]), name


def test_a_model_that_has_such_names_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("arch.py").write_text(OF_ITS_OWN)
    torch.save({"module.weight": torch.rand(2, 4), "module.bias": torch.rand(2)}, "a.pt")
    said = CliRunner().invoke(main, ["port", "a.pt", "b.pt", "--arch", "arch.py"], prog_name="crosscheck")
    assert said.exit_code == 0, said.output
    assert "left out" not in said.output
