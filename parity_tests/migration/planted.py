"""Keras models, their ports to PyTorch, and ports of them with a mistake in an option, an activation or the weights."""

from collections.abc import Callable
from typing import Any

import keras
import torch
from ported_models import Torch, torch_text
from torch import nn
from torch.nn import functional as F

from reference.migration import glue

layers = keras.layers
Make = Callable[[], Any]


def stack(shape: tuple[int, ...], *parts: Make) -> Make:
    return lambda: keras.Sequential([keras.Input(shape), *(part() for part in parts)])


def modules(*parts: Make) -> Make:
    return lambda: nn.Sequential(*(part() for part in parts))


def rows(activation: Make) -> Make:
    return stack((7,), lambda: layers.Dense(5), activation, lambda: layers.Dense(3))


def torch_rows(activation: Make) -> Make:
    return modules(lambda: nn.Linear(7, 5), activation, lambda: nn.Linear(5, 3))


def act(name: str) -> Make:
    return stack((7,), lambda: layers.Dense(5, name), lambda: layers.Dense(3))


def image(**options: Any) -> Make:
    first = lambda: layers.Conv2D(4, 3, padding="same", activation="elu")  # noqa: E731
    return stack((8, 8, 3), first, lambda: layers.MaxPooling2D(2), lambda: layers.Conv2D(4, 2, **options))


def torch_image(activation: Make = nn.ELU, mode: str = "zeros", **options: Any) -> Make:
    first = lambda: nn.Conv2d(3, 4, 3, padding=1, padding_mode=mode)  # noqa: E731
    return modules(first, activation, lambda: nn.MaxPool2d(2), lambda: nn.Conv2d(4, 4, 2, **options))


def torch_causal(left: int) -> Make:
    return lambda: Torch(lambda m, x: m.conv(F.pad(x, (left, 4 - left))).relu(), conv=nn.Conv1d(3, 4, 3, dilation=2))


def causal() -> Any:
    return stack((9, 3), lambda: layers.Conv1D(4, 3, padding="causal", dilation_rate=2, activation="relu"))()


def transposed(more: int) -> Make:
    up = lambda: nn.ConvTranspose2d(3, 4, 3, 2, output_padding=more)  # noqa: E731
    return modules(up, lambda: nn.Conv2d(4, 2, 3))


def grouped(groups: int) -> Make:
    return modules(lambda: nn.GroupNorm(groups, 4, 1e-3), lambda: nn.Conv2d(4, 2, 1))


def attention() -> Any:
    x = keras.Input((5, 12))
    h = layers.LayerNormalization(epsilon=1e-6)(x + layers.MultiHeadAttention(3, 4)(x, x, use_causal_mask=True))
    return keras.Model(x, layers.Dense(2)(layers.Dense(8, "gelu")(h)))


def torch_attention(causal: bool = True, approximate: str = "none") -> Make:
    def forward(m: Any, x: Any) -> Any:
        mask = torch.ones(5, 5, dtype=torch.bool).triu(1) if causal else None
        h = m.norm(x + m.mha(x, x, x, attn_mask=mask, need_weights=False)[0])
        return m.out(F.gelu(m.inner(h), approximate=approximate))

    mha = lambda: nn.MultiheadAttention(12, 3, batch_first=True)  # noqa: E731
    return lambda: Torch(forward, mha=mha(), norm=nn.LayerNorm(12, 1e-6), inner=nn.Linear(12, 8), out=nn.Linear(8, 2))


def bidirectional() -> Any:
    first = lambda: layers.Bidirectional(layers.LSTM(5, return_sequences=True))  # noqa: E731
    return stack((6, 4), first, lambda: layers.Dense(3))()


def torch_bidirectional() -> Any:
    rnn = nn.LSTM(4, 5, batch_first=True, bidirectional=True)
    return torch_text(rnn, lambda m, x: m.head(m.rnn(x)[0]), 10)


def residual() -> Any:
    x = keras.Input((6,))
    return keras.Model(x, layers.Dense(6)(x + layers.Dense(6)(layers.Dense(6, "relu")(x))))


def torch_residual() -> Any:
    return Torch(lambda m, x: m.c(x + m.b(m.a(x).relu())), a=nn.Linear(6, 6), b=nn.Linear(6, 6), c=nn.Linear(6, 6))


def swap(*names: str) -> Callable[[Any], None]:
    """Let two parameters of a module change places."""

    def change(b: Any) -> None:
        first, second = (b.get_parameter(name) for name in names)
        with torch.no_grad():
            kept = first.clone()
            first.copy_(second)
            second.copy_(kept)

    return change


def keys_for_queries(b: Any) -> None:
    with torch.no_grad():
        q, k, v = b.mha.in_proj_weight.clone().chunk(3)
        b.mha.in_proj_weight.copy_(torch.cat([k, q, v]))


def other_direction(b: Any) -> None:
    for name in ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0"):
        swap(f"rnn.{name}", f"rnn.{name}_reverse")(b)


def untransposed(b: Any) -> None:
    with torch.no_grad():
        b.b.weight.copy_(b.b.weight.T.clone())


