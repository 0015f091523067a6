"""`crosscheck compare`: every pitfall planted in a port is found and named, and a right port is equal."""

import pytest
from pitfalls import PITFALLS, RIGHT, images, plain
from ported_models import example

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


def test_several_mistakes_are_all_named() -> None:
    a, b = plain(images(same=False, epsilon=1e-5, momentum=0.99, cropped=False))
    found = compare(a, b, example=example(a.model))
    assert [c.name for c in found.causes] == ["padding", "epsilon", "transposed cropping", "momentum"], found
    assert not found.unexplained


def test_a_mistake_nobody_knows_is_not_given_a_name() -> None:
    """Neither are those whose repair would not help."""
    a, b = plain(images(epsilon=2e-3))
    b.model.norm.register_forward_hook(lambda layer, given, y: y + 0.001 * y.cos())
    found = compare(a, b, example=example(a.model))
    assert found.unexplained
    assert not found.causes
    assert found.place == "between layer 'norm' (BiasedBatchNorm2d) and layer 'up' (SameConvTranspose2d)"


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_port_is_equal(name: str) -> None:
    a, b = RIGHT[name]()
    found = compare(a, b, example=example(a.model))
    assert found.equal, found
    assert not found.causes
