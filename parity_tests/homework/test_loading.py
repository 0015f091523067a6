"""Loading into the process apart: what fails is noted, what is absent stands in, what is well known is supplied."""

from pathlib import Path

import numpy as np
import pytest
from handed_in import load, one

from reference.homework.isolation.process import (
    Call,
    Failure,
    Globals,
    Limits,
    New,
    Opaque,
    Worker,
)
from reference.homework.isolation.worker import supplied
from reference.homework.reading.source import read_submission

SEED = 7


def test_failing_statements_are_noted_and_the_rest_is_loaded(tmp_path: Path) -> None:
    text = """import numpy as np
X = np.zeros(3)[5]
class A(Missing): pass
def f(x: Tensor) -> "Other": return x
slow = sum(1 for _ in range(10 ** 12))
big = [1]
y = big[0] + 1
import sys
def use(): return X, slow
unused = np.zeros(3)[5]
"""
    with load(tmp_path, text) as worker:
        assert worker.names >= {"np", "f", "big", "y", "sys"}
        assert not worker.names & {"X", "A", "slow", "unused"}
        notes = {note.line: note.text for note in worker.notes}
        assert notes[2].startswith("X = np.zeros(3)[5] could not be executed: IndexError: index 5")
        assert notes[3] == "class A(Missing): pass could not be executed: NameError: name 'Missing' is not defined"
        assert "it takes too long" in notes[5]
        assert set(notes) == {2, 3, 5}


@pytest.mark.parametrize(
    "deed", ["import os; os._exit(3)", "while True: pass", "import signal; signal.raise_signal(signal.SIGKILL)"]
)
def test_a_definition_that_ends_or_hangs_the_process_is_left_out(tmp_path: Path, deed: str) -> None:
    text = f"class Bad:\n    {deed}\nclass Good:\n    pass\n"
    with load(tmp_path, text, limits=Limits(seconds=1)) as worker:
        assert worker.names == {"Good"}
        assert any(note.line == 1 and "could not be executed" in note.text for note in worker.notes)


def test_absent_packages_can_be_imported_and_fail_when_used(tmp_path: Path) -> None:
    text = """import matplotlib.pyplot as plt, seaborn
from mpl_toolkits.mplot3d import Axes3D
import torch.nn as nn
import cupy as cp
from tensorflow.examples.tutorials.mnist import input_data
from sklearn.datasets import fetch_mldata
from tqdm import tqdm, trange
from numba import jit
import scratch, reference.compare
class Net(nn.Module):
    def go(self): return [i for i in tqdm(range(3))] + list(trange(2))
    def bad(self): return nn.Linear(3, 4)
    def plot(self):
        fig, ax = plt.subplots()
        ax.plot([1]); plt.show()
        return 1
    def array(self): return cp.asnumpy(cp.ones(2))
    def inside(self): return isinstance(3, nn.Linear)
@jit(nopython=True)
def fast(x): return x + 1
@jit
def faster(x): return x + 2
def load(): return input_data.read_data_sets("x")
def mine(): return scratch.dense.Dense
def use(): return scratch.dense.Dense(3)
"""
    with load(tmp_path, text) as worker:
        new = New("Net", bind="net")
        assert one(worker, new, Call("net.go")) == [0, 1, 2, 0, 1]
        assert one(worker, new, Call("net.plot")) == 1
        assert one(worker, new, Call("net.inside")) is False
        np.testing.assert_array_equal(one(worker, new, Call("net.array")), np.ones(2))
        assert (one(worker, Call("fast", (1,))), one(worker, Call("faster", (1,)))) == (2, 3)
        for target, words in (
            ("net.bad", "torch.nn.Linear is used, and torch is not available here"),
            ("load", "tensorflow.examples.tutorials.mnist.input_data.read_data_sets is used"),
            ("use", "scratch.dense.Dense is used"),
        ):
            _, failure = worker.run([new, Call(target)])
            assert isinstance(failure, Failure)
            assert failure.type == "NotAvailable"
            assert words in failure.message
        assert one(worker, Call("mine")) == Opaque("Missing")
        notes = [note.text for note in worker.notes]
        assert "cupy is not available; NumPy takes its place" in notes
        assert "torch.nn is not available: what uses nn will fail" in notes
        assert not any("sklearn" in note for note in notes)
        assert not any("matplotlib" in note for note in notes)


