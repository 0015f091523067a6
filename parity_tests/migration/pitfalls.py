"""A Keras model and its port to PyTorch, right or with one mistake that ports make."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import torch
from ported_models import (
    Torch,
    keras_attention,
    keras_images,
    keras_text,
    last_row,
    last_state,
    made,
    torch_attention,
    torch_images,
    torch_text,
)
from torch import nn
from torch.nn import functional as F

from reference.frameworks.keras import float_type
from reference.migration.glue import ResetBeforeGRU
from reference.migration.glue.torch.optimizers import DecoupledDecay
from reference.migration.subjects import Subject

layers = keras.layers
WEIGHTS = [0.2, 1.0, 3.0]


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
    return made(keras_images, lambda: torch_images(**mistake), torch_images, mistake.pop("load", True))


def text(cell: Any, wrong: Callable[[], Any], right: Callable[[], Any] | None = None) -> Any:
    return made(lambda: keras_text(cell()), wrong, right or wrong)


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
    return torch_text(nn.GRU(4, 5, batch_first=True))


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
    return torch_text(_lstm(bidirectional=True), forward, 10)


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
        lambda: changed(text(lambda: layers.LSTM(5), lambda: torch_text(_lstm())), _two_biases),
    ),
    "gru-gate-order": ("swapped gates", lambda: changed(text(lambda: layers.GRU(5), _gru), _gates)),
    "gru-reset": ("GRU reset", _gru_reset),
    "batch-first": (
        "batch_first",
        lambda: plain(text(lambda: layers.LSTM(5), lambda: torch_text(nn.LSTM(4, 5)), lambda: torch_text(_lstm()))),
    ),
    "last-bidirectional-step": (
        "last bidirectional step",
        lambda: plain(text(bidirectional, lambda: _both_ways(last_row), lambda: _both_ways(last_state))),
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
        lambda: plain(made(keras_attention, lambda: torch_attention(True), torch_attention)),
    ),
    "transposed-cropping": ("transposed cropping", lambda: plain(images(cropped=False))),
    "initial-weights": ("initial weights", lambda: plain(images(load=False))),
    "training-mode": ("training mode", lambda: _training(*images())),
    "functional-dropout": ("training mode", lambda: plain(images(dropout=True))),
}
RIGHT: dict[str, Callable[[], Any]] = {
    "images": lambda: plain(images()),
    "lstm": lambda: plain(text(lambda: layers.LSTM(5), lambda: torch_text(_lstm()))),
    "gru": lambda: plain(text(lambda: layers.GRU(5), _gru)),
    "gru-reset-before": lambda: plain(text(lambda: layers.GRU(5, reset_after=False), _reset_before)),
    "bidirectional": lambda: plain(text(bidirectional, lambda: _both_ways(last_state))),
    "attention": lambda: plain(made(keras_attention, torch_attention, torch_attention)),
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
