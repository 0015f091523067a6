"""Keras models whose features lie in another order than in their ports to PyTorch, and the ports."""

from typing import Any

import keras
import torch
from ported_models import Torch
from torch import nn
from torch.nn import functional as F

from reference.migration.glue.torch.normalisation import biased_batch_norm

layers = keras.layers


def image() -> Any:
    return keras.Input((6, 5, 3))


def two_branches() -> Any:
    x = image()
    a, b = layers.Conv2D(4, 3, activation="relu")(x), layers.Conv2D(2, 2, activation="relu")(x)
    joined = layers.Concatenate()([layers.Flatten()(a), layers.Flatten()(b)])
    return keras.Model(x, layers.Dense(7)(joined))


def torch_two_branches(swapped: bool = False) -> nn.Module:
    def forward(m: Any, x: Any) -> Any:
        both = [m.a(x).relu().flatten(1), m.b(x).relu().flatten(1)]
        return m.dense(torch.cat(both[::-1] if swapped else both, 1))

    return Torch(forward, a=nn.Conv2d(3, 4, 3), b=nn.Conv2d(3, 2, 2), dense=nn.Linear(88, 7))


def with_numbers() -> Any:
    x, numbers = image(), keras.Input((9,))
    h = layers.Flatten()(layers.Conv2D(4, 3, activation="relu")(x))
    return keras.Model([x, numbers], layers.Dense(7)(layers.Concatenate()([h, numbers])))


def torch_with_numbers() -> nn.Module:
    return Torch(
        lambda m, x, numbers: m.dense(torch.cat([m.conv(x).relu().flatten(1), numbers], 1)),
        conv=nn.Conv2d(3, 4, 3),
        dense=nn.Linear(57, 7),
    )


def sum_of_two() -> Any:
    x = image()
    a, b = (layers.Flatten()(layers.Conv2D(4, 3, activation=how)(x)) for how in ("relu", "tanh"))
    return keras.Model(x, layers.Dense(7)(layers.Add()([a, b])))


def torch_sum_of_two() -> nn.Module:
    return Torch(
        lambda m, x: m.dense((m.a(x).relu() + m.b(x).tanh()).flatten(1)),
        a=nn.Conv2d(3, 4, 3),
        b=nn.Conv2d(3, 4, 3),
        dense=nn.Linear(48, 7),
    )


def normalised() -> Any:
    """What is joined goes through layers with a number for every feature before the dense one."""
    x = image()
    a = layers.Dropout(0.3)(layers.Activation("tanh")(layers.Flatten()(layers.Conv2D(4, 3)(x))))
    h = layers.BatchNormalization()(layers.Concatenate()([a, layers.Flatten()(layers.MaxPooling2D(2)(x))]))
    return keras.Model(x, layers.Dense(7)(layers.LayerNormalization(epsilon=1e-5)(h)))


def torch_normalised() -> nn.Module:
    def forward(m: Any, x: Any) -> Any:
        h = torch.cat([m.drop(m.conv(x).flatten(1).tanh()), F.max_pool2d(x, 2).flatten(1)], 1)
        return m.dense(m.layer(m.batch(h)))

    return Torch(
        forward,
        conv=nn.Conv2d(3, 4, 3),
        drop=nn.Dropout(0.3),
        batch=biased_batch_norm(1, 66, eps=1e-3, momentum=0.01),
        layer=nn.LayerNorm(66),
        dense=nn.Linear(66, 7),
    )


def columns_as_steps() -> Any:
    """Text recognition: rows of an image are the steps of a recurrent layer."""
    x = image()
    steps = layers.Reshape((4, 12))(layers.Conv2D(4, 3, activation="relu")(x))
    return keras.Model(x, layers.Dense(2)(layers.LSTM(5)(steps)))


def torch_columns_as_steps() -> nn.Module:
    rnn = nn.LSTM(12, 5, batch_first=True)
    rnn.bias_hh_l0.requires_grad_(False).zero_()
    return Torch(
        lambda m, x: m.dense(m.rnn(m.conv(x).relu().permute(0, 2, 1, 3).flatten(2))[0][:, -1]),
        conv=nn.Conv2d(3, 4, 3),
        rnn=rnn,
        dense=nn.Linear(5, 2),
    )


def channels_first_in_keras() -> Any:
    """A permutation before the flattening: the rows lie as in PyTorch."""
    x = image()
    h = layers.Permute((3, 1, 2))(layers.Conv2D(4, 3, activation="relu")(x))
    return keras.Model(x, layers.Dense(7)(layers.Flatten()(h)))


def torch_flattened() -> nn.Module:
    return Torch(lambda m, x: m.dense(m.conv(x).relu().flatten(1)), conv=nn.Conv2d(3, 4, 3), dense=nn.Linear(48, 7))


def twice_the_same() -> Any:
    """Features that are the same whatever the weights: either order is right."""
    x = image()
    h = layers.Flatten()(layers.Conv2D(4, 3, activation="relu")(x))
    return keras.Model(x, layers.Dense(7)(layers.Concatenate()([h, h])))


def torch_twice_the_same() -> nn.Module:
    def forward(m: Any, x: Any) -> Any:
        h = m.conv(x).relu().flatten(1)
        return m.dense(torch.cat([h, h], 1))

    return Torch(forward, conv=nn.Conv2d(3, 4, 3), dense=nn.Linear(96, 7))


def decoder() -> Any:
    """The columns of a dense layer are made an image, with a normalisation of every feature between."""
    x = keras.Input((5,))
    h = layers.ReLU()(layers.BatchNormalization()(layers.Dense(24)(x)))
    h = layers.UpSampling2D(2)(layers.Reshape((3, 2, 4))(h))
    return keras.Model(x, layers.Conv2D(2, 3, activation="tanh")(h))


def torch_decoder() -> nn.Module:
    def forward(m: Any, x: Any) -> Any:
        h = m.norm(m.dense(x)).relu().view(-1, 4, 3, 2)
        return m.conv(F.interpolate(h, scale_factor=2.0)).tanh()

    norm = biased_batch_norm(1, 24, eps=1e-3, momentum=0.01)
    return Torch(forward, dense=nn.Linear(5, 24), norm=norm, conv=nn.Conv2d(4, 2, 3))


def autoencoder() -> Any:
    x = image()
    code = layers.Dense(3)(layers.Flatten()(layers.Conv2D(4, 3, activation="relu")(x)))
    h = layers.Reshape((4, 3, 4))(layers.Dense(48, "relu")(code))
    return keras.Model(x, layers.Conv2DTranspose(3, 3)(h))


def torch_autoencoder() -> nn.Module:
    return Torch(
        lambda m, x: m.up(m.dense(m.code(m.conv(x).relu().flatten(1))).relu().view(-1, 4, 4, 3)),
        conv=nn.Conv2d(3, 4, 3),
        code=nn.Linear(48, 3),
        dense=nn.Linear(3, 48),
        up=nn.ConvTranspose2d(4, 3, 3),
    )


MODELS = {
    "two-branches": (two_branches, torch_two_branches),
    "joined-the-other-way": (two_branches, lambda: torch_two_branches(swapped=True)),
    "with-numbers": (with_numbers, torch_with_numbers),
    "sum": (sum_of_two, torch_sum_of_two),
    "normalised": (normalised, torch_normalised),
    "columns-as-steps": (columns_as_steps, torch_columns_as_steps),
    "permuted": (channels_first_in_keras, torch_flattened),
    "twice-the-same": (twice_the_same, torch_twice_the_same),
    "decoder": (decoder, torch_decoder),
    "autoencoder": (autoencoder, torch_autoencoder),
}
