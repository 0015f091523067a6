"""Models as people write them in Keras and in PyTorch, right ports of them and wrong ones."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
import torch
from keras import ops
from ported_models import Torch
from torch import nn
from torch.nn import functional as F

layers = keras.layers
Make = Callable[[], Any]


def stack(shape: tuple[Any, ...], *parts: Make) -> Make:
    return lambda: keras.Sequential([keras.Input(shape), *(part() for part in parts)])


class KerasVAE(keras.Model):
    """A variational autoencoder whose noise is drawn at inference too."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder, self.mean, self.log_variance = layers.Dense(8, "relu"), layers.Dense(3), layers.Dense(3)
        self.decoder, self.head = layers.Dense(8, "relu"), layers.Dense(6, "sigmoid")

    def call(self, x: Any) -> Any:
        h = self.encoder(x)
        mean, log_variance = self.mean(h), self.log_variance(h)
        noise = keras.random.normal(ops.shape(mean), dtype=mean.dtype)
        return self.head(self.decoder(mean + ops.exp(0.5 * log_variance) * noise)), mean, log_variance


def keras_vae() -> Any:
    model = KerasVAE()
    model(np.zeros((2, 6)))
    return model


def torch_vae(sample: Callable[[Any, Any], Any]) -> Make:
    def forward(m: Any, x: Any) -> Any:
        h = m.encoder(x).relu()
        mean, log_variance = m.mean(h), m.log_variance(h)
        return m.head(m.decoder(sample(mean, log_variance)).relu()).sigmoid(), mean, log_variance

    return lambda: Torch(
        forward,
        encoder=nn.Linear(6, 8),
        mean=nn.Linear(8, 3),
        log_variance=nn.Linear(8, 3),
        decoder=nn.Linear(3, 8),
        head=nn.Linear(8, 6),
    )


def keras_waves() -> Any:
    """Causal convolutions one after the other, gated, with residual connections."""
    x = keras.Input((12, 3))
    h = layers.Conv1D(4, 2, padding="causal")(x)
    for d in (1, 2):
        gate = [layers.Conv1D(4, 2, padding="causal", dilation_rate=d, activation=f)(h) for f in ("tanh", "sigmoid")]
        h = layers.Add()([h, layers.Conv1D(4, 1)(layers.Multiply()(gate))])
    return keras.Model(x, layers.Dense(2)(h))


class Waves(nn.Module):
    """The same; `behind` pads the end too, and cuts nothing."""

    def __init__(self, first: int = 1) -> None:
        super().__init__()
        self.first, self.start = first, nn.Conv1d(3, 4, 2)
        for name in ("value", "gate"):
            setattr(self, name, nn.ModuleList([nn.Conv1d(4, 4, 2, dilation=d) for d in (1, 2)]))
        self.out = nn.ModuleList([nn.Conv1d(4, 4, 1) for _ in (1, 2)])
        self.head = nn.Linear(4, 2)

    def forward(self, x: Any) -> Any:
        h = self.start(F.pad(x, (self.first, 1 - self.first)))
        for d, value, gate, out in zip((1, 2), self.value, self.gate, self.out, strict=True):
            padded = F.pad(h, (d, 0))
            h = h + out(value(padded).tanh() * gate(padded).sigmoid())
        return self.head(h.transpose(1, 2))


class Steps(nn.Module):
    """A recurrent cell in a loop."""

    def __init__(self, cell: nn.Module, reset: bool = False) -> None:
        super().__init__()
        self.cell, self.head, self.reset = cell, nn.Linear(5, 2), reset

    def forward(self, x: Any) -> Any:
        h = c = x.new_zeros(len(x), 5)
        for t in range(x.shape[1]):
            made = self.cell(x[:, t], (h, c) if isinstance(self.cell, nn.LSTMCell) else h)
            h, c = made if isinstance(made, tuple) else (made, c)
            c = torch.zeros_like(c) if self.reset else c
        return self.head(h)


def turned(activation: Callable[[Any], Any]) -> Make:
    """A module that takes sequences as Keras has them, and turns them itself."""

    def forward(m: Any, x: Any) -> Any:
        return m.head(m.rnn(activation(m.conv(x.transpose(1, 2))).transpose(1, 2))[0])

    rnn = lambda: nn.GRU(5, 4, batch_first=True)  # noqa: E731
    return lambda: Torch(forward, conv=nn.Conv1d(4, 5, 3, padding=1), rnn=rnn(), head=nn.Linear(4, 2))


def keras_shuffled() -> Any:
    x = keras.Input((5, 4, 2))
    h = layers.Lambda(lambda y: tf.nn.depth_to_space(y, 2))(layers.Conv2D(8, 3, padding="same")(x))
    return keras.Model(x, layers.Conv2D(2, 1)(h))


