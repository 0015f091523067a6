"""What engineers' models had in them: right ports that were called wrong, and mistakes that had no name."""

from typing import Any

import keras
import torch
from ported_models import Torch
from test_everyday_models import EXACT, in_float64
from torch import nn
from torch.nn import functional as F

from reference import port
from reference.migration.comparison import Compared, compare
from reference.migration.defaults import arguments
from reference.migration.subjects import Subject

layers = keras.layers


def told(keras_model: Any, right: Any, wrong: Any, example: Any = None) -> Compared:
    """What is said of a wrong port that has the weights of a right one."""
    a, b, c = in_float64(keras_model, right, wrong)
    assert port(a, b, example=example).worst < EXACT
    assert compare(Subject(a, "A"), Subject(b, "B"), example=example).equal
    c.load_state_dict(b.state_dict())
    return compare(Subject(a, "A"), Subject(c, "B"), example=example)


def keras_both_ways() -> Any:
    """Two branches of the same sizes, which Keras calls in another order than they are written in."""
    x = keras.Input((6, 4))
    ahead = layers.LSTM(3, return_sequences=True)(x)
    back = layers.LSTM(3, return_sequences=True, go_backwards=True)(x)
    back = layers.Lambda(lambda y: keras.ops.flip(y, 1))(back)
    return keras.Model(x, layers.Dense(2)(layers.Add()([ahead, back])))


def torch_both_ways(turned: bool = True) -> Any:
    def forward(m: Any, x: Any) -> Any:
        back = m.back(x.flip(1))[0]
        return m.head(m.ahead(x)[0] + (back.flip(1) if turned else back))

    rnn = lambda: nn.LSTM(4, 3, batch_first=True)  # noqa: E731
    return Torch(forward, ahead=rnn(), back=rnn(), head=nn.Linear(3, 2))


def test_branches_are_taken_as_the_model_was_written_and_may_read_backwards() -> None:
    found = told(keras_both_ways, torch_both_ways, lambda: torch_both_ways(False))
    assert not found.same
    assert "'back'" in found.place or "'head'" in found.place


def keras_normed() -> Any:
    x = keras.Input((8, 8, 3))
    h = x
    for n in (4, 5):
        h = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(layers.Conv2D(n, 3, padding="same")(h))
    return keras.Model(x, layers.Dense(2)(layers.GlobalAveragePooling2D()(h)))


class Normed(nn.Module):
    """Layers called as a layer of a block is: "norm" and "block.norm"."""

    def __init__(self, momentum: float = 0.1, drawn: bool = False) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4, momentum=momentum)
        self.block = nn.ModuleDict(
            {"conv": nn.Conv2d(4, 5, 3, padding=1), "norm": nn.BatchNorm2d(5, momentum=momentum)}
        )
        self.head, self.drawn = nn.Linear(5, 2), drawn

    def forward(self, x: Any) -> Any:
        h = self.block["norm"](self.block["conv"](self.norm(self.conv(x)))).mean((2, 3))
        if self.drawn and self.training:  # stochastic depth
            h = h * torch.bernoulli(torch.full((len(h), 1), 0.8)) / 0.8
        return self.head(h)


def test_the_momentum_of_every_layer_is_told() -> None:
    found = told(keras_normed, Normed, lambda: Normed(0.9))
    assert {(cause.name, cause.layer) for cause in found.causes} == {("momentum", "norm"), ("momentum", "block.norm")}
    assert not found.unexplained


def test_statistics_are_not_corrected_where_nothing_was_trained() -> None:
    a, b = in_float64(keras_normed, lambda: Normed(drawn=True))
    assert port(a, b).worst < EXACT
    found = compare(Subject(a, "A"), Subject(b, "B"))
    assert found.same, found
    assert any("not compared in training" in note for note in found.notes)


def keras_heads() -> Any:
    x = keras.Input((5, 8))
    return keras.Model(x, layers.Dense(3)(layers.MultiHeadAttention(2, 4)(x, x)))


def torch_heads(heads: int = 2) -> Any:
    attention = nn.MultiheadAttention(8, heads, batch_first=True)
    return Torch(lambda m, x: m.head(m.attention(x, x, x)[0]), attention=attention, head=nn.Linear(8, 3))


def test_another_number_of_heads_is_told() -> None:
    found = told(keras_heads, torch_heads, lambda: torch_heads(4))
    assert [cause.text for cause in found.causes] == ["layer 'attention' (MultiheadAttention): it has 4 heads, A's 2"]
    assert not found.unexplained


