"""Layers that no pair knows are carried over and compared between models of one framework, by their class."""

from typing import Any

import keras
import pytest
import torch
from portable import shuffle
from test_everyday_models import EXACT, in_float64
from torch import nn

from reference import port
from reference.errors import RequestError
from reference.migration.comparison import compare
from reference.migration.subjects import Subject

layers = keras.layers


class KerasScale(layers.Layer):
    def build(self, shape: Any) -> None:
        self.scale = self.add_weight(shape=(shape[-1],), initializer="ones", name="scale")

    def call(self, x: Any) -> Any:
        return x * self.scale


class TorchScale(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(5))

    def forward(self, x: Any) -> Any:
        return x * self.scale


class First(nn.Module):
    """The sequence that a recurrent layer gives, without its states."""

    def __init__(self, rnn: nn.Module) -> None:
        super().__init__()
        self.rnn = rnn

    def forward(self, x: Any) -> Any:
        return self.rnn(x)[0]


def keras_rows() -> Any:
    return keras.Sequential([keras.Input((7,)), layers.Dense(5), KerasScale(), layers.Dense(2)])


def torch_rows() -> Any:
    return nn.Sequential(nn.Linear(7, 5), TorchScale(), nn.Linear(5, 2))


def projected(size: int = 3) -> Any:
    return nn.Sequential(First(nn.LSTM(4, 5, batch_first=True, proj_size=size)), nn.Linear(size, 2))


def more(model: Any, name: str) -> None:
    with torch.no_grad():
        model.get_parameter(name).add_(0.1)


MODELS: dict[str, Any] = {
    "keras": ("keras", keras_rows, (3, 7), lambda b: b.layers[1].scale.assign(b.layers[1].scale + 0.1)),
    "torch": ("torch", torch_rows, (3, 7), lambda b: more(b, "1.scale")),
    "proj_size": ("torch", projected, (3, 6, 4), lambda b: more(b, "0.rnn.weight_hr_l0")),
}


@pytest.mark.parametrize("name", MODELS)
def test_between_models_of_one_framework(name: str) -> None:
    framework, model, shape, change = MODELS[name]
    a, b = in_float64(model, model)
    for each, seed in ((a, 1), (b, 2)):
        shuffle(each, framework, seed)
    assert not compare(Subject(a, "A"), Subject(b, "B"), example=shape).equal
    assert port(a, b, example=shape).worst < EXACT
    assert compare(Subject(a, "A"), Subject(b, "B"), example=shape).equal
    change(b)
    found = compare(Subject(a, "A"), Subject(b, "B"), example=shape)
    assert [cause.name for cause in found.causes] == ["weights"], found
    assert not found.unexplained


@pytest.mark.parametrize(
    ("source", "target", "shape", "said"),
    [
        (keras_rows, lambda: nn.Sequential(nn.Linear(7, 5), nn.Linear(5, 2)), (3, 7), "no pair has KerasScale beside"),
        (projected, lambda: projected(2), (3, 6, 4), "of shape (20, 2)"),
    ],
)
def test_what_cannot_be_carried_over_is_told(source: Any, target: Any, shape: Any, said: str) -> None:
    a, b = in_float64(source, target)
    with pytest.raises(RequestError) as error:
        port(a, b, example=shape)
    assert said in str(error.value)


def test_between_frameworks_weights_of_the_same_sizes_are_carried_over() -> None:
    a, b = in_float64(keras_rows, torch_rows)
    for each, framework, seed in ((a, "keras", 1), (b, "torch", 2)):
        shuffle(each, framework, seed)
    assert port(a, b, example=(3, 7)).worst < EXACT
    assert compare(Subject(a, "A"), Subject(b, "B"), example=(3, 7)).equal
    more(b, "1.scale")
    found = compare(Subject(a, "A"), Subject(b, "B"), example=(3, 7))
    assert [cause.name for cause in found.causes] == ["weights"], found


def test_swapped_gates_of_a_projected_lstm_are_named() -> None:
    a, b = in_float64(projected, projected)
    port(a, b, example=(3, 6, 4))
    rnn = b[0].rnn
    with torch.no_grad():
        for w in (rnn.weight_ih_l0, rnn.weight_hh_l0, rnn.bias_ih_l0, rnn.bias_hh_l0):
            i, f, g, o = w.clone().chunk(4)
            w.copy_(torch.cat([f, i, g, o]))
    found = compare(Subject(a, "A"), Subject(b, "B"), example=(3, 6, 4))
    assert [cause.name for cause in found.causes] == ["swapped gates"], found