class DepthToSpace(nn.Module):
    def forward(self, x: Any) -> Any:
        n, c, h, w = x.shape
        return F.pixel_shuffle(x.view(n, 4, c // 4, h, w).transpose(1, 2).reshape(n, c, h, w), 2)


def shuffled(pixels: Make) -> Make:
    return lambda: nn.Sequential(nn.Conv2d(2, 8, 3, padding=1), pixels(), nn.Conv2d(2, 2, 1))


def volume(pool: Make) -> Make:
    return lambda: nn.Sequential(nn.Conv3d(2, 3, 2), pool(), nn.Flatten(), nn.Linear(36, 2))


def centred(mean: float) -> Make:
    return lambda: Torch(lambda m, x: m.head((x - mean) / 2**0.5), head=nn.Linear(6, 3))


def noisy(mean: Any, log_variance: Any) -> Any:
    return mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)


LSTM, GRU, RNN = layers.LSTM, layers.GRU, layers.SimpleRNN
head = lambda: layers.Dense(2)  # noqa: E731
# the Keras model, a right port, wrong ones
EVERYDAY: dict[str, tuple[Make, Make, tuple[Make, ...]]] = {
    "vae": (
        keras_vae,
        torch_vae(noisy),
        (
            torch_vae(lambda mean, log: mean + torch.exp(log) * torch.randn_like(mean)),
            torch_vae(lambda mean, log: mean + torch.exp(0.5 * log) * torch.rand_like(mean)),
            torch_vae(lambda mean, log: mean),
        ),
    ),
    "vae-of-distributions": (
        keras_vae,
        torch_vae(lambda mean, log: torch.distributions.Normal(mean, torch.exp(0.5 * log)).rsample()),
        (torch_vae(lambda mean, log: torch.distributions.Normal(mean, torch.exp(log)).rsample()),),
    ),
    "waves": (keras_waves, Waves, (lambda: Waves(0),)),
    "lstm-cell": (
        stack((6, 4), lambda: LSTM(5), head),
        *(lambda: Steps(nn.LSTMCell(4, 5)), (lambda: Steps(nn.LSTMCell(4, 5), True),)),
    ),
    "gru-cell": (
        stack((6, 4), lambda: GRU(5), head),
        lambda: Steps(nn.GRUCell(4, 5)),
        (),
    ),
    "rnn-cell": (
        stack((6, 4), lambda: RNN(5), head),
        *(lambda: Steps(nn.RNNCell(4, 5)), (lambda: Steps(nn.RNNCell(4, 5, nonlinearity="relu")),)),
    ),
    "keras-cell": (
        stack((6, 4), lambda: layers.RNN(layers.LSTMCell(5)), head),
        lambda: Torch(
            lambda m, x: m.head(m.rnn(x)[0][:, -1]), rnn=nn.LSTM(4, 5, batch_first=True), head=nn.Linear(5, 2)
        ),
        (
            lambda: Torch(
                lambda m, x: m.head(m.rnn(x)[0][:, 0]), rnn=nn.LSTM(4, 5, batch_first=True), head=nn.Linear(5, 2)
            ),
        ),
    ),
    "turns-its-inputs": (
        stack(
            (None, 4),
            lambda: layers.Conv1D(5, 3, padding="same", activation="relu"),
            lambda: GRU(4, return_sequences=True),
            head,
        ),
        *(turned(torch.relu), (turned(torch.tanh),)),
    ),
    "pixel-shuffle": (keras_shuffled, shuffled(DepthToSpace), (shuffled(lambda: nn.PixelShuffle(2)),)),
    "largest-of-volumes": (
        stack((5, 6, 7, 2), lambda: layers.Conv3D(3, 2), lambda: layers.MaxPooling3D(2), layers.Flatten, head),
        *(volume(lambda: nn.MaxPool3d(2)), (volume(lambda: nn.AvgPool3d(2)),)),
    ),
    "mean-of-volumes": (
        stack((5, 6, 7, 2), lambda: layers.Conv3D(3, 2), lambda: layers.AveragePooling3D(2), layers.Flatten, head),
        *(volume(lambda: nn.AvgPool3d(2)), (volume(lambda: nn.MaxPool3d(2)),)),
    ),
    "centred": (
        stack((6,), lambda: layers.Normalization(mean=[0.1] * 6, variance=[2.0] * 6), lambda: layers.Dense(3)),
        *(centred(0.1), (centred(0.0),)),
    ),
}
# what is said of the wrong ones, where it has a name
NAMED: dict[str, tuple[set[str], ...]] = {
    "vae": ({"factor"}, set(), set()),
    "vae-of-distributions": ({"factor"},),
    "waves": ({"padding"},),
    "rnn-cell": (set(),),
    "keras-cell": ({"pooling"},),
    "turns-its-inputs": ({"activation"},),
    "pixel-shuffle": ({"pixel shuffle"},),
    "largest-of-volumes": ({"pooling"},),
    "mean-of-volumes": ({"pooling"},),
    "centred": ({"factor"},),
}
