"""`crosscheck compare` on the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from reference.cli import main

KERAS = """
import keras
from keras import layers
def model():
    keras.utils.set_random_seed(1)
    return keras.Sequential([keras.Input((6, 4, 2)), layers.Conv2D(3, 3, activation="relu"), layers.Flatten(),
        layers.Dense(5)])
"""
TORCH = """
import torch
from torch import nn
from reference import port
import keras_side
def right():
    made = nn.Sequential(nn.Conv2d(2, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(3 * 4 * 2, 5))
    port(keras_side.model(), made)
    return made
def wrong():
    made = right()
    made[0].bias.data += 1
    return made
class Small(nn.Module):
    "An epsilon that float32 would hardly show."
    def __init__(self, eps):
        super().__init__()
        self.norm, self.rnn = nn.LayerNorm(4, eps), nn.LSTM(4, 5, batch_first=True)
    def forward(self, x):
        state = torch.zeros(1, len(x), 5)  # in the dtype of the day
        return self.rnn(self.norm(x), (state, state))[0]
def small():
    torch.manual_seed(1)
    return Small(1e-6)
def smaller():
    torch.manual_seed(1)
    return Small(1e-7)
def dropping(rate):
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(4, 5), nn.Dropout(rate), nn.Linear(5, 3))
def much():
    return dropping(0.5)
def less():
    return dropping(0.3)
def other():
    made = right()
    made[1] = nn.Tanh()
    return made
class Halved(nn.Module):
    def forward(self, x):
        return x.relu() / 2
def halved():
    made = right()
    made[1] = Halved()
    return made
class Clipped(nn.Module):
    def forward(self, x):
        return x.clamp(0, 0.5)
def clipped():
    made = right()
    made[1] = Clipped()
    return made
class Normed(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm, self.head = nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.Linear(24, 5)
    def forward(self, x):
        return self.head(self.norm(self.conv(x)).relu().flatten(1))
def normed():
    torch.manual_seed(1)
    made = Normed()
    made.norm.running_mean.normal_()
    return made
def wider():
    return nn.Sequential(nn.Conv2d(2, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(24, 6))
model = right
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    Path("keras_side.py").write_text(KERAS)
    Path("torch_side.py").write_text(TORCH)


def run(*args: str, status: int) -> str:
    result = CliRunner().invoke(main, ["compare", *args], prog_name="crosscheck")
    assert result.exit_code == status, result.output
    if status == 2:
        assert len(result.output.strip().splitlines()) == 1, result.output
        assert "defect" not in result.output
    return result.output


def test_equal_and_not_equal() -> None:
    assert run("keras_side.py", "torch_side.py", status=0).startswith(" equal: 2 layers")
    said = run("keras_side.py", "torch_side.py:wrong", "--json", "out.json", status=1)
    assert "cause  weights" in said
    assert "its b is not A's" in said
    document = json.loads(Path("out.json").read_text())
    assert document["schema"] == "crosscheck.compare/1"
    assert [cause["layer"] for cause in document["causes"]] == ["0"]
    assert "epsilon is 1e-07, A's is 1e-06" in run("torch_side.py:small", "torch_side.py:smaller", status=1)
    said = run("keras_side.py:model", "torch_side.py:other", status=1)
    assert "cause  activation" in said
    assert "behind layer '0' (Conv2d): B computes tanh, A relu" in said
    said = run("keras_side.py:model", "torch_side.py:halved", status=1)
    assert "cause  factor" in said
    assert "B divides by 2, A does not; leave this out" in " ".join(said.split())
    said = run("keras_side.py:model", "torch_side.py:clipped", status=1)
    assert "no cause that is known reproduces this" in said
    assert "between layer '0' (Conv2d) and layer '3' (Linear)" in said


def test_layers_that_only_one_model_has() -> None:
    said = " ".join(run("keras_side.py", "torch_side.py:normed", "--ported", "--json", "o.json", status=1).split())
    assert "B differs from A: first between layer 'conv' (Conv2d) and layer 'head' (Linear)" in said
    assert (
        "only in B: layer 'norm' (BatchNorm2d), between layer 'conv' (Conv2d) and layer 'head' (Linear); in A" in said
    )
    assert "cause superfluous layer without layer 'norm' (BatchNorm2d) B goes on as A does" in said
    assert said.count("cause ") == 1
    assert "no cause" not in said
    document = json.loads(Path("o.json").read_text())
    assert [(each["model"], each["layer"]) for each in document["unmatched"]] == [("B", "norm")]
    said = " ".join(run("keras_side.py", "torch_side.py:wider", "--ported", status=1).split())
    assert "another size: layer '3' (Linear) gives 6 features, A's layer" in said
    said = " ".join(run("torch_side.py:normed", "torch_side.py:right", "--shape", "3,6,4,2", status=1).split())
    assert "only in A: layer 'norm' (BatchNorm2d)" in said


def test_what_differs_in_training_only() -> None:
    said = run("torch_side.py:much", "torch_side.py:less", "--json", "out.json", status=1)
    assert said.strip() == "same in inference, differs in training: dropout 0.5 / 0.3"
    document = json.loads(Path("out.json").read_text())
    assert not document["equal"]
    assert not document["causes"]
    assert document["training"] == ["dropout 0.5 / 0.3"]
    assert run("torch_side.py:much", "torch_side.py:much", status=0).startswith(" equal: 2 layers")


def test_requests_that_cannot_be_carried_out() -> None:
    Path("broken.py").write_text("def model(): return 1 / 0")
    Path("number.py").write_text("model = 3")
    Path("other.py").write_text("from torch import nn\nmodel = nn.Sequential(nn.Linear(2, 2))")
    for args, said in (
        (("none.py", "torch_side.py"), "there is no file"),
        ((".", "torch_side.py"), ". is a folder, expected a Python file"),
        (("keras_side.py", "torch_side.py:none"), "defines no 'none'"),
        (("keras_side.py", "broken.py"), "ZeroDivisionError"),
        (("keras_side.py", "number.py"), "expected a model"),
        (("keras_side.py", "other.py"), "no pair has Conv2D beside Linear"),
        (("keras_side.py", "weights.pt"), "there is no file"),
        (("keras_side.py", "torch_side.py", "--shape", "3,9,9,2"), "do not both take inputs"),
    ):
        assert said in run(*args, status=2)
