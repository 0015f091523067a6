"""A comparison imports the frameworks that its models are of, each set up before somebody's file imports it."""

import subprocess
import sys
from pathlib import Path

import pytest

TORCH = """
import torch
from torch import nn
def model(act=nn.ReLU):
    torch.manual_seed(1)
    return nn.Sequential(nn.Conv1d(2, 3, 3), act(), nn.Conv1d(3, 2, 1))
def other():
    return model(nn.Tanh)
"""
KERAS = """
import keras
from keras import layers
def model(act="relu"):
    keras.utils.set_random_seed(1)
    return keras.Sequential([keras.Input((6, 2)), layers.Conv1D(3, 3, activation=act), layers.Conv1D(2, 1)])
def other():
    return model("tanh")
def own():
    return model(lambda x: keras.ops.cos(x))
"""
# a file that names no framework: the one beside it does
BESIDE = "from {} import model, other"
ASKED = """
import sys
from reference.cli import main
try:
    main(["compare", *sys.argv[1:], "--shape", "3,6,2"])
except SystemExit as ended:
    print(ended.code)
print(sorted({"torch", "keras", "tensorflow"} & set(sys.modules)))
"""
SET_UP = """
import importlib.util, sys
from reference.frameworks import set_up_when_imported
called = []
with set_up_when_imported(called.append):
    assert importlib.util.find_spec("torch") is not None  # looked for, not imported
    assert called == [] and "torch" not in sys.modules
    import torch.nn
    from torch.nn import functional
    assert called == ["torch"]
    import tensorflow
    import keras
    assert called == ["torch", "keras"]
with set_up_when_imported(called.append):  # those that are there
    assert called[2:] == ["torch", "keras"]
for package in (torch, tensorflow, keras):
    assert package.__spec__.loader is package.__loader__, package
    assert package.__spec__.origin == package.__file__
assert torch.get_num_threads() == 1
assert not any("Before" in type(each).__name__ for each in sys.meta_path)
"""


def ran(code: str, *args: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *args], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("second", "status", "packages"),
    [
        ("t.py", "0", "['torch']"),
        ("t.py:other", "1", "['torch']"),
        ("by_t.py:other", "1", "['torch']"),
    ],
)
def test_two_modules_need_no_keras(second: str, status: str, packages: str, tmp_path: Path) -> None:
    (tmp_path / "t.py").write_text(TORCH)
    (tmp_path / "by_t.py").write_text(BESIDE.format("t"))
    assert ran(ASKED, "t.py", second, folder=tmp_path).split("\n")[-3:-1] == [status, packages]


@pytest.mark.parametrize(("second", "status"), [("k.py", "0"), ("by_k.py:other", "1"), ("k.py:own", "1")])
def test_two_models_of_keras_need_no_pytorch(second: str, status: str, tmp_path: Path) -> None:
    (tmp_path / "k.py").write_text(KERAS)
    (tmp_path / "by_k.py").write_text(BESIDE.format("k"))
    assert ran(ASKED, "k.py", second, folder=tmp_path).split("\n")[-3:-1] == [status, "['keras', 'tensorflow']"]


def test_a_framework_is_set_up_when_it_is_imported_and_only_then(tmp_path: Path) -> None:
    ran(SET_UP, folder=tmp_path)
