"""Models of which one lacks a layer that the other has, in both frameworks: images, then rows."""

from typing import Any

import keras
import torch
from ported_models import Torch
from torch import nn

layers = keras.layers


def keras_model(norm: bool = True, more: bool = False, units: int = 4, bias: bool = True, last: int = 3) -> Any:
    parts = [
        layers.Conv2D(units, 3, use_bias=bias),
        layers.BatchNormalization(momentum=0.9, epsilon=1e-5) if norm else None,
    ]
    parts += [layers.ReLU(), layers.Flatten(), layers.Dense(6, "tanh"), layers.Dense(6) if more else None]
    return keras.Sequential([keras.Input((8, 8, 3)), *filter(None, parts), layers.Dense(last)])


def torch_model(
    norm: bool = True, more: bool = False, units: int = 4, bias: bool = True, last: int = 3, act: Any = torch.tanh
) -> Any:
    def forward(m: Any, x: Any) -> Any:
        x = m.norm(m.conv(x)) if norm else m.conv(x)
        x = act(m.dense(x.relu().permute(0, 2, 3, 1).flatten(1)))
        return m.head(m.more(x) if more else x)

    # in the order in which they are called
    parts = {"conv": nn.Conv2d(3, units, 3, bias=bias)} | ({"norm": nn.BatchNorm2d(units)} if norm else {})
    parts |= {"dense": nn.Linear(36 * units, 6)} | ({"more": nn.Linear(6, 6)} if more else {})
    return Torch(forward, **parts, head=nn.Linear(6, last))


# options of the first model, of the second; the causes; words that are told, where the second is the module
LONE: dict[str, tuple[dict[str, Any], dict[str, Any], list[str], str]] = {
    "normalisation-forgotten": (
        {},
        {"norm": False},
        ["missing layer"],
        "between layer 'conv' (Conv2d) and layer 'dense'",
    ),
    "normalisation-too-many": ({"norm": False}, {}, ["superfluous layer"], "only in B: layer 'norm' (BatchNorm2d)"),
    "dense-forgotten": ({"more": True}, {}, ["missing layer"], "between layer 'dense' (Linear) and layer 'head'"),
    "dense-too-many": ({}, {"more": True}, ["superfluous layer"], "only in B: layer 'more' (Linear), between"),
    "both-forgotten": ({"more": True}, {"norm": False}, ["missing layer"] * 2, "only in A"),
    "one-of-each": ({}, {"norm": False, "more": True}, ["missing layer", "superfluous layer"], "only in A"),
    "bias-forgotten": ({}, {"bias": False}, ["bias missing"], ""),
    "channels": ({}, {"units": 5}, ["another size"], "layer 'conv' (Conv2d) gives 5 features, A's"),
    "outputs": ({}, {"last": 4}, ["another size"], "layer 'head' (Linear) gives 4 features, A's"),
}
