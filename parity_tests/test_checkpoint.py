"""Training that is interrupted and gone on with."""

import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from training_runs import short, trained

from reference.commands.train import say_unkept
from reference.errors import RequestError
from reference.training.checkpoint import Checkpoint
from reference.training.comparison import Plan
from reference.training.run import Run, run
from scratch.data import Dataset
from scratch.training import RECIPES

pytestmark = [
    pytest.mark.usefixtures("away_from_the_user"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),  # keras.Variable, NumPy 2
]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", ["rnn-mnist", "two-layer-net", "three-layer-mlp"])
def test_an_interrupted_run_goes_on_as_if_it_had_not_been(
    name: str, dtype: str, digits: Dataset, tmp_path: Path
) -> None:
    # epochs of 6 steps (15 in the third): in the middle of one, at its end, at the last step of all
    recipe = replace(short(name, 15, epoch=6), batch_size=250 if name != "three-layer-mlp" else 100)
    whole = trained(recipe, digits, tmp_path / "whole", dtype=dtype)
    for stop_at in (4, 6, 12, 15):
        with pytest.raises(KeyboardInterrupt):
            trained(recipe, digits, tmp_path / "parts", dtype=dtype, stop_at=stop_at)
    parts = trained(recipe, digits, tmp_path / "parts", dtype=dtype)
    assert without_times(parts) == without_times(whole)
    for one, other in zip(*(arrays_in(tmp_path / each) for each in ("whole", "parts")), strict=True):
        assert one[0] == other[0]
        np.testing.assert_array_equal(one[1], other[1], strict=True)


def without_times(result: Run) -> dict[str, Any]:
    facts = result.to_dict()
    assert all(seconds > 0 for seconds in facts.pop("seconds").values())
    return facts


def arrays_in(folder: Path) -> list[tuple[str, Any]]:
    (path,) = folder.iterdir()  # and nothing half-written beside it
    with np.load(path) as file:
        return [(name, file[name]) for name in sorted(file.files) if name != "facts"]


def test_a_finished_run_is_taken_as_it_is_and_a_longer_one_not(digits: Dataset, tmp_path: Path) -> None:
    first = trained(short("two-layer-net", 12, epoch=6), digits, tmp_path, ("torch",))
    told: list[int] = []
    kept = Checkpoint({"model": "two-layer-net", "dtype": "float64"}, tmp_path)
    again = run(short("two-layer-net", 12, epoch=6), digits, ("torch",), "float64", 0, 100, kept, told.append)
    assert told == [12]
    assert again == first
    shorter = trained(short("two-layer-net", 6, epoch=6), digits, tmp_path, ("torch",))
    assert shorter.steps == 6
    assert shorter.epochs["scratch"] == first.epochs["scratch"][:1]


def damaged(whole: bytes) -> Iterator[tuple[str, bytes]]:
    yield "empty", b""
    yield "garbage", b"no archive at all"
    yield "truncated", whole[: len(whole) // 2]
    yield "a bit flipped", whole[:400] + bytes([whole[400] ^ 255]) + whole[401:]


def test_a_damaged_checkpoint_is_one_line(digits: Dataset, tmp_path: Path) -> None:
    recipe = short("two-layer-net", 3, epoch=3)
    trained(recipe, digits, tmp_path, ("torch",))
    (path,) = tmp_path.glob("*.npz")
    for what, content in damaged(path.read_bytes()):
        path.write_bytes(content)
        with pytest.raises(RequestError, match=r"cannot be read .* delete it to start again") as caught:
            trained(recipe, digits, tmp_path, ("torch",))
        assert str(path) in str(caught.value), what
        assert "\n" not in str(caught.value), what


def test_a_checkpoint_of_something_else_is_one_line(digits: Dataset, tmp_path: Path) -> None:
    recipe = short("two-layer-net", 3, epoch=3)
    trained(recipe, digits, tmp_path, ("torch",))
    (path,) = tmp_path.glob("*.npz")
    for facts in ({}, {"result": {"steps": 1}}, json.loads(str(np.load(path)["facts"]))):
        np.savez(path, facts=np.array(json.dumps(facts)), other=np.zeros(3))
        with pytest.raises(RequestError, match="cannot be read"):
            trained(recipe, digits, tmp_path, ("torch",))


def test_a_run_that_cannot_be_kept_is_done_all_the_same(digits: Dataset, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    recipe = short("two-layer-net", 3, epoch=3)
    made = trained(recipe, digits, tmp_path / "file", ("torch",))
    kept = trained(recipe, digits, tmp_path / "folder", ("torch",))
    assert re.search(r"cannot be kept in .*--resume.*XDG_CACHE_HOME", made.unkept)
    assert not kept.unkept
    assert made.epochs == kept.epochs


def test_one_line_says_that_runs_are_not_kept(capfd: pytest.CaptureFixture[str]) -> None:
    runs = [SimpleNamespace(unkept=why) for why in ("no room", "", "no room")]
    say_unkept([SimpleNamespace(runs=runs)] * 2)  # type: ignore[list-item]
    assert capfd.readouterr().err == "crosscheck: no room\n"


def test_a_checkpoint_holds_no_code(digits: Dataset, tmp_path: Path) -> None:
    trained(short("two-layer-net", 3, epoch=3), digits, tmp_path, ("torch",))
    (path,) = tmp_path.glob("*.npz")
    assert all(name.endswith(".npy") for name in zipfile.ZipFile(path).namelist())


def test_another_recipe_or_seed_is_another_run(digits: Dataset) -> None:
    plan = Plan(RECIPES["two-layer-net"], None, digits, ("torch",), (0, 1), 1)
    other = replace(plan, recipe=replace(plan.recipe, optimizer_options={"lr": 0.2}))
    longer = replace(plan, epochs=5)
    paths = {one.checkpoint(dtype, seed).path for one in (plan, other) for dtype, seed in one.runs()}
    assert len(paths) == 2 * 3
    assert longer.checkpoint("float32", 0).path in paths  # it goes on where the shorter one ended
