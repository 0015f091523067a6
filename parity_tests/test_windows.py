"""Windows as columns: what a loop over them gives, in less memory than all of them take."""

import tracemalloc

import numpy as np
import pytest

from scratch.convolution import Conv2D
from scratch.windows import by_rows, fold, output_sizes, unfold

SETTINGS = [
    *[((11,), kernel, stride, dilation) for kernel, stride, dilation in (((3,), (1,), (1,)), ((2,), (3,), (2,)))],
    ((11, 9), (3, 2), (1, 1), (1, 1)),
    ((11, 9), (3, 2), (2, 3), (1, 1)),
    ((11, 9), (2, 3), (1, 2), (3, 2)),
    ((11, 9), (1, 1), (3, 1), (1, 1)),
    ((5, 7, 6), (2, 3, 1), (2, 1, 3), (1, 2, 1)),
]


def looped(x, kernel, stride, dilation, out, groups):
    """(groups, prod(kernel) * c / groups, *out, n), window by window."""
    n = x.shape[-1]
    columns = np.empty((groups, np.prod(kernel) * len(x) // groups, *out, n))
    for place in np.ndindex(out):
        at = (
            slice(p * s, p * s + (k - 1) * d + 1, d) for p, s, k, d in zip(place, stride, kernel, dilation, strict=True)
        )
        window = x[(slice(None), *at)].reshape(groups, len(x) // groups, -1, n)
        columns[(slice(None), slice(None), *place)] = window.swapaxes(1, 2).reshape(groups, -1, n)
    return columns


def new_room(name, shape, dtype):
    return np.full(shape, np.nan, dtype)


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize(("sizes", "kernel", "stride", "dilation"), SETTINGS)
def test_rows_of_windows_are_what_a_loop_over_the_windows_gives(sizes, kernel, stride, dilation, groups):
    x = np.random.default_rng(0).standard_normal((6, *sizes, 4))
    out = output_sizes(sizes, [(0, 0)] * len(sizes), kernel, stride, dilation)
    rows = list(unfold(x, kernel, stride, dilation, out, groups, new_room))
    assert len(rows) == (out[0] if len(out) > 1 else 1)
    expected = looped(x, kernel, stride, dilation, out, groups)
    together = np.stack(rows, axis=2).reshape(expected.shape)
    np.testing.assert_array_equal(together, expected)


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize(("sizes", "kernel", "stride", "dilation"), SETTINGS)
def test_folding_is_the_transpose_of_unfolding(sizes, kernel, stride, dilation, groups):
    rng = np.random.default_rng(1)
    x = rng.standard_normal((6, *sizes, 4))
    out = output_sizes(sizes, [(0, 0)] * len(sizes), kernel, stride, dilation)
    rows = [row.copy() for row in unfold(x, kernel, stride, dilation, out, groups, new_room)]
    others = [rng.standard_normal(row.shape) for row in rows]
    start = rng.standard_normal(x.shape)
    back = start.copy()
    fold(back, others, kernel, stride, dilation, out, groups, new_room)
    ours = sum((row * other).sum() for row, other in zip(rows, others, strict=True))
    np.testing.assert_allclose(((back - start) * x).sum(), ours, rtol=1e-12)


@pytest.mark.parametrize("out", [(5,), (5, 7), (2, 3, 4)])
def test_rows_of_an_array_are_views_of_it(out):
    y = np.zeros((6, *out, 3))
    rows = by_rows(y, 2)
    assert rows.shape[:3] == (out[0] if len(out) > 1 else 1, 2, 3)
    rows[-1, 1] = 1
    last = y[3:, -1] if len(out) > 1 else y[3:]
    assert last.all()
    assert y.sum() == last.size


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


def test_memory_to_work_in_is_used_again_and_never_handed_out():
    layer = Conv2D(2, 3, 3, rng=0)
    x = np.random.default_rng(0).standard_normal((4, 9, 8, 2))
    y = layer.forward(x)
    dx = layer.backward(y)
    rooms = list(layer._rooms.values())
    assert rooms
    layer.backward(layer.forward(x))
    assert all(a is b for a, b in zip(rooms, layer._rooms.values(), strict=True))
    assert not any(np.shares_memory(room, given) for room in rooms for given in (x, y, dx, layer.grads["w"]))
