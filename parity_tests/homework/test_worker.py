"""The process apart: what steps give, how values travel, what is supplied, and where failures are placed."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from handed_in import load, one

from reference.homework.isolation.process import (
    Call,
    Failure,
    Get,
    Globals,
    Limits,
    Name,
    New,
    Opaque,
    Ref,
    Result,
    Seed,
    Set,
    SetGlobal,
    Snapshot,
    Stopped,
    Stub,
    Worker,
)

SEED = 7


DENSE = """import numpy as np

class Dense:
    def __init__(self, W, b, optimizer=None):
        self.W, self.b, self.optimizer = W, b, optimizer
        self.params = {"W": W, "list": [b, (1, 2)]}

    def forward(self, x):
        self.x = x
        print("shape", x.shape)
        return x @ self.W + self.b

    def backward(self, dy):
        self.dW, self.db = self.x.T @ dy, dy.sum(axis=0)
        dy *= 2
        dx = dy @ self.W.T
        self.optimizer.update(self)
        return dx

    def same(self, x, more):
        more["k"][0][:] = 0
        return x[1:], more["k"][1]

    def fail(self):
        return helper(self)

class Slots:
    __slots__ = ("a", "b")
    def __init__(self):
        self.a = [1]

def helper(x):
    y = 1
    return y / 0

def loop():
    while True:
        pass

def many(n):
    return np.log(np.zeros(n)), np.exp(np.array([1e6]))
