"""`crosscheck compare`: every pitfall planted in a port is found and named, and a right port is equal."""

import pytest

from parity_tests.migration.pitfalls import PITFALLS, RIGHT, example
from reference.migration.comparison import compare


@pytest.mark.parametrize("name", PITFALLS)
def test_a_planted_mistake_is_named(name: str) -> None:
    cause, plant = PITFALLS[name]
    a, b = plant()
    before = {k: v.clone() for k, v in b.model.state_dict().items()}
    found = compare(a, b, example=example(a.model))
    assert {c.name for c in found.causes} == {cause}, found
    assert not found.unexplained, found
    assert not found.equal
    assert found.place
    for key, value in b.model.state_dict().items():
        assert (value == before[key]).all(), f"{key} was changed"


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_port_is_equal(name: str) -> None:
    a, b = RIGHT[name]()
    found = compare(a, b, example=example(a.model))
    assert found.equal, found
    assert not found.causes
