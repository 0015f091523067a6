"""The inputs that models are tried with: what they must not miss."""

from typing import Any

import keras
import pytest
import torch
from torch import nn

from reference import port
from reference.commands.port import shapes


class Heads(nn.Module):
    """Two heads of one size behind a layer, called in an order of choice."""

    def __init__(self, swapped: bool) -> None:
        super().__init__()
        self.body, self.mean, self.spread = nn.Linear(6, 5), nn.Linear(5, 4), nn.Linear(5, 4)
        self.swapped = swapped

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        h = self.body(x).tanh()
        mean, spread = self.mean(h), self.spread(h)
        return (spread, mean) if self.swapped else (mean, spread)


def heads() -> Any:
    x = keras.Input((6,))
    h = keras.layers.Dense(5, "tanh")(x)
    return keras.Model(x, [keras.layers.Dense(4)(h), keras.layers.Dense(4)(h)])


class Reader(nn.Module):
    """A recurrent layer over tokens that takes none of them for padding."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.rnn = nn.Embedding(500, 4), nn.RNN(4, 5, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.rnn(self.embedding(x))[0][:, -1]


def reader(mask_zero: bool) -> Any:
    layers = [keras.layers.Embedding(500, 4, mask_zero=mask_zero), keras.layers.SimpleRNN(5)]
    return keras.Sequential([keras.Input((None,), dtype="int32"), *layers])


class Pooled(nn.Module):
    """An image of any size, halved without padding."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(3, 4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.max_pool2d(self.convolution(x), 2).mean((2, 3))


def pooled(padding: str) -> Any:
    layers = [keras.layers.Conv2D(4, 3), keras.layers.MaxPooling2D(2, padding=padding)]
    return keras.Sequential([keras.Input((None, None, 3)), *layers, keras.layers.GlobalAveragePooling2D()])


@pytest.mark.parametrize(
    ("source", "right", "wrong"),
    [
        (heads(), Heads(swapped=False), None),
        (reader(mask_zero=False), Reader(), None),
        (reader(mask_zero=True), None, Reader()),
        (pooled("valid"), Pooled(), None),
        (pooled("same"), None, Pooled()),
    ],
    ids=["heads", "no-mask", "mask", "no-padding", "padding"],
)
def test_what_differs_on_some_inputs_only_is_found(source: Any, right: Any, wrong: Any) -> None:
    if right is not None:
        assert port(source, right).worst < 1e-5
    if wrong is not None:
        assert port(source, wrong).worst > 1e-3


def test_every_head_is_compared() -> None:
    model = heads()
    names = dict(zip([layer.name for layer in model.layers[2:]], ("mean", "spread"), strict=True))
    assert port(model, Heads(swapped=False), names=names).worst < 1e-5
    assert port(model, Heads(swapped=True), names=names).worst > 1e-3


@pytest.mark.parametrize(("cap", "agree"), [(None, True), (6.0, False)])
def test_a_cap_that_small_inputs_do_not_reach_is_found(cap: float | None, agree: bool) -> None:
    layers = [keras.layers.Dense(5), keras.layers.ReLU(max_value=cap), keras.layers.Dense(3)]
    capped = keras.Sequential([keras.Input((6,)), *layers])
    assert port(capped, nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 3))).agree is agree


@pytest.mark.parametrize("text", ["0,10", "-3,10"])
def test_a_shape_of_nothing_proves_nothing(text: str) -> None:
    with pytest.raises(Exception, match="expected sizes of at least 1"):
        shapes(None, None, (text,))  # type: ignore[arg-type]
