"""What differs in training only is named, and a right port with dropout of any kind is equal."""

from typing import Any

import keras
import pytest
import torch
from ported_models import Torch
from torch import nn
from torch.nn import functional as F

from reference import port
from reference.migration.comparison import compare
from reference.migration.subjects import Subject

layers = keras.layers


def images(first: float = 0.5, second: float = 0.3, **options: Any) -> Any:
    return keras.Sequential(
        [
            *(keras.Input((6,)), layers.Dense(5, "relu", **options), layers.Dropout(first)),
            *(layers.Dense(4, "relu"), layers.Dropout(second), layers.Dense(3)),
        ]
    )


def modules(first: float = 0.5, second: float = 0.3) -> nn.Module:
    return nn.Sequential(
        *(nn.Linear(6, 5), nn.ReLU(), nn.Dropout(first)),
        *(nn.Linear(5, 4), nn.ReLU(), nn.Dropout(second), nn.Linear(4, 3)),
    )


def functions(always: bool = False) -> nn.Module:
    def forward(m: Any, x: Any) -> Any:
        h = F.dropout(m.first(x).relu(), 0.5, training=m.training)
        return m.third(F.dropout(m.second(h).relu(), 0.3, training=always or m.training))

    return Torch(forward, first=nn.Linear(6, 5), second=nn.Linear(5, 4), third=nn.Linear(4, 3))


def frozen() -> nn.Module:
    made = modules()
    made[0].requires_grad_(False)
    return made


def bias_frozen() -> nn.Module:
    made = modules()
    made[3].bias.requires_grad_(False)
    return made


def sequences() -> Any:
    twice = [layers.LSTM(4, return_sequences=True), layers.Dropout(0.2), layers.LSTM(4, return_sequences=True)]
    return keras.Sequential([keras.Input((5, 3)), *twice])


def stacked(rate: float) -> nn.Module:
    return nn.LSTM(3, 4, 2, batch_first=True, dropout=rate)


def variational(rate: float) -> Any:
    return keras.Sequential([keras.Input((5, 3)), layers.LSTM(4, dropout=rate, recurrent_dropout=0.1)])


def attending(rate: float) -> Any:
    x = keras.Input((5, 8))
    return keras.Model(x, layers.MultiHeadAttention(2, 4, dropout=rate)(x, x))


def attention(rate: float) -> nn.Module:
    whole = nn.MultiheadAttention(8, 2, rate, batch_first=True)
    return Torch(lambda m, x: m.attention(x, x, x, need_weights=False)[0], attention=whole)


RIGHT = {
    "modules": (images, modules),
    "functions": (images, functions),
    "between-levels": (sequences, lambda: stacked(0.2)),
    "attention": (lambda: attending(0.1), lambda: attention(0.1)),
    "recurrent": (lambda: variational(0.2), lambda: variational(0.2)),
    "noise": (lambda: keras.Sequential([images(), layers.GaussianNoise(0.0)]), modules),
}
DIFFERENT = {
    "rate": (images, lambda: modules(0.2), ["dropout 0.5 / 0.2"]),
    "swapped": (images, lambda: modules(0.3, 0.5), ["dropout 0.5, 0.3 / 0.3, 0.5"]),
    "absent": (images, lambda: modules(0.5, 0.0), ["dropout 0.3 / none"]),
    "between-levels": (sequences, lambda: stacked(0.0), ["dropout 0.2 / none"]),
    "attention": (lambda: attending(0.1), lambda: attention(0.2), ["dropout of attention 0.1 / 0.2"]),
    "recurrent": (
        lambda: variational(0.2),
        lambda: variational(0.3),
        ["dropout of a recurrent layer's inputs 0.2 / 0.3"],
    ),
    "frozen": (images, frozen, ["layer '0' (Linear): trained / frozen"]),
    "frozen-bias": (images, bias_frozen, ["layer '3' (Linear): trained / only w trained"]),
    "penalty": (
        lambda: images(kernel_regularizer=keras.regularizers.L2(0.01)),
        modules,
        ["kernel_regularizer of layer '0' (Linear): L2(l2=0.01) / none"],
    ),
}


def ported(source: Any, target: Any) -> tuple[Any, Any, Any]:
    """Both models, and what port says. The source's dropout is not zero, whatever was drawn."""
    keras.utils.set_random_seed(3)
    torch.manual_seed(3)
    a, b = source(), target()
    return a, b, port(a, b)


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_port_is_equal(name: str) -> None:
    a, b, said = ported(*RIGHT[name])
    assert said.agree, said.differences
    assert not any("training" in note for note in said.notes)
    compared = compare(Subject(a, "A"), Subject(b, "B"))
    assert compared.equal, compared


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_differs_is_named(name: str) -> None:
    source, target, lines = DIFFERENT[name]
    a, b, said = ported(source, target)
    assert said.agree, said.differences
    assert [note for note in said.notes if "training" in note] == [f"differs in training: {each}" for each in lines]
    compared = compare(Subject(a, "A"), Subject(b, "B"))
    assert compared.same
    assert not compared.equal
    assert list(compared.training) == lines


@pytest.mark.parametrize("seed", range(4))
def test_dropout_is_no_cause_where_there_is_none(seed: int) -> None:
    """Whatever is wrong, other cotangents do not make it better."""
    a, b, _ = ported(images, modules)
    b[6].register_forward_hook(lambda layer, given, y: y * 1.001)
    found = compare(Subject(a, "A"), Subject(b, "B"), seed=seed)
    assert found.unexplained
    assert not found.causes


def test_dropout_at_inference_is_found() -> None:
    a, b, _ = ported(images, lambda: functions(always=True))
    assert [cause.name for cause in compare(Subject(a, "A"), Subject(b, "B")).causes] == ["training mode"]
