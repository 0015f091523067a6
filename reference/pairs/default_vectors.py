"""What the vectors of each framework's layers begin with: biases, slopes, scales. See `default_initializers`."""

from types import SimpleNamespace
from typing import Any

from reference.fills import normal
from reference.pair import Case
from reference.pairs.default_initializers import default_pair, scaled_in_keras, shapes
from scratch.constant_initializers import Constant, Ones, Zeros
from scratch.default_initializers import FanInUniform
from scratch.default_vectors import UnitForgetBias

# ---- PyTorch's

TORCH_BIAS = default_pair(
    "torch_bias_default",
    FanInUniform,
    lambda torch, w, o: torch.nn.Linear(o.fan, w.shape[0]).bias,
    scaled_in_keras,
    (*shapes((20_000,), fan=170), *shapes((9_000,), fan=11)),
    draw=lambda rng: Case("", {"w": normal(int(rng.integers(5_000, 20_000)))}, {"fan": int(rng.integers(2, 300))}),
)
TORCH_PRELU = default_pair(
    "torch_prelu_default",
    Constant,
    lambda torch, w, o: torch.nn.PReLU(w.shape[0]).weight,
    lambda keras, shape, o, seed: keras.initializers.Constant(0.25)(shape, "float32"),
    shapes((7,), value=0.25),
    notes=("Keras' PReLU begins with the slope 0.",),
)


# ---- Keras'


def _keras_dense(keras: Any, shape: tuple[int, ...], o: SimpleNamespace, seed: int) -> Any:
    layer = keras.layers.Dense(*shape)
    layer.build((None, 3))
    return layer.bias


def _keras_lstm(keras: Any, shape: tuple[int, ...], o: SimpleNamespace, seed: int) -> Any:
    layer = keras.layers.LSTM(shape[0] // 4)
    layer.build((None, 2, 3))
    return layer.cell.bias


def _keras_norm(keras: Any, shape: tuple[int, ...], o: SimpleNamespace, seed: int) -> Any:
    layer = keras.layers.LayerNormalization()
    layer.build((None, *shape))
    return layer.gamma


def _torch_forget(torch: Any, w: Any, o: SimpleNamespace) -> Any:
    hidden = len(w) // o.blocks
    torch.nn.init.zeros_(w)
    torch.nn.init.ones_(w[o.forget * hidden : (o.forget + 1) * hidden])
    return w


KERAS_BIAS = default_pair(
    "keras_bias_default", Zeros, lambda torch, w, o: torch.nn.init.zeros_(w), _keras_dense, shapes((7,), (31,))
)
KERAS_LSTM_BIAS = default_pair(
    "keras_lstm_bias_default", UnitForgetBias, _torch_forget, _keras_lstm, shapes((4 * 7,), (4 * 12,))
)
KERAS_NORM = default_pair(
    "keras_normalisation_default", Ones, lambda torch, w, o: torch.nn.init.ones_(w), _keras_norm, shapes((7,), (31,))
)
