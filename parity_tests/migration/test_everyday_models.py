"""Models as people write them: right ports are carried over and found equal either way, wrong ones are not."""

from typing import Any

import keras
import pytest
import torch
from everyday_models import EVERYDAY, NAMED
from portable import shuffle
from torch import nn

from reference import port
from reference.frameworks.keras import float_type
from reference.migration.comparison import compare
from reference.migration.subjects import Subject

EXACT = 1e-12
SHAPES = {"vae": (4, 6), "vae-of-distributions": (4, 6)}


def in_float64(*models: Any) -> list[Any]:
    torch.set_default_dtype(torch.float64)
    try:
        with float_type("float64"):
            return [model() for model in models]
    finally:
        torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize("name", EVERYDAY)
def test_right_ports_are_equal_and_wrong_ones_are_not(name: str) -> None:
    keras_model, right, wrong = EVERYDAY[name]
    a, b, *others = in_float64(keras_model, right, *wrong)
    shape = SHAPES.get(name)
    shuffle(b, "torch", 2)
    assert port(b, a, example=shape).worst < EXACT
    shuffle(a, "keras", 1)
    ported = port(a, b, example=shape)
    assert ported.worst < EXACT, ported.differences
    assert compare(Subject(a, "A"), Subject(b, "B"), example=shape).equal
    for i, other in enumerate(others):
        other.load_state_dict(b.state_dict())
        found = compare(Subject(a, "A"), Subject(other, "B"), example=shape)
        assert not found.same, found
        assert {cause.name for cause in found.causes} == NAMED.get(name, (set(),))[i], found


def test_noise_is_told_and_is_nobodys_own() -> None:
    a, b = in_float64(*EVERYDAY["vae"][:2])
    state = torch.get_rng_state()
    notes = port(a, b, example=(4, 6)).notes
    assert any("drawn" in note or "draws" in note for note in notes)
    with torch.no_grad():
        x = torch.zeros(4, 6, dtype=torch.float64)
        assert not torch.equal(b(x)[0], b(x)[0])
    assert len(state)


def test_rows_of_padding_are_told_and_are_no_other_difference() -> None:
    x = keras.Input((5,), dtype="int32")
    model = lambda: keras.Model(x, keras.layers.Dense(3)(keras.layers.Flatten()(keras.layers.Embedding(7, 4)(x))))  # noqa: E731
    parts = lambda row: lambda: nn.Sequential(nn.Embedding(7, 4, padding_idx=row), nn.Flatten(), nn.Linear(20, 3))  # noqa: E731
    a, b, c = in_float64(model, parts(0), parts(None))
    ported = port(a, b)
    assert ported.worst < EXACT
    told = "layer '0' (Embedding): all trained / all but row 0 trained (padding_idx)"
    assert f"differs in training: {told}" in ported.notes
    found = compare(Subject(a, "A"), Subject(b, "B"))
    assert found.same
    assert found.training == (told,)
    port(a, c)
    assert compare(Subject(a, "A"), Subject(c, "B")).equal
    with torch.no_grad():
        b[0].weight[2] += 0.1
    assert not compare(Subject(a, "A"), Subject(b, "B")).same
