"""Mutants: the changes that are made, that each is made where it says, and that nothing of it stays."""

import ast
import inspect
from pathlib import Path

import numpy as np
import pytest

from reference import PAIRS
from reference.diagnosis.changes import changes
from reference.diagnosis.mutants import Mutant, mutants
from scratch.activations import ReLU, Sigmoid, Tanh
from scratch.convolution import Conv2D
from scratch.dense import Dense
from scratch.initializers import HeNormal
from scratch.optimizers import Momentum
from scratch.recurrent import SimpleRNN


def made(source: str) -> set[tuple[str, str, str]]:
    """The changes of a function, as (kind, before, after)."""
    (function,) = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)
    return {(change.kind, change.before, change.after) for change in changes(function)}


@pytest.mark.parametrize(
    ("source", "kind", "before", "after"),
    [
        ("def f(a, b): return a + b", "operator", "a + b", "a - b"),
        ("def f(a, b): return a - b", "term-dropped", "a - b", "-b"),
        ("def f(a, b): return a + b", "term-doubled", "a + b", "a + 2 * b"),
        ("def f(a, b): return a * b", "factor-dropped", "a * b", "b"),
        ("def f(h): return 1 - h**2", "square", "1 - h ** 2", "(1 - h) ** 2"),
        ("def f(h): return 1 - h * h", "square", "1 - h * h", "h * (1 - h)"),
        ("def f(h): return 1 - h**2", "term-dropped", "1 - h ** 2", "-h ** 2"),
        ("def f(h): return 1 - h**2", "sign", "1 - h ** 2", "h ** 2"),
        ("def f(h): return 1 - h**2", "square", "1 - h ** 2", "1 - h"),
        ("def f(h): return h * (1 - h)", "square", "h * (1 - h)", "1 - h ** 2"),
        ("def f(x, w): return x.T @ w", "transposition", "x.T", "x"),
        ("def f(x, w): return x @ w", "transposition", "x @ w", "x @ w.T"),
        ("def f(x, w): return x @ w", "argument-order", "x @ w", "w @ x"),
        ("def f(x): return x.swapaxes(0, 1)", "transposition", "x.swapaxes(0, 1)", "x"),
        ("def f(h, t: int): return h[t]", "index-shift", "t", "t - 1"),
        ("def f(h): return h[:-1]", "index-shift", ":-1", "1:"),
        ("def f(x): return x[:, ::-1]", "direction", "::-1", ":"),
        ("def f(x, y): x += y", "accumulate", "x += y", "x = y"),
        ("def f(x, y): x += y", "accumulate", "x += y", "x[...] = y"),
        ("def f(x, y): x = x * y", "in-place", "x = x * y", "x *= y"),
        ("def f(x, y): x[0] = y", "statement-dropped", "x[0] = y", "pass"),
        ("def f(n):\n  for t in range(n): g(t)", "loop-bound", "range(n)", "range(1, n)"),
        ("def f(n):\n  for t in range(n): g(t)", "loop-direction", "range(n)", "reversed(range(n))"),
        ("def f(n):\n  for t in reversed(range(n)): g(t)", "loop-direction", "reversed(range(n))", "range(n)"),
        ("def f(x): return x.mean(axis=0)", "sum-for-mean", "x.mean(axis=0)", "x.sum(axis=0)"),
        ("def f(x): return x.sum(axis=0)", "mean-for-sum", "x.sum(axis=0)", "x.mean(axis=0)"),
        ("def f(x): return x.sum(axis=-1)", "axis", "-1", "0"),
        ("def f(x): return x.sum(axis=(0, 1))", "axis", "(0, 1)", "(0,)"),
        ("def f(x): return x.sum(axis=0)", "axis", "x.sum(axis=0)", "x.sum()"),
        ("def f(x): return x > 0", "comparison", "x > 0", "x >= 0"),
        ("def f(x): return np.maximum(x, 0)", "function", "np.maximum(x, 0)", "np.minimum(x, 0)"),
        ("def f(x, m): return np.where(m, x, 0)", "mask-missing", "np.where(m, x, 0)", "x"),
        ("def f(p):\n  if 'b' in p: g(p)", "bias-missing", "'b' in p", "False"),
        ("def f(v, eps): return np.sqrt(v + eps)", "epsilon", "np.sqrt(v + eps)", "np.sqrt(v) + eps"),
        ("def f(v, eps): return np.sqrt(v) + eps", "epsilon", "np.sqrt(v) + eps", "np.sqrt(v + eps)"),
        ("def f(x, stride): return g(x, stride)", "stride-ignored", "stride", "(1,) * len(stride)"),
        ("def f(x, pads): return g(x, pads)", "padding-ignored", "pads", "[(0, 0)] * len(pads)"),
        ("def f(x): return 0.5 * x", "constant", "0.5", "1.0"),
        ("def f(x): return g(x, rate=2)", "argument-dropped", "g(x, rate=2)", "g(x)"),
        ("def f(x, w): return g(x, w)", "argument-order", "g(x, w)", "g(w, x)"),
        ("def f(x): return -x", "sign", "-x", "x"),
        ("def f(x: Array, y: Array): return g(x)", "variable", "x", "y"),
        ("def f(g): return g['w'] + g['u']", "variable", "'w'", "'u'"),
    ],
)
def test_a_change_that_people_make_is_among_them(source: str, kind: str, before: str, after: str) -> None:
    assert (kind, before, after) in made(source)


