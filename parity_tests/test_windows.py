"""Windows as columns: what a loop over them gives, in less memory than all of them take."""

import tracemalloc

import numpy as np
import pytest

from scratch import windows
from scratch.convolution import Conv1D, Conv2D, Conv3D
from scratch.depthwise_convolution import DepthwiseConv2D
from scratch.transposed_convolution import Conv2DTranspose
from scratch.windows import Windows, output_sizes

SETTINGS = [
    *[((11,), kernel, stride, dilation) for kernel, stride, dilation in (((3,), (1,), (1,)), ((2,), (3,), (2,)))],
    ((11, 9), (3, 2), (1, 1), (1, 1)),
    ((11, 9), (3, 2), (2, 3), (1, 1)),
    ((11, 9), (2, 3), (1, 2), (3, 2)),
    ((11, 9), (1, 1), (3, 1), (1, 1)),
    ((5, 7, 6), (2, 3, 1), (2, 1, 3), (1, 2, 1)),
]


def looped(x, made):
    """(groups, prod(kernel) * c / groups, *out, n), window by window."""
    groups, n = made.groups, x.shape[-1]
    columns = np.empty((groups, np.prod(made.kernel) * len(x) // groups, *made.out, n))
    for place in np.ndindex(made.out):
        axes = zip(place, made.stride, made.kernel, made.dilation, strict=True)
        at = (slice(p * s, p * s + (k - 1) * d + 1, d) for p, s, k, d in axes)
        window = x[(slice(None), *at)].reshape(groups, len(x) // groups, -1, n)
        columns[(slice(None), slice(None), *place)] = window.swapaxes(1, 2).reshape(groups, -1, n)
    return columns


def new_room(name, shape, dtype):
    return np.full(shape, np.nan, dtype)


@pytest.fixture(params=["long", "short", "together", "uneven"])
def lengths(request, monkeypatch):
    """Rows that count as long, or as short, of which one, all, or some of them go together."""
    monkeypatch.setattr(windows, "LONG", 1 if request.param == "long" else 2**20)
    monkeypatch.setattr(windows, "TOGETHER", {"short": 1, "together": 2**30}.get(request.param, 2**12))
    return request.param


@pytest.fixture(params=[1, 2, 6])
def groups(request):
    return request.param


@pytest.fixture(params=SETTINGS, ids=str)
def made(request, lengths, groups):
    """Windows, and an x that has them."""
    sizes, kernel, stride, dilation = request.param
    out = output_sizes(sizes, [(0, 0)] * len(sizes), kernel, stride, dilation)
    x = np.random.default_rng(0).standard_normal((6, *sizes, 4))
    return Windows(kernel, stride, dilation, out, 6, groups, new_room), x


def test_columns_are_what_a_loop_over_the_windows_gives(made, lengths):
    windows, x = made
    expected = looped(x, windows)
    pieces = windows.pieces(expected.reshape(-1, *expected.shape[2:]))
    columns = list(windows.unfold(x))
    assert lengths == "uneven" or len(columns) == (1 if lengths == "together" else windows.out[0])
    for piece, of_piece in zip(pieces, columns, strict=True):
        np.testing.assert_array_equal(of_piece, piece)


@pytest.mark.parametrize("channels", [6, 12])
def test_folding_is_the_transpose_of_unfolding(made, channels):
    windows, x = made
    rng = np.random.default_rng(1)
    w = rng.standard_normal((windows.groups, windows.column, channels // windows.groups))
    y = rng.standard_normal((channels, *windows.out, x.shape[-1]))
    start = rng.standard_normal(x.shape)
    back = start.copy()
    windows.fold(back, w, y)
    # a product with each place of x by itself, which a sum over all of x would not tell apart
    expected = np.zeros_like(x)
    for place in np.ndindex(x.shape[:-1]):
        one = np.zeros_like(x)
        one[place] = 1
        for piece, columns in zip(windows.pieces(y), windows.unfold(one), strict=True):
            products = w @ piece * columns
            expected[place] += products.reshape(*products.shape[:2], -1, x.shape[-1]).sum(axis=(0, 1, 2))
    np.testing.assert_allclose(back - start, expected, rtol=1e-12, atol=1e-12)


def test_pieces_are_views(made):
    windows, _ = made
    y = np.zeros((12, *windows.out, 3))
    for piece in windows.pieces(y):
        piece += 1
    assert (y == 1).all()


def test_the_last_piece_may_be_smaller(monkeypatch):
    monkeypatch.setattr(windows, "TOGETHER", 4 * (8 * 4) * (3 * 2 * 6))
    made = Windows((3, 2), (1, 1), (1, 1), (9, 8), 6, 1, new_room)
    assert [piece.shape for piece in made.pieces(np.empty((5, 9, 8, 4)))] == [(1, 5, 128), (1, 5, 128), (1, 5, 32)]


def test_a_convolution_never_holds_all_columns():
    layer = Conv2D(8, 4, 5, rng=0)
    x = np.random.default_rng(0).standard_normal((32, 32, 32, 8))
    columns = 8 * 5 * 5 * 28 * 28 * 32 * 8
    tracemalloc.start()
    try:
        layer.backward(layer.forward(x))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < columns / 2


@pytest.mark.parametrize("layer", [Conv1D, Conv2D, Conv3D, DepthwiseConv2D, Conv2DTranspose])
def test_a_batch_may_be_empty(layer):
    made = layer(2, *([3] if layer is not DepthwiseConv2D else []), 3, rng=0)
    y = made.forward(np.zeros((0, *[5] * made.rank, 2)))
    dx = made.backward(y)
    assert y.shape[0] == 0
    assert dx.shape == (0, *[5] * made.rank, 2)
    assert all((g == 0).all() and g.shape == made.params[name].shape for name, g in made.grads.items())


def test_memory_to_work_in_is_used_again_and_never_handed_out():
    layer = Conv2D(2, 3, 3, rng=0)
    x = np.random.default_rng(0).standard_normal((100, 9, 8, 2))
    y = layer.forward(x)
    dx = layer.backward(y)
    rooms = list(layer._rooms.values())
    assert rooms
    layer.backward(layer.forward(x))
    assert all(a is b for a, b in zip(rooms, layer._rooms.values(), strict=True))
    assert not any(np.shares_memory(room, given) for room in rooms for given in (x, y, dx, layer.grads["w"]))
