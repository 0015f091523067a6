"""Windows in blocks: the same as all at once, in less memory."""

import tracemalloc

import numpy as np
import pytest

from scratch import windows
from scratch.convolution import Conv1D, Conv2D, Conv3D
from scratch.windows import column_blocks, output_sizes, unfold

SETTINGS = [((3, 2), (1, 1), (1, 1)), ((3, 2), (2, 3), (1, 1)), ((2, 3), (1, 2), (3, 2)), ((1, 1), (3, 1), (1, 1))]


@pytest.fixture
def single_rows(monkeypatch):
    """Blocks of one row of windows each."""
    monkeypatch.setattr(windows, "BLOCK_BYTES", 1)


@pytest.mark.usefixtures("single_rows")
@pytest.mark.parametrize(("kernel", "stride", "dilation"), SETTINGS)
def test_blocks_are_the_columns_piece_by_piece(kernel, stride, dilation):
    x = np.random.default_rng(0).standard_normal((2, 11, 9, 4))
    out = output_sizes((11, 9), [(0, 0)] * 2, kernel, stride, dilation)
    whole = unfold(x, kernel, stride, dilation, out)
    blocks = list(column_blocks(x, kernel, stride, dilation, out))
    assert len(blocks) == out[0] > 1
    np.testing.assert_array_equal(np.concatenate([columns for _, _, columns in blocks], axis=3), whole)
    flat = whole.reshape(2, *kernel, -1)
    for place, seen, columns in blocks:
        np.testing.assert_array_equal(columns.reshape(2, *kernel, -1), flat[..., place])
        one_row = unfold(x[:, seen], kernel, stride, dilation, (1, out[1]))
        np.testing.assert_array_equal(columns, one_row)


@pytest.mark.parametrize(
    ("layer", "options", "shape"),
    [
        (Conv1D, {"stride": 2, "padding": "same"}, (3, 13)),
        (Conv1D, {"dilation": 3, "padding": "causal"}, (3, 13)),
        (Conv2D, {"stride": (2, 1), "padding": 1, "groups": 2}, (3, 9, 8)),
        (Conv2D, {"dilation": (1, 2), "bias": False}, (3, 9, 8)),
        (Conv3D, {"stride": (1, 2, 1)}, (2, 7, 6, 5)),
    ],
)
def test_a_convolution_does_not_depend_on_the_blocks(layer, options, shape, monkeypatch):
    made = layer(4, 6, 3, rng=0, **options)
    rng = np.random.default_rng(1)
    x = rng.standard_normal((*shape, 4))
    y = made.forward(x)
    dy = rng.standard_normal(y.shape)
    whole = [y, made.backward(dy), *(g.copy() for g in made.grads.values())]
    monkeypatch.setattr(windows, "BLOCK_BYTES", 1)
    in_rows = [made.forward(x), made.backward(dy), *made.grads.values()]
    for a, b in zip(in_rows, whole, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-13 * abs(b).max())


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
    assert peak < columns / 3