"""


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    with load(tmp_path, DENSE, limits=Limits(seconds=5)) as made:
        yield made


def test_a_layer_is_made_called_and_looked_into(worker: Worker) -> None:
    rng = np.random.default_rng(SEED)
    W, b, x, dy = rng.normal(size=(3, 4)), rng.normal(size=4), rng.normal(size=(2, 3)), rng.normal(size=(2, 4))
    new, y, dx, seen, calls = worker.run(
        [
            New("Dense", (W, b, Stub("optimizer", lr=0.5)), bind="layer"),
            Call("layer.forward", (x,), bind="y"),
            Call("layer.backward", kwargs={"dy": dy}),
            Snapshot("layer"),
            Get("layer.optimizer.calls"),
        ]
    )
    assert new == Result(Opaque("Dense"), seconds=new.seconds)
    assert isinstance(y, Result)
    np.testing.assert_array_equal(y.value, x @ W + b)
    assert y.stdout == "shape (2, 3)\n"
    assert isinstance(dx, Result)
    np.testing.assert_array_equal(dx.value, 2 * dy @ W.T)
    assert dx.mutated == ("dy",)
    assert isinstance(seen, Result)
    assert seen.value["__class__"] == "Dense"
    np.testing.assert_array_equal(seen.value["dW"], x.T @ dy)
    assert seen.value["params"]["list"][1] == (1, 2)
    assert seen.value["optimizer"]["lr"] == 0.5
    assert isinstance(calls, Result)
    [[method, [recorded], keywords]] = calls.value
    assert (method, keywords) == ("update", {})
    np.testing.assert_array_equal(recorded["db"], dy.sum(axis=0))


def test_a_later_step_does_not_change_an_earlier_result(worker: Worker) -> None:
    first, _, second = worker.run(
        [
            Call("np.zeros", (3,), bind="z"),
            Set("z", np.ones(3)),
            Call("np.add", (Ref("z"), 1.0)),
        ]
    )
    assert isinstance(first, Result)
    assert isinstance(second, Result)
    np.testing.assert_array_equal(first.value, np.zeros(3))
    np.testing.assert_array_equal(second.value, np.full(3, 2.0))


def test_mutated_and_aliased_arguments_are_named(worker: Worker) -> None:
    _, result = worker.run(
        [
            New("Dense", (1, 2), bind="layer"),
            Call("layer.same", (np.ones(3), {"k": [np.ones(2), np.ones(2)]})),
        ]
    )
    assert isinstance(result, Result)
    assert result.mutated == ("1['k'][0]",)
    assert result.aliased == (0, "1['k'][1]")


def test_writing_in_place_reaches_aliases(worker: Worker) -> None:
    new = New("Dense", (np.ones((2, 2)), np.ones(2, int)), bind="layer")
    fresh = np.full((2, 2), 3.0)
    np.testing.assert_array_equal(one(worker, new, Set("layer.W", fresh), Get("layer.params['W']")), fresh)
    np.testing.assert_array_equal(
        one(worker, new, Set("layer.W", fresh, inplace=False), Get("layer.params['W']")), np.ones((2, 2))
    )
    # integers cannot hold the value: the attribute is bound anew
    np.testing.assert_array_equal(one(worker, new, Set("layer.b", np.full(2, 0.5)), Get("layer.b")), [0.5, 0.5])
    item = "layer.params['list'][0]"
    np.testing.assert_array_equal(one(worker, new, Set(item, fresh), Get(item)), fresh)


def test_every_kind_of_value_travels_both_ways(worker: Worker) -> None:
    values = [
        None, True, 3, -(2**60), 1.5, float("inf"), 2 + 3j, "text 文字", [1, [2.0]], (1, (2,)), {"a": 1, 2: [None]},
        np.arange(6, dtype=np.int32).reshape(2, 3), np.array(2.5), np.zeros((0, 3)), np.array([True, False]),
        np.array([1 + 2j]), np.float32(1.25), np.ones(3, np.float16),
    ]  # fmt: skip
    for value in values:
        got = one(worker, SetGlobal("v", value), Get("v"))
        assert type(got) is type(value)
        if isinstance(value, np.ndarray | np.generic):
            assert got.dtype == value.dtype  # type: ignore[attr-defined]
            np.testing.assert_array_equal(got, value)
        else:
            assert got == value
    nan = one(worker, SetGlobal("v", float("nan")), Get("v"))
    assert nan != nan


def test_arrays_arrive_fresh_writable_and_in_c_order(worker: Worker) -> None:
    array = np.asfortranarray(np.ones((2, 3)))
    array.flags.writeable = False
    flags = one(worker, SetGlobal("v", array), Get("v.flags.c_contiguous"))
    assert flags is True
    assert one(worker, SetGlobal("v", array), Get("v.flags.writeable")) is True


def test_what_is_not_sent_is_opaque(worker: Worker) -> None:
    assert one(worker, Get("helper")) == Opaque("function")
    assert one(worker, Call("np.array", ([None, 1],))) == Opaque("array of object")


def test_a_failure_has_its_place_and_its_trace(worker: Worker) -> None:
    _, failed, after = worker.run(
        [New("Dense", (1, 2), bind="layer"), Call("layer.fail", optional=True), Call("layer.fail"), Get("layer.W")]
    )
    for failure in (failed, after):
        assert isinstance(failure, Failure)
        assert (failure.type, failure.message) == ("ZeroDivisionError", "division by zero")
        assert (failure.cell, failure.line) == (None, 34)
        assert failure.trace == (("fail", None, 25), ("helper", None, 34))


def test_a_failure_outside_of_the_submission_has_no_place(worker: Worker) -> None:
    [failure] = worker.run([Call("nothing.there")])
    assert isinstance(failure, Failure)
    assert (failure.type, failure.message, failure.line) == ("LookupError", "there is no nothing", None)


def test_warnings_are_collected_and_never_raise(worker: Worker) -> None:
    [result] = worker.run([Call("many", (2,))])
    assert isinstance(result, Result)
    np.testing.assert_array_equal(result.value[0], [-np.inf, -np.inf])
    assert any("divide by zero" in words for words in result.warnings)
    assert any("overflow" in words for words in result.warnings)


def test_the_time_limit_ends_the_process_and_the_next_run_has_a_new_one(tmp_path: Path) -> None:
    with load(tmp_path, DENSE, limits=Limits(seconds=1)) as worker:
        with pytest.raises(Stopped, match="within 1 seconds") as caught:
            worker.run([New("Dense", (1, 2), bind="layer"), Call("loop")])
        assert caught.value.reason == "time"
        assert caught.value.results[0] == Result(Opaque("Dense"), seconds=caught.value.results[0].seconds)
        assert one(worker, New("Dense", (1, 2), bind="layer"), Get("layer.b")) == 2
        [gone] = worker.run([Get("loop.nothing")])
        assert isinstance(gone, Failure)


def test_slots_cycles_and_shared_objects_in_snapshots(tmp_path: Path) -> None:
    text = """class Node:
    def __init__(self): self.me = self; self.items = [self, 1]
    @property
    def bad(self): raise ValueError
