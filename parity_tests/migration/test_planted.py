"""Mistakes in options, activations and weights are found either way round, and have names; right ports are equal."""

from typing import Any

import pytest
import torch
from planted import MODELS, NO_RIGHT_PORT, WEIGHTS, residual, torch_residual
from ported_models import Torch, example, made
from torch import nn

from reference.migration.comparison import Compared, compare
from reference.migration.subjects import Subject


def both_ways(a: Any, b: Any) -> list[Compared]:
    given = example(a)
    return [compare(Subject(x, "A"), Subject(y, "B"), example=given) for x, y in ((a, b), (b, a))]


@pytest.mark.parametrize("name", [name for name in MODELS if name not in NO_RIGHT_PORT])
def test_a_right_port_is_equal(name: str) -> None:
    keras_model, right, *_ = MODELS[name]
    assert all(found.equal for found in both_ways(*made(keras_model, right, right)))


@pytest.mark.parametrize("name", MODELS)
def test_a_wrong_option_or_activation_is_named(name: str) -> None:
    keras_model, right, wrong, cause, said = MODELS[name]
    a, b = made(keras_model, wrong, right)
    before = {key: value.clone() for key, value in b.state_dict().items()}
    first, second = both_ways(a, b)
    assert [each.name for each in first.causes] == [cause], first
    assert said in first.causes[0].text
    assert not first.unexplained
    # the other way round the option may have Keras' name
    assert len(second.causes) == 1, second
    assert not second.unexplained
    # nothing stays changed: what is said is the same again
    again = compare(Subject(a, "A"), Subject(b, "B"), example=example(a))
    assert [each.text for each in again.causes] == [each.text for each in first.causes]
    assert all((value == before[key]).all() for key, value in b.state_dict().items())
    assert "forward" not in vars(b)


@pytest.mark.parametrize("name", WEIGHTS)
def test_weights_that_belong_elsewhere_are_named(name: str) -> None:
    keras_model, right, change, cause, said = WEIGHTS[name]
    a, b = made(keras_model, right, right)
    assert all(found.equal for found in both_ways(a, b))
    change(b)
    first, second = both_ways(a, b)
    for found in (first, second):
        assert {each.name for each in found.causes} == {cause}, found
        assert not found.unexplained
    assert said in first.causes[0].text


def test_several_mistakes_beside_each_other_are_all_named() -> None:
    wrong = lambda: Torch(  # noqa: E731
        lambda m, x: m.c(x + m.b(torch.tanh(m.a(x)))), a=nn.Linear(6, 6), b=nn.Linear(6, 6), c=nn.Linear(6, 6)
    )
    a, b = made(residual, wrong, torch_residual)
    with torch.no_grad():
        b.c.weight.copy_(b.c.weight.T.clone())
    for found in both_ways(a, b):
        assert [each.name for each in found.causes] == ["activation", "transposed"], found
        assert not found.unexplained


@pytest.mark.parametrize(
    "wrong",
    [
        lambda m, x: m.c(m.b(m.a(x).relu() ** 2)),  # no sum, and a square
        lambda m, x: m.c(x + m.b(m.a(x).relu().clamp(max=0.5))),
        lambda m, x: m.c(x + m.b(m.a(x.tanh().abs()).relu())),  # where no layer is before it
    ],
)
def test_what_nobody_knows_is_given_no_name(wrong: Any) -> None:
    parts = lambda: Torch(wrong, a=nn.Linear(6, 6), b=nn.Linear(6, 6), c=nn.Linear(6, 6))  # noqa: E731
    for found in both_ways(*made(residual, parts, torch_residual)):
        assert found.unexplained
        assert not found.causes