def test_supplied_helpers_and_helpers_of_absent_modules(tmp_path: Path) -> None:
    text = """import numpy as np
from common.util import im2col
from common.functions import *
from common.layers import Affine
def identity_function(x): return "mine"
from common.others import *
def f(x): return im2col(x, 2, 2)
def g(x): return softmax(x)
def h(x): return relu(x)
def k(x): return Affine(x)
"""
    rng = np.random.default_rng(SEED)
    x = rng.normal(size=(2, 3, 4, 5))
    with load(tmp_path, text) as worker:
        np.testing.assert_array_equal(one(worker, Call("f", (x,))), supplied.im2col(x, 2, 2))
        assert np.asarray(one(worker, Call("g", (x[0, 0],)))).sum(axis=1) == pytest.approx(np.ones(4))
        assert one(worker, Call("identity_function", (x,))) == "mine"
        assert not any("col2im" in note.text for note in worker.notes)
        [failure] = worker.run([Call("k", (x,))])
        assert isinstance(failure, Failure)
        assert failure.message == "common.layers.Affine is used, and common is not available here"
        assert any(note.text.startswith("im2col of common.util is not there") for note in worker.notes)


def test_the_supplied_column_helpers_are_right() -> None:
    rng = np.random.default_rng(SEED)
    x = rng.normal(size=(2, 3, 7, 6))
    for stride, pad, fh, fw in ((1, 0, 3, 2), (2, 1, 3, 3), (3, 2, 2, 4)):
        padded = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
        out_h, out_w = (7 + 2 * pad - fh) // stride + 1, (6 + 2 * pad - fw) // stride + 1
        rows = [
            padded[n, :, i * stride : i * stride + fh, j * stride : j * stride + fw].ravel()
            for n in range(2) for i in range(out_h) for j in range(out_w)
        ]  # fmt: skip
        col = supplied.im2col(x, fh, fw, stride, pad)
        np.testing.assert_array_equal(col, rows)
        by_index = supplied.im2col_indices(x, fh, fw, pad, stride)
        np.testing.assert_array_equal(by_index.reshape(3 * fh * fw, -1, 2).transpose(2, 1, 0).reshape(col.shape), col)
        d = rng.normal(size=col.shape)
        for back, cotangent in (
            (supplied.col2im(d, x.shape, fh, fw, stride, pad), d),
            (
                supplied.col2im_indices(
                    d.reshape(2, -1, 3 * fh * fw).transpose(2, 1, 0).reshape(3 * fh * fw, -1),
                    x.shape,
                    fh,
                    fw,
                    pad,
                    stride,
                ),
                d,
            ),
        ):
            # the transpose of a linear map: <im2col(x), d> = <x, col2im(d)>
            assert np.sum(col * cotangent) == pytest.approx(np.sum(x * back), rel=1e-12)


def test_the_supplied_gradients_and_losses() -> None:
    x = np.array([[0.5, -1.0], [2.0, 0.1]])
    np.testing.assert_allclose(supplied.numerical_gradient(lambda v: np.sum(v**3), x), 3 * x**2, rtol=1e-6)
    y = np.array([[0.2, 0.8], [0.6, 0.4]])
    assert supplied.cross_entropy_error(y, np.array([1, 0])) == pytest.approx(-np.log([0.8, 0.6]).mean(), rel=1e-6)
    assert supplied.cross_entropy_error(y, np.eye(2)[[1, 0]]) == supplied.cross_entropy_error(y, np.array([1, 0]))


