"""Weights beside layers, layers of one's own in both frameworks, and attention that is written out, go across."""

from typing import Any

import pytest
from own_weights import (
    Attending,
    Crowned,
    Translating,
    Vision,
    keras_attending,
    keras_crowned,
    keras_projected,
    keras_translating,
    keras_vision,
    torch_projected,
)
from portable import shuffle
from test_everyday_models import EXACT, in_float64

from reference import port
from reference.errors import RequestError
from reference.migration.comparison import compare
from reference.migration.subjects import Subject

RIGHT: dict[str, tuple[Any, Any]] = {
    "class-token-and-positions": (keras_vision, Vision),
    "matrix-as-it-lies": (keras_projected, lambda: torch_projected(across=False)),
    "matrix-across": (keras_projected, torch_projected),
    "attention-in-two": (keras_attending, lambda: Attending(True)),
    "attention-in-four": (keras_attending, lambda: Attending(False)),
    "attention-in-three": (keras_translating, Translating),
}
# the wrong port, and what is said of it
WRONG: dict[str, tuple[Any, Any, Any, set[str]]] = {
    "token-last": (keras_vision, Vision, lambda: Vision(last=True), {"concatenation order"}),
    "positions-forgotten": (keras_vision, Vision, lambda: Vision(used=False), {"weight not used"}),
    "no-scale": (keras_attending, lambda: Attending(True), lambda: Attending(True, 1.0), {"factor"}),
    "no-scale-in-four": (keras_attending, lambda: Attending(False), lambda: Attending(False, 1.0), {"factor"}),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_ports_are_carried_over_and_equal(name: str) -> None:
    a, b = in_float64(*RIGHT[name])
    shuffle(b, "torch", 2)
    assert port(b, a).worst < EXACT
    shuffle(a, "keras", 1)
    assert not compare(Subject(a, "A"), Subject(b, "B")).equal
    ported = port(a, b)
    assert ported.worst < EXACT, ported.differences
    assert not any("not verified" in note for note in ported.notes)
    assert compare(Subject(a, "A"), Subject(b, "B")).equal


@pytest.mark.parametrize("name", WRONG)
def test_wrong_ports_are_told(name: str) -> None:
    keras_model, right, wrong, causes = WRONG[name]
    a, b, c = in_float64(keras_model, right, wrong)
    port(a, b)
    c.load_state_dict(b.state_dict())
    found = compare(Subject(a, "A"), Subject(c, "B"))
    assert not found.same
    assert {cause.name for cause in found.causes} == causes, found


def test_a_weight_that_is_not_the_others_is_named() -> None:
    a, b = in_float64(keras_vision, Vision)
    port(a, b)
    b.positions.data[0, 3] += 0.01
    found = compare(Subject(a, "A"), Subject(b, "B"))
    assert [cause.text for cause in found.causes] == ["weight 'positions': its value is not A's"], found


def test_a_weight_is_not_called_unused_where_something_else_is_wrong() -> None:
    a, b, c = in_float64(keras_crowned, lambda: Crowned(2), lambda: Crowned(4))
    assert port(a, b).worst < EXACT
    c.load_state_dict(b.state_dict())
    found = compare(Subject(a, "A"), Subject(c, "B"))
    assert found.unexplained
    assert not found.causes


@pytest.mark.parametrize(
    ("source", "target", "said"),
    [
        (keras_vision, lambda: Vision(11), "positions' belongs to no layer that has a counterpart"),
        (keras_projected, lambda: torch_projected(n_out=6), "KerasProjection"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_moved(source: Any, target: Any, said: str) -> None:
    a, b = in_float64(source, target)
    before = {name: value.clone() for name, value in b.state_dict().items()}
    with pytest.raises(RequestError, match=said):
        port(a, b)
    assert all(bool((value == before[name]).all()) for name, value in b.state_dict().items())


def test_a_matrix_as_wide_as_high_that_lies_across_does_not_agree() -> None:
    a, b = in_float64(lambda: keras_projected(5), lambda: torch_projected(5))
    assert not port(a, b).agree
