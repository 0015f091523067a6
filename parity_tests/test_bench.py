"""`crosscheck bench`: that it runs and says what it measured; how fast is not for a test to say."""

import dataclasses
import json

import numpy as np
import pytest
from command_line import ONE_LINE, assert_narrow, invoke
from rich.console import Console

from reference.bench import document, measure, modes, peers
from reference.bench.measure import Task, Timing
from reference.bench.names import CHANNELS_LAST, EAGER, FUNCTION, TRAIN_ON_BATCH
from reference.bench.workloads import WORKLOADS, products, workloads_of
from reference.training.trainers import SCRATCH

pytestmark = [
    pytest.mark.xdist_group("bench"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),  # keras.Variable, NumPy 2
]
MLP = WORKLOADS["two-layer-net"]


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """One round of one step."""
    for name, value in {"ROUNDS": 1, "SECONDS_A_ROUND": 0.0, "WARM_UP": 0, "PEAK_SIZE": 64}.items():
        monkeypatch.setattr(measure, name, value)


def task(name: str = "two-layer-net", dtype: str = "float32", *chosen: str) -> Task:
    return Task(WORKLOADS[name], dtype, 1, ("torch", "keras"), chosen)


@pytest.mark.parametrize("dtype", measure.VERIFIED)
def test_every_mode_of_a_framework_agrees_and_is_timed(dtype):
    chosen = (EAGER, FUNCTION, TRAIN_ON_BATCH)
    timing = measure.measure(task("two-layer-net", dtype, *chosen))
    assert list(timing.ms) == [SCRATCH, *chosen]
    assert timing.left_out == {}
    assert timing.peak_share > 0


def test_images_are_timed_with_channels_last_and_rows_are_not():
    assert CHANNELS_LAST in measure.modes_for(task("cnn"))
    assert CHANNELS_LAST not in measure.modes_for(task("rnn-mnist"))


@pytest.mark.parametrize("name", ["lstm-mnist", "cnn"])
def test_twins_of_a_workload_agree_with_it(name):
    recipe = dataclasses.replace(WORKLOADS[name], batch_size=3)
    chosen = tuple(mode for mode in (EAGER, CHANNELS_LAST) if name == "cnn" or mode == EAGER)
    timing = measure.measure(Task(recipe, "float64", 1, ("torch",), chosen))
    assert list(timing.ms) == [SCRATCH, *chosen]


def test_what_does_not_agree_is_not_timed(monkeypatch):
    def other_rate(mode, recipe, *rest):
        options = {"lr": 0.2} if mode == EAGER else {"lr": 0.1}
        return modes.make(mode, dataclasses.replace(recipe, optimizer_options=options), *rest)

    monkeypatch.setattr(measure, "make", other_rate)
    with pytest.raises(ValueError, match=r"two-layer-net: the first step of torch is .* not timed"):
        measure.measure(task("two-layer-net", "float32", EAGER))


def test_how_far_a_step_is_off_is_a_share_of_the_step():
    before, after = {"w": np.array([1000.0, 2.0])}, {"w": np.array([1000.0, 2.1])}
    assert measure.off_course(before, after, after) == 0
    assert measure.off_course(before, after, before) == pytest.approx(1)
    assert measure.off_course(before, after, {"w": np.array([1000.0, 2.3])}) == pytest.approx(2)


def test_a_mode_that_does_not_work_here_is_left_out_with_the_reason(monkeypatch):
    def broken(mode, *rest):
        if mode == EAGER:
            raise RuntimeError("no compiler found\nin many lines")
        return modes.make(mode, *rest)

    monkeypatch.setattr(measure, "make", broken)
    timing = measure.measure(task("two-layer-net", "float32", EAGER))
    assert timing.left_out == {EAGER: "no compiler found"}
    assert timing.best is None
    assert timing.ratio_to_torch_eager is None


