"""What is computed between layers and is another function than the other model's is named; right ports are equal."""

from typing import Any

import pytest
import torch
from planted_calls import CALLS
from ported_models import example, made

from reference.migration.comparison import Compared, compare
from reference.migration.subjects import Subject


def both_ways(a: Any, b: Any) -> list[Compared]:
    given = example(a)
    return [compare(Subject(x, "A"), Subject(y, "B"), example=given) for x, y in ((a, b), (b, a))]


@pytest.mark.parametrize("name", CALLS)
def test_another_function_is_named(name: str) -> None:
    keras_model, right, wrong, cause, said = CALLS[name]
    assert all(found.equal for found in both_ways(*made(keras_model, right, right)))
    a, b = made(keras_model, wrong, right)
    first, second = both_ways(a, b)
    for found in (first, second):
        assert [each.name for each in found.causes] == [cause], found
        assert not found.unexplained
        assert not found.equal
    assert said in first.causes[0].text
    assert "forward" not in vars(b)
    again = compare(Subject(a, "A"), Subject(b, "B"), example=example(a))
    assert [each.text for each in again.causes] == [each.text for each in first.causes]


@pytest.mark.parametrize("name", list(CALLS)[::3])
def test_two_modules_of_pytorch(name: str) -> None:
    """The same between modules of one framework."""
    keras_model, right, wrong, cause, _ = CALLS[name]
    a, b = made(keras_model, wrong, right)
    torch.set_default_dtype(torch.float64)
    ported = right()
    torch.set_default_dtype(torch.float32)
    ported.load_state_dict(b.state_dict())
    found = compare(Subject(ported, "A"), Subject(b, "B"), example=example(a))
    assert [each.name for each in found.causes] == [cause], found
    assert not found.unexplained
