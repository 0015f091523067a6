"""What each framework's layers begin with, and how the other one begins with the same. Vectors: `default_vectors`.

The framework's own layer is built and its fresh weights are looked at; the other's twin is one of its initializers.
"""

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.fills import normal
from reference.pair import Case, Pair, Slot, Twin
from scratch.default_initializers import FanInUniform
from scratch.initializers import Gaussian, GlorotUniform, Orthogonal, Uniform

THERE = "PyTorch's layer begins otherwise; with its torch.nn.init it begins like Keras'"
HERE = "Keras' layer begins otherwise; given these initializers it begins like PyTorch's"

TorchWeight = Callable[[Any, Any, SimpleNamespace], Any]
KerasWeight = Callable[[Any, tuple[int, ...], SimpleNamespace, int], Any]


def default_pair(
    name: str,
    initializer: Any,
    torch: TorchWeight,
    keras: KerasWeight,
    cases: tuple[Case, ...],
    axes: str = "... n_in n_out -> n_out n_in ...",
    **more: Any,
) -> Pair:
    """`torch(torch, w, o)` gives a weight of w's shape, `keras(keras, shape, o, seed)` one of that shape.

    The name tells whose default it is; the other's twin is composed. `axes` say how the weight lies in PyTorch.
    """
    ours = name.startswith("torch")
    return Pair(
        name,
        initializer,
        Twin(
            lambda framework, o: lambda w: torch(framework, w, o),
            {"w": Slot("weight", axes)},
            likeness="exact" if ours else "composed",
            reason="" if ours else THERE,
        ),
        Twin(
            lambda framework, o: lambda seed: lambda shape, dtype: keras(framework, shape, o, seed),
            likeness="composed" if ours else "exact",
            reason=HERE if ours else "",
        ),
        kind="initializer",
        cases=cases,
        **more,
    )


def shapes(*each: tuple[int, ...], **options: Any) -> tuple[Case, ...]:
    return tuple(Case("x".join(map(str, shape)), {"w": normal(*shape)}, options) for shape in each)


def _random(taps: int, low: int = 60, high: int = 150) -> Callable[[np.random.Generator], Case]:
    """Kernels of this rank."""

    def draw(rng: np.random.Generator) -> Case:
        return Case("", {"w": normal(*rng.integers(1, 4, taps).tolist(), *rng.integers(low, high, 2).tolist())})

    return draw


# ---- PyTorch's


def scaled_in_keras(keras: Any, shape: tuple[int, ...], o: SimpleNamespace, seed: int) -> Any:
    if o.fan is None:
        return keras.initializers.VarianceScaling(1 / 3, o.mode, "uniform", seed=seed)(shape, "float32")
    return keras.initializers.RandomUniform(-(o.fan**-0.5), o.fan**-0.5, seed)(shape, "float32")


def _torch_conv(torch: Any, w: Any, o: SimpleNamespace) -> Any:
    kind = getattr(torch.nn, f"Conv{w.ndim - 2}d")
    return kind(w.shape[1], w.shape[0], tuple(w.shape[2:])).weight


def _torch_transposed(torch: Any, w: Any, o: SimpleNamespace) -> Any:
    kind = getattr(torch.nn, f"ConvTranspose{w.ndim - 2}d")
    return kind(w.shape[0], w.shape[1], tuple(w.shape[2:])).weight


def _torch_depthwise(torch: Any, w: Any, o: SimpleNamespace) -> Any:
    channels = w.shape[0]
    return torch.nn.Conv2d(channels, channels, tuple(w.shape[2:]), groups=channels).weight