def test_products_are_counted_as_by_hand():
    x = np.zeros((100, 784))
    assert products(MLP.model(), x) == 2 * 100 * (2 * 784 * 50 + 3 * 50 * 10)
    rnn = 2 * 4 * 28 * (2 * 28 * 100 + 3 * 100 * 100) + 2 * 4 * 3 * 100 * 10
    assert products(WORKLOADS["rnn-mnist"].model(), np.zeros((4, 28, 28))) == rnn
    cnn = 2 * 3 * (24 * 24 * 25 * 20 * 2 + 8 * 8 * 500 * 50 * 3 + 800 * 10 * 3)
    assert products(WORKLOADS["cnn"].model(), np.zeros((3, 28, 28, 1))) == cnn


def test_peers_do_not_count_as_the_best_framework():
    ms = {SCRATCH: 2.0, "torch": 4.0, "torch-compiled": 3.0, "autograd": 1.0}
    timing = Timing("cnn", "float32", 1, 100, ms, 0.5)
    assert (timing.best, timing.ratio_to_best, timing.ratio_to_torch_eager) == ("torch-compiled", 2 / 3, 0.5)


def test_peers_are_told_apart_when_missing(monkeypatch):
    monkeypatch.setattr(peers.importlib.util, "find_spec", lambda name: None)
    assert peers.missing_peers() == ["mygrad", "autograd"]
    with pytest.raises(peers.NotWritten):
        peers.make_peer("autograd", WORKLOADS["cnn"], "float32", {}, np.zeros(1), np.zeros(1))


def test_the_table_fits_a_narrow_terminal_with_every_mode(capsys):
    ms = dict.fromkeys([SCRATCH, *modes.MODES["torch"], *modes.MODES["keras"]], 123.456)
    timing = Timing("three-layer-mlp", "float32", 1, 100, ms, 0.5, memory_mb=dict.fromkeys(ms, 42.0))
    Console(width=80).print(document.table([timing]))
    out = capsys.readouterr().out
    assert_narrow(out)
    assert "…" not in out
    assert out.count("123") == len(ms)


def test_bench_in_processes_of_its_own(tmp_path):
    file = tmp_path / "bench.json"
    result = invoke(f"bench two-layer-net --framework torch --mode torch --memory --json {file}")
    assert result.exit_code == 0, result.output
    assert_narrow(result.output)
    written = json.loads(file.read_text())
    assert written["schema"] == "crosscheck.bench/1"
    assert written["machine"]
    assert written["blas"]
    (row,) = written["workloads"]
    assert row["ms"].keys() == row["memory_mb"].keys() == {"scratch", "torch"}
    assert row["ratio_to_best"] == row["ratio_to_torch_eager"] == row["ms"]["scratch"] / row["ms"]["torch"]


def test_an_unknown_workload_is_refused_in_one_line():
    result = invoke("bench two-layer")
    assert result.exit_code == 2
    assert ONE_LINE.fullmatch(result.stderr)
    assert "Close: two-layer-net" in result.stderr


def test_a_mode_of_another_framework_is_refused_in_one_line():
    result = invoke("bench two-layer-net --framework torch --mode keras")
    assert result.exit_code == 2
    assert ONE_LINE.fullmatch(result.stderr)
    assert "--framework torch has no --mode keras, expected one of torch, " in result.stderr


def test_a_framework_is_asked_for_only_where_its_modes_are(monkeypatch):
    from reference.frameworks import _PACKAGES

    monkeypatch.setitem(_PACKAGES, "keras", ("keras", "not_installed"))
    refused = invoke("bench two-layer-net")
    assert refused.exit_code == 2
    assert refused.stderr.rstrip().endswith("or leave it out: --framework torch")
    assert invoke("bench two-layer-net --mode torch").exit_code == 0


def test_workloads_are_all_when_none_is_named():
    assert [recipe.name for recipe in workloads_of(())] == list(WORKLOADS)
