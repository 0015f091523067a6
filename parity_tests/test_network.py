"""Layers made of layers, and what parity does not see of recurrent ones."""

import numpy as np
import pytest

from scratch.activations import Sigmoid
from scratch.architectures import residual_block
from scratch.bidirectional import Bidirectional
from scratch.dense import Dense
from scratch.gru import GRU, ResetBeforeGRU
from scratch.lstm import LSTM
from scratch.merging import Add, Concatenate
from scratch.network import Branches, Residual, Sequential
from scratch.recurrent import SimpleRNN
from scratch.stacked import Stacked
from scratch.time_distributed import TimeDistributed

X, STEPS = np.random.default_rng(0).standard_normal((2, 3)), np.random.default_rng(1).standard_normal((2, 5, 3))
COMPOSITES = [
    (Sequential([Dense(3, 4), Dense(4, 2)]), X),
    (Residual([Dense(3, 4), Dense(4, 3)]), X),
    (Residual([Dense(3, 2)], Dense(3, 2)), X),
    (Branches([Dense(3, 2), Dense(3, 4)], Concatenate()), X),
    (Bidirectional(LSTM, 3, 2), STEPS),
    (Bidirectional(GRU, 3, 2, merge="mul", sequences=False), STEPS),
    (Stacked(SimpleRNN, 3, 2), STEPS),
    (TimeDistributed(Dense(3, 2)), STEPS),
]


@pytest.mark.parametrize(("layer", "x"), COMPOSITES, ids=lambda each: type(each).__name__)
def test_the_input_gradient_can_be_spared(layer, x):
    dy = np.ones_like(layer.forward(x))
    assert layer.backward(dy).shape == x.shape
    before = {name: g.copy() for name, g in layer.grads.items()}
    layer.input_gradient = False
    layer.forward(x)
    assert layer.backward(dy) is None
    assert layer.grads.keys() == before.keys() == layer.params.keys()
    assert all(np.array_equal(g, before[name]) for name, g in layer.grads.items())


def test_training_reaches_every_part():
    block = residual_block(2, 4, stride=2)
    block.training = False
    norm = block.parts["0"].parts["main"].parts["1"]
    assert norm.training is False
    block.training = True
    assert norm.training is True


def test_weights_and_buffers_are_loaded_by_name():
    block, other = residual_block(2, 4, rng=0), residual_block(2, 4, rng=1)
    assert {"0.main.0.w", "0.main.1.gamma", "0.shortcut.0.w"} <= block.params.keys()
    assert "0.main.1.running_mean" in block.buffers
    x = np.random.default_rng(2).standard_normal((2, 4, 3, 2))
    block.forward(x)
    other.load(block.params, block.buffers)
    block.training = other.training = False
    assert np.array_equal(block.forward(x), other.forward(x))
    with pytest.raises(ValueError, match=r"no layer has \['0.main.9.w'\]"):
        other.load({**block.params, "0.main.9.w": x})


def test_a_new_lstm_remembers():
    b = LSTM(3, 4, forget_bias=1.0).params["b"]
    assert b.tolist() == [0] * 4 + [1] * 4 + [0] * 8


@pytest.mark.parametrize(
    ("layer", "given", "message"),
    [
        (LSTM(3, 4), (np.zeros((2, 4)),), "LSTM takes the states h_0, c_0, got 1"),
        (GRU(3, 4), (np.zeros((2, 3)),), r"GRU: h_0 has shape \(2, 3\), expected \(2, 4\)"),
        (SimpleRNN(3, 4), (np.ones((2, 4), bool),), r"SimpleRNN: mask has shape \(2, 4\), expected \(2, 5\)"),
    ],
    ids=["one-of-two", "state", "mask"],
)
def test_what_does_not_fit_is_refused(layer, given, message):
    with pytest.raises(ValueError, match=message):
        layer.forward(STEPS, *given)


def test_merging_refuses_other_shapes():
    with pytest.raises(ValueError, match=r"Add takes two or more of one shape, got \[\(2, 3\), \(2, 5, 3\)\]"):
        Add().forward(X, STEPS)
    with pytest.raises(ValueError, match="merge is 'max', expected one of concat, sum, mul, ave"):
        Bidirectional(LSTM, 3, 4, merge="max")


@pytest.mark.parametrize("kind", [SimpleRNN, LSTM, GRU, ResetBeforeGRU])
def test_memory_used_again_changes_nothing(kind):
    rng = np.random.default_rng(0)
    layer = kind(3, 2, rng=0)
    for batch, steps in [(4, 5), (4, 5), (1, 5), (4, 2), (4, 5)]:
        x, fresh = rng.standard_normal((batch, steps, 3)), kind(3, 2, rng=0)
        dy = rng.standard_normal((batch, steps, 2))
        assert np.array_equal(layer.forward(x), fresh.forward(x))
        assert np.array_equal(layer.backward(dy), fresh.backward(dy))
        assert all(np.array_equal(g, fresh.grads[name]) for name, g in layer.grads.items())


def test_room_to_work_in_is_kept_while_it_fits():
    layer = SimpleRNN(3, 2)
    first = layer.room("a", (2, 3), np.float64)
    assert layer.room("a", (2, 3), "float64") is first
    assert layer.room("b", (2, 3), np.float64) is not first
    wider = layer.room("a", (2, 4), np.float64)
    assert wider.shape == (2, 4)
    single = layer.room("a", (2, 4), np.float32)
    assert single.dtype == np.float32


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_sigmoid_closes_for_good(dtype):
    """Far below 0 it is 0 and no small number, or an input of 1e300 behind the gate would come through."""
    far = np.array([-1e4, -1e30, -np.inf], dtype)
    out = np.ones_like(far)
    Sigmoid().write(far, out)
    assert not out.any()
    assert not Sigmoid().value(far).any()


@pytest.mark.parametrize("make", [SimpleRNN, LSTM, GRU, ResetBeforeGRU])
def test_room_of_another_dtype_is_not_used(make):
    """A layer that has run in float32 computes in float64 what a new one does."""
    layer, fresh = (make(3, 4, rng=0, dtype="float32") for _ in range(2))
    dh = np.random.default_rng(2).standard_normal((2, 5, 4))
    layer.forward(STEPS.astype("float32"))
    layer.backward(dh.astype("float32"))
    np.testing.assert_array_equal(layer.forward(STEPS), fresh.forward(STEPS), strict=True)
    np.testing.assert_array_equal(layer.backward(dh), fresh.backward(dh), strict=True)
    assert layer.forward(STEPS).dtype == "float64"