def _torch_recurrent(torch: Any, w: Any, o: SimpleNamespace) -> Any:
    kind = {1: torch.nn.RNN, 3: torch.nn.GRU, 4: torch.nn.LSTM}[w.shape[0] // o.fan]
    if w.ndim == 1:
        return kind(5, o.fan).bias_ih_l0
    layer = kind(w.shape[1], o.fan)
    return layer.weight_hh_l0 if w.shape[1] == o.fan else layer.weight_ih_l0


TORCH_LINEAR = default_pair(
    "torch_linear_default",
    FanInUniform,
    lambda torch, w, o: torch.nn.Linear(w.shape[1], w.shape[0]).weight,
    scaled_in_keras,
    shapes((200, 110), (30, 800)),
    draw=_random(0),
    notes=("kaiming_uniform_ with a = sqrt(5) in PyTorch's source, which is +-1 / sqrt(fan_in).",),
)
TORCH_CONV = default_pair(
    "torch_conv_default",
    FanInUniform,
    _torch_conv,
    scaled_in_keras,
    shapes((5, 40, 90), (3, 3, 40, 60), (2, 3, 4, 20, 50)),
    draw=_random(2, 40, 80),
)
TORCH_CONV_TRANSPOSE = default_pair(
    "torch_conv_transpose_default",
    FanInUniform,
    _torch_transposed,
    scaled_in_keras,
    shapes((5, 40, 90), (3, 3, 90, 30), mode="fan_out"),
    axes="... n_in n_out -> n_in n_out ...",
    notes=("PyTorch takes the second axis of the weight for fan_in, which of a transposed convolution is n_out.",),
)
TORCH_DEPTHWISE = default_pair(
    "torch_depthwise_conv_default",
    FanInUniform,
    _torch_depthwise,
    scaled_in_keras,
    (*shapes((3, 3, 2000, 1), fan=9), *shapes((5, 2, 900, 1), fan=10)),
    axes="... n_in n_out -> n_in n_out ...",
    notes=("Each channel is a group of its own, so fan_in is the number of taps.",),
)
TORCH_BILINEAR = default_pair(
    "torch_bilinear_default",
    FanInUniform,
    lambda torch, w, o: torch.nn.Bilinear(w.shape[1], w.shape[2], w.shape[0]).weight,
    scaled_in_keras,
    shapes((40, 30, 20), fan=40),
    axes="n_1 n_2 n_out -> n_out n_1 n_2",
    notes=("fan_in is the size of the first input alone.",),
)
TORCH_RECURRENT = default_pair(
    "torch_recurrent_default",
    FanInUniform,
    _torch_recurrent,
    scaled_in_keras,
    (
        Case("rnn-input", {"w": normal(170, 120)}, {"fan": 120}),
        Case("lstm-input", {"w": normal(60, 4 * 90)}, {"fan": 90}),
        Case("lstm-recurrent", {"w": normal(80, 4 * 80)}, {"fan": 80}),
        Case("gru-recurrent", {"w": normal(90, 3 * 90)}, {"fan": 90}),
        Case("lstm-bias", {"w": normal(4 * 1500)}, {"fan": 1500}),
    ),
    notes=("All weights and both biases of RNN, GRU and LSTM; Keras' are Glorot, orthogonal, and 0.",),
)
TORCH_EMBEDDING = default_pair(
    "torch_embedding_default",
    Gaussian,
    lambda torch, w, o: torch.nn.Embedding(*w.shape).weight,
    lambda keras, shape, o, seed: keras.initializers.RandomNormal(0.0, 1.0, seed)(shape, "float32"),
    shapes((700, 30), (90, 210), sigma=1.0),
    axes="n_in n_out -> n_in n_out",
)
TORCH_ATTENTION = default_pair(
    "torch_attention_default",
    GlorotUniform,
    lambda torch, w, o: torch.nn.MultiheadAttention(w.shape[1], 1).in_proj_weight,
    lambda keras, shape, o, seed: keras.initializers.GlorotUniform(seed)(shape, "float32"),
    shapes((90, 270), (64, 192)),
    notes=("Query, key and value are one matrix, and its fan_out is that of all three: less than Keras' by sqrt(2).",),
)

# ---- Keras'


def _keras_conv(kind: str) -> KerasWeight:
    """The weight of a Keras convolution with this kernel."""

    def build(keras: Any, shape: tuple[int, ...], o: SimpleNamespace, seed: int) -> Any:
        *taps, first, second = shape
        n_in, n_out = (second, first) if "Transpose" in kind else (first, second)
        units = {"depth_multiplier": n_out} if "Depthwise" in kind else {"filters": n_out}
        layer = getattr(keras.layers, kind.format(len(taps)))(kernel_size=tuple(taps), **units)
        layer.build((None, *taps, n_in))
        return layer.kernel

    return build


def _keras_kernel(keras: Any, shape: tuple[int, ...], o: SimpleNamespace, seed: int) -> Any:
    layer = keras.layers.LSTM(shape[1] // 4)
    layer.build((None, 2, shape[0]))
    return layer.cell.kernel


def _keras_recurrent(keras: Any, shape: tuple[int, ...], o: SimpleNamespace, seed: int) -> Any:
    kind = {1: keras.layers.SimpleRNN, 3: keras.layers.GRU, 4: keras.layers.LSTM}[shape[1] // shape[0]]
    layer = kind(shape[0])
    layer.build((None, 2, 3))
    return layer.cell.recurrent_kernel


def _keras_dense(keras: Any, shape: tuple[int, ...], o: SimpleNamespace, seed: int) -> Any:
    layer = keras.layers.Dense(shape[1])
    layer.build((None, shape[0]))
    return layer.kernel


def _keras_embedding(keras: Any, shape: tuple[int, ...], o: SimpleNamespace, seed: int) -> Any:
    layer = keras.layers.Embedding(*shape)
    layer.build()
    return layer.embeddings


def _keras_query(keras: Any, shape: tuple[int, ...], o: SimpleNamespace, seed: int) -> Any:
    layer = keras.layers.MultiHeadAttention(num_heads=2, key_dim=shape[1] // 2)
    layer.build((None, 3, shape[0]), (None, 3, shape[0]))
    return np.array(layer.query_dense.kernel).reshape(shape)


def _xavier(torch: Any, w: Any, o: SimpleNamespace) -> Any:
    return torch.nn.init.xavier_uniform_(w)


KERAS_DENSE = default_pair(
    "keras_dense_default", GlorotUniform, _xavier, _keras_dense, shapes((200, 110), (30, 800)), draw=_random(0)
)
KERAS_CONV = default_pair(
    "keras_conv_default",
    GlorotUniform,
    _xavier,
    _keras_conv("Conv{}D"),
    shapes((5, 40, 90), (3, 3, 40, 60), (2, 3, 4, 20, 50)),
    draw=_random(2, 40, 80),
)
KERAS_CONV_TRANSPOSE = default_pair(
    "keras_conv_transpose_default",
    GlorotUniform,
    _xavier,
    _keras_conv("Conv{}DTranspose"),
    shapes((5, 40, 90), (3, 3, 90, 30)),
    axes="... n_out n_in -> n_in n_out ...",
)
KERAS_DEPTHWISE = default_pair(
    "keras_depthwise_conv_default",
    GlorotUniform,
    # PyTorch counts the fans of a depthwise weight otherwise
    lambda torch, w, o: torch.nn.init.uniform_(w, *_bounds(w.shape)),
    _keras_conv("DepthwiseConv{}D"),
    shapes((3, 3, 900, 2), (5, 2, 700, 3)),
    axes="... n_in n_out -> n_in n_out ...",
)
KERAS_RECURRENT_INPUT = default_pair(
    "keras_recurrent_input_default", GlorotUniform, _xavier, _keras_kernel, shapes((60, 360), (170, 120))
)
KERAS_RECURRENT = default_pair(
    "keras_recurrent_default",
    Orthogonal,
    lambda torch, w, o: torch.nn.init.orthogonal_(w),
    _keras_recurrent,
    # the last is so large that signs which are not random show
    shapes((120, 120), (80, 320), (90, 270), (350, 350 * 3)),
    notes=("Orthogonal over all gates together; the block of a single gate is not.",),
)
KERAS_EMBEDDING = default_pair(
    "keras_embedding_default",
    Uniform,
    lambda torch, w, o: torch.nn.init.uniform_(w, -0.05, 0.05),
    _keras_embedding,
    shapes((700, 30), (90, 210)),
    axes="n_in n_out -> n_in n_out",
)
KERAS_ATTENTION = default_pair(
    "keras_attention_default", GlorotUniform, _xavier, _keras_query, shapes((150, 130), (64, 192))
)


def _bounds(shape: Any) -> tuple[float, float]:
    """+-sqrt(6 / (fan_in + fan_out)) of a depthwise weight (n_in, multiplier, *taps)."""
    taps = math.prod(shape[2:])
    bound = math.sqrt(6 / (taps * (shape[0] + shape[1])))
    return -bound, bound
