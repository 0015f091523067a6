"""A Keras model and its port to PyTorch, right or with one mistake that ports make."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import torch
from portable import shuffle
from torch import nn
from torch.nn import functional as F

from reference.frameworks.keras import float_type
from reference.migration.glue import ResetBeforeGRU, SameConv2d, SameConvTranspose2d
from reference.migration.glue.torch.normalisation import biased_batch_norm
from reference.migration.glue.torch.optimizers import DecoupledDecay
from reference.migration.port import port
from reference.migration.subjects import Subject

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


def _keras_images() -> Any:
    return keras.Sequential(
        [
            keras.Input((8, 6, 3)),
            *(layers.Conv2D(4, 3, 2, "same"), layers.BatchNormalization(), layers.ReLU(), layers.Dropout(0.3)),
            layers.Conv2DTranspose(5, 3, 2, "same", activation="tanh"),
            *(layers.Flatten(), layers.Dense(7, "relu"), layers.Dense(3)),
        ]
    )


def _torch_images(
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


def _keras_text(cell: Any) -> Any:
    x = keras.Input((6, 4))
    return keras.Model(x, layers.Dense(3)(cell(x)))


def _last_state(m: Any, x: Any) -> Any:
    h = m.rnn(x)[1]
    h = h[0] if isinstance(h, tuple) else h
    return m.head(torch.cat(list(h), -1))


def _last_row(m: Any, x: Any) -> Any:
    return m.head(m.rnn(x)[0][:, -1])


def _torch_text(rnn: nn.Module, forward: Any = _last_row, size: int = 5) -> Any:
    for name, weight in rnn.named_parameters():
        if "bias_hh" in name and isinstance(rnn, nn.LSTM | nn.RNN):
            weight.requires_grad_(False).zero_()
    return Torch(forward, rnn=rnn, head=nn.Linear(size, 3))


def _keras_attention() -> Any:
    x, mask = keras.Input((5, 12)), keras.Input((5,), dtype="bool")
    h = layers.MultiHeadAttention(3, 4)(x, x, attention_mask=keras.ops.expand_dims(mask, 1))
    return keras.Model([x, mask], layers.Dense(2)(h))


def _torch_attention(inverted: bool = False) -> Any:
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


def _gates(b: Any) -> None:
    with torch.no_grad():
        for name, w in b.rnn.named_parameters():
            r, z, n = w.clone().chunk(3)
            w.copy_(torch.cat([z, r, n]))
            assert name


def _two_biases(b: Any) -> None:
    with torch.no_grad():
        b.rnn.bias_hh_l0.copy_(b.rnn.bias_ih_l0)


def _flatten_order(a: Any, b: Any) -> None:
    dense = next(layer for layer in a.layers if isinstance(layer, layers.Dense))
    with torch.no_grad():
        b.dense.weight.copy_(torch.from_numpy(dense.kernel.numpy().T.copy()))


def images(**mistake: Any) -> Any:
    return made(_keras_images, lambda: _torch_images(**mistake), _torch_images, mistake.pop("load", True))


def text(cell: Any, wrong: Callable[[], Any], right: Callable[[], Any] | None = None) -> Any:
    return made(lambda: _keras_text(cell()), wrong, right or wrong)


def _weighted(a: Any, b: Any) -> tuple[Subject, Subject]:
    plain = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="none")

    def loss(t: Any, y: Any) -> Any:
        return np.mean(np.asarray(WEIGHTS)[np.asarray(t)] * plain(t, y).numpy())

    return Subject(a, "A", loss=loss), Subject(b, "B", loss=nn.CrossEntropyLoss(torch.tensor(WEIGHTS).double()))


def _optimizers(a: Any, b: Any, mine: Any, theirs: Any) -> tuple[Subject, Subject]:
    with float_type("float64"):
        rule = mine(keras.optimizers)
    return Subject(a, "A", optimizer=rule), Subject(b, "B", optimizer=theirs(list(b.parameters())))


def _decoupled(weights: Any) -> Any:
    rule = torch.optim.SGD(weights, lr=0.1, momentum=0.9)
    rule.register_step_pre_hook(DecoupledDecay(0.1))
    return rule


def _training(a: Any, b: Any) -> tuple[Subject, Subject]:
    b.train()
    return Subject(a, "A", predict=lambda x: a(x, training=False)), Subject(b, "B", predict=b)


def _inference(a: Any, b: Any) -> tuple[Subject, Subject]:
    b.eval()
    return Subject(a, "A", predict=lambda x: a(x, training=False)), Subject(b, "B", predict=b)


def plain(pair: Any) -> tuple[Subject, Subject]:
    return Subject(pair[0], "A"), Subject(pair[1], "B")


def changed(pair: Any, change: Callable[..., Any]) -> tuple[Subject, Subject]:
    change(pair[1])
    return plain(pair)


def _lstm(**options: Any) -> nn.Module:
    return nn.LSTM(4, 5, batch_first=True, **options)


def _gru() -> Any:
    return _torch_text(nn.GRU(4, 5, batch_first=True))


def _reset_before() -> Any:
    rnn = ResetBeforeGRU(4, 5)
    return Torch(lambda m, x: m.head(m.rnn(x)[:, -1]), rnn=rnn, head=nn.Linear(5, 3))


def _gru_reset() -> Any:
    a, right = text(lambda: layers.GRU(5, reset_after=False), _reset_before)
    b = _gru().double()
    with torch.no_grad():
        for name in ("weight_ih", "weight_hh", "bias_ih"):
            getattr(b.rnn, f"{name}_l0").copy_(getattr(right.rnn.cell, name))
        b.rnn.bias_hh_l0.zero_()
    b.head.load_state_dict(right.head.state_dict())
    return plain((a, b))


def _flattened() -> Any:
    a, b = images()
    _flatten_order(a, b)
    return plain((a, b))


def bidirectional() -> Any:
    return layers.Bidirectional(layers.LSTM(5))


def _both_ways(forward: Any) -> Any:
    return _torch_text(_lstm(bidirectional=True), forward, 10)


def _optimizer(mine: Any, theirs: Any) -> Callable[[], Any]:
    return lambda: _optimizers(*images(), mine, theirs)


CE = {"loss": keras.losses.SparseCategoricalCrossentropy(from_logits=True)}
# the mistake's name as compare tells it, and how it is made
PITFALLS: dict[str, tuple[str, Callable[[], Any]]] = {
    "softmax-twice": (
        "softmax",
        lambda: (lambda pair: (Subject(pair[0], "A", **CE), Subject(pair[1], "B", loss=nn.CrossEntropyLoss())))(
            images(softmax=True)
        ),
    ),
    "batch-norm-momentum": ("momentum", lambda: plain(images(momentum=0.99))),
    "same-padding-stride-2": ("padding", lambda: plain(images(same=False))),
    "flatten-order": ("flatten order", _flattened),
    "two-rnn-biases": (
        "bias doubled",
        lambda: changed(text(lambda: layers.LSTM(5), lambda: _torch_text(_lstm())), _two_biases),
    ),
    "gru-gate-order": ("swapped gates", lambda: changed(text(lambda: layers.GRU(5), _gru), _gates)),
    "gru-reset": ("GRU reset", _gru_reset),
    "batch-first": (
        "batch_first",
        lambda: plain(text(lambda: layers.LSTM(5), lambda: _torch_text(nn.LSTM(4, 5)), lambda: _torch_text(_lstm()))),
    ),
    "last-bidirectional-step": (
        "last bidirectional step",
        lambda: plain(text(bidirectional, lambda: _both_ways(_last_row), lambda: _both_ways(_last_state))),
    ),
    "weight-decay-l2": (
        "weight decay",
        _optimizer(
            lambda rules: rules.SGD(0.1, 0.9, weight_decay=0.1),
            lambda weights: torch.optim.SGD(weights, lr=0.1, momentum=0.9, weight_decay=0.1),
        ),
    ),
    "weighted-loss": ("weighted loss", lambda: _weighted(*images())),
    "layer-epsilon": ("epsilon", lambda: plain(images(epsilon=1e-5))),
    "adam-epsilon": (
        "epsilon",
        _optimizer(lambda rules: rules.Adam(1e-3, epsilon=1e-7), lambda weights: torch.optim.Adam(weights, eps=1e-7)),
    ),
    "mask-polarity": (
        "mask polarity",
        lambda: plain(made(_keras_attention, lambda: _torch_attention(True), _torch_attention)),
    ),
    "transposed-cropping": ("transposed cropping", lambda: plain(images(cropped=False))),
    "initial-weights": ("initial weights", lambda: plain(images(load=False))),
    "training-mode": ("training mode", lambda: _training(*images())),
    "functional-dropout": ("training mode", lambda: plain(images(dropout=True))),
}
RIGHT: dict[str, Callable[[], Any]] = {
    "images": lambda: plain(images()),
    "lstm": lambda: plain(text(lambda: layers.LSTM(5), lambda: _torch_text(_lstm()))),
    "gru": lambda: plain(text(lambda: layers.GRU(5), _gru)),
    "gru-reset-before": lambda: plain(text(lambda: layers.GRU(5, reset_after=False), _reset_before)),
    "bidirectional": lambda: plain(text(bidirectional, lambda: _both_ways(_last_state))),
    "attention": lambda: plain(made(_keras_attention, _torch_attention, _torch_attention)),
    "losses": lambda: (lambda pair: (Subject(pair[0], "A", **CE), Subject(pair[1], "B", loss=nn.CrossEntropyLoss())))(
        images()
    ),
    "softmax-where-it-belongs": lambda: (
        lambda pair: (
            Subject(pair[0], "A", **CE),
            Subject(pair[1], "B", loss=lambda y, t: F.nll_loss(y.log(), t)),
        )
    )(images(softmax=True)),
    "decoupled": lambda: _optimizers(*images(), lambda rules: rules.SGD(0.1, 0.9, weight_decay=0.1), _decoupled),
    "inference": lambda: _inference(*images()),
}