class Two:
    __slots__ = ("a", "b")
    def __init__(self): self.a = Node(); self.b = None
"""
    with load(tmp_path, text) as worker:
        node = {"__class__": "Node", "__same_as__": "two.a"}
        assert one(worker, New("Two", bind="two"), Snapshot("two")) == {
            "__class__": "Two",
            "a": {"__class__": "Node", "me": node, "items": [node, 1]},
            "b": None,
        }


def test_globals_are_read_and_set(worker: Worker) -> None:
    assert one(worker, SetGlobal("X", 5), Globals(["X", "absent"])) == {"X": 5}
    assert one(worker, Call("np.negative", (Name("X"),), bind="X"), Get("X")) == -5
    assert one(worker, Globals(["X"])) == {"X": 5}


def test_random_numbers_are_seeded(tmp_path: Path) -> None:
    text = "import numpy as np, random\nW = np.random.randn(3)\nr = random.random()\n"
    drawn = []
    for seed in (1, 1, 2):
        with load(tmp_path, text, seed=seed) as worker:
            drawn.append(one(worker, Globals(["W", "r"])))
            again = [one(worker, Seed(3), Call("np.random.rand")) for _ in range(2)]
            assert again[0] == again[1]
    np.testing.assert_equal(drawn[0], drawn[1])
    assert drawn[0]["r"] != drawn[2]["r"]  # type: ignore[index]


def test_stubs(tmp_path: Path) -> None:
    text = """import copy, numpy as np
class Layer:
    def __init__(self, n_nodes1, n_nodes2, initializer, activation, optimizer):
        self.n_nodes1, self.n_nodes2 = n_nodes1, n_nodes2
        self.W = initializer.W(n_nodes1, n_nodes2)
        self.by_layer = initializer.W(self)
        self.B = initializer.B(n_nodes2)
        self.activation = activation
        self.optimizer = copy.deepcopy(optimizer)
    def go(self, x):
        z = self.activation.forward(x)
        self.W = self.optimizer.update(self.W, self.B)
        self.lr = self.optimizer.lr
        return z, self.activation.backward(np.ones_like(x)), self.activation.backward(np.ones_like(x), z)
"""
    x = np.array([-1.0, 0.5, 2.0])
    for name, function, derivative in (
        ("tanh", np.tanh, lambda v: 1 - np.tanh(v) ** 2),
        ("relu", lambda v: np.maximum(v, 0), lambda v: (v > 0) * 1.0),
        ("sigmoid", lambda v: 1 / (1 + np.exp(-v)), lambda v: np.exp(-v) / (1 + np.exp(-v)) ** 2),
    ):
        with load(tmp_path, text) as worker:
            stubs = (3, 4, Stub("initializer", seed=2), Stub("activation", name=name), Stub("optimizer", lr=0.2))
            steps = [SetGlobal("opt", stubs[4]), New("Layer", (*stubs[:4], Ref("opt")), bind="layer")]
            z, dx, again = one(worker, *steps, Call("layer.go", (x,)))  # type: ignore[misc]
            np.testing.assert_allclose(z, function(x), rtol=1e-14)
            np.testing.assert_allclose(dx, derivative(x), rtol=1e-13)
            np.testing.assert_allclose(again, derivative(x), rtol=1e-13)
            shapes = [one(worker, Get(f"layer.{part}.shape")) for part in ("W", "by_layer", "B")]
            assert shapes == [(3, 4), (3, 4), (4,)]
            assert one(worker, Get("layer.lr")) == 0.2
            [[_, [W, B], _]] = one(worker, Get("opt.calls"))  # type: ignore[misc]
            assert (W.shape, B.shape) == ((3, 4), (4,))