@pytest.mark.parametrize(
    "source",
    [
        "def f(x):\n  'Sum of x - 1.'\n  return x",
        "def f(x, size):\n  if x.ndim != 1 + size: raise ValueError(f'got {x.ndim - 1}')\n  return x",
        "def f(x: int | None = 3 - 1) -> list[int]:\n  return x",
        "def f(x):\n  require_rank(x, 2)\n  return x",
    ],
    ids=["docstring", "refusal", "annotation", "requirement"],
)
def test_what_computes_nothing_is_left_alone(source: str) -> None:
    assert not made(source)


def by_change(cls: type, method: str, before: str, after: str) -> Mutant:
    (found,) = (m for m in mutants(cls) if (m.method, m.before, m.after) == (method, before, after))
    return found


def test_a_mutant_computes_what_it_says_and_leaves_the_class_as_it_was() -> None:
    mutant = by_change(Tanh, "slope", "1 - y * y", "1 - y")
    x, dy = np.random.default_rng(0).standard_normal((2, 3, 4))
    layer, right = mutant.layer(), Tanh()
    assert isinstance(layer, Tanh)
    y = layer.forward(x)
    np.testing.assert_array_equal(layer.backward(dy), dy * (1 - y))
    np.testing.assert_array_equal(right.forward(x), y)
    np.testing.assert_array_equal(right.backward(dy), dy * (1 - y * y))


def test_a_function_that_a_class_uses_is_changed_for_the_mutant_only() -> None:
    mutant = next(m for m in mutants(SimpleRNN) if (m.method, m.kind) == ("product_sum", "sign"))
    x, dy = np.random.default_rng(1).standard_normal((4, 5, 2)), np.ones((4, 5, 3))
    grads = []
    for make in (SimpleRNN, mutant.layer, SimpleRNN):
        layer = make(2, 3, rng=0)
        layer.forward(x)
        layer.backward(dy)
        grads.append(layer.grads["w_x"])
    np.testing.assert_array_equal(grads[0], grads[2])
    np.testing.assert_array_equal(grads[0], -grads[1])


def test_a_mutant_knows_the_whole_statement_and_where_a_constant_is_read() -> None:
    statements = {m.after: m.statement for m in mutants(Tanh) if m.method == "slope"}
    assert statements["1 + y * y"] == "return 1 + y * y"
    assert statements["y / y"] == "return 1 - y / y"
    here = [m for m in mutants(HeNormal) if m.before.startswith("TRUNCATED_DEVIATION")]
    source = Path(inspect.getsourcefile(HeNormal) or "").read_text().splitlines()
    assert here
    assert all(m.statement == "" for m in here)
    for m in here:
        assert ["TRUNCATED_DEVIATION" in source[line - 1] for _, line in m.lines] == [True]


def test_a_changed_attribute_of_a_class_shows_outside_of_its_methods_too() -> None:
    mutant = next(m for m in mutants(Dense) if m.before == "training = True")
    assert mutant.layer(3, 2).training is False
    assert Dense(3, 2).training is True


def test_both_of_two_mistakes() -> None:
    one = by_change(Tanh, "slope", "1 - y * y", "1 - y")
    other = by_change(Tanh, "value", "tanh(x)", "x")
    both = one.with_(other)
    assert both is not None
    layer, x = both.layer(), np.array([0.25, 3.0])
    np.testing.assert_array_equal(layer.forward(x), x)
    np.testing.assert_array_equal(layer.backward(np.ones(2)), 1 - x)
    assert one.with_(by_change(Tanh, "slope", "y * y", "y / y")) is None


def test_two_mistakes_in_one_function() -> None:
    one = by_change(Sigmoid, "_value", "y += 1", "y -= 1")
    other = by_change(Sigmoid, "_value", "-x", "x")
    both = one.with_(other)
    assert both is not None
    x = np.array([0.25, 3.0])
    np.testing.assert_array_equal(both.layer().forward(x), 1 / (np.exp(x) - 1))


def test_defaults_and_constants() -> None:
    assert by_change(Momentum, "__init__", "lr = 0.01", "lr = 1.0").layer().lr == 1.0
    assert Momentum().lr == 0.01
    mutant = next(m for m in mutants(Conv2D) if (m.owner, m.before, m.after) == ("Conv2D", "rank = 2", "rank = 1"))
    assert mutant.layer(2, 3, 3).params["w"].shape == (3, 2, 3)
    assert Conv2D(2, 3, 3).params["w"].shape == (3, 3, 2, 3)


@pytest.mark.parametrize("name", ["tanh", "simple_rnn", "conv2d", "adam", "he_normal", "one_cycle", "huber", "lenet5"])
def test_every_mutant_compiles_under_a_name_of_its_own(name: str) -> None:
    found = mutants(PAIRS[name].layer)
    assert len({mutant.id for mutant in found}) == len(found) > 10
    for mutant in found:
        assert mutant.settings
        assert mutant.before != mutant.after


def test_what_is_generated_does_not_depend_on_who_asks() -> None:
    relu = {mutant.id: mutant.after for mutant in mutants(ReLU) if mutant.owner == "Layer"}
    dense = {mutant.id: mutant.after for mutant in mutants(Dense) if mutant.owner == "Layer"}
    assert relu == dense
