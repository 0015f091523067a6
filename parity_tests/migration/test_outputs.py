"""Every array that a model gives is compared, whatever it is in and however it lies."""

from typing import Any

import keras
import pytest
import torch
from ported_models import Torch
from torch import nn

from reference import port
from reference.errors import RequestError
from reference.migration.comparison import compare
from reference.migration.subjects import Subject

layers = keras.layers


def keras_states() -> Any:
    x = keras.Input((6, 5))
    y, h, c = layers.LSTM(8, return_sequences=True, return_state=True)(x)
    return keras.Model(x, [layers.Dense(2)(y), h, c])


def torch_states(exchanged: bool = False) -> nn.Module:
    def forward(m: Any, x: Any) -> Any:
        y, (h, c) = m.rnn(x)
        return (m.head(y), c[0], h[0]) if exchanged else (m.head(y), (h, c))

    return Torch(forward, rnn=nn.LSTM(5, 8, batch_first=True), head=nn.Linear(8, 2))


def keras_images() -> Any:
    x = keras.Input((8, 7, 3))
    h = layers.Conv2D(5, 3, padding="same")(x)
    rows = layers.Dense(2)(layers.GlobalAveragePooling2D()(h))
    return keras.Model(x, {"rows": rows, "image": layers.Activation("tanh")(h)})


def torch_images(image: Any = torch.tanh) -> nn.Module:
    def forward(m: Any, x: Any) -> Any:
        h = m.body(x)
        return {"image": image(h), "rows": m.head(h.mean((2, 3)))}

    return Torch(forward, body=nn.Conv2d(3, 5, 3, padding=1), head=nn.Linear(5, 2))


def keras_generator() -> Any:
    grown = [layers.Dense(4 * 3 * 6, name="grow"), layers.Reshape((4, 3, 6))]
    return keras.Sequential([keras.Input((10,)), *grown, layers.Conv2DTranspose(5, 2, strides=2), layers.Conv2D(3, 3)])


def torch_generator(end: Any = lambda y: y) -> nn.Module:
    """Its rows are read as Keras reads them, channels last."""
    return Torch(
        lambda m, x: end(m.last(m.up(m.grow(x).view(-1, 4, 3, 6).permute(0, 3, 1, 2)))),
        **{"grow": nn.Linear(10, 72), "up": nn.ConvTranspose2d(6, 5, 2, 2), "last": nn.Conv2d(5, 3, 3)},
    )


CASES = {
    "states": (keras_states, torch_states, lambda: torch_states(exchanged=True)),
    "by-name": (keras_images, torch_images, lambda: torch_images(torch.sigmoid)),
    "generator": (keras_generator, torch_generator, lambda: torch_generator(lambda y: y.flip(1))),
}


@pytest.mark.parametrize("name", CASES)
def test_all_outputs_are_compared(name: str) -> None:
    source, right, wrong = CASES[name]
    a, b = source(), right()
    assert port(a, b).agree
    assert compare(Subject(a, "A"), Subject(b, "B")).equal
    b = wrong()
    said = port(a, b)
    assert said.worst > 1e-3
    assert not compare(Subject(a, "A"), Subject(b, "B")).equal


def test_outputs_that_only_one_model_has_are_told() -> None:
    source = keras.Sequential([keras.Input((6, 5)), layers.LSTM(4, return_sequences=True)])
    said = port(source, nn.LSTM(5, 4, batch_first=True))
    assert said.agree
    assert "one model gives 1 outputs, the other 3: only the first of each were compared" in said.notes


def test_a_model_that_gives_nothing_is_refused() -> None:
    nothing = Torch(lambda m, x: None, body=nn.Linear(6, 5))
    with pytest.raises(RequestError, match="the torch model gives no array"):
        port(nothing, nothing, example=(3, 6))


class Distance(nn.Module):
    """A number p that is no rate of dropout."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.distance = nn.Linear(6, 5), nn.PairwiseDistance(p=2.0)

    def forward(self, x: Any) -> Any:
        return self.distance(self.body(x), torch.ones(5))


def test_a_number_that_is_no_rate_is_left_alone() -> None:
    keras_distance = keras.Sequential(
        [keras.Input((6,)), layers.Dense(5), layers.Lambda(lambda x: keras.ops.norm(x - 1 + 1e-6, axis=-1))]
    )
    said = port(keras_distance, Distance())
    assert said.agree, said.differences
    assert not said.notes


@pytest.mark.parametrize("size", [0.02, 1.0])
def test_a_cap_far_above_the_inputs_is_found(size: float) -> None:
    capped = keras.Sequential([keras.Input((6,)), layers.Dense(5), layers.ReLU(max_value=6.0), layers.Dense(3)])
    for weight in capped.weights:
        weight.assign(weight * size)
    free = nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 3))
    assert not port(capped, free).agree
    assert port(capped, nn.Sequential(nn.Linear(6, 5), nn.ReLU6(), nn.Linear(5, 3))).agree


def test_an_epsilon_beside_large_numbers_is_found() -> None:
    """And a softmax of large numbers, of which rounding makes something else, is not."""
    normal = keras.Sequential([keras.Input((4, 6)), layers.Rescaling(30.0), layers.LayerNormalization(epsilon=1e-3)])

    def scaled(epsilon: float) -> nn.Module:
        return Torch(lambda m, x: m.norm(30 * x), norm=nn.LayerNorm(6, epsilon))

    assert port(normal, scaled(1e-3), example=(3, 4, 6)).agree
    assert not port(normal, scaled(1e-5), example=(3, 4, 6)).agree
    sharp = keras.Sequential([keras.Input((6,)), layers.Dense(20), layers.Dense(5, "softmax")])
    assert port(sharp, nn.Sequential(nn.Linear(6, 20), nn.Linear(20, 5), nn.Softmax(-1))).agree
