"""Which layers correspond, where their order does not tell: port and compare go the same ways."""

from typing import Any

import keras
import pytest
from ported_models import Torch
from torch import nn

from reference import port
from reference.errors import RequestError
from reference.migration.comparison import compare
from reference.migration.subjects import Subject

layers = keras.layers


def branches() -> Any:
    """Keras calls the short branch's layer first, whatever was made first."""
    x = keras.Input((6,))
    long = layers.Dense(4, name="second")(layers.Dense(6, "relu", name="first")(x))
    return keras.Model(x, [long, layers.Dense(4, name="short")(x)])


def heads() -> Any:
    x = keras.Input((6,))
    return keras.Model(x, [layers.Dense(2, name="cls")(x), layers.Dense(4, name="box")(x)])


def torch_branches() -> nn.Module:
    return Torch(
        lambda m, x: (m.second(m.first(x).relu()), m.short(x)),
        **{"first": nn.Linear(6, 6), "second": nn.Linear(6, 4), "short": nn.Linear(6, 4)},
    )


def torch_heads() -> nn.Module:
    def forward(m: Any, x: Any) -> Any:
        box = m.box(x)
        return m.cls(x), box

    return Torch(forward, box=nn.Linear(6, 4), cls=nn.Linear(6, 2))


@pytest.mark.parametrize(
    ("source", "target", "changed"), [(branches, torch_branches, "short"), (heads, torch_heads, "cls")]
)
def test_branches_are_not_matched_crosswise(source: Any, target: Any, changed: str) -> None:
    a, b = source(), target()
    said = port(a, b)
    assert said.agree, said
    assert all(row[1] == row[2] for row in said.layers)
    assert compare(Subject(a, "A"), Subject(b, "B")).equal
    getattr(b, changed).bias.data += 1
    found = compare(Subject(a, "A"), Subject(b, "B"))
    assert [(cause.name, cause.layer) for cause in found.causes] == [("weights", changed)]


def test_a_layer_that_is_never_called_is_told() -> None:
    a = nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 3))
    b = Torch(lambda m, x: m.head(m.body(x).relu()), body=nn.Linear(6, 5), head=nn.Linear(5, 3))
    assert not port(a, b).notes
    a, b = (Torch(lambda m, x: m.body(x), body=nn.Linear(6, 5), spare=nn.Linear(5, 2)) for _ in range(2))
    told = (
        "layer 'spare' (Linear) is not called as the model runs: that it corresponds to layer 'spare' (Linear) is not"
    )
    assert any(note.startswith(told) for note in port(a, b).notes)
    assert any(note.startswith(told) for note in compare(Subject(a, "A"), Subject(b, "B")).notes)


def test_what_fits_in_no_order_is_refused() -> None:
    with pytest.raises(RequestError, match="does not fit"):
        port(nn.Sequential(nn.Linear(6, 5)), nn.Sequential(nn.Linear(6, 4)))
