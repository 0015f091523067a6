"""`crosscheck port`: files that are right, and files that must be refused with one line and nothing written."""

import json
import pickle
import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import save_file

from reference.cli import main

ARCH = """
import keras, torch
from torch import nn
from keras import layers
def torch_module():
    return nn.Sequential(nn.Conv2d(2, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(3 * 4 * 2, 5))
def keras_model():
    return keras.Sequential([keras.Input((6, 4, 2)), layers.Conv2D(3, 3, activation="relu"), layers.Flatten(),
        layers.Dense(5)])
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("arch.py").write_text(ARCH)


def module() -> Any:
    space: dict[str, Any] = {}
    exec(ARCH, space)
    return space["torch_module"](), space["keras_model"]()


def run(*args: str, status: int = 0) -> str:
    before = set(Path().iterdir())
    result = CliRunner().invoke(main, ["port", *args], prog_name="crosscheck")
    said = result.output
    assert result.exit_code == status, said
    if status:
        assert set(Path().iterdir()) == before, "something was written"
    if status == 2:
        assert len(said.strip().splitlines()) == 1, said
        assert "defect" not in said
    return said


def test_there_and_back_through_every_kind_of_file() -> None:
    torch_model, _ = module()
    torch.save(torch_model.state_dict(), "a.pt")
    for source, target in (("a.pt", "b.keras"), ("b.keras", "c.safetensors"), ("c.safetensors", "d.weights.h5")):
        assert f"{target} written" in run(source, target, "--arch", "arch.py")
    run("d.weights.h5", "e.pth", "--arch", "arch.py", "--json", "out.json")
    back = torch.load("e.pth", weights_only=True)
    for name, value in torch_model.state_dict().items():
        torch.testing.assert_close(back[name], value, rtol=0, atol=0)
    document = json.loads(Path("out.json").read_text())
    assert document["schema"] == "crosscheck.port/1"
    assert document["agree"]
    assert [row["pair"] for row in document["layers"]] == ["conv2d", "dense"]


class Evil:
    def __reduce__(self) -> Any:
        return (Path("ran").write_text, ("code was run",))


def _keras_with(layer: Any) -> None:
    keras.Sequential([keras.Input((6, 4, 2)), layer, keras.layers.Flatten(), keras.layers.Dense(5)]).save("bad.keras")


def _rename_class(module_name: str, class_name: str) -> None:
    module()[1].save("good.keras")
    with zipfile.ZipFile("good.keras") as old, zipfile.ZipFile("bad.keras", "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "config.json":
                config = json.loads(data)
                config["config"]["layers"][1] |= {"module": module_name, "class_name": class_name}
                data = json.dumps(config).encode()
            new.writestr(name, data)
    Path("good.keras").unlink()


@pytest.mark.parametrize("suffix", [".keras", ".weights.h5", ".pt", ".pth", ".safetensors"])
@pytest.mark.parametrize("damage", ["empty", "text", "truncated", "flipped", "other-kind", "absent", "folder"])
def test_a_damaged_file_is_refused(suffix: str, damage: str) -> None:
    a, b = module()
    path = Path(f"bad{suffix}")
    if damage == "folder":
        path.mkdir()
    elif damage != "absent":
        _write(path, a, b, damage)
    run(str(path), "out.pt" if suffix != ".pt" else "out.keras", "--arch", "arch.py", status=2)


def _write(path: Path, a: Any, b: Any, damage: str) -> None:
    other = {".keras": ".pt", ".pt": ".keras", ".pth": ".safetensors", ".safetensors": ".weights.h5"}
    suffix = path.name.removeprefix("bad")
    kind = other.get(suffix, ".safetensors") if damage == "other-kind" else suffix
    made = Path(f"made{kind}")
    if kind == ".keras":
        b.save(made)
    elif kind == ".weights.h5":
        b.save_weights(made)
    elif kind == ".safetensors":
        save_file(a.state_dict(), made)
    else:
        torch.save(a.state_dict(), made)
    data = made.read_bytes()
    made.unlink()
    if damage == "flipped":  # the header of what the file is
        data = bytes(255 - byte for byte in data[:64]) + data[64:]
    path.write_bytes({"empty": b"", "text": b"weights\n" * 9, "truncated": data[: len(data) // 2]}.get(damage, data))


def test_one_wrong_bit_in_an_archive_is_found() -> None:
    a, b = module()
    torch.save(a.state_dict(), "bad.pt")
    b.save("bad.keras")
    for path, out in (("bad.pt", "out.keras"), ("bad.keras", "out.pt")):
        with zipfile.ZipFile(path) as archive:
            largest = max(archive.infolist(), key=lambda entry: entry.file_size)
        data = bytearray(Path(path).read_bytes())
        data[largest.header_offset + len(largest.filename) + 60 + largest.file_size // 2] ^= 1
        Path(path).write_bytes(data)
        run(path, out, "--arch", "arch.py", status=2)


def test_code_in_a_file_is_never_run() -> None:
    Path("bad.pt").write_bytes(pickle.dumps({"w": Evil()}))
    run("bad.pt", "out.keras", "--arch", "arch.py", status=2)
    torch.save({"0.weight": Evil()}, "bad.pth")
    assert "carries more than weights" in run("bad.pth", "out.keras", "--arch", "arch.py", status=2)
    torch.save(module()[0], "whole.pt")
    assert "state_dict()" in run("whole.pt", "out.keras", "--arch", "arch.py", status=2)
    assert not Path("ran").exists()


def test_a_keras_file_with_code_or_strange_classes_is_refused() -> None:
    _keras_with(keras.layers.Lambda(lambda x: x * 2))
    assert "carries code, in a Lambda" in run("bad.keras", "out.pt", "--arch", "arch.py", status=2)
    for strange in (("os", "system"), ("keras.utils", "get_file"), ("keras.layers", "TFSMLayer"), ("builtins", "exec")):
        _rename_class(*strange)
        assert "is not opened" in run("bad.keras", "out.pt", "--arch", "arch.py", status=2)


def test_the_code_of_an_error_is_no_reason() -> None:
    Path("text.pt").write_text("hello")  # which torch.load calls "101"
    said = run("text.pt", "out.safetensors", "--arch", "arch.py", status=2)
    assert "text.pt cannot be read as weights of PyTorch: it is damaged, or something else" in said


def test_what_does_not_correspond_is_refused() -> None:
    torch_model, keras_model = module()
    torch.save(torch_model.state_dict(), "a.pt")
    keras_model.save("a.keras")
    cases = {
        "Conv2d(2, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(3 * 4 * 2, 6)": "does not fit 'weight'",
        "Conv2d(2, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(3 * 4 * 2, 5), nn.Linear(5, 5)": "has no counterpart",
        "Conv2d(2, 3, 3), nn.ReLU(), nn.Flatten()": "has no counterpart",
        "Conv2d(2, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(3 * 4 * 2, 5, bias=False)": "has no 'bias'",
        "ConvTranspose2d(2, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 5)": "no pair has Conv2D beside",
    }
    for text, said in cases.items():
        Path("other.py").write_text(f"from torch import nn\ndef torch_module(): return nn.Sequential(nn.{text})\n")
        assert said in run("a.keras", "out.pt", "--arch", "other.py", status=2)
    # a file that is right, for another model
    assert "expected one of" in run("a.keras", "out.pt", "--arch", "arch.py", "--name", "conv=0", status=2)
    state = torch_model.state_dict()
    for change, said in (
        ({"more": torch.ones(2)}, "nobody uses, 'more'"),
        ({"0.weight": torch.ones(2, 2)}, "has shape (2, 2)"),
        ({"0.weight": None}, "has no '0.weight'"),
    ):
        torch.save({k: v for k, v in {**state, **change}.items() if v is not None}, "b.pt")
        assert said in run("b.pt", "out.keras", "--arch", "arch.py", status=2)


def test_models_that_do_not_do_the_same_are_told_and_not_written() -> None:
    _, keras_model = module()
    keras_model.save("a.keras")
    Path("arch.py").write_text(ARCH.replace("nn.ReLU()", "nn.Tanh()"))
    assert "they disagree: out.pt not written" in run("a.keras", "out.pt", "--arch", "arch.py", status=1)


def test_requests_that_cannot_be_carried_out() -> None:
    torch_model, keras_model = module()
    torch.save(torch_model.state_dict(), "a.pt")
    keras_model.save("a.keras")
    np.save("a.npy", np.ones(3))
    for args, said in (
        (("a.pt", "b.keras"), "--arch FILE"),
        (("a.npy", "b.keras", "--arch", "arch.py"), "kind that is not known"),
        (("a.pt", "b.onnx", "--arch", "arch.py"), "kind that is not known"),
        (("a.pt", "no/b.keras", "--arch", "arch.py"), "there is no folder"),
        (("a.pt", "b.keras", "--arch", "none.py"), "there is no file none.py"),
        (("a.keras", "b.pt", "--arch", "arch.py", "--shape", "3,x"), "no shape"),
        (("a.keras", "b.pt", "--arch", "arch.py", "--shape", "3,9,9,2"), "do not both take inputs"),
    ):
        assert said in run(*args, status=2)
    for text, said in (("1 / 0", "ZeroDivisionError"), ("def torch_module(): return 3", "gave int")):
        Path("other.py").write_text(text)
        assert said in run("a.keras", "b.pt", "--arch", "other.py", status=2)