def recurrent(kind: Any, **options: Any) -> Make:
    return stack((6, 4), lambda: kind(5, **options), lambda: layers.Dense(3))


def torch_recurrent(kind: Any, **options: Any) -> Make:
    return lambda: torch_text(kind(4, 5, batch_first=True, **options))


LSTM, RNN, GRU = layers.LSTM, layers.SimpleRNN, layers.GRU
# the Keras model, the right port, the wrong one, the name of the mistake, and what is said of it
MODELS: dict[str, tuple[Make, Make, Make, str, str]] = {
    "gelu": (act("gelu"), torch_rows(nn.GELU), torch_rows(lambda: nn.GELU("tanh")), "activation", "approximate"),
    "relu": (act("relu"), torch_rows(nn.ReLU), torch_rows(nn.Identity), "activation", "none"),
    "relu-too-many": (act("linear"), torch_rows(nn.Identity), torch_rows(nn.ReLU), "activation", "relu"),
    "slope": (
        *(rows(lambda: layers.LeakyReLU(0.3)), torch_rows(lambda: nn.LeakyReLU(0.3)), torch_rows(nn.LeakyReLU)),
        *("activation", "0.01"),
    ),
    "silu": (act("silu"), torch_rows(nn.SiLU), torch_rows(nn.Hardswish), "activation", "hardswish"),
    "relu6": (rows(lambda: layers.ReLU(6.0)), torch_rows(nn.ReLU6), torch_rows(nn.ReLU), "activation", "max_value=6"),
    "softmax-axis": (
        stack((7,), lambda: layers.Dense(5, "softmax")),
        modules(lambda: nn.Linear(7, 5), lambda: nn.Softmax(-1)),
        modules(lambda: nn.Linear(7, 5), lambda: nn.Softmax(0)),
        *("activation", "dim=0"),
    ),
    # behind a convolution, and before a pooling that no position survives
    "image": (image(), torch_image(), torch_image(nn.SELU), "activation", "selu"),
    "dilation": (image(dilation_rate=2), torch_image(dilation=2), torch_image(), "dilation", "is 1"),
    "stride": (image(strides=2), torch_image(stride=2), torch_image(stride=(2, 1)), "stride", "(2, 1)"),
    "reflected": (image(), torch_image(), torch_image(mode="reflect"), "padding_mode", "reflect"),
    "causal-both-ends": (causal, torch_causal(4), torch_causal(2), "padding", "2 before it and 2 behind"),
    "causal-wrong-end": (causal, torch_causal(4), torch_causal(0), "padding", "0 before it and 4 behind"),
    "causal-in-layer": (
        *(causal, modules(lambda: glue.CausalConv1d(3, 4, 3, dilation=2), nn.ReLU)),
        *(modules(lambda: nn.Conv1d(3, 4, 3, dilation=2, padding=2), nn.ReLU), "padding", "2 before it and 2 behind"),
    ),
    "output-padding": (
        stack((5, 4, 3), lambda: layers.Conv2DTranspose(4, 3, 2, output_padding=1), lambda: layers.Conv2D(2, 3)),
        *(transposed(1), transposed(0), "output_padding", "is 0"),
    ),
    "groups": (
        stack((6, 5, 4), lambda: layers.GroupNormalization(2), lambda: layers.Conv2D(2, 1)),
        *(grouped(2), grouped(4), "num_groups", "is 4"),
    ),
    "causal-mask": (attention, torch_attention(), torch_attention(causal=False), "causal mask", "attn_mask"),
    "gelu-behind-attention": (
        *(attention, torch_attention(), torch_attention(approximate="tanh"), "activation", "'inner'"),
    ),
    "rnn-activation": (
        *(recurrent(RNN, activation="relu"), torch_recurrent(nn.RNN, nonlinearity="relu"), torch_recurrent(nn.RNN)),
        *("activation", "relu"),
    ),
    "lstm-activation": (
        recurrent(LSTM, activation="relu"),
        *[torch_recurrent(nn.LSTM)] * 2,
        *("activation", "relu"),
    ),
    "gru-gate": (
        recurrent(GRU, recurrent_activation="hard_sigmoid"),
        *[torch_recurrent(nn.GRU)] * 2,
        *("activation", "hard_sigmoid"),
    ),
}
# the Keras model, the right port, what is done to its weights, the name of the mistake, and what is said of it
WEIGHTS: dict[str, tuple[Make, Make, Callable[[Any], None], str, str]] = {
    "keys-for-queries": (attention, torch_attention(), keys_for_queries, "swapped weights", "its w_q is A's w_k"),
    "directions": (bidirectional, torch_bidirectional, other_direction, "swapped weights", "forward.w_x is A's back"),
    "two-layers": (residual, torch_residual, swap("a.weight", "b.weight"), "swapped weights", "its w is that of A's"),
    "transposed": (residual, torch_residual, untransposed, "transposed", "transpose"),
}
NO_RIGHT_PORT = ("lstm-activation", "gru-gate")
