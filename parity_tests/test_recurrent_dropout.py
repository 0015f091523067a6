"""What recurrent layers drop: Keras' own masks, read from its cells, give its own outputs in scratch too."""

from typing import Any

import keras
import numpy as np
import pytest

from reference.frameworks.keras import float_type
from scratch.recurrent_dropout import GRUWithDropout, LSTMWithDropout, SimpleRNNWithDropout

N_IN, N_HIDDEN = 4, 6
# the gates of Keras' cell by their places in scratch
GATES = {"SimpleRNN": (0,), "LSTM": (0, 1, 3, 2), "GRU": (0, 1, 2)}
OURS: dict[str, Any] = {"SimpleRNN": SimpleRNNWithDropout, "LSTM": LSTMWithDropout, "GRU": GRUWithDropout}


def columns(name: str, w: Any) -> Any:
    """A weight of Keras with its gates in the order of scratch."""
    parts = np.split(np.asarray(w), len(GATES[name]), axis=-1)
    return np.concatenate([parts[k] for k in GATES[name]], axis=-1)


def masks_of(name: str, cell: Any) -> list[Any]:
    """What the cell drew for its last sequence, as scratch takes it."""
    drawn = [cell._dropout_mask, cell._recurrent_dropout_mask]
    apart = [
        [mask[k] for k in GATES[name]] if isinstance(mask, list | tuple) else [mask]
        for mask in drawn
        if mask is not None
    ]
    return [np.stack([np.asarray(mask) for mask in some], axis=1) > 0 for some in apart]


@pytest.mark.parametrize("rates", [(0.3, 0.0), (0.0, 0.4), (0.3, 0.4)])
@pytest.mark.parametrize("name", list(GATES))
def test_keras_own_masks_give_its_own_output(name: str, rates: tuple[float, float], monkeypatch: Any) -> None:
    x = np.random.default_rng(1).standard_normal((5, 7, N_IN))
    with float_type("float64"):
        theirs = getattr(keras.layers, name)(
            N_HIDDEN, return_sequences=True, dropout=rates[0], recurrent_dropout=rates[1], seed=2
        )
        theirs.build(x.shape)
        # Keras forgets the masks after each sequence
        monkeypatch.setattr(theirs.cell, "reset_dropout_mask", lambda: None)
        monkeypatch.setattr(theirs.cell, "reset_recurrent_dropout_mask", lambda: None)
        y = np.asarray(theirs(x, training=True))
    mine = OURS[name](N_IN, N_HIDDEN, dropout=rates[0], recurrent_dropout=rates[1])
    bias = np.asarray(theirs.cell.bias)
    biases = {"b": bias[0], "b_h": bias[1]} if name == "GRU" else {"b": columns(name, bias)}
    mine.load({"w_x": columns(name, theirs.cell.kernel), "w_h": columns(name, theirs.cell.recurrent_kernel), **biases})
    kept = masks_of(name, theirs.cell)
    assert [mask.shape for mask in kept] == [mask.shape for mask in mine.draw(x)]
    assert not all(mask.all() for mask in kept)
    np.testing.assert_allclose(mine.forward(x, *kept), y, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", list(GATES))
def test_nothing_is_drawn_at_inference(name: str) -> None:
    x = np.random.default_rng(3).standard_normal((2, 3, N_IN))
    layer = OURS[name](N_IN, N_HIDDEN, dropout=0.5, recurrent_dropout=0.5, rng=4)
    layer.training = False
    before = layer.rng.bit_generator.state
    layer.forward(x)
    assert layer.rng.bit_generator.state == before


@pytest.mark.parametrize("shape", [(2, 1, N_IN), (2, 4, N_HIDDEN), (3, 4, N_IN)])
def test_a_mask_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    layer = LSTMWithDropout(N_IN, N_HIDDEN, dropout=0.5, recurrent_dropout=0.5)
    masks = [np.ones(shape, bool), np.ones((2, 4, N_HIDDEN), bool)]
    with pytest.raises(ValueError, match=r"expected a mask of dropout of shape \(2, 4, 4\), got one of \("):
        layer.forward(np.ones((2, 3, N_IN)), *masks)
    with pytest.raises(ValueError, match=r"expected a mask of dropout of shape \(2, 4, 6\), got none"):
        layer.forward(np.ones((2, 3, N_IN)), np.ones((2, 4, N_IN), bool))
