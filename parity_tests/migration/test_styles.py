"""Models in the styles of their frameworks: those that are right are taken, and what is wrong has a name."""

from typing import Any

import keras
import numpy as np
import pytest
import torch
from portable import shuffle
from ported_models import Torch
from torch import nn
from torch.nn import functional as F

from reference import port
from reference.errors import RequestError
from reference.migration.comparison import compare
from reference.migration.subjects import Subject

layers = keras.layers


def causal() -> Any:
    return keras.Sequential([keras.Input((9, 3)), layers.Conv1D(4, 3, padding="causal", activation="relu")])


def padded(left: int = 2) -> nn.Module:
    return Torch(lambda m, x: m.conv(F.pad(x, (left, 2 - left))).relu(), conv=nn.Conv1d(3, 4, 3))


def in_steps() -> Any:
    """Two recurrent layers, the second from the state of the first, and a dense one at every step."""
    x, y = keras.Input((6, 4)), keras.Input((5, 3))
    _, state = layers.GRU(7, return_state=True)(x)
    h = layers.GRU(7, return_sequences=True)(y, initial_state=state)
    return keras.Model([x, y], layers.TimeDistributed(layers.Dense(2))(h))


def torch_in_steps(state: bool = True) -> nn.Module:
    return Torch(
        lambda m, x, y: m.head(m.second(y, m.first(x)[1] if state else None)[0]),
        first=nn.GRU(4, 7, batch_first=True),
        second=nn.GRU(3, 7, batch_first=True),
        head=nn.Linear(7, 2),
    )


def two_heads() -> Any:
    x = keras.Input((8,))
    h = layers.Dense(5, "relu")(x)
    return keras.Model(x, {"a": layers.Dense(2)(h), "b": layers.Dense(3)(h)})


def torch_two_heads() -> nn.Module:
    def forward(m: Any, x: Any) -> Any:
        h = m.body(x).relu()
        return {"b": m.b(h), "a": m.a(h)}

    return Torch(forward, a=nn.Linear(5, 2), b=nn.Linear(5, 3), body=nn.Linear(8, 5))


class Tied(keras.Model):
    """An output that is tied to the embedding."""

    def __init__(self) -> None:
        super().__init__()
        self.words = layers.Embedding(11, 6)
        self(np.zeros((2, 7), np.int32))

    def call(self, x: Any) -> Any:
        return keras.ops.matmul(self.words(x), keras.ops.transpose(self.words.embeddings))


def torch_tied() -> nn.Module:
    made = Torch(lambda m, x: m.out(m.words(x)), words=nn.Embedding(11, 6), out=nn.Linear(6, 11, bias=False))
    made.out.weight = made.words.weight
    return made


def masked() -> Any:
    x = keras.Input((7,), dtype="int32")
    return keras.Model(x, layers.Dense(2)(layers.LSTM(5)(layers.Embedding(11, 6, mask_zero=True)(x))))


def torch_masked(packed: bool) -> nn.Module:
    def forward(m: Any, x: Any) -> Any:
        h = m.words(x)
        if packed:
            lengths = (x != 0).sum(1)
            h = nn.utils.rnn.pack_padded_sequence(h, lengths, batch_first=True, enforce_sorted=False)
        return m.head(m.rnn(h)[1][0][-1])

    rnn = nn.LSTM(6, 5, batch_first=True)
    rnn.bias_hh_l0.requires_grad_(False).zero_()
    return Torch(forward, words=nn.Embedding(11, 6), rnn=rnn, head=nn.Linear(5, 2))


RIGHT = {
    "causal": (causal, padded),
    "in-steps": (in_steps, torch_in_steps),
    "two-heads": (two_heads, torch_two_heads),
    "tied": (Tied, torch_tied),
    "masked": (masked, lambda: torch_masked(packed=True)),
}
EXAMPLES = {"tied": (3, 7)}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_port_is_taken_either_way(name: str) -> None:
    keras.utils.set_random_seed(1)
    a, b = (make() for make in RIGHT[name])
    shuffle(a, "keras", 1)
    example = EXAMPLES.get(name)
    for source, target in ((a, b), (b, a)):
        said = port(source, target, example=example)
        assert said.agree, said.differences
        assert compare(Subject(source, "A"), Subject(target, "B"), example=example).equal
        shuffle(a, "keras", 2)


@pytest.mark.parametrize(
    ("source", "target", "causes"),
    [
        (causal, lambda: padded(1), ["padding"]),
        (in_steps, lambda: torch_in_steps(state=False), []),
        (masked, lambda: torch_masked(packed=False), ["masking"]),
    ],
)
def test_a_wrong_one_is_not(source: Any, target: Any, causes: list[str]) -> None:
    keras.utils.set_random_seed(1)
    a, b = source(), target()
    for x, y in ((a, b), (b, a)):
        assert not port(x, y).agree
        found = compare(Subject(x, "A"), Subject(y, "B"))
        assert [cause.name for cause in found.causes] == causes, found
        assert found.unexplained is not bool(causes)
        assert found.place


@pytest.mark.parametrize(
    ("normed", "said"),
    [
        (nn.utils.parametrizations.weight_norm, r"parametrize\.remove_parametrizations\(layer, 'weight'\)"),
        (nn.utils.parametrizations.spectral_norm, r"parametrize\.remove_parametrizations\(layer, 'weight'\)"),
        (nn.utils.spectral_norm, r"remove_spectral_norm\(layer, 'weight'\)"),
    ],
)
def test_weights_that_are_computed_are_refused_with_what_to_do(normed: Any, said: str) -> None:
    b = nn.Sequential(normed(nn.Linear(5, 4)), nn.Linear(4, 2))
    with pytest.raises(RequestError, match=said):
        port(b, keras.Sequential([keras.Input((5,)), layers.Dense(4), layers.Dense(2)]))
    assert isinstance(b[0], torch.nn.Linear)
