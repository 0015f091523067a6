"""The embedded digits, the preprocessing and the mini-batches do what their descriptions promise."""

import itertools
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scratch
from scratch.data import DataError, MiniBatches, embedded_digits, one_hot, scale_01, standardise

Array = np.ndarray[Any, Any]


def test_import_takes_numpy_only() -> None:
    """Frameworks, pooch and scikit-learn would make the start of every command slow."""
    code = (
        "import sys, scratch.data, scratch.mnist\n"
        "heavy = {'torch', 'tensorflow', 'keras', 'pooch', 'platformdirs', 'sklearn', 'scipy', 'requests'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    root = Path(str(scratch.__file__)).parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ---- the embedded digits


def test_digits_are_split_evenly_and_lose_nothing() -> None:
    from sklearn.datasets import load_digits  # type: ignore[import-untyped]

    data = embedded_digits()
    assert (len(data.t_train), len(data.t_test)) == (1500, 297)
    for label, count in enumerate(np.bincount(load_digits().target)):
        share = np.sum(data.t_test == label)
        assert abs(share - count * 297 / 1797) < 1
        assert share + np.sum(data.t_train == label) == count
    assert len(np.unique(np.concatenate([data.x_train, data.x_test]), axis=0)) == 1797


def test_digits_are_the_small_images_enlarged() -> None:
    """Every image is, to the rounding, a linear interpolation of one 8x8 original with the same label."""
    from sklearn.datasets import load_digits

    small, labels = load_digits(return_X_y=True)
    centres = (np.arange(20) + 0.5) * 8 / 20 - 0.5
    line = np.stack([np.interp(centres, np.arange(8), unit) for unit in np.eye(8)], axis=1)
    expected = (line @ small.reshape(-1, 8, 8) @ line.T * 255 / 16).reshape(-1, 400)
    data = embedded_digits()
    for x, label in zip(data.x_train[:40], data.t_train[:40], strict=True):
        furthest = np.abs(expected - x[4:24, 4:24].reshape(400)).max(axis=1)
        assert furthest.min() < 0.5 + 1e-9
        assert labels[furthest.argmin()] == label
    frame = data.x_train.copy()
    frame[:, 4:24, 4:24] = 0
    assert not frame.any()


def test_digits_without_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(DataError, match=r"need scikit-learn.*: install"):
        embedded_digits()


# ---- preprocessing


DTYPES = ["float32", "float64"]


@pytest.mark.parametrize("dtype", DTYPES)
def test_standardise(dtype: str) -> None:
    rng = np.random.default_rng(1)
    x_train = rng.integers(256, size=(11, 28, 28)).astype(np.uint8)
    x_test = rng.integers(100, size=(5, 28, 28)).astype(np.uint8)
    z_train, z_test = standardise(x_train, x_test, dtype)
    assert (z_train.dtype, z_test.dtype) == (np.dtype(dtype),) * 2
    assert (z_train.shape, z_test.shape) == (x_train.shape, x_test.shape)
    # The mean and std are those of 8,624 pixels, each rounded once to the dtype.
    limit = 4 * float(np.finfo(dtype).eps)
    assert abs(z_train.mean(dtype=np.float64)) < limit
    assert abs(z_train.std(dtype=np.float64) - 1) < limit
    expected = (x_test - x_train.mean()) / x_train.std()
    np.testing.assert_allclose(z_test, expected, rtol=limit)


def test_standardise_takes_floats_and_leaves_them_alone() -> None:
    x = np.random.default_rng(1).normal(3, 2, size=(9, 4)).astype(np.float32)
    before = x.copy()
    z, _ = standardise(x, x, np.float64)
    np.testing.assert_array_equal(x, before)
    np.testing.assert_allclose(z, (x - x.mean(dtype=np.float64)) / x.std(dtype=np.float64))


def test_standardise_refuses_constant_images() -> None:
    with pytest.raises(ValueError, match="standard deviation 0"):
        standardise(np.full((3, 28, 28), 7, np.uint8), np.zeros((2, 28, 28), np.uint8), "float32")


@pytest.mark.parametrize("dtype", DTYPES)
def test_scale_01(dtype: str) -> None:
    x = np.arange(256, dtype=np.uint8).reshape(4, 64)
    y = scale_01(x, dtype)
    assert y.dtype == dtype
    assert y.shape == x.shape
    assert (y.min(), y.max()) == (0, 1)
    np.testing.assert_array_equal(y, (x / 255).astype(dtype))


@pytest.mark.parametrize("dtype", ["int64", "uint8", "bool"])
def test_preprocessing_wants_a_floating_dtype(dtype: str) -> None:
    x = np.arange(6, dtype=np.uint8).reshape(2, 3)
    with pytest.raises(ValueError, match=f"dtype {dtype} received"):
        scale_01(x, dtype)
    with pytest.raises(ValueError, match=f"dtype {dtype} received"):
        standardise(x, x, dtype)


@pytest.mark.parametrize("dtype", [*DTYPES, "int64"])
def test_one_hot(dtype: str) -> None:
    y = one_hot(np.array([2, 0, 3]), 5, dtype)
    assert y.dtype == dtype
    np.testing.assert_array_equal(y, [[0, 0, 1, 0, 0], [1, 0, 0, 0, 0], [0, 0, 0, 1, 0]])
    assert one_hot(np.array([], np.int64), 5, dtype).shape == (0, 5)


@pytest.mark.parametrize(
    ("t", "words"),
    [
        (np.array([0, 5]), r"labels 0..5, expected 0..4"),
        (np.array([-1, 3]), r"labels -1..3"),
        (np.array([0.0, 1.0]), "float64"),
        (np.array([[0, 1]]), r"\(1, 2\)"),
    ],
    ids=["too-large", "negative", "floats", "two-dimensional"],
)
def test_one_hot_refuses(t: Array, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        one_hot(t, 5, "float64")


# ---- mini-batches


def numbered(n: int) -> tuple[Array, Array]:
    """Every sample carries its number, so that batches tell which rows they hold."""
    return np.arange(n, dtype=np.float32).reshape(n, 1, 1) * np.ones((2, 3), np.float32), np.arange(n)


def rows(batches: Any) -> list[list[int]]:
    return [t.tolist() for _, t in batches]


def test_batches_cover_every_sample_once() -> None:
    batches = MiniBatches(*numbered(23), batch_size=5, seed=3)
    got = list(batches)
    assert len(got) == len(batches) == 5
    assert [x.shape for x, _ in got] == [(5, 2, 3)] * 4 + [(3, 2, 3)]
    assert sorted(itertools.chain(*rows(got))) == list(range(23))
    assert list(itertools.chain(*rows(got))) != list(range(23))
    for x, t in got:
        np.testing.assert_array_equal(x[:, 0, 0], t)


@pytest.mark.parametrize("dtype", [*DTYPES, "uint8"])
def test_batches_keep_the_dtype(dtype: str) -> None:
    x, t = numbered(7)
    x_batch, t_batch = next(iter(MiniBatches(x.astype(dtype), one_hot(t, 7, dtype), 3)))
    assert (x_batch.dtype, t_batch.dtype) == (np.dtype(dtype),) * 2
    assert t_batch.shape == (3, 7)


def test_batches_are_copies() -> None:
    x, t = numbered(6)
    for x_batch, t_batch in MiniBatches(x, t, 3):
        x_batch[:] = t_batch[:] = -1
    np.testing.assert_array_equal(x, numbered(6)[0])
    np.testing.assert_array_equal(t, numbered(6)[1])


@pytest.mark.parametrize(("n", "size", "kept", "whole"), [(23, 5, 5, 4), (20, 5, 4, 4), (5, 5, 1, 1)])
def test_drop_last(n: int, size: int, kept: int, whole: int) -> None:
    assert len(list(MiniBatches(*numbered(n), size))) == len(MiniBatches(*numbered(n), size)) == kept
    dropping = MiniBatches(*numbered(n), size, drop_last=True)
    got = list(dropping)
    assert len(got) == len(dropping) == whole
    assert all(len(t) == size for _, t in got)


def test_a_batch_larger_than_the_data_holds_all_of_it() -> None:
    assert [len(t) for _, t in MiniBatches(*numbered(4), batch_size=9)] == [4]


SAMPLING: list[dict[str, Any]] = [{}, {"drop_last": True}, {"with_replacement": True, "steps": 9}]


@pytest.mark.parametrize("options", SAMPLING, ids=["pass", "drop_last", "with_replacement"])
def test_the_seed_decides(options: dict[str, Any]) -> None:
    first, again, other = (MiniBatches(*numbered(23), 5, seed=seed, **options) for seed in (3, 3, 4))
    for _ in range(3):
        expected = rows(first)
        assert rows(again) == expected
        assert rows(other) != expected


@pytest.mark.parametrize("options", SAMPLING, ids=["pass", "drop_last", "with_replacement"])
def test_an_epoch_needs_none_before_it(options: dict[str, Any]) -> None:
    batches = MiniBatches(*numbered(23), 5, seed=3, **options)
    epochs = [rows(batches) for _ in range(4)]
    assert len({str(epoch) for epoch in epochs}) == 4
    fresh = MiniBatches(*numbered(23), 5, seed=3, **options)
    assert [i.tolist() for i in fresh.indices(2)] == epochs[2]
    assert rows(fresh.batches(3)) == epochs[3]
    assert rows(fresh.batches(3, start=2)) == epochs[3][2:]
    # Looking ahead does not count as an epoch.
    assert rows(fresh) == epochs[0]


@pytest.mark.parametrize("options", SAMPLING, ids=["pass", "drop_last", "with_replacement"])
def test_without_reshuffle_epochs_are_alike(options: dict[str, Any]) -> None:
    batches = MiniBatches(*numbered(23), 5, seed=3, reshuffle=False, **options)
    assert rows(batches) == rows(batches) == rows(batches.batches(7))
    assert rows(batches) == rows(MiniBatches(*numbered(23), 5, seed=3, **options))


def test_the_global_generator_is_left_alone() -> None:
    state = np.random.get_state(legacy=False)["state"]["key"]
    list(MiniBatches(*numbered(23), 5))
    embedded_digits()
    np.testing.assert_array_equal(np.random.get_state(legacy=False)["state"]["key"], state)


@pytest.mark.parametrize("options", SAMPLING, ids=["pass", "drop_last", "with_replacement"])
def test_batch_by_number(options: dict[str, Any]) -> None:
    batches = MiniBatches(*numbered(23), batch_size=5, seed=3, **options)
    before = batches[1][1].tolist()
    first = rows(batches)
    assert before == first[1]
    assert batches.epoch == 0
    second = rows(batches)
    assert batches.epoch == 1
    assert rows(batches[i] for i in range(len(batches))) == second
    assert batches[-1][1].tolist() == second[-1]
    for i in (len(batches), -len(batches) - 1):
        with pytest.raises(IndexError):
            batches[i]


def test_sampling_with_replacement() -> None:
    batches = MiniBatches(*numbered(20), 8, seed=1, with_replacement=True, steps=500)
    got = rows(batches)
    assert len(got) == len(batches) == 500
    assert {len(batch) for batch in got} == {8}
    assert any(len(set(batch)) < 8 for batch in got)
    counts = np.bincount(list(itertools.chain(*got)), minlength=20)
    # 4,000 draws over 20 rows: 200 each, standard deviation 13.8; six of them to either side.
    assert np.all(np.abs(counts - 200) < 83)
    assert len(MiniBatches(*numbered(20), 8, with_replacement=True)) == 3


@pytest.mark.parametrize(
    ("n", "n_labels", "options", "words"),
    [
        (5, 4, {}, r"x of shape \(5, 2, 3\) and t of shape \(4,\)"),
        (0, 0, {}, "no samples"),
        (5, 5, {"batch_size": 0}, "batch_size 0, expected at least 1"),
        (5, 5, {"batch_size": -3}, "batch_size -3"),
        (5, 5, {"seed": -1}, "seed -1, expected 0 or more"),
        (5, 5, {"steps": 3}, "steps 3 without with_replacement=True"),
        (5, 5, {"steps": 0, "with_replacement": True}, "steps 0, expected at least 1"),
        (5, 5, {"batch_size": 6, "drop_last": True}, "leaves no batch of 5 samples"),
    ],
    ids=[
        "lengths",
        "empty",
        "batch-0",
        "batch-negative",
        "seed-negative",
        "steps-alone",
        "steps-0",
        "no-batch-left",
    ],
)
def test_bad_arguments(n: int, n_labels: int, options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        MiniBatches(numbered(n)[0], np.arange(n_labels), **options)


def test_epochs_count_from_0() -> None:
    with pytest.raises(ValueError, match="epoch -1"):
        MiniBatches(*numbered(5)).indices(-1)
