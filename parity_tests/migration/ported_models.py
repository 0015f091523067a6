"""Keras models and their ports to PyTorch, with the ways in which a port may go wrong."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import torch
from portable import shuffle
from torch import nn
from torch.nn import functional as F

from reference.frameworks.keras import float_type
from reference.migration.glue import SameConv2d, SameConvTranspose2d
from reference.migration.glue.torch.normalisation import biased_batch_norm
from reference.migration.port import port

layers = keras.layers
WEIGHTS = [0.2, 1.0, 3.0]


class Torch(nn.Module):
    """A module of named layers, and how they are called."""

    def __init__(self, forward: Callable[..., Any], **named: nn.Module) -> None:
        super().__init__()
        for name, layer in named.items():
            setattr(self, name, layer)
        self.how = forward

    def forward(self, *inputs: Any) -> Any:
        return self.how(self, *inputs)


def keras_images() -> Any:
    return keras.Sequential(
        [
            keras.Input((8, 6, 3)),
            *(layers.Conv2D(4, 3, 2, "same"), layers.BatchNormalization(), layers.ReLU(), layers.Dropout(0.3)),
            layers.Conv2DTranspose(5, 3, 2, "same", activation="tanh"),
            *(layers.Flatten(), layers.Dense(7, "relu"), layers.Dense(3)),
        ]
    )


def torch_images(
    same: bool = True,
    epsilon: float = 1e-3,
    momentum: float = 0.01,
    cropped: bool = True,
    dropout: bool = False,
    softmax: bool = False,
) -> Any:
    whole = SameConvTranspose2d(4, 5, (3, 3), (2, 2))
    return Torch(
        lambda m, x: m.end(m.head(m.dense(m.up(m.drop(m.norm(m.conv(x)).relu())).tanh().flatten(1)).relu())),
        conv=SameConv2d(3, 4, (3, 3), 2) if same else nn.Conv2d(3, 4, 3, 2, padding=1),
        norm=biased_batch_norm(2, 4, eps=epsilon, momentum=momentum),
        drop=Always() if dropout else nn.Dropout(0.3),
        up=whole if cropped else nn.ConvTranspose2d(4, 5, 3, 2, padding=1, output_padding=1),
        dense=nn.Linear(5 * 8 * 6, 7),
        head=nn.Linear(7, 3),
        end=nn.Softmax(-1) if softmax else nn.Identity(),
    )


class Always(nn.Module):
    def forward(self, x: Any) -> Any:
        return F.dropout(x, 0.3)


def keras_text(cell: Any) -> Any:
    x = keras.Input((6, 4))
    return keras.Model(x, layers.Dense(3)(cell(x)))


def last_state(m: Any, x: Any) -> Any:
    h = m.rnn(x)[1]
    h = h[0] if isinstance(h, tuple) else h
    return m.head(torch.cat(list(h), -1))


def last_row(m: Any, x: Any) -> Any:
    return m.head(m.rnn(x)[0][:, -1])


def torch_text(rnn: nn.Module, forward: Any = last_row, size: int = 5) -> Any:
    for name, weight in rnn.named_parameters():
        if "bias_hh" in name and isinstance(rnn, nn.LSTM | nn.RNN):
            weight.requires_grad_(False).zero_()
    return Torch(forward, rnn=rnn, head=nn.Linear(size, 3))


def keras_attention() -> Any:
    x, mask = keras.Input((5, 12)), keras.Input((5,), dtype="bool")
    h = layers.MultiHeadAttention(3, 4)(x, x, attention_mask=keras.ops.expand_dims(mask, 1))
    return keras.Model([x, mask], layers.Dense(2)(h))


def torch_attention(inverted: bool = False) -> Any:
    def forward(m: Any, x: Any, mask: Any) -> Any:
        blocked = mask if inverted else ~mask
        return m.head(m.attention(x, x, x, key_padding_mask=blocked, need_weights=False)[0])

    return Torch(forward, attention=nn.MultiheadAttention(12, 3, batch_first=True), head=nn.Linear(12, 2))


def made(
    keras_model: Callable[[], Any], torch_model: Callable[[], Any], right: Callable[[], Any], load: bool = True
) -> Any:
    """Both models in float64, the PyTorch one with the weights that the right port is given."""
    keras.utils.set_random_seed(3)
    torch.set_default_dtype(torch.float64)
    try:
        with float_type("float64"):
            a = keras_model()
        shuffle(a, "keras", 4)
        b, ported = torch_model(), right()
    finally:
        torch.set_default_dtype(torch.float32)
    if load:
        port(a, ported, example=example(a))
        b.load_state_dict(ported.state_dict(), strict=False)
    return a, b


def example(model: Any) -> list[Any]:
    rng = np.random.default_rng(6)
    shape = (4, *model.inputs[0].shape[1:])
    x = [rng.standard_normal(shape)]
    return x if len(model.inputs) == 1 else [*x, np.arange(shape[1]) < rng.integers(2, shape[1], (4, 1))]