def test_siblings_are_executed_definitions_only(tmp_path: Path) -> None:
    (tmp_path / "base.py").write_text(
        "class Layer:\n    def f(self):\n        return 1 / 0\nraise SystemExit\nx = bad(\n"
    )
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "tools.py").write_text(
        "from base import Layer\nimport nothing_here\nY = Layer().wrong\ndef t(): return 5 if 1 else Y\n"
    )
    text = "from base import Layer\nfrom pkg.tools import t\nimport pkg.tools as pt\nclass Mine(Layer):\n    pass\n"
    with load(tmp_path, text) as worker:
        assert one(worker, Call("t")) == 5
        assert one(worker, Call("pt.t")) == 5
        _, failure = worker.run([New("Mine", bind="mine"), Call("mine.f")])
        assert isinstance(failure, Failure)
        assert (failure.file, failure.line, failure.cell) == ("base.py", 3, None)
        assert any(note.text.startswith("tools.py, line 3: Y = Layer().wrong could not") for note in worker.notes)


def test_relative_imports_in_a_package(tmp_path: Path) -> None:
    (tmp_path / "my-work" / "sub").mkdir(parents=True)
    (tmp_path / "my-work" / "act.py").write_text("class Tanh:\n    n = 3\n")
    (tmp_path / "my-work" / "sub" / "help.py").write_text("from ..act import Tanh\n")
    text = "from .act import Tanh\nfrom .sub.help import Tanh as Other\nsame = Tanh is Other\n"
    with load(tmp_path, text, "my-work/rnn.py") as worker:
        assert one(worker, Globals(["same"])) == {"same": True}


def test_names_and_behaviours_that_numpy_has_dropped(tmp_path: Path) -> None:
    text = """import numpy as np
class A:
    def f(self, x):
        y = np.zeros(3, dtype=np.float)
        y[0] = x.astype(np.int)[:1]
        y[1] += np.array([[2.5]])
        y[1:3, ] *= 2
        d = {}
        d["k"] = np.ones(1)
        d["k"] += 1
        return float(x[:1]), int(np.array([[7.9]])), y, d["k"], isinstance(1.0, np.float), float("1.5"), np.Inf
    def wrong(self):
        y = np.zeros(3)
        y[0] = np.ones(2)
"""
    with load(tmp_path, text) as worker:
        result = one(worker, New("A", bind="a"), Call("a.f", (np.array([4.5, 2]),)))
        assert {note.line: note.text for note in worker.notes} == {
            4: "np.float is gone from NumPy; it was put back for this check",
            5: "np.int is gone from NumPy; it was put back for this check",
            11: "np.Inf is gone from NumPy; it was put back for this check",
        }
        number, whole, y, held, kind, text_number, infinite = result  # type: ignore[misc]
        assert (number, whole, kind, text_number, infinite) == (4.5, 7, True, 1.5, np.inf)
        np.testing.assert_array_equal(y, [4, 5, 0])
        np.testing.assert_array_equal(held, [2.0])
        _, failure = worker.run([New("A", bind="a"), Call("a.wrong")])
        assert isinstance(failure, Failure)
        assert (failure.type, failure.line) == ("ValueError", 14)


def test_cells_are_named_in_failures(tmp_path: Path) -> None:
    import json

    cells = ["import numpy as np", "\n\ndef f():\n    return undefined\n"]
    path = tmp_path / "work.ipynb"
    path.write_text(json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells]}))
    with Worker(read_submission(path)) as worker:
        [failure] = worker.run([Call("f")])
        assert isinstance(failure, Failure)
        assert (failure.cell, failure.line, failure.trace) == (2, 4, (("f", 2, 4),))


def test_scipy_is_there_where_it_is_installed(tmp_path: Path) -> None:
    text = "from scipy import signal\ndef f(x, k): return signal.correlate2d(x, k, 'valid')\n"
    with load(tmp_path, text) as worker:
        got = one(worker, Call("f", (np.ones((3, 3)), np.ones((2, 2)))))
        np.testing.assert_allclose(got, np.full((2, 2), 4.0))
