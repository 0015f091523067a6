"""tanh by a table: as exact as NumPy's own, wherever it may be called."""

import numpy as np
import pytest
import torch

from scratch import hyperbolic
from scratch.activations import Tanh
from scratch.hyperbolic import PIECE, tabulated_tanh, tanh
from scratch.lstm import LSTM
from scratch.recurrent import SimpleRNN

asked = hyperbolic._gathers_slowly.__wrapped__


@pytest.fixture(autouse=True)
def _slow_kernel(monkeypatch):
    """The table is used on every processor, also those whose own kernel is fast."""
    monkeypatch.setattr(hyperbolic, "_gathers_slowly", lambda: True)


def spread(n=PIECE + 7):
    """Numbers of every size and sign, and the points half way between two of the table, in no order."""
    rng = np.random.default_rng(3)
    sizes = 10.0 ** rng.uniform(-300, 2, n)
    halves = (np.arange(-5200, 5200) + 0.5) / hyperbolic.GRID
    return rng.permutation(np.concatenate([sizes, -sizes, 3 * rng.standard_normal(4 * n), halves]))


def units_off(tanh_of):
    """The largest error of a tanh, in units in the last place."""
    x = spread()
    y = np.empty_like(x)
    tanh_of(x, y)
    exact = np.tanh(x.astype(np.longdouble))
    return (np.abs(y - exact) / np.spacing(np.abs(exact.astype(np.float64)))).max()


def test_the_table_is_within_four_units_in_the_last_place():
    assert 0 < units_off(tabulated_tanh) < 4
    assert units_off(tanh) == units_off(tabulated_tanh)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GRID", 257),
        ("LIMIT", 19),
        ("TABLE", np.tanh(np.arange(-5120, 5121) / 256).astype(np.float32)),
        ("TABLE", np.tanh((np.arange(-5120, 5121) + 1) / 256)),
    ],
)
def test_a_wrong_table_is_off(monkeypatch, name, value):
    monkeypatch.setattr(hyperbolic, name, value)
    assert units_off(tabulated_tanh) > 100


def test_what_is_not_finite_and_what_is_beyond_the_table():
    x = np.resize([np.inf, -np.inf, np.nan, 0.0, 1e308, -1e308, 20.0, -20.001, 5e-324], PIECE)
    np.testing.assert_array_equal(tanh(x), np.tanh(x))


@pytest.mark.parametrize(
    "view", [lambda a: a, lambda a: a.T, lambda a: a[:, ::2], lambda a: a[::-1, 1:], lambda a: a[None, :, None]]
)
def test_arrays_of_any_layout(view):
    x = view(np.random.default_rng(5).standard_normal((2 * PIECE // 100, 300)))
    kept, out = x.copy(), np.full((*x.shape, 2), 7.0)
    y = tanh(x, out[..., 1])
    assert x.size >= PIECE
    np.testing.assert_allclose(y, np.tanh(x), rtol=1e-15)
    np.testing.assert_array_equal(tanh(x), y)
    assert np.shares_memory(y, out)
    assert (out[..., 0] == 7).all()
    assert (x == kept).all()


@pytest.mark.parametrize("shift", [0, 50, -50])
def test_what_is_written_may_lie_over_what_is_read(shift):
    memory = np.random.default_rng(9).standard_normal(2 * PIECE + 100)
    x, out = memory[50:-50], memory[50 + shift : len(memory) - 50 + shift]
    expected = np.tanh(x)
    np.testing.assert_allclose(tanh(x, out), expected, rtol=1e-15)


@pytest.mark.parametrize("x", [np.ones(PIECE, np.float32), np.full(PIECE, 1 + 1j), np.ones(PIECE - 1), np.float64(0.5)])
def test_other_dtypes_and_small_arrays_are_numpys(x):
    y = tanh(x)
    assert y.dtype == x.dtype
    np.testing.assert_array_equal(y, np.tanh(x))


def test_layers_that_use_it_agree_with_pytorch():
    rng = np.random.default_rng(7)
    x, dy = rng.standard_normal((2, 130, 200)) * 3
    z = torch.tensor(x, requires_grad=True)
    layer, y = Tanh(), torch.tanh(z)
    np.testing.assert_allclose(layer.forward(x), y.detach().numpy(), rtol=1e-14)
    y.backward(torch.tensor(dy))
    np.testing.assert_allclose(layer.backward(dy), z.grad.numpy(), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("cell", "twin"), [(SimpleRNN, torch.nn.RNN), (LSTM, torch.nn.LSTM)])
def test_recurrent_layers_of_large_batches_agree_with_pytorch(cell, twin):
    rng = np.random.default_rng(11)
    x, dy = rng.standard_normal((250, 4, 5)), rng.standard_normal((250, 4, 60))
    layer, theirs = cell(5, 60, rng=1), twin(5, 60, batch_first=True).double()
    layer.params["b"][:] = rng.standard_normal(layer.params["b"].shape)
    # the gates of an LSTM are i f o g here, i f g o there
    order = np.r_[0:120, 180:240, 120:180] if cell is LSTM else np.arange(60)
    with torch.no_grad():
        for name, w in (("weight_ih_l0", "w_x"), ("weight_hh_l0", "w_h"), ("bias_ih_l0", "b")):
            getattr(theirs, name).copy_(torch.tensor(layer.params[w][..., order].T))
        theirs.bias_hh_l0.zero_()
    z = torch.tensor(x, requires_grad=True)
    y = theirs(z)[0]
    np.testing.assert_allclose(layer.forward(x), y.detach().numpy(), rtol=1e-11, atol=1e-13)
    y.backward(torch.tensor(dy))
    np.testing.assert_allclose(layer.backward(dy), z.grad.numpy(), rtol=1e-10, atol=1e-12)
    ours = layer.grads["w_h"][:, order].T
    np.testing.assert_allclose(ours, theirs.weight_hh_l0.grad.numpy(), rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize(
    ("current", "slow"),
    [("X86_V3", True), ("FMA3__AVX2", True), ("X86_V4", False), ("AVX512_SKX", False), ("baseline(NEON)", False)],
)
def test_only_the_kernel_that_gathers_slowly_is_replaced(monkeypatch, current, slow):
    kernels = {"tanh": {"dd": {"current": current, "available": "AVX512_SKX FMA3__AVX2 X86_V4 X86_V3"}}}
    monkeypatch.setattr(hyperbolic.introspect, "opt_func_info", lambda **_: kernels)
    assert asked() is slow
    monkeypatch.setattr(hyperbolic.introspect, "opt_func_info", lambda **_: {})
    assert not asked()