def keras_block() -> Any:
    x = keras.Input((5, 8))
    h = layers.LayerNormalization(epsilon=1e-5)(layers.Add()([x, layers.MultiHeadAttention(2, 4)(x, x)]))
    y = layers.Dense(8)(layers.Dense(12, activation="relu")(h))
    h = layers.LayerNormalization(epsilon=1e-5)(layers.Add()([h, y]))
    return keras.Model(x, layers.Dense(3)(h))


def torch_block(norm_first: bool = False) -> Any:
    block = nn.TransformerEncoderLayer(8, 2, 12, 0.0, batch_first=True, norm_first=norm_first)
    return nn.Sequential(block, nn.Linear(8, 3))


def test_norms_before_and_behind_are_told() -> None:
    found = told(keras_block, torch_block, lambda: torch_block(True))
    assert [cause.name for cause in found.causes] == ["norm_first"], found
    assert not found.unexplained
    assert "norm_first=False" in found.causes[0].text


def keras_outputs() -> Any:
    x = keras.Input((6,))
    h = layers.Dense(5, activation="relu")(x)
    return keras.Model(x, [layers.Dense(3, activation="softmax")(h), layers.Dense(2)(h)])


def torch_outputs(swapped: bool = False, ends: Any = F.softmax) -> Any:
    def forward(m: Any, x: Any) -> Any:
        h = m.hidden(x).relu()
        kind, value = ends(m.kind(h), dim=-1), m.value(h)
        return (value, kind) if swapped else (kind, value)

    return Torch(forward, hidden=nn.Linear(6, 5), kind=nn.Linear(5, 3), value=nn.Linear(5, 2))


def test_outputs_in_another_order_are_told() -> None:
    found = told(keras_outputs, torch_outputs, lambda: torch_outputs(True))
    assert [cause.name for cause in found.causes] == ["output order"]
    assert "A's are B's 2, 1" in found.causes[0].text


def test_logarithms_of_probabilities_are_no_logits() -> None:
    found = told(keras_outputs, torch_outputs, lambda: torch_outputs(ends=F.log_softmax))
    assert "log_softmax" in found.causes[0].text


def keras_strided() -> Any:
    x = keras.Input((8, 8, 2))
    h = layers.Conv2D(3, 3, 2, padding="same", activation="relu")(x)
    return keras.Model(x, layers.Dense(2)(layers.GlobalAveragePooling2D()(h)))


def test_no_more_zeros_are_told_than_are_read() -> None:
    def strided(ends: tuple[int, int]) -> Any:
        forward = lambda m, x: m.head(m.conv(F.pad(x, ends * 2)).relu().mean((2, 3)))  # noqa: E731
        return lambda: Torch(forward, conv=nn.Conv2d(2, 3, 3, 2), head=nn.Linear(3, 2))

    found = told(keras_strided, strided((0, 1)), strided((1, 1)))
    assert [cause.name for cause in found.causes] == ["padding"]
    assert "A puts 0 zeros before and 1 behind" in found.causes[0].text


def keras_gated() -> Any:
    x = keras.Input((6,))
    h = layers.Dense(5)(x)
    y = layers.Multiply()([layers.Dense(5, activation="tanh")(h), layers.Dense(5, activation="sigmoid")(h)])
    return keras.Model(x, layers.Dense(2)(layers.Add()([h, layers.Dense(5)(y)])))


def torch_gated(swapped: bool = False) -> Any:
    def forward(m: Any, x: Any) -> Any:
        h = m.start(x)
        value, gate = m.value(h), m.gate(h)
        y = value.sigmoid() * gate.tanh() if swapped else value.tanh() * gate.sigmoid()
        return m.head(h + m.out(y))

    parts = {name: nn.Linear(5, 5) for name in ("value", "gate", "out")}
    return Torch(forward, start=nn.Linear(6, 5), **parts, head=nn.Linear(5, 2))


def test_only_what_is_needed_is_told() -> None:
    found = told(keras_gated, torch_gated, lambda: torch_gated(True))
    assert {cause.name for cause in found.causes} == {"activation"}, found
    assert len(found.causes) == 2


def test_a_function_among_defaults_has_a_name() -> None:
    def mine(activation: Any = "tanh") -> None: ...
    def theirs(activation: Any = torch.relu) -> None: ...

    (found,) = arguments(mine, theirs)
    assert (found.keras_default, found.torch_default) == ("tanh", "relu")
