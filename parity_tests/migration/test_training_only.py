"""What differs in training only is named, and a right port with dropout of any kind is equal."""

from typing import Any

import keras
import numpy as np
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
    b[6].register_forward_hook(lambda layer, given, y: y.lerp(y.sinh(), 0.01))
    found = compare(Subject(a, "A"), Subject(b, "B"), seed=seed)
    assert found.unexplained
    assert not found.causes


def test_dropout_at_inference_is_found() -> None:
    a, b, _ = ported(images, lambda: functions(always=True))
    assert [cause.name for cause in compare(Subject(a, "A"), Subject(b, "B")).causes] == ["training mode"]


class Noise(nn.Module):
    """As Keras' GaussianNoise, or at inference too."""

    def __init__(self, always: bool = False) -> None:
        super().__init__()
        self.always = always

    def forward(self, x: Any) -> Any:
        return x + 0.3 * torch.randn_like(x) if self.always or self.training else x


class Always(keras.Model):
    """Drops at inference too."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.drop, self.second = layers.Dense(5), layers.Dropout(0.3), layers.Dense(3)
        self(np.zeros((2, 6), np.float32))

    def call(self, x: Any) -> Any:
        return self.second(self.drop(self.first(x), training=True))


class Rarely(nn.Module):
    """Turns the sign of everything one time in four."""

    def forward(self, x: Any) -> Any:
        return -x if self.training and torch.rand(()) < 0.25 else x


def rows(*between: Any) -> Any:
    return keras.Sequential([keras.Input((6,)), layers.Dense(5), *between, layers.Dense(3)])


def module(*between: nn.Module) -> nn.Module:
    return nn.Sequential(nn.Linear(6, 5), *between, nn.Linear(5, 3))


def pictures(*augmented: Any) -> Any:
    return keras.Sequential([keras.Input((8, 8, 3)), *augmented, layers.Conv2D(4, 3)])


def in_forward() -> nn.Module:
    def forward(m: Any, x: Any) -> Any:
        h = m.first(x)
        return m.second(h + torch.randn_like(h) if m.training else h)

    return Torch(forward, first=nn.Linear(6, 5), second=nn.Linear(5, 3))


FLIP = "'flip' (RandomFlip), 'zoom' (RandomZoom)"
# the lines on what only one draws, and whether both draw what cannot be compared
RANDOM = {
    "augmentation": (
        lambda: pictures(layers.RandomFlip(name="flip"), layers.RandomZoom(0.2, name="zoom")),
        lambda: nn.Sequential(nn.Conv2d(3, 4, 3)),
        [f"random layers {FLIP} / none"],
        "",
    ),
    "slopes": (
        lambda: rows(layers.LeakyReLU((1 / 8 + 1 / 3) / 2)),
        lambda: module(nn.RReLU()),
        ["random layers none / '1' (RReLU)"],
        "",
    ),
    "own-noise": (lambda: rows(layers.GaussianNoise(0.3)), lambda: module(Noise()), [], "by noise 0.3 / '1' (Noise);"),
    "rarely": (lambda: rows(), lambda: module(Rarely()), ["random layers none / '1' (Rarely)"], ""),
    "both-own": (lambda: module(Noise()), lambda: module(Rarely()), [], "by '1' (Noise) / '1' (Rarely);"),
    "in-forward": (lambda: rows(layers.Dropout(0.2)), in_forward, [], "outside its layers"),
}


@pytest.mark.parametrize("name", RANDOM)
def test_layers_that_draw_random_numbers_are_compared_as_at_inference(name: str) -> None:
    source, target, lines, said = RANDOM[name]
    a, b, moved = ported(source, target)
    assert moved.agree, moved.differences
    assert [n for n in moved.notes if n.startswith("differs")] == [f"differs in training: {each}" for each in lines]
    assert [said in note for note in moved.notes if "not compared" in note] == [True] * bool(said)
    compared = compare(Subject(a, "A"), Subject(b, "B"))
    assert compared.same
    assert list(compared.training) == lines
    with torch.no_grad():
        next(b.parameters())[0] *= 1.01
    assert [cause.name for cause in compare(Subject(a, "A"), Subject(b, "B")).causes] == ["weights"]


def test_a_mistake_beside_random_layers_is_found_in_training_too() -> None:
    """The moments of a batch are those without what is drawn."""
    a = rows(layers.GaussianNoise(0.3), layers.BatchNormalization())
    b = module(Noise(), nn.BatchNorm1d(5, eps=1e-3, momentum=0.02))
    assert not port(a, b).agree
    assert [cause.name for cause in compare(Subject(a, "A"), Subject(b, "B")).causes] == ["momentum"]


def test_random_numbers_at_inference_are_no_port() -> None:
    a, b, said = ported(rows, lambda: module(Noise(always=True)))
    assert not said.agree
    (noise,) = compare(Subject(a, "A"), Subject(b, "B")).causes
    assert "B adds them, A takes the first alone" in noise.text
    a, b, said = ported(Always, lambda: module(nn.Dropout(0.3)))
    assert not said.agree
    (cause,) = compare(Subject(a, "A"), Subject(b, "B"), example=(3, 6)).causes
    assert "training=True" in cause.text
